use crate::draw::palette::Palette;
use crate::draw::svg::{self, escape};
use crate::{Account, Call, Lab, Outcome, Series, Verdict};
use std::fmt::Write as _;

/// What the report says about how the lab was run.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Such as `seed 42`.
    pub settings: Vec<String>,
}

const STYLE: &str = include_str!("report.css");

/// A page that needs nothing else: charts, verdict, accounts, and every decision.
pub fn report(lab: &Lab, outcome: &Outcome, facts: &Facts) -> String {
    let palette = Palette::of(&outcome.calls);
    let mut page = String::new();
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{name}</h1>\n<p>{summary}. {settings}.</p>\n",
        name = escape(lab.name),
        summary = escape(&capital(lab.summary)),
        settings = escape(&capital(&facts.settings.join(", "))),
    );
    verdict(&mut page, &outcome.verdict);
    page.push_str("<h2>Response times</h2>\n");
    legend(&mut page, &outcome.calls, &palette);
    page.push_str(&svg::calls(&outcome.calls, &palette));
    curves(&mut page, outcome, &palette);
    accounts(&mut page, &outcome.accounts);
    decisions(&mut page, &outcome.calls, &palette);
    page.push_str("</body>\n</html>\n");
    page
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn verdict(page: &mut String, verdict: &Verdict) {
    let class = verdict.verdict;
    let _ = write!(
        page,
        "<h2>Verdict: <span class=\"{class}\">{class}</span></h2>\n<table>\n"
    );
    page.push_str("<tr><th></th><th>Expectation</th><th>Expected</th><th>Came</th></tr>\n");
    for it in &verdict.expectations {
        let (class, mark) = if it.ok { ("pass", "ok") } else { ("fail", "no") };
        let _ = writeln!(
            page,
            "<tr><td class=\"{class}\">{mark}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&it.name),
            escape(&it.expected),
            escape(&it.actual)
        );
    }
    page.push_str("</table>\n");
}

fn legend(page: &mut String, calls: &[Call], palette: &Palette<'_>) {
    page.push_str("<p class=\"legend\">");
    for (region, hue) in palette.regions() {
        let count = calls
            .iter()
            .filter(|call| call.region.as_deref() == Some(region))
            .count();
        let _ = write!(
            page,
            "<span><i style=\"background:{}\"></i>{} ({count})</span>",
            hue.web,
            escape(region)
        );
    }
    let failed = calls.iter().filter(|call| call.region.is_none()).count();
    if failed > 0 {
        let _ = write!(
            page,
            "<span><i style=\"background:{}\"></i>no region ({failed})</span>",
            palette.hue(None).web
        );
    }
    page.push_str("</p>\n");
}

fn curves(page: &mut String, outcome: &Outcome, palette: &Palette<'_>) {
    let runs = outcome.calls.len() as u64;
    for series in &outcome.series {
        let _ = write!(
            page,
            "<h2>{}</h2>\n{}\n",
            escape(&capital(&series.name)),
            svg::curve(series, runs, color(series, palette))
        );
    }
}

// A curve about a region has the region's colour.
fn color(series: &Series, palette: &Palette<'_>) -> &'static str {
    let region = palette
        .regions()
        .find(|(region, _)| series.name.starts_with(region));
    region.map_or("#3b78c3", |(_, hue)| hue.web)
}

fn accounts(page: &mut String, accounts: &[Account]) {
    if accounts.is_empty() {
        return;
    }
    page.push_str(
        "<h2>Accounts</h2>\n<table>\n<tr><th>Account</th><th>Region</th><th>Deployment</th><th>Limit</th><th>Answered</th><th>Refused</th>\
         <th>Counted before the first refusal</th><th>Estimate of the refused call</th></tr>\n",
    );
    for it in accounts {
        let unit = if it.provisioned {
            "normalised tokens = 100 %"
        } else {
            "tokens a minute"
        };
        let cell = |number: Option<u64>| number.map_or("-".to_owned(), |number| number.to_string());
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{} {unit}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(&it.name),
            escape(&it.region),
            escape(&it.deployment),
            it.limit,
            it.answered,
            it.refused,
            cell(it.refusal.map(|it| it.counted)),
            cell(it.refusal.map(|it| it.estimate)),
        );
    }
    page.push_str("</table>\n");
}

fn decisions(page: &mut String, calls: &[Call], palette: &Palette<'_>) {
    page.push_str(
        "<h2>Decisions</h2>\n<table class=\"decisions\">\n<tr><th>Run</th><th>At</th><th>Status</th><th>Region</th><th>Tokens</th><th>Time</th>\
         <th>Attempts</th></tr>\n",
    );
    let begin = calls.first().map(|call| call.started);
    for call in calls {
        let at = begin.map_or(0.0, |begin| call.started.since(begin).as_secs_f64());
        let attempts: Vec<String> = call
            .attempts
            .iter()
            .map(|it| format!("<li>{}</li>", escape(&it.explain())))
            .collect();
        let region = call.region.as_deref().unwrap_or("-");
        let case = call
            .case
            .as_ref()
            .map(|case| format!(" {case}"))
            .unwrap_or_default();
        let status = call.status.map_or("none".to_owned(), |status| status.to_string());
        let cut = if call.cut { ", cut" } else { "" };
        let _ = writeln!(
            page,
            "<tr><td>{}{}</td><td>{at:.2} s</td><td>{status}{cut}</td><td style=\"color:{}\">{}</td><td>{} + {}</td><td>{:.1} ms</td>\
             <td><ol>{}</ol></td></tr>",
            call.run,
            escape(&case),
            palette.hue(call.region.as_deref()).web,
            escape(region),
            call.prompt_tokens,
            call.completion_tokens,
            call.millis,
            attempts.concat(),
        );
    }
    page.push_str("</table>\n");
}
