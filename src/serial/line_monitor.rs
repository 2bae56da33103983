//! Silence and noise on the line: since when.
//!
//! Input: whether each read gave bytes, and a correct group among them. Output: when a silence begins, how old the last
//! byte and the last correct group are, and a trouble that lasts.
//!
//! Pure: time is an argument, counted from any origin.

use super::line_trouble::LineTrouble;
use super::plain_text::PlainText;
use crate::meter::{CharacterCounts, LineFault};
use crate::tic::Mode;
use std::time::Duration;

/// Without a byte for this long the line is silent, and an open frame has ended. Much longer than any pause inside a frame
/// or between two (33.4 ms, 54E), so that a reader that was scheduled late sees no silence.
const SILENT_AFTER: Duration = Duration::from_secs(1);
/// Without a correct group for this long, the groups before no longer count for the state of the line (54E, annex A).
pub const LOST_AFTER: Duration = Duration::from_secs(10);
/// A shorter silence or noise is not reported. Longer than the pause of a reader through the longest frame (3 s).
const REPORTED_AFTER: Duration = Duration::from_secs(5);

/// What a read gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineObservation {
    /// No byte.
    NoData,
    /// No byte, and none for a second.
    Silence,
    /// This many bytes, and no correct group among them.
    Noise(usize),
    /// A correct group of this mode; once a mode is found, always that one.
    Correct(Mode),
}

/// When bytes and correct groups arrived last.
#[derive(Debug)]
pub struct LineMonitor {
    last_byte: Duration,
    last_correct: Duration,
    /// The first byte since the last correct group or silence, if there was one.
    noise_since: Option<Duration>,
    /// The characters since then, at the speed of each mode.
    noise: [CharacterCounts; 2],
    /// What came in plain text since the last correct group.
    text: PlainText,
    silent: bool,
    /// What to check when nothing arrives.
    advice: &'static str,
}

impl LineMonitor {
    /// A line opened at `now`; `advice` ends the sentence "no byte for over a minute: …".
    #[must_use]
    pub fn new(advice: &'static str, now: Duration) -> Self {
        Self {
            last_byte: now,
            last_correct: now,
            noise_since: None,
            noise: Default::default(),
            text: PlainText::default(),
            silent: false,
            advice,
        }
    }

    /// Bytes arrived at the speed of a mode, with a correct group among them or not.
    pub fn push_bytes(&mut self, bytes: &[u8], speed: Mode, correct: bool, now: Duration) {
        self.silent = false;
        self.last_byte = now;
        if correct {
            self.last_correct = now;
            self.text = PlainText::default();
            self.end_noise();
        } else {
            self.noise_since.get_or_insert(now);
            let [fast, slow] = &mut self.noise;
            match speed {
                Mode::Standard => fast.push(bytes),
                Mode::Historique => slow.push(bytes),
            }
            self.text.push(bytes);
        }
    }

    /// A read gave nothing: [`LineObservation::Silence`] if that has lasted for a second, and whether the silence begins.
    pub fn push_no_data(&mut self, now: Duration) -> (LineObservation, bool) {
        if self.since_byte(now) < SILENT_AFTER {
            return (LineObservation::NoData, false);
        }
        let begins = !self.silent;
        self.silent = true;
        self.end_noise();
        (LineObservation::Silence, begins)
    }

    fn end_noise(&mut self) {
        self.noise_since = None;
        self.noise = Default::default();
    }

    /// The time since the last byte, or since the line was opened.
    fn since_byte(&self, now: Duration) -> Duration {
        now.saturating_sub(self.last_byte)
    }

    /// Whether no correct group has come for ten seconds.
    #[must_use]
    pub fn is_lost(&self, now: Duration) -> bool {
        now.saturating_sub(self.last_correct) >= LOST_AFTER
    }

    /// What came in plain text since the last correct group.
    #[must_use]
    pub fn quote(&self) -> Option<String> {
        self.text.quote()
    }

    /// A silence or noise that lasts.
    #[must_use]
    pub fn trouble(&self, now: Duration) -> Option<LineTrouble<'static>> {
        let noise = self
            .noise_since
            .map_or(Duration::ZERO, |since| now.saturating_sub(since));
        // A reader that sleeps through a frame has no byte either: only a read finds a silence.
        let silence = if self.silent {
            self.since_byte(now)
        } else {
            Duration::ZERO
        };
        if silence >= REPORTED_AFTER {
            return Some(LineTrouble::Silence {
                lasts: silence,
                advice: self.advice,
                quote: self.quote(),
            });
        }
        if noise < REPORTED_AFTER {
            return None;
        }
        if let Some(quote) = self.quote() {
            return Some(LineTrouble::Text {
                lasts: noise,
                quote,
                is_login: self.text.is_login(),
            });
        }
        let [fast, slow] = &self.noise;
        Some(LineTrouble::NoGroup {
            lasts: noise,
            fault: LineFault::of_characters(fast, slow),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::LinkCause;

    fn detail(monitor: &LineMonitor, now: Duration) -> String {
        let trouble = monitor.trouble(now);
        trouble.map_or_else(String::new, |trouble| trouble.to_string())
    }

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn silence_begins_once_after_a_second() {
        let mut monitor = LineMonitor::new("check", ms(0));
        monitor.push_bytes(b"A", Mode::Standard, true, ms(500));
        assert_eq!(
            monitor.push_no_data(ms(1400)),
            (LineObservation::NoData, false)
        );
        assert_eq!(
            monitor.push_no_data(ms(1500)),
            (LineObservation::Silence, true)
        );
        assert_eq!(
            monitor.push_no_data(ms(1700)),
            (LineObservation::Silence, false)
        );
        monitor.push_bytes(b"A", Mode::Standard, false, ms(1800));
        assert_eq!(
            monitor.push_no_data(ms(1900)),
            (LineObservation::NoData, false)
        );
    }

    #[test]
    fn the_trouble_is_described_in_words() {
        let mut monitor = LineMonitor::new("check the wires", ms(0));
        assert_eq!(detail(&monitor, ms(2000)), "");
        monitor.push_no_data(ms(12_000));
        assert_eq!(
            detail(&monitor, ms(12_500)),
            "no byte for several seconds: check the wires"
        );
        monitor.push_no_data(ms(7_300_000));
        assert_eq!(
            detail(&monitor, ms(7_300_000)),
            "no byte for over an hour: check the wires"
        );

        // After an hour of silence, the first noise is not an hour old.
        monitor.push_bytes(b"A", Mode::Standard, false, ms(7_301_000));
        assert_eq!(detail(&monitor, ms(7_305_000)), "");
        let text = detail(&monitor, ms(7_306_000));
        assert!(
            text.starts_with("bytes arrive but no correct group for several s"),
            "{text}"
        );
        monitor.push_bytes(b"A", Mode::Standard, true, ms(7_307_000));
        assert_eq!(detail(&monitor, ms(7_307_000)), "");
    }

    #[test]
    fn a_line_is_lost_after_ten_seconds_without_a_correct_group() {
        let mut monitor = LineMonitor::new("check", ms(0));
        monitor.push_bytes(b"A", Mode::Standard, true, ms(1000));
        monitor.push_bytes(b"A", Mode::Standard, false, ms(10_000));
        assert!(!monitor.is_lost(ms(10_999)) && monitor.is_lost(ms(11_000)));
    }

    #[test]
    fn what_is_written_in_plain_text_is_quoted() {
        let mut monitor = LineMonitor::new("check", ms(0));
        let prompt = b"\r\nRaspbian GNU/Linux 12 meterpi ttyAMA0\r\n\r\nmeterpi login: ";
        for second in 0..7 {
            monitor.push_bytes(prompt, Mode::Standard, false, ms(second * 900));
        }
        let text = detail(&monitor, ms(6000));
        assert!(
            text.contains("login prompt") && text.contains("\"Raspbian GNU/Linux 12 meterpi"),
            "{text}"
        );
        let trouble = monitor.trouble(ms(6000)).unwrap();
        assert_eq!(trouble.cause(), LinkCause::Login);
        monitor.push_no_data(ms(20_000));
        let trouble = monitor.trouble(ms(20_000)).unwrap();
        assert_eq!(trouble.cause(), LinkCause::NoByte);
        let text = detail(&monitor, ms(20_000));
        assert!(
            text.starts_with("no byte for") && text.contains("it wrote \"Raspbian"),
            "{text}"
        );
        monitor.push_bytes(b"A", Mode::Standard, true, ms(21_000));
        assert_eq!(monitor.quote(), None);
    }

    #[test]
    fn a_sleep_through_a_frame_is_not_a_silence() {
        let mut monitor = LineMonitor::new("check", ms(0));
        monitor.push_bytes(b"A", Mode::Standard, true, ms(1000));
        assert_eq!(detail(&monitor, ms(4500)), "");
    }
}
