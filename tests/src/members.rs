//! `tests/oracle/members.txt`, which reflection over .NET wrote, against the tables of the expression library.
//!
//! Every line is in a table, or says behind a `#` which type in it keeps it from expressions, or stands in `left-out.txt` with
//! another reason, or in `not-yet.txt`. And every name of a member that is in a table is used by an expression of some page.

use crate::page::{Page, Role};
use crate::signature::{Signature, covers};
use crate::{Test, eval, root, signature};
use source::Mapped;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Arc, OnceLock};

/// The test, and the line that closes a run.
pub(crate) fn tests(pages: &[Arc<Page>]) -> Result<(Vec<Test>, String), String> {
    let mut count = count()?;
    let closing = count.closing();
    let names = std::mem::take(&mut count.names);
    let expressions: Vec<String> = pages.iter().flat_map(|page| expressions(page)).collect();
    let there = Test::new("oracle > every member of the allowed types is there", move || {
        count.judge()
    });
    let used = Test::new("oracle > every name of a member has a case", move || {
        judge_cases(names, &expressions)
    });
    Ok((vec![there, used], closing))
}

static NAMES: OnceLock<String> = OnceLock::new();

/// The line about names and cases, once they were counted.
pub(crate) fn names() -> Option<&'static str> {
    NAMES.get().map(String::as_str)
}

// The expressions of a page's rows.
fn expressions(page: &Page) -> Vec<String> {
    let blocks = page.cases.iter().flat_map(|case| &case.blocks);
    let rows = blocks
        .filter(|block| block.role == Role::Eval)
        .filter_map(|block| eval::expressions(block).ok());
    rows.flatten().collect()
}

fn judge_cases(names: BTreeSet<(String, String)>, expressions: &[String]) -> Result<(), String> {
    let mut missing = names;
    let all = missing.len();
    let options = expression::Options::default();
    for text in expressions {
        let compiled = expression::compile(
            &Mapped::copied(text, 0),
            &expression::Symbols::default(),
            &options,
        );
        for (of, name) in compiled.expression.iter().flat_map(|it| it.uses()) {
            // Constructors have no name of their own.
            let name = if name.is_empty() { "new" } else { name };
            missing.remove(&(signature::table_of(of).to_owned(), name.to_owned()));
        }
    }
    let line = format!("{} of {all} names of members have a case", all - missing.len());
    // It is set once, as there is one such test.
    let _ = NAMES.set(line);
    let lines: Vec<String> = missing
        .iter()
        .map(|(of, name)| format!("{of}: no case uses `{name}`"))
        .collect();
    match lines.is_empty() {
        true => Ok(()),
        false => Err(lines.join("\n")),
    }
}

#[derive(Default)]
struct Count {
    members: usize,
    types: BTreeSet<String>,
    covered: usize,
    left_out: usize,
    not_yet: usize,
    // Type and name of what is covered and has a name.
    names: BTreeSet<(String, String)>,
    complaints: Vec<String>,
}

fn count() -> Result<Count, String> {
    let mut table: BTreeMap<String, Vec<Signature>> = BTreeMap::new();
    for member in expression::members() {
        if let Some(signature) = Signature::of_table(&member) {
            table.entry(signature.key()).or_default().push(signature);
        }
    }
    let mut left_out = left_out()?;
    let mut not_yet: BTreeSet<String> = lines(&read("not-yet.txt")?).map(str::to_owned).collect();
    let mut count = Count::default();
    for line in lines(&read("members.txt")?) {
        let (line, is_closed) = match line.split_once(" # ") {
            Some((line, _)) => (line, true),
            None => (line, false),
        };
        let signature = Signature::of_line(line).ok_or_else(|| format!("members.txt: `{line}`"))?;
        let rows = table.get(&signature.key()).map_or(&[][..], Vec::as_slice);
        count.members += 1;
        count.types.insert(signature.of.clone());
        let is_covered = signature.is_of_language() || rows.iter().any(|row| covers(row, &signature));
        match (is_covered, left_out.remove(line), not_yet.remove(line)) {
            (true, false, false) => {
                count.covered += 1;
                count.names.extend(signature.word());
            }
            (false, true, false) => count.left_out += 1,
            (false, false, true) => count.not_yet += 1,
            (false, false, false) if is_closed => count.left_out += 1,
            (true, ..) => count
                .complaints
                .push(format!("{line}: is there now, remove it from the lists")),
            (false, true, true) => count.complaints.push(format!("{line}: is in both lists")),
            (false, false, false) => count.complaints.push(format!("{line}: is nowhere")),
        }
    }
    let strangers = left_out.into_iter().chain(not_yet);
    count
        .complaints
        .extend(strangers.map(|line| format!("{line}: is no line of members.txt")));
    Ok(count)
}

impl Count {
    fn closing(&self) -> String {
        format!(
            "{} of {} members of the {} types that Azure allows are there, {} are left out, {} are not there yet",
            self.covered,
            self.members,
            self.types.len(),
            self.left_out,
            self.not_yet
        )
    }

    fn judge(self) -> Result<(), String> {
        match self.complaints.is_empty() {
            true => Ok(()),
            false => Err(self.complaints.join("\n")),
        }
    }
}

fn read(name: &str) -> Result<String, String> {
    let path = root().join("tests/oracle").join(name);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

// Lines `MEMBER # reason`.
fn left_out() -> Result<BTreeSet<String>, String> {
    let text = read("left-out.txt")?;
    lines(&text)
        .map(|line| match line.split_once(" # ") {
            Some((member, _)) => Ok(member.to_owned()),
            None => Err(format!("left-out.txt: `{line}` gives no reason")),
        })
        .collect()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}
