use crate::draw::palette::Palette;
use crate::{Call, Series};
use std::fmt::Write as _;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 32.0;

/// Response time of each call as a bar, coloured by region.
pub(crate) fn calls(calls: &[Call], palette: &Palette<'_>) -> String {
    let most = calls.iter().map(|call| call.millis).fold(1.0, f64::max);
    let frame = Frame::new(calls.len() as f64, most);
    let mut svg = frame.open("Response time of each call in milliseconds, coloured by region");
    frame.ticks(&mut svg, calls.len() as u64, "ms");
    let step = frame.x(1.0) - frame.x(0.0);
    for (at, call) in calls.iter().enumerate() {
        let (x, y) = (
            frame.x(at as f64) + step * 0.1,
            frame.y(call.millis).min(HEIGHT - BOTTOM - 2.0),
        );
        let (width, height) = ((step * 0.8).max(0.5), HEIGHT - BOTTOM - y);
        let color = palette.hue(call.region.as_deref()).web;
        let region = escape(call.region.as_deref().unwrap_or("no region"));
        let status = call
            .status
            .map_or("no answer".to_owned(), |status| status.to_string());
        let _ = write!(
            svg,
            r#"<rect x="{x:.2}" y="{y:.2}" width="{width:.2}" height="{height:.2}" fill="{color}"><title>run {}: {status}, {region}, {:.1} ms</title></rect>"#,
            call.run, call.millis
        );
    }
    svg.push_str("</svg>");
    svg
}

/// A curve over the runs.
pub(crate) fn curve(series: &Series, runs: u64, color: &str) -> String {
    let most = series
        .points
        .iter()
        .map(|(_, value)| *value)
        .chain(series.mark)
        .fold(1.0, f64::max);
    let frame = Frame::new(runs as f64, most * 1.05);
    let mut svg = frame.open(&series.name);
    frame.ticks(&mut svg, runs, "");
    if let Some(mark) = series.mark {
        let y = frame.y(mark);
        let end = WIDTH - RIGHT;
        let _ = write!(
            svg,
            r#"<line class="mark" x1="{LEFT}" x2="{end}" y1="{y:.2}" y2="{y:.2}"/>"#
        );
    }
    let points: Vec<String> = series
        .points
        .iter()
        .map(|(run, value)| format!("{:.2},{:.2}", frame.x(*run as f64 - 0.5), frame.y(*value)))
        .collect();
    let _ = write!(
        svg,
        r#"<polyline fill="none" stroke="{color}" stroke-width="2" points="{}"/>"#,
        points.join(" ")
    );
    svg.push_str("</svg>");
    svg
}

struct Frame {
    across: f64,
    up: f64,
}

impl Frame {
    fn new(across: f64, up: f64) -> Frame {
        Frame {
            across: across.max(1.0),
            up: 4.0 * round_step(up / 4.0),
        }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + value / self.across * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - value / self.up * (HEIGHT - TOP - BOTTOM)
    }

    fn open(&self, label: &str) -> String {
        let label = escape(label);
        format!(r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">"#)
    }

    fn ticks(&self, svg: &mut String, runs: u64, unit: &str) {
        let end = WIDTH - RIGHT;
        for at in 0..=4 {
            let value = self.up * f64::from(at) / 4.0;
            let y = self.y(value);
            let _ = write!(
                svg,
                r#"<line class="grid" x1="{LEFT}" x2="{end}" y1="{y:.2}" y2="{y:.2}"/>"#
            );
            let (x, y) = (LEFT - 6.0, y + 4.0);
            let _ = write!(
                svg,
                r#"<text x="{x}" y="{y:.2}" text-anchor="end">{value:.0} {unit}</text>"#
            );
        }
        let every = (runs / 20).max(1);
        for run in (1..=runs).filter(|run| *run == 1 || run % every == 0) {
            let (x, y) = (self.x(run as f64 - 0.5), HEIGHT - BOTTOM + 18.0);
            let _ = write!(
                svg,
                r#"<text x="{x:.2}" y="{y}" text-anchor="middle">{run}</text>"#
            );
        }
    }
}

// The smallest 1, 2, 2.5 or 5 times a power of ten that is not below `step`, so that the grid stands at round values.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.max(1.0).log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0]
        .into_iter()
        .find(|factor| factor * power >= step);
    factor.unwrap_or(10.0) * power
}

/// Text as it stands in HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
