//! Expressions.

use super::{State, Walk, merge};
use crate::syntax::tree::{
    Argument, ArgumentMode, Clause, Designation, End, Expr, ExprKind, From, InitialValue, Initializer,
    LambdaBody, Name, Part, Pattern, Query,
};

impl Walk {
    pub(super) fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, mut state: State) -> State {
        for expr in exprs {
            state = self.expr(expr, state);
        }
        state
    }

    // The states when the condition holds and when it does not.
    pub(super) fn condition(&mut self, expr: &Expr, state: State) -> (State, State) {
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
            ExprKind::Is(value, Pattern::Not(inner)) => {
                let (yes, no) = self.matches(value, inner, state);
                (no, yes)
            }
            ExprKind::Is(value, pattern) => self.matches(value, pattern, state),
            _ => {
                let state = self.expr(expr, state);
                (state.clone(), state)
            }
        }
    }

    // A pattern's variables have values where it matches.
    fn matches(&mut self, value: &Expr, pattern: &Pattern, state: State) -> (State, State) {
        let state = self.expr(value, state);
        let mut without = state.clone();
        let mut names = Vec::new();
        names_in(pattern, &mut names);
        for name in names {
            let at = self.declare(name);
            if let Some(open) = &mut without {
                open.insert(at);
            }
        }
        (state, without)
    }

    pub(super) fn expr(&mut self, expr: &Expr, state: State) -> State {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.read(name, &state);
                state
            }
            ExprKind::Binary("&&" | "||", ..) | ExprKind::Unary("!", _) | ExprKind::Is(..) => {
                let (yes, no) = self.condition(expr, state);
                merge(yes, no)
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
            ExprKind::Compound("??", left, right) => {
                let state = self.expr(left, state);
                self.expr(right, state.clone());
                state
            }
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
                    it.body(&lambda.body, state.clone(), Vec::new());
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
            ExprKind::NewOfTarget(args, initializer, _) => {
                let state = self.arguments(args, state);
                match initializer {
                    Some(initializer) => self.initializer(initializer, state),
                    None => state,
                }
            }
            ExprKind::Switch(operand, arms) => {
                let state = self.expr(operand, state);
                arms.iter().fold(None, |end, arm| {
                    let own = self.scoped(|it| {
                        let start = match &arm.guard {
                            Some(guard) => it.condition(guard, state.clone()).0,
                            None => state.clone(),
                        };
                        it.expr(&arm.value, start)
                    });
                    merge(end, own)
                })
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

    pub(super) fn body(&mut self, body: &LambdaBody, state: State, outs: Vec<(Name, u32)>) {
        let jumps = std::mem::take(&mut self.jumps);
        let outs = std::mem::replace(&mut self.outs, outs);
        let end = match body {
            LambdaBody::Value(value) => self.expr(value, state),
            LambdaBody::Block(block) => self.block(block, state),
        };
        self.returns(&end);
        self.jumps = jumps;
        self.outs = outs;
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

// The variables that a pattern declares.
fn names_in<'p>(pattern: &'p Pattern, names: &mut Vec<&'p Name>) {
    match pattern {
        Pattern::Declaration(_, Some(name)) | Pattern::Var(Some(name)) => names.push(name),
        Pattern::Not(inner) => names_in(inner, names),
        Pattern::And(both) | Pattern::Or(both) => {
            names_in(&both.0, names);
            names_in(&both.1, names);
        }
        _ => (),
    }
}
