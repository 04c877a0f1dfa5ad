//! TEMPORARY: lets the other crates compile and run the simplest expressions until the language core is exported.
#![allow(missing_docs, clippy::all)]
use crate::host::*;
use crate::{Symbols, Symbol};
use bytes::Bytes;
use std::sync::Arc;
#[path = "syntax/scan.rs"]
mod scan;
pub use scan::{end_of_expression, is_expression};
#[derive(Debug, Clone, Default)] pub struct Options { pub strict: bool, pub limits: Limits }
#[derive(Debug, Clone)] pub struct Limits { pub steps: u64, pub depth: u32, pub backtracks: usize, pub bytes: usize }
impl Default for Limits { fn default() -> Self { Limits { steps: 5_000_000, depth: 200, backtracks: 1_000_000, bytes: 64 << 20 } } }
pub struct Compiled { pub expression: Option<Expression>, pub diagnostics: Vec<source::Diagnostic> }
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)] pub struct Needs { pub request_body: bool, pub response_body: bool }
#[derive(Debug, Clone)] pub struct Exception { pub type_name: &'static str, pub message: String }
#[derive(Debug, Clone)] pub struct Expression { text: Arc<str>, symbols: Vec<(String, Symbol)> }
#[derive(Debug, Clone)] pub enum Value { Null, Bool(bool), Int(i64), Double(f64), Text(Arc<str>), Bytes(Bytes), Response(Arc<StoredResponse>), Ctx(&'static str) }
pub fn compile(text: &source::Mapped, symbols: &Symbols, _o: &Options) -> Compiled {
    let t = text.text().trim();
    let mut syms = Vec::new();
    for part in t.split("Variables[\"").skip(1) { if let Some(e) = part.find('"') { syms.push((part[..e].to_owned(), symbols.intern(&part[..e]))); } }
    Compiled { expression: Some(Expression { text: t.into(), symbols: syms }), diagnostics: vec![] }
}
struct P<'a> { s: &'a [u8], i: usize, h: &'a mut dyn Host, e: &'a Expression }
type R = Result<Value, Exception>;
fn bad<T>(m: &str) -> Result<T, Exception> { Err(Exception { type_name: "System.NotSupportedException", message: m.to_owned() }) }
impl<'a> P<'a> {
    fn ws(&mut self) { while self.i < self.s.len() && self.s[self.i].is_ascii_whitespace() { self.i += 1 } }
    fn eat(&mut self, t: &str) -> bool { self.ws(); if self.s[self.i..].starts_with(t.as_bytes()) { self.i += t.len(); true } else { false } }
    fn or(&mut self) -> R { let mut v = self.and()?; while self.eat("||") { let a = v.to_bool()?; let r = self.and(); if a { v = Value::Bool(true) } else { v = r? } } Ok(v) }
    fn and(&mut self) -> R { let mut v = self.cmp()?; while self.eat("&&") { let a = v.to_bool()?; let r = self.cmp(); if !a { v = Value::Bool(false) } else { v = r? } } Ok(v) }
    fn cmp(&mut self) -> R { let v = self.add()?; if self.eat("==") { let r = self.add()?; return Ok(Value::Bool(v.same(&r))) } if self.eat("!=") { let r = self.add()?; return Ok(Value::Bool(!v.same(&r))) }
        if self.eat(">=") { let r = self.add()?; return Ok(Value::Bool(v.to_int()? >= r.to_int()?)) } if self.eat("<=") { let r = self.add()?; return Ok(Value::Bool(v.to_int()? <= r.to_int()?)) }
        if self.eat(">") { let r = self.add()?; return Ok(Value::Bool(v.to_int()? > r.to_int()?)) } if self.eat("<") { let r = self.add()?; return Ok(Value::Bool(v.to_int()? < r.to_int()?)) } Ok(v) }
    fn add(&mut self) -> R { let mut v = self.prim()?; while self.eat("+") { let r = self.prim()?; v = match (&v, &r) { (Value::Int(a), Value::Int(b)) => Value::Int(a + b), _ => Value::from(format!("{}{}", v.to_text(), r.to_text())) } } Ok(v) }
    fn ident(&mut self) -> String { self.ws(); let b = self.i; while self.i < self.s.len() && (self.s[self.i].is_ascii_alphanumeric() || self.s[self.i] == b'_') { self.i += 1 } String::from_utf8_lossy(&self.s[b..self.i]).into_owned() }
    fn prim(&mut self) -> R {
        if self.eat("!") { let v = self.prim()?; return Ok(Value::Bool(!v.to_bool()?)) }
        for c in ["(string)", "(int)", "(bool)"] { if self.eat(c) { return self.prim() } }
        if self.eat("(") { let v = self.or()?; self.eat(")"); return self.post(v) }
        if self.eat("\"") { let b = self.i; while self.i < self.s.len() && self.s[self.i] != b'"' { self.i += 1 } let t = String::from_utf8_lossy(&self.s[b..self.i]).into_owned(); self.i += 1; return self.post(Value::from(t)) }
        self.ws(); if self.i < self.s.len() && self.s[self.i].is_ascii_digit() { let t = self.ident(); return t.parse().map(Value::Int).or_else(|_| bad("number")) }
        match self.ident().as_str() { "true" => Ok(Value::Bool(true)), "false" => Ok(Value::Bool(false)), "null" => Ok(Value::Null), "context" => self.post(Value::Ctx("context")), o => bad(&format!("not in the temporary evaluator: {o}")) }
    }
    fn args(&mut self) -> Result<Vec<Value>, Exception> { let mut a = vec![]; if self.eat(")") { return Ok(a) } loop { a.push(self.or()?); if !self.eat(",") { break } } self.eat(")"); Ok(a) }
    fn post(&mut self, mut v: Value) -> R { loop {
        let opt = self.eat("?."); if !opt && !self.eat(".") { break }
        let m = self.ident();
        if opt && matches!(v, Value::Null) { while self.i < self.s.len() && (self.s[self.i].is_ascii_alphanumeric() || self.s[self.i] == b'.') { self.i += 1 } return Ok(Value::Null) }
        v = match (&v, m.as_str()) {
            (Value::Ctx("context"), "Response") => if self.h.response().is_some() { Value::Ctx("Response") } else { Value::Null },
            (Value::Ctx("context"), "LastError") => if self.h.last_error().is_some() { Value::Ctx("LastError") } else { Value::Null },
            (Value::Ctx("context"), "Request") => Value::Ctx("Request"),
            (Value::Ctx("Response"), "StatusCode") => Value::Int(self.h.response().map_or(0, |r| r.status.into())),
            (Value::Ctx("Response"), "Headers") => Value::Ctx("RespHeaders"), (Value::Ctx("Request"), "Headers") => Value::Ctx("ReqHeaders"),
            (Value::Ctx("Request"), "Method") => Value::from(self.h.request().method.to_owned()),
            (Value::Ctx("LastError"), "Reason") => Value::from(self.h.last_error().map(|e| e.reason.clone()).unwrap_or_default()),
            (Value::Ctx("LastError"), "Source") => Value::from(self.h.last_error().map(|e| e.source.clone()).unwrap_or_default()),
            (Value::Ctx("LastError"), "Message") => Value::from(self.h.last_error().map(|e| e.message.clone()).unwrap_or_default()),
            (Value::Ctx("context"), "Variables") => { if self.eat("[") { let k = self.or()?; self.eat("]"); match self.e.symbols.iter().find(|s| *s.0 == *k.to_text()).and_then(|s| self.h.variable(s.1)) { Some(v) => v.clone(), None => return bad("The given key was not present in the dictionary.") } } else { return bad("Variables") } }
            (Value::Ctx(h @ ("RespHeaders" | "ReqHeaders")), "GetValueOrDefault" | "ContainsKey") => { let h = *h; self.eat("("); let a = self.args()?; let n = a[0].to_text(); let hs = if h == "ReqHeaders" { self.h.request().headers.clone() } else { self.h.response().map(|r| r.headers.clone()).unwrap_or_default() };
                let j: Vec<_> = hs.get_all(n.as_str()).iter().map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned()).collect(); if m == "ContainsKey" { Value::Bool(!j.is_empty()) } else if j.is_empty() { a.get(1).cloned().unwrap_or(Value::Null) } else { Value::from(j.join(",")) } }
            (_, "ToString") => { self.eat("("); self.eat(")"); Value::from(v.to_text()) }
            (Value::Null, _) => return Err(Exception { type_name: "System.NullReferenceException", message: "Object reference not set to an instance of an object.".into() }),
            _ => return bad(&format!("not in the temporary evaluator: {m}")) };
    } Ok(v) }
}
impl Expression {
    pub fn eval(&self, host: &mut dyn Host) -> Result<Value, Exception> { let Some(b) = self.text.strip_prefix("@(").and_then(|t| t.strip_suffix(')')) else { return bad("blocks are not in the temporary evaluator") }; P { s: b.as_bytes(), i: 0, h: host, e: self }.or() }
    pub fn needs(&self) -> Needs { Needs { request_body: self.text.contains("Request.Body"), response_body: self.text.contains("Response.Body") } }
    pub fn text(&self) -> &str { &self.text }
}
impl Value {
    fn same(&self, o: &Value) -> bool { match (self, o) { (Value::Null, Value::Null) => true, (Value::Bool(a), Value::Bool(b)) => a == b, (Value::Int(a), Value::Int(b)) => a == b, (Value::Text(a), Value::Text(b)) => a == b, _ => false } }
    pub fn null() -> Value { Value::Null } pub fn bytes(b: Bytes) -> Value { Value::Bytes(b) } pub fn response(r: Arc<StoredResponse>) -> Value { Value::Response(r) }
    pub fn json(j: &serde_json::Value) -> Value { Value::from(j.to_string()) } pub fn strings(v: Vec<String>) -> Value { Value::from(v.join(",")) }
    pub fn is_null(&self) -> bool { matches!(self, Value::Null) } pub fn type_name(&self) -> String { "System.Object".into() }
    pub fn to_text(&self) -> String { match self { Value::Null => String::new(), Value::Bool(b) => if *b { "True".into() } else { "False".into() }, Value::Int(i) => i.to_string(), Value::Double(d) => d.to_string(), Value::Text(t) => t.to_string(), Value::Bytes(_) => "System.Byte[]".into(), _ => "object".into() } }
    pub fn to_bool(&self) -> Result<bool, Exception> { match self { Value::Bool(b) => Ok(*b), Value::Text(t) if t.eq_ignore_ascii_case("true") => Ok(true), Value::Text(t) if t.eq_ignore_ascii_case("false") => Ok(false), _ => bad("not a bool") } }
    pub fn to_int(&self) -> Result<i64, Exception> { match self { Value::Int(b) => Ok(*b), Value::Text(t) => t.trim().parse().or_else(|_| bad("Input string was not in a correct format.")), _ => bad("not an int") } }
    pub fn to_double(&self) -> Result<f64, Exception> { match self { Value::Int(b) => Ok(*b as f64), Value::Double(d) => Ok(*d), Value::Text(t) => t.trim().parse().or_else(|_| bad("Input string was not in a correct format.")), _ => bad("not a number") } }
    pub fn to_body(&self) -> Bytes { match self { Value::Bytes(b) => b.clone(), o => Bytes::from(o.to_text()) } }
    pub fn as_response(&self) -> Option<Arc<StoredResponse>> { match self { Value::Response(r) => Some(r.clone()), _ => None } }
    pub fn to_json(&self) -> serde_json::Value { match self { Value::Null => serde_json::Value::Null, Value::Bool(b) => (*b).into(), Value::Int(i) => (*i).into(), Value::Double(d) => (*d).into(), o => o.to_text().into() } }
}
impl From<&str> for Value { fn from(t: &str) -> Value { Value::Text(t.into()) } }
impl From<String> for Value { fn from(t: String) -> Value { Value::Text(t.into()) } }
impl From<bool> for Value { fn from(t: bool) -> Value { Value::Bool(t) } }
impl From<i32> for Value { fn from(t: i32) -> Value { Value::Int(t.into()) } }
impl From<i64> for Value { fn from(t: i64) -> Value { Value::Int(t) } }
impl From<f64> for Value { fn from(t: f64) -> Value { Value::Double(t) } }
