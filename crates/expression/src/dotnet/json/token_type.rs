//! The kinds of tokens.

/// `JTokenType`, with its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum TokenType {
    Object = 1,
    Array = 2,
    Constructor = 3,
    Property = 4,
    Comment = 5,
    Integer = 6,
    Float = 7,
    String = 8,
    Boolean = 9,
    Null = 10,
    Undefined = 11,
    Date = 12,
    Raw = 13,
    Bytes = 14,
    Guid = 15,
    Uri = 16,
    TimeSpan = 17,
}

impl TokenType {
    /// The name of the enumeration member.
    pub(crate) fn name(self) -> &'static str {
        match self {
            TokenType::Object => "Object",
            TokenType::Array => "Array",
            TokenType::Constructor => "Constructor",
            TokenType::Property => "Property",
            TokenType::Comment => "Comment",
            TokenType::Integer => "Integer",
            TokenType::Float => "Float",
            TokenType::String => "String",
            TokenType::Boolean => "Boolean",
            TokenType::Null => "Null",
            TokenType::Undefined => "Undefined",
            TokenType::Date => "Date",
            TokenType::Raw => "Raw",
            TokenType::Bytes => "Bytes",
            TokenType::Guid => "Guid",
            TokenType::Uri => "Uri",
            TokenType::TimeSpan => "TimeSpan",
        }
    }
}
