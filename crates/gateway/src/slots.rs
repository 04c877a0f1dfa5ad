//! Places among the requests that may be somewhere at the same time: `limit-concurrency`.

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Places by key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slots(Arc<Mutex<BTreeMap<Arc<str>, u32>>>);

/// A place, given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    slots: Slots,
    key: Arc<str>,
}

impl Slots {
    /// A place among at most `max` inside `key`.
    pub(crate) fn enter(&self, key: &str, max: u32) -> Option<Slot> {
        let mut taken = self.0.lock();
        let known = taken.get_key_value(key).map(|(key, count)| (key.clone(), *count));
        let (key, count) = known.unwrap_or_else(|| (key.into(), 0));
        if count >= max {
            return None;
        }
        taken.insert(key.clone(), count + 1);
        Some(Slot {
            slots: self.clone(),
            key,
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.0.lock();
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_holder_leaves() {
        let slots = Slots::default();
        let first = slots.enter("a", 1);
        assert!(first.is_some() && slots.enter("a", 1).is_none());
        assert!(slots.enter("b", 1).is_some() && slots.enter("c", 0).is_none());
        drop(first);
        assert!(slots.enter("a", 1).is_some());
        assert!(
            slots.0.lock().is_empty(),
            "nothing is kept for keys that nobody is inside"
        );
    }
}
