//! Symbols of resources and modules: their ids, names and properties, and what depends on them.

use super::FileCompiler;
use super::unit::{Declared, Symbol, child};
use crate::syntax::tree::{Expr as Tree, ExprKind, Module};
use crate::template::{Expr, Kind, Place};
use std::rc::Rc;

/// A resource or module that an expression depends on: all of a list, if it is one and no index is given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Touched {
    pub(crate) symbol: String,
    pub(crate) index: Option<Expr>,
}

/// What a symbol stands for, with the index into a list.
#[derive(Clone)]
pub(crate) enum Target {
    Resource(Rc<Declared>, Option<Expr>),
    Module(Rc<Module>, Option<Expr>),
}

impl Target {
    pub(crate) fn symbol(&self) -> &str {
        match self {
            Target::Resource(declared, _) => &declared.symbol,
            Target::Module(module, _) => &module.name.text,
        }
    }

    pub(crate) fn index(&self) -> Option<&Expr> {
        match self {
            Target::Resource(_, index) | Target::Module(_, index) => index.as_ref(),
        }
    }

    pub(crate) fn is_list(&self) -> bool {
        match self {
            Target::Resource(declared, _) => declared.is_list(),
            Target::Module(module, _) => super::unit::layers(&module.value).each.is_some(),
        }
    }

    fn indexed(self, with: Expr) -> Target {
        match self {
            Target::Resource(declared, _) => Target::Resource(declared, Some(with)),
            Target::Module(module, _) => Target::Module(module, Some(with)),
        }
    }
}

impl FileCompiler<'_, '_> {
    /// The resource or module that an expression names, if it names one: `a`, `a[0]`, `a::b`, `a!`.
    pub(super) fn target(&mut self, tree: &Tree) -> Option<Target> {
        match &tree.kind {
            ExprKind::Name(name) => self.named(name),
            ExprKind::NonNull(inner) => self.target(inner),
            ExprKind::Nested { base, name } => {
                let Target::Resource(parent, _) = self.target(base)? else {
                    return None;
                };
                child(&parent, &name.text).map(|it| Target::Resource(it, None))
            }
            ExprKind::Index {
                base,
                index,
                from_end: false,
                ..
            } => {
                let target = self.target(base).filter(Target::is_list)?;
                // An index of an index is one into the resource.
                if target.index().is_some() {
                    return None;
                }
                let index = self.expression(index);
                Some(target.indexed(index))
            }
            _ => None,
        }
    }

    fn named(&mut self, name: &str) -> Option<Target> {
        if self.locals.iter().any(|(local, _)| local == name) {
            return None;
        }
        for outer in self.inside.clone().iter().rev() {
            if let Some(found) = child(outer, name) {
                return Some(Target::Resource(found, None));
            }
        }
        match self.unit.symbols.get(name)? {
            Symbol::Resource(declared) => Some(Target::Resource(declared.clone(), None)),
            Symbol::Module(module) => Some(Target::Module(module.clone(), None)),
            _ => None,
        }
    }

    /// Remembers that what is being compiled depends on `target`.
    pub(super) fn touch(&mut self, target: &Target) {
        let touched = Touched {
            symbol: target.symbol().to_owned(),
            index: target.index().cloned(),
        };
        if !self.touched.contains(&touched) {
            self.touched.push(touched);
        }
    }

    /// The name under which `reference` finds the target: `symbol`, or `symbol[index]`.
    pub(super) fn symbolic(&self, target: &Target, at: &Place) -> Expr {
        symbolic(target.symbol(), target.index(), at)
    }

    /// A member of a resource or module, `None` if the expression names neither.
    pub(super) fn target_member(&mut self, base: &Tree, name: &str, at: &Place) -> Option<Expr> {
        let target = self.target(base)?;
        if target.is_list() && target.index().is_none() {
            return None;
        }
        self.touch(&target);
        Some(match &target {
            Target::Resource(declared, index) => self.resource_member(declared, index.as_ref(), name, at),
            Target::Module(module, index) => {
                self.module_member(&module.clone(), index.as_ref(), name, base, at)
            }
        })
    }

    fn resource_member(
        &mut self,
        declared: &Rc<Declared>,
        index: Option<&Expr>,
        name: &str,
        at: &Place,
    ) -> Expr {
        let target = Target::Resource(declared.clone(), index.cloned());
        let symbolic = self.symbolic(&target, at);
        if self.extension_of(declared).is_some() {
            return Expr::call("reference", vec![symbolic], at).member(name, at);
        }
        match name {
            "id" => self.id(declared, index, at),
            "name" => self.own_name(declared, index, at),
            "type" => Expr::text(declared.r#type.clone(), at),
            "apiVersion" => Expr::text(declared.api_version.clone(), at),
            "properties" => Expr::call("reference", vec![symbolic], at),
            name => self.whole(symbolic, declared, at).member(name, at),
        }
    }

    /// A resource with everything that it has beside its properties.
    fn whole(&self, symbolic: Expr, declared: &Declared, at: &Place) -> Expr {
        if self.extension_of(declared).is_some() {
            return Expr::call("reference", vec![symbolic], at);
        }
        let version = Expr::text(declared.api_version.clone(), at);
        Expr::call("reference", vec![symbolic, version, Expr::text("full", at)], at)
    }

    /// A symbol used as a value: the whole resource, a whole list of them, or what a module is.
    pub(super) fn target_value(&mut self, target: &Target, at: &Place) -> Expr {
        self.touch(target);
        let symbolic = self.symbolic(target, at);
        match target {
            _ if target.is_list() && target.index().is_none() => {
                Expr::call("references", vec![symbolic, Expr::text("full", at)], at)
            }
            Target::Resource(declared, _) => self.whole(symbolic, declared, at),
            Target::Module(..) => Expr::call("reference", vec![symbolic], at),
        }
    }

    /// The id of a resource.
    pub(super) fn id(&mut self, declared: &Rc<Declared>, index: Option<&Expr>, at: &Place) -> Expr {
        let names = self.segments(declared, index, at);
        let scope = self.scope_of(declared, index);
        scope.id(&declared.r#type, names, at)
    }

    /// The names of a resource and of those above it.
    pub(super) fn segments(
        &mut self,
        declared: &Rc<Declared>,
        index: Option<&Expr>,
        at: &Place,
    ) -> Vec<Expr> {
        let what = format!("{} name", declared.symbol);
        let found = self.once(what, at, |this| this.segments_of(declared, index, at));
        found.unwrap_or_else(|| vec![Expr::text(String::new(), at)])
    }

    fn segments_of(&mut self, declared: &Rc<Declared>, index: Option<&Expr>, at: &Place) -> Vec<Expr> {
        if let Some(parent) = &declared.parent {
            let mut names = self.segments(&parent.clone(), None, at);
            names.push(self.own_name(declared, index, at));
            return names;
        }
        let parent = declared.property("parent").cloned();
        let above = parent.and_then(|parent| {
            let locals = self.loop_locals(declared, index);
            self.with_locals(locals, |this| match this.target(&parent) {
                Some(Target::Resource(parent, index)) => Some(this.segments(&parent, index.as_ref(), at)),
                _ => None,
            })
        });
        let own = self.own_name(declared, index, at);
        match above {
            Some(mut names) => {
                names.push(own);
                names
            }
            None => split_name(own, declared.r#type.matches('/').count(), at),
        }
    }

    /// The value of the property `name`.
    pub(super) fn own_name(&mut self, declared: &Rc<Declared>, index: Option<&Expr>, at: &Place) -> Expr {
        let Some(name) = declared.property("name").cloned() else {
            // Extensions name their resources by other properties.
            return Expr::text(declared.name().text.clone(), at);
        };
        let what = format!("{} own", declared.symbol);
        let found = self.once(what, at, |this| this.own_name_of(declared, &name, index, at));
        found.unwrap_or_else(|| Expr::text(String::new(), at))
    }

    fn own_name_of(
        &mut self,
        declared: &Rc<Declared>,
        name: &Tree,
        index: Option<&Expr>,
        at: &Place,
    ) -> Expr {
        let locals = self.loop_locals(declared, index);
        let around: Vec<Rc<Declared>> =
            std::iter::successors(declared.parent.clone(), |it| it.parent.clone()).collect();
        let before = self.inside.len();
        self.inside.extend(around.into_iter().rev());
        let mut compiled = self.with_locals(locals, |this| this.expression(name));
        self.inside.truncate(before);
        compiled.at = at.clone();
        compiled
    }

    /// What the loop variables of a list of resources stand for at an index.
    pub(super) fn loop_locals(&mut self, declared: &Declared, index: Option<&Expr>) -> Vec<(String, Expr)> {
        match (declared.layers().each, index) {
            (Some(each), Some(index)) => {
                let each = each.clone();
                self.locals_of(&each, index)
            }
            _ => Vec::new(),
        }
    }

    /// What the variables of a loop stand for at an index.
    pub(super) fn locals_of(
        &mut self,
        each: &crate::syntax::tree::Loop,
        index: &Expr,
    ) -> Vec<(String, Expr)> {
        let at = self.at(each.collection.span);
        let collection = self.expression(&each.collection);
        let item = collection.index(index.clone(), &at);
        let mut locals = vec![(each.item.text.clone(), item)];
        if let Some(name) = &each.index {
            locals.push((name.text.clone(), index.clone()));
        }
        locals
    }
}

/// `symbol`, or `symbol[index]`.
pub(crate) fn symbolic(symbol: &str, index: Option<&Expr>, at: &Place) -> Expr {
    match index {
        None => Expr::text(symbol, at),
        Some(index) => {
            let pattern = Expr::text(format!("{symbol}[{{0}}]"), at);
            Expr::call("format", vec![pattern, index.clone()], at)
        }
    }
}

/// The segments of a name that is written with slashes.
fn split_name(name: Expr, count: usize, at: &Place) -> Vec<Expr> {
    if count <= 1 {
        return vec![name];
    }
    if let Some(text) = name.as_text() {
        return text.split('/').map(|part| Expr::text(part, at)).collect();
    }
    if let Kind::Call(function, arguments) = &name.kind
        && &**function == "format"
        && let Some(pattern) = arguments.first().and_then(Expr::as_text)
        && pattern.matches('/').count() + 1 == count
    {
        return pattern
            .split('/')
            .map(|part| part_of(part, &arguments[1..], at))
            .collect();
    }
    // Only its value will show where the slashes are.
    let parts = Expr::call("split", vec![name, Expr::text("/", at)], at);
    (0..count)
        .map(|index| parts.clone().index(Expr::value(index.into(), at), at))
        .collect()
}

// The arguments that a part of a pattern names, renumbered.
fn part_of(part: &str, arguments: &[Expr], at: &Place) -> Expr {
    let mut pattern = String::new();
    let mut used = Vec::new();
    let mut rest = part;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        let number = rest[open + 1..open + close].parse::<usize>();
        let Some(argument) = number.ok().and_then(|number| arguments.get(number)) else {
            break;
        };
        pattern.push_str(&rest[..open]);
        pattern.push_str(&format!("{{{}}}", used.len()));
        used.push(argument.clone());
        rest = &rest[open + close + 1..];
    }
    pattern.push_str(rest);
    match used.len() {
        0 => Expr::text(pattern, at),
        1 if pattern == "{0}" => used.swap_remove(0),
        _ => Expr::call(
            "format",
            std::iter::once(Expr::text(pattern, at)).chain(used).collect(),
            at,
        ),
    }
}
