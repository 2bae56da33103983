//! One value of a quantity, and the two clocks.
//!
//! Numbers are whole: the meter sends no fraction. A value that is not known is the absence of a
//! `Value`, never a sentinel. Times keep the offset that the meter gave them, so that a person reads
//! the hour on the wall; machines read the microseconds.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::tic::{Horodate, civil};

/// A value as it is published: the JSON form is given by [`Serialize`], the text form by [`fmt::Display`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A count or an amount that cannot be negative.
    Int(u64),
    /// An amount that can be negative.
    Signed(i64),
    /// Yes or no.
    Bool(bool),
    /// One of the closed words of its quantity.
    Enum(&'static str),
    /// Free text of the meter, trimmed.
    Text(Arc<str>),
    /// A moment that the meter gave.
    Time(Time),
    /// A moment of the host's clock.
    Instant(Timestamp),
}

impl Value {
    /// How far two numbers are apart; `None` if one is no number.
    pub fn distance(&self, other: &Self) -> Option<u128> {
        let number = |value: &Self| match value {
            Self::Int(number) => Some(i128::from(*number)),
            Self::Signed(number) => Some(i128::from(*number)),
            _ => None,
        };
        Some(number(self)?.abs_diff(number(other)?))
    }

    /// Whether it is a yes.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }

    /// Microseconds since the epoch, UTC, for a time; `None` for anything else.
    pub fn micros(&self) -> Option<i64> {
        match self {
            Self::Time(time) => Some(time.micros()),
            Self::Instant(instant) => Some(instant.0),
            Self::Int(_) | Self::Signed(_) | Self::Bool(_) | Self::Enum(_) | Self::Text(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(v) => v.fmt(f),
            Self::Signed(v) => v.fmt(f),
            Self::Bool(v) => v.fmt(f),
            Self::Enum(v) => v.fmt(f),
            Self::Text(v) => v.fmt(f),
            Self::Time(v) => v.fmt(f),
            Self::Instant(v) => v.fmt(f),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Int(v) => serializer.serialize_u64(*v),
            Self::Signed(v) => serializer.serialize_i64(*v),
            Self::Bool(v) => serializer.serialize_bool(*v),
            Self::Enum(v) => serializer.serialize_str(v),
            Self::Text(v) => serializer.serialize_str(v),
            Self::Time(v) => serializer.collect_str(v),
            Self::Instant(v) => serializer.collect_str(v),
        }
    }
}

/// A moment of the meter's clock: seconds since the epoch, and the offset that its season gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    unix: i64,
    offset: i32,
}

impl Time {
    /// A moment in seconds since the epoch, with its offset from UTC in seconds.
    pub fn new(unix: i64, offset: i32) -> Self {
        Self { unix, offset }
    }

    /// Microseconds since the epoch, UTC.
    pub fn micros(self) -> i64 {
        self.unix.saturating_mul(1_000_000)
    }
}

impl From<Horodate> for Time {
    fn from(horodate: Horodate) -> Self {
        Self {
            unix: horodate.unix(),
            offset: horodate.offset(),
        }
    }
}

/// RFC 3339 with seconds and the offset of the season: `2026-11-24T12:15:51+01:00`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_civil(f, self.unix.saturating_add(i64::from(self.offset)))?;
        let sign = if self.offset < 0 { b'-' } else { b'+' };
        let minutes = i64::from(self.offset.unsigned_abs() / 60);
        write_pairs(f, [(sign, minutes / 60), (b':', minutes % 60)])
    }
}

/// A moment of the host's clock, in microseconds since the epoch, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

/// RFC 3339 in UTC with milliseconds: `2026-11-24T11:15:51.042Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_civil(f, self.0.div_euclid(1_000_000))?;
        write!(f, ".{:03}Z", self.0.rem_euclid(1_000_000) / 1000)
    }
}

/// `2026-11-24T12:15:51`, from seconds since 1970 on the same wall.
fn write_civil(f: &mut fmt::Formatter<'_>, seconds: i64) -> fmt::Result {
    let (year, month, day) = civil::civil_from_days(seconds.div_euclid(civil::DAY));
    let second = seconds.rem_euclid(civil::DAY);
    write!(f, "{year:04}")?;
    let pairs = [
        (b'-', month.into()),
        (b'-', day.into()),
        (b'T', second / 3600),
        (b':', second / 60 % 60),
        (b':', second % 60),
    ];
    write_pairs(f, pairs)
}

/// Writes numbers from 0 to 99 as two digits, each after its separator. A state has a dozen times: five numbers that are
/// formatted one by one take longer than all else of a time.
fn write_pairs<const N: usize>(f: &mut fmt::Formatter<'_>, pairs: [(u8, i64); N]) -> fmt::Result {
    let digit = |number: i64| b'0' + u8::try_from(number % 10).unwrap_or_default();
    let text = pairs.map(|(separator, number)| [separator, digit(number / 10), digit(number)]);
    f.write_str(core::str::from_utf8(text.as_flattened()).unwrap_or_default())
}

/// When something was seen: the wall clock to publish, and a clock that never jumps to measure by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The host's clock; `None` only while a file is decoded that gives no time.
    pub wall: Option<Timestamp>,
    /// Time since any fixed origin; never goes back.
    pub mono: Duration,
}

impl Moment {
    /// The time from `earlier` to this moment, zero if it is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.mono.saturating_sub(earlier.mono)
    }
}
