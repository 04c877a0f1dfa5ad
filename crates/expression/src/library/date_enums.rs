//! The enumerations that go with dates.

use super::table::{TypeDef, enumeration};

pub(crate) static TYPES: &[&TypeDef] = &[&DATE_TIME_KIND, &DAY_OF_WEEK, &DATE_TIME_STYLES];

/// `System.DateTimeKind`. Azure allows `Utc` alone.
pub(crate) static DATE_TIME_KIND: TypeDef = enumeration(
    "System.DateTimeKind",
    &[("Unspecified", 0), ("Utc", 1), ("Local", 2)],
);

/// `System.DayOfWeek`.
pub(crate) static DAY_OF_WEEK: TypeDef = enumeration(
    "System.DayOfWeek",
    &[
        ("Sunday", 0),
        ("Monday", 1),
        ("Tuesday", 2),
        ("Wednesday", 3),
        ("Thursday", 4),
        ("Friday", 5),
        ("Saturday", 6),
    ],
);

/// `System.Globalization.DateTimeStyles`.
pub(crate) static DATE_TIME_STYLES: TypeDef = enumeration(
    "System.Globalization.DateTimeStyles",
    &[
        ("None", 0),
        ("AllowLeadingWhite", 1),
        ("AllowTrailingWhite", 2),
        ("AllowInnerWhite", 4),
        ("AllowWhiteSpaces", 7),
        ("NoCurrentDateDefault", 8),
        ("AdjustToUniversal", 16),
        ("AssumeLocal", 32),
        ("AssumeUniversal", 64),
        ("RoundtripKind", 128),
    ],
)
.flags()
.not_in_azure();
