//! `try`, `using`.

use super::Checker;
use super::scope::Kind;
use super::statements::block_of;
use crate::Value;
use crate::eval::code::{self, Code, Place, Stmt};
use crate::syntax::tree::{Block, Catch, Statement, StatementKind};
use crate::types::Type;
use source::Span;

impl Checker<'_> {
    pub(super) fn try_statement(
        &mut self,
        body: &Block,
        catches: &[Catch],
        finally: Option<&Block>,
    ) -> (Stmt, bool) {
        let (body, mut falls_through) = self.block(body);
        let mut clauses: Vec<code::Catch> = Vec::new();
        for (at, clause) in catches.iter().enumerate() {
            let (lowered, falls) = self.catch(clause);
            let taken =
                |it: &code::Catch| it.filter.is_none() && crate::eval::cast::fits(&lowered.ty, &it.ty);
            let after_all = at > 0 && catches[at - 1].ty.is_none();
            if after_all || clause.ty.is_some() && clauses.iter().any(taken) {
                let message = "an earlier `catch` takes everything that this one would";
                let place = clause.ty.as_ref().map_or(clause.body.span, |it| it.span);
                self.error("expression-duplicate", message, place);
            }
            falls_through |= falls;
            clauses.push(lowered);
        }
        let mut finally_stmt = None;
        if let Some(finally) = finally {
            let (stmt, falls) = self.finally(finally);
            falls_through &= falls;
            finally_stmt = Some(stmt);
        }
        (
            Stmt::Try(Box::new(code::Try {
                body,
                catches: clauses,
                finally: finally_stmt,
            })),
            falls_through,
        )
    }

    // No jump leaves it.
    fn finally(&mut self, block: &Block) -> (Stmt, bool) {
        let frame = self.frame();
        let loops = std::mem::take(&mut frame.loops);
        let switches = std::mem::take(&mut frame.switches);
        let labels = std::mem::take(&mut frame.labels);
        frame.finallies += 1;
        let lowered = self.block(block);
        let frame = self.frame();
        frame.finallies -= 1;
        (frame.loops, frame.switches, frame.labels) = (loops, switches, labels);
        lowered
    }

    fn catch(&mut self, clause: &Catch) -> (code::Catch, bool) {
        let exception = Type::class(&crate::library::exceptions::EXCEPTION);
        let ty = match &clause.ty {
            Some(ty) => {
                let resolved = self.resolve(ty);
                if !resolved.is_error() && !crate::eval::cast::fits(&resolved, &exception) {
                    self.type_error(format!("`{resolved}` is no exception"), ty.span);
                }
                resolved
            }
            None => exception,
        };
        self.enter();
        let place = match &clause.name {
            Some(name) => self.declare(name, ty.clone(), Kind::Local).place(),
            None => Place::Discard,
        };
        let filter = clause.filter.as_ref().map(|it| self.condition(it));
        self.frame().catches += 1;
        let (body, falls_through) = self.block(&clause.body);
        self.frame().catches -= 1;
        let fresh = self.leave();
        (
            code::Catch {
                ty,
                fresh,
                place,
                filter,
                body,
            },
            falls_through,
        )
    }

    // What surely is no `IDisposable`.
    fn disposable(&mut self, ty: &Type, span: Span) {
        if ty.is_simple()
            || ty.is_enum()
            || matches!(ty, Type::Array(_) | Type::Tuple(_) | Type::Anonymous(_))
        {
            self.type_error(format!("`{ty}` has nothing to dispose of"), span);
        }
    }

    pub(super) fn using(&mut self, resource: &Statement, body: &Statement) -> (Stmt, bool) {
        self.enter();
        let slot = self.temporary();
        let mut setup = Vec::new();
        let code = match &resource.kind {
            StatementKind::Expression(expr) => {
                let value = self.value(expr);
                self.disposable(&value.ty, expr.span);
                value.code
            }
            _ => {
                let (stmt, _) = self.statement(resource);
                setup.push(stmt);
                // The variable that was just declared.
                let name = match &resource.kind {
                    StatementKind::Local { variables, .. } => variables.first().map(|it| it.0.text.clone()),
                    _ => None,
                };
                let variable = name.and_then(|name| self.find(&name));
                if let Some(variable) = &variable {
                    self.disposable(&variable.ty, resource.span);
                }
                variable.map_or(Code::Const(Value::Null), |it| it.read())
            }
        };
        let (body, falls_through) = self.embedded(body);
        let fresh = self.leave();
        setup.push(Stmt::Using(Box::new((slot, code, body))));
        (block_of(fresh, Vec::new(), setup), falls_through)
    }
}
