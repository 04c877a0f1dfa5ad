//! `from x in xs where x > 1 orderby x select x.Name`.

use super::parser::{Parsed, Parser};
use super::token::Tok;
use super::tree::{Clause, End, Expr, ExprKind, From, Name, Query, QueryRest};

const WORDS: &[&str] = &[
    "from",
    "where",
    "select",
    "group",
    "into",
    "orderby",
    "join",
    "let",
    "on",
    "equals",
    "by",
    "ascending",
    "descending",
];

/// Whether `name` is a word of the language inside a query.
pub(super) fn is_word(name: &str) -> bool {
    WORDS.contains(&name)
}

impl Parser<'_, '_> {
    pub(super) fn in_query(&self) -> bool {
        self.queries > 0
    }

    /// `from x in` or `from T x in`.
    pub(super) fn at_query(&self) -> bool {
        if !self.is_name("from") {
            return false;
        }
        match (self.ahead(1), self.ahead(2)) {
            (Tok::Name(_), Tok::Keyword("in")) => true,
            _ => self.type_end(self.at + 1, 16).is_some_and(|end| {
                matches!(
                    (self.token_at(end), self.token_at(end + 1)),
                    (Tok::Name(_), Tok::Keyword("in"))
                )
            }),
        }
    }

    pub(super) fn query(&mut self) -> Parsed<Expr> {
        let start = self.span();
        self.queries += 1;
        let from = self.at;
        let read = (|| {
            self.at += 1;
            let first = self.from()?;
            let rest = self.query_rest()?;
            Ok(Query {
                first,
                clauses: rest.clauses,
                end: rest.end,
                next: rest.next,
            })
        })();
        self.queries -= 1;
        self.capture(from, &[]);
        let query = Box::new(read?);
        self.node(ExprKind::Query(query), self.since(start), 1)
    }

    // `x in xs`, behind `from` or `join`.
    fn from(&mut self) -> Parsed<From> {
        let ty = match self.ahead(1) {
            Tok::Keyword("in") => None,
            _ => Some(self.ty()?),
        };
        let name = self.expect_name("a name")?;
        self.expect_keyword("in")?;
        Ok(From {
            ty,
            name,
            source: self.expression()?,
        })
    }

    fn word(&mut self, word: &str) -> Parsed<()> {
        match self.take_name(word) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{word}`"))),
        }
    }

    fn query_rest(&mut self) -> Parsed<QueryRest> {
        self.deeper(|it| {
            let mut clauses = Vec::new();
            while let Some(clause) = it.clause()? {
                clauses.push(clause);
            }
            let end = match it.take_name("group") {
                true => {
                    let what = it.expression()?;
                    it.word("by")?;
                    End::Group(what, it.expression()?)
                }
                false => {
                    it.word("select")?;
                    End::Select(it.expression()?)
                }
            };
            let next: Option<(Name, Box<QueryRest>)> = match it.take_name("into") {
                true => {
                    let name = it.expect_name("a name")?;
                    Some((name, Box::new(it.query_rest()?)))
                }
                false => None,
            };
            Ok(QueryRest { clauses, end, next })
        })
    }

    fn clause(&mut self) -> Parsed<Option<Clause>> {
        let Tok::Name(word) = self.peek() else {
            return Ok(None);
        };
        let clause = match &**word {
            "from" => {
                self.at += 1;
                Clause::From(Box::new(self.from()?))
            }
            "let" => {
                self.at += 1;
                let name = self.expect_name("a name")?;
                self.expect_op("=")?;
                Clause::Let(name, self.expression()?)
            }
            "where" => {
                self.at += 1;
                Clause::Where(self.expression()?)
            }
            "orderby" => {
                self.at += 1;
                let mut keys = Vec::new();
                loop {
                    let key = self.expression()?;
                    let down = self.take_name("descending");
                    if !down {
                        self.take_name("ascending");
                    }
                    keys.push((key, down));
                    if !self.take_op(",") {
                        break;
                    }
                }
                Clause::OrderBy(keys)
            }
            "join" => {
                self.at += 1;
                let from = Box::new(self.from()?);
                self.word("on")?;
                let left = self.boxed_expression()?;
                self.word("equals")?;
                let right = self.boxed_expression()?;
                let into = match self.take_name("into") {
                    true => Some(self.expect_name("a name")?),
                    false => None,
                };
                Clause::Join {
                    from,
                    left,
                    right,
                    into,
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(clause))
    }
}
