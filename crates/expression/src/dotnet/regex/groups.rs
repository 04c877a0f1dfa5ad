//! Group numbers and names: unnamed groups are numbered first, named ones after them.

/// One .NET group, and the groups of the engine that capture for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Its number.
    pub(crate) number: i64,
    /// Its name; that of an unnamed group is its number.
    pub(crate) name: String,
    engine: Vec<usize>,
}

impl Slot {
    /// The range of the group: of several engine groups with one name, the one that captured last.
    pub(super) fn pick(&self, range: &impl Fn(usize) -> Option<(usize, usize)>) -> Option<(usize, usize)> {
        self.engine
            .iter()
            .filter_map(|it| range(*it))
            .max_by_key(|(start, end)| (*start, *end))
    }
}

/// All groups of a pattern, in the order of their numbers; the first is the whole match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Groups(Vec<Slot>);

impl Groups {
    /// From what the pattern's capturing parentheses say, left to right.
    pub(super) fn new(names: &[Option<String>]) -> Groups {
        let mut slots = vec![Slot {
            number: 0,
            name: "0".to_owned(),
            engine: vec![0],
        }];
        let add = |slots: &mut Vec<Slot>, number: i64, name: String, engine: usize| match slots
            .iter_mut()
            .find(|it| it.name == name)
        {
            Some(known) => known.engine.push(engine),
            None => slots.push(Slot {
                number,
                name,
                engine: vec![engine],
            }),
        };
        let explicit: Vec<i64> = names.iter().flatten().filter_map(|it| it.parse().ok()).collect();
        let mut next = 1;
        for (at, name) in names.iter().enumerate() {
            match name {
                None => {
                    while explicit.contains(&next) {
                        next += 1;
                    }
                    add(&mut slots, next, next.to_string(), at + 1);
                    next += 1;
                }
                Some(name) => {
                    if let Ok(number) = name.parse() {
                        add(&mut slots, number, name.clone(), at + 1);
                    }
                }
            }
        }
        for (at, name) in names.iter().enumerate() {
            if let Some(name) = name.as_ref().filter(|it| it.parse::<i64>().is_err()) {
                let number = slots.iter().map(|it| it.number).max().unwrap_or(0) + 1;
                add(&mut slots, number, name.clone(), at + 1);
            }
        }
        slots.sort_by_key(|it| it.number);
        Groups(slots)
    }

    /// The groups in order.
    pub(crate) fn slots(&self) -> &[Slot] {
        &self.0
    }

    /// Where the group of a number stands.
    pub(crate) fn by_number(&self, number: i64) -> Option<usize> {
        self.0.iter().position(|it| it.number == number)
    }

    /// Where the group of a name stands; digits are a number.
    pub(crate) fn by_name(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|it| it.name == name)
    }

    /// The engine's groups behind a name or number.
    pub(super) fn engine(&self, name: &str) -> Option<&[usize]> {
        self.by_name(name).map(|it| self.0[it].engine.as_slice())
    }
}
