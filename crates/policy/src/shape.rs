//! What a policy may look like: its attributes and children. The same rows check a document, suggest spellings and
//! make the reference.

/// An element: a policy, or a part of one.
#[derive(Debug)]
pub struct Shape {
    /// Name of the element.
    pub name: &'static str,
    /// Attributes besides `id`.
    pub attributes: &'static [Attribute],
    /// What stands in it.
    pub content: Content,
}

/// An attribute.
#[derive(Debug)]
pub struct Attribute {
    /// Name.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it is when it is not there, as an author would write it.
    pub default: Option<&'static str>,
    /// Whether a policy expression may stand in it.
    pub expression: bool,
    /// What it takes.
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Number,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// What stands in an element.
#[derive(Debug)]
pub enum Content {
    /// Nothing.
    Empty,
    /// Text: a literal or an expression.
    Text,
    /// Text, or literal XML that is kept as it stands.
    Body,
    /// These elements, in this order.
    Children(&'static [Child]),
    /// These elements, or a text.
    ChildrenOrText(&'static [Child]),
    /// Policies.
    Policies,
    /// Only these policies.
    PoliciesOf(&'static [&'static str]),
    /// Whatever: nobody reads it yet.
    Opaque,
}

/// A child element.
#[derive(Debug)]
pub struct Child {
    /// What it looks like.
    pub shape: &'static Shape,
    /// How many there must be.
    pub at_least: usize,
    /// How many there may be.
    pub at_most: usize,
}

/// An attribute that must be there and takes an expression.
pub(crate) const fn required(name: &'static str) -> Attribute {
    Attribute {
        name,
        required: true,
        default: None,
        expression: true,
        kind: Kind::Text,
    }
}

/// An attribute that may be there and takes an expression.
pub(crate) const fn optional(name: &'static str) -> Attribute {
    Attribute {
        name,
        required: false,
        default: None,
        expression: true,
        kind: Kind::Text,
    }
}

impl Attribute {
    pub(crate) const fn or(self, default: &'static str) -> Attribute {
        Attribute {
            default: Some(default),
            ..self
        }
    }

    pub(crate) const fn literal(self) -> Attribute {
        Attribute {
            expression: false,
            ..self
        }
    }

    pub(crate) const fn bool(self) -> Attribute {
        Attribute {
            kind: Kind::Bool,
            ..self
        }
    }

    pub(crate) const fn int(self) -> Attribute {
        Attribute {
            kind: Kind::Int,
            ..self
        }
    }

    pub(crate) const fn number(self) -> Attribute {
        Attribute {
            kind: Kind::Number,
            ..self
        }
    }

    pub(crate) const fn one_of(self, values: &'static [&'static str]) -> Attribute {
        Attribute {
            kind: Kind::OneOf(values),
            ..self
        }
    }
}

/// Any number of children.
pub(crate) const fn many(shape: &'static Shape) -> Child {
    Child {
        shape,
        at_least: 0,
        at_most: usize::MAX,
    }
}

/// At least one child.
pub(crate) const fn some(shape: &'static Shape) -> Child {
    Child {
        shape,
        at_least: 1,
        at_most: usize::MAX,
    }
}

/// At most one child.
pub(crate) const fn maybe(shape: &'static Shape) -> Child {
    Child {
        shape,
        at_least: 0,
        at_most: 1,
    }
}

/// Exactly one child.
pub(crate) const fn one(shape: &'static Shape) -> Child {
    Child {
        shape,
        at_least: 1,
        at_most: 1,
    }
}
