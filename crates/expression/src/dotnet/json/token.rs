//! Handles on the nodes of a tree, and the ways from one to another.

use super::super::Annotation;
use super::super::error::{DotnetError, Result};
use super::frozen::{Content, Slot};
use super::node::{Body, MAX_HEIGHT, Node, State};
use super::properties::Properties;
use super::scalar::Scalar;
use super::token_type::TokenType;
use std::sync::Arc;

/// A handle on a node: what an expression holds.
///
/// Nodes know their parents only weakly; the handle keeps the top of the tree it came from alive, as the
/// garbage collector would, so that `Parent` and `Path` work on a token whose document nobody else holds.
#[derive(Debug, Clone)]
pub(crate) struct JToken {
    pub(super) node: Arc<Node>,
    pub(super) top: Option<Arc<Node>>,
}

/// What an indexer is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Key<'a> {
    Name(&'a str),
    Index(i64),
}

impl JToken {
    pub(super) fn of(body: Body) -> JToken {
        JToken {
            node: Node::new(body),
            top: None,
        }
    }

    /// The token of a node that nobody holds.
    pub(super) fn from_node(node: Arc<Node>) -> JToken {
        JToken { node, top: None }
    }

    /// `new JValue(...)`.
    pub(crate) fn value(scalar: Scalar) -> JToken {
        JToken::of(Body::Value(scalar))
    }

    /// A string value.
    pub(crate) fn string(text: impl Into<Arc<str>>) -> JToken {
        JToken::value(Scalar::String(text.into()))
    }

    /// `JValue.CreateNull()`.
    pub(crate) fn null() -> JToken {
        JToken::value(Scalar::Null)
    }

    /// `new JObject()`.
    pub(crate) fn object() -> JToken {
        JToken::of(Body::Object(Properties::default()))
    }

    /// `new JArray()`.
    pub(crate) fn array() -> JToken {
        JToken::of(Body::Array(Vec::new()))
    }

    /// `new JConstructor(name)`.
    pub(crate) fn constructor(name: &str) -> JToken {
        JToken::of(Body::Constructor(name.into(), Vec::new()))
    }

    /// `new JProperty(name, value)`.
    pub(crate) fn property(name: impl Into<Arc<str>>, value: &JToken) -> Result<JToken> {
        let value = value.unattached()?;
        if value.height() + 1 > MAX_HEIGHT {
            return Err(too_deep());
        }
        Ok(JToken::of(Body::Property(name.into(), Slot::Node(value))))
    }

    /// A handle on a node of the same tree.
    pub(super) fn beside(&self, node: Arc<Node>) -> JToken {
        let top = self.top.clone().unwrap_or_else(|| self.node.clone());
        JToken { node, top: Some(top) }
    }

    /// Whether both are the same object.
    pub(crate) fn same(&self, other: &JToken) -> bool {
        Arc::ptr_eq(&self.node, &other.node)
    }

    /// Looks at what was attached to the token, and may change it.
    pub(crate) fn annotations<T>(&self, look: impl FnOnce(&mut Vec<Annotation>) -> T) -> T {
        look(&mut self.node.state().annotations)
    }

    /// The address of the node: equal for the same object, for hash codes.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.node) as usize
    }

    /// `Type`.
    pub(crate) fn kind(&self) -> TokenType {
        self.node.glance(|body| match body {
            Body::Object(_) => TokenType::Object,
            Body::Array(_) => TokenType::Array,
            Body::Constructor(..) => TokenType::Constructor,
            Body::Property(..) => TokenType::Property,
            Body::Value(scalar) => scalar.kind(),
            Body::Frozen(tree) => match tree.content() {
                Content::Object(..) => TokenType::Object,
                Content::Array(_) => TokenType::Array,
                Content::Constructor(..) => TokenType::Constructor,
            },
        })
    }

    /// The setter of `JConstructor.Name`.
    pub(crate) fn set_constructor_name(&self, new: &str) {
        if let Body::Constructor(name, _) = &mut self.node.state().body {
            *name = new.into();
        }
    }

    /// Full name of the .NET class.
    pub(crate) fn clr_name(&self) -> &'static str {
        match self.kind() {
            TokenType::Object => "Newtonsoft.Json.Linq.JObject",
            TokenType::Array => "Newtonsoft.Json.Linq.JArray",
            TokenType::Constructor => "Newtonsoft.Json.Linq.JConstructor",
            TokenType::Property => "Newtonsoft.Json.Linq.JProperty",
            TokenType::Raw => "Newtonsoft.Json.Linq.JRaw",
            _ => "Newtonsoft.Json.Linq.JValue",
        }
    }

    /// What a `JValue` holds; `None` for the others.
    pub(crate) fn scalar(&self) -> Option<Scalar> {
        self.node.glance(|body| match body {
            Body::Value(scalar) => Some(scalar.clone()),
            _ => None,
        })
    }

    /// `JProperty.Name`, `JConstructor.Name`.
    pub(crate) fn name(&self) -> Option<Arc<str>> {
        match &self.node.state().body {
            Body::Property(name, _) | Body::Constructor(name, _) => Some(name.clone()),
            _ => None,
        }
    }

    /// `JProperty.Value`.
    pub(crate) fn property_value(&self) -> Option<JToken> {
        let value = {
            let mut state = self.node.state();
            let State { body, own, .. } = &mut *state;
            match body {
                Body::Property(_, value) => value.node(own),
                _ => return None,
            }
        };
        Some(self.beside(value))
    }

    /// Whether it is a container: object, array, constructor or property.
    pub(crate) fn is_container(&self) -> bool {
        self.node.glance(|body| !matches!(body, Body::Value(_)))
    }

    /// `Children()`: the properties of an object, the items of an array, the value of a property.
    pub(crate) fn children(&self) -> Vec<JToken> {
        self.node
            .children()
            .into_iter()
            .map(|it| self.beside(it))
            .collect()
    }

    /// The same, one after the other. What is added meanwhile is not among them.
    pub(crate) fn walk(&self) -> Children {
        Children {
            top: self.top.clone().unwrap_or_else(|| self.node.clone()),
            nodes: self.node.children().into_iter(),
        }
    }

    /// `Count` of a container.
    pub(crate) fn count(&self) -> usize {
        match &self.node.state().body {
            Body::Object(properties) => properties.len(),
            Body::Array(items) | Body::Constructor(_, items) => items.len(),
            Body::Property(..) => 1,
            Body::Value(_) | Body::Frozen(_) => 0,
        }
    }

    /// The value of an object's property.
    pub(crate) fn get(&self, name: &str) -> Option<JToken> {
        self.property_named(name)?.property_value()
    }

    /// Looks at what a property's value holds, if this is an object and the property has a value without children.
    pub(crate) fn plain<T>(&self, name: &str, look: impl FnOnce(&Scalar) -> Option<T>) -> Option<T> {
        self.node.glance(|body| match body {
            Body::Object(properties) => match properties.get(name)? {
                Slot::Frozen(frozen) => look(frozen.scalar()?),
                Slot::Node(property) => property.glance(|body| match body {
                    Body::Property(_, Slot::Frozen(frozen)) => look(frozen.scalar()?),
                    Body::Property(_, Slot::Node(value)) => value.glance(|body| match body {
                        Body::Value(scalar) => look(scalar),
                        _ => None,
                    }),
                    _ => None,
                }),
            },
            Body::Frozen(tree) => match tree.content() {
                Content::Object(names, values) => look(values.get(names.position(name)?)?.scalar()?),
                _ => None,
            },
            _ => None,
        })
    }

    /// `JObject.Property(name)`.
    pub(crate) fn property_named(&self, name: &str) -> Option<JToken> {
        let node = {
            let mut state = self.node.state();
            let State { body, own, .. } = &mut *state;
            match body {
                Body::Object(properties) => {
                    let (name, slot) = properties.get_mut(name)?;
                    slot.property(name, own)
                }
                _ => return None,
            }
        };
        Some(self.beside(node))
    }

    /// The first property whose name is equal but for case; an exact match comes before.
    pub(crate) fn property_ignoring_case(&self, name: &str) -> Option<JToken> {
        self.property_named(name).or_else(|| {
            let equal = super::super::strings::equals_ignore_case;
            self.children()
                .into_iter()
                .find(|it| it.name().is_some_and(|it| equal(&it, name)))
        })
    }

    /// The item of an array.
    pub(crate) fn item(&self, index: i64) -> Result<JToken> {
        let node = {
            let mut state = self.node.state();
            let State { body, own, .. } = &mut *state;
            match body {
                Body::Array(items) | Body::Constructor(_, items) => {
                    let slot = usize::try_from(index).ok().and_then(|it| items.get_mut(it));
                    slot.map(|it| it.node(own))
                }
                _ => None,
            }
        };
        node.map(|it| self.beside(it)).ok_or_else(DotnetError::index)
    }

    /// `token[key]`. A missing property is `None`, as null; everything else that is missing is an exception.
    pub(crate) fn index(&self, key: Key<'_>) -> Result<Option<JToken>> {
        match (self.kind(), key) {
            (TokenType::Object, Key::Name(name)) => Ok(self.get(name)),
            (TokenType::Array | TokenType::Constructor, Key::Index(index)) => self.item(index).map(Some),
            (kind, key) => Err(self.wrong_key(kind, key, "Accessed")),
        }
    }

    pub(super) fn wrong_key(&self, kind: TokenType, key: Key<'_>, verb: &str) -> DotnetError {
        let shown = match key {
            Key::Name(name) => format!("\"{name}\""),
            Key::Index(index) => index.to_string(),
        };
        let (class, wanted) = match kind {
            TokenType::Object => ("JObject", "Object property name expected."),
            TokenType::Array => ("JArray", "Int32 array index expected."),
            TokenType::Constructor => ("JConstructor", "Argument position index expected."),
            _ => {
                let verb = if verb == "Set" { "set" } else { "access" };
                let message = format!("Cannot {verb} child value on {}.", self.clr_name());
                return DotnetError::invalid_operation(message);
            }
        };
        DotnetError::argument(format!(
            "{verb} {class} values with invalid key value: {shown}. {wanted}"
        ))
    }

    /// `Parent`.
    pub(crate) fn parent(&self) -> Option<JToken> {
        self.node.parent().map(|it| self.beside(it))
    }

    /// `Root`.
    pub(crate) fn root(&self) -> JToken {
        let mut root = self.clone();
        while let Some(parent) = root.parent() {
            root = parent;
        }
        root
    }

    /// Where the token stands among its parent's children.
    pub(crate) fn position(&self) -> Option<usize> {
        let parent = self.node.parent()?;
        let state = parent.state();
        match &state.body {
            Body::Object(properties) => properties.position(&self.name_of_property()?),
            Body::Array(items) | Body::Constructor(_, items) => items.iter().position(|it| it.is(&self.node)),
            Body::Property(..) => Some(0),
            Body::Value(_) | Body::Frozen(_) => None,
        }
    }

    fn name_of_property(&self) -> Option<Arc<str>> {
        match &self.node.state().body {
            Body::Property(name, _) => Some(name.clone()),
            _ => None,
        }
    }

    /// `Next` (1) and `Previous` (-1).
    pub(crate) fn sibling(&self, step: isize) -> Option<JToken> {
        let parent = self.parent()?;
        let at = self.position()?.checked_add_signed(step)?;
        parent.children().get(at).cloned()
    }

    /// `First`; a value has no children to be first.
    pub(crate) fn first(&self) -> Result<Option<JToken>> {
        self.edge(|children| children.first().cloned())
    }

    /// `Last`.
    pub(crate) fn last(&self) -> Result<Option<JToken>> {
        self.edge(|children| children.last().cloned())
    }

    fn edge(&self, pick: impl Fn(&[JToken]) -> Option<JToken>) -> Result<Option<JToken>> {
        if !self.is_container() {
            let message = format!("Cannot access child value on {}.", self.clr_name());
            return Err(DotnetError::invalid_operation(message));
        }
        Ok(pick(&self.children()))
    }

    /// `Descendants()`, in document order; with the token itself first if so asked.
    pub(crate) fn descendants(&self, and_self: bool) -> Vec<JToken> {
        let mut found = Vec::new();
        let mut stack = if and_self {
            vec![self.clone()]
        } else {
            self.children()
        };
        if !and_self {
            stack.reverse();
        }
        while let Some(token) = stack.pop() {
            stack.extend(token.children().into_iter().rev());
            found.push(token);
        }
        found
    }

    /// `Ancestors()`, innermost first.
    pub(crate) fn ancestors(&self) -> Vec<JToken> {
        std::iter::successors(self.parent(), JToken::parent).collect()
    }

    /// `Path`.
    pub(crate) fn path(&self) -> String {
        let mut steps = vec![self.clone()];
        steps.extend(self.ancestors());
        let mut path = String::new();
        for step in steps.iter().rev() {
            let parent = step.node.parent();
            let of_array =
                parent.is_some_and(|it| matches!(it.state().body, Body::Array(_) | Body::Constructor(..)));
            if of_array {
                path.push_str(&format!("[{}]", step.position().unwrap_or(0)));
            } else if let Some(name) = step.name_of_property() {
                push_name(&mut path, &name);
            }
        }
        path
    }
}

/// A walk over children.
pub(crate) struct Children {
    top: Arc<Node>,
    nodes: std::vec::IntoIter<Arc<Node>>,
}

impl Iterator for Children {
    type Item = JToken;

    fn next(&mut self) -> Option<JToken> {
        let node = self.nodes.next()?;
        let top = Some(self.top.clone());
        Some(JToken { node, top })
    }
}

/// Appends a property's name to a path: `.name`, or `['na me']` where it needs quotes.
pub(super) fn push_name(path: &mut String, name: &str) {
    if name.contains(|c: char| " .'/\"[]()$@\t\n\r\u{c}\u{8}\\\u{85}\u{2028}\u{2029}".contains(c)) {
        path.push_str("['");
        super::write::escape_into(name, '\'', path);
        path.push_str("']");
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

pub(super) fn too_deep() -> DotnetError {
    DotnetError::invalid_operation(format!("The token is nested deeper than {MAX_HEIGHT} levels."))
}
