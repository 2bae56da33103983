//! How far the meter's clock is from the host's.
//!
//! DATE is the second in which the meter made its snapshot, at the start of the frame: at the end of it, DATE is as old as
//! the frame is long on the wire, and half a second more on the mean, since it is cut to whole seconds. The median of several
//! frames is taken, and what is published changes only when that is clearly nearer to another second.
//!
//! Each frame gives the meter's clock against the host's clock that never jumps. The wall clock is compared at the end, so
//! that a step of it (a machine without a battery at start) counts at once.

use core::time::Duration;

use crate::meter::group_value::GroupValue;
use crate::meter::part::{Context, Part, Reset, Save};
use crate::meter::quantity::Key;
use crate::meter::reading::Reading;
use crate::meter::value::{Moment, Value};
use crate::tic::{Frame, FrameEnd, Label};

/// Frames that the median is of. Their period is no second, so that each has its DATE cut at another place.
const FRAMES: usize = 15;
/// What is published stands while the median is within this of it, in microseconds. More than half a second.
const HYSTERESIS: i64 = 800_000;
/// The mean of what DATE lacks of a second, in microseconds.
const HALF_SECOND: i64 = 500_000;

/// The drift: seconds, positive when the meter is ahead.
#[derive(Clone, Debug, Default)]
pub struct ClockDrift {
    /// The meter's clock minus the host's clock that never jumps, in microseconds, of the last frames.
    offsets: [i64; FRAMES],
    /// Frames taken.
    taken: usize,
    published: Option<i64>,
}

impl ClockDrift {
    /// Takes an undamaged frame: its DATE in seconds since the epoch, its time on the wire, and its end.
    fn push(&mut self, date: i64, on_wire: Duration, end: Moment) {
        let Some(wall) = end.wall else {
            self.published = None;
            return;
        };
        let date = date.saturating_mul(1_000_000);
        // A recording is decoded with its DATE for the time: there is no second clock to compare with.
        if wall.0 == date {
            return;
        }
        let mono = micros(end.mono);
        let meter = date + HALF_SECOND + micros(on_wire);
        if let Some(place) = self.offsets.get_mut(self.taken % FRAMES) {
            *place = meter.saturating_sub(mono);
            self.taken += 1;
        }
        if let Some(median) = self.median() {
            let drift = median.saturating_add(mono).saturating_sub(wall.0);
            let stands = |seconds: &i64| (seconds * 1_000_000 - drift).abs() <= HYSTERESIS;
            self.published = self
                .published
                .filter(stands)
                .or(Some((drift + HALF_SECOND).div_euclid(1_000_000)));
        }
    }

    fn median(&self) -> Option<i64> {
        let mut sorted = self.offsets;
        sorted.sort_unstable();
        let middle = sorted.get(FRAMES / 2).copied();
        middle.filter(|_| self.taken >= FRAMES)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

impl Part for ClockDrift {
    fn on_frame(&mut self, frame: &Frame, context: &Context<'_>) -> Save {
        let date = context
            .values
            .fresh(Label::DATE)
            .and_then(GroupValue::horodate);
        if let Some(date) = date
            && !frame.is_damaged()
            && frame.end() == FrameEnd::Etx
        {
            let bits = frame.wire_len() as u64 * 10;
            let on_wire = Duration::from_micros(bits * 1_000_000 / u64::from(frame.mode().baud()));
            self.push(date.unix(), on_wire, context.now);
        }
        Save::Later
    }

    fn reset(&mut self, _: Reset) {
        *self = Self::default();
    }

    fn fill(&self, context: &Context<'_>, reading: &mut Reading) {
        let is_current = context.values.get(Label::DATE).is_some();
        let drift = self.published.filter(|_| is_current);
        reading.set(Key::CLOCK_DRIFT, drift.map(Value::Signed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::value::Timestamp;

    /// 2026-11-24T12:00:00Z.
    const START: i64 = 1_795_521_600;
    const ON_WIRE: Duration = Duration::from_micros(901_042);

    /// Frames 0.92 s apart from a meter whose clock is `ahead` seconds ahead; `late` is how late each is read, in
    /// milliseconds. Returns all that was published, without repetitions.
    fn published(drift: &mut ClockDrift, ahead: f64, step: i64, late: &[u32]) -> Vec<Option<i64>> {
        let mut published = vec![drift.published];
        for (number, late) in (0..200).zip(late.iter().cycle()) {
            let begin = f64::from(number) * 0.92;
            let end = begin + ON_WIRE.as_secs_f64() + f64::from(*late) / 1000.0;
            #[expect(clippy::cast_possible_truncation, reason = "seconds of a test")]
            let (date, mono) = (START + (begin + ahead).floor() as i64, (end * 1e6) as i64);
            let moment = Moment {
                wall: Some(Timestamp((START + step) * 1_000_000 + mono)),
                mono: Duration::from_micros(mono.unsigned_abs()),
            };
            drift.push(date, ON_WIRE, moment);
            published.push(drift.published);
        }
        published.dedup();
        published
    }

    #[test]
    fn the_drift_is_found_to_the_second_and_does_not_flicker() {
        for (ahead, seconds) in [(0.0, 0), (-3.0, -3), (7.0, 7), (12_600.0, 12_600), (0.3, 0)] {
            let mut drift = ClockDrift::default();
            let all = published(&mut drift, ahead, 0, &[2, 5, 80, 3]);
            assert_eq!(all, [None, Some(seconds)], "{ahead}");
        }
    }

    #[test]
    fn between_two_seconds_one_of_them_stands() {
        let mut drift = ClockDrift::default();
        let all = published(&mut drift, 2.5, 0, &[2, 40, 10]);
        assert!(all == [None, Some(2)] || all == [None, Some(3)], "{all:?}");
    }

    #[test]
    fn a_host_clock_that_is_set_counts_at_once() {
        let mut drift = ClockDrift::default();
        published(&mut drift, 0.0, 0, &[2]);
        let all = published(&mut drift, 0.0, -86_400, &[2]);
        assert_eq!(all, [Some(0), Some(86_400)]);
    }

    #[test]
    fn a_few_frames_that_came_late_move_nothing() {
        let mut drift = ClockDrift::default();
        let all = published(&mut drift, 0.0, 0, &[2, 2, 2, 2, 2, 1500, 2, 2, 2, 2]);
        assert_eq!(all, [None, Some(0)]);
    }

    #[test]
    fn without_a_second_clock_there_is_no_drift() {
        let mut drift = ClockDrift::default();
        for second in 0..20 {
            let mono = Duration::from_secs(second);
            let date = START + i64::try_from(second).unwrap();
            let wall = Some(Timestamp(date * 1_000_000));
            drift.push(date, ON_WIRE, Moment { wall, mono });
            drift.push(date, ON_WIRE, Moment { wall: None, mono });
        }
        assert_eq!(drift.published, None);
    }
}
