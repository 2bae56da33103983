//! Counters: what the energy indexes go on by, and nothing else.
//!
//! A counter starts at the value that its index has when it is first read, and adds what the index goes on by. What is no consumption
//! never enters it: another meter, a reset, a contract or mode that moves an index; and a correction takes back exactly what
//! the wrong value added. So a counter is the sum of its indexes and an *offset*, which changes only then.
//!
//! | what happens to an index | offset of its counters |
//! |---|---|
//! | it goes on | stays |
//! | it is read for the first time, at `i` | less `i` |
//! | it jumps from `a` to `b` | less `b - a` |
//! | it is corrected | takes back what the wrong step changed in it |
//! | it is forgotten, at `i` (another meter, mode or contract) | plus `i` |
//! | another mode's index continues it | plus what was used meanwhile ([`mode_switch`](super::mode_switch)) |
//!
//! On disk are the offsets, written at once when they change, and the indexes that they go with: energy that is used while
//! the daemon is off is counted. Those are written when an index, or a meter, no longer goes on as expected (`Save::Soon`): a
//! daemon that is killed before another is accepted has counted all that it read. Invariant: a counter falls only by a correction.
//!
//! The day figures are made here too, of each counter by its [`DayCounter`]: what it was at midnight is kept with the
//! offset that it goes with.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::derive::energy;
use super::group_value::GroupValue;
use super::mode_switch::{CountedIndexes, steps};
use super::model::day::{DayCounter, DayTime};
use super::part::{Context, Finding, Part, Reset, Save};
use super::quantity::Key;
use super::reading::Reading;
use super::value::{Moment, Value};
use crate::tic::{Frame, Label, Mode, Role};

/// The counters, and the indexes that they count on.
#[derive(Debug, Default)]
pub struct Counters {
    offsets: BTreeMap<Key, i64>,
    indexes: BTreeMap<Label, Index>,
    /// The label of the contract that the indexes are of.
    contract: Option<String>,
    days: BTreeMap<Key, DayCounter>,
    /// When the last frame was taken in this start.
    last_frame: Option<(Moment, Mode)>,
    /// Since the mode was switched, until the total is known in the new one.
    switch: Option<ModeSwitch>,
}

/// A switch of the mode that is under way.
#[derive(Debug)]
struct ModeSwitch {
    /// The time of the last frame of the former mode, and the indexes by then.
    at: Moment,
    from: CountedIndexes,
    /// The first indexes of the new mode.
    to: BTreeMap<Label, i64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Index {
    /// The last accepted value.
    value: i64,
    /// How much of its last step was no consumption.
    excluded: i64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct SavedCounters {
    offsets: BTreeMap<String, i64>,
    indexes: BTreeMap<String, i64>,
    contract: Option<String>,
    days: BTreeMap<String, DayCounter>,
}

/// The counters, in the order of the table: few of its rows, and walked through several times a frame.
static COUNTERS: LazyLock<Vec<Key>> =
    LazyLock::new(|| Key::all().filter(|key| key.counts().is_some()).collect());

/// The day figures, each with its counter.
static DAY_FIGURES: LazyLock<Vec<(Key, Key)>> = LazyLock::new(|| {
    let figure = |key: Key| Some((key, key.since_midnight()?));
    Key::all().filter_map(figure).collect()
});

/// The index that each counter counts on in this mode: the sum of the values of its labels. One without any is left out.
fn counted_indexes(
    counters: impl Iterator<Item = Key>,
    mode: Mode,
    value: impl Fn(&Label) -> Option<i64>,
) -> CountedIndexes {
    let index = |counter| {
        let known: Vec<i64> = labels(counter, mode).iter().filter_map(&value).collect();
        (!known.is_empty()).then(|| (counter, known.iter().sum()))
    };
    counters.filter_map(index).collect()
}

fn labels(counter: Key, mode: Mode) -> &'static [Label] {
    counter.row().source(mode).labels()
}

impl Counters {
    /// Changes the offset of the counters of a label; that is saved at once, if there are any.
    fn shift(&mut self, label: Label, by: i64) -> Save {
        let mut save = Save::Later;
        for (counter, offset) in &mut self.offsets {
            if labels(*counter, label.mode()).contains(&label) {
                *offset = offset.saturating_add(by);
                save = Save::Now;
            }
        }
        save
    }

    /// Forgets indexes: what they go on by is no consumption from here on.
    fn forget(&mut self, is_gone: impl Fn(Label) -> bool) {
        let gone: Vec<_> = self
            .indexes
            .keys()
            .copied()
            .filter(|l| is_gone(*l))
            .collect();
        for label in gone {
            if let Some(index) = self.indexes.remove(&label) {
                let _ = self.shift(label, index.value);
            }
        }
    }

    /// An index of another contract does not continue this one. The totals of the standard mode go on.
    fn follow_contract(&mut self, context: &Context<'_>) -> Save {
        let label = match context.mode {
            Mode::Standard => Label::NGTF,
            Mode::Historique => Label::OPTARIF,
        };
        let Some(contract) = context.values.get(label).map(GroupValue::text) else {
            return Save::Later;
        };
        if self.contract.as_deref() == Some(contract) {
            return Save::Later;
        }
        if self.contract.replace(contract.to_owned()).is_some() {
            self.forget(|label| !matches!(label.role(), Role::Total(_)));
        }
        Save::Now
    }

    /// Takes an accepted index.
    fn step(&mut self, label: Label, to: i64, finding: Option<&Finding>) -> Save {
        let Some(last) = self.indexes.get(&label).copied() else {
            let index = Index {
                value: to,
                excluded: 0,
            };
            self.indexes.insert(label, index);
            if let Some(switch) = &mut self.switch {
                switch.to.insert(label, to);
            }
            return self.shift(label, -to);
        };
        let step = to - last.value;
        if step == 0 {
            return Save::Later;
        }
        let (undone, excluded) = match finding {
            Some(Finding::Corrected { .. }) => (last.excluded, 0),
            Some(Finding::Jumped { .. }) => (0, step),
            // An index never falls; one that was remembered may be ahead of the meter's.
            _ => (0, step.min(0)),
        };
        let index = Index {
            value: to,
            excluded,
        };
        self.indexes.insert(label, index);
        match undone - excluded {
            0 => Save::Later,
            by => self.shift(label, by),
        }
    }

    /// Begins a switch of the mode; one during which no index was read goes on.
    fn begin_switch(&mut self) {
        let Some((at, mode)) = self.last_frame.filter(|_| !self.indexes.is_empty()) else {
            return;
        };
        let value = |label: &Label| Some(self.indexes.get(label)?.value);
        self.switch = Some(ModeSwitch {
            at,
            from: counted_indexes(self.offsets.keys().copied(), mode, value),
            to: BTreeMap::new(),
        });
    }

    /// Ends a switch of the mode once the total is known: what was used meanwhile is counted.
    fn end_switch(&mut self, context: &Context<'_>) -> Save {
        let is_known = index(Key::ENERGY_COUNTER, context).is_some();
        let Some(switch) = self.switch.take_if(|_| is_known) else {
            return Save::Later;
        };
        let value = |label: &Label| switch.to.get(label).copied();
        let to = counted_indexes(COUNTERS.iter().copied(), context.mode, value);
        let mut save = Save::Later;
        for (counter, step) in steps(&switch.from, &to, context.now.since(switch.at)) {
            if let Some(offset) = self.offsets.get_mut(&counter) {
                *offset = offset.saturating_add(step);
                save = Save::Now;
            }
        }
        save
    }

    /// Starts the counters whose quantity is known for the first time.
    fn start(&mut self, context: &Context<'_>) -> Save {
        let mut save = Save::Later;
        for counter in COUNTERS.iter().copied() {
            if self.offsets.contains_key(&counter) {
                continue;
            }
            if let Some(index) = index(counter, context) {
                let sum = self.sum(counter, context.mode);
                self.offsets.insert(counter, index.saturating_sub(sum));
                save = Save::Now;
            }
        }
        save
    }

    /// The value of a counter while its index is current.
    fn value(&self, counter: Key, context: &Context<'_>) -> Option<u64> {
        index(counter, context)?;
        let offset = self.offsets.get(&counter)?;
        u64::try_from(offset.saturating_add(self.sum(counter, context.mode))).ok()
    }

    /// Enters the counters into their day figures, at the time of this frame.
    fn follow_day(&mut self, context: &Context<'_>) -> Save {
        let mut save = Save::Later;
        let Some(now) = DayTime::of(context) else {
            return save;
        };
        for counter in COUNTERS.iter().copied() {
            if let Some(value) = self.value(counter, context) {
                let days = self.days.entry(counter);
                let days = days.or_insert_with(|| DayCounter::new(now));
                save = save.max(days.push(now, value));
            }
        }
        save
    }

    fn sum(&self, counter: Key, mode: Mode) -> i64 {
        let known = labels(counter, mode)
            .iter()
            .filter_map(|label| self.indexes.get(label));
        known.map(|index| index.value).sum()
    }
}

/// The current index that a counter counts on; of several that add up, only when all are known.
fn index(counter: Key, context: &Context<'_>) -> Option<i64> {
    let source = counter.counts()?.row().source(context.mode);
    let index = match source.read() {
        Some(_) => u64::from(context.values.first(source.labels())?.number()),
        None if source.labels().is_empty() => return None,
        None => energy(context.values)?,
    };
    i64::try_from(index).ok()
}

impl Part for Counters {
    fn on_frame(&mut self, _: &Frame, context: &Context<'_>) -> Save {
        let mut save = self.follow_contract(context);
        // A label of two counters is taken once: the second time its index does not move.
        for label in COUNTERS
            .iter()
            .flat_map(|counter| labels(*counter, context.mode))
        {
            let Some(value) = context.values.fresh(*label) else {
                continue;
            };
            let finding = context
                .findings
                .iter()
                .find(|finding| finding.label() == *label);
            save = save.max(self.step(*label, value.number().into(), finding));
        }
        save = save.max(self.end_switch(context));
        save = save.max(self.start(context));
        self.last_frame = Some((context.now, context.mode));
        save.max(self.follow_day(context))
    }

    fn reset(&mut self, reset: Reset) {
        match reset {
            Reset::Mode => self.begin_switch(),
            Reset::Meter => self.switch = None,
        }
        self.forget(|_| true);
        self.contract = None;
    }

    fn fill(&self, context: &Context<'_>, reading: &mut Reading) {
        for counter in self.offsets.keys() {
            let value = self.value(*counter, context);
            reading.set(*counter, value.map(Value::Int));
        }
        // Without a clock the day may be over.
        let has_clock = match context.mode {
            Mode::Standard => context.values.get(Label::DATE).is_some(),
            Mode::Historique => context.now.wall.is_some(),
        };
        let days = |counter: Key, reading: &Reading| {
            let value = reading.int(counter).filter(|_| has_clock)?;
            Some((self.days.get(&counter)?, value))
        };
        for (key, counter) in DAY_FIGURES.iter().copied() {
            let today = days(counter, reading).and_then(|(days, value)| days.today(value));
            reading.set(key, today.map(Value::Int));
        }
        let yesterday = days(Key::ENERGY_COUNTER, reading).and_then(|(days, _)| days.yesterday());
        reading.set(Key::ENERGY_YESTERDAY, yesterday.map(Value::Int));
    }

    fn save(&self, _: Mode) -> Option<serde_json::Value> {
        let offsets = self
            .offsets
            .iter()
            .map(|(key, offset)| (key.row().key.to_owned(), *offset));
        let indexes = self
            .indexes
            .iter()
            .map(|(label, index)| (label.name().to_owned(), index.value));
        let days = self
            .days
            .iter()
            .map(|(key, days)| (key.row().key.to_owned(), days.clone()));
        serde_json::to_value(SavedCounters {
            offsets: offsets.collect(),
            indexes: indexes.collect(),
            contract: self.contract.clone(),
            days: days.collect(),
        })
        .ok()
    }

    fn restore(&mut self, saved: serde_json::Value, mode: Mode) {
        let SavedCounters {
            offsets,
            indexes,
            contract,
            days,
        } = serde_json::from_value(saved).unwrap_or_default();
        let offsets = offsets
            .into_iter()
            .filter_map(|(key, offset)| Some((Key::named(&key)?, offset)));
        self.offsets = offsets.filter(|(key, _)| key.counts().is_some()).collect();
        let indexes = indexes.into_iter().filter_map(|(name, value)| {
            let index = Index { value, excluded: 0 };
            Some((Label::find(mode, &name)?, index))
        });
        self.indexes = indexes.collect();
        self.contract = contract;
        // The value of a counter at midnight is of no use without its offset.
        let days = days
            .into_iter()
            .filter_map(|(key, days)| Some((Key::named(&key)?, days)));
        self.days = days
            .filter(|(key, _)| self.offsets.contains_key(key))
            .collect();
    }
}
