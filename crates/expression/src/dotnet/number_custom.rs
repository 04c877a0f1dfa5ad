//! Custom numeric formats: `0 # . , % ‰ E0 ; '...' \`.

use super::number_buffer::{Digits, Number};

/// A number in a custom format. There is no wrong one: what has no meaning is printed.
pub(crate) fn format(number: Number, format: &str) -> String {
    let mut digits = match number {
        // .NET gives a custom format fifteen significant digits of a double, and seven of a float.
        Number::Double(_) | Number::Single(_) => {
            let mut digits = Digits::exact(number);
            digits.round(if matches!(number, Number::Double(_)) {
                15
            } else {
                7
            });
            digits.ties_to_even = false;
            digits
        }
        _ => Digits::exact(number),
    };
    let sections = sections(format);
    let is_binary = matches!(number, Number::Double(_) | Number::Single(_));
    let (mut section, mut own_sign) = choose(&sections, &digits);
    let mut plan = Plan::read(section);
    plan.scale(&mut digits);
    if digits.is_zero() {
        // Perhaps only rounded to zero: the section for zero takes over.
        (section, own_sign) = choose(&sections, &digits);
        plan = Plan::read(section);
    }
    let mut out = String::new();
    plan.write(section, &digits, &mut out);
    // A zero has a sign only where there is anything to see.
    let shows_sign = !digits.is_zero() || is_binary && !out.is_empty();
    match digits.negative && !own_sign && shows_sign {
        true => format!("-{out}"),
        false => out,
    }
}

/// Splits at `;` outside quotes and escapes.
fn sections(format: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let mut start = 0;
    let mut chars = format.char_indices();
    let mut quote = None;
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '\'' | '"' => match quote {
                None => quote = Some(c),
                Some(open) if open == c => quote = None,
                Some(_) => (),
            },
            ';' if quote.is_none() => {
                sections.push(&format[start..at]);
                start = at + 1;
            }
            _ => (),
        }
    }
    sections.push(&format[start..]);
    sections
}

/// The section for a number, and whether that section says the sign itself.
fn choose<'a>(sections: &[&'a str], digits: &Digits) -> (&'a str, bool) {
    let first = sections.first().copied().unwrap_or("");
    let given = |at: usize| sections.get(at).copied().filter(|it| !it.is_empty());
    if digits.is_zero() {
        return match given(2) {
            Some(zero) => (zero, true),
            None => (first, false),
        };
    }
    match given(1) {
        Some(below) if digits.negative => (below, true),
        _ => (first, false),
    }
}

/// What a section asks for, counted before anything is printed.
#[derive(Default)]
struct Plan {
    whole: i32,
    fraction: i32,
    first_zero: Option<i32>,
    last_zero: i32,
    grouped: bool,
    divide: i32,
    exponent: bool,
}

enum Piece<'a> {
    Zero,
    Hash,
    Point,
    Comma,
    Percent(char, i32),
    Exponent { letter: char, plus: bool, zeros: usize },
    Text(&'a str),
}

impl Plan {
    fn read(section: &str) -> Plan {
        let mut plan = Plan::default();
        let mut point = None;
        let mut count = 0;
        let mut commas = 0;
        for piece in Pieces(section) {
            match piece {
                Piece::Zero | Piece::Hash => {
                    if commas > 0 && point.is_none() && count > 0 {
                        plan.grouped = true;
                    }
                    commas = 0;
                    if matches!(piece, Piece::Zero) {
                        plan.first_zero.get_or_insert(count);
                        plan.last_zero = count + 1;
                    }
                    count += 1;
                }
                Piece::Point if point.is_none() => {
                    point = Some(count);
                    // Commas right before the point divide by a thousand each.
                    plan.divide += 3 * std::mem::take(&mut commas);
                }
                Piece::Comma if count > 0 && point.is_none() => commas += 1,
                Piece::Percent(_, shift) => plan.divide -= shift,
                Piece::Exponent { .. } => plan.exponent = true,
                _ => (),
            }
        }
        if point.is_none() {
            plan.divide += 3 * commas;
        }
        plan.whole = point.unwrap_or(count);
        plan.fraction = count - plan.whole;
        plan
    }

    /// Moves the point and rounds to the places that the section has.
    fn scale(&self, digits: &mut Digits) {
        if digits.is_zero() {
            return;
        }
        if self.exponent {
            digits.round(self.whole + self.fraction);
        } else {
            digits.scale -= self.divide;
            digits.round(digits.scale + self.fraction);
        }
    }

    fn write(&self, section: &str, digits: &Digits, out: &mut String) {
        let scale = if self.exponent { self.whole } else { digits.scale };
        let exponent = if digits.is_zero() { 0 } else { digits.scale - scale };
        // At least the places from the first `0` to the point are printed.
        let least = self.whole - self.first_zero.unwrap_or(self.whole).min(self.whole);
        let present = scale.max(0);
        let mut place = self.whole.max(present);
        let mut seen = 0;
        let mut started = false;
        for piece in Pieces(section) {
            match piece {
                Piece::Zero | Piece::Hash if seen < self.whole => {
                    // The first placeholder also prints the digits that have no placeholder of their own.
                    let until = self.whole - seen - 1;
                    while place > until {
                        place -= 1;
                        if place < present.max(least) {
                            self.digit(scale - 1 - place, digits, out);
                            if self.grouped && place > 0 && place % 3 == 0 {
                                out.push(',');
                            }
                        }
                    }
                    seen += 1;
                }
                Piece::Zero | Piece::Hash => {
                    let index = scale + seen - self.whole;
                    if index < digits.digits.len() as i32 || seen < self.last_zero {
                        if !std::mem::replace(&mut started, true) {
                            out.push('.');
                        }
                        self.digit(index, digits, out);
                    }
                    seen += 1;
                }
                Piece::Point if self.whole == 0 && seen == 0 => {
                    (0..present).for_each(|at| self.digit(at, digits, out));
                }
                Piece::Point | Piece::Comma => (),
                Piece::Percent(sign, _) => out.push(sign),
                Piece::Exponent { letter, plus, zeros } => {
                    out.push(letter);
                    if exponent < 0 {
                        out.push('-');
                    } else if plus {
                        out.push('+');
                    }
                    out.push_str(&format!("{:0>zeros$}", exponent.unsigned_abs()));
                }
                Piece::Text(text) => out.push_str(text),
            }
        }
    }

    fn digit(&self, index: i32, digits: &Digits, out: &mut String) {
        out.push(digits.digit(index));
    }
}

/// The pieces of one section, left to right.
struct Pieces<'a>(&'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let mut chars = self.0.chars();
        let first = chars.next()?;
        let rest = chars.as_str();
        let (piece, rest) = match first {
            '0' => (Piece::Zero, rest),
            '#' => (Piece::Hash, rest),
            '.' => (Piece::Point, rest),
            ',' => (Piece::Comma, rest),
            '%' => (Piece::Percent('%', 2), rest),
            '‰' => (Piece::Percent('‰', 3), rest),
            '\'' | '"' => {
                let end = rest.find(first).unwrap_or(rest.len());
                let after = rest.get(end + 1..).unwrap_or("");
                (Piece::Text(&rest[..end]), after)
            }
            '\\' => {
                let end = rest.chars().next().map_or(0, char::len_utf8);
                (Piece::Text(&rest[..end]), &rest[end..])
            }
            'e' | 'E' => exponent(self.0, first, rest),
            _ => (Piece::Text(&self.0[..first.len_utf8()]), rest),
        };
        self.0 = rest;
        Some(piece)
    }
}

fn exponent<'a>(all: &'a str, letter: char, rest: &'a str) -> (Piece<'a>, &'a str) {
    let after_sign = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    let zeros = after_sign.len() - after_sign.trim_start_matches('0').len();
    if zeros == 0 {
        let (text, rest) = all.split_at(1);
        return (Piece::Text(text), rest);
    }
    (
        Piece::Exponent {
            letter,
            plus: rest.starts_with('+'),
            zeros: zeros.min(10),
        },
        &after_sign[zeros..],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[test]
    #[expect(clippy::approx_constant, reason = "the number of a specification vector")]
    fn custom_formats() {
        let double = Number::Double;
        let int = |it| Number::Signed(it, 32);
        let rows: &[(Number, &str, &str)] = &[
            (double(3.14159), "0.00", "3.14"),
            (double(12345.678), "#,##0.0", "12,345.7"),
            (int(1234567), "#,#", "1,234,567"),
            (int(5), "000", "005"),
            (int(1234), "00", "1234"),
            (double(0.5), "#.##", ".5"),
            (double(0.0), "#.##", ""),
            (double(1.0), "0.##", "1"),
            (double(1.5), "0.00#", "1.50"),
            (double(0.256), "0.0%", "25.6%"),
            (int(-5), "0;(0);zero", "(5)"),
            (int(0), "0;(0);zero", "zero"),
            (int(-5), "0", "-5"),
            (double(12345.0), "0.##E+00", "1.23E+04"),
            (double(0.00012), "0.0e0", "1.2e-4"),
            (int(1234567), "0,,.0", "1.2"),
            (int(42), "'n='0", "n=42"),
            (int(42), "\\#0", "#42"),
            (int(42), "0 items", "42 items"),
            (int(42), "x", "x"),
            (int(5551234), "###-####", "555-1234"),
            (int(1), "0,000", "0,001"),
            (Number::Decimal(Decimal::new(12345, 1)), "#,##0.00", "1,234.50"),
            (double(-0.001), "0.0", "-0.0"),
            (int(42), ".00", "42.00"),
            (double(0.045), "#0.0", "0.0"),
        ];
        for (number, spec, text) in rows {
            assert_eq!(format(*number, spec), *text, "{number:?} {spec}");
        }
    }
}
