//! What is known while compiling.

use super::{Checker, Typed};
use crate::eval::Operation;
use crate::eval::code::Code;
use crate::types::Type;
use source::Span;

impl Checker<'_> {
    /// An operation on two values; computed now if both are constants.
    pub(super) fn fold(
        &mut self,
        operation: Operation,
        left: Typed,
        right: Typed,
        ty: Type,
        span: Span,
    ) -> Typed {
        if let (Some(a), Some(b)) = (&left.constant, &right.constant) {
            return match operation(a, b) {
                Ok(value) => Typed::constant(value, ty),
                // The compiler of C# refuses these too.
                Err(fault) => {
                    let message = match fault.get().exception.type_name {
                        "System.DivideByZeroException" => "this divides by the constant zero",
                        _ => "this constant does not fit into its type",
                    };
                    self.type_error(message, span)
                }
            };
        }
        Typed::new(Code::Binary(operation, Box::new((left.code, right.code))), ty)
    }
}
