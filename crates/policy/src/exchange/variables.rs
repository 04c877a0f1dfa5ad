use expression::{Symbol, Value};

/// `context.Variables`: few, so they stand in a row in the order in which they were first set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    items: Vec<(Symbol, Value)>,
    // What was written since the fork, for the merge; unused outside `wait`.
    written: Option<Vec<Symbol>>,
}

impl Variables {
    pub(crate) fn get(&self, name: Symbol) -> Option<&Value> {
        self.items
            .iter()
            .find(|(symbol, _)| *symbol == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn set(&mut self, name: Symbol, value: Value) {
        match self.items.iter_mut().find(|(symbol, _)| *symbol == name) {
            Some((_, old)) => *old = value,
            None => self.items.push((name, value)),
        }
        if let Some(written) = &mut self.written {
            written.push(name);
        }
    }

    pub(crate) fn all(&self) -> &[(Symbol, Value)] {
        &self.items
    }

    pub(super) fn fork(&self) -> Variables {
        Variables {
            items: self.items.clone(),
            written: Some(Vec::new()),
        }
    }

    /// Takes over what a fork has written.
    pub(super) fn merge(&mut self, fork: Variables) {
        for &name in fork.written.iter().flatten() {
            if let Some(value) = fork.get(name) {
                self.set(name, value.clone());
            }
        }
    }
}
