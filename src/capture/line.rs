//! One line of the timed form of a capture.
//!
//! ```text
//! header = "LINKY-CAPTURE " version      ; the first line
//! field  = name SP value                 ; program, start, framing, speed; others are skipped
//! record = offset SP ( bytes / "gap " count / "speed " baud / "opened" / "closed" )
//! offset = 1*DIGIT [ "." 1*DIGIT ]       ; seconds since the start
//! bytes  = 1*( 2HEXDIG )                 ; as an 8N1 port received them
//! ```
//!
//! Each record stands by itself: a line that is lost or torn costs no other. Of a torn line of bytes the whole ones count.

use std::fmt::Write;
use std::time::Duration;

use crate::tic::Mode;

/// What happened at a moment of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaptureEvent {
    /// The header of the timed form: the host's clock at offset zero, in microseconds since 1970, and the speed of the port.
    Start {
        /// If the header has it.
        start: Option<i64>,
        /// If the header has it.
        speed: Option<Mode>,
    },
    /// These bytes were read.
    Bytes(Vec<u8>),
    /// So many bytes came and were not recorded.
    Gap(u64),
    /// From now on the port is set to the speed of this mode.
    Speed(Mode),
    /// The port was opened.
    Opened,
    /// The port was lost.
    Closed,
}

/// An event and its time since the start; the raw form has no times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureItem {
    /// When the event happened; of bytes, when the last of them was read.
    pub at: Option<Duration>,
    /// What happened.
    pub event: CaptureEvent,
}

/// What a line was, besides a record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CaptureLine {
    Start(i64),
    Speed(Mode),
    /// The event, and whether the line was damaged after it.
    Record(Duration, CaptureEvent, bool),
    /// A field or a record of a later program, or an empty line.
    Other,
    Damaged,
}

/// Parses a line without its end.
pub(super) fn parse_line(line: &[u8]) -> CaptureLine {
    match line.first() {
        None => CaptureLine::Other,
        Some(first) if first.is_ascii_digit() => parse_record(line),
        Some(first) if first.is_ascii_lowercase() => parse_field(line),
        Some(_) => CaptureLine::Damaged,
    }
}

fn parse_field(line: &[u8]) -> CaptureLine {
    let text = String::from_utf8_lossy(line);
    match text.split_once(' ') {
        Some(("start", time)) => parse_start(time).map_or(CaptureLine::Damaged, CaptureLine::Start),
        Some(("speed", baud)) => mode_of(baud).map_or(CaptureLine::Damaged, CaptureLine::Speed),
        _ => CaptureLine::Other,
    }
}

fn parse_record(line: &[u8]) -> CaptureLine {
    let space = line.iter().position(|byte| *byte == b' ');
    let Some((offset, rest)) = space.and_then(|space| line.split_at_checked(space)) else {
        return CaptureLine::Damaged;
    };
    let (Some(at), Some((_, rest))) = (parse_offset(offset), rest.split_first()) else {
        return CaptureLine::Damaged;
    };
    let record = |event| CaptureLine::Record(at, event, false);
    match rest {
        b"opened" => record(CaptureEvent::Opened),
        b"closed" => record(CaptureEvent::Closed),
        [b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F', ..] => {
            let (bytes, is_whole) = parse_hex(rest);
            CaptureLine::Record(at, CaptureEvent::Bytes(bytes), !is_whole)
        }
        _ => {
            let text = String::from_utf8_lossy(rest);
            match text.split_once(' ') {
                Some(("gap", count)) => count.parse().map_or(CaptureLine::Damaged, |count| {
                    record(CaptureEvent::Gap(count))
                }),
                Some(("speed", baud)) => mode_of(baud).map_or(CaptureLine::Damaged, |mode| {
                    record(CaptureEvent::Speed(mode))
                }),
                _ => CaptureLine::Other,
            }
        }
    }
}

/// The mode of this speed.
fn mode_of(baud: &str) -> Option<Mode> {
    let baud: u32 = baud.parse().ok()?;
    Mode::ALL.into_iter().find(|mode| mode.baud() == baud)
}

/// Seconds with up to six decimals; more are dropped. At most some centuries.
fn parse_offset(text: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(text).ok()?;
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(seconds) || !is_number(fraction) || seconds.len() > 10 {
        return None;
    }
    let micros: u64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some(Duration::from_secs(seconds.parse().ok()?) + Duration::from_micros(micros))
}

/// The bytes before the first pair that is none, and whether that is all.
fn parse_hex(text: &[u8]) -> (Vec<u8>, bool) {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let bytes: Vec<u8> = text
        .chunks(2)
        .map_while(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect();
    let is_whole = bytes.len() * 2 == text.len();
    (bytes, is_whole)
}

/// Appends a record.
pub(super) fn push_record(at: Duration, event: &CaptureEvent, out: &mut Vec<u8>) {
    let mut text = format!("{}.{:06} ", at.as_secs(), at.subsec_micros());
    let written = match event {
        CaptureEvent::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}")),
        CaptureEvent::Gap(count) => write!(text, "gap {count}"),
        CaptureEvent::Speed(mode) => write!(text, "speed {}", mode.baud()),
        CaptureEvent::Opened => write!(text, "opened"),
        CaptureEvent::Closed => write!(text, "closed"),
        CaptureEvent::Start { .. } => return,
    };
    // Writing to a string does not fail.
    if written.is_ok() {
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    }
}

/// A time as `2026-11-24T12:34:56.123456Z`, from microseconds since 1970.
pub(super) fn format_start(micros: i64) -> String {
    use crate::tic::civil::{DAY, civil_from_days};
    let (seconds, micros) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil_from_days(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{micros:06}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

fn parse_start(text: &str) -> Option<i64> {
    use crate::tic::civil::{DAY, days_from_civil};
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.splitn(3, '-');
    let year: i64 = date
        .next()?
        .parse()
        .ok()
        .filter(|year| (1970..=9999).contains(year))?;
    let month: u8 = date
        .next()?
        .parse()
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    let day: u8 = date
        .next()?
        .parse()
        .ok()
        .filter(|day| (1..=31).contains(day))?;
    let mut time = time.splitn(3, ':');
    let hour: i64 = time
        .next()?
        .parse()
        .ok()
        .filter(|hour| (0..24).contains(hour))?;
    let minute: i64 = time
        .next()?
        .parse()
        .ok()
        .filter(|minute| (0..60).contains(minute))?;
    let second = parse_offset(time.next()?.as_bytes()).filter(|second| second.as_secs() <= 60)?;
    let seconds = days_from_civil(year, month, day) * DAY + hour * 3600 + minute * 60;
    Some(seconds * 1_000_000 + i64::try_from(second.as_micros()).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        for event in [
            CaptureEvent::Bytes(vec![0x82, 0x0A, 0xFF]),
            CaptureEvent::Gap(7),
            CaptureEvent::Speed(Mode::Historique),
            CaptureEvent::Opened,
            CaptureEvent::Closed,
        ] {
            let at = Duration::from_micros(12_000_345);
            let mut out = Vec::new();
            push_record(at, &event, &mut out);
            let line = out.strip_suffix(b"\n").unwrap();
            assert_eq!(parse_line(line), CaptureLine::Record(at, event, false));
        }
    }

    #[test]
    fn a_torn_line_gives_its_whole_bytes() {
        let at = Duration::from_millis(1500);
        let record =
            |bytes: &[u8]| CaptureLine::Record(at, CaptureEvent::Bytes(bytes.to_vec()), true);
        assert_eq!(parse_line(b"1.5 820a4"), record(&[0x82, 0x0A]));
        assert_eq!(parse_line(b"1.5 82xx0a"), record(&[0x82]));
        for line in [
            &b"1.5"[..],
            b"1. 82",
            b"1.5.5 82",
            b"99999999999 82",
            b"1 gap x",
            b"speed 300",
            b"\xFF",
        ] {
            assert_eq!(parse_line(line), CaptureLine::Damaged, "{line:?}");
        }
        for line in [&b""[..], b"later field", b"1.5 later record"] {
            assert_eq!(parse_line(line), CaptureLine::Other, "{line:?}");
        }
    }

    #[test]
    fn the_start_is_utc_with_microseconds() {
        let text = "2026-11-24T11:15:51.000123Z";
        let micros = 1_795_518_951_000_123;
        assert_eq!(format_start(micros), text);
        assert_eq!(parse_start(text), Some(micros));
        assert_eq!(parse_start("2026-13-24T11:15:51Z"), None);
        assert_eq!(parse_start("tomorrow"), None);
    }
}
