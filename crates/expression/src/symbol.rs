//! Names of context variables, known by number while a request runs.

use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The number of a variable's name in a [`Symbols`] table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol(pub u32);

/// Every variable name of a service. Names are case-sensitive; a name keeps its number for good.
///
/// A clone is another handle on the same table.
#[derive(Debug, Clone, Default)]
pub struct Symbols(Arc<RwLock<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    numbers: BTreeMap<Arc<str>, Symbol>,
    names: Vec<Arc<str>>,
}

impl Symbols {
    /// The number of `name`, a new one if the name is new.
    pub fn intern(&self, name: &str) -> Symbol {
        if let Some(known) = self.find(name) {
            return known;
        }
        let mut inner = self.0.write();
        let next = Symbol(inner.names.len() as u32);
        let name: Arc<str> = name.into();
        // Another thread may have added the name between the two locks.
        let symbol = *inner.numbers.entry(name.clone()).or_insert(next);
        if symbol == next {
            inner.names.push(name);
        }
        symbol
    }

    /// The number of `name`, if it has one.
    pub fn find(&self, name: &str) -> Option<Symbol> {
        self.0.read().numbers.get(name).copied()
    }

    /// The name of a number.
    pub fn name(&self, symbol: Symbol) -> Arc<str> {
        self.0
            .read()
            .names
            .get(symbol.0 as usize)
            .cloned()
            .unwrap_or_default()
    }
}
