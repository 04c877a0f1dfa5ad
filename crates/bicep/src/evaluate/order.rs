//! In which order resources that do not wait for each other are sent.
//!
//! Azure starts everything at once that waits for nothing: a resource that stands behind a module in the file, and depends on
//! less, is there first. Whatever a resource needs is deployed before it in any case.

use crate::template::{Expr, Kind, Template};
use std::collections::BTreeMap;

/// Longer chains than any template has.
const ROUNDS: usize = 1_000;

/// The symbols of a template, those that wait for least first, and of those that wait alike resources before modules.
pub(super) fn order(template: &Template) -> Vec<&str> {
    let places: BTreeMap<&str, usize> = template
        .resources
        .keys()
        .enumerate()
        .map(|(place, symbol)| (symbol.as_str(), place))
        .collect();
    let needs: Vec<Vec<usize>> = template
        .resources
        .values()
        .map(|resource| {
            let mut needs = Vec::new();
            for dependency in &resource.depends_on {
                named(dependency, &places, &mut needs);
            }
            needs
        })
        .collect();
    let mut levels = vec![0usize; needs.len()];
    for _ in 0..ROUNDS {
        let mut is_done = true;
        for (place, needs) in needs.iter().enumerate() {
            let above = needs.iter().filter(|it| **it != place).map(|it| levels[*it] + 1);
            let level = above.max().unwrap_or(0).min(ROUNDS);
            if level > levels[place] {
                levels[place] = level;
                is_done = false;
            }
        }
        if is_done {
            break;
        }
    }
    let mut order: Vec<(usize, bool, usize, &str)> = template
        .resources
        .iter()
        .enumerate()
        .map(|(place, (symbol, resource))| (levels[place], resource.module.is_some(), place, symbol.as_str()))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(.., symbol)| symbol).collect()
}

// `symbol`, `symbol[0]`, `format('{0}[{1}]', 'symbol', ...)`.
fn named(dependency: &Expr, places: &BTreeMap<&str, usize>, needs: &mut Vec<usize>) {
    dependency.walk(&mut |it| {
        let Kind::Value(value) = &it.kind else { return };
        let Some(text) = value.as_str() else { return };
        let symbol = text.split_once('[').map_or(text, |(symbol, _)| symbol);
        needs.extend(places.get(symbol).copied());
    });
}
