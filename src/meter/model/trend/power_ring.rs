//! The power of the last seconds and minutes, each in its slot.
//!
//! A slot is found by its time: the number of the second or minute modulo the length of the ring. Beside its value it has how
//! often the ring had gone round then, so that nothing has to be wiped when time passes without a frame or a clock is set.

use super::compact::{OptionalI24, U24};

/// The power of a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerRow {
    /// The start, in microseconds since the epoch, UTC.
    pub start: u64,
    /// The mean that was withdrawn, in VA.
    pub mean: u32,
    /// The highest that was withdrawn, in VA.
    pub highest: u32,
    /// The mean that was injected, in VA; 0 also for a meter that does not measure it.
    pub injected_mean: u32,
    /// The highest that was injected, in VA.
    pub injected_highest: u32,
    /// The index in force at its end; 0 while none is known.
    pub tariff_index: u8,
}

/// The active power of a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivePowerRow {
    /// The start, in microseconds since the epoch, UTC.
    pub start: u64,
    /// The mean, in W; negative when injecting.
    pub mean: i32,
}

/// What is known of a second or a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PowerPoint {
    pub mean: u32,
    pub highest: u32,
    pub injected_mean: u32,
    pub injected_highest: u32,
    /// In W.
    pub active: Option<i32>,
    pub tariff_index: u8,
}

/// Points that are added up.
#[derive(Clone, Copy, Debug, Default)]
pub struct PointSum {
    count: u64,
    mean: u64,
    injected: u64,
    active: i64,
    active_count: i64,
    /// With the highest and the last of all.
    last: PowerPoint,
}

impl PointSum {
    /// Adds a point, which counts as much as any other.
    pub fn add(&mut self, point: &PowerPoint) {
        self.count += 1;
        self.mean += u64::from(point.mean);
        self.injected += u64::from(point.injected_mean);
        if let Some(active) = point.active {
            self.active += i64::from(active);
            self.active_count += 1;
        }
        let last = &mut self.last;
        last.highest = last.highest.max(point.highest);
        last.injected_highest = last.injected_highest.max(point.injected_highest);
        if point.tariff_index != 0 {
            last.tariff_index = point.tariff_index;
        }
    }

    /// All of them as one point; `None` of none.
    pub fn point(&self) -> Option<PowerPoint> {
        let mean = |sum: u64| {
            let rounded = (2 * sum + self.count).checked_div(2 * self.count)?;
            u32::try_from(rounded).ok()
        };
        let active = (2 * self.active + self.active_count)
            .checked_div_euclid(2 * self.active_count)
            .and_then(|mean| i32::try_from(mean).ok());
        Some(PowerPoint {
            mean: mean(self.mean)?,
            injected_mean: mean(self.injected)?,
            active,
            ..self.last
        })
    }
}

/// A kind of slot.
pub trait RingSlot: Copy + Default {
    /// How many slots the ring has.
    const COUNT: usize;
    /// The length of its time, in seconds.
    const SPAN: i64;

    /// With this point, in the so many-th round of the ring.
    fn filled(round: U24, point: &PowerPoint) -> Self;
    /// The round; 0: nothing was ever kept there.
    fn round(&self) -> U24;
    /// The point.
    fn point(&self) -> PowerPoint;
}

/// A quarter of an hour by the second.
#[derive(Clone, Copy, Debug, Default)]
pub struct SecondSlot {
    round: U24,
    power: U24,
    injected: U24,
    active: OptionalI24,
    tariff_index: u8,
}

impl RingSlot for SecondSlot {
    const COUNT: usize = 900;
    const SPAN: i64 = 1;

    fn filled(round: U24, point: &PowerPoint) -> Self {
        Self {
            round,
            power: U24::new(point.mean),
            injected: U24::new(point.injected_mean),
            active: OptionalI24::new(point.active),
            tariff_index: point.tariff_index,
        }
    }

    fn round(&self) -> U24 {
        self.round
    }

    fn point(&self) -> PowerPoint {
        let (power, injected) = (self.power.get(), self.injected.get());
        PowerPoint {
            mean: power,
            highest: power,
            injected_mean: injected,
            injected_highest: injected,
            active: self.active.get(),
            tariff_index: self.tariff_index,
        }
    }
}

/// Two days by the minute.
#[derive(Clone, Copy, Debug, Default)]
pub struct MinuteSlot {
    round: U24,
    mean: U24,
    highest: U24,
    injected_mean: U24,
    injected_highest: U24,
    active: OptionalI24,
    tariff_index: u8,
}

impl RingSlot for MinuteSlot {
    const COUNT: usize = 2880;
    const SPAN: i64 = 60;

    fn filled(round: U24, point: &PowerPoint) -> Self {
        Self {
            round,
            mean: U24::new(point.mean),
            highest: U24::new(point.highest),
            injected_mean: U24::new(point.injected_mean),
            injected_highest: U24::new(point.injected_highest),
            active: OptionalI24::new(point.active),
            tariff_index: point.tariff_index,
        }
    }

    fn round(&self) -> U24 {
        self.round
    }

    fn point(&self) -> PowerPoint {
        PowerPoint {
            mean: self.mean.get(),
            highest: self.highest.get(),
            injected_mean: self.injected_mean.get(),
            injected_highest: self.injected_highest.get(),
            active: self.active.get(),
            tariff_index: self.tariff_index,
        }
    }
}

/// A ring of slots. Times are in seconds since the epoch.
#[derive(Debug, Default)]
pub struct PowerRing<S> {
    /// Empty until the first point.
    slots: Vec<S>,
}

impl<S: RingSlot> PowerRing<S> {
    /// The place of a time, and the round. None of a time so long ago that a clock was not set.
    fn place(time: i64) -> Option<(usize, U24)> {
        let number = u64::try_from(time.div_euclid(S::SPAN)).ok()?;
        let count = u64::try_from(S::COUNT).ok()?;
        let round = u32::try_from(number / count).ok()?;
        let place = usize::try_from(number % count).ok()?;
        (1..=U24::MAX)
            .contains(&round)
            .then(|| (place, U24::new(round)))
    }

    /// Keeps the point of the slot of this time, in the place of what was there.
    pub fn set(&mut self, time: i64, point: &PowerPoint) {
        let Some((place, round)) = Self::place(time) else {
            return;
        };
        if self.slots.is_empty() {
            self.slots = vec![S::default(); S::COUNT];
        }
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = S::filled(round, point);
        }
    }

    /// The point of the slot of this time.
    pub fn get(&self, time: i64) -> Option<PowerPoint> {
        let (place, round) = Self::place(time)?;
        let slot = self.slots.get(place)?;
        (slot.round() == round).then(|| slot.point())
    }

    /// What is known in spans of `step` seconds, which begin from `since` on, up to `now`: the start of each span, and its
    /// points as one. Spans begin at the multiples of their length since the epoch. Bounded by the length of the ring.
    pub fn spans(
        &self,
        since: i64,
        step: i64,
        now: i64,
    ) -> impl Iterator<Item = (i64, PowerPoint)> + '_ {
        let step = step.max(S::SPAN);
        let kept = i64::try_from(S::COUNT).unwrap_or(i64::MAX) * S::SPAN;
        let newest = now - now.rem_euclid(S::SPAN);
        let oldest = newest - kept + S::SPAN;
        let first = since.saturating_add(step - 1);
        let first = (first - first.rem_euclid(step)).max(oldest);
        let times = (0..S::COUNT)
            .filter_map(|slot| Some(i64::try_from(slot).ok()? * S::SPAN))
            .map(move |after| oldest + after)
            .filter(move |time| *time >= first);
        let mut known = times
            .filter_map(move |time| Some((time - time.rem_euclid(step), self.get(time)?)))
            .peekable();
        std::iter::from_fn(move || {
            let (start, first) = known.next()?;
            let mut sum = PointSum::default();
            sum.add(&first);
            while let Some((_, point)) = known.next_if(|(next, _)| *next == start) {
                sum.add(&point);
            }
            Some((start, sum.point()?))
        })
    }

    /// The memory that it holds, in bytes.
    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.slots.capacity() * size_of::<S>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_518_951;

    fn point(power: u32) -> PowerPoint {
        PowerPoint {
            mean: power,
            highest: power,
            ..PowerPoint::default()
        }
    }

    #[test]
    fn a_slot_is_compact() {
        assert_eq!(size_of::<SecondSlot>(), 13);
        assert_eq!(size_of::<MinuteSlot>(), 19);
    }

    #[test]
    fn what_is_older_than_the_ring_is_gone_without_being_wiped() {
        let mut ring = PowerRing::<SecondSlot>::default();
        assert_eq!(ring.spans(0, 1, NOW).count(), 0);
        ring.set(NOW, &point(5));
        assert_eq!(ring.get(NOW), Some(point(5)));
        assert_eq!(ring.get(NOW + 900), None);
        assert_eq!(ring.spans(0, 1, NOW + 899).count(), 1);
        assert_eq!(ring.spans(0, 1, NOW + 900).count(), 0);
        assert_eq!(ring.spans(0, 1, NOW - 1).count(), 0, "later than now");
        for time in [0, -5, 899, i64::MAX, i64::MIN] {
            ring.set(time, &point(1));
            assert_eq!(ring.get(time), None, "{time}");
        }
    }

    #[test]
    fn spans_begin_at_multiples_of_their_length() {
        let mut ring = PowerRing::<SecondSlot>::default();
        for second in 0..60 {
            ring.set(NOW + second, &point(u32::try_from(second).unwrap()));
        }
        let rows: Vec<_> = ring.spans(NOW, 20, NOW + 59).collect();
        let starts: Vec<_> = rows.iter().map(|(start, _)| start - NOW).collect();
        assert_eq!(starts, [9, 29, 49]);
        let (_, middle) = rows[1];
        assert_eq!((middle.mean, middle.highest), (39, 48));
        let all: Vec<_> = ring.spans(0, 20, NOW + 59).collect();
        assert_eq!(all.len(), 4, "the first is known in part");
        assert_eq!(all[0].0, NOW - 11);
    }

    #[test]
    fn means_are_rounded_to_the_nearest() {
        let mut sum = PointSum::default();
        assert_eq!(sum.point(), None);
        for (power, active) in [(1, Some(-3)), (2, Some(-4)), (2, None)] {
            let active = PowerPoint {
                active,
                ..point(power)
            };
            sum.add(&active);
        }
        let point = sum.point().unwrap();
        assert_eq!((point.mean, point.highest, point.active), (2, 2, Some(-3)));
    }
}
