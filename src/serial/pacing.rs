//! When to read next: few wake-ups, and no frame late.
//!
//! In standard mode a character arrives every millisecond, and a reader that wakes for each burst of them wakes a hundred
//! times a frame. But nearly all frames of a meter have one length: after two equal ones the end of the next is predicted,
//! and the reader sleeps until shortly before it. The tty keeps what arrives meanwhile: it holds 4095 bytes, the longest
//! frame is 1727 (54E, every group at once).
//!
//! Input: frames, counts of bytes, silence. Output: the interval of regular frames, and how long to sleep: once a frame as a
//! rule, from its predecessor's end to shortly before its own. Two periods that agree predict that end, pauses included; the
//! shorter one counts. Without them the sleep is counted from the bytes still missing, at the shortest pause that is allowed:
//! the reader then sleeps several times, for less each time.
//!
//! There is no prediction
//! - before two equal frames, or after a frame of another length;
//! - when frames come faster than the line can carry them (a pty played at twenty times the speed, a backlog);
//! - after a frame of a three-phase historique meter: a short frame may come instead of the long one, and is urgent;
//! - where bytes come in the packets of a network.
//!
//! Pure: time is an argument, counted from any origin.

use crate::tic::Mode;
use std::time::Duration;

/// The sleep ends this many characters before the predicted end; the rest is read as it arrives. As many may have arrived
/// and still be held back, in the FIFO of a UART or (at 9600 baud, for 16 ms) in a dongle: with a smaller guard the reader
/// could sleep beyond the end.
const GUARD_CHARACTERS: usize = 16;
/// The longest frame in bytes, STX to ETX: standard mode, every group at once (54E).
const FRAME_LEN_MAX: usize = 1727;
/// The shortest pause between ETX and the next STX (54E: 16.7 to 33.4 ms).
const FRAME_GAP_MIN: Duration = Duration::from_micros(16_700);
/// Where two periods agree, the sleep ends this long before the predicted end, and earlier by as much as the periods
/// differ. Shorter than a FIFO of 8 takes to fill (8.3 ms at 9600 baud, 67 ms at 1200): one read gives all but its last burst.
/// A frame that comes earlier still is read late by the difference, and nothing of it is lost.
const PERIOD_GUARD: Duration = Duration::from_millis(6);
/// A shorter sleep inside a frame saves no read: a UART with a FIFO of 8 gives nothing before.
const SLEEP_CHARACTERS_MIN: usize = 8;
/// How often a silent line is read: the first bytes after a silence are the middle of a frame, and not urgent.
const SILENT_INTERVAL: Duration = Duration::from_millis(200);

/// Predicts the ends of frames.
#[derive(Debug)]
pub struct Pacing {
    /// The time of one character on the wire.
    character: Duration,
    predicts: bool,
    last: Option<PastFrame>,
    /// The length that the last two frames agreed on, in bytes from STX to ETX.
    expected: Option<usize>,
    /// From the end of the last frame to the earliest end of the next, if the last two periods agreed.
    next_end: Option<Duration>,
    silent: bool,
}

#[derive(Debug)]
struct PastFrame {
    length: usize,
    end: Duration,
    /// The time since the end of the frame before, if both are regular.
    period: Option<Duration>,
}

impl Pacing {
    /// For a line of this mode; `predicts` is false where bytes do not come one by one.
    #[must_use]
    pub fn new(mode: Mode, predicts: bool) -> Self {
        // A start bit, seven bits of data, the parity and a stop bit.
        let character = Duration::from_secs(10) / mode.baud();
        Self {
            character,
            predicts,
            last: None,
            expected: None,
            next_end: None,
            silent: false,
        }
    }

    /// A frame of `length` bytes (STX to ETX) was read at `now`; `urgent`: a short one may come before the next of its kind.
    pub fn push_frame(&mut self, length: usize, urgent: bool, now: Duration) {
        let past = self.last.as_ref().filter(|past| past.length == length);
        let period = past
            .map(|past| now.saturating_sub(past.end))
            .filter(|period| *period >= self.time_of(length) * 4 / 5);
        let is_regular = self.predicts && period.is_some() && !urgent;
        self.expected = is_regular.then_some(length);
        self.next_end = past
            .and_then(|past| past.period)
            .zip(period)
            .and_then(|(before, period)| self.earliest_end(length, before, period));
        self.last = Some(PastFrame {
            length,
            end: now,
            period,
        });
    }

    /// When the next frame ends at the earliest, after two periods of frames of this length; `None` if they do not agree,
    /// or a frame may have been missed in each.
    fn earliest_end(&self, length: usize, before: Duration, period: Duration) -> Option<Duration> {
        let spread = before.abs_diff(period);
        let (shorter, longer) = (before.min(period), before.max(period));
        let agree = spread <= self.time_of(GUARD_CHARACTERS)
            && longer <= self.time_of(length) * 3 / 2 + FRAME_GAP_MIN * 2;
        agree.then(|| shorter.saturating_sub(spread))
    }

    /// A read gave `count` bytes; called after the frames that they held were pushed.
    pub fn push_bytes(&mut self, count: usize) {
        self.silent = false;
        // More than a frame since the last read: a backlog, to be read at once.
        if count > FRAME_LEN_MAX {
            self.expected = None;
        }
    }

    /// The line is silent: no byte has arrived for a second.
    pub fn push_silence(&mut self) {
        self.silent = true;
        self.expected = None;
        self.last = None;
    }

    /// How long to sleep before the next read; zero: read now. `open` is the number of bytes of the open frame so far, 0
    /// between frames.
    #[must_use]
    pub fn sleep_time(&self, open: usize, now: Duration) -> Duration {
        if self.silent {
            return SILENT_INTERVAL;
        }
        let (Some(expected), Some(last)) = (self.expected, &self.last) else {
            return Duration::ZERO;
        };
        if open > 0 {
            let missing = expected.saturating_sub(open + GUARD_CHARACTERS);
            return if missing < SLEEP_CHARACTERS_MIN {
                Duration::ZERO
            } else {
                self.time_of(missing)
            };
        }
        let (until_end, guard) = match self.next_end {
            Some(until_end) => (until_end, PERIOD_GUARD),
            None => (
                FRAME_GAP_MIN + self.time_of(expected),
                self.time_of(GUARD_CHARACTERS),
            ),
        };
        (last.end + until_end)
            .saturating_sub(guard)
            .saturating_sub(now)
    }

    /// From the end of one frame to the end of the next, while frames come at a regular interval.
    #[must_use]
    pub fn interval(&self) -> Option<Duration> {
        self.expected.and(self.next_end)
    }

    fn time_of(&self, bytes: usize) -> Duration {
        self.character * u32::try_from(bytes).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    /// Two frames of 865 bytes at the pace of a single-phase meter.
    fn steady() -> Pacing {
        let mut pacing = Pacing::new(Mode::Standard, true);
        pacing.push_frame(865, false, ms(1000));
        pacing.push_frame(865, false, ms(1920));
        pacing
    }

    #[test]
    fn sleeps_until_shortly_before_the_end_of_the_next_frame() {
        let sleep = steady().sleep_time(0, ms(1920));
        assert!((ms(895)..ms(905)).contains(&sleep), "{sleep:?}");
        // Later in the pause, less is left.
        assert_eq!(steady().sleep_time(0, ms(1930)), sleep - ms(10));
    }

    #[test]
    fn two_periods_that_agree_predict_the_end_with_its_pause() {
        let mut pacing = steady();
        pacing.push_frame(865, false, ms(2840));
        assert_eq!(pacing.sleep_time(0, ms(2840)), ms(920) - PERIOD_GUARD);
        // A period that is 5 ms shorter: another 5 ms may be missing from the next.
        pacing.push_frame(865, false, ms(3755));
        assert_eq!(pacing.sleep_time(0, ms(3755)), ms(910) - PERIOD_GUARD);
    }

    #[test]
    fn the_interval_is_known_while_frames_come_regularly() {
        assert_eq!(steady().interval(), None, "one period only");
        let mut pacing = steady();
        pacing.push_frame(865, false, ms(2840));
        assert_eq!(pacing.interval(), Some(ms(920)));
        pacing.push_silence();
        assert_eq!(pacing.interval(), None);
    }

    #[test]
    fn periods_that_differ_or_may_hide_a_frame_predict_nothing() {
        let without_periods = steady().sleep_time(0, ms(1920));
        let mut pacing = steady();
        pacing.push_frame(865, false, ms(3760));
        assert_eq!(pacing.sleep_time(0, ms(3760)), without_periods);
        pacing.push_frame(865, false, ms(5600));
        assert_eq!(
            pacing.sleep_time(0, ms(5600)),
            without_periods,
            "every second frame was lost"
        );
    }

    #[test]
    fn an_end_inside_a_frame_has_no_short_sleep() {
        let pacing = steady();
        let at = |missing: usize| pacing.sleep_time(865 - missing, ms(2800));
        let shortest = GUARD_CHARACTERS + SLEEP_CHARACTERS_MIN;
        assert_eq!(at(shortest - 1), Duration::ZERO);
        assert_eq!(at(shortest), pacing.time_of(SLEEP_CHARACTERS_MIN));
    }

    #[test]
    fn the_missing_bytes_count_once_the_frame_is_open() {
        let sleep = steady().sleep_time(465, ms(2500));
        assert!((ms(399)..ms(402)).contains(&sleep), "{sleep:?}");
        assert_eq!(
            steady().sleep_time(855, ms(2800)),
            Duration::ZERO,
            "the end is near: read as it arrives"
        );
        assert_eq!(
            steady().sleep_time(900, ms(2900)),
            Duration::ZERO,
            "longer than predicted"
        );
    }

    #[test]
    fn no_sleep_goes_beyond_the_end_whatever_the_fifo_holds_back() {
        for mode in Mode::ALL {
            let mut pacing = Pacing::new(mode, true);
            let frame = pacing.time_of(200);
            pacing.push_frame(200, false, frame);
            pacing.push_frame(200, false, frame * 2);
            for (arrived, held_back) in
                (1..200).flat_map(|n| (0..GUARD_CHARACTERS.min(n)).map(move |m| (n, m)))
            {
                let sleep = pacing.sleep_time(arrived - held_back, frame * 2);
                assert!(
                    sleep < pacing.time_of(200 - arrived),
                    "{mode}: {arrived}, {held_back}"
                );
            }
        }
    }

    #[test]
    fn a_next_frame_that_is_late_is_awaited_awake() {
        assert_eq!(steady().sleep_time(0, ms(4000)), Duration::ZERO);
    }

    #[test]
    fn predicts_only_after_two_equal_frames_at_pace() {
        let mut pacing = Pacing::new(Mode::Standard, true);
        assert_eq!(pacing.sleep_time(10, ms(0)), Duration::ZERO);
        pacing.push_frame(865, false, ms(1000));
        assert_eq!(pacing.sleep_time(0, ms(1000)), Duration::ZERO);
        pacing.push_frame(905, false, ms(2000));
        assert_eq!(
            pacing.sleep_time(0, ms(2000)),
            Duration::ZERO,
            "another length"
        );
        pacing.push_frame(905, false, ms(2050));
        assert_eq!(
            pacing.sleep_time(0, ms(2050)),
            Duration::ZERO,
            "faster than the line can be"
        );
        pacing.push_frame(905, false, ms(3030));
        assert!(pacing.sleep_time(0, ms(3030)) > ms(900));
    }

    #[test]
    fn urgent_frames_networks_and_silence_have_no_prediction() {
        let mut pacing = Pacing::new(Mode::Historique, true);
        pacing.push_frame(222, true, ms(2000));
        pacing.push_frame(222, true, ms(4000));
        assert_eq!(pacing.sleep_time(0, ms(4000)), Duration::ZERO);

        let mut pacing = Pacing::new(Mode::Standard, false);
        pacing.push_frame(865, false, ms(1000));
        pacing.push_frame(865, false, ms(1920));
        assert_eq!(pacing.sleep_time(0, ms(1920)), Duration::ZERO);

        let mut pacing = steady();
        pacing.push_silence();
        assert_eq!(pacing.sleep_time(0, ms(9000)), SILENT_INTERVAL);
        pacing.push_bytes(8);
        assert_eq!(
            pacing.sleep_time(0, ms(9000)),
            Duration::ZERO,
            "the first frame after a silence is read as it arrives"
        );
    }

    #[test]
    fn a_backlog_is_read_at_once() {
        let mut pacing = steady();
        pacing.push_bytes(861);
        assert!(pacing.sleep_time(0, ms(1920)) > ms(800));
        pacing.push_bytes(4095);
        assert_eq!(pacing.sleep_time(0, ms(1920)), Duration::ZERO);
    }

    #[test]
    fn no_sleep_lets_the_tty_overflow() {
        let mut pacing = Pacing::new(Mode::Standard, true);
        pacing.push_frame(FRAME_LEN_MAX, false, ms(1000));
        pacing.push_frame(FRAME_LEN_MAX, false, ms(2820));
        let sleep = pacing.sleep_time(0, ms(2820));
        assert!(sleep < pacing.time_of(4095) / 2, "{sleep:?}");
    }
}
