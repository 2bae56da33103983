//! What is known about a line that gives no frame: how long it has been silent or senseless, and the words for it.
//!
//! Pure: time is an argument, counted from any origin.

use super::seeking::Heard;
use std::time::Duration;

/// Longer than any pause inside a frame or between two (33.4 ms, 54E), however late the reader was scheduled: what is open
/// is over.
pub const SILENCE: Duration = Duration::from_secs(1);
/// Without a correct group for so long, what was received before says nothing about the line any more (54E, annex A).
pub const LOST: Duration = Duration::from_secs(10);
/// A shorter trouble is not worth a word. Longer than a nap through the longest frame (3 s).
const WORTH_A_WORD: Duration = Duration::from_secs(5);

/// The last times that something was heard.
#[derive(Debug)]
pub struct Hearing {
    last_byte: Duration,
    last_correct: Duration,
    /// The first of the bytes that came since the last correct group or silence, and made no sense yet.
    noise_since: Option<Duration>,
    silent: bool,
    /// What to check when nothing comes.
    advice: &'static str,
}

impl Hearing {
    /// A line opened at `now`; `advice` ends the sentence "no byte for over a minute: …".
    #[must_use]
    pub fn new(advice: &'static str, now: Duration) -> Self {
        Self {
            last_byte: now,
            last_correct: now,
            noise_since: None,
            silent: false,
            advice,
        }
    }

    /// Bytes came, with a correct group among them or not.
    pub fn push_bytes(&mut self, correct: bool, now: Duration) {
        self.silent = false;
        self.last_byte = now;
        if correct {
            self.last_correct = now;
            self.noise_since = None;
        } else {
            self.noise_since.get_or_insert(now);
        }
    }

    /// A read gave nothing: [`Heard::Silence`] if that has lasted for a second, and whether it is so for the first time.
    pub fn push_nothing(&mut self, now: Duration) -> (Heard, bool) {
        if self.since_byte(now) < SILENCE {
            return (Heard::Nothing, false);
        }
        let begins = !self.silent;
        self.silent = true;
        self.noise_since = None;
        (Heard::Silence, begins)
    }

    /// The time since the last byte, or since the line was opened.
    #[must_use]
    pub fn since_byte(&self, now: Duration) -> Duration {
        now.saturating_sub(self.last_byte)
    }

    /// Whether no correct group has come for ten seconds.
    #[must_use]
    pub fn is_lost(&self, now: Duration) -> bool {
        now.saturating_sub(self.last_correct) >= LOST
    }

    /// One line for people about a trouble that lasts; empty if there is none. It counts no seconds: each change of it is
    /// published.
    #[must_use]
    pub fn detail(&self, now: Duration) -> String {
        let noise = self
            .noise_since
            .map_or(Duration::ZERO, |since| now.saturating_sub(since));
        // A reader that naps through a frame has heard nothing and is not silent.
        let silence = if self.silent {
            self.since_byte(now)
        } else {
            Duration::ZERO
        };
        if silence >= WORTH_A_WORD {
            format!("no byte for {}: {}", words(silence), self.advice)
        } else if noise >= WORTH_A_WORD {
            format!(
                "bytes arrive but no correct group for {}: wrong speed, noise or a cable fault",
                words(noise)
            )
        } else {
            String::new()
        }
    }
}

/// How long, in words that seldom change.
fn words(duration: Duration) -> &'static str {
    match duration.as_secs() {
        0..60 => "several seconds",
        60..600 => "over a minute",
        600..3600 => "over ten minutes",
        3600..86_400 => "over an hour",
        _ => "over a day",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn silence_begins_once_after_a_second() {
        let mut hearing = Hearing::new("check", ms(0));
        hearing.push_bytes(true, ms(500));
        assert_eq!(hearing.push_nothing(ms(1400)), (Heard::Nothing, false));
        assert_eq!(hearing.push_nothing(ms(1500)), (Heard::Silence, true));
        assert_eq!(hearing.push_nothing(ms(1700)), (Heard::Silence, false));
        hearing.push_bytes(false, ms(1800));
        assert_eq!(hearing.push_nothing(ms(1900)), (Heard::Nothing, false));
    }

    #[test]
    fn the_trouble_is_told_in_words() {
        let mut hearing = Hearing::new("check the wires", ms(0));
        assert_eq!(hearing.detail(ms(2000)), "");
        hearing.push_nothing(ms(12_000));
        assert_eq!(
            hearing.detail(ms(12_500)),
            "no byte for several seconds: check the wires"
        );
        hearing.push_nothing(ms(7_300_000));
        assert_eq!(
            hearing.detail(ms(7_300_000)),
            "no byte for over an hour: check the wires"
        );

        // After an hour of silence, the first rubbish is not an hour old.
        hearing.push_bytes(false, ms(7_301_000));
        assert_eq!(hearing.detail(ms(7_305_000)), "");
        let detail = hearing.detail(ms(7_306_000));
        assert!(
            detail.starts_with("bytes arrive but no correct group for several s"),
            "{detail}"
        );
        hearing.push_bytes(true, ms(7_307_000));
        assert_eq!(hearing.detail(ms(7_307_000)), "");
    }

    #[test]
    fn a_line_is_lost_after_ten_seconds_without_a_correct_group() {
        let mut hearing = Hearing::new("check", ms(0));
        hearing.push_bytes(true, ms(1000));
        hearing.push_bytes(false, ms(10_000));
        assert!(!hearing.is_lost(ms(10_999)) && hearing.is_lost(ms(11_000)));
    }

    #[test]
    fn a_nap_is_not_a_silence() {
        let mut hearing = Hearing::new("check", ms(0));
        hearing.push_bytes(true, ms(1000));
        assert_eq!(hearing.detail(ms(4500)), "");
    }
}
