//! The properties of an object, in the order in which they came. Few are searched one after the other, many by an index.

use super::frozen::Slot;
use std::collections::HashMap;
use std::sync::Arc;

// Up to here a search from the front is faster than a hash.
const FEW: usize = 12;

// By the hash of names alone: their order is that of the document.
type Index = HashMap<Arc<str>, usize, foldhash::fast::FixedState>;

/// Names and values.
#[derive(Debug, Clone, Default)]
pub(super) struct Properties {
    entries: Vec<(Arc<str>, Slot)>,
    // The place of every name, once there are many.
    index: Option<Box<Index>>,
}

impl Properties {
    /// None yet, with room for `count`.
    pub(super) fn with_capacity(count: usize) -> Properties {
        Properties {
            entries: Vec::with_capacity(count),
            index: None,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &Slot> {
        self.entries.iter().map(|(_, slot)| slot)
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.entries.iter_mut().map(|(_, slot)| slot)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Slot)> {
        self.entries.iter().map(|(name, slot)| (name, slot))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&Arc<str>, &mut Slot)> {
        self.entries.iter_mut().map(|(name, slot)| (&*name, slot))
    }

    /// The name at a place.
    pub(super) fn name_at(&self, at: usize) -> Option<&Arc<str>> {
        self.entries.get(at).map(|(name, _)| name)
    }

    /// Where a name stands.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.entries.iter().position(|(it, _)| **it == *name),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Slot> {
        let at = self.position(name)?;
        self.entries.get(at).map(|(_, slot)| slot)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<(&Arc<str>, &mut Slot)> {
        let at = self.position(name)?;
        self.entries.get_mut(at).map(|(name, slot)| (&*name, slot))
    }

    /// Puts a value at its name, which keeps its place if it is there already. Of the names, those that are equal are the same
    /// object. Gives the place.
    pub(super) fn put_interned(&mut self, name: Arc<str>, slot: Slot) -> usize {
        let known = match &self.index {
            Some(index) => index.get(&*name).copied(),
            None => self.entries.iter().position(|(it, _)| Arc::ptr_eq(it, &name)),
        };
        match known {
            Some(at) => {
                self.entries[at].1 = slot;
                at
            }
            None => {
                self.insert_at(self.entries.len(), name, slot);
                self.entries.len() - 1
            }
        }
    }

    /// Puts a name that is not there yet at a place.
    pub(super) fn insert_at(&mut self, at: usize, name: Arc<str>, slot: Slot) {
        let at = at.min(self.entries.len());
        if let Some(index) = &mut self.index {
            if at < self.entries.len() {
                index.values_mut().filter(|it| **it >= at).for_each(|it| *it += 1);
            }
            index.insert(name.clone(), at);
        }
        self.entries.insert(at, (name, slot));
        if self.index.is_none() && self.entries.len() > FEW {
            let names = self.entries.iter().enumerate();
            self.index = Some(Box::new(
                names.map(|(at, (name, _))| (name.clone(), at)).collect(),
            ));
        }
    }

    /// Takes out what stands at a place.
    pub(super) fn remove_at(&mut self, at: usize) {
        if at >= self.entries.len() {
            return;
        }
        let (name, _) = self.entries.remove(at);
        if let Some(index) = &mut self.index {
            index.remove(&name);
            index.values_mut().filter(|it| **it > at).for_each(|it| *it -= 1);
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
        let mut properties = Properties::with_capacity(2);
        for (at, name) in names.iter().enumerate() {
            assert_eq!(properties.put_interned(name.clone(), slot(at as i64)), at);
        }
        assert_eq!(properties.put_interned(names[3].clone(), slot(100)), 3);
        properties.insert_at(1, "new".into(), slot(-2));
        properties.remove_at(0);
        for (at, name) in names.iter().enumerate().skip(1) {
            assert_eq!(properties.position(name), Some(at), "{name}");
        }
        assert_eq!(properties.position("new"), Some(0));
        assert_eq!(properties.position("n0"), None);
        assert_eq!(numbers(&properties)[..4], [-2, 1, 2, 100]);
    }
}
