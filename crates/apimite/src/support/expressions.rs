use super::head;
use expression::{MemberInfo, members};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn markdown() -> String {
    let mut types: BTreeMap<&str, Vec<MemberInfo>> = BTreeMap::new();
    for member in members() {
        types.entry(member.type_name).or_default().push(member);
    }
    let mut page = head("Expressions", "expressions");
    page.push_str(&format!(
        "\nPolicy expressions are C# 7; these are the {} types and {} members that they know. A member marked `not in Azure` is not on \
         Azure's list of what expressions may use: a warning, an error with `--strict`. Names of the last part alone will do, so will the \
         keywords of C#: `Guid`, `string`.\n",
        types.len(),
        types.values().map(Vec::len).sum::<usize>()
    ));
    for (name, members) in types {
        let all_foreign = members.iter().all(|it| !it.in_azure);
        page.push_str(&format!("\n## {name}\n"));
        if all_foreign {
            page.push_str("\nNot in Azure.\n");
        }
        page.push_str("\n```csharp\n");
        for member in &members {
            let mark = if member.in_azure || all_foreign {
                ""
            } else {
                "  // not in Azure"
            };
            page.push_str(&format!("{}{mark}\n", declaration(member)));
        }
        page.push_str("```\n");
    }
    page
}

pub(super) fn json() -> Value {
    let one = |it: MemberInfo| json!({ "type": it.type_name, "kind": it.kind, "signature": it.signature, "inAzure": it.in_azure });
    members().map(one).collect()
}

// As C# would declare it, more or less.
fn declaration(member: &MemberInfo) -> String {
    let signature = member.signature;
    let short = member.type_name.rsplit('.').next().unwrap_or(member.type_name);
    match member.kind {
        "constructor" => format!("new {short}{signature}"),
        "static property" | "static method" | "extension method" => format!("static {signature}"),
        "operator" => match signature.split_once(' ') {
            Some((result, rest)) => format!("static {result} operator {rest}"),
            None => signature.to_owned(),
        },
        "implicit conversion" => format!("implicit operator {signature}"),
        "explicit conversion" => format!("explicit operator {signature}"),
        _ => signature.to_owned(),
    }
}
