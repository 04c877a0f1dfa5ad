use crate::Call;
use crate::draw::Ink;
use crate::draw::palette::{FAILED, Palette};

/// More calls than this are drawn as a map, a cell for each.
const MOST_BARS: usize = 60;
const CELLS: usize = 60;
const BLOCKS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// Response times per call, coloured by region; with many calls, only the regions.
pub fn chart(calls: &[Call], ink: Ink, width: usize) -> String {
    let palette = Palette::of(calls);
    let mut text = match calls.len() <= MOST_BARS {
        true => bars(calls, &palette, ink, width),
        false => map(calls, &palette, ink),
    };
    text.push('\n');
    for (region, hue) in palette.regions() {
        let count = calls
            .iter()
            .filter(|call| call.region.as_deref() == Some(region))
            .count();
        let sign = ink.paint(hue.ansi, &sign(hue.letter, ink));
        text.push_str(&format!("  {sign} {region}: {count} of {}\n", calls.len()));
    }
    let failed = calls.iter().filter(|call| call.region.is_none()).count();
    if failed > 0 {
        let sign = ink.paint(FAILED.ansi, &sign(FAILED.letter, ink));
        text.push_str(&format!("  {sign} no region: {failed} of {}\n", calls.len()));
    }
    text
}

fn sign(letter: char, ink: Ink) -> String {
    match ink {
        Ink::Color => "█".to_owned(),
        Ink::Plain => letter.to_string(),
    }
}

fn bars(calls: &[Call], palette: &Palette<'_>, ink: Ink, width: usize) -> String {
    let longest = calls.iter().map(|call| call.millis).fold(1.0, f64::max);
    let room = width.saturating_sub(20).clamp(10, 100);
    let mut text = String::new();
    for call in calls {
        let hue = palette.hue(call.region.as_deref());
        let bar = match ink {
            Ink::Color => ink.paint(hue.ansi, &bar(call.millis / longest * room as f64)),
            Ink::Plain => hue
                .letter
                .to_string()
                .repeat(((call.millis / longest * room as f64) as usize).max(1)),
        };
        text.push_str(&format!("{:>4} {bar} {:.0} ms\n", call.run, call.millis));
    }
    text
}

// In eighths of a cell, at least one.
fn bar(cells: f64) -> String {
    let eighths = ((cells * 8.0).round() as usize).max(1);
    let mut text = "█".repeat(eighths / 8);
    if let Some(rest) = (eighths % 8).checked_sub(1) {
        text.push(BLOCKS[rest]);
    }
    text
}

fn map(calls: &[Call], palette: &Palette<'_>, ink: Ink) -> String {
    let mut text = String::new();
    for row in calls.chunks(CELLS) {
        text.push_str(&format!("{:>4} ", row.first().map_or(0, |call| call.run)));
        for call in row {
            let hue = palette.hue(call.region.as_deref());
            text.push_str(&ink.paint(hue.ansi, &sign(hue.letter, ink)));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar_has_eighths_and_is_never_empty() {
        assert_eq!(bar(2.5), "██▌");
        assert_eq!(bar(0.0), "▏");
    }
}
