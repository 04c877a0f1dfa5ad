//! `System.Xml.XmlReader` over text, as far as a walk through a document needs it.

use crate::Value;
use crate::dotnet::xml::xpath::qualified_name;
use crate::dotnet::xml::{self, Kind, XObject};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::library::linq_xml::{self, XML_NODE_TYPE};
use crate::library::string_reader;
use crate::library::table::{Def, Member, TypeDef, class, method, property, static_method};
use crate::object::Object;
use crate::types::Type;
use parking_lot::Mutex;

/// `System.Xml.XmlReader`.
pub(super) static XML_READER: TypeDef = class("System.Xml.XmlReader")
    .bases(&["IDisposable"])
    .members(MEMBERS)
    .not_in_azure();

// `XmlNodeType.EndElement`, `XmlNodeType.XmlDeclaration`.
const END_ELEMENT: i64 = 15;

static MEMBERS: &[Member] = &[
    static_method("XmlReader Create(StringReader input)", |cx, a, _| {
        let text = string_reader::rest(&a[0])?;
        cx.work(text.len())?;
        cx.charge(text.len().saturating_mul(16))?;
        let document = xml::parse(&text, true)?;
        Ok(Value::object(Reader(Mutex::new(State {
            events: events(&document),
            at: None,
        }))))
    }),
    method("bool Read()", |cx, a, _| {
        cx.step()?;
        let mut state = a[0].of::<Reader>()?.0.lock();
        state.forward();
        Ok(state.now().is_some().into())
    }),
    method("XmlNodeType MoveToContent()", |cx, a, _| {
        let mut state = a[0].of::<Reader>()?.0.lock();
        loop {
            cx.step()?;
            match state.now() {
                Some(event) if !event.is_content() => state.forward(),
                None if state.at.is_none() => state.forward(),
                now => return Ok(node_type(now.map_or(0, Event::number))),
            }
        }
    }),
    method("bool ReadToFollowing(string name)", |cx, a, _| {
        let name = a[1].str("name")?.as_str();
        let mut state = a[0].of::<Reader>()?.0.lock();
        loop {
            cx.step()?;
            state.forward();
            match state.now() {
                None => return Ok(false.into()),
                Some(Event::Start(node)) if qualified_name(node) == name => return Ok(true.into()),
                Some(_) => (),
            }
        }
    }),
    method("string ReadElementContentAsString()", |cx, a, _| {
        let mut state = a[0].of::<Reader>()?.0.lock();
        let text = state.element()?.value();
        cx.charge(text.len())?;
        state.pass();
        Ok(text.into())
    }),
    method("string ReadOuterXml()", |cx, a, _| {
        let mut state = a[0].of::<Reader>()?.0.lock();
        let text = super::outer(cx, state.element()?)?;
        state.pass();
        Ok(text.into())
    }),
    method("string ReadInnerXml()", |cx, a, _| {
        let mut state = a[0].of::<Reader>()?.0.lock();
        let mut text = String::new();
        for node in state.element()?.nodes() {
            text.push_str(&super::outer(cx, &node)?);
        }
        state.pass();
        Ok(text.into())
    }),
    method("void Skip()", |_, a, _| {
        a[0].of::<Reader>()?.0.lock().pass();
        Ok(Value::Null)
    }),
    method("string GetAttribute(string name)", |_, a, _| {
        let name = a[1].str("name")?.as_str();
        let state = a[0].of::<Reader>()?.0.lock();
        let attributes = match state.now() {
            Some(Event::Start(node)) => node.attributes(),
            _ => Vec::new(),
        };
        let found = attributes.into_iter().find(|it| qualified_name(it) == name);
        Ok(found.map_or(Value::Null, |it| it.value().into()))
    }),
    property("bool EOF", |_, a, _| {
        let state = a[0].of::<Reader>()?.0.lock();
        Ok(state.at.is_some_and(|at| at >= state.events.len()).into())
    }),
    property("XmlNodeType NodeType", |_, a, _| {
        Ok(node_type(look(a, |event| event.number())?.unwrap_or(0)))
    }),
    property("string Name", |_, a, _| {
        Ok(look(a, |event| event.named().map(qualified_name))?
            .flatten()
            .unwrap_or_default()
            .into())
    }),
    property("string LocalName", |_, a, _| {
        let name = look(a, |event| event.named().and_then(XObject::name))?.flatten();
        Ok(name.map_or_else(|| "".into(), |it| it.local.as_ref().into()))
    }),
    property("string NamespaceURI", |_, a, _| {
        let name = look(a, |event| event.named().and_then(XObject::name))?.flatten();
        Ok(name.map_or_else(|| "".into(), |it| it.namespace.as_ref().into()))
    }),
    property("string Value", |_, a, _| {
        let text = look(a, |event| match event {
            Event::Other(node) => node.value(),
            _ => String::new(),
        })?;
        Ok(text.unwrap_or_default().into())
    }),
    property("bool IsEmptyElement", |_, a, _| {
        let empty = look(a, |event| matches!(event, Event::Start(node) if node.is_empty()))?;
        Ok(empty.unwrap_or(false).into())
    }),
    method("bool IsStartElement()", |_, a, _| {
        Ok(look(a, |event| matches!(event, Event::Start(_)))?
            .unwrap_or(false)
            .into())
    }),
    method("bool IsStartElement(string name)", |_, a, _| {
        let name = a[1].str("name")?.as_str();
        let is = look(
            a,
            |event| matches!(event, Event::Start(node) if qualified_name(node) == name),
        )?;
        Ok(is.unwrap_or(false).into())
    }),
    method("void Close()", |_, a, _| {
        a[0].of::<Reader>()?.0.lock().events.clear();
        Ok(Value::Null)
    }),
];

/// `XNode.ReadFrom(reader)`: the node that the reader stands on, which it passes.
pub(crate) fn read_from(cx: &mut Cx<'_>, reader: &Value) -> Eval {
    if reader.is_null() {
        return Err(Exception::argument_null("reader").into());
    }
    let mut state = reader.of::<Reader>()?.0.lock();
    let node = match state.now() {
        Some(Event::Start(node) | Event::Other(node)) => node.clone(),
        _ => {
            let message = "The XmlReader state should be Interactive.";
            return Err(Exception::invalid_operation(message).into());
        }
    };
    cx.charge(node.count().saturating_mul(192))?;
    state.pass();
    Ok(linq_xml::value(node.deep_clone()))
}

#[derive(Debug)]
struct Reader(Mutex<State>);

#[derive(Debug)]
struct State {
    events: Vec<Event>,
    // Before the first `Read` it stands nowhere.
    at: Option<usize>,
}

#[derive(Debug)]
enum Event {
    Start(XObject),
    End(XObject),
    Other(XObject),
}

impl State {
    fn now(&self) -> Option<&Event> {
        self.events.get(self.at?)
    }

    fn forward(&mut self) {
        self.at = Some(self.at.map_or(0, |at| at + 1));
    }

    // Behind the node, with all that is in it.
    fn pass(&mut self) {
        if let Some(Event::Start(node)) = self.now()
            && !node.is_empty()
        {
            let node = node.clone();
            while let Some(event) = self.now() {
                let is_end = matches!(event, Event::End(it) if it.same(&node));
                if is_end {
                    break;
                }
                self.forward();
            }
        }
        self.forward();
    }

    fn element(&self) -> Eval<&XObject> {
        match self.now() {
            Some(Event::Start(node)) => Ok(node),
            _ => Err(Exception::invalid_operation("The reader does not stand on an element.").into()),
        }
    }
}

impl Event {
    fn number(&self) -> i64 {
        match self {
            Event::Start(_) => Kind::Element as i64,
            Event::End(_) => END_ELEMENT,
            Event::Other(node) => node.kind() as i64,
        }
    }

    fn is_content(&self) -> bool {
        match self {
            Event::Start(_) | Event::End(_) => true,
            Event::Other(node) => match node.kind() {
                Kind::Text | Kind::CData => !node.value().trim().is_empty(),
                _ => false,
            },
        }
    }

    fn named(&self) -> Option<&XObject> {
        match self {
            Event::Start(node) | Event::End(node) => Some(node),
            Event::Other(node) if node.kind() == Kind::Instruction => Some(node),
            Event::Other(_) => None,
        }
    }
}

// An element without an end tag has no event for its end.
fn events(document: &XObject) -> Vec<Event> {
    enum Task {
        Enter(XObject),
        Leave(XObject),
    }
    let mut events = Vec::new();
    let mut open: Vec<Task> = document.nodes().into_iter().rev().map(Task::Enter).collect();
    while let Some(task) = open.pop() {
        match task {
            Task::Leave(node) => events.push(Event::End(node)),
            Task::Enter(node) if node.kind() == Kind::Element => {
                if !node.is_empty() {
                    open.push(Task::Leave(node.clone()));
                }
                open.extend(node.nodes().into_iter().rev().map(Task::Enter));
                events.push(Event::Start(node));
            }
            Task::Enter(node) => events.push(Event::Other(node)),
        }
    }
    events
}

fn look<T>(a: &[Value], look: impl FnOnce(&Event) -> T) -> Eval<Option<T>> {
    let state = a[0].of::<Reader>()?.0.lock();
    Ok(state.now().map(look))
}

fn node_type(number: i64) -> Value {
    Value::Enum(Def(&XML_NODE_TYPE), number)
}

impl Object for Reader {
    fn ty(&self) -> Type {
        Type::class(&XML_READER)
    }
}
