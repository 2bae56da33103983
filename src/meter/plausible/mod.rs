//! Whether a value that passed the wire checks is plausible.
//!
//! The checksum has six bits: some damage gets past it, and past parity. So each group is compared with what is known of
//! the meter: energy only grows, and no faster than the connection can carry; a text is repeated. A group that fails is
//! *held*: the last good value stays current, and the next frames decide. Nothing is held for ever but what is
//! physically impossible: a real change repeats in later frames and is accepted then.
//!
//! A frame is *sound* if parity was checked. It is *quiet* if it is sound, or nothing in it was damaged.
//!
//! | rule | labels | accepted | held or waiting until |
//! |---|---|---|---|
//! | [`Rule::Index`] | energies | it follows the last good value, and the totals confirm it (`cross_check`), or the frame is quiet and they do not contradict it | the next value follows it, or a chain of them is long and old enough (`chain`: 2, 3 or 10 values, 60 s, 24 h) |
//! | [`Rule::Clock`] | DATE | it is not before the last good one, and after it by at most the elapsed time and 5 s; the first one in a sound frame | a chain of 3; of 2 after 60 s without DATE, or where the last good one was too late |
//! | [`Rule::Text`] | identity, contract, texts, dated values | it is the known value, or the first one in a sound frame | 2 equal frames, 3 for texts on a line that looks bad (`confirm`) |
//! | [`Rule::Maximum`] | the maxima of the day | as a text | as a text, but it may grow meanwhile; 60 s if it falls within the day |
//! | [`Rule::Register`] | STGE, RELAIS, NJOURF, MSG2 … | it is the known value, or the frame is sound | as a text |
//! | [`Rule::Instantaneous`] | powers, currents, voltages | it is physically possible (`bounds`): the next frame corrects a wrong one | the next possible value |
//!
//! Each label has its own track; they meet in `cross_check` alone. What each rule buys is measured: `docs/NOISE.md`, and
//! `safeguard` for the names. Inputs: the groups of a frame, the number of phases, the time. Output: a [`Verdict`] for each
//! group. Pure: time is an argument.

mod bounds;
mod chain;
mod confirm;
mod cross_check;
mod rule;
mod safeguard;
mod suspect_digits;

use core::time::Duration;
use std::collections::BTreeMap;

use self::chain::{Chain, Corroboration, StepContext};
use self::confirm::Confirmation;
use self::cross_check::{CrossCheck, FrameSums};
use super::group_value::GroupValue;
use super::memory::Baseline;
use super::part::{Part, Reset};
use super::value::Moment;
use crate::tic::{Frame, Group, Label, Mode, Role};

pub use self::rule::Rule;
pub use self::safeguard::{Safeguard, Safeguards};

/// The most power that a connection carries, in W: 90 A at 253 V, rounded up, and three times that where there may be three
/// phases (they are made for 60 A each). The subscribed power is a limit of the contract, not of physics.
const SINGLE_PHASE_POWER_MAX: i64 = 23_000;
const THREE_PHASE_POWER_MAX: i64 = 68_000;
/// The first value that an index of nine digits cannot have, in Wh or varh.
const INDEX_END: i64 = 1_000_000_000;

/// What was decided of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is accepted.
    Accept,
    /// It is accepted; another value that waited was wrong.
    AcceptAndDrop,
    /// An index that is accepted though it does not follow the last good one.
    Jump {
        /// The last good one.
        from: i64,
    },
    /// An index that is accepted; the last good one was wrong.
    Correct {
        /// The last good one.
        from: i64,
    },
    /// It waits for a second frame.
    Wait,
    /// It is not plausible.
    Hold,
}

impl Verdict {
    /// True if the value is accepted.
    pub fn is_accepted(self) -> bool {
        !matches!(self, Self::Wait | Self::Hold)
    }

    /// True if an implausible value was held: this one, or one that waited.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Hold | Self::AcceptAndDrop)
    }
}

/// What is known of the frame that a group came in.
#[derive(Clone, Copy, Debug)]
pub struct FrameContext<'a> {
    now: Moment,
    /// The most power that the connection carries, in W.
    power: i64,
    phases: Option<u8>,
    frame: &'a Frame,
    safeguards: Safeguards,
}

impl FrameContext<'_> {
    /// True if what passed the wire checks is most likely what was sent: only two wrong bits in one character get past parity.
    fn is_sound(&self) -> bool {
        self.frame.is_parity_checked()
    }

    /// True if the line does not look bad. Without parity, a line that damages what passes the sum damages far more that does
    /// not, and no frame of it is whole.
    fn is_quiet(&self) -> bool {
        self.is_sound() || !self.frame.is_damaged() || !self.has(Safeguard::QuietLine)
    }

    fn has(&self, rule: Safeguard) -> bool {
        self.safeguards.has(rule)
    }
}

#[derive(Clone, Debug, Default)]
struct Track {
    chain: Chain,
    confirmation: Confirmation,
}

/// The validator, and what it keeps of each label.
#[derive(Clone, Debug)]
pub struct Validator {
    tracks: Vec<Track>,
    cross_check: CrossCheck,
    /// Of the frame that is being validated.
    sums: FrameSums,
    safeguards: Safeguards,
}

impl Default for Validator {
    fn default() -> Self {
        Self {
            tracks: vec![Track::default(); Label::COUNT],
            cross_check: CrossCheck::default(),
            sums: FrameSums::default(),
            safeguards: Safeguards::default(),
        }
    }
}

impl Validator {
    /// Leaves rules out: for the noise benchmark.
    pub fn set_safeguards(&mut self, safeguards: Safeguards) {
        self.safeguards = safeguards;
    }

    /// A frame was received: what its groups are validated by. `phases` is the number of phases of the meter.
    pub fn begin_frame<'a>(
        &mut self,
        frame: &'a Frame,
        phases: Option<u8>,
        now: Moment,
    ) -> FrameContext<'a> {
        self.sums = self.sums_of(frame);
        FrameContext {
            now,
            phases,
            frame,
            power: if phases == Some(1) {
                SINGLE_PHASE_POWER_MAX
            } else {
                THREE_PHASE_POWER_MAX
            },
            safeguards: self.safeguards,
        }
    }

    fn sums_of(&self, frame: &Frame) -> FrameSums {
        FrameSums::of(frame, &|label| self.tracks.get(label.index())?.chain.good())
    }

    /// Validates a group of a known label. `known` is the last accepted value.
    pub fn validate(
        &mut self,
        label: Label,
        group: &Group<'_>,
        known: Option<&GroupValue>,
        context: &FrameContext<'_>,
    ) -> Verdict {
        let has = |rule| self.safeguards.has(rule);
        let corroboration = self.corroboration(label, group);
        let Some(track) = self.tracks.get_mut(label.index()) else {
            return Verdict::Hold;
        };
        let sound = context.is_sound();
        let verdict = match Rule::of(label) {
            Rule::Instantaneous if !has(Safeguard::Bounds) => Verdict::Accept,
            Rule::Instantaneous if bounds::is_possible(label, group.number(), context.phases) => {
                Verdict::Accept
            }
            Rule::Instantaneous => Verdict::Hold,
            Rule::Index if !has(Safeguard::Index) => Verdict::Accept,
            Rule::Index => index(&mut track.chain, group, corroboration, context),
            Rule::Clock if !has(Safeguard::Clock) => Verdict::Accept,
            Rule::Clock => clock(&mut track.chain, group, context),
            Rule::Register if sound || !has(Safeguard::Register) => Verdict::Accept,
            Rule::Text | Rule::Maximum
                if sound && known.is_none() && has(Safeguard::FirstAtOnce) =>
            {
                Verdict::Accept
            }
            Rule::Text | Rule::Maximum if !has(Safeguard::Repeat) => Verdict::Accept,
            Rule::Register | Rule::Text | Rule::Maximum => {
                track.confirmation.validate(label, group, known, context)
            }
        };
        // A value was accepted against the sums, or another contract may move the indexes of the supplier: what the sums were
        // expected to be does not hold any more.
        let is_against = corroboration == Corroboration::Contradicts;
        let is_contract = label.role() == Role::CalendarName && known.is_some();
        let is_new = || known.is_none_or(|known| !known.is(group));
        if verdict.is_accepted()
            && (is_against || is_contract)
            && is_new()
            && has(Safeguard::FreshSums)
        {
            self.cross_check = CrossCheck::default();
        }
        verdict
    }

    /// All groups of the frame were validated: learns from its sums.
    pub fn end_frame(&mut self) {
        self.cross_check.learn(&self.sums, self.safeguards);
    }

    fn corroboration(&self, label: Label, group: &Group<'_>) -> Corroboration {
        let last = self
            .tracks
            .get(label.index())
            .and_then(|track| track.chain.good());
        let corroboration = self.cross_check.about(
            label,
            group.number().into(),
            last,
            &self.sums,
            self.safeguards,
        );
        match corroboration {
            Corroboration::Contradicts if !self.safeguards.has(Safeguard::Contradiction) => {
                Corroboration::Silent
            }
            _ => corroboration,
        }
    }
}

impl Part for Validator {
    fn reset(&mut self, _: Reset) {
        *self = Self {
            safeguards: self.safeguards,
            ..Self::default()
        };
    }

    /// The last good indexes.
    fn save(&self, mode: Mode) -> Option<serde_json::Value> {
        let indexes = Label::all(mode).filter(|label| Rule::of(*label) == Rule::Index);
        let baselines = indexes.filter_map(|label| {
            let baseline = self.tracks.get(label.index())?.chain.baseline()?;
            Some((label.name().to_owned(), baseline))
        });
        serde_json::to_value(baselines.collect::<BTreeMap<_, _>>()).ok()
    }

    /// Values that cannot be an index are ignored: the file may be damaged.
    fn restore(&mut self, saved: serde_json::Value, mode: Mode) {
        let baselines: BTreeMap<String, Baseline> =
            serde_json::from_value(saved).unwrap_or_default();
        let is_index = |baseline: &Baseline| (0..INDEX_END).contains(&baseline.value);
        for (name, baseline) in baselines.into_iter().filter(|(_, b)| is_index(b)) {
            let label = Label::find(mode, &name);
            if let Some(track) = label.and_then(|label| self.tracks.get_mut(label.index())) {
                track.chain = Chain::remembering(baseline);
            }
        }
    }
}

/// An index follows another if it is not less, and not more than what the connection can have carried meanwhile:
/// power x (elapsed + 2 s) / 3600, rounded up, and 2 Wh.
fn index(
    chain: &mut Chain,
    group: &Group<'_>,
    corroboration: Corroboration,
    context: &FrameContext<'_>,
) -> Verdict {
    let millis_times_watts = |elapsed: Duration| {
        let millis = i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
        context.power.saturating_mul(millis.saturating_add(2000))
    };
    let context = StepContext {
        now: context.now,
        is_sound: context.is_sound(),
        is_quiet: context.is_quiet(),
        corroboration,
        safeguards: context.safeguards,
        reach: &|elapsed| (millis_times_watts(elapsed).saturating_add(3_599_999)) / 3_600_000 + 2,
    };
    chain.validate(group.number().into(), &context)
}

/// The clock may be fast by a second or two a frame, and may be set: a chain of three is enough.
fn clock(chain: &mut Chain, group: &Group<'_>, context: &FrameContext<'_>) -> Verdict {
    /// How far DATE may be ahead of the elapsed time, in seconds.
    const CLOCK_AHEAD_MAX: i64 = 5;
    let Some(date) = group.horodate() else {
        return Verdict::Hold;
    };
    let context = StepContext {
        now: context.now,
        is_sound: context.is_sound(),
        is_quiet: context.is_quiet(),
        // Only parity confirms the first value.
        corroboration: chain
            .good()
            .map_or(Corroboration::Silent, |_| Corroboration::Confirms),
        safeguards: context.safeguards,
        reach: &|elapsed| {
            i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX / 2) + CLOCK_AHEAD_MAX
        },
    };
    match chain.validate(date.unix(), &context) {
        Verdict::Jump { .. } | Verdict::Correct { .. } => Verdict::Accept,
        verdict => verdict,
    }
}
