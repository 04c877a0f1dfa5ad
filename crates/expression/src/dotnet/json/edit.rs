//! Changing a tree: `Add`, `Insert`, `Remove`, `Replace` and the indexers' setters.

use super::super::error::{DotnetError, Result};
use super::frozen::Slot;
use super::node::{Body, MAX_HEIGHT, Node};
use super::token::{JToken, Key, too_deep};
use super::token_type::TokenType;
use std::sync::Arc;

impl JToken {
    /// `Add(content)`: at the end of an array or of an object, which takes properties only.
    pub(crate) fn add(&self, content: &JToken) -> Result<()> {
        if self.takes_at_once(content) && self.node.push_leaf(&content.node) {
            return Ok(());
        }
        self.insert_at(self.count(), content)
    }

    /// `AddFirst(content)`.
    pub(crate) fn add_first(&self, content: &JToken) -> Result<()> {
        self.insert_at(0, content)
    }

    /// `JObject.Add(name, value)`.
    pub(crate) fn add_property(&self, name: impl Into<Arc<str>>, value: &JToken) -> Result<()> {
        self.add(&JToken::property(name, value)?)
    }

    /// `JArray.Insert(index, item)`.
    pub(crate) fn insert(&self, index: i64, content: &JToken) -> Result<()> {
        match usize::try_from(index) {
            Ok(at) if at <= self.count() => self.insert_at(at, content),
            _ => Err(DotnetError::out_of_range(
                "Index must be within the bounds of the List.",
                "index",
            )),
        }
    }

    // Whether nothing can go wrong: a value without children, which nobody holds, comes under the top of a tree.
    fn takes_at_once(&self, content: &JToken) -> bool {
        content.node.is_free_leaf() && self.node.parent().is_none()
    }

    fn insert_at(&self, at: usize, content: &JToken) -> Result<()> {
        let kind = self.kind();
        let is_property = content.kind() == TokenType::Property;
        match kind {
            TokenType::Property => {
                return Err(json_error(
                    "Newtonsoft.Json.Linq.JProperty cannot have multiple values.",
                ));
            }
            TokenType::Object | TokenType::Array | TokenType::Constructor => {
                if (kind == TokenType::Object) != is_property {
                    let message = format!("Can not add {} to {}.", content.clr_name(), self.clr_name());
                    return Err(DotnetError::argument(message));
                }
            }
            _ => {
                return Err(DotnetError::invalid_operation(format!(
                    "Cannot add content to {}.",
                    self.clr_name()
                )));
            }
        }
        if let Some(name) = content.name().filter(|_| kind == TokenType::Object)
            && self.property_named(&name).is_some()
        {
            return Err(DotnetError::argument(format!(
                "Can not add property {name} to Newtonsoft.Json.Linq.JObject. Property with the same name already \
                 exists on object."
            )));
        }
        let child = self.prepare(content)?;
        let name = content.name();
        match &mut self.node.state().body {
            Body::Object(properties) => {
                if let Some(name) = name {
                    properties.insert_at(at, name, Slot::Node(child.clone()));
                }
            }
            Body::Array(items) | Body::Constructor(_, items) => {
                items.insert(at.min(items.len()), Slot::Node(child.clone()))
            }
            _ => (),
        }
        self.adopt(&child);
        Ok(())
    }

    /// The node to put under this one: a copy if it is somewhere else already or would hold itself.
    fn prepare(&self, content: &JToken) -> Result<Arc<Node>> {
        let above = self.levels_above()?;
        let holds_itself = above.iter().any(|it| Arc::ptr_eq(it, &content.node));
        let child = if holds_itself {
            content.deep_clone().node
        } else {
            content.unattached()?
        };
        if above.len() + usize::from(child.height()) > usize::from(MAX_HEIGHT) {
            return Err(too_deep());
        }
        Ok(child)
    }

    /// This node and everything above it.
    fn levels_above(&self) -> Result<Vec<Arc<Node>>> {
        let mut levels = vec![self.node.clone()];
        let mut next = self.node.parent();
        while let Some(node) = next {
            next = node.parent();
            levels.push(node);
            if levels.len() > usize::from(MAX_HEIGHT) + 1 {
                return Err(too_deep());
            }
        }
        Ok(levels)
    }

    fn adopt(&self, child: &Arc<Node>) {
        child.state().parent = Arc::downgrade(&self.node);
        let mut height = child.height() + 1;
        let mut next = Some(self.node.clone());
        while let Some(node) = next {
            let mut state = node.state();
            if state.height >= height {
                return;
            }
            state.height = height;
            height += 1;
            next = state.parent.upgrade();
        }
    }

    /// `token[key] = value`.
    pub(crate) fn set_index(&self, key: Key<'_>, value: &JToken) -> Result<()> {
        match (self.kind(), key) {
            (TokenType::Object, Key::Name(name)) => match self.property_named(name) {
                Some(property) => property.set_property_value(value),
                None if self.takes_at_once(value) => {
                    self.node.push_property(name.into(), &value.node);
                    Ok(())
                }
                None => self.add_property(name, value),
            },
            (TokenType::Array | TokenType::Constructor, Key::Index(index)) => {
                let item = self.item(index).map_err(|_| {
                    DotnetError::out_of_range("Index is equal to or greater than Count.", "index")
                })?;
                item.replace(value)
            }
            (kind, key) => Err(self.wrong_key(kind, key, "Set")),
        }
    }

    /// `JProperty.Value = value`.
    pub(crate) fn set_property_value(&self, value: &JToken) -> Result<()> {
        if self.property_value().is_some_and(|it| it.same(value)) {
            return Ok(());
        }
        let child = self.prepare(value)?;
        let mut old = None;
        if let Body::Property(_, value) = &mut self.node.state().body {
            old = Some(std::mem::replace(value, Slot::Node(child.clone())));
        }
        if let Some(Slot::Node(old)) = old {
            orphan(Some(old));
        }
        self.adopt(&child);
        Ok(())
    }

    /// `JValue.Value = value`.
    pub(crate) fn set_scalar(&self, scalar: super::Scalar) {
        let mut state = self.node.state();
        if matches!(state.body, Body::Value(_)) {
            state.body = Body::Value(scalar);
        }
    }

    /// `Remove()`: out of its parent.
    pub(crate) fn remove(&self) -> Result<()> {
        let Some(parent) = self.node.parent() else {
            return Err(DotnetError::invalid_operation("The parent is missing."));
        };
        if matches!(parent.state().body, Body::Property(..)) {
            return Err(json_error(
                "Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.",
            ));
        }
        let Some(at) = self.position() else { return Ok(()) };
        match &mut parent.state().body {
            Body::Object(properties) => properties.remove_at(at),
            Body::Array(items) | Body::Constructor(_, items) => drop(items.remove(at)),
            _ => (),
        }
        orphan(Some(self.node.clone()));
        Ok(())
    }

    /// `JObject.Remove(name)`: whether there was one.
    pub(crate) fn remove_property(&self, name: &str) -> bool {
        self.property_named(name).is_some_and(|it| it.remove().is_ok())
    }

    /// `JArray.RemoveAt(index)`.
    pub(crate) fn remove_at(&self, index: i64) -> Result<()> {
        self.item(index)?.remove()
    }

    /// `JArray.Remove(item)`: whether that very token was among the items.
    pub(crate) fn remove_item(&self, item: &JToken) -> bool {
        item.parent().is_some_and(|it| it.same(self)) && item.remove().is_ok()
    }

    /// `RemoveAll()` and `Clear()`.
    pub(crate) fn clear(&self) {
        let children = self.node.children();
        match &mut self.node.state().body {
            Body::Object(properties) => properties.clear(),
            Body::Array(items) | Body::Constructor(_, items) => items.clear(),
            _ => return,
        }
        children.into_iter().for_each(|it| orphan(Some(it)));
    }

    /// `Replace(value)`: in its parent, at the same place.
    pub(crate) fn replace(&self, value: &JToken) -> Result<()> {
        let Some(parent) = self.parent() else {
            return Err(DotnetError::invalid_operation("The parent is missing."));
        };
        if self.same(value) {
            return Ok(());
        }
        match parent.kind() {
            TokenType::Property => return parent.set_property_value(value),
            TokenType::Object if value.kind() != TokenType::Property => {
                let message = format!("Can not add {} to {}.", value.clr_name(), parent.clr_name());
                return Err(DotnetError::argument(message));
            }
            _ => (),
        }
        let Some(at) = self.position() else { return Ok(()) };
        if parent.kind() == TokenType::Object {
            let name = self.name();
            let taken = value
                .name()
                .is_some_and(|it| Some(&it) != name.as_ref() && parent.get(&it).is_some());
            if taken {
                return parent.insert_at(at, value);
            }
            self.remove()?;
            return parent.insert_at(at, value);
        }
        let child = parent.prepare(value)?;
        if let Body::Array(items) | Body::Constructor(_, items) = &mut parent.node.state().body
            && let Some(place) = items.get_mut(at)
        {
            *place = Slot::Node(child.clone());
        }
        orphan(Some(self.node.clone()));
        parent.adopt(&child);
        Ok(())
    }

    /// `AddAfterSelf` (1) and `AddBeforeSelf` (0).
    pub(crate) fn add_beside(&self, offset: usize, content: &JToken) -> Result<()> {
        let (Some(parent), Some(at)) = (self.parent(), self.position()) else {
            return Err(DotnetError::invalid_operation("The parent is missing."));
        };
        parent.insert_at(at + offset, content)
    }

    /// `JArray.IndexOf(item)`: by identity.
    pub(crate) fn index_of(&self, item: &JToken) -> i64 {
        let place = self
            .node
            .children()
            .iter()
            .position(|it| Arc::ptr_eq(it, &item.node));
        place.map_or(-1, |it| it as i64)
    }
}

fn orphan(node: Option<Arc<Node>>) {
    if let Some(node) = node {
        node.state().parent = std::sync::Weak::new();
    }
}

fn json_error(message: &str) -> DotnetError {
    DotnetError::new("Newtonsoft.Json.JsonException", message)
}

#[cfg(test)]
mod tests {
    use super::super::{ParseOptions, Root, parse};
    use super::*;

    fn read(text: &str) -> JToken {
        parse(text, Root::Any, &ParseOptions::default()).unwrap()
    }

    #[test]
    fn setting_replaces_or_appends() {
        let it = read("{'a':1,'b':2}");
        it.set_index(Key::Name("a"), &JToken::string("x")).unwrap();
        it.set_index(Key::Name("c"), &JToken::null()).unwrap();
        assert_eq!(it.compact(), r#"{"a":"x","b":2,"c":null}"#);
        let error = it.add_property("a", &JToken::null()).unwrap_err();
        assert_eq!(
            error.message,
            "Can not add property a to Newtonsoft.Json.Linq.JObject. Property with the same name already exists on \
             object."
        );
    }

    #[test]
    fn a_token_with_a_parent_is_copied() {
        let it = read("{'a':{'x':1}}");
        let inner = it.get("a").unwrap();
        it.set_index(Key::Name("b"), &inner).unwrap();
        inner.set_index(Key::Name("x"), &JToken::null()).unwrap();
        assert_eq!(it.compact(), r#"{"a":{"x":null},"b":{"x":1}}"#);
        let array = JToken::array();
        array.add(&array).unwrap();
        assert_eq!(array.compact(), "[[]]");
    }

    #[test]
    fn removing_and_moving() {
        let it = read("{'a':1,'b':[1,2,3]}");
        it.property_named("a")
            .unwrap()
            .add_beside(1, &JToken::property("n", &JToken::null()).unwrap())
            .unwrap();
        assert!(it.remove_property("a") && !it.remove_property("zz"));
        let array = it.get("b").unwrap();
        array.remove_at(1).unwrap();
        array.item(0).unwrap().replace(&JToken::string("y")).unwrap();
        array.add_first(&JToken::null()).unwrap();
        assert_eq!(it.compact(), r#"{"n":null,"b":[null,"y",3]}"#);
        assert_eq!(
            array.remove_at(7).unwrap_err().type_name,
            "System.ArgumentOutOfRangeException"
        );
        assert_eq!(it.remove().unwrap_err().message, "The parent is missing.");
        assert!(it.get("n").unwrap().remove().is_err());
        assert!(
            array
                .add(&JToken::property("n", &JToken::null()).unwrap())
                .is_err()
        );
        assert!(it.add(&JToken::null()).is_err());
    }

    #[test]
    fn no_tree_grows_without_bound() {
        let mut it = JToken::array();
        let mut error = None;
        for _ in 0..10_000 {
            let outer = JToken::array();
            if let Err(refused) = outer.add(&it) {
                error = Some(refused);
                break;
            }
            it = outer;
        }
        assert!(error.unwrap().message.contains("nested deeper"));
        let bottom = JToken::array();
        let mut leaf = bottom.clone();
        let refused = (0..10_000).find_map(|_| {
            leaf.add(&JToken::array()).err().or_else(|| {
                leaf = leaf.item(0).unwrap();
                None
            })
        });
        assert!(refused.is_some());
        assert_eq!(bottom.deep_clone().compact().len(), bottom.compact().len());
    }
}
