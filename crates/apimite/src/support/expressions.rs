use super::head;
use expression::{MemberInfo, members};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn markdown() -> String {
    let mut types: BTreeMap<String, Vec<MemberInfo>> = BTreeMap::new();
    for member in members() {
        types.entry(type_name(&member)).or_default().push(member);
    }
    let mut page = head("Expressions", "expressions");
    page.push_str(&format!(
        "\nPolicy expressions are C# 7. These are the {} types and {} members that they know, as C# declares them. What is \
         marked `not in Azure` is not on Azure's list of what expressions may use: a warning, an error with `--strict`. \
         Namespaces may be left out, and the keywords of C# stand for their types: `string` is `System.String`.\n",
        types.len(),
        types.values().map(Vec::len).sum::<usize>()
    ));
    for (name, members) in types {
        page.push_str(&section(&name, &members));
    }
    page
}

pub(super) fn json() -> Value {
    let one = |it: MemberInfo| {
        json!({
            "type": type_name(&it),
            "kind": it.kind,
            "signature": it.signature,
            "settable": it.is_settable,
            "inAzure": it.in_azure,
        })
    };
    members().map(one).collect()
}

fn section(name: &str, members: &[MemberInfo]) -> String {
    let is_foreign = members.iter().all(|it| !it.in_azure);
    let note = if is_foreign { "Not in Azure.\n\n" } else { "" };
    let mut text = format!("\n## `{name}`\n\n{note}```csharp\n");
    for member in members {
        let mark = if member.in_azure || is_foreign {
            ""
        } else {
            "  // not in Azure"
        };
        text.push_str(&format!("{}{mark}\n", declaration(name, member)));
    }
    text.push_str("```\n");
    text
}

fn type_name(member: &MemberInfo) -> String {
    // LINQ is one class of .NET, although its rows stand in several tables.
    let name = match member.type_name.starts_with("System.Linq.Enumerable.") {
        true => "System.Linq.Enumerable",
        false => member.type_name,
    };
    // Variance is no part of a name.
    let parameter = |text: &&'static str| text.rsplit(' ').next().unwrap_or(text);
    let parameters: Vec<&str> = member.type_parameters.iter().map(parameter).collect();
    match parameters.is_empty() {
        true => name.to_owned(),
        false => format!("{name}<{}>", parameters.join(", ")),
    }
}

fn declaration(type_name: &str, member: &MemberInfo) -> String {
    let signature = member.signature;
    match member.kind {
        "constructor" => {
            let start = type_name
                .split('<')
                .next()
                .and_then(|name| name.rfind('.'))
                .map_or(0, |at| at + 1);
            format!("new {}{signature}", &type_name[start..])
        }
        "static property" | "static method" | "extension method" => format!("static {signature}"),
        "operator" => match signature.split_once(' ') {
            Some((result, rest)) => format!("static {result} operator {rest}"),
            None => signature.to_owned(),
        },
        "implicit conversion" => format!("implicit operator {signature}"),
        "explicit conversion" => format!("explicit operator {signature}"),
        _ if member.is_settable => format!("{signature} {{ get; set; }}"),
        _ => signature.to_owned(),
    }
}
