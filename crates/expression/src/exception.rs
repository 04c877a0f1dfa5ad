use crate::Value;
use std::fmt;

/// An exception that left an expression, or that a library function throws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The .NET type, such as `System.NullReferenceException`.
    pub type_name: &'static str,
    /// Its `Message`.
    pub message: String,
}

impl Exception {
    /// An exception of the .NET type `type_name`.
    pub fn new(type_name: &'static str, message: impl Into<String>) -> Exception {
        Exception {
            type_name,
            message: message.into(),
        }
    }

    pub(crate) fn null_reference() -> Exception {
        Exception::new(
            "System.NullReferenceException",
            "Object reference not set to an instance of an object.",
        )
    }

    pub(crate) fn argument(message: impl Into<String>) -> Exception {
        Exception::new("System.ArgumentException", message)
    }

    pub(crate) fn argument_null(parameter: &str) -> Exception {
        Exception::new(
            "System.ArgumentNullException",
            format!("Value cannot be null. (Parameter '{parameter}')"),
        )
    }

    /// `message` ends with its stop; the parameter is added as .NET does.
    pub(crate) fn out_of_range(message: &str, parameter: &str) -> Exception {
        Exception::new(
            "System.ArgumentOutOfRangeException",
            format!("{message} (Parameter '{parameter}')"),
        )
    }

    pub(crate) fn index_out_of_range() -> Exception {
        Exception::new(
            "System.IndexOutOfRangeException",
            "Index was outside the bounds of the array.",
        )
    }

    pub(crate) fn format(message: impl Into<String>) -> Exception {
        Exception::new("System.FormatException", message)
    }

    pub(crate) fn overflow(message: impl Into<String>) -> Exception {
        Exception::new("System.OverflowException", message)
    }

    pub(crate) fn invalid_operation(message: impl Into<String>) -> Exception {
        Exception::new("System.InvalidOperationException", message)
    }

    pub(crate) fn invalid_cast(from: &str, to: &str) -> Exception {
        Exception::new(
            "System.InvalidCastException",
            format!("Unable to cast object of type '{from}' to type '{to}'."),
        )
    }

    pub(crate) fn not_supported(message: impl Into<String>) -> Exception {
        Exception::new("System.NotSupportedException", message)
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Exception {}

/// An exception on its way up. One pointer, so that results stay small.
#[derive(Debug, Clone)]
pub struct Fault(Box<Thrown>);

#[derive(Debug, Clone)]
pub(crate) struct Thrown {
    pub(crate) exception: Exception,
    pub(crate) inner: Option<Value>,
    // A spent budget passes every `catch`: otherwise an endless loop could swallow its own end.
    pub(crate) catchable: bool,
    // The very object that `throw` was given, so that `catch` sees the same one.
    pub(crate) object: Option<Value>,
}

impl Fault {
    pub(crate) fn budget(message: impl Into<String>) -> Fault {
        let exception = Exception::new("System.InsufficientExecutionStackException", message);
        Fault(Box::new(Thrown {
            exception,
            inner: None,
            catchable: false,
            object: None,
        }))
    }

    pub(crate) fn thrown(thrown: Thrown) -> Fault {
        Fault(Box::new(thrown))
    }

    pub(crate) fn get(&self) -> &Thrown {
        &self.0
    }

    pub(crate) fn into_exception(self) -> Exception {
        self.0.exception
    }
}

impl From<Exception> for Fault {
    fn from(exception: Exception) -> Fault {
        Fault(Box::new(Thrown {
            exception,
            inner: None,
            catchable: true,
            object: None,
        }))
    }
}

/// What a library body or a piece of code gives.
pub(crate) type Eval<T = Value> = Result<T, Fault>;

impl From<crate::dotnet::DotnetError> for Fault {
    fn from(error: crate::dotnet::DotnetError) -> Fault {
        Exception::from(error).into()
    }
}

impl From<crate::dotnet::DotnetError> for Exception {
    fn from(error: crate::dotnet::DotnetError) -> Exception {
        Exception {
            type_name: error.type_name,
            message: error.message,
        }
    }
}
