//! A tree becomes a [`Template`]: names are bound, files are loaded, resources get their ids, and every mistake is reported.

mod adopted; // what a compiled template exports
mod calls; // functions and methods
mod check; // what can be said of a value before anything runs
mod declarations; // parameters, variables, outputs, types, functions
mod expressions;
mod fits; // declared types and what is written
mod imports; // what another file exports
mod loads; // loadTextContent and its like
mod modules;
mod parameters;
mod path; // JSONPath
mod references; // symbols of resources: ids, names, properties
mod resources;
mod scopes; // where a resource or a module is deployed
mod types;
mod unit; // one file and what it declares

use crate::files::{Files, beside};
use crate::syntax::tree::Expr as Tree;
use crate::template::{Expr, Place, Template};
use source::{Diagnostic, Finding, Severity, Source, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub(crate) use parameters::parameter_values;
pub(crate) use unit::Unit;

/// The largest file that is read; Azure takes 4 MB of a template and everything in it.
const LARGEST: usize = 16 * 1024 * 1024;
/// More mistakes than anyone mends at once: what is no Bicep at all has one in every line.
const MISTAKES: usize = 1_000;

/// Reads files and compiles them, each once.
pub(crate) struct Compiler<'a> {
    files: &'a dyn Files,
    units: BTreeMap<String, Option<Rc<Unit>>>,
    templates: BTreeMap<String, Option<Rc<Template>>>,
    /// Templates that are being compiled, outermost first.
    open: Vec<String>,
    findings: Vec<Finding>,
    /// Every file that was asked for, so that a change of it can be noticed.
    read: BTreeSet<String>,
    /// Texts that were loaded as such, by their paths.
    loaded: BTreeMap<String, String>,
    loops: usize,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(files: &'a dyn Files) -> Compiler<'a> {
        Compiler {
            files,
            units: BTreeMap::new(),
            templates: BTreeMap::new(),
            open: Vec::new(),
            findings: Vec::new(),
            read: BTreeSet::new(),
            loaded: BTreeMap::new(),
            loops: 0,
        }
    }

    /// What was found, which files were asked for, and the texts that were loaded.
    pub(crate) fn finish(self) -> (Vec<Finding>, BTreeSet<String>, BTreeMap<String, String>) {
        (self.findings, self.read, self.loaded)
    }

    /// Adds what was found, unless it was found before: a value that is used several times is compiled several times, and its
    /// mistakes are the same.
    fn note(&mut self, finding: Finding) {
        if self.findings.len() < MISTAKES && !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// The bytes of a file, or a finding at the place that asked for it.
    fn bytes(&mut self, path: &str, asked: &Place) -> Option<Vec<u8>> {
        self.read.insert(path.to_owned());
        match self.files.read(path) {
            Ok(bytes) if bytes.len() > LARGEST => {
                let (size, most) = (bytes.len() / 1024 / 1024, LARGEST / 1024 / 1024);
                let message =
                    format!("`{path}` has {size} MB, and no file of a template has more than {most}");
                self.note(asked.error("BCP184", message));
                None
            }
            Ok(bytes) => Some(bytes),
            Err(error) => {
                let reason = match error.kind() {
                    std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                    _ => error.to_string(),
                };
                let mut finding = asked.error("BCP091", format!("cannot read `{path}`: {reason}"));
                let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
                let names = self.files.list(folder);
                let near = source::nearest(name, names.iter().map(String::as_str));
                finding.diagnostic = finding.diagnostic.suggest(near);
                self.note(finding);
                None
            }
        }
    }

    /// A file as text.
    fn text(&mut self, path: &str, asked: &Place) -> Option<String> {
        let bytes = self.bytes(path, asked)?;
        match String::from_utf8(bytes) {
            Ok(text) => Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(_) => {
                self.findings
                    .push(asked.error("not-utf-8", format!("`{path}` is no text in UTF-8")));
                None
            }
        }
    }

    /// The file at `path`, parsed and with its names bound.
    pub(crate) fn unit(&mut self, path: &str, asked: &Place) -> Option<Rc<Unit>> {
        if let Some(known) = self.units.get(path) {
            return known.clone();
        }
        let unit = self.text(path, asked).map(|text| {
            let source = Source::new(path, text);
            Rc::new(Unit::read(&source, &mut self.findings))
        });
        self.units.insert(path.to_owned(), unit.clone());
        unit
    }

    /// The template that `path` holds, Bicep or ARM JSON.
    pub(crate) fn template(&mut self, path: &str, asked: &Place) -> Option<Rc<Template>> {
        if let Some(known) = self.templates.get(path) {
            return known.clone();
        }
        if let Some(at) = self.open.iter().position(|open| open == path) {
            let circle: Vec<&str> = self.open[at..].iter().map(String::as_str).chain([path]).collect();
            let message = format!("the modules form a circle: {}", circle.join(" -> "));
            self.note(asked.error("BCP095", message));
            return None;
        }
        self.open.push(path.to_owned());
        let before = self.findings.len();
        let is_json = path.ends_with(".json") || path.ends_with(".jsonc");
        let template = match is_json {
            true => self
                .text(path, asked)
                .and_then(|text| crate::arm::read(&Source::new(path, text), &mut self.findings)),
            false => self
                .unit(path, asked)
                .map(|unit| FileCompiler::new(self, unit).template()),
        };
        self.open.pop();
        let is_bad = self.findings[before..].iter().any(Finding::is_error);
        let template = template.map(Rc::new).filter(|_| !is_bad);
        self.templates.insert(path.to_owned(), template.clone());
        template
    }
}

/// Compiles one file.
pub(crate) struct FileCompiler<'c, 'a> {
    compiler: &'c mut Compiler<'a>,
    /// The file whose statements are being compiled: the template's own, or one that it imports from.
    unit: Rc<Unit>,
    /// In front of names that come from an imported file.
    prefix: String,
    template: Template,
    /// Variables that are known, by prefix and name.
    variables: BTreeMap<String, Variable>,
    /// Names that mean something here: loop variables, parameters of lambdas and functions.
    locals: Vec<(String, Expr)>,
    /// Resources whose nested ones are visible.
    inside: Vec<Rc<unit::Declared>>,
    /// Symbols that the expression being compiled depends on.
    touched: Vec<references::Touched>,
    /// Prefixes of imported files, by path.
    imported: BTreeMap<String, String>,
    /// Whether parameters, variables and resources are out of reach, as in functions.
    in_function: bool,
    /// Whether the default value of a parameter is being compiled.
    in_default: bool,
    /// Functions whose bodies are being compiled.
    open_functions: Vec<String>,
    /// Resources whose names or scopes are being found.
    naming: Vec<String>,
    /// Variables of the environment, in a parameter file.
    variables_of_environment: Option<BTreeMap<String, String>>,
}

#[derive(Clone)]
enum Variable {
    /// Its value is being compiled: whoever needs it now closes a circle.
    Open,
    /// Known before anything is deployed.
    Constant,
    /// Needs deployed resources, so it is put in where it is used.
    Inlined(Expr, Vec<references::Touched>),
    /// Reported already.
    Broken,
}

impl<'c, 'a> FileCompiler<'c, 'a> {
    fn new(compiler: &'c mut Compiler<'a>, unit: Rc<Unit>) -> FileCompiler<'c, 'a> {
        let template = Template::new();
        FileCompiler {
            compiler,
            unit,
            prefix: String::new(),
            template,
            variables: BTreeMap::new(),
            locals: Vec::new(),
            inside: Vec::new(),
            touched: Vec::new(),
            imported: BTreeMap::new(),
            in_function: false,
            in_default: false,
            open_functions: Vec::new(),
            naming: Vec::new(),
            variables_of_environment: None,
        }
    }

    fn at(&self, span: Span) -> Place {
        Place {
            source: self.unit.source.clone(),
            span,
        }
    }

    fn place(&self, tree: &Tree) -> Place {
        self.at(tree.span)
    }

    /// Notes a mistake, unless a directive of the file says not to.
    fn note(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity != Severity::Error && self.unit.is_silenced(&diagnostic) {
            return;
        }
        self.compiler.note(diagnostic.found_in(&self.unit.source));
    }

    fn error(&mut self, span: Span, code: &'static str, message: impl Into<String>) {
        self.note(Diagnostic::error(code, message, span));
    }

    /// A path in a text, as seen from the file.
    fn beside(&self, path: &str) -> String {
        beside(self.unit.source.name(), path)
    }

    /// Runs with further names, which are gone afterwards.
    fn with_locals<T>(&mut self, locals: Vec<(String, Expr)>, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.locals.len();
        self.locals.extend(locals);
        let result = run(self);
        self.locals.truncate(before);
        result
    }

    /// Runs unless it runs already for the same thing: then that depends on itself.
    fn once<T>(&mut self, what: String, at: &Place, run: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.naming.contains(&what) {
            let name = what.split(' ').next().unwrap_or_default();
            self.error_at(at, "BCP080", format!("`{name}` depends on itself"));
            return None;
        }
        self.naming.push(what);
        let result = run(self);
        self.naming.pop();
        Some(result)
    }

    /// Runs as at the top of the file: no loop, no function, no resource around it.
    fn at_top<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let locals = std::mem::take(&mut self.locals);
        let inside = std::mem::take(&mut self.inside);
        let flags = (self.in_function, self.in_default);
        (self.in_function, self.in_default) = (false, false);
        let result = run(self);
        (self.locals, self.inside) = (locals, inside);
        (self.in_function, self.in_default) = flags;
        result
    }

    /// What `run` depends on, beside its result.
    fn touching<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> (T, Vec<references::Touched>) {
        let outer = std::mem::take(&mut self.touched);
        let result = run(self);
        let inner = std::mem::replace(&mut self.touched, outer);
        (result, inner)
    }
}
