//! `{% for x in y %}` and `{% JSONArrayFor x in y %}`, which parts its items with commas.

use super::lenient::Lenient;
use liquid_core::model::{KString, KStringRef, Object, Value, ValueCow, ValueView};
use liquid_core::parser::{BlockElement, TryMatchToken};
use liquid_core::runtime::{Interrupt, InterruptRegister, StackFrame};
use liquid_core::{
    BlockReflection, Error, Expression, Language, ParseBlock, Renderable, Result, Runtime, TagBlock,
    TagTokenIter, Template,
};
use liquid_lib::stdlib::ForloopObject;
use std::collections::HashMap;
use std::io::Write;

/// Turns of one loop.
const MOST: i64 = 1_000_000;

/// One of the two loops.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loop {
    pub(super) start: &'static str,
    end: &'static str,
    separator: &'static str,
}

pub(super) const FOR: Loop = Loop {
    start: "for",
    end: "endfor",
    separator: "",
};
pub(super) const JSON_ARRAY_FOR: Loop = Loop {
    start: "JSONArrayFor",
    end: "endJSONArrayFor",
    separator: ",",
};

impl BlockReflection for Loop {
    fn start_tag(&self) -> &str {
        self.start
    }

    fn end_tag(&self) -> &str {
        self.end
    }

    fn description(&self) -> &str {
        "repeats its content"
    }
}

impl ParseBlock for Loop {
    fn parse(
        &self,
        mut arguments: TagTokenIter<'_>,
        mut tokens: TagBlock<'_, '_>,
        options: &Language,
    ) -> Result<Box<dyn Renderable>> {
        let variable = arguments
            .expect_next("a name is missing")?
            .expect_identifier()
            .into_result()?;
        let variable = KString::from_ref(variable);
        arguments
            .expect_next("`in` is missing")?
            .expect_str("in")
            .into_result_custom_msg("`in` is missing")?;
        let over = arguments.expect_next("there is nothing to go through")?;
        let over = match over.expect_value() {
            TryMatchToken::Matches(value) => Over::Value(value),
            TryMatchToken::Fails(token) => match token.expect_range() {
                TryMatchToken::Matches((from, to)) => Over::Range(from, to),
                TryMatchToken::Fails(token) => return Err(token.raise_error()),
            },
        };
        let (mut limit, mut offset, mut reversed) = (None, None, false);
        while let Some(token) = arguments.next() {
            match token.as_str() {
                "limit" => limit = Some(number(&mut arguments)?),
                "offset" => offset = Some(number(&mut arguments)?),
                "reversed" => reversed = true,
                _ => return Err(token.raise_custom_error("`limit`, `offset` or `reversed` belongs here")),
            }
        }
        let (mut body, mut otherwise) = (Vec::new(), None);
        while let Some(element) = tokens.next()? {
            match element {
                BlockElement::Tag(tag) if tag.name() == "else" => {
                    otherwise = Some(Template::new(tokens.parse_all(options)?));
                    break;
                }
                BlockElement::Tag(tag) => body.push(tag.parse(&mut tokens, options)?),
                other => body.push(other.parse(&mut tokens, options)?),
            }
        }
        tokens.assert_empty();
        Ok(Box::new(Running {
            kind: *self,
            variable,
            over,
            limit,
            offset,
            reversed,
            body: Template::new(body),
            otherwise,
        }))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

fn number(arguments: &mut TagTokenIter<'_>) -> Result<Expression> {
    arguments
        .expect_next("`:` is missing")?
        .expect_str(":")
        .into_result_custom_msg("`:` is missing")?;
    arguments
        .expect_next("a number is missing")?
        .expect_value()
        .into_result()
}

#[derive(Debug)]
enum Over {
    Value(Expression),
    Range(Expression, Expression),
}

#[derive(Debug)]
struct Running {
    kind: Loop,
    variable: KString,
    over: Over,
    limit: Option<Expression>,
    offset: Option<Expression>,
    reversed: bool,
    body: Template,
    otherwise: Option<Template>,
}

impl Renderable for Running {
    fn render_to(&self, writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        let source = match &self.over {
            Over::Value(value) => Some(value.evaluate(runtime)?),
            Over::Range(..) => None,
        };
        let mut items = match (&self.over, &source) {
            (Over::Range(from, to), _) => range(integer(from, runtime)?, integer(to, runtime)?)?,
            (_, Some(source)) => self.items(source.as_view()),
            (_, None) => Vec::new(),
        };
        if let Some(offset) = &self.offset {
            let offset = usize::try_from(integer(offset, runtime)?).unwrap_or(0);
            items.drain(..offset.min(items.len()));
        }
        if let Some(limit) = &self.limit {
            items.truncate(usize::try_from(integer(limit, runtime)?).unwrap_or(0));
        }
        if self.reversed {
            items.reverse();
        }
        if items.is_empty() {
            return match &self.otherwise {
                Some(otherwise) => otherwise.render_to(writer, runtime),
                None => Ok(()),
            };
        }
        self.turns(&items, writer, runtime)
    }
}

impl Running {
    fn turns(&self, items: &[ValueCow<'_>], writer: &mut dyn Write, runtime: &dyn Runtime) -> Result<()> {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                writer.write_all(self.kind.separator.as_bytes()).map_err(io)?;
            }
            let turn = ForloopObject::new(at, items.len());
            let mut names: HashMap<KStringRef<'_>, &dyn ValueView> = HashMap::new();
            names.insert("forloop".into(), &turn);
            names.insert(self.variable.as_ref(), item);
            let scope = Lenient(StackFrame::new(runtime, &names));
            self.body.render_to(writer, &scope)?;
            let interrupt = scope.registers().get_mut::<InterruptRegister>().reset();
            if matches!(interrupt, Some(Interrupt::Break)) {
                break;
            }
        }
        Ok(())
    }

    // Of an object `for` sees pairs with `Key` and `Value`; for `JSONArrayFor` an element that occurs once is a list of one.
    fn items<'v>(&self, value: &'v dyn ValueView) -> Vec<ValueCow<'v>> {
        if let Some(array) = value.as_array() {
            return array.values().map(ValueCow::Borrowed).collect();
        }
        if value.is_nil() || value.is_state() {
            return Vec::new();
        }
        match value.as_object() {
            Some(object) if self.kind.separator.is_empty() => object
                .iter()
                .map(|(name, value)| {
                    let name = Value::scalar(name.into_owned());
                    let mut pair = Object::new();
                    for (member, value) in [
                        ("Key", &name),
                        ("0", &name),
                        ("Value", &value.to_value()),
                        ("1", &value.to_value()),
                    ] {
                        pair.insert(member.into(), value.clone());
                    }
                    ValueCow::Owned(Value::Object(pair))
                })
                .collect(),
            Some(_) => vec![ValueCow::Borrowed(value)],
            // DotLiquid goes through nothing but collections; a lone text of `JSONArrayFor` is an item.
            None if self.kind.separator.is_empty() => Vec::new(),
            None => vec![ValueCow::Borrowed(value)],
        }
    }
}

fn range<'v>(from: i64, to: i64) -> Result<Vec<ValueCow<'v>>> {
    if to.saturating_sub(from) > MOST {
        return Err(Error::with_msg("a range is too long"));
    }
    Ok((from..=to).map(|it| ValueCow::Owned(Value::scalar(it))).collect())
}

fn integer(expression: &Expression, runtime: &dyn Runtime) -> Result<i64> {
    let value = expression.evaluate(runtime)?;
    let number = value.as_scalar().and_then(|it| it.to_integer());
    number.ok_or_else(|| Error::with_msg("a whole number belongs here"))
}

fn io(error: std::io::Error) -> Error {
    Error::with_msg(error.to_string())
}
