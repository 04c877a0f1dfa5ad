//! Variables and where they lie.

use super::Checker;
use crate::Value;
use crate::eval::code::{Code, Place};
use crate::syntax::tree::Name;
use crate::types::Type;
use std::rc::Rc;

/// One function: the expression itself, a lambda, a local function.
#[derive(Debug)]
pub(super) struct Frame {
    scopes: Vec<Scope>,
    next: u32,
    // Cells of the function around it: its slot, our slot.
    pub(super) captures: Vec<(u32, u32)>,
    pub(super) returns: Returns,
    // Loops and switches around the present place.
    pub(super) loops: u32,
    pub(super) breaks: u32,
    pub(super) switches: Vec<super::switches::Labels>,
    // Labels of the blocks around the present place, for `goto`.
    pub(super) labels: Vec<(String, u32)>,
    pub(super) catches: u32,
    pub(super) finallies: u32,
    // Identifies the function and the types of its parameters.
    pub(super) key: u64,
}

/// What `return` gives.
#[derive(Debug, Clone)]
pub(super) enum Returns {
    // The expression itself: any value.
    Anything,
    // Converted to this type; `void` for none.
    Type(Type),
    // The types of all returns so far, to infer one from.
    Collected(Vec<(Type, Option<Value>)>),
}

#[derive(Debug, Default)]
pub(super) struct Scope {
    variables: Vec<Variable>,
    // Slots of shared variables that this scope declares.
    pub(super) fresh: Vec<u32>,
}

#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) slot: u32,
    pub(super) shared: bool,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Local,
    // `foreach` and `using` variables.
    ReadOnly,
    Constant(Value),
    Function(Rc<LocalFunction>),
    // A range variable of a query: elements to take of the lambda's parameter, one after the other.
    Path(Vec<usize>),
}

#[derive(Debug)]
pub(super) struct LocalFunction {
    // Its own type parameters are `Type::Param`.
    pub(super) params: Vec<crate::library::Param>,
    pub(super) result: Type,
    pub(super) generics: usize,
    // Where it is declared: the function around it, and the scope in it.
    pub(super) home: (usize, usize),
    // For which types it was called, and the slot of the function for each.
    pub(super) instances: std::cell::RefCell<Vec<(Vec<Type>, u32)>>,
}

impl Frame {
    pub(super) fn new(returns: Returns, key: u64) -> Frame {
        Frame {
            scopes: vec![Scope::default()],
            next: 0,
            captures: Vec::new(),
            returns,
            loops: 0,
            breaks: 0,
            switches: Vec::new(),
            labels: Vec::new(),
            catches: 0,
            finallies: 0,
            key,
        }
    }

    pub(super) fn slot(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    pub(super) fn size(&self) -> u32 {
        self.next
    }

    fn find(&self, name: &str) -> Option<&Variable> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.variables.iter().rev().find(|it| it.name == name))
    }

    // The slot in this function for a cell of the function around it.
    fn capture(&mut self, outer: u32) -> u32 {
        if let Some((_, inner)) = self.captures.iter().find(|(it, _)| *it == outer) {
            return *inner;
        }
        let inner = self.slot();
        self.captures.push((outer, inner));
        inner
    }
}

impl Checker<'_> {
    pub(super) fn enter(&mut self) {
        self.frame().scopes.push(Scope::default());
    }

    /// Leaves a scope; gives the slots of its shared variables.
    pub(super) fn leave(&mut self) -> Vec<u32> {
        self.frame().scopes.pop().map(|it| it.fresh).unwrap_or_default()
    }

    /// Leaves a scope that will be entered again.
    pub(super) fn suspend(&mut self) -> Scope {
        self.frame().scopes.pop().unwrap_or_default()
    }

    /// Enters a scope again, around the present one.
    pub(super) fn resume(&mut self, scope: Scope) {
        let scopes = &mut self.frame().scopes;
        let inside = scopes.len().saturating_sub(1);
        scopes.insert(inside, scope);
    }

    /// Leaves the scope around the present one; gives the slots of its shared variables.
    pub(super) fn leave_outer(&mut self) -> Vec<u32> {
        let scopes = &mut self.frame().scopes;
        match scopes.len().checked_sub(2) {
            Some(outer) => scopes.remove(outer).fresh,
            None => Vec::new(),
        }
    }

    /// The present place: how many functions are around it, and the scope in the innermost.
    pub(super) fn home(&mut self) -> (usize, usize) {
        let scope = self.frame().scopes.len().saturating_sub(1);
        (self.frames.len().saturating_sub(1), scope)
    }

    /// A new shared slot in another scope, as the present function sees it, and as its own function does.
    pub(super) fn shared_slot(&mut self, home: (usize, usize)) -> Option<(u32, u32)> {
        let frame = self.frames.get_mut(home.0)?;
        let own = frame.slot();
        frame.scopes.get_mut(home.1)?.fresh.push(own);
        Some((own, self.seen_from_here(own, home.0)))
    }

    /// A slot of the function at `depth` as the present function sees it.
    pub(super) fn seen_from_here(&mut self, slot: u32, depth: usize) -> u32 {
        let inner = self.frames.iter_mut().skip(depth + 1);
        inner.fold(slot, |slot, frame| frame.capture(slot))
    }

    /// Declares a variable in the present scope.
    pub(super) fn declare(&mut self, name: &Name, ty: Type, kind: Kind) -> Variable {
        if self.find(&name.text).is_some() {
            let message = format!("there is already a variable `{}` here", name.text);
            self.error("expression-duplicate", message, name.span);
        }
        let shared = self.captured.contains(&name.text) && !matches!(kind, Kind::Constant(_) | Kind::Path(_));
        self.declare_as(&name.text, ty, kind, shared)
    }

    pub(super) fn declare_as(&mut self, name: &str, ty: Type, kind: Kind, shared: bool) -> Variable {
        let slot = self.frame().slot();
        let variable = Variable {
            name: name.to_owned(),
            ty,
            slot,
            shared,
            kind,
        };
        let frame = self.frame();
        if let Some(scope) = frame.scopes.last_mut() {
            if shared {
                scope.fresh.push(slot);
            }
            scope.variables.push(variable.clone());
        }
        variable
    }

    /// Puts a variable whose slot is known into the present scope.
    pub(super) fn put(&mut self, variable: Variable) {
        if let Some(scope) = self.frame().scopes.last_mut() {
            scope.variables.push(variable);
        }
    }

    /// The variable of a name, as the present function sees it.
    pub(super) fn find(&mut self, name: &str) -> Option<Variable> {
        let depth = self.frames.iter().rposition(|frame| frame.find(name).is_some())?;
        let mut variable = self.frames[depth].find(name)?.clone();
        if matches!(variable.kind, Kind::Constant(_)) {
            return Some(variable);
        }
        if depth + 1 < self.frames.len() {
            // The prepass saw every name inside a function, so the variable is shared.
            variable.slot = self.seen_from_here(variable.slot, depth);
            variable.shared = true;
        }
        Some(variable)
    }

    /// The names of all variables in reach, to suggest one.
    pub(super) fn variable_names(&self) -> Vec<String> {
        let scopes = self.frames.iter().flat_map(|frame| &frame.scopes);
        scopes
            .flat_map(|scope| scope.variables.iter().map(|it| it.name.clone()))
            .collect()
    }

    pub(super) fn key(&self) -> u64 {
        self.frames.last().map_or(0, |it| it.key)
    }
}

impl Variable {
    pub(super) fn read(&self) -> Code {
        let whole = match self.shared {
            true => Code::Cell(self.slot),
            false => Code::Local(self.slot),
        };
        match &self.kind {
            Kind::Constant(value) => Code::Const(value.clone()),
            Kind::Path(path) => path
                .iter()
                .fold(whole, |code, at| Code::Item(*at, Box::new(code))),
            _ => whole,
        }
    }

    pub(super) fn write(&self, value: Code) -> Code {
        match self.shared {
            true => Code::SetCell(self.slot, Box::new(value)),
            false => Code::SetLocal(self.slot, Box::new(value)),
        }
    }

    pub(super) fn place(&self) -> Place {
        match self.shared {
            true => Place::Cell(self.slot),
            false => Place::Local(self.slot),
        }
    }
}
