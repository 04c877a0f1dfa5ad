//! `System.Exception` and its kin.

use super::Def;
use super::table::{TypeDef, class, constructor, property};
use crate::Value;
use crate::exception::{Exception, Fault, Thrown};
use crate::object::Object;
use crate::text::Text;
use crate::types::Type;
use parking_lot::Mutex;

macro_rules! exceptions {
    ($($id:ident = $name:literal: $base:literal, $message:literal;)*) => {
        /// Every kind of exception that can be named, thrown or caught.
        pub(crate) static TYPES: &[&TypeDef] = &[&EXCEPTION, &ARGUMENT, &ARGUMENT_NULL, &ARGUMENT_RANGE, $(&$id),*];

        $(
            #[doc = concat!("`", $name, "`.")]
            pub(crate) static $id: TypeDef = class($name).bases(&[$base]).members(&[
                constructor("()", |_, _, _| Ok(make(&$id, $message.to_owned(), Value::Null))),
                constructor("(string message)", |_, a, _| Ok(make(&$id, given(&a[0], $message), Value::Null))),
                constructor("(string message, Exception innerException)", |_, a, _| {
                    Ok(make(&$id, given(&a[0], $message), a[1].clone()))
                }),
            ])
            .not_in_azure();
        )*
    };
}

exceptions! {
    SYSTEM = "System.SystemException": "Exception", "System error.";
    APPLICATION = "System.ApplicationException": "Exception", "Error in the application.";
    ARITHMETIC = "System.ArithmeticException": "SystemException", "Overflow or underflow in the arithmetic operation.";
    DIVIDE_BY_ZERO = "System.DivideByZeroException": "ArithmeticException", "Attempted to divide by zero.";
    OVERFLOW = "System.OverflowException": "ArithmeticException", "Arithmetic operation resulted in an overflow.";
    FORMAT = "System.FormatException": "SystemException", "One of the identified items was in an invalid format.";
    URI_FORMAT = "System.UriFormatException": "FormatException", "Invalid URI: The URI scheme is not valid.";
    INDEX = "System.IndexOutOfRangeException": "SystemException", "Index was outside the bounds of the array.";
    INVALID_CAST = "System.InvalidCastException": "SystemException", "Specified cast is not valid.";
    INVALID_OPERATION = "System.InvalidOperationException": "SystemException", "Operation is not valid due to the current state of the object.";
    KEY_NOT_FOUND = "System.Collections.Generic.KeyNotFoundException": "SystemException", "The given key was not present in the dictionary.";
    NULL_REFERENCE = "System.NullReferenceException": "SystemException", "Object reference not set to an instance of an object.";
    NOT_IMPLEMENTED = "System.NotImplementedException": "SystemException", "The method or operation is not implemented.";
    NOT_SUPPORTED = "System.NotSupportedException": "SystemException", "Specified method is not supported.";
    PLATFORM = "System.PlatformNotSupportedException": "NotSupportedException", "Operation is not supported on this platform.";
    TIMEOUT = "System.TimeoutException": "SystemException", "The operation has timed out.";
    OBJECT_DISPOSED = "System.ObjectDisposedException": "InvalidOperationException", "Cannot access a disposed object.";
    INVALID_TIME_ZONE = "System.InvalidTimeZoneException": "Exception", "The time zone was not valid.";
    SERIALIZATION = "System.Runtime.Serialization.SerializationException": "SystemException", "Serialization error.";
    RANK = "System.RankException": "SystemException", "Attempted to operate on an array with the incorrect number of dimensions.";
    ARRAY_TYPE = "System.ArrayTypeMismatchException": "SystemException", "Attempted to access an element as a type incompatible with the array.";
    UNAUTHORIZED = "System.UnauthorizedAccessException": "SystemException", "Attempted to perform an unauthorized operation.";
    TIME_ZONE = "System.TimeZoneNotFoundException": "Exception", "The time zone was not found.";
    REGEX_TIMEOUT = "System.Text.RegularExpressions.RegexMatchTimeoutException": "TimeoutException", "The Regex engine has timed out.";
    CRYPTOGRAPHIC = "System.Security.Cryptography.CryptographicException": "SystemException", "Error occurred during a cryptographic operation.";
    JSON = "Newtonsoft.Json.JsonException": "Exception", "Error in JSON.";
    JSON_READER = "Newtonsoft.Json.JsonReaderException": "JsonException", "Error reading JSON.";
    JSON_SERIALIZATION = "Newtonsoft.Json.JsonSerializationException": "JsonException", "Error in JSON serialization.";
    XML = "System.Xml.XmlException": "SystemException", "An XML error has occurred.";
    STACK = "System.InsufficientExecutionStackException": "SystemException", "Insufficient stack to continue executing the program safely.";
}

/// `System.ArgumentException`.
pub(crate) static ARGUMENT: TypeDef = class("System.ArgumentException")
    .bases(&["SystemException"])
    .members(&[
        constructor("()", |_, _, _| {
            Ok(make(&ARGUMENT, OUTSIDE.to_owned(), Value::Null))
        }),
        constructor("(string message)", |_, a, _| {
            Ok(make(&ARGUMENT, given(&a[0], OUTSIDE), Value::Null))
        }),
        constructor("(string message, Exception innerException)", |_, a, _| {
            Ok(make(&ARGUMENT, given(&a[0], OUTSIDE), a[1].clone()))
        }),
        constructor("(string message, string paramName)", |_, a, _| {
            let message = format!("{} (Parameter '{}')", given(&a[0], OUTSIDE), a[1].to_text());
            Ok(make(&ARGUMENT, message, Value::Null))
        }),
        // The message tells it.
        property("string ParamName", |_, a, _| {
            let message = &a[0].of::<Error>()?.exception.message;
            let name = message
                .rsplit_once("(Parameter '")
                .and_then(|(_, it)| it.strip_suffix("')"));
            Ok(name.map_or(Value::Null, Value::from))
        }),
    ])
    .not_in_azure();

const OUTSIDE: &str = "Value does not fall within the expected range.";

/// `System.ArgumentNullException`.
pub(crate) static ARGUMENT_NULL: TypeDef = class("System.ArgumentNullException")
    .bases(&["ArgumentException"])
    .members(&[
        constructor("()", |_, _, _| {
            Ok(make(
                &ARGUMENT_NULL,
                "Value cannot be null.".to_owned(),
                Value::Null,
            ))
        }),
        constructor("(string paramName)", |_, a, _| {
            Ok(make(
                &ARGUMENT_NULL,
                Exception::argument_null(&a[0].to_text()).message,
                Value::Null,
            ))
        }),
        constructor("(string paramName, string message)", |_, a, _| {
            Ok(make(
                &ARGUMENT_NULL,
                format!("{} (Parameter '{}')", a[1].to_text(), a[0].to_text()),
                Value::Null,
            ))
        }),
    ]);

/// `System.ArgumentOutOfRangeException`.
pub(crate) static ARGUMENT_RANGE: TypeDef = class("System.ArgumentOutOfRangeException")
    .bases(&["ArgumentException"])
    .members(&[
        constructor("()", |_, _, _| {
            Ok(make(
                &ARGUMENT_RANGE,
                "Specified argument was out of the range of valid values.".to_owned(),
                Value::Null,
            ))
        }),
        constructor("(string paramName)", |_, a, _| {
            let message = format!(
                "Specified argument was out of the range of valid values. (Parameter '{}')",
                a[0].to_text()
            );
            Ok(make(&ARGUMENT_RANGE, message, Value::Null))
        }),
        constructor("(string paramName, string message)", |_, a, _| {
            Ok(make(
                &ARGUMENT_RANGE,
                format!("{} (Parameter '{}')", a[1].to_text(), a[0].to_text()),
                Value::Null,
            ))
        }),
    ]);

/// `System.Exception`.
pub(crate) static EXCEPTION: TypeDef = class("System.Exception").members(&[
    constructor("()", |_, _, _| {
        Ok(make(
            &EXCEPTION,
            "Exception of type 'System.Exception' was thrown.".to_owned(),
            Value::Null,
        ))
    }),
    constructor("(string message)", |_, a, _| {
        Ok(make(
            &EXCEPTION,
            given(&a[0], "Exception of type 'System.Exception' was thrown."),
            Value::Null,
        ))
    }),
    constructor("(string message, Exception innerException)", |_, a, _| {
        Ok(make(
            &EXCEPTION,
            given(&a[0], "Exception of type 'System.Exception' was thrown."),
            a[1].clone(),
        ))
    }),
    property("string Message", |_, a, _| {
        Ok(a[0].of::<Error>()?.exception.message.clone().into())
    }),
    property("Exception InnerException", |_, a, _| {
        Ok(a[0].of::<Error>()?.inner.clone())
    }),
    property("string StackTrace", |_, _, _| {
        Ok("   at Microsoft.WindowsAzure.ApiManagement.Proxy.Gateway.Expression.Evaluate()".into())
    }),
    property("string Source", |_, a, _| {
        let source = a[0].of::<Error>()?.extra.lock().source.clone();
        Ok(source
            .unwrap_or_else(|| "Microsoft.WindowsAzure.ApiManagement.Proxy.Gateway".to_owned())
            .into())
    })
    .set(|_, a, _| {
        a[0].of::<Error>()?.extra.lock().source = text(&a[1]);
        Ok(Value::Null)
    }),
    property("string HelpLink", |_, a, _| {
        Ok(a[0].of::<Error>()?.extra.lock().help_link.clone().into())
    })
    .set(|_, a, _| {
        a[0].of::<Error>()?.extra.lock().help_link = text(&a[1]);
        Ok(Value::Null)
    }),
    property("int HResult", |_, a, _| {
        let set = a[0].of::<Error>()?.extra.lock().h_result;
        Ok(set.unwrap_or(-2_146_233_088).into())
    })
    .set(|_, a, _| {
        a[0].of::<Error>()?.extra.lock().h_result = Some(a[1].int());
        Ok(Value::Null)
    }),
    super::table::method("Exception GetBaseException()", |_, a, _| {
        let mut deepest = a[0].clone();
        for _ in 0..1000 {
            match deepest.as_object::<Error>().map(|it| it.inner.clone()) {
                Some(Value::Null) | None => break,
                Some(inner) => deepest = inner,
            }
        }
        Ok(deepest)
    }),
]);

fn given(message: &Value, default: &str) -> String {
    message
        .str_or_null()
        .map_or_else(|| default.to_owned(), |it| it.as_str().into_owned())
}

fn make(def: &'static TypeDef, message: String, inner: Value) -> Value {
    Value::object(Error {
        def: Def(def),
        exception: Exception {
            type_name: def.name,
            message,
        },
        inner,
        extra: Mutex::default(),
    })
}

/// An exception as a value.
#[derive(Debug)]
pub(crate) struct Error {
    def: Def,
    pub(crate) exception: Exception,
    inner: Value,
    extra: Mutex<Extra>,
}

/// What an author may set on an exception.
#[derive(Debug, Default)]
struct Extra {
    source: Option<String>,
    help_link: Option<String>,
    h_result: Option<i32>,
}

fn text(value: &Value) -> Option<String> {
    value.str_or_null().map(|it| it.as_str().into_owned())
}

impl Object for Error {
    fn ty(&self) -> Type {
        Type::Class(self.def, None)
    }

    fn text(&self) -> Text {
        format!("{}: {}", self.exception.type_name, self.exception.message).into()
    }
}

impl Drop for Error {
    fn drop(&mut self) {
        crate::eval::bury([std::mem::take(&mut self.inner)]);
    }
}

/// What `throw value` does.
pub(crate) fn throw(value: Value) -> Fault {
    let Some(error) = value.as_object::<Error>() else {
        return Exception::null_reference().into();
    };
    let (exception, inner) = (error.exception.clone(), Some(error.inner.clone()));
    Fault::thrown(Thrown {
        exception,
        inner,
        catchable: true,
        object: Some(value),
    })
}

/// What `catch (Exception e)` gives.
pub(crate) fn caught(fault: &Fault) -> Value {
    let thrown = fault.get();
    if let Some(object) = &thrown.object {
        return object.clone();
    }
    let def = super::find(thrown.exception.type_name, 0).unwrap_or(Def(&EXCEPTION));
    Value::object(Error {
        def,
        exception: thrown.exception.clone(),
        inner: thrown.inner.clone().unwrap_or_default(),
        extra: Mutex::default(),
    })
}
