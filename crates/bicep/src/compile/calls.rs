use super::FileCompiler;
use super::references::Target;
use super::unit::Symbol;
use crate::functions::{self, Row, Run, Shape};
use crate::syntax::tree::{Expr as Tree, ExprKind, Name};
use crate::template::{Expr, Kind, Place};
use source::{Diagnostic, Span, nearest};

/// Functions whose argument at that place is a lambda, with the numbers of parameters that it may have.
const LAMBDAS: &[(&str, usize, std::ops::RangeInclusive<usize>)] = &[
    ("map", 1, 1..=2),
    ("filter", 1, 1..=2),
    ("sort", 1, 2..=2),
    ("reduce", 2, 2..=3),
    ("toObject", 1, 1..=1),
    ("toObject", 2, 1..=1),
    ("mapValues", 1, 1..=1),
    ("groupBy", 1, 1..=1),
    ("groupBy", 2, 1..=1),
];

impl FileCompiler<'_, '_> {
    pub(super) fn call(&mut self, name: &Name, arguments: &[Tree], at: &Place) -> Expr {
        match self.unit.symbols.get(&name.text).cloned() {
            Some(Symbol::Func(_)) => return self.own_function(&name.text, arguments, at),
            Some(Symbol::Imported(statement, original)) => {
                if let Some(call) = self.imported_call(statement, &original, arguments, at) {
                    return call;
                }
            }
            _ => (),
        }
        self.known_function(name, arguments, at)
    }

    pub(super) fn method(&mut self, base: &Tree, name: &Name, arguments: &[Tree], at: &Place) -> Expr {
        if let ExprKind::Name(namespace) = &base.kind {
            match self.unit.symbols.get(namespace).cloned() {
                Some(Symbol::Namespace(statement)) => {
                    if let Some(call) = self.imported_call(statement, &name.text, arguments, at) {
                        return call;
                    }
                    return self.unknown_function(name, at);
                }
                Some(Symbol::Extension) => return self.known_function(name, arguments, at),
                None if matches!(namespace.as_str(), "az" | "sys") => {
                    return self.known_function(name, arguments, at);
                }
                _ => (),
            }
        }
        match self.target(base) {
            Some(target) => self.resource_method(&target, name, arguments, at),
            None => {
                // Says what is wrong with the base, if anything is.
                let before = self.compiler.findings.len();
                self.expression(base);
                if self.compiler.findings.len() == before {
                    self.error(
                        name.span,
                        "BCP109",
                        format!("this has no function `{}`", name.text),
                    );
                }
                Expr::broken(at)
            }
        }
    }

    /// Notes a loop where templates can have none.
    pub(super) fn no_loop(&mut self, tree: &Tree) {
        if matches!(tree.kind, ExprKind::For(_)) {
            let message = "a loop is the value of a declaration or of a property, not part of another value";
            let span = Span::new(tree.span.start, tree.span.start + 1);
            let diagnostic = Diagnostic::error("BCP138", message, span)
                .help("keep the list in a variable, or make it with `map(...)`");
            self.note(diagnostic);
        }
    }

    /// `resource.listKeys()`, `vault.getSecret('name')`.
    fn resource_method(&mut self, target: &Target, name: &Name, arguments: &[Tree], at: &Place) -> Expr {
        let Target::Resource(declared, index) = target else {
            self.error(
                name.span,
                "BCP109",
                format!("a module has no function `{}`", name.text),
            );
            return Expr::broken(at);
        };
        if target.is_list() && index.is_none() {
            self.whole_list(target, at);
        }
        self.touch(target);
        let mut values: Vec<Expr> = arguments.iter().map(|it| self.expression(it)).collect();
        if name.text == "getSecret" {
            let mut all = vec![self.id(declared, index.as_ref(), at)];
            all.append(&mut values);
            return Expr::call("getSecret", all, at);
        }
        if !name.text.starts_with("list") {
            let diagnostic = Diagnostic::error(
                "BCP109",
                format!("a resource has no function `{}`", name.text),
                name.span,
            )
            .help("its functions begin with `list`, such as `listKeys()` and `listSecrets()`");
            self.note(diagnostic);
            return Expr::broken(at);
        }
        if values.is_empty() {
            values.push(Expr::text(declared.api_version.clone(), at));
        }
        values.insert(0, self.symbolic(target, at));
        Expr::call(&name.text, values, at)
    }

    pub(super) fn whole_list(&mut self, target: &Target, at: &Place) {
        let message = format!("`{}` is a list: one of it is `{0}[0]`", target.symbol());
        self.error(at.span, "BCP144", message);
    }

    fn own_function(&mut self, name: &str, arguments: &[Tree], at: &Place) -> Expr {
        self.declare_function(name);
        let key = format!("__bicep.{}{name}", self.prefix);
        let values: Vec<Expr> = arguments.iter().map(|it| self.expression(it)).collect();
        if let Some(function) = self.template.functions.get(&key).cloned() {
            if function.parameters.len() != values.len() {
                let count = function.parameters.len();
                let message = format!(
                    "`{name}` takes {count} argument{}, not {}",
                    if count == 1 { "" } else { "s" },
                    values.len()
                );
                self.error(at.span, "BCP071", message);
            }
            for (value, (_, schema)) in values.iter().zip(&function.parameters) {
                self.fits(value, schema, "BCP070");
            }
        }
        Expr::call(&key, values, at)
    }

    fn known_function(&mut self, name: &Name, arguments: &[Tree], at: &Place) -> Expr {
        arguments.iter().for_each(|argument| self.no_loop(argument));
        let is_list = name.text.starts_with("list") && name.text.len() > 4;
        let row = functions::find(&name.text).filter(|row| row.in_bicep && row.name == name.text);
        let Some(row) = row else {
            if is_list && arguments.len() >= 2 {
                let values = arguments.iter().map(|it| self.expression(it)).collect();
                return Expr::call(&name.text, values, at);
            }
            arguments
                .iter()
                .for_each(|it| drop(self.argument(&name.text, 0, it)));
            return self.unknown_function(name, at);
        };
        if arguments.len() < row.least || arguments.len() > row.most {
            let message = format!(
                "`{}` takes {}, not {}",
                row.name,
                functions::counts(row),
                arguments.len()
            );
            self.error(at.span, "BCP071", message);
            return Expr::broken(at);
        }
        match row.run {
            Run::Compiler => self.compile_time(row, arguments, at),
            Run::Pure(_) | Run::Evaluator => {
                let values: Vec<Expr> = arguments
                    .iter()
                    .enumerate()
                    .map(|(index, it)| self.argument(row.name, index, it))
                    .collect();
                self.check_arguments(row, &values, at);
                Expr::call(row.name, values, at)
            }
        }
    }

    fn argument(&mut self, function: &str, index: usize, tree: &Tree) -> Expr {
        let takes = LAMBDAS
            .iter()
            .find(|(name, place, _)| *name == function && *place == index);
        match (takes, self.lambda_if(takes.is_some(), tree)) {
            (Some((_, _, counts)), Some(lambda)) => {
                if let Kind::Lambda(names, _) = &lambda.kind
                    && !counts.contains(&names.len())
                {
                    let message = format!("the lambda of `{function}` has {} parameters", names.len());
                    let help = match counts.start() == counts.end() {
                        true => format!("it takes {}", counts.start()),
                        false => format!("it takes {} or {}", counts.start(), counts.end()),
                    };
                    self.note(Diagnostic::error("BCP070", message, tree.span).help(help));
                }
                lambda
            }
            (Some(_), None) => {
                let value = self.expression(tree);
                let message = format!("argument {} of `{function}` must be a lambda", index + 1);
                self.note(
                    Diagnostic::error("BCP070", message, tree.span).help("such as `item => item.name`"),
                );
                value
            }
            (None, _) => self.expression(tree),
        }
    }

    fn lambda_if(&mut self, wanted: bool, tree: &Tree) -> Option<Expr> {
        match wanted {
            true => self.lambda(tree),
            false => None,
        }
    }

    fn check_arguments(&mut self, row: &Row, values: &[Expr], at: &Place) {
        for (index, value) in values.iter().enumerate() {
            let wanted = functions::wanted(row, index);
            let found = self.shape(value);
            if !wanted.takes(found) {
                let message = format!(
                    "argument {} of `{}` must be {}, not {}",
                    index + 1,
                    row.name,
                    wanted.name(),
                    found.name()
                );
                self.error_at(&value.at, "BCP070", message);
            }
        }
        if matches!(row.name, "newGuid" | "utcNow") && !self.in_default {
            let message = format!("`{}` stands only in the default value of a parameter", row.name);
            self.error(at.span, "BCP065", message);
        }
        if matches!(row.name, "length" | "empty" | "contains") {
            let found = values.first().map_or(Shape::Any, |it| self.shape(it));
            if let (Shape::Bool | Shape::Int, Some(value)) = (found, values.first()) {
                let message = format!(
                    "`{}` takes a string, an array or an object, not {}",
                    row.name,
                    found.name()
                );
                self.error_at(&value.at, "BCP070", message);
            }
        }
    }

    pub(super) fn unknown_function(&mut self, name: &Name, at: &Place) -> Expr {
        let own = self
            .unit
            .symbols
            .iter()
            .filter(|(_, symbol)| matches!(symbol, Symbol::Func(_)));
        let names = functions::bicep_names().chain(own.map(|(name, _)| name.as_str()));
        let near = nearest(&name.text, names).map(str::to_owned);
        let code = if near.is_some() { "BCP082" } else { "BCP057" };
        let message = format!("there is no function `{}`", name.text);
        let mut diagnostic = Diagnostic::error(code, message, name.span).suggest(near.as_deref());
        if functions::find(&name.text).is_some_and(|row| !row.in_bicep) {
            diagnostic = diagnostic.help(instead(&name.text));
        }
        self.note(diagnostic);
        Expr::broken(at)
    }
}

// What Bicep has for a function that only templates have.
fn instead(function: &str) -> String {
    let operator = match function.to_ascii_lowercase().as_str() {
        "add" => "+",
        "sub" => "-",
        "mul" => "*",
        "div" => "/",
        "mod" => "%",
        "less" => "<",
        "lessorequals" => "<=",
        "greater" => ">",
        "greaterorequals" => ">=",
        "equals" => "==",
        "not" => "!",
        "and" => "&&",
        "or" => "||",
        "coalesce" => "??",
        "if" => "CONDITION ? THIS : THAT",
        "createarray" => "[ ... ]",
        "createobject" => "{ ... }",
        "parameters" | "variables" => return "write the name alone".to_owned(),
        _ => return "Bicep has a construct of its own for it".to_owned(),
    };
    format!("Bicep writes `{operator}`")
}
