//! Whether every variable has a value when it is read (C# 9.4).
//!
//! A walk over the tree that follows the ways control can take. The state is the set of variables that may lack a value;
//! a place that is never reached has no state.

mod expressions;

use super::Source;
use crate::syntax::tree::{
    ArgumentMode, Block, Expr, ExprKind, Function, Label, Name, Pattern, Section, Statement, StatementKind,
};
use source::Diagnostic;
use std::collections::BTreeSet;

/// Complains about variables that are read before they have a value.
pub(super) fn check(source: &Source) -> Vec<Diagnostic> {
    let mut walk = Walk {
        scopes: vec![Vec::new()],
        count: 0,
        jumps: Vec::new(),
        outs: Vec::new(),
        diagnostics: Vec::new(),
    };
    let start = Some(BTreeSet::new());
    match source {
        Source::Value(expr) => drop(walk.expr(expr, start)),
        Source::Block(block) => drop(walk.block(block, start)),
    }
    walk.diagnostics
}

// Variables without a value; `None` where control never comes.
type State = Option<BTreeSet<u32>>;

// What may lack a value after either of two ways.
fn merge(a: State, b: State) -> State {
    match (a, b) {
        (None, state) | (state, None) => state,
        (Some(a), Some(b)) => Some(a.union(&b).copied().collect()),
    }
}

#[derive(Default)]
struct Jumps {
    breaks: State,
    continues: State,
    is_loop: bool,
}

struct Walk {
    // Names and numbers of variables that were declared without a value.
    scopes: Vec<Vec<(String, u32)>>,
    count: u32,
    // Loops and switches around the present place.
    jumps: Vec<Jumps>,
    // `out` parameters of the function around the present place.
    outs: Vec<(Name, u32)>,
    diagnostics: Vec<Diagnostic>,
}

impl Walk {
    fn declare(&mut self, name: &Name) -> u32 {
        self.count += 1;
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name.text.clone(), self.count));
        }
        self.count
    }

    fn find(&self, name: &str) -> Option<u32> {
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.iter().rev().find(|it| it.0 == name).map(|it| it.1))
    }

    fn read(&mut self, name: &Name, state: &State) {
        if let (Some(at), Some(open)) = (self.find(&name.text), state)
            && open.contains(&at)
        {
            let message = format!("`{}` may have no value here", name.text);
            let diagnostic = Diagnostic::error("expression-unassigned", message, name.span);
            self.diagnostics
                .push(diagnostic.help("give it a value where it is declared"));
        }
    }

    fn assign(&self, name: &str, mut state: State) -> State {
        if let (Some(at), Some(open)) = (self.find(name), &mut state) {
            open.remove(&at);
        }
        state
    }

    fn scoped<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(Vec::new());
        let result = inside(self);
        self.scopes.pop();
        result
    }

    // ---- statements

    fn block(&mut self, block: &Block, state: State) -> State {
        self.scoped(|it| it.statements(&block.statements, state))
    }

    fn statements(&mut self, statements: &[Statement], mut state: State) -> State {
        for statement in statements {
            state = self.statement(statement, state);
        }
        // A local function may be called where all variables around it have values.
        for statement in statements {
            if let StatementKind::Function(function) = &statement.kind {
                self.function(function);
            }
        }
        state
    }

    fn function(&mut self, function: &Function) {
        self.scoped(|it| {
            let mut open = BTreeSet::new();
            let mut outs = Vec::new();
            for param in function.params.iter().filter(|it| it.mode == ArgumentMode::Out) {
                let at = it.declare(&param.name);
                open.insert(at);
                outs.push((param.name.clone(), at));
            }
            it.body(&function.body, Some(open), outs);
        });
    }

    // Where a function is left, its `out` parameters have values.
    fn returns(&mut self, state: &State) {
        let Some(open) = state else { return };
        for (name, _) in self.outs.iter().filter(|it| open.contains(&it.1)) {
            let message = format!("`{}` may have no value where the function is left", name.text);
            self.diagnostics
                .push(Diagnostic::error("expression-unassigned", message, name.span));
        }
    }

    fn nested(&mut self, statement: &Statement, state: State) -> State {
        self.scoped(|it| it.statement(statement, state))
    }

    fn statement(&mut self, statement: &Statement, state: State) -> State {
        match &statement.kind {
            StatementKind::Empty | StatementKind::Function(_) => state,
            StatementKind::Block(block) | StatementKind::Checked(_, block) => self.block(block, state),
            StatementKind::Local { variables, .. } => self.local(variables, state),
            StatementKind::Expression(expr) => self.expr(expr, state),
            StatementKind::If(condition, yes, no) => {
                let (then, otherwise) = self.condition(condition, state);
                let then = self.nested(yes, then);
                let otherwise = match no {
                    Some(no) => self.nested(no, otherwise),
                    None => otherwise,
                };
                merge(then, otherwise)
            }
            StatementKind::While(condition, body) => self.repeat(Some(condition), &[], body, state),
            StatementKind::DoWhile(body, condition) => self.do_while(body, condition, state),
            StatementKind::For {
                init,
                condition,
                step,
                body,
            } => self.scoped(|it| {
                let state = it.statements(init, state);
                it.repeat(condition.as_ref(), step, body, state)
            }),
            StatementKind::Foreach { sequence, body, .. } => {
                let state = self.expr(sequence, state);
                self.jumps.push(Jumps {
                    is_loop: true,
                    ..Jumps::default()
                });
                self.nested(body, state.clone());
                self.jumps.pop();
                state
            }
            StatementKind::Return(value) => {
                let state = self.all(value, state);
                self.returns(&state);
                None
            }
            StatementKind::Throw(value) => {
                self.all(value, state);
                None
            }
            StatementKind::Break => {
                if let Some(jumps) = self.jumps.last_mut() {
                    jumps.breaks = merge(jumps.breaks.take(), state);
                }
                None
            }
            StatementKind::Continue => {
                if let Some(jumps) = self.jumps.iter_mut().rev().find(|it| it.is_loop) {
                    jumps.continues = merge(jumps.continues.take(), state);
                }
                None
            }
            StatementKind::Try {
                body,
                catches,
                finally,
            } => {
                let mut end = self.block(body, state.clone());
                for clause in catches {
                    let mut start = state.clone();
                    if let Some(filter) = &clause.filter {
                        start = self.condition(filter, start).0;
                    }
                    let caught = self.block(&clause.body, start);
                    end = merge(end, caught);
                }
                match finally {
                    Some(finally) => match (end, self.block(finally, state)) {
                        (Some(a), Some(b)) => Some(a.intersection(&b).copied().collect()),
                        _ => None,
                    },
                    None => end,
                }
            }
            StatementKind::Using(resource, body) => self.scoped(|it| {
                let state = it.statement(resource, state);
                it.nested(body, state)
            }),
            StatementKind::Lock(what, body) => {
                let state = self.expr(what, state);
                self.nested(body, state)
            }
            StatementKind::Switch(value, sections) => self.switch(value, sections, state),
            StatementKind::Goto(_) => None,
            // Control may come from a `goto`, whose state is not followed: it is taken to have them all.
            StatementKind::Labeled(_, inner) => self.statement(inner, Some(state.unwrap_or_default())),
        }
    }

    fn local(&mut self, variables: &[(Name, Option<Expr>)], mut state: State) -> State {
        for (name, value) in variables {
            match value {
                Some(value) => {
                    let at = self.declare(name);
                    if let Some(open) = &mut state {
                        open.insert(at);
                    }
                    // A lambda may use the variable that it is put into: it runs later.
                    let lambda = matches!(value.kind, ExprKind::Lambda(_));
                    let before = if lambda {
                        self.assign(&name.text, state)
                    } else {
                        state
                    };
                    state = self.expr(value, before);
                    state = self.assign(&name.text, state);
                }
                None => {
                    let at = self.declare(name);
                    if let Some(open) = &mut state {
                        open.insert(at);
                    }
                }
            }
        }
        state
    }

    fn repeat(&mut self, condition: Option<&Expr>, step: &[Expr], body: &Statement, state: State) -> State {
        let (inside, after) = match condition {
            Some(condition) => self.condition(condition, state),
            None => (state, None),
        };
        self.jumps.push(Jumps {
            is_loop: true,
            ..Jumps::default()
        });
        let mut end = self.nested(body, inside);
        let jumps = self.jumps.pop().unwrap_or_default();
        end = merge(end, jumps.continues);
        for step in step {
            end = self.expr(step, end);
        }
        merge(after, jumps.breaks)
    }

    fn do_while(&mut self, body: &Statement, condition: &Expr, state: State) -> State {
        self.jumps.push(Jumps {
            is_loop: true,
            ..Jumps::default()
        });
        let end = self.nested(body, state);
        let jumps = self.jumps.pop().unwrap_or_default();
        let (_, after) = self.condition(condition, merge(end, jumps.continues));
        merge(after, jumps.breaks)
    }

    fn switch(&mut self, value: &Expr, sections: &[Section], state: State) -> State {
        let state = self.expr(value, state);
        self.jumps.push(Jumps::default());
        let mut exhaustive = false;
        self.scoped(|it| {
            for section in sections {
                let mut start = state.clone();
                for label in &section.labels {
                    match label {
                        Label::Default(_) => exhaustive = true,
                        Label::Case(_, Some(guard), _) => start = it.condition(guard, start).0,
                        Label::Case(pattern, None, _) => {
                            exhaustive |= matches!(pattern, Pattern::Var(_) | Pattern::Discard);
                        }
                    }
                }
                it.statements(&section.body, start);
            }
        });
        let jumps = self.jumps.pop().unwrap_or_default();
        match exhaustive {
            true => jumps.breaks,
            false => merge(state, jumps.breaks),
        }
    }
}
