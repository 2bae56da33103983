//! Whether a group that passed the wire checks may be believed.
//!
//! The checksum has six bits: some damage passes it, and parity when it is there. What passes is judged here by what
//! is known of the meter, a label at a time: energy only grows, and no faster than the connection can carry; a text is
//! sent again. A group that fails is *held*: the last good value stands, and the next frames decide. Nothing is held
//! for ever: what is really so keeps being so, and gets through.
//!
//! A frame is *sound* if parity was checked and few of its groups were rejected: what passed is what was sent, but for two
//! wrong bits in one character. It is *quiet* if it is sound, or nothing in it was damaged.
//!
//! | rule | labels | believed when |
//! |---|---|---|
//! | [`Rule::Index`] | energies | it follows the last good one and the frame is quiet, or the totals confirm it (`cross_check`), or the next one follows it; else a chain of them must be long enough (`chain`) |
//! | [`Rule::Clock`] | DATE | it advances as time does, or a chain of them is long enough |
//! | [`Rule::Text`] | identity, contract, texts, dated values | it comes twice, and is near the meter's clock (`confirm`) |
//! | [`Rule::Maximum`] | the maxima of the day | as a text; it may grow meanwhile, and does not fall within the day |
//! | [`Rule::Register`] | STGE, RELAIS, NJOURF … | the frame is sound, or it comes twice |
//! | [`Rule::Once`] | MSG2 | parity was checked, or it comes twice |
//! | [`Rule::Instantaneous`] | powers, currents, voltages | at once: the next frame corrects it |
//!
//! The first content of a label is believed at once in a sound frame. Pure: time is an argument.

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
use super::label_values::GroupValue;
use super::memory::Baseline;
use super::part::{Part, Reset};
use super::value::Moment;
use crate::tic::{Frame, Group, Horodate, Label, Mode, Role};

pub use self::rule::Rule;
pub use self::safeguard::{Safeguard, Safeguards};

/// The most power that a connection carries, in W: 90 A in one phase, three times 60 A and some margin. The subscribed
/// power is a limit of the contract, not of physics.
const SINGLE_PHASE: i64 = 23_000;
const THREE_PHASE: i64 = 68_000;
/// An index has nine digits.
const INDEX_END: i64 = 1_000_000_000;

/// What was decided of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Believed.
    Accept,
    /// Believed; what waited for its second time was wrong.
    AcceptAndDrop,
    /// An index that is believed though it does not follow the last good one.
    Jump {
        /// The last good one.
        from: i64,
    },
    /// An index that is believed; the last good one was wrong.
    Correct {
        /// The last good one.
        from: i64,
    },
    /// It came for the first time.
    Wait,
    /// It is not plausible.
    Hold,
}

impl Verdict {
    /// Whether the group is believed.
    pub fn is_accepted(self) -> bool {
        !matches!(self, Self::Wait | Self::Hold)
    }

    /// Whether a value was held back that is not plausible.
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
    frame: &'a Frame,
    safeguards: Safeguards,
}

impl FrameContext<'_> {
    /// Whether what passed the wire checks is most likely what was sent: parity was checked, and the line is not so bad that
    /// two wrong bits in one character are common.
    fn is_sound(&self) -> bool {
        let rejected = self.frame.rejected().total() as usize;
        self.frame.is_parity_checked()
            && (rejected * 4 <= self.frame.groups().len() || !self.has(Safeguard::SoundFrame))
    }

    /// Whether the line does not look bad: without parity, a line that damages what passes the sum damages far more that does
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

/// The validator, and what it remembers of each label.
#[derive(Clone, Debug)]
pub struct Validator {
    tracks: Vec<Track>,
    cross_check: CrossCheck,
    /// Of the frame that is being validated.
    sums: FrameSums,
    date: Option<Horodate>,
    safeguards: Safeguards,
}

impl Default for Validator {
    fn default() -> Self {
        Self {
            tracks: vec![Track::default(); Label::COUNT],
            cross_check: CrossCheck::default(),
            sums: FrameSums::default(),
            date: None,
            safeguards: Safeguards::default(),
        }
    }
}

impl Validator {
    /// Leaves rules out: for the noise laboratory.
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
            frame,
            power: if phases == Some(1) {
                SINGLE_PHASE
            } else {
                THREE_PHASE
            },
            safeguards: self.safeguards,
        }
    }

    fn sums_of(&self, frame: &Frame) -> FrameSums {
        FrameSums::of(frame, &|label| self.tracks.get(label.index())?.chain.good())
    }

    /// Judges a group of a known label. `known` is what was last believed of it.
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
            Rule::Instantaneous => Verdict::Accept,
            Rule::Index if !has(Safeguard::Index) => Verdict::Accept,
            Rule::Index => index(&mut track.chain, group, corroboration, context),
            Rule::Clock if !has(Safeguard::Clock) => Verdict::Accept,
            Rule::Clock => clock(&mut track.chain, group, context),
            Rule::Once if context.frame.is_parity_checked() || !has(Safeguard::Once) => {
                Verdict::Accept
            }
            Rule::Register if sound || !has(Safeguard::Register) => Verdict::Accept,
            Rule::Text | Rule::Maximum
                if sound && known.is_none() && has(Safeguard::FirstAtOnce) =>
            {
                Verdict::Accept
            }
            Rule::Text | Rule::Maximum if !has(Safeguard::Repeat) => Verdict::Accept,
            Rule::Register | Rule::Once | Rule::Text | Rule::Maximum => track
                .confirmation
                .validate(label, group, known, self.date, context),
        };
        if verdict.is_accepted() {
            let is_new = known.is_some_and(|known| !known.is(group));
            if corroboration == Corroboration::Contradicts
                && !known.is_some_and(|known| known.is(group))
                && has(Safeguard::FreshSums)
            {
                // What it goes by is not so any more.
                self.cross_check = CrossCheck::default();
            }
            match label.role() {
                Role::Clock => self.date = group.horodate(),
                // Another contract may move the indexes of the supplier.
                Role::CalendarName if is_new && has(Safeguard::FreshSums) => {
                    self.cross_check = CrossCheck::default();
                }
                _ => {}
            }
        }
        verdict
    }

    /// All groups of the frame are validated.
    pub fn end_frame(&mut self) {
        self.cross_check.learn(&self.sums, self.safeguards);
    }

    fn corroboration(&self, label: Label, group: &Group<'_>) -> Corroboration {
        let last = self
            .tracks
            .get(label.index())
            .and_then(|track| track.chain.good());
        let number = group.number().into();
        let corroboration =
            self.cross_check
                .about(label, number, last, &self.sums, self.safeguards);
        if self.safeguards.has(Safeguard::Contradiction) {
            corroboration
        } else if corroboration < Corroboration::Silent {
            Corroboration::Silent
        } else {
            corroboration
        }
    }
}

impl Part for Validator {
    fn reset(&mut self, reset: Reset) {
        *self = Self {
            safeguards: self.safeguards,
            ..Self::default()
        };
        if reset == Reset::Meter {
            for track in &mut self.tracks {
                track.confirmation = Confirmation::of_another_meter();
            }
        }
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

/// An index follows another if it is not less, and not more than what the connection can have carried meanwhile.
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

/// The clock may be slow or fast by a second or two a frame, and may be set: a chain of three is enough.
fn clock(chain: &mut Chain, group: &Group<'_>, context: &FrameContext<'_>) -> Verdict {
    const SLACK: i64 = 5;
    let Some(date) = group.horodate() else {
        return Verdict::Hold;
    };
    let context = StepContext {
        now: context.now,
        is_sound: context.is_sound(),
        is_quiet: context.is_quiet(),
        // Nothing confirms the first of all but its parity.
        corroboration: chain
            .good()
            .map_or(Corroboration::Silent, |_| Corroboration::Confirms),
        safeguards: context.safeguards,
        reach: &|elapsed| i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX / 2) + SLACK,
    };
    match chain.validate(date.unix(), &context) {
        Verdict::Jump { .. } | Verdict::Correct { .. } => Verdict::Accept,
        verdict => verdict,
    }
}
