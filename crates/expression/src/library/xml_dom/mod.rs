//! `System.Xml` without LINQ, and XPath: not on Azure's list, but in public documents. Everything here runs with a warning.
//!
//! A node is one of the tree of `System.Xml.Linq`, seen through another class.

mod namespace_manager; // XmlNamespaceManager, and the name tables that it asks for
mod xml_attribute_collection;
mod xml_document;
mod xml_element;
mod xml_node;
mod xml_node_list;
mod xml_reader;
mod xpath_extensions; // `element.XPathSelectElement("a/b")`

pub(crate) use xml_reader::read_from;

use super::table::{TypeDef, class};
use crate::Value;
use crate::dotnet::xml::xpath::{Scope, XPath, XValue};
use crate::dotnet::xml::{self, Body, Kind, XObject};
use crate::eval::Cx;
use crate::exception::{Eval, Exception};
use crate::object::Object;
use crate::types::Type;
use std::sync::Arc;

pub(crate) static TYPES: &[&TypeDef] = &[
    &namespace_manager::RESOLVER,
    &namespace_manager::NAMESPACE_MANAGER,
    &namespace_manager::NAME_TABLE,
    &xml_attribute_collection::XML_ATTRIBUTE_COLLECTION,
    &xml_document::XML_DOCUMENT,
    &xml_element::XML_ELEMENT,
    &xml_node::XML_NODE,
    &xml_node_list::XML_NODE_LIST,
    &xml_reader::XML_READER,
    &xpath_extensions::XPATH_EXTENSIONS,
    &XML_ATTRIBUTE,
    &XML_TEXT,
    &XML_CDATA_SECTION,
    &XML_COMMENT,
    &XML_PROCESSING_INSTRUCTION,
    &XML_DOCUMENT_TYPE,
];

static XML_ATTRIBUTE: TypeDef = kind_of_node("System.Xml.XmlAttribute");
static XML_TEXT: TypeDef = kind_of_node("System.Xml.XmlText");
static XML_CDATA_SECTION: TypeDef = kind_of_node("System.Xml.XmlCDataSection");
static XML_COMMENT: TypeDef = kind_of_node("System.Xml.XmlComment");
static XML_PROCESSING_INSTRUCTION: TypeDef = kind_of_node("System.Xml.XmlProcessingInstruction");
static XML_DOCUMENT_TYPE: TypeDef = kind_of_node("System.Xml.XmlDocumentType");

// A class that adds nothing that expressions use.
const fn kind_of_node(name: &'static str) -> TypeDef {
    class(name).bases(&["XmlNode"]).not_in_azure()
}

/// A node as an `XmlNode`.
#[derive(Debug)]
struct Dom(XObject);

fn value(node: XObject) -> Value {
    Value::object(Dom(node))
}

fn option(node: Option<XObject>) -> Value {
    node.map_or(Value::Null, value)
}

/// The node of a receiver.
fn it(value: &Value) -> Result<&XObject, Exception> {
    Ok(&value.of::<Dom>()?.0)
}

/// The node of an argument that must not be null.
fn given<'a>(value: &'a Value, parameter: &str) -> Result<&'a XObject, Exception> {
    let node = value.as_object::<Dom>().map(|it| &it.0);
    node.ok_or_else(|| Exception::argument_null(parameter))
}

/// The nodes that an XPath finds. `resolver` is an `IXmlNamespaceResolver`, or null.
fn select(cx: &mut Cx<'_>, node: &XObject, path: &Value, resolver: &Value) -> Eval<Vec<XObject>> {
    match evaluate(cx, node, path, resolver)? {
        XValue::Nodes(nodes) => {
            cx.charge_values(nodes.len())?;
            Ok(nodes)
        }
        _ => {
            let message = "Expression must evaluate to a node-set.";
            Err(Exception::new("System.Xml.XPath.XPathException", message).into())
        }
    }
}

/// What an XPath comes to.
fn evaluate(cx: &mut Cx<'_>, node: &XObject, path: &Value, resolver: &Value) -> Eval<XValue> {
    let text = path.str("xpath")?;
    cx.charge(text.bytes().saturating_mul(32))?;
    let path = XPath::parse(&text.as_str())?;
    let lookup = |prefix: &str| namespace_manager::lookup(resolver, prefix);
    let scope: Scope<'_> = match resolver.is_null() {
        true => None,
        false => Some(&lookup),
    };
    path.evaluate(node, scope, &mut || cx.step())
}

/// The text of a tree in one line, as `OuterXml` gives it.
fn outer(cx: &mut Cx<'_>, node: &XObject) -> Eval<String> {
    let text = match node.kind() {
        Kind::Attribute => xml::attribute_text(node)?,
        _ => xml::to_text(
            node,
            xml::SaveOptions {
                plain: true,
                omit_duplicates: false,
            },
        )?,
    };
    cx.charge(text.len())?;
    let declaration = node.with(|body| match body {
        Body::Document { declaration, .. } => declaration.clone(),
        _ => None,
    });
    Ok(match declaration {
        Some(declaration) => declaration.text() + &text,
        None => text,
    })
}

impl Object for Dom {
    fn ty(&self) -> Type {
        Type::class(match self.0.kind() {
            Kind::Element => &xml_element::XML_ELEMENT,
            Kind::Attribute => &XML_ATTRIBUTE,
            Kind::Text => &XML_TEXT,
            Kind::CData => &XML_CDATA_SECTION,
            Kind::Comment => &XML_COMMENT,
            Kind::Instruction => &XML_PROCESSING_INSTRUCTION,
            Kind::Document => &xml_document::XML_DOCUMENT,
            Kind::DocumentType => &XML_DOCUMENT_TYPE,
        })
    }

    fn same_as(&self, other: &dyn Object) -> bool {
        crate::object::downcast::<Dom>(other).is_some_and(|it| it.0.same(&self.0))
    }

    fn equals(&self, other: &Value) -> bool {
        other.as_object::<Dom>().is_some_and(|it| it.0.same(&self.0))
    }

    fn hash(&self) -> Option<u64> {
        Some(self.0.address() as u64)
    }

    fn enumerate(self: Arc<Self>) -> Option<Box<dyn crate::object::Enumerator>> {
        let nodes = self.0.nodes().into_iter().map(value).collect();
        xml_node_list::walk(nodes)
    }
}
