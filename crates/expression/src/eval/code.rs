//! What is run: typed code with slots and members resolved.

use super::Operation;
use crate::Value;
use crate::library::Body;
use crate::symbol::Symbol;
use crate::text::Text;
use crate::types::Type;
use std::sync::Arc;

/// An expression.
#[derive(Debug, Clone)]
pub(crate) enum Code {
    Const(Value),
    Local(u32),
    Cell(u32),
    SetLocal(u32, Box<Code>),
    SetCell(u32, Box<Code>),
    // `context.Variables["name"]`
    Variable(Symbol, Arc<str>),
    // `context.Variables.GetValueOrDefault<T>("name", default)`: type, default.
    VariableOr(Symbol, Box<(Type, Code)>),
    // `context.Variables.ContainsKey("name")`
    HasVariable(Symbol),
    // A property without type arguments.
    Get(Get, Box<Code>),
    Call(Box<Call>),
    // A setter: the last argument is the result.
    Set(Box<Call>),
    // `token["name"]`, and a cast of it.
    JsonItem(Box<JsonItem>),
    JsonCast(Box<(JsonItem, Type, Body)>),
    Invoke(Box<Invoke>),
    Binary(Operation, Box<(Code, Code)>),
    // Null if one side is null.
    Lifted(Operation, Box<(Code, Code)>),
    // False if one side is null.
    LiftedCompare(Operation, Box<(Code, Code)>),
    // Equality of nullable values; the flag is `!=`.
    LiftedEquals(Operation, bool, Box<(Code, Code)>),
    // `&` and `|` of `bool?`.
    NullableLogic(bool, Box<(Code, Code)>),
    IsNull(Box<Code>),
    IsNotNull(Box<Code>),
    And(Box<[Code]>),
    Or(Box<[Code]>),
    Not(Box<Code>),
    Ternary(Box<(Code, Code, Code)>),
    Coalesce(Box<(Code, Code)>),
    Concat(Box<[Code]>),
    Interpolate(Box<[Piece]>),
    Convert(Convert, Box<Code>),
    // Gives null where the inner code does.
    LiftedConvert(Box<(Code, u32, Code)>),
    Is(Box<(Code, Type)>),
    As(Box<(Code, Type)>),
    Match(Box<(Code, Pattern)>),
    // A `switch` expression: operand, and pattern, guard and value of each arm.
    Switch(Box<(Code, Vec<Arm>)>),
    // Receiver, the slot that holds it, and what is done when it is not null.
    Conditional(Box<(Code, u32, Code)>),
    Array(Box<(Type, Vec<Code>)>),
    // Element type, length, default element.
    SizedArray(Box<(Type, Code, Value)>),
    Record(Box<(Type, Vec<Code>)>),
    Item(usize, Box<Code>),
    // A tuple with one element replaced.
    WithItem(usize, Box<(Code, Code)>),
    Lambda(Arc<Function>),
    // All of them, and the last one's value.
    Sequence(Box<[Code]>),
    Throw(Box<Code>),
    Dynamic(Box<Dynamic>),
}

/// Pattern, guard and value of an arm of a `switch` expression.
pub(crate) type Arm = (Pattern, Option<Code>, Code);

/// A property.
#[derive(Clone, Copy)]
pub(crate) struct Get(pub(crate) Body);

/// A call of a library row.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) body: Body,
    pub(crate) args: Vec<Code>,
    pub(crate) types: Box<[Type]>,
    // Whether the first argument is a receiver that must not be null.
    pub(crate) receiver: bool,
    // `out` and `ref` arguments: which, and where they go.
    pub(crate) outs: Vec<(usize, Place)>,
}

/// `token["name"]`: the token, the name, and the row for all but the usual.
#[derive(Clone)]
pub(crate) struct JsonItem {
    pub(crate) token: Code,
    pub(crate) name: Text,
    pub(crate) body: Body,
}

/// A call of a lambda or local function.
#[derive(Debug, Clone)]
pub(crate) struct Invoke {
    pub(crate) function: Code,
    pub(crate) args: Vec<Code>,
    pub(crate) outs: Vec<(usize, Place)>,
}

/// Where a value is put.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Discard,
    Local(u32),
    Cell(u32),
    // An element or property: the code that sets it reads the value from the slot.
    Through(u32, Box<Code>),
}

/// A conversion that can fail or that changes the value.
#[derive(Debug, Clone)]
pub(crate) enum Convert {
    // To a numeric type; whether overflow throws.
    Number(Number, bool),
    // Integer to enumeration.
    Enum(crate::library::Def),
    // `T?` to `T`.
    Unwrap,
    // A reference or boxed value to exactly this type, or null.
    Cast(Type),
    // Unboxing: null throws.
    Unbox(Type),
    // Whatever is needed at run time.
    Dynamic(Type),
}

/// A numeric type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    Char,
    SByte,
    Byte,
    Short,
    UShort,
    Int,
    UInt,
    Long,
    ULong,
    Single,
    Double,
    Decimal,
}

/// A part of an interpolated string.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Text(Arc<str>),
    Hole {
        value: Code,
        alignment: i32,
        format: Option<Box<str>>,
    },
}

/// What is decided at run time.
#[derive(Debug, Clone)]
pub(crate) enum Dynamic {
    Get(Code, Box<str>),
    Set(Code, Box<str>, Code),
    Index(Code, Vec<Code>),
    SetIndex(Code, Vec<Code>, Code),
    Call(Code, Box<str>, Vec<Code>),
    Invoke(Code, Vec<Code>),
    Binary(&'static str, Code, Code),
    Unary(&'static str, Code),
}

/// The body of a lambda or local function.
#[derive(Debug)]
pub(crate) struct Function {
    // Its delegate type.
    pub(crate) ty: Type,
    pub(crate) frame: u32,
    // The slot of each parameter, and whether it is a cell.
    pub(crate) params: Vec<(u32, bool)>,
    // `out` and `ref` parameters.
    pub(crate) refs: Vec<usize>,
    // Cells of the surrounding function: its slot, our slot.
    pub(crate) captures: Vec<(u32, u32)>,
    pub(crate) body: FunctionBody,
}

#[derive(Debug)]
pub(crate) enum FunctionBody {
    Value(Code),
    Block(Stmt),
}

/// A statement.
#[derive(Debug, Clone)]
pub(crate) enum Stmt {
    Nothing,
    Eval(Code),
    Block(Box<Block>),
    If(Box<(Code, Stmt, Stmt)>),
    While(Box<(Code, Stmt)>),
    DoWhile(Box<(Stmt, Code)>),
    For(Box<For>),
    Foreach(Box<Foreach>),
    Return(Option<Code>),
    Throw(Code),
    Rethrow,
    Break,
    Continue,
    // To a section of the surrounding `switch`.
    Goto(usize),
    // To a label of a surrounding block.
    Jump(u32),
    Label(u32),
    Try(Box<Try>),
    Using(Box<(u32, Code, Stmt)>),
    Switch(Box<Switch>),
}

#[derive(Debug, Clone)]
pub(crate) struct Block {
    // Captured variables: a new cell each time the block is entered.
    pub(crate) fresh: Vec<u32>,
    pub(crate) functions: Vec<(u32, Arc<Function>)>,
    pub(crate) body: Vec<Stmt>,
}

#[derive(Debug, Clone)]
pub(crate) struct For {
    pub(crate) fresh: Vec<u32>,
    pub(crate) init: Vec<Stmt>,
    pub(crate) condition: Option<Code>,
    pub(crate) step: Vec<Code>,
    pub(crate) body: Stmt,
}

#[derive(Debug, Clone)]
pub(crate) struct Foreach {
    pub(crate) sequence: Code,
    pub(crate) fresh: Vec<u32>,
    // Where the element lies, and the code that puts it into the variable or variables.
    pub(crate) element: u32,
    pub(crate) assign: Code,
    pub(crate) body: Stmt,
}

#[derive(Debug, Clone)]
pub(crate) struct Try {
    pub(crate) body: Stmt,
    pub(crate) catches: Vec<Catch>,
    pub(crate) finally: Option<Stmt>,
}

#[derive(Debug, Clone)]
pub(crate) struct Catch {
    pub(crate) ty: Type,
    pub(crate) fresh: Vec<u32>,
    // The slot of the caught exception.
    pub(crate) place: Place,
    pub(crate) filter: Option<Code>,
    pub(crate) body: Stmt,
}

#[derive(Debug, Clone)]
pub(crate) struct Switch {
    pub(crate) value: Code,
    // Pattern, guard, section.
    pub(crate) labels: Vec<(Pattern, Option<Code>, usize)>,
    pub(crate) fresh: Vec<u32>,
    pub(crate) functions: Vec<(u32, Arc<Function>)>,
    pub(crate) default: Option<usize>,
    pub(crate) sections: Vec<Vec<Stmt>>,
}

/// What a value is compared with.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    Any,
    Null,
    Constant(Value),
    // A type, and where the value goes.
    Type(Type, Place),
    Var(Place),
    // Compared by an operation on this type.
    Test(Operation, Type, Value),
    Not(Box<Pattern>),
    And(Box<(Pattern, Pattern)>),
    Or(Box<(Pattern, Pattern)>),
}

impl std::fmt::Debug for Get {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("get")
    }
}

impl std::fmt::Debug for JsonItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JsonItem")
            .field("token", &self.token)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("args", &self.args)
            .field("types", &self.types)
            .finish_non_exhaustive()
    }
}
