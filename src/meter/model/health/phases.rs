//! Phases of a three-phase meter that are lost and come back.
//!
//! In historique mode PPOT names them, and fills `phase_lost_l1` to `_l3`. In standard mode nothing does: a phase is lost
//! while its voltage is far below the mains and another phase is there.

use crate::meter::event::{Event, EventKind};
use crate::meter::group_value::GroupValue;
use crate::meter::part::{Context, Part, Reset, Save};
use crate::meter::quantity::Key;
use crate::meter::reading::Reading;
use crate::meter::value::Value;
use crate::tic::{Frame, Label, Mode};

/// Below half of the mains, in V, a phase is lost: loads between phases leave some voltage on it.
const LOST_BELOW: u32 = 115;
/// From this on it is there, in V: a low voltage is no lost phase.
const THERE_FROM: u32 = 180;
/// Frames in a row that must agree.
const FRAMES: u8 = 3;

const VOLTAGES: [Label; 3] = [Label::URMS1, Label::URMS2, Label::URMS3];

/// Which phases are there.
#[derive(Debug, Default)]
pub struct PhasePart {
    phases: [PhaseState; 3],
    /// Those of this frame, until they are given.
    events: Vec<Event>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PhaseState {
    /// As it was last agreed on.
    is_lost: Option<bool>,
    /// Frames in a row that contradict it.
    contradicted: u8,
}

impl PhaseState {
    /// Takes what a frame shows. Returns whether the phase was lost or came back.
    fn push(&mut self, is_lost: bool) -> bool {
        if self.is_lost == Some(is_lost) {
            self.contradicted = 0;
            return false;
        }
        self.contradicted += 1;
        if self.contradicted < FRAMES {
            return false;
        }
        self.contradicted = 0;
        self.is_lost.replace(is_lost).is_some()
    }
}

impl Part for PhasePart {
    fn on_frame(&mut self, _: &Frame, context: &Context<'_>) -> Save {
        if context.phases == Some(3) {
            let number = |label| context.values.fresh(label).map(GroupValue::number);
            let lost = match context.mode {
                Mode::Standard => by_voltage(VOLTAGES.map(number)),
                Mode::Historique => by_register(number(Label::PPOT)),
            };
            for ((phase, lost), number) in self.phases.iter_mut().zip(lost).zip(1_u8..) {
                if let Some(is_lost) = lost
                    && phase.push(is_lost)
                {
                    self.events.push(event(number, is_lost));
                }
            }
        }
        Save::Later
    }

    fn reset(&mut self, _: Reset) {
        *self = Self::default();
    }

    fn events(&mut self, _: &Reading, events: &mut Vec<Event>) {
        events.append(&mut self.events);
    }
}

/// The phases, from 1, that a single frame shows as lost.
#[must_use]
pub fn lost_phases(frame: &Frame) -> Vec<u64> {
    let number = |label| frame.get(label).map(|group| group.number());
    let lost = match frame.mode() {
        Mode::Standard => by_voltage(VOLTAGES.map(number)),
        Mode::Historique => by_register(number(Label::PPOT)),
    };
    let numbered = (1..).zip(lost).filter(|(_, lost)| *lost == Some(true));
    numbered.map(|(number, _)| number).collect()
}

/// The phases, from 1, that the state of a meter shows as lost.
#[must_use]
pub fn lost_phases_shown(reading: &Reading) -> Vec<u64> {
    let volts = [Key::VOLTAGE_L1, Key::VOLTAGE_L2, Key::VOLTAGE_L3].map(|key| {
        let volts = reading.int(key)?;
        u32::try_from(volts).ok()
    });
    let registered = [Key::PHASE_LOST_L1, Key::PHASE_LOST_L2, Key::PHASE_LOST_L3]
        .map(|key| matches!(reading.get(key), Some(Value::Bool(true))));
    let lost = by_voltage(volts).map(|lost| lost == Some(true));
    let numbered = (1..).zip(lost.into_iter().zip(registered));
    let numbered = numbered.filter(|(_, (by_voltage, by_register))| *by_voltage || *by_register);
    numbered.map(|(number, _)| number).collect()
}

/// Bit n of PPOT is set while phase n is missing.
fn by_register(register: Option<u32>) -> [Option<bool>; 3] {
    [1, 2, 3].map(|bit| register.map(|register| register >> bit & 1 == 1))
}

/// Nothing between the two limits, and nothing while no phase is there.
fn by_voltage(volts: [Option<u32>; 3]) -> [Option<bool>; 3] {
    let is_there = |volts: Option<u32>| volts.is_some_and(|volts| volts >= THERE_FROM);
    if !volts.into_iter().any(is_there) {
        return [None; 3];
    }
    volts.map(|volts| match volts? {
        0..LOST_BELOW => Some(true),
        LOST_BELOW..THERE_FROM => None,
        THERE_FROM.. => Some(false),
    })
}

fn event(number: u8, is_lost: bool) -> Event {
    let (there, lost) = (
        format!("phase {number} present"),
        format!("phase {number} lost"),
    );
    if is_lost {
        Event::new(EventKind::PhaseLost, there, lost)
    } else {
        Event::new(EventKind::PhaseRestored, lost, there)
    }
}
