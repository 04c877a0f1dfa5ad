use crate::syntax::tree::{
    Expr, ExprKind, File, Imported, Loop, Member, Module, Name, Nested, StatementKind,
};
use crate::syntax::{Pragma, parse};
use indexmap::IndexMap;
use source::{Diagnostic, Finding, Severity, Source, Span};
use std::rc::Rc;

/// A file, parsed, and what its names stand for.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) source: Source,
    pub(crate) file: File,
    pragmas: Vec<Pragma>,
    pub(crate) symbols: IndexMap<String, Symbol>,
}

/// What a name of a file stands for. The number is the place of its statement.
#[derive(Debug, Clone)]
pub(crate) enum Symbol {
    Param,
    Var(usize),
    Type(usize),
    Func(usize),
    Resource(Rc<Declared>),
    Module(Rc<Module>),
    /// One name of another file: the statement and the name there.
    Imported(usize, String),
    /// All of another file.
    Namespace(usize),
    /// An extension's alias.
    Extension,
}

/// A resource as it was declared.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) nested: Rc<Nested>,
    /// Name inside the template: nested ones carry the names of those around them.
    pub(crate) symbol: String,
    pub(crate) parent: Option<Rc<Declared>>,
    /// Full type, without version.
    pub(crate) r#type: String,
    pub(crate) api_version: String,
}

/// The layers of a declaration's value: a loop, a condition, a body.
pub(crate) struct Layers<'a> {
    pub(crate) each: Option<&'a Loop>,
    pub(crate) condition: Option<&'a Expr>,
    pub(crate) body: &'a Expr,
}

/// Takes the layers of a declaration's value apart.
pub(crate) fn layers(value: &Expr) -> Layers<'_> {
    let (each, inner) = match &value.kind {
        ExprKind::For(each) => (Some(&**each), &each.body),
        _ => (None, value),
    };
    match &inner.kind {
        ExprKind::If { condition, body } => Layers {
            each,
            condition: Some(condition),
            body,
        },
        _ => Layers {
            each,
            condition: None,
            body: inner,
        },
    }
}

impl Declared {
    pub(crate) fn name(&self) -> &Name {
        &self.nested.resource.name
    }

    pub(crate) fn is_existing(&self) -> bool {
        self.nested.resource.existing
    }

    pub(crate) fn layers(&self) -> Layers<'_> {
        layers(&self.nested.resource.value)
    }

    /// A property of the body.
    pub(crate) fn property(&self, name: &str) -> Option<&Expr> {
        property(self.layers().body, name)
    }

    /// Whether the symbol stands for a list of resources.
    pub(crate) fn is_list(&self) -> bool {
        self.layers().each.is_some()
    }
}

/// A property of an object that is written out.
pub(crate) fn property<'a>(object: &'a Expr, name: &str) -> Option<&'a Expr> {
    let ExprKind::Object(members) = &object.kind else {
        return None;
    };
    members.iter().find_map(|member| match member {
        Member::Property {
            key: Expr {
                kind: ExprKind::Text(key),
                ..
            },
            value,
        } if key == name => Some(value),
        _ => None,
    })
}

impl Unit {
    /// Reads a text and binds its names; mistakes are added to `findings`.
    pub(crate) fn read(source: &Source, findings: &mut Vec<Finding>) -> Unit {
        let parsed = parse(source.text());
        findings.extend(
            parsed
                .mistakes
                .into_iter()
                .map(|mistake| mistake.found_in(source)),
        );
        let mut unit = Unit {
            source: source.clone(),
            file: parsed.file,
            pragmas: parsed.pragmas,
            symbols: IndexMap::new(),
        };
        let mut mistakes = Vec::new();
        unit.symbols = symbols(&unit.file, &mut mistakes);
        findings.extend(mistakes.into_iter().map(|mistake| mistake.found_in(source)));
        unit
    }

    /// Whether a directive keeps a warning from being shown.
    pub(crate) fn is_silenced(&self, diagnostic: &Diagnostic) -> bool {
        if diagnostic.severity == Severity::Error {
            return false;
        }
        let names = |codes: &[String]| {
            codes
                .iter()
                .any(|code| code.eq_ignore_ascii_case(diagnostic.code))
        };
        let start = diagnostic.span.start;
        let line = self.source.position(start).line - 1;
        let mut silenced = false;
        for pragma in &self.pragmas {
            match pragma {
                Pragma::NextLine { line: spoken, codes } if *spoken == line && names(codes) => return true,
                Pragma::Disable { at, codes } if *at <= start && names(codes) => silenced = true,
                Pragma::Restore { at, codes } if *at <= start && names(codes) => silenced = false,
                _ => (),
            }
        }
        silenced
    }
}

fn symbols(file: &File, mistakes: &mut Vec<Diagnostic>) -> IndexMap<String, Symbol> {
    let mut symbols: IndexMap<String, Symbol> = IndexMap::new();
    let mut add = |name: &Name, symbol: Symbol, mistakes: &mut Vec<Diagnostic>| {
        if symbols.insert(name.text.clone(), symbol).is_some() {
            let message = format!("`{}` is declared more than once", name.text);
            mistakes.push(Diagnostic::error("BCP028", message, name.span));
        }
    };
    for (at, statement) in file.statements.iter().enumerate() {
        match &statement.kind {
            StatementKind::Param { name, .. } => add(name, Symbol::Param, mistakes),
            StatementKind::Var { name, .. } => add(name, Symbol::Var(at), mistakes),
            StatementKind::Type { name, .. } => add(name, Symbol::Type(at), mistakes),
            StatementKind::Func { name, .. } => add(name, Symbol::Func(at), mistakes),
            StatementKind::Resource(nested) => {
                let declared = declared(nested, None, mistakes);
                add(&nested.resource.name, Symbol::Resource(declared), mistakes);
            }
            StatementKind::Module(module) => add(&module.name, Symbol::Module(module.clone()), mistakes),
            StatementKind::Import {
                what: Imported::Names(names),
                ..
            } => {
                for (name, alias) in names {
                    add(alias, Symbol::Imported(at, name.text.clone()), mistakes);
                }
            }
            StatementKind::Import {
                what: Imported::All(alias),
                ..
            } => {
                add(alias, Symbol::Namespace(at), mistakes);
            }
            StatementKind::Extension { name, alias, .. } => {
                let alias = alias.as_ref().unwrap_or(name);
                // `extension az` names what is there anyway.
                if alias.text != "az" && alias.text != "sys" && !alias.text.contains('/') {
                    add(alias, Symbol::Extension, mistakes);
                }
            }
            _ => (),
        }
    }
    symbols
}

fn declared(
    nested: &Rc<Nested>,
    parent: Option<&Rc<Declared>>,
    mistakes: &mut Vec<Diagnostic>,
) -> Rc<Declared> {
    let resource = &nested.resource;
    let text = match &resource.r#type.kind {
        ExprKind::Text(text) => text.clone(),
        _ => {
            let message = "the type of a resource must be a text without `${...}`";
            mistakes.push(Diagnostic::error("BCP047", message, resource.r#type.span));
            String::new()
        }
    };
    let (mut r#type, mut api_version) = match text.split_once('@') {
        Some((r#type, version)) => (r#type.to_owned(), version.to_owned()),
        None => (text.clone(), String::new()),
    };
    // `az:` says that the type is Azure's.
    if let Some(bare) = r#type.strip_prefix("az:") {
        r#type = bare.to_owned();
    }
    let symbol = match parent {
        Some(parent) => {
            // A full type would not fit below its parent.
            r#type = format!("{}/{}", parent.r#type, r#type);
            if api_version.is_empty() {
                api_version = parent.api_version.clone();
            }
            format!("{}::{}", parent.symbol, resource.name.text)
        }
        None => resource.name.text.clone(),
    };
    let is_extension = !r#type.contains('/') && r#type.contains(':');
    if (api_version.is_empty() && !is_extension) || (!r#type.contains(['/', ':']) && !text.is_empty()) {
        let message = format!("`{text}` is no resource type");
        let mistake = Diagnostic::error("BCP029", message, resource.r#type.span)
            .help("write 'Microsoft.Namespace/type@2024-01-01'");
        mistakes.push(mistake);
    }
    Rc::new(Declared {
        nested: nested.clone(),
        symbol,
        parent: parent.cloned(),
        r#type,
        api_version,
    })
}

/// The resources that are declared inside `parent`.
pub(crate) fn children(parent: &Rc<Declared>, mistakes: &mut Vec<Diagnostic>) -> Vec<Rc<Declared>> {
    let ExprKind::Object(members) = &parent.layers().body.kind else {
        return Vec::new();
    };
    let nested = members.iter().filter_map(|member| match member {
        Member::Resource(nested) => Some(nested),
        _ => None,
    });
    nested
        .map(|nested| declared(nested, Some(parent), mistakes))
        .collect()
}

/// The child of that name.
pub(crate) fn child(parent: &Rc<Declared>, name: &str) -> Option<Rc<Declared>> {
    let children = children(parent, &mut Vec::new());
    children.into_iter().find(|child| child.name().text == name)
}

/// Where the text of a type stands.
pub(crate) fn type_span(declared: &Declared) -> Span {
    declared.nested.resource.r#type.span
}
