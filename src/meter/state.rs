//! The parts of a meter: all that is made of accepted frames or kept on disk, and the one place that walks through it.
//!
//! ```text
//!  frame ─ another mode? reset all ─ another meter? reset all ─ validator + label values ─ presence ─ models
//!  time  ─ label values expire ─ models
//!  Update ─ every part fills its quantities, then gives its events
//!  disk  ─ a section for each part, by its name in the lists below
//! ```
//!
//! Invariant: no part is reset, saved or restored anywhere else. Of a frame that may be another meter's nothing is taken
//! before its address is accepted: such a frame is held back whole.

use std::sync::Arc;

use super::counters::Counters;
use super::derive::derive;
use super::doubts::Doubts;
use super::event::Event;
use super::event_watch::EventWatch;
use super::group_value::GroupValue;
use super::label_values::LabelValues;
use super::memory::Memory;
use super::model::breaker::{BreakerCheck, BreakerPart};
use super::model::curve::{CurvePoint, LoadCurve};
use super::model::health::{ClockDrift, PhasePart, VoltagePart};
use super::model::power::PowerPart;
use super::model::trend::{TrendHandle, TrendPart};
use super::nameplate::Nameplate;
use super::part::{Context, Finding, Part, Reset, Save};
use super::plausible::{FrameContext, Safeguards, Validator, Verdict};
use super::presence::Presence;
use super::reading::Reading;
use super::statistics::Statistics;
use super::tariff::{Calendar, Contract, IndexMeanings, Tariffs};
use super::value::Moment;
use crate::tic::{Frame, Group, Label, Mode};

/// A list of parts. The name of each is that of its section on disk.
macro_rules! parts {
    ($(#[$meta:meta])* $list:ident { $($name:ident: $part:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub struct $list { $(pub $name: $part,)* }

        impl $list {
            fn each(&self, mut visit: impl FnMut(&'static str, &dyn Part)) {
                $(visit(stringify!($name), &self.$name);)*
            }

            fn each_mut(&mut self, mut visit: impl FnMut(&'static str, &mut dyn Part)) {
                $(visit(stringify!($name), &mut self.$name);)*
            }
        }
    };
}

parts! {
    /// What decides about a frame, and what all other parts may use.
    Core {
        nameplate: Nameplate,
        validator: Validator,
        label_values: LabelValues,
        presence: Presence,
    }
}

parts! {
    /// What is made of accepted frames, in the order in which they take them and give events.
    Models {
        events: EventWatch,
        calendar: Tariffs,
        counters: Counters,
        power: PowerPart,
        breaker: BreakerPart,
        clock_drift: ClockDrift,
        voltage: VoltagePart,
        phases: PhasePart,
        curve: LoadCurve,
        trend: TrendPart,
    }
}

/// Frames without an address that are held back after one with an address that is not accepted yet.
const UNNAMED_FRAMES_HELD: u8 = 3;

/// Whose frame it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// It has no address.
    Unnamed,
    /// The known meter's, or that of the first one; what the validator decided of its address.
    Known(Verdict),
    /// It may be another meter's.
    Unsettled,
    /// Another meter's.
    Another,
}

impl Core {
    fn context<'a>(
        &'a self,
        now: Moment,
        mode: Mode,
        contract: Option<Contract>,
        findings: &'a [Finding],
    ) -> Context<'a> {
        Context {
            now,
            mode,
            phases: self.presence.phases(),
            contract,
            values: &self.label_values,
            findings,
        }
    }
}

/// The parts of a meter.
#[derive(Debug)]
pub struct State {
    mode: Option<Mode>,
    /// Counts since the start.
    pub statistics: Statistics,
    core: Core,
    models: Models,
    /// What the validator found in the last frame.
    findings: Vec<Finding>,
    /// Frames without an address that are still held back.
    held_unnamed: u8,
    /// What was doubtful in the last frame.
    doubts: Doubts,
    contract: Option<Contract>,
}

impl State {
    /// As it was kept on disk. `shows_identifiers`: whether the serial number and the PRM may be shown.
    pub fn restored(shows_identifiers: bool, memory: &Memory) -> Self {
        let mode = memory.section("mode");
        let mode = mode.and_then(|mode| Mode::ALL.into_iter().find(|m| mode == m.as_str()));
        let mut state = Self {
            mode,
            statistics: Statistics::default(),
            core: Core {
                presence: Presence::new(shows_identifiers),
                ..Core::default()
            },
            models: Models::default(),
            findings: Vec::new(),
            held_unnamed: 0,
            doubts: Doubts::default(),
            contract: None,
        };
        if let Some(mode) = mode {
            state.each_mut(|name, part| {
                if let Some(section) = memory.section(name) {
                    part.restore(section, mode);
                }
            });
        }
        state
    }

    /// Leaves rules of the validator out.
    pub fn set_safeguards(&mut self, safeguards: Safeguards) {
        self.core.validator.set_safeguards(safeguards);
    }

    /// What to keep on disk.
    pub fn memory(&self) -> Memory {
        let mut memory = Memory::default();
        if let Some(mode) = self.mode {
            memory.insert("mode", mode.as_str().into());
            self.each(|name, part| {
                if let Some(section) = part.save(mode) {
                    memory.insert(name, section);
                }
            });
        }
        memory
    }

    /// The mode of the last frame.
    pub fn mode(&self) -> Option<Mode> {
        self.mode
    }

    /// The kind of contract, once known.
    pub fn contract(&self) -> Option<Contract> {
        self.contract
    }

    /// The keys of the state, and the number of phases.
    pub fn presence(&self) -> &Presence {
        &self.core.presence
    }

    /// What the supplier's indexes count.
    pub fn indexes(&self) -> IndexMeanings {
        let meanings = |mode| self.models.calendar.meanings(self.contract, mode);
        self.mode.map(meanings).unwrap_or_default()
    }

    /// The day profiles.
    pub fn calendar(&self) -> Arc<Calendar> {
        self.models.calendar.calendar().clone()
    }

    /// Takes a frame with at least one group.
    pub fn on_frame(&mut self, frame: &Frame, now: Moment) -> Save {
        let mode = frame.mode();
        if self.mode.replace(mode).is_some_and(|last| last != mode) {
            self.reset(Reset::Mode);
        }
        self.findings.clear();
        let mut context = self.begin_frame(frame, now);
        let whose = self.judge_address(frame, &context);
        if whose == Whose::Another {
            self.reset(Reset::Meter);
            context = self.begin_frame(frame, now);
        }
        let mut save = match whose {
            Whose::Unsettled => Save::Later,
            _ => self.enter(frame, whose, &context),
        };
        let held = |finding: &&Finding| matches!(finding, Finding::Held { .. });
        self.statistics
            .count_held(self.findings.iter().filter(held).count());
        let is_unsettled = whose == Whose::Unsettled;
        save = save.max(self.doubts.replace(is_unsettled, &self.findings));
        if whose == Whose::Unsettled {
            return save;
        }
        let core = &mut self.core;
        let (values, contract) = (&core.label_values, Contract::of(&core.label_values, mode));
        save = save.max(Save::now_if(core.presence.learn(values, mode, contract)));
        self.contract = contract;
        let context = self.core.context(now, mode, self.contract, &self.findings);
        self.models
            .each_mut(|_, part| save = save.max(part.on_frame(frame, &context)));
        save
    }

    /// Takes the time. `silent`: no good group came for too long.
    pub fn on_timer(&mut self, now: Moment, silent: bool) {
        let Some(mode) = self.mode else { return };
        self.findings.clear();
        if silent {
            self.core.label_values.expire();
            self.contract = None;
        }
        let context = self.core.context(now, mode, self.contract, &self.findings);
        self.models.each_mut(|_, part| part.on_timer(&context));
    }

    /// Fills the quantities.
    pub fn fill(&self, now: Moment, reading: &mut Reading) {
        self.statistics.fill(reading);
        let Some(mode) = self.mode else { return };
        let context = self.core.context(now, mode, self.contract, &self.findings);
        self.core.each(|_, part| part.fill(&context, reading));
        derive(reading, &context);
        self.models.each(|_, part| part.fill(&context, reading));
    }

    /// The events since the last Update; `reading` is that of this one.
    pub fn events(&mut self, reading: &Reading) -> Vec<Event> {
        let mut events = Vec::new();
        self.each_mut(|_, part| part.events(reading, &mut events));
        events
    }

    /// The points of the load curve since the last Update.
    pub fn curve(&mut self) -> Vec<CurvePoint> {
        self.models.curve.take_points()
    }

    /// The power and the energy over time.
    pub fn trend(&self) -> TrendHandle {
        self.models.trend.handle()
    }

    /// Whether the model of the breaker holds on this meter, if that is new.
    pub fn breaker_check(&mut self) -> Option<BreakerCheck> {
        self.models.breaker.take_check()
    }

    fn reset(&mut self, reset: Reset) {
        self.contract = None;
        self.held_unnamed = 0;
        self.each_mut(|_, part| part.reset(reset));
    }

    fn each(&self, mut visit: impl FnMut(&'static str, &dyn Part)) {
        self.core.each(&mut visit);
        self.models.each(&mut visit);
    }

    fn each_mut(&mut self, mut visit: impl FnMut(&'static str, &mut dyn Part)) {
        self.core.each_mut(&mut visit);
        self.models.each_mut(&mut visit);
    }

    fn begin_frame<'a>(&mut self, frame: &'a Frame, now: Moment) -> FrameContext<'a> {
        let phases = self.core.presence.phases();
        self.core.validator.begin_frame(frame, phases, now)
    }

    /// Judges the address of a frame, before anything else of it. The address of another meter must come again, as any
    /// other text.
    fn judge_address(&mut self, frame: &Frame, context: &FrameContext<'_>) -> Whose {
        let core = &mut self.core;
        let label = Nameplate::label(frame.mode());
        let Some(group) = frame.get(label) else {
            if self.held_unnamed == 0 {
                return Whose::Unnamed;
            }
            self.held_unnamed -= 1;
            return Whose::Unsettled;
        };
        let is_another = core.nameplate.is_another(group.data());
        // After a start there is no value of the label that the new one could differ from.
        let none = GroupValue::default();
        let known = core.label_values.known(label);
        let known = if is_another {
            known.or(Some(&none))
        } else {
            known
        };
        let verdict = core.validator.validate(label, &group, known, context);
        self.findings.extend(Finding::of(label, &group, verdict));
        self.held_unnamed = 0;
        match (is_another, verdict.is_accepted()) {
            (false, _) => Whose::Known(verdict),
            (true, true) => Whose::Another,
            (true, false) => {
                self.held_unnamed = UNNAMED_FRAMES_HELD;
                Whose::Unsettled
            }
        }
    }

    /// Enters what is accepted of a frame: all groups up to an address that is not the judged one, or those that follow the
    /// address of another meter.
    fn enter(&mut self, frame: &Frame, whose: Whose, context: &FrameContext<'_>) -> Save {
        let Core {
            nameplate,
            validator,
            label_values,
            ..
        } = &mut self.core;
        let address = Nameplate::label(frame.mode());
        let named = frame.get(address).map(|group| group.data().to_owned());
        let mut begun = whose != Whose::Another;
        let mut save = Save::now_if(!begun);
        let findings = &mut self.findings;
        label_values.enter(frame, |label, group, known| {
            let verdict = if label == address {
                begun = named.as_deref() == Some(group.data());
                match whose {
                    Whose::Known(verdict) if begun => verdict,
                    _ if begun => Verdict::Accept,
                    _ => return false,
                }
            } else if begun {
                let verdict = validator.validate(label, group, known, context);
                findings.extend(Finding::of(label, group, verdict));
                verdict
            } else {
                return false;
            };
            if label == address && verdict.is_accepted() {
                save = save.max(Save::now_if(nameplate.accept(group.data())));
            }
            verdict.is_accepted()
        });
        validator.end_frame();
        // A jump or a correction is saved at once: until the next regular save, the file would be wrong by more than consumption.
        let moved = |finding: &Finding| !matches!(finding, Finding::Held { .. });
        save.max(Save::now_if(self.findings.iter().any(moved)))
    }
}

impl Finding {
    fn of(label: Label, group: &Group<'_>, verdict: Verdict) -> Option<Self> {
        let to = group.number().into();
        match verdict {
            Verdict::Jump { from } => Some(Self::Jumped { label, from, to }),
            Verdict::Correct { from } => Some(Self::Corrected { label, from, to }),
            _ => verdict.is_held().then_some(Self::Held { label }),
        }
    }
}
