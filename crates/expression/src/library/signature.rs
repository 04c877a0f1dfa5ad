//! The text of a row to its types: `string Substring(int start, int length)`.

use super::table::{Def, Member, MemberKind, Mode, Param, Row, TypeDef};
use super::{Unknown, resolve};
use crate::Value;
use crate::syntax::token::{Tok, Token};
use crate::syntax::{Parser, lex};
use crate::types::Type;

/// Reads one row's signature.
pub(crate) fn read(def: &'static TypeDef, member: &'static Member) -> Result<Row, String> {
    let mut complaints = Vec::new();
    let tokens = lex(member.signature, 0, member.signature.len(), &mut complaints);
    if !complaints.is_empty() {
        return Err(format!("{}: {}", def.name, member.signature));
    }
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        names: plain(def.generics),
    };
    reader
        .row(def, member)
        .map_err(|why| format!("{}: {}: {why}", def.name, member.signature))
}

/// A signature without what its type parameters are bound to, as reference pages show it.
pub(crate) fn shown(signature: &'static str) -> &'static str {
    signature.split_once(" where ").map_or(signature, |it| it.0)
}

/// Reads a type that may use the type parameters `generics`.
pub(crate) fn read_type(generics: &[&'static str], text: &str) -> Result<Type, String> {
    let mut complaints = Vec::new();
    let tokens = lex(text, 0, text.len(), &mut complaints);
    Reader {
        tokens: &tokens,
        at: 0,
        names: plain(generics),
    }
    .ty()
}

// Names of type parameters without `in` and `out`.
fn plain(generics: &[&str]) -> Vec<String> {
    generics
        .iter()
        .map(|it| it.trim_start_matches("out ").trim_start_matches("in ").to_owned())
        .collect()
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    names: Vec<String>,
}

impl Reader<'_> {
    fn row(&mut self, def: &'static TypeDef, member: &'static Member) -> Result<Row, String> {
        let outer = self.names.len();
        let mut result = Type::Void;
        let mut name = String::new();
        match member.kind {
            MemberKind::Constructor => (),
            MemberKind::Implicit | MemberKind::Explicit => result = self.ty()?,
            MemberKind::Operator => {
                result = self.ty()?;
                while !self.is("(") {
                    match self.next() {
                        Tok::Op(op) => name.push_str(op),
                        other => return Err(format!("{other:?} in an operator")),
                    }
                }
            }
            MemberKind::Indexer => {
                result = self.ty()?;
                name = "this".to_owned();
                self.at += 1;
            }
            _ => {
                // The method's own type parameters stand behind its name, and its result may use them.
                self.method_parameters();
                result = self.ty()?;
                name = self.word()?;
                if self.is("<") {
                    while !self.is(">") {
                        self.at += 1;
                    }
                    self.at += 1;
                }
            }
        }
        let params = match self.is("(") || self.is("[") {
            true => self.params()?,
            false => Vec::new(),
        };
        let bounds = self.bounds()?;
        if !matches!(self.peek(), Tok::End) {
            return Err(format!("{:?} is left over", self.peek()));
        }
        let own = self.names.len() - outer;
        Ok(Row {
            def: Def(def),
            member,
            name,
            params,
            result,
            bounds,
            outer,
            own,
        })
    }

    // `where T : XNode`, behind the parameters.
    fn bounds(&mut self) -> Result<Vec<(usize, Type)>, String> {
        let mut bounds = Vec::new();
        while matches!(self.peek(), Tok::Name(it) if &**it == "where") {
            self.at += 1;
            let name = self.word()?;
            let at = self.names.iter().position(|it| *it == name);
            self.at += 1;
            bounds.push((at.ok_or("no such type parameter")?, self.ty()?));
        }
        Ok(bounds)
    }

    // Finds `Name<A, B>(` ahead and adds A and B to the names.
    fn method_parameters(&mut self) {
        let Some(round) = self.parameter_list() else {
            return;
        };
        if round < 2 || self.tokens[round - 1].tok != Tok::Op(">") {
            return;
        }
        let Some(open) = self.tokens[..round].iter().rposition(|it| it.tok == Tok::Op("<")) else {
            return;
        };
        for token in &self.tokens[open..round] {
            if let Tok::Name(name) = &token.tok {
                self.names.push(name.to_string());
            }
        }
    }

    // The bracket that the last one closes: the result may be a tuple.
    fn parameter_list(&self) -> Option<usize> {
        let mut depth = 0;
        for (at, token) in self.tokens.iter().enumerate().rev() {
            match token.tok {
                Tok::Op(")") => depth += 1,
                Tok::Op("(") => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => (),
            }
        }
        None
    }

    fn params(&mut self) -> Result<Vec<Param>, String> {
        self.at += 1;
        let mut params = Vec::new();
        while !self.is(")") && !self.is("]") {
            if !params.is_empty() {
                self.at += 1;
            }
            let mode = match self.peek() {
                Tok::Keyword("this") => Mode::This,
                Tok::Keyword("out") => Mode::Out,
                Tok::Keyword("ref") => Mode::Ref,
                Tok::Keyword("params") => Mode::Params,
                _ => Mode::Value,
            };
            self.at += usize::from(mode != Mode::Value);
            let ty = self.ty()?;
            let name = self.word()?;
            let mut default = None;
            if self.is("=") {
                self.at += 1;
                default = Some(self.default()?);
            }
            params.push(Param {
                name,
                ty,
                mode,
                default,
            });
        }
        self.at += 1;
        Ok(params)
    }

    fn default(&mut self) -> Result<Value, String> {
        Ok(match self.next() {
            Tok::Keyword("true") => Value::Bool(true),
            Tok::Keyword("false") => Value::Bool(false),
            Tok::Keyword("null") => Value::Null,
            Tok::Int { value, .. } => Value::Int(value as i32),
            Tok::Text(text) => Value::Text(text),
            other => return Err(format!("{other:?} as a default")),
        })
    }

    fn ty(&mut self) -> Result<Type, String> {
        let mut complaints = Vec::new();
        let rest = &self.tokens[self.at..];
        let mut parser = Parser::new(rest, &mut complaints, 0);
        let syntax = parser.ty().map_err(|_| "no type".to_owned())?;
        self.at += parser.taken();
        let names = &self.names;
        let scope = |name: &str| {
            names
                .iter()
                .position(|it| it == name)
                .map(|at| Type::Param(at as u8))
        };
        resolve(&syntax, &scope).map_err(|Unknown { name, .. }| format!("no type `{name}`"))
    }

    fn word(&mut self) -> Result<String, String> {
        match self.next() {
            Tok::Name(name) => Ok(name.to_string()),
            Tok::Keyword(word) => Ok(word.to_owned()),
            other => Err(format!("{other:?} where a name should be")),
        }
    }

    fn is(&self, op: &str) -> bool {
        matches!(self.peek(), Tok::Op(it) if *it == op)
    }

    fn peek(&self) -> &Tok {
        self.tokens.get(self.at).map_or(&Tok::End, |it| &it.tok)
    }

    fn next(&mut self) -> Tok {
        let tok = self.peek().clone();
        self.at += 1;
        tok
    }
}
