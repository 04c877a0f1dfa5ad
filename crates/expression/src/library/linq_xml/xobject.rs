//! `System.Xml.Linq.XObject`: what nodes and attributes have in common.

use super::xml_node_type::XML_NODE_TYPE;
use super::{it, option};
use crate::Value;
use crate::library::annotations;
use crate::library::table::{TypeDef, class, method, property};

/// `System.Xml.Linq.XObject`.
pub(crate) static XOBJECT: TypeDef = class("System.Xml.Linq.XObject").members(&[
    property("XmlNodeType NodeType", |_, a, _| {
        Ok(Value::Enum(
            crate::library::Def(&XML_NODE_TYPE),
            it(&a[0])?.kind() as i64,
        ))
    }),
    property("XElement Parent", |_, a, _| Ok(option(it(&a[0])?.parent()))),
    property("XDocument Document", |_, a, _| Ok(option(it(&a[0])?.owner()))),
    // Nothing here comes from a file.
    property("string BaseUri", |_, _, _| Ok("".into())),
    method("void AddAnnotation(object annotation)", |_, a, _| {
        it(&a[0])?.annotations(|all| annotations::add(all, &a[1]))
    }),
    method("T Annotation<T>()", |_, a, t| {
        Ok(it(&a[0])?.annotations(|all| annotations::first(all, &t[0])))
    }),
    method("IEnumerable<T> Annotations<T>()", |cx, a, t| {
        it(&a[0])?.annotations(|all| annotations::sequence(cx, all, &t[0]))
    }),
    method("void RemoveAnnotations<T>()", |_, a, t| {
        it(&a[0])?.annotations(|all| annotations::remove(all, &t[0]));
        Ok(Value::Null)
    }),
]);
