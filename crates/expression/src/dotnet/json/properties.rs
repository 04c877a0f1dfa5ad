//! The properties of an object, in the order in which they came. Few are searched one after the other, many by an index.

use super::frozen::Slot;
use std::collections::HashMap;
use std::sync::Arc;

// Up to here a search from the front is faster than a hash.
const FEW: usize = 12;

// By the hash of names alone: their order is that of the document.
type Index = HashMap<Arc<str>, usize, foldhash::fast::FixedState>;

/// Names, each once. Objects of one document that have the same names in the same order share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    list: Vec<Arc<str>>,
    // The place of every name, once there are many.
    index: Option<Box<Index>>,
}

impl Names {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<str>> {
        self.list.iter()
    }

    /// The name at a place.
    pub(super) fn get(&self, at: usize) -> Option<&Arc<str>> {
        self.list.get(at)
    }

    /// Where a name stands.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.list.iter().position(|it| **it == *name),
        }
    }

    /// The first `count` of them.
    pub(super) fn first(&self, count: usize) -> Names {
        let mut names = Names::default();
        self.list.iter().take(count).for_each(|it| names.push(it.clone()));
        names
    }

    /// Puts a name that is not there yet at the end.
    pub(super) fn push(&mut self, name: Arc<str>) {
        self.insert(self.list.len(), name);
    }

    /// Puts a name that is not there yet at a place.
    fn insert(&mut self, at: usize, name: Arc<str>) {
        let at = at.min(self.list.len());
        if let Some(index) = &mut self.index {
            if at < self.list.len() {
                index.values_mut().filter(|it| **it >= at).for_each(|it| *it += 1);
            }
            index.insert(name.clone(), at);
        }
        self.list.insert(at, name);
        if self.index.is_none() && self.list.len() > FEW {
            let names = self.list.iter().enumerate();
            self.index = Some(Box::new(names.map(|(at, name)| (name.clone(), at)).collect()));
        }
    }

    fn remove(&mut self, at: usize) {
        let name = self.list.remove(at);
        if let Some(index) = &mut self.index {
            index.remove(&name);
            index.values_mut().filter(|it| **it > at).for_each(|it| *it -= 1);
        }
    }
}

/// Names and values: as many of the ones as of the others.
#[derive(Debug, Clone, Default)]
pub(super) struct Properties {
    names: Arc<Names>,
    slots: Vec<Slot>,
}

impl Properties {
    /// These names with these values, one for each.
    pub(super) fn new(names: Arc<Names>, slots: Vec<Slot>) -> Properties {
        Properties { names, slots }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter()
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.slots.iter_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Slot)> {
        self.names.iter().zip(&self.slots)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&Arc<str>, &mut Slot)> {
        self.names.iter().zip(&mut self.slots)
    }

    /// Where a name stands.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.names.position(name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Slot> {
        self.slots.get(self.position(name)?)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<(&Arc<str>, &mut Slot)> {
        let at = self.position(name)?;
        Some((self.names.get(at)?, self.slots.get_mut(at)?))
    }

    /// Puts a name that is not there yet at a place.
    pub(super) fn insert_at(&mut self, at: usize, name: Arc<str>, slot: Slot) {
        let at = at.min(self.slots.len());
        Arc::make_mut(&mut self.names).insert(at, name);
        self.slots.insert(at, slot);
    }

    /// Takes out what stands at a place.
    pub(super) fn remove_at(&mut self, at: usize) {
        if at < self.slots.len() {
            Arc::make_mut(&mut self.names).remove(at);
            self.slots.remove(at);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Properties::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dotnet::json::Scalar;
    use crate::dotnet::json::frozen::Frozen;

    fn slot(number: i64) -> Slot {
        Slot::Frozen(Frozen::Scalar(Scalar::Integer(number)))
    }

    fn numbers(properties: &Properties) -> Vec<i64> {
        let number = |slot: &Slot| match slot {
            Slot::Frozen(Frozen::Scalar(Scalar::Integer(number))) => *number,
            _ => -1,
        };
        properties.values().map(number).collect()
    }

    #[test]
    fn few_and_many_are_found_where_they_stand() {
        let names: Vec<Arc<str>> = (0..40).map(|it| Arc::from(format!("n{it}"))).collect();
        let mut properties = Properties::default();
        for (at, name) in names.iter().enumerate() {
            properties.insert_at(at, name.clone(), slot(at as i64));
        }
        properties.insert_at(1, "new".into(), slot(-2));
        properties.remove_at(0);
        for (at, name) in names.iter().enumerate().skip(1) {
            assert_eq!(properties.position(name), Some(at), "{name}");
        }
        assert_eq!(properties.position("new"), Some(0));
        assert_eq!(properties.position("n0"), None);
        assert_eq!(numbers(&properties)[..4], [-2, 1, 2, 3]);
    }

    #[test]
    fn who_changes_shared_names_gets_names_of_its_own() {
        let mut one = Properties::default();
        one.insert_at(0, "a".into(), slot(1));
        let mut other = one.clone();
        other.insert_at(1, "b".into(), slot(2));
        one.remove_at(0);
        assert_eq!((one.len(), other.position("b")), (0, Some(1)));
        assert_eq!(one.position("a"), None);
    }
}
