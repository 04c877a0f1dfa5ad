//! `System.Xml.Linq`. What `XmlNodeType` says about a node decides its class.

mod casts; // `(int)element`, `(string)attribute`
mod content; // what `Add` and the constructors take
mod extensions; // what sequences of nodes can do
mod node_comparers; // XNodeEqualityComparer, XNodeDocumentOrderComparer
mod save_options; // SaveOptions, LoadOptions
pub(crate) mod xattribute;
mod xcdata;
mod xcomment;
mod xcontainer;
mod xdeclaration;
pub(crate) mod xdocument;
mod xdocument_type;
pub(crate) mod xelement;
mod xml_node_type;
mod xname;
mod xnamespace;
pub(crate) mod xnode;
mod xobject;
mod xprocessing_instruction;
mod xtext;

use super::array;
use super::table::TypeDef;
use crate::Value;
use crate::dotnet::xml::{self, Kind, Name, XObject};
use crate::eval::Cx;
use crate::exception::{Eval, Exception, Fault};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;

pub(crate) use xelement::XELEMENT;
pub(crate) use xml_node_type::XML_NODE_TYPE;

pub(crate) static TYPES: &[&TypeDef] = &[
    &extensions::EXTENSIONS,
    &node_comparers::EQUALITY,
    &node_comparers::ORDER,
    &save_options::SAVE_OPTIONS,
    &save_options::LOAD_OPTIONS,
    &xattribute::XATTRIBUTE,
    &xcdata::XCDATA,
    &xcomment::XCOMMENT,
    &xcontainer::XCONTAINER,
    &xdeclaration::XDECLARATION,
    &xdocument::XDOCUMENT,
    &xdocument_type::XDOCUMENT_TYPE,
    &xelement::XELEMENT,
    &xml_node_type::XML_NODE_TYPE,
    &xname::XNAME,
    &xnamespace::XNAMESPACE,
    &xnode::XNODE,
    &xobject::XOBJECT,
    &xprocessing_instruction::XPROCESSING_INSTRUCTION,
    &xtext::XTEXT,
];

/// A node or attribute as a value. Several values may stand for one node.
#[derive(Debug)]
pub(crate) struct Held(pub(crate) XObject);

/// A node as a value.
pub(crate) fn value(node: XObject) -> Value {
    Value::object(Held(node))
}

/// A node or null.
pub(crate) fn option(node: Option<XObject>) -> Value {
    node.map_or(Value::Null, value)
}

/// The node that a value is, if it is one.
pub(crate) fn of(value: &Value) -> Option<&XObject> {
    value.as_object::<Held>().map(|it| &it.0)
}

/// The node of a receiver.
fn it(value: &Value) -> Result<&XObject, Exception> {
    of(value).ok_or_else(Exception::null_reference)
}

/// The node of an argument that must not be null.
fn given<'a>(value: &'a Value, parameter: &str) -> Result<&'a XObject, Exception> {
    of(value).ok_or_else(|| Exception::argument_null(parameter))
}

/// The name of an argument that must not be null.
fn name_of<'a>(value: &'a Value, parameter: &str) -> Result<&'a Name, Exception> {
    xname::of(value).ok_or_else(|| Exception::argument_null(parameter))
}

/// Several nodes as an `IEnumerable<T>`; `def` is that `T`.
pub(crate) fn sequence(cx: &mut Cx<'_>, nodes: Vec<XObject>, def: &'static TypeDef) -> Eval {
    cx.charge_values(nodes.len())?;
    Ok(array::new(
        Type::class(def),
        nodes.into_iter().map(value).collect(),
    ))
}

/// A copy of a node, paid for by what is below it.
fn copy(cx: &mut Cx<'_>, node: &XObject) -> Eval<XObject> {
    cx.charge(node.count().saturating_mul(192))?;
    Ok(node.deep_clone())
}

/// `ToString(options)`.
fn text_of(cx: &mut Cx<'_>, node: &XObject, options: xml::SaveOptions) -> Eval {
    let text = match node.kind() {
        Kind::Attribute => xml::attribute_text(node)?,
        _ => xml::to_text(node, options)?,
    };
    cx.charge(text.len())?;
    Ok(text.into())
}

/// `Body.As<XElement>()` and its like; `None` for a type that is no XML.
pub(crate) fn parse_body(text: &str, ty: &Type) -> Option<Eval> {
    let is_document = ty.is(&xdocument::XDOCUMENT);
    let fits = is_document
        || [&xelement::XELEMENT, &xnode::XNODE, &xcontainer::XCONTAINER]
            .iter()
            .any(|it| ty.is(it));
    if !fits {
        return None;
    }
    let parsed = xml::parse(text, false).map_err(|error| {
        let message = format!("The message body is not a valid XML. {}", error.message);
        Fault::from(Exception::new(error.type_name, message))
    });
    Some(parsed.and_then(|it| match is_document {
        true => Ok(value(it)),
        false => root_of(&it).map(value),
    }))
}

/// The root element of a document, taken out of it.
fn root_of(document: &XObject) -> Eval<XObject> {
    let root = document.elements(None).into_iter().next();
    let root = root.ok_or_else(|| xml::failure("Root element is missing."))?;
    root.remove()?;
    Ok(root)
}

impl Object for Held {
    fn ty(&self) -> Type {
        Type::class(match self.0.kind() {
            Kind::Element => &xelement::XELEMENT,
            Kind::Attribute => &xattribute::XATTRIBUTE,
            Kind::Text => &xtext::XTEXT,
            Kind::CData => &xcdata::XCDATA,
            Kind::Comment => &xcomment::XCOMMENT,
            Kind::Instruction => &xprocessing_instruction::XPROCESSING_INSTRUCTION,
            Kind::Document => &xdocument::XDOCUMENT,
            Kind::DocumentType => &xdocument_type::XDOCUMENT_TYPE,
        })
    }

    // A tree that cannot be written throws when it is asked by `ToString()`; here it has no text.
    fn text(&self) -> Text {
        let text = match self.0.kind() {
            Kind::Attribute => xml::attribute_text(&self.0),
            _ => xml::to_text(&self.0, xml::SaveOptions::default()),
        };
        text.unwrap_or_default().into()
    }

    fn same_as(&self, other: &dyn Object) -> bool {
        crate::object::downcast::<Held>(other).is_some_and(|it| it.0.same(&self.0))
    }

    fn equals(&self, other: &Value) -> bool {
        of(other).is_some_and(|it| it.same(&self.0))
    }

    fn hash(&self) -> Option<u64> {
        Some(self.0.address() as u64)
    }
}
