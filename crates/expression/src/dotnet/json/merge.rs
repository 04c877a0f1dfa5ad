//! `JContainer.Merge`.

use super::super::error::{DotnetError, Result};
use super::compare::deep_equals;
use super::token::JToken;
use super::token_type::TokenType;

/// `MergeArrayHandling`, by its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ArrayMerge {
    #[default]
    Concat,
    Union,
    Replace,
    Merge,
}

/// `MergeNullValueHandling`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum NullMerge {
    #[default]
    Ignore,
    Merge,
}

/// `JsonMergeSettings`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MergeSettings {
    pub(crate) arrays: ArrayMerge,
    pub(crate) nulls: NullMerge,
}

/// Merges `content` into `target`, an object into an object or an array into an array.
pub(crate) fn merge(target: &JToken, content: &JToken, settings: MergeSettings) -> Result<()> {
    match (target.kind(), content.kind()) {
        (TokenType::Object, TokenType::Object) => objects(target, content, settings),
        (TokenType::Array, TokenType::Array) => arrays(target, content, settings),
        (TokenType::Object | TokenType::Array, _) => Ok(()),
        _ => Err(DotnetError::invalid_operation(format!(
            "Cannot merge into {}.",
            target.clr_name()
        ))),
    }
}

fn objects(target: &JToken, content: &JToken, settings: MergeSettings) -> Result<()> {
    for property in content.children() {
        let (Some(name), Some(value)) = (property.name(), property.property_value()) else {
            continue;
        };
        let Some(existing) = target.get(&name) else {
            target.add_property(name, &value)?;
            continue;
        };
        let is_null = value.kind() == TokenType::Null;
        if is_null && settings.nulls == NullMerge::Ignore {
            continue;
        }
        if value.is_container() && existing.kind() == value.kind() {
            merge(&existing, &value, settings)?;
        } else {
            existing.replace(&value)?;
        }
    }
    Ok(())
}

fn arrays(target: &JToken, content: &JToken, settings: MergeSettings) -> Result<()> {
    match settings.arrays {
        ArrayMerge::Concat => content.children().iter().try_for_each(|it| target.add(it)),
        ArrayMerge::Replace => {
            if target.same(content) {
                return Ok(());
            }
            target.clear();
            content.children().iter().try_for_each(|it| target.add(it))
        }
        ArrayMerge::Union => content.children().iter().try_for_each(|it| {
            let known = target.children().iter().any(|own| deep_equals(own, it));
            if known { Ok(()) } else { target.add(it) }
        }),
        ArrayMerge::Merge => {
            for (at, item) in content.children().iter().enumerate() {
                match target.item(at as i64) {
                    Err(_) => target.add(item)?,
                    Ok(own) if own.is_container() && own.kind() == item.kind() => {
                        merge(&own, item, settings)?
                    }
                    Ok(_) if item.kind() == TokenType::Null && settings.nulls == NullMerge::Ignore => (),
                    Ok(own) => own.replace(item)?,
                }
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ParseOptions, Root, parse};
    use super::*;

    #[test]
    fn objects_merge_deeply_and_arrays_as_told() {
        let read = |text| parse(text, Root::Any, &ParseOptions::default()).unwrap();
        let merged = |arrays, nulls| {
            let target = read("{a:1,b:{x:1},c:[1,{k:1}],d:4}");
            merge(
                &target,
                &read("{b:{y:2},c:[1,{m:2},3],d:null,e:5}"),
                MergeSettings { arrays, nulls },
            )
            .unwrap();
            target.compact()
        };
        let head = r#"{"a":1,"b":{"x":1,"y":2},"c":"#;
        let rows = [
            (ArrayMerge::Concat, r#"[1,{"k":1},1,{"m":2},3]"#),
            (ArrayMerge::Union, r#"[1,{"k":1},{"m":2},3]"#),
            (ArrayMerge::Replace, r#"[1,{"m":2},3]"#),
            (ArrayMerge::Merge, r#"[1,{"k":1,"m":2},3]"#),
        ];
        for (arrays, expected) in rows {
            assert_eq!(
                merged(arrays, NullMerge::Ignore),
                format!("{head}{expected},\"d\":4,\"e\":5}}")
            );
        }
        assert!(merged(ArrayMerge::Concat, NullMerge::Merge).contains("\"d\":null"));
    }
}
