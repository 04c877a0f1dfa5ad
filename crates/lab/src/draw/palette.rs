use crate::Call;

/// Whether a terminal shows colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// It does.
    Color,
    /// Plain text only.
    Plain,
}

impl Ink {
    pub(crate) fn paint(self, code: &str, text: &str) -> String {
        match self {
            Ink::Color => format!("\x1b[{code}m{text}\x1b[0m"),
            Ink::Plain => text.to_owned(),
        }
    }
}

/// Colours of a region: in a terminal and on the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hue {
    pub(crate) ansi: &'static str,
    pub(crate) web: &'static str,
    /// Stands for the region where there is no colour.
    pub(crate) letter: char,
}

/// Distinct for the usual kinds of colour blindness too.
const HUES: [Hue; 6] = [
    Hue {
        ansi: "34",
        web: "#3b78c3",
        letter: 'A',
    },
    Hue {
        ansi: "33",
        web: "#e08a1e",
        letter: 'B',
    },
    Hue {
        ansi: "36",
        web: "#2a9d8f",
        letter: 'C',
    },
    Hue {
        ansi: "35",
        web: "#9b5fb5",
        letter: 'D',
    },
    Hue {
        ansi: "32",
        web: "#6a994e",
        letter: 'E',
    },
    Hue {
        ansi: "37",
        web: "#7d7d7d",
        letter: 'F',
    },
];

/// A call that brought nothing.
pub(crate) const FAILED: Hue = Hue {
    ansi: "31",
    web: "#c0392b",
    letter: 'x',
};

/// Regions in the order in which they first answered, with their colours.
pub(crate) struct Palette<'a> {
    regions: Vec<&'a str>,
}

impl<'a> Palette<'a> {
    pub(crate) fn of(calls: &'a [Call]) -> Palette<'a> {
        let mut regions: Vec<&str> = Vec::new();
        for region in calls.iter().filter_map(|call| call.region.as_deref()) {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        Palette { regions }
    }

    pub(crate) fn hue(&self, region: Option<&str>) -> Hue {
        match region.and_then(|region| self.regions.iter().position(|it| *it == region)) {
            Some(at) => HUES[at % HUES.len()],
            None => FAILED,
        }
    }

    pub(crate) fn regions(&self) -> impl Iterator<Item = (&'a str, Hue)> {
        self.regions
            .iter()
            .enumerate()
            .map(|(at, region)| (*region, HUES[at % HUES.len()]))
    }
}
