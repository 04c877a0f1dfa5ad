//! Whether every variable has a value when it is read (C# 9.4).
//!
//! A walk over the tree that follows the ways control can take. The state is the set of variables that may lack a value;
//! a place that is never reached has no state.

use super::Source;
use crate::syntax::tree::{
    Argument, ArgumentMode, Block, Clause, Designation, End, Expr, ExprKind, From, InitialValue, Initializer,
    Label, LambdaBody, Name, Part, Pattern, Query, Section, Statement, StatementKind,
};
use source::Diagnostic;
use std::collections::BTreeSet;

/// Complains about variables that are read before they have a value.
pub(super) fn check(source: &Source) -> Vec<Diagnostic> {
    let mut walk = Walk {
        scopes: vec![Vec::new()],
        count: 0,
        jumps: Vec::new(),
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
                self.body(&function.body, Some(BTreeSet::new()));
            }
        }
        state
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
            StatementKind::Return(value) | StatementKind::Throw(value) => {
                if let Some(value) = value {
                    self.expr(value, state);
                }
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
                        Label::Case(_, None, _) => (),
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

    // ---- expressions

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, mut state: State) -> State {
        for expr in exprs {
            state = self.expr(expr, state);
        }
        state
    }

    // The states when the condition holds and when it does not.
    fn condition(&mut self, expr: &Expr, state: State) -> (State, State) {
        match &expr.kind {
            ExprKind::Bool(true) => (state, None),
            ExprKind::Bool(false) => (None, state),
            ExprKind::Unary("!", inner) => {
                let (yes, no) = self.condition(inner, state);
                (no, yes)
            }
            ExprKind::Binary("&&", a, b) => {
                let (yes, no) = self.condition(a, state);
                let (yes, other) = self.condition(b, yes);
                (yes, merge(no, other))
            }
            ExprKind::Binary("||", a, b) => {
                let (yes, no) = self.condition(a, state);
                let (other, no) = self.condition(b, no);
                (merge(yes, other), no)
            }
            ExprKind::Is(value, Pattern::Declaration(_, Some(name)) | Pattern::Var(Some(name))) => {
                let state = self.expr(value, state);
                let at = self.declare(name);
                let without = state.clone().map(|mut open| {
                    open.insert(at);
                    open
                });
                (state, without)
            }
            _ => {
                let state = self.expr(expr, state);
                (state.clone(), state)
            }
        }
    }

    fn expr(&mut self, expr: &Expr, state: State) -> State {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.read(name, &state);
                state
            }
            ExprKind::Binary("&&" | "||", ..) | ExprKind::Unary("!", _) | ExprKind::Is(..) => {
                match &expr.kind {
                    ExprKind::Is(value, Pattern::Type(_) | Pattern::Constant(_) | Pattern::Discard)
                    | ExprKind::Is(value, Pattern::Declaration(_, None) | Pattern::Var(None)) => {
                        self.expr(value, state)
                    }
                    _ => {
                        let (yes, no) = self.condition(expr, state);
                        merge(yes, no)
                    }
                }
            }
            ExprKind::Binary("??", a, b) => {
                let state = self.expr(a, state);
                self.expr(b, state.clone());
                state
            }
            ExprKind::Binary(_, a, b) => self.all([&**a, &**b], state),
            ExprKind::Ternary(condition, yes, no) => {
                let (then, otherwise) = self.condition(condition, state);
                let then = self.expr(yes, then);
                let otherwise = self.expr(no, otherwise);
                merge(then, otherwise)
            }
            ExprKind::Assign(left, right) => self.assignment(left, right, state),
            ExprKind::Compound(_, left, right) => self.all([&**left, &**right], state),
            ExprKind::Call(callee, args) => {
                let state = self.expr(callee, state);
                self.arguments(args, state)
            }
            ExprKind::Index(object, args) => {
                let state = self.expr(object, state);
                self.arguments(args, state)
            }
            ExprKind::Conditional(receiver, rest) => {
                let state = self.expr(receiver, state);
                self.expr(rest, state.clone());
                state
            }
            ExprKind::Throw(value) => {
                self.expr(value, state);
                None
            }
            ExprKind::Lambda(lambda) => {
                self.scoped(|it| {
                    // A parameter hides nothing in C# 7, and always has a value.
                    it.body(&lambda.body, state.clone());
                });
                state
            }
            _ => self.rarer(expr, state),
        }
    }

    fn rarer(&mut self, expr: &Expr, state: State) -> State {
        match &expr.kind {
            ExprKind::Member(inner, _)
            | ExprKind::Unary(_, inner)
            | ExprKind::Step { target: inner, .. }
            | ExprKind::Cast(_, inner)
            | ExprKind::As(inner, _)
            | ExprKind::Checked(_, inner) => self.expr(inner, state),
            ExprKind::Interpolated(parts) => parts.iter().fold(state, |state, part| match part {
                Part::Hole { value, .. } => self.expr(value, state),
                Part::Text(_) => state,
            }),
            ExprKind::New(_, args, initializer) => {
                let state = self.arguments(args, state);
                match initializer {
                    Some(initializer) => self.initializer(initializer, state),
                    None => state,
                }
            }
            ExprKind::NewArray(_, length, items) => {
                let state = self.all(length.as_deref(), state);
                self.all(items.iter().flatten(), state)
            }
            ExprKind::NewAnonymous(members) => self.all(members.iter().map(|it| &it.1), state),
            ExprKind::ArrayInitializer(items) => self.all(items, state),
            ExprKind::Tuple(items) => self.all(items.iter().map(|it| &it.1), state),
            ExprKind::Query(query) => {
                self.query(query, state.clone());
                state
            }
            _ => state,
        }
    }

    fn assignment(&mut self, left: &Expr, right: &Expr, state: State) -> State {
        match &left.kind {
            ExprKind::Name(name) => {
                // A lambda may use the variable that it is put into.
                let before = match right.kind {
                    ExprKind::Lambda(_) => self.assign(&name.text, state),
                    _ => state,
                };
                let state = self.expr(right, before);
                self.assign(&name.text, state)
            }
            ExprKind::Tuple(items) => {
                let mut state = self.expr(right, state);
                for (_, item) in items {
                    state = match &item.kind {
                        ExprKind::Name(name) => self.assign(&name.text, state),
                        ExprKind::Declare(..) => state,
                        _ => self.expr(item, state),
                    };
                }
                state
            }
            ExprKind::Declare(..) => self.expr(right, state),
            _ => self.all([left, right], state),
        }
    }

    fn arguments(&mut self, args: &[Argument], mut state: State) -> State {
        let mut assigned = Vec::new();
        for arg in args {
            match (&arg.value.kind, arg.mode) {
                (ExprKind::Name(name), ArgumentMode::Out) => assigned.push(name),
                (ExprKind::Declare(_, Designation::Name(name)), _) => {
                    self.declare(name);
                }
                _ => state = self.expr(&arg.value, state),
            }
        }
        // `out` variables have their values once the call is done.
        assigned
            .into_iter()
            .fold(state, |state, name| self.assign(&name.text, state))
    }

    fn initializer(&mut self, initializer: &Initializer, state: State) -> State {
        let value = |walk: &mut Walk, value: &InitialValue, state: State| match value {
            InitialValue::Value(expr) => walk.expr(expr, state),
            InitialValue::Nested(nested) => walk.initializer(nested, state),
        };
        match initializer {
            Initializer::Members(members) => members
                .iter()
                .fold(state, |state, (_, it)| value(self, it, state)),
            Initializer::Elements(elements) => self.all(elements.iter().flatten(), state),
            Initializer::Indexed(entries) => entries.iter().fold(state, |state, (args, it)| {
                let state = self.arguments(args, state);
                value(self, it, state)
            }),
        }
    }

    fn body(&mut self, body: &LambdaBody, state: State) {
        let jumps = std::mem::take(&mut self.jumps);
        match body {
            LambdaBody::Value(value) => drop(self.expr(value, state)),
            LambdaBody::Block(block) => drop(self.block(block, state)),
        }
        self.jumps = jumps;
    }

    fn query(&mut self, query: &Query, state: State) {
        self.from(&query.first, &state);
        self.query_rest(&query.clauses, &query.end, &state);
        let mut next = query.next.as_ref();
        while let Some((_, rest)) = next {
            self.query_rest(&rest.clauses, &rest.end, &state);
            next = rest.next.as_ref();
        }
    }

    fn from(&mut self, from: &From, state: &State) {
        self.expr(&from.source, state.clone());
    }

    fn query_rest(&mut self, clauses: &[Clause], end: &End, state: &State) {
        for clause in clauses {
            match clause {
                Clause::From(from) => self.from(from, state),
                Clause::Let(_, value) | Clause::Where(value) => drop(self.expr(value, state.clone())),
                Clause::OrderBy(keys) => drop(self.all(keys.iter().map(|it| &it.0), state.clone())),
                Clause::Join {
                    from, left, right, ..
                } => {
                    self.from(from, state);
                    self.all([&**left, &**right], state.clone());
                }
            }
        }
        match end {
            End::Select(value) => drop(self.expr(value, state.clone())),
            End::Group(what, key) => drop(self.all([what, key], state.clone())),
        }
    }
}
