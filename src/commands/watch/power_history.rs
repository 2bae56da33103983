//! The power of the last quarter of an hour and of the last day.
//!
//! Input: what the daemon keeps, and then what comes while the screen is open. Output: the columns of a plot, and the
//! tariff index at a moment. Bounded: a sample a second for a quarter of an hour, a step every two minutes for a day.
//! Times are seconds since the epoch of the host's clock. Where nothing is known there is no column, never a zero.

use std::collections::VecDeque;

use crate::dbus::PastPower;

/// The seconds that the plot shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlotRange {
    /// Fifteen minutes.
    #[default]
    Quarter,
    /// Twenty-four hours.
    Day,
}

impl PlotRange {
    /// How long it is, in seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Quarter => 900,
            Self::Day => 86_400,
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Quarter => Self::Day,
            Self::Day => Self::Quarter,
        }
    }
}

/// A column of the plot: what was withdrawn and injected, in VA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PowerColumn {
    /// The mean that was withdrawn.
    pub mean: i64,
    /// The highest that was withdrawn.
    pub highest: i64,
    /// The mean that was injected.
    pub injected: i64,
}

/// The power at a moment, or of a step of the day.
#[derive(Clone, Copy, Debug)]
struct PowerStep {
    at: i64,
    column: PowerColumn,
    tariff: u8,
    samples: i64,
}

/// The length of a step of the day.
const STEP: i64 = 120;
/// A sample stands for this time: frames of the historique mode come every few seconds.
const SAMPLE_SPAN: i64 = 8;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct PowerHistory {
    fine: VecDeque<PowerStep>,
    day: VecDeque<PowerStep>,
}

impl PowerHistory {
    /// Takes what the daemon keeps in the place of what was gathered here; without it nothing changes.
    pub fn load(&mut self, fine: Option<&[PastPower]>, day: Option<&[PastPower]>) {
        for (rows, steps, samples) in [(fine, &mut self.fine, 1), (day, &mut self.day, STEP)] {
            if let Some(rows) = rows {
                *steps = rows.iter().map(|row| step_of(row, samples)).collect();
                steps.make_contiguous().sort_by_key(|step| step.at);
            }
        }
    }

    /// Takes the power of this second.
    pub fn sample(&mut self, at: i64, withdrawn: i64, injected: i64, tariff: u8) {
        let column = PowerColumn {
            mean: withdrawn,
            highest: withdrawn,
            injected,
        };
        let sample = PowerStep {
            at,
            column,
            tariff,
            samples: 1,
        };
        match self.fine.back_mut() {
            Some(last) if last.at >= at => {
                *last = PowerStep {
                    at: last.at,
                    ..sample
                };
                return;
            }
            _ => self.fine.push_back(sample),
        }
        match self.day.back_mut() {
            Some(last) if at < last.at + STEP => last.add(sample),
            _ => self.day.push_back(PowerStep {
                at: at - at.rem_euclid(STEP),
                ..sample
            }),
        }
        forget(
            &mut self.fine,
            at - PlotRange::Quarter.seconds() - SAMPLE_SPAN,
        );
        forget(&mut self.day, at - PlotRange::Day.seconds() - STEP);
    }

    /// So many columns of the time until `now`.
    pub fn columns(&self, range: PlotRange, now: i64, count: usize) -> Vec<Option<PowerColumn>> {
        let length = range.seconds();
        let from = now - length;
        let steps = self.steps(range);
        let width = i64::try_from(count).unwrap_or(i64::MAX).max(1);
        let column_at = |at: i64| {
            let at = at.clamp(from, now - 1) - from;
            usize::try_from(at * width / length).unwrap_or(0)
        };
        let mut sums = vec![(PowerColumn::default(), 0_i64); count];
        for (place, (step, span)) in steps.iter().enumerate() {
            let next = steps.get(place + 1).map_or(i64::MAX, |(next, _)| next.at);
            let until = (step.at + span).min(next).min(now);
            if step.at > now || until <= from {
                continue;
            }
            let (first, last) = (column_at(step.at), column_at(until.max(step.at + 1) - 1));
            for (sum, seconds) in sums.iter_mut().take(last + 1).skip(first) {
                sum.mean += step.column.mean;
                sum.highest = sum.highest.max(step.column.highest);
                sum.injected += step.column.injected;
                *seconds += 1;
            }
        }
        let mean = |(sum, steps): (PowerColumn, i64)| {
            (steps > 0).then(|| PowerColumn {
                mean: sum.mean / steps,
                injected: sum.injected / steps,
                ..sum
            })
        };
        sums.into_iter().map(mean).collect()
    }

    /// The steps of a range, each with the time that it stands for. Before the first second that is known, as after a start of
    /// the daemon, a quarter of an hour has the steps of the day. One that was begun here is not known from its start on.
    fn steps(&self, range: PlotRange) -> Vec<(&PowerStep, i64)> {
        let first = self.fine.front().map_or(i64::MAX, |step| step.at);
        let is_shown = |step: &&PowerStep| match range {
            PlotRange::Quarter => step.at < first && step.samples >= STEP,
            PlotRange::Day => true,
        };
        let day = self.day.iter().filter(is_shown).map(|step| (step, STEP));
        let has_fine = range == PlotRange::Quarter;
        let fine = self.fine.iter().filter(|_| has_fine);
        day.chain(fine.map(|step| (step, SAMPLE_SPAN))).collect()
    }

    /// The tariff index at a moment of the last day, if it is known.
    pub fn tariff_at(&self, at: i64) -> Option<u8> {
        [(&self.fine, SAMPLE_SPAN), (&self.day, STEP)]
            .into_iter()
            .find_map(|(steps, span)| {
                let after = steps.partition_point(|step| step.at <= at);
                let step = steps.get(after.checked_sub(1)?)?;
                (at < step.at + span && step.tariff > 0).then_some(step.tariff)
            })
    }

    /// Each change of the tariff index in the last day: when, and to which.
    pub fn tariff_changes(&self) -> Vec<(i64, u8)> {
        let known = self.day.iter().filter(|step| step.tariff > 0);
        let pairs = known.clone().zip(known.skip(1));
        pairs
            .filter(|(before, after)| before.tariff != after.tariff)
            .map(|(_, after)| (after.at, after.tariff))
            .collect()
    }

    /// Whether the most of a day is known: what it shows is then worth being called a day.
    pub fn has_day(&self) -> bool {
        let steps = i64::try_from(self.day.len()).unwrap_or(i64::MAX);
        steps >= PlotRange::Day.seconds() / STEP / 2
    }
}

impl PowerStep {
    fn add(&mut self, sample: Self) {
        let mean = |old: i64, new: i64| (old * self.samples + new) / (self.samples + 1);
        self.column.mean = mean(self.column.mean, sample.column.mean);
        self.column.injected = mean(self.column.injected, sample.column.injected);
        self.column.highest = self.column.highest.max(sample.column.highest);
        self.samples += 1;
        if sample.tariff > 0 {
            self.tariff = sample.tariff;
        }
    }
}

fn step_of(row: &PastPower, samples: i64) -> PowerStep {
    PowerStep {
        at: row.start.0.div_euclid(1_000_000),
        column: PowerColumn {
            mean: row.mean.into(),
            highest: row.highest.into(),
            injected: row.injected_mean.into(),
        },
        tariff: row.tariff_index,
        samples,
    }
}

fn forget(steps: &mut VecDeque<PowerStep>, before: i64) {
    while steps.front().is_some_and(|step| step.at < before) {
        steps.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::Timestamp;

    fn row(start: i64, mean: u32, tariff_index: u8) -> PastPower {
        PastPower {
            start: Timestamp(start * 1_000_000),
            mean,
            highest: mean + 10,
            injected_mean: 0,
            injected_highest: 0,
            tariff_index,
        }
    }

    fn means(history: &PowerHistory, range: PlotRange, now: i64, count: usize) -> Vec<Option<i64>> {
        let columns = history.columns(range, now, count);
        columns
            .into_iter()
            .map(|column| Some(column?.mean))
            .collect()
    }

    #[test]
    fn what_is_not_known_is_no_column() {
        let mut history = PowerHistory::default();
        assert_eq!(means(&history, PlotRange::Quarter, 900, 3), [None; 3]);
        for at in 600..900 {
            history.sample(at, 300, 0, 1);
        }
        assert_eq!(
            means(&history, PlotRange::Quarter, 900, 3),
            [None, None, Some(300)]
        );
        assert_eq!(history.columns(PlotRange::Quarter, 900, 0), []);
    }

    #[test]
    fn a_sample_stands_until_the_next_and_not_for_long() {
        let mut history = PowerHistory::default();
        for at in [880, 884, 899] {
            history.sample(at, 100, 0, 0);
        }
        let columns = means(&history, PlotRange::Quarter, 900, 900);
        let known: Vec<usize> = (0..900).filter(|at| columns[*at].is_some()).collect();
        assert_eq!(known, (880..892).chain([899]).collect::<Vec<_>>());
    }

    #[test]
    fn what_the_daemon_keeps_goes_on_with_what_comes() {
        let mut history = PowerHistory::default();
        let rows: Vec<PastPower> = (0..720)
            .map(|step| row(step * 120, 500, if step < 360 { 1 } else { 2 }))
            .collect();
        history.load(None, Some(&rows));
        assert!(history.has_day());
        assert_eq!(history.tariff_changes(), [(43_200, 2)]);
        assert_eq!(history.tariff_at(100), Some(1));
        assert_eq!(history.tariff_at(86_399), Some(2));
        assert_eq!(history.tariff_at(90_000), None);
        history.sample(86_400, 900, 0, 3);
        history.sample(86_401, 1100, 0, 3);
        assert_eq!(history.tariff_at(86_401), Some(3));
        let columns = history.columns(PlotRange::Day, 86_520, 720);
        let last = columns[719].unwrap();
        assert_eq!((last.mean, last.highest), (1000, 1100));
        assert_eq!(columns[0].unwrap().mean, 500);
        history.load(None, None);
        assert_eq!(history.tariff_at(86_401), Some(3), "nothing is lost");
    }

    /// After a start of the daemon its seconds are gone, and its minutes are not.
    #[test]
    fn before_the_first_second_there_are_the_steps_of_the_day() {
        let mut history = PowerHistory::default();
        let day: Vec<PastPower> = (0..8).map(|step| row(step * 120, 500, 1)).collect();
        let fine: Vec<PastPower> = (790..795).map(|at| row(at, 80, 1)).collect();
        history.load(Some(&fine), Some(&day));
        let columns = means(&history, PlotRange::Quarter, 900, 900);
        assert_eq!(columns[0], Some(500));
        assert_eq!(columns[789], Some(500));
        assert_eq!(columns[790], Some(80));
        assert_eq!(columns[899], None, "after it nothing is made up");
    }

    #[test]
    fn memory_is_bounded() {
        let mut history = PowerHistory::default();
        for at in 0..200_000 {
            history.sample(at, 1, 0, 0);
        }
        assert!(history.fine.len() <= 910 && history.day.len() <= 722);
    }
}
