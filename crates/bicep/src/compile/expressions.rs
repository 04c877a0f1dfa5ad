use super::unit::Symbol;
use super::{FileCompiler, Variable};
use crate::functions::Shape;
use crate::syntax::tree::{Element, Expr as Tree, ExprKind, Loop, Member, Name};
use crate::template::{Expr, Kind, Place, ValueLoop};
use serde_json::Value;
use source::{Diagnostic, Span, nearest};
use std::sync::Arc;

impl FileCompiler<'_, '_> {
    /// Compiles an expression. What is wrong in it is noted, and stands as null.
    pub(super) fn expression(&mut self, tree: &Tree) -> Expr {
        let at = self.place(tree);
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expression_at(tree, &at))
    }

    fn expression_at(&mut self, tree: &Tree, at: &Place) -> Expr {
        match &tree.kind {
            ExprKind::Null => Expr::value(Value::Null, at),
            ExprKind::Bool(flag) => Expr::value((*flag).into(), at),
            ExprKind::Number(number) => self.number(*number, false, at),
            ExprKind::Text(text) => Expr::text(text.clone(), at),
            ExprKind::Template(texts, values) => self.template_text(texts, values, at),
            ExprKind::Name(name) => self.name(name, at),
            ExprKind::Call { name, arguments } => self.call(name, arguments, at),
            ExprKind::Method {
                base,
                name,
                arguments,
            } => self.method(base, name, arguments, at),
            ExprKind::Member { base, name, safe } => self.member(tree, base, name, *safe, at),
            ExprKind::Index {
                base,
                index,
                safe,
                from_end,
            } => self.index(tree, base, index, (*safe, *from_end), at),
            ExprKind::Nested { base, name } => self.nested(tree, base, name, at),
            ExprKind::NonNull(inner) => self.expression(inner),
            ExprKind::Unary { operator, operand } => self.unary(operator, operand, at),
            ExprKind::Binary {
                operator,
                left,
                right,
            } => self.binary(operator, left, right, at),
            ExprKind::Ternary { condition, yes, no } => {
                let arguments = vec![
                    self.expression(condition),
                    self.expression(yes),
                    self.expression(no),
                ];
                self.wants(&arguments[0], Shape::Bool, "BCP046");
                Expr::call("if", arguments, at)
            }
            ExprKind::Object(members) => self.object(members, at),
            ExprKind::Array(elements) => self.array(elements, at),
            ExprKind::For(each) => self.value_loop(each, at),
            ExprKind::If { .. } => {
                self.error(
                    tree.span,
                    "BCP018",
                    "a condition stands only in front of the body of a resource or a module",
                );
                Expr::broken(at)
            }
            ExprKind::Lambda { .. } => {
                self.error(
                    tree.span,
                    "BCP238",
                    "a lambda stands only as an argument of a function that takes one",
                );
                Expr::broken(at)
            }
        }
    }

    fn number(&mut self, number: u64, negative: bool, at: &Place) -> Expr {
        let value = match negative {
            true => 0i64.checked_sub_unsigned(number),
            false => i64::try_from(number).ok(),
        };
        if value.is_none() {
            self.error(
                at.span,
                "BCP010",
                "the number is too large: a whole number has 64 bits",
            );
        }
        Expr::value(value.unwrap_or_default().into(), at)
    }

    fn template_text(&mut self, texts: &[String], values: &[Tree], at: &Place) -> Expr {
        let mut pattern = String::new();
        let mut arguments = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            pattern.push_str(&text.replace('{', "{{").replace('}', "}}"));
            if let Some(value) = values.get(index) {
                pattern.push_str(&format!("{{{index}}}"));
                arguments.push(self.expression(value));
            }
        }
        arguments.insert(0, Expr::text(pattern, at));
        Expr::call("format", arguments, at)
    }

    /// What a bare name stands for.
    fn name(&mut self, name: &str, at: &Place) -> Expr {
        if let Some((_, value)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            let mut value = value.clone();
            value.at = at.clone();
            return value;
        }
        let tree = Tree {
            kind: ExprKind::Name(name.to_owned()),
            span: at.span,
        };
        if let Some(target) = self.target(&tree) {
            if self.in_function {
                self.out_of_reach(name, at.span);
            }
            return self.target_value(&target, at);
        }
        match self.unit.symbols.get(name).cloned() {
            Some(Symbol::Param) if !self.prefix.is_empty() || self.in_function => {
                self.out_of_reach(name, at.span);
                Expr::broken(at)
            }
            Some(Symbol::Param) => Expr::call("parameters", vec![Expr::text(name, at)], at),
            Some(Symbol::Var(_)) => self.variable(name, at),
            Some(Symbol::Imported(statement, original)) => self.imported_value(statement, &original, at),
            Some(Symbol::Type(_)) => self.misused(name, "a type", at),
            Some(Symbol::Func(_)) => self.misused(name, "a function", at),
            Some(Symbol::Namespace(_) | Symbol::Extension) => self.misused(name, "a namespace", at),
            Some(Symbol::Resource(_) | Symbol::Module(_)) | None => self.unknown_name(name, at),
        }
    }

    fn misused(&mut self, name: &str, what: &str, at: &Place) -> Expr {
        self.error(at.span, "BCP063", format!("`{name}` is {what}, not a value"));
        Expr::broken(at)
    }

    pub(super) fn out_of_reach(&mut self, name: &str, span: Span) {
        let message =
            format!("`{name}` cannot be used here: a function sees its parameters and constants alone");
        self.error(span, "BCP341", message);
    }

    pub(super) fn unknown_name(&mut self, name: &str, at: &Place) -> Expr {
        let locals = self.locals.iter().map(|(local, _)| local.as_str());
        let names = self.unit.symbols.keys().map(String::as_str).chain(locals);
        let near = nearest(name, names).map(str::to_owned);
        let message = format!("there is no `{name}` here");
        // Two codes for one mistake: with and without advice, as Bicep has them.
        let code = if near.is_some() { "BCP082" } else { "BCP057" };
        let diagnostic = Diagnostic::error(code, message, at.span).suggest(near.as_deref());
        self.note(diagnostic);
        Expr::broken(at)
    }

    /// The value of a variable of this file.
    pub(super) fn variable(&mut self, name: &str, at: &Place) -> Expr {
        let key = format!("{}{name}", self.prefix);
        if !self.variables.contains_key(&key) {
            self.declare_variable(name);
        }
        match self.variables.get(&key).cloned() {
            Some(Variable::Open) => {
                self.error(
                    at.span,
                    "BCP080",
                    format!("the value of `{name}` depends on itself"),
                );
                Expr::broken(at)
            }
            Some(Variable::Constant) => Expr::call("variables", vec![Expr::text(key, at)], at),
            Some(Variable::Inlined(value, touched)) => {
                for touched in touched {
                    if !self.touched.contains(&touched) {
                        self.touched.push(touched);
                    }
                }
                value
            }
            Some(Variable::Broken) | None => Expr::broken(at),
        }
    }

    fn member(&mut self, tree: &Tree, base: &Tree, name: &Name, safe: bool, at: &Place) -> Expr {
        let key = Expr::text(name.text.clone(), &self.at(name.span));
        if let Some(output) = self.output_of(base, &key, safe || is_safe(base), at) {
            return output;
        }
        if let Some(member) = self.target_member(base, &name.text, at) {
            return match member.kind {
                Kind::Member(base, key) if safe => Expr::call("tryGet", vec![*base, *key], at),
                _ => member,
            };
        }
        if let ExprKind::Name(namespace) = &base.kind
            && let Some(Symbol::Namespace(statement)) = self.unit.symbols.get(namespace).cloned()
            && !self.locals.iter().any(|(local, _)| local == namespace)
        {
            return self.imported_value(statement, &name.text, at);
        }
        self.access(tree, base, key, safe, at)
    }

    fn index(&mut self, tree: &Tree, base: &Tree, index: &Tree, how: (bool, bool), at: &Place) -> Expr {
        let (safe, from_end) = how;
        if !from_end {
            if let ExprKind::Text(name) = &index.kind {
                let name = Name {
                    text: name.clone(),
                    span: index.span,
                };
                return self.member(tree, base, &name, safe, at);
            }
            if let Some(target) = self.target(tree) {
                return self.target_value(&target, at);
            }
            let key = self.expression(index);
            if let Some(output) = self.output_of(base, &key, safe || is_safe(base), at) {
                return output;
            }
            return self.access(tree, base, key, safe, at);
        }
        let is_chained = is_safe(base);
        let (base, index) = (self.expression(base), self.expression(index));
        if is_chained
            && let Kind::Call(function, arguments) = &base.kind
            && &**function == "tryGet"
        {
            let place = vec![
                (Expr::text("value", at), index),
                (Expr::text("fromEnd", at), Expr::value(true.into(), at)),
            ];
            let place = Expr {
                kind: Kind::Object(place),
                at: at.clone(),
            };
            return Expr::call("tryGet", arguments.iter().cloned().chain([place]).collect(), at);
        }
        let function = if safe { "tryIndexFromEnd" } else { "indexFromEnd" };
        Expr::call(function, vec![base, index], at)
    }

    /// `a.b` and `a[b]`. Behind a safe access everything is safe: `a.?b.c` is null where there is no `b`.
    fn access(&mut self, tree: &Tree, base: &Tree, key: Expr, safe: bool, at: &Place) -> Expr {
        let is_chained = is_safe(base);
        let compiled = self.expression(base);
        if is_chained
            && let Kind::Call(function, arguments) = &compiled.kind
            && matches!(&**function, "tryGet" | "tryIndexFromEnd")
        {
            let arguments = arguments.iter().cloned().chain([key]).collect();
            return Expr::call(function, arguments, at);
        }
        if safe || is_safe(tree) {
            return Expr::call("tryGet", vec![compiled, key], at);
        }
        self.may_have(&compiled, &key);
        compiled.index(key, at)
    }

    fn nested(&mut self, tree: &Tree, base: &Tree, name: &Name, at: &Place) -> Expr {
        match self.target(tree) {
            Some(target) => self.target_value(&target, at),
            None => {
                let message = match self.target(base) {
                    Some(_) => format!("there is no resource `{}` inside this one", name.text),
                    None => "only a resource has resources inside it".to_owned(),
                };
                self.error(name.span, "BCP159", message);
                Expr::broken(at)
            }
        }
    }

    fn unary(&mut self, operator: &str, operand: &Tree, at: &Place) -> Expr {
        if let (ExprKind::Number(number), "-" | "+") = (&operand.kind, operator) {
            return self.number(*number, operator == "-", at);
        }
        let value = self.expression(operand);
        match operator {
            "!" => {
                self.wants(&value, Shape::Bool, "BCP044");
                Expr::call("not", vec![value], at)
            }
            "-" => {
                self.wants(&value, Shape::Int, "BCP044");
                Expr::call("sub", vec![Expr::value(0.into(), at), value], at)
            }
            _ => value,
        }
    }

    fn binary(&mut self, operator: &str, left: &Tree, right: &Tree, at: &Place) -> Expr {
        let (left, right) = (self.expression(left), self.expression(right));
        let lower = |value: Expr| Expr::call("toLower", vec![value], at);
        let (function, shape) = match operator {
            "??" => ("coalesce", Shape::Any),
            "||" => ("or", Shape::Bool),
            "&&" => ("and", Shape::Bool),
            "==" | "!=" => ("equals", Shape::Any),
            "=~" | "!~" => ("equals", Shape::Text),
            "<" => ("less", Shape::Any),
            "<=" => ("lessOrEquals", Shape::Any),
            ">" => ("greater", Shape::Any),
            ">=" => ("greaterOrEquals", Shape::Any),
            "+" => ("add", Shape::Int),
            "-" => ("sub", Shape::Int),
            "*" => ("mul", Shape::Int),
            "/" => ("div", Shape::Int),
            _ => ("mod", Shape::Int),
        };
        for side in [&left, &right] {
            self.wants(side, shape, "BCP045");
        }
        let arguments = match operator {
            "=~" | "!~" => vec![lower(left), lower(right)],
            _ => vec![left, right],
        };
        let call = Expr::call(function, arguments, at);
        match operator {
            "!=" | "!~" => Expr::call("not", vec![call], at),
            _ => call,
        }
    }

    fn object(&mut self, members: &[Member], at: &Place) -> Expr {
        let mut parts: Vec<Expr> = Vec::new();
        let mut own: Vec<(Expr, Expr)> = Vec::new();
        let object = |members: Vec<(Expr, Expr)>| Expr {
            kind: Kind::Object(members),
            at: at.clone(),
        };
        let mut has_spread = false;
        for member in members {
            match member {
                Member::Property { key, value } => {
                    let key = self.expression(key);
                    if let Some(name) = key.as_text()
                        && own.iter().any(|(known, _)| known.as_text() == Some(name))
                    {
                        let message = format!("`{name}` stands here more than once");
                        self.error(key.at.span, "BCP025", message);
                    }
                    let value = self.expression(value);
                    own.push((key, value));
                }
                Member::Spread(inner) => {
                    has_spread = true;
                    if !own.is_empty() {
                        parts.push(object(std::mem::take(&mut own)));
                    }
                    let inner = self.expression(inner);
                    self.wants(&inner, Shape::Object, "BCP401");
                    parts.push(inner);
                }
                Member::Resource(nested) => {
                    let span = nested.resource.name.span;
                    self.error(
                        span,
                        "BCP018",
                        "a resource stands only at the top of a file or directly in another's body",
                    );
                }
            }
        }
        if !has_spread {
            return object(own);
        }
        if !own.is_empty() {
            parts.push(object(own));
        }
        let list = Expr {
            kind: Kind::Array(parts),
            at: at.clone(),
        };
        Expr::call("shallowMerge", vec![list], at)
    }

    fn array(&mut self, elements: &[Element], at: &Place) -> Expr {
        let array = |elements: Vec<Expr>| Expr {
            kind: Kind::Array(elements),
            at: at.clone(),
        };
        let mut parts: Vec<Expr> = Vec::new();
        let mut own: Vec<Expr> = Vec::new();
        let mut has_spread = false;
        for element in elements {
            match element {
                Element::Value(value) => {
                    self.no_loop(value);
                    own.push(self.expression(value));
                }
                Element::Spread(inner) => {
                    has_spread = true;
                    if !own.is_empty() {
                        parts.push(array(std::mem::take(&mut own)));
                    }
                    let inner = self.expression(inner);
                    self.wants(&inner, Shape::Array, "BCP402");
                    parts.push(inner);
                }
            }
        }
        if !has_spread {
            return array(own);
        }
        if !own.is_empty() {
            parts.push(array(own));
        }
        Expr::call("flatten", vec![array(parts)], at)
    }

    /// `[for item in collection: body]` as a value.
    fn value_loop(&mut self, each: &Loop, at: &Place) -> Expr {
        if let ExprKind::If { condition, .. } = &each.body.kind {
            let diagnostic =
                Diagnostic::error("BCP147", "a loop that makes a value has no `if`", condition.span)
                    .help("choose with `filter(...)`");
            self.note(diagnostic);
        }
        self.compiler.loops += 1;
        let name: Arc<str> = format!("loop{}", self.compiler.loops).into();
        let index = Expr::call("copyIndex", vec![Expr::text(&*name, at)], at);
        let locals = self.locals_of(each, &index);
        let count = self.count_of(each);
        let input = self.with_locals(locals, |this| this.expression(&each.body));
        Expr {
            kind: Kind::Loop(Box::new(ValueLoop { name, count, input })),
            at: at.clone(),
        }
    }

    /// How often a loop runs.
    pub(super) fn count_of(&mut self, each: &Loop) -> Expr {
        let at = self.at(each.collection.span);
        let collection = self.expression(&each.collection);
        self.wants(&collection, Shape::Array, "BCP137");
        Expr::call("length", vec![collection], &at)
    }

    /// A lambda, as an argument of a function that takes one.
    pub(super) fn lambda(&mut self, tree: &Tree) -> Option<Expr> {
        let ExprKind::Lambda { parameters, body } = &tree.kind else {
            return None;
        };
        let at = self.place(tree);
        let locals = parameters.iter().map(|parameter| {
            let name = Expr::text(parameter.name.text.clone(), &at);
            (
                parameter.name.text.clone(),
                Expr::call("lambdaVariables", vec![name], &at),
            )
        });
        let locals = locals.collect();
        let body = self.with_locals(locals, |this| this.expression(body));
        let names = parameters
            .iter()
            .map(|parameter| parameter.name.text.as_str().into())
            .collect();
        Some(Expr {
            kind: Kind::Lambda(names, Box::new(body)),
            at,
        })
    }
}

/// Whether an expression is a safe access, or one behind it.
fn is_safe(tree: &Tree) -> bool {
    match &tree.kind {
        ExprKind::Member { base, safe, .. } | ExprKind::Index { base, safe, .. } => *safe || is_safe(base),
        _ => false,
    }
}
