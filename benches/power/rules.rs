//! Other ways to get W out of a meter, to compare with.

use std::collections::VecDeque;

use linky_sensor::meter::model::power::{ActivePower, PowerSample};

/// A way to get W.
pub trait Rule {
    /// The W after this frame; `None` while there are none.
    fn push(&mut self, sample: &PowerSample) -> Option<f64>;
}

/// The model of this project.
impl Rule for ActivePower {
    fn push(&mut self, sample: &PowerSample) -> Option<f64> {
        Self::push(self, sample);
        self.power(sample.time)
    }
}

/// The apparent power taken for the active one, as most dashboards do.
pub struct ApparentPower;

impl Rule for ApparentPower {
    fn push(&mut self, sample: &PowerSample) -> Option<f64> {
        let injected = f64::from(sample.apparent_injected.unwrap_or(0));
        sample
            .apparent
            .map(|apparent| f64::from(apparent) - injected)
    }
}

/// The indexes at a moment: seconds, and Wh withdrawn less injected.
#[derive(Clone, Copy)]
struct Indexes {
    time: f64,
    withdrawn: f64,
    injected: f64,
}

impl Indexes {
    fn of(sample: &PowerSample) -> Option<Self> {
        Some(Self {
            time: sample
                .meter_time
                .map_or(sample.time.as_secs_f64(), |time| time as f64),
            withdrawn: sample.energy? as f64,
            injected: sample.energy_injected.unwrap_or(0) as f64,
        })
    }

    fn is(&self, other: &Self) -> bool {
        (self.withdrawn, self.injected) == (other.withdrawn, other.injected)
    }

    /// Mean W from another moment to this one.
    fn since(&self, other: &Self) -> Option<f64> {
        let seconds = self.time - other.time;
        let energy = (self.withdrawn - other.withdrawn) - (self.injected - other.injected);
        (seconds > 0.0).then(|| energy * 3600.0 / seconds)
    }
}

/// What the index counted in the last minute.
#[derive(Default)]
pub struct Window(VecDeque<Indexes>);

impl Rule for Window {
    fn push(&mut self, sample: &PowerSample) -> Option<f64> {
        const SECONDS: f64 = 60.0;
        let now = Indexes::of(sample)?;
        self.0.push_back(now);
        while self
            .0
            .get(1)
            .is_some_and(|next| now.time - next.time >= SECONDS)
        {
            self.0.pop_front();
        }
        let first = self
            .0
            .front()
            .filter(|first| now.time - first.time >= SECONDS)?;
        now.since(first)
    }
}

/// The rule of gmahieux/teleinfo2mqtt, in our words: over the last hundred frames, from the one in which the present index came
/// first, back to the one in which an index at least 2 Wh lower and at least 15 s older came first. 0 W if there is none.
#[derive(Default)]
pub struct TwoWattHours(VecDeque<Indexes>);

impl Rule for TwoWattHours {
    fn push(&mut self, sample: &PowerSample) -> Option<f64> {
        const FRAMES: usize = 100;
        self.0.push_front(Indexes::of(sample)?);
        self.0.truncate(FRAMES);
        // The oldest of the frames from `from` on that show the same index as it.
        let first_with = |from: usize| {
            let same = self
                .0
                .iter()
                .skip(from)
                .take_while(|other| other.is(&self.0[from]));
            from + same.count().saturating_sub(1)
        };
        let last = first_with(0);
        let far = |other: &Indexes| {
            let last = &self.0[last];
            let moved = (last.withdrawn - other.withdrawn).max(last.injected - other.injected);
            last.time - other.time >= 15.0 && moved >= 2.0
        };
        let older = (last..self.0.len()).find(|&frame| far(&self.0[frame]));
        let power = older.and_then(|older| self.0[last].since(&self.0[first_with(older)]));
        (self.0.len() > 5).then_some(power.unwrap_or(0.0))
    }
}
