//! The exceptions of .NET, by full type name and message.

use std::fmt;

/// An exception that a .NET call would throw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DotnetError {
    /// Full name of the exception type, such as `System.FormatException`.
    pub(crate) type_name: &'static str,
    /// Its `Message`.
    pub(crate) message: String,
}

/// What a .NET call gives.
pub(crate) type Result<T> = std::result::Result<T, DotnetError>;

impl DotnetError {
    /// An exception of any type.
    pub(crate) fn new(type_name: &'static str, message: impl Into<String>) -> DotnetError {
        DotnetError {
            type_name,
            message: message.into(),
        }
    }

    /// `FormatException`.
    pub(crate) fn format(message: impl Into<String>) -> DotnetError {
        DotnetError::new("System.FormatException", message)
    }

    /// `FormatException` of a number that cannot be read.
    pub(crate) fn input_string() -> DotnetError {
        DotnetError::format("Input string was not in a correct format.")
    }

    /// `FormatException` of a format string that does not exist.
    pub(crate) fn format_specifier() -> DotnetError {
        DotnetError::format("Format specifier was invalid.")
    }

    /// `OverflowException`.
    pub(crate) fn overflow(message: impl Into<String>) -> DotnetError {
        DotnetError::new("System.OverflowException", message)
    }

    /// `OverflowException` of a conversion to a number type, such as `an Int32`.
    pub(crate) fn too_large(target: &str) -> DotnetError {
        DotnetError::overflow(format!("Value was either too large or too small for {target}."))
    }

    /// `ArgumentException`.
    pub(crate) fn argument(message: impl Into<String>) -> DotnetError {
        DotnetError::new("System.ArgumentException", message)
    }

    /// `ArgumentOutOfRangeException` for a parameter.
    pub(crate) fn out_of_range(message: &str, parameter: &str) -> DotnetError {
        let message = format!("{message} (Parameter '{parameter}')");
        DotnetError::new("System.ArgumentOutOfRangeException", message)
    }

    /// `ArgumentOutOfRangeException` of a collection index.
    pub(crate) fn index() -> DotnetError {
        let range = "Index was out of range. Must be non-negative and less than the size of the collection.";
        DotnetError::out_of_range(range, "index")
    }

    /// `InvalidOperationException`.
    pub(crate) fn invalid_operation(message: impl Into<String>) -> DotnetError {
        DotnetError::new("System.InvalidOperationException", message)
    }

    /// `InvalidCastException`.
    pub(crate) fn invalid_cast(message: impl Into<String>) -> DotnetError {
        DotnetError::new("System.InvalidCastException", message)
    }
}

impl fmt::Display for DotnetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.type_name, self.message)
    }
}

impl std::error::Error for DotnetError {}
