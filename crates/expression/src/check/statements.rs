//! Statements.

use super::scope::{Kind, LocalFunction, Returns, Variable};
use super::{Checker, Typed};
use crate::Value;
use crate::eval::cast::element_type;
use crate::eval::code::{self, Code, Function, Stmt};
use crate::library::interfaces;
use crate::syntax::tree::{
    Block, Designation, Expr, ExprKind, Function as FunctionSyntax, Name, Statement, StatementKind,
    TypeSyntax,
};
use crate::types::Type;
use source::{Diagnostic, Span};
use std::rc::Rc;
use std::sync::Arc;

type Functions = Vec<(u32, Arc<Function>)>;

impl Checker<'_> {
    /// A block in a scope of its own; also whether its end can be reached.
    pub(super) fn block(&mut self, block: &Block) -> (Stmt, bool) {
        self.enter();
        let (body, functions, falls_through) = self.statement_list(&block.statements);
        let fresh = self.leave();
        (block_of(fresh, functions, body), falls_through)
    }

    /// Statements in the present scope, and the local functions among them.
    pub(super) fn statement_list(&mut self, statements: &[Statement]) -> (Vec<Stmt>, Functions, bool) {
        let mut declared: Vec<(&FunctionSyntax, Variable, Rc<LocalFunction>)> = Vec::new();
        for statement in statements {
            if let StatementKind::Function(function) = &statement.kind {
                let signature = Rc::new(self.signature(function));
                let ty = Type::Object;
                let variable = self.declare_function(&function.name, ty, signature.clone());
                declared.push((function, variable, signature));
            }
        }
        let outer_labels = self.frame().labels.len();
        self.declare_labels(statements);
        let mut body = Vec::new();
        let mut reachable = true;
        let mut warned = false;
        for statement in statements {
            let mut statement = statement;
            while let StatementKind::Labeled(label, inner) = &statement.kind {
                // A `goto` may come here.
                reachable = true;
                body.extend(self.label(label).map(Stmt::Label));
                statement = inner;
            }
            if !reachable
                && !warned
                && !matches!(statement.kind, StatementKind::Function(_) | StatementKind::Empty)
            {
                self.warn("expression-unreachable", "this is never reached", statement.span);
                warned = true;
            }
            let (stmt, falls_through) = self.statement(statement);
            reachable &= falls_through;
            if !matches!(stmt, Stmt::Nothing) {
                body.push(stmt);
            }
        }
        // Bodies come last: they may use variables that are declared behind them.
        let functions = declared
            .into_iter()
            .flat_map(|(function, variable, signature)| self.function_bodies(function, &variable, &signature))
            .collect();
        self.frame().labels.truncate(outer_labels);
        (body, functions, reachable)
    }

    /// One statement; also whether what follows it can be reached.
    pub(super) fn statement(&mut self, statement: &Statement) -> (Stmt, bool) {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Empty | StatementKind::Function(_) => (Stmt::Nothing, true),
            StatementKind::Block(block) => self.block(block),
            StatementKind::Local {
                ty,
                constant,
                variables,
            } => (self.local(ty, *constant, variables), true),
            StatementKind::Expression(expr) => {
                let code = self.discarded(expr);
                (Stmt::Eval(code), !matches!(expr.kind, ExprKind::Throw(_)))
            }
            StatementKind::If(condition, yes, no) => self.if_statement(condition, yes, no.as_deref()),
            StatementKind::While(condition, body) => {
                let condition = self.condition(condition);
                let forever = is_always(&condition, true);
                let (body, breaks) = self.loop_body(body);
                (Stmt::While(Box::new((condition, body))), !forever || breaks)
            }
            StatementKind::DoWhile(body, condition) => {
                let (body, breaks) = self.loop_body(body);
                let condition = self.condition(condition);
                let forever = is_always(&condition, true);
                (Stmt::DoWhile(Box::new((body, condition))), !forever || breaks)
            }
            StatementKind::For {
                init,
                condition,
                step,
                body,
            } => self.for_statement(init, condition.as_ref(), step, body),
            StatementKind::Foreach {
                ty,
                target,
                sequence,
                body,
            } => (self.foreach(ty, target, sequence, body), true),
            StatementKind::Return(value) => (self.return_statement(value.as_ref(), span), false),
            StatementKind::Throw(value) => (self.throw(value.as_ref(), span), false),
            StatementKind::Break => {
                let frame = self.frame();
                let inside = frame.loops > 0 || !frame.switches.is_empty();
                frame.breaks += 1;
                if !inside {
                    self.type_error("there is nothing to `break` out of", span);
                }
                (Stmt::Break, false)
            }
            StatementKind::Continue => {
                if self.frame().loops == 0 {
                    self.type_error("there is no loop to `continue`", span);
                }
                (Stmt::Continue, false)
            }
            StatementKind::Try {
                body,
                catches,
                finally,
            } => self.try_statement(body, catches, finally.as_ref()),
            StatementKind::Using(resource, body) => self.using(resource, body),
            StatementKind::Switch(value, sections) => self.switch(value, sections),
            StatementKind::Goto(target) => (self.goto(target, span), false),
            StatementKind::Labeled(_, inner) => self.statement(inner),
            StatementKind::Lock(what, body) => {
                let object = what.span;
                let what = self.value(what);
                if what.ty.is_value() {
                    self.type_error(format!("`{}` cannot be locked", what.ty), object);
                }
                let (body, falls_through) = self.embedded(body);
                (
                    block_of(Vec::new(), Vec::new(), vec![Stmt::Eval(what.code), body]),
                    falls_through,
                )
            }
            StatementKind::Checked(checked, block) => self.overflow(*checked, |it| it.block(block)),
        }
    }

    // A statement under `if`, a loop and so on: in a scope of its own.
    pub(super) fn embedded(&mut self, statement: &Statement) -> (Stmt, bool) {
        self.enter();
        let (stmt, falls_through) = self.statement(statement);
        let fresh = self.leave();
        match fresh.is_empty() {
            true => (stmt, falls_through),
            false => (block_of(fresh, Vec::new(), vec![stmt]), falls_through),
        }
    }

    fn loop_body(&mut self, body: &Statement) -> (Stmt, bool) {
        let frame = self.frame();
        frame.loops += 1;
        let breaks = std::mem::take(&mut frame.breaks);
        let switches = std::mem::take(&mut frame.switches);
        let (body, _) = self.embedded(body);
        let frame = self.frame();
        frame.loops -= 1;
        frame.switches = switches;
        let breaks = std::mem::replace(&mut frame.breaks, breaks);
        (body, breaks > 0)
    }

    fn local(&mut self, ty: &TypeSyntax, constant: bool, variables: &[(Name, Option<Expr>)]) -> Stmt {
        let inferred = ty.is_var();
        let declared = if inferred { Type::Error } else { self.resolve(ty) };
        if declared == Type::Void {
            self.type_error("a variable cannot be `void`", ty.span);
        }
        if inferred && (constant || variables.len() > 1) {
            let what = if constant {
                "a constant"
            } else {
                "each of several variables"
            };
            self.type_error(format!("{what} needs its type written, not `var`"), ty.span);
        }
        let mut codes = Vec::new();
        for (name, value) in variables {
            match (value, inferred) {
                (Some(value), _) if constant => self.constant(name, value, &declared),
                (Some(value), true) => {
                    // The name is in scope in its own value, though it may not be used there.
                    let typed = self.inferred(name, value);
                    let variable = self.declare(name, typed.ty, Kind::Local);
                    codes.push(Stmt::Eval(variable.write(typed.code)));
                }
                (Some(value), false) => {
                    // Declared first: a lambda may call itself by this name.
                    let variable = self.declare(name, declared.clone(), Kind::Local);
                    let typed = self.expect(value, &declared);
                    codes.push(Stmt::Eval(variable.write(typed.code)));
                }
                (None, true) => {
                    self.type_error(
                        format!("`var {}` needs a value to get its type from", name.text),
                        name.span,
                    );
                    self.declare(name, Type::Error, Kind::Local);
                }
                (None, false) => {
                    if constant {
                        self.type_error("a constant needs a value", name.span);
                    }
                    let variable = self.declare(name, declared.clone(), Kind::Local);
                    // C# would refuse to read it before it is assigned; here it starts as the default.
                    let default = crate::eval::cast::default_of(&declared);
                    codes.push(Stmt::Eval(variable.write(Code::Const(default))));
                }
            }
        }
        match codes.len() {
            1 => codes.remove(0),
            _ => block_of(Vec::new(), Vec::new(), codes),
        }
    }

    fn inferred(&mut self, name: &Name, value: &Expr) -> Typed {
        let typed = match &value.kind {
            ExprKind::ArrayInitializer(_) => {
                let diagnostic = Diagnostic::error(
                    "expression-type",
                    "`var` cannot take its type from braces",
                    value.span,
                );
                self.report(diagnostic.help("write `new[] { ... }`"));
                return Typed::error();
            }
            _ => self.value(value),
        };
        if typed.is_null() {
            let diagnostic = Diagnostic::error(
                "expression-type",
                format!("`var {}` cannot take its type from null", name.text),
                name.span,
            );
            self.report(diagnostic.help("write the type: `string name = null;`"));
            return Typed::error();
        }
        typed
    }

    fn constant(&mut self, name: &Name, value: &Expr, ty: &Type) {
        let typed = self.expect(value, ty);
        let constant = match (typed.constant, typed.code) {
            (Some(constant), _) => constant,
            (None, Code::Const(Value::Null)) => Value::Null,
            _ => {
                if !typed.ty.is_error() {
                    self.type_error(
                        "a constant needs a value that is known while compiling",
                        value.span,
                    );
                }
                Value::Null
            }
        };
        self.declare(name, ty.clone(), Kind::Constant(constant));
    }

    fn if_statement(&mut self, condition: &Expr, yes: &Statement, no: Option<&Statement>) -> (Stmt, bool) {
        let condition = self.condition(condition);
        let (yes, yes_falls) = self.embedded(yes);
        let (no, no_falls) = match no {
            Some(no) => self.embedded(no),
            None => (Stmt::Nothing, true),
        };
        // Which way is never taken may be known already.
        let yes_falls = yes_falls && !is_always(&condition, false);
        let no_falls = no_falls && !is_always(&condition, true);
        (Stmt::If(Box::new((condition, yes, no))), yes_falls || no_falls)
    }

    fn for_statement(
        &mut self,
        init: &[Statement],
        condition: Option<&Expr>,
        step: &[Expr],
        body: &Statement,
    ) -> (Stmt, bool) {
        self.enter();
        let init = init.iter().map(|it| self.statement(it).0).collect();
        let condition = condition.map(|it| self.condition(it));
        let forever = condition.as_ref().is_none_or(|it| is_always(it, true));
        let (body, breaks) = self.loop_body(body);
        let step = step.iter().map(|it| self.discarded(it)).collect();
        let fresh = self.leave();
        (
            Stmt::For(Box::new(code::For {
                fresh,
                init,
                condition,
                step,
                body,
            })),
            !forever || breaks,
        )
    }

    fn foreach(&mut self, ty: &TypeSyntax, target: &Designation, sequence: &Expr, body: &Statement) -> Stmt {
        let sequence_value = self.value(sequence);
        let element = match &sequence_value.ty {
            Type::Error => Type::Error,
            Type::Dynamic => Type::Dynamic,
            other => match element_type(other) {
                Some(element) => element,
                None if crate::eval::cast::fits(other, &Type::class(&interfaces::IENUMERABLE_0)) => {
                    Type::Object
                }
                None => {
                    let message = format!("`{other}` has no elements to go through");
                    let diagnostic = Diagnostic::error("expression-type", message, sequence.span);
                    self.report(match other {
                        Type::Object => {
                            diagnostic.help("cast it to the type that it really has: `(JArray)value`")
                        }
                        _ => diagnostic,
                    });
                    Type::Error
                }
            },
        };
        self.enter();
        let slot = self.temporary();
        let item = Typed::new(Code::Local(slot), element.clone());
        let item = match ty.is_var() {
            true => item,
            false => {
                let wanted = self.resolve(ty);
                // The variable's type is a cast of each element.
                match self.explicit(&element, None, &wanted) {
                    Some(way) => self.along(item, &way, &wanted),
                    None => self.no_conversion(&element, &wanted, ty.span),
                }
            }
        };
        let assign = match target {
            Designation::Name(name) => self.declare(name, item.ty, Kind::ReadOnly).write(item.code),
            other => self.declare_part(other, item, ty.span),
        };
        let (body, _) = self.loop_body(body);
        let fresh = self.leave();
        Stmt::Foreach(Box::new(code::Foreach {
            sequence: sequence_value.code,
            fresh,
            element: slot,
            assign,
            body,
        }))
    }

    fn return_statement(&mut self, value: Option<&Expr>, span: Span) -> Stmt {
        if self.frame().finallies > 0 {
            self.type_error("`return` cannot leave a `finally`", span);
        }
        match (self.frame().returns.clone(), value) {
            (Returns::Type(Type::Void), None) => Stmt::Return(None),
            (Returns::Type(Type::Void), Some(value)) => {
                self.type_error("this function gives no value", value.span);
                Stmt::Return(None)
            }
            (Returns::Type(ty), Some(value)) => Stmt::Return(Some(self.expect(value, &ty).code)),
            (Returns::Anything, Some(value)) => Stmt::Return(Some(self.value(value).code)),
            (Returns::Collected(_), value) => {
                let (ty, constant, code) = match value {
                    Some(value) => {
                        let typed = self.value(value);
                        (typed.ty, typed.constant, Some(typed.code))
                    }
                    None => (Type::Void, None, None),
                };
                if let Returns::Collected(returned) = &mut self.frame().returns {
                    returned.push((ty, constant));
                }
                Stmt::Return(code)
            }
            (Returns::Type(_) | Returns::Anything, None) => {
                self.error("expression-no-return", "`return` needs a value here", span);
                Stmt::Return(None)
            }
        }
    }

    fn throw(&mut self, value: Option<&Expr>, span: Span) -> Stmt {
        match value {
            Some(value) => Stmt::Throw(
                self.expect(value, &Type::class(&crate::library::exceptions::EXCEPTION))
                    .code,
            ),
            None => {
                if self.frame().catches == 0 {
                    self.type_error("`throw;` belongs into a `catch`", span);
                }
                Stmt::Rethrow
            }
        }
    }
}

fn is_always(condition: &Code, value: bool) -> bool {
    matches!(condition, Code::Const(Value::Bool(it)) if *it == value)
}

pub(super) fn block_of(fresh: Vec<u32>, functions: Functions, mut body: Vec<Stmt>) -> Stmt {
    match (fresh.is_empty() && functions.is_empty(), body.len()) {
        (true, 0) => Stmt::Nothing,
        (true, 1) => body.remove(0),
        _ => Stmt::Block(Box::new(code::Block {
            fresh,
            functions,
            body,
        })),
    }
}
