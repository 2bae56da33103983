//! Which change of a quantity is an event.
//!
//! A change is an event against the last value that was *known*, so that one which happened during an outage is given
//! when the meter is received again, and the first value after a start is no event.

use super::event::{Event, EventKind};
use super::link::Link;
use super::part::{Context, Finding, Part, Reset, Save};
use super::quantity::Key;
use super::reading::Reading;
use super::tariff::contract::Contract;
use super::value::Value;
use crate::tic::{Frame, Label};

use EventKind::{
    BreakerChanged, ClockDegraded, ClockRestored, ColorTodayChanged, ColorTomorrowChanged,
    ContractChanged, CoverOpened, DryContactChanged, IndexJumped, LinkChanged, MessageReceived,
    ModeChanged, OverPowerEnded, OverPowerStarted, PeakAnnounced, PeakEnded, PeakStarted,
    RelayChanged, SubscribedPowerChanged, TariffChanged,
};

/// How the change of a quantity becomes an event.
struct Watched {
    key: Key,
    /// A value that is known only when this one is: its own absence then means "none", not "unknown".
    anchors: &'static [Key],
    event: fn(Key, Option<&Value>, Option<&Value>) -> Option<Event>,
}

const fn watched(
    key: Key,
    event: fn(Key, Option<&Value>, Option<&Value>) -> Option<Event>,
) -> Watched {
    Watched {
        key,
        anchors: &[],
        event,
    }
}

const fn announced(
    key: Key,
    event: fn(Key, Option<&Value>, Option<&Value>) -> Option<Event>,
) -> Watched {
    Watched {
        key,
        anchors: &[Key::STATUS_REGISTER, Key::CONTRACT],
        event,
    }
}

fn text(value: Option<&Value>) -> String {
    value.map(Value::to_string).unwrap_or_default()
}

macro_rules! changed {
    ($kind:ident) => {
        |_, from, to| Some(Event::new($kind, text(from), text(to)))
    };
}

fn flag(to: Option<&Value>, on: EventKind, off: EventKind) -> Option<Event> {
    match to {
        Some(Value::Bool(true)) => Some(Event::new(on, "false", "true")),
        Some(Value::Bool(false)) => Some(Event::new(off, "true", "false")),
        _ => None,
    }
}

fn relay(key: Key, from: Option<&Value>, to: Option<&Value>) -> Option<Event> {
    let number = key.row().number?;
    let state = |value: Option<&Value>| match value {
        Some(Value::Bool(true)) => Some(format!("{number} closed")),
        Some(Value::Bool(false)) => Some(format!("{number} open")),
        _ => None,
    };
    Some(Event::new(RelayChanged, state(from)?, state(to)?))
}

fn contact(_: Key, from: Option<&Value>, to: Option<&Value>) -> Option<Event> {
    let state = |value: Option<&Value>| match value {
        Some(Value::Bool(true)) => Some("closed"),
        Some(Value::Bool(false)) => Some("open"),
        _ => None,
    };
    Some(Event::new(DryContactChanged, state(from)?, state(to)?))
}

/// A notice begins or moves to another peak. Its end is the event of the peak itself.
fn notice(_: Key, from: Option<&Value>, to: Option<&Value>) -> Option<Event> {
    (to != Some(&Value::Int(0))).then(|| Event::new(PeakAnnounced, text(from), text(to)))
}

fn peak(_: Key, from: Option<&Value>, to: Option<&Value>) -> Option<Event> {
    let kind = if to == Some(&Value::Int(0)) {
        PeakEnded
    } else {
        PeakStarted
    };
    Some(Event::new(kind, text(from), text(to)))
}

fn received(_: Key, from: Option<&Value>, to: Option<&Value>) -> Option<Event> {
    to.map(|_| Event::new(MessageReceived, text(from), text(to)))
}

fn newly(kind: EventKind, from: Option<&Value>, to: Option<&Value>) -> Option<Event> {
    to.map(|_| Event::new(kind, text(from), text(to)))
}

const WATCHED: &[Watched] = &[
    watched(Key::LINK, changed!(LinkChanged)),
    watched(Key::MODE, changed!(ModeChanged)),
    watched(Key::TARIFF_NAME, changed!(TariffChanged)),
    watched(Key::CONTRACT, changed!(ContractChanged)),
    watched(Key::SUBSCRIBED_POWER, changed!(SubscribedPowerChanged)),
    announced(Key::COLOR_TODAY, |_, from, to| {
        newly(ColorTodayChanged, from, to)
    }),
    announced(Key::COLOR_TOMORROW, |_, from, to| {
        newly(ColorTomorrowChanged, from, to)
    }),
    watched(Key::MOBILE_PEAK_NOTICE, notice),
    watched(Key::MOBILE_PEAK, peak),
    watched(Key::OVER_POWER, |_, _, to| {
        flag(to, OverPowerStarted, OverPowerEnded)
    }),
    watched(Key::BREAKER, changed!(BreakerChanged)),
    watched(Key::DRY_CONTACT, contact),
    watched(Key::RELAY_1, relay),
    watched(Key::RELAY_2, relay),
    watched(Key::RELAY_3, relay),
    watched(Key::RELAY_4, relay),
    watched(Key::RELAY_5, relay),
    watched(Key::RELAY_6, relay),
    watched(Key::RELAY_7, relay),
    watched(Key::RELAY_8, relay),
    watched(Key::MESSAGE, received),
    announced(Key::MESSAGE_SHORT, received),
    watched(Key::CLOCK_DEGRADED, |_, _, to| {
        flag(to, ClockDegraded, ClockRestored)
    }),
    watched(Key::TERMINAL_COVER_OPEN, |_, _, to| {
        (to == Some(&Value::Bool(true))).then(|| Event::new(CoverOpened, "false", "true"))
    }),
];

/// What was last known of everything that is watched.
#[derive(Clone, Debug)]
pub struct EventWatch {
    /// Outer `None`: never known. Inner `None`: known to be nothing.
    known: Vec<Option<Option<Value>>>,
    /// Those of this frame, until they are given.
    jumps: Vec<Event>,
    contract: Option<Contract>,
    /// The contract in the other mode, kind and label, until it is known in this one.
    other_mode: Option<(Contract, String)>,
}

impl Default for EventWatch {
    fn default() -> Self {
        let known = |watched: &Watched| match watched.key {
            // Before a port is open there is none.
            Key::LINK => Some(Some(Value::Enum(Link::default().as_str()))),
            _ => None,
        };
        Self {
            known: WATCHED.iter().map(known).collect(),
            jumps: Vec::new(),
            contract: None,
            other_mode: None,
        }
    }
}

impl EventWatch {
    /// What was known of a quantity, if it is watched.
    fn known(&mut self, key: Key) -> Option<&mut Option<Option<Value>>> {
        let mut known = WATCHED.iter().zip(&mut self.known);
        known
            .find(|(watched, _)| watched.key == key)
            .map(|(_, known)| known)
    }

    /// The event of a contract that changed together with the mode.
    fn contract_across_modes(&mut self, reading: &Reading) -> Option<Event> {
        let (to, now) = (reading.text(Key::CONTRACT)?, self.contract?);
        let (before, from) = self.other_mode.take()?;
        let is_other = before != now && before != Contract::Other && now != Contract::Other;
        is_other.then(|| Event::new(ContractChanged, from, to))
    }
}

impl Part for EventWatch {
    fn on_frame(&mut self, _: &Frame, context: &Context<'_>) -> Save {
        let jumps = context
            .findings
            .iter()
            .filter_map(|finding| match *finding {
                Finding::Jumped { label, from, to } | Finding::Corrected { label, from, to } => {
                    Some(jumped(label, from, to))
                }
                Finding::Held { .. } => None,
            });
        self.jumps.extend(jumps);
        self.contract = context.contract;
        Save::Later
    }

    /// The modes have other labels for the same contract and the same period. Of contracts the kinds are compared instead;
    /// the number of a period is its supplier's, and means nothing across modes.
    fn reset(&mut self, reset: Reset) {
        if reset == Reset::Meter {
            return;
        }
        if let Some(known) = self.known(Key::TARIFF_NAME) {
            *known = None;
        }
        let contract = self.known(Key::CONTRACT).and_then(Option::take).flatten();
        if let (Some(kind), Some(label)) = (self.contract.take(), contract) {
            self.other_mode = Some((kind, label.to_string()));
        }
    }

    fn events(&mut self, reading: &Reading, events: &mut Vec<Event>) {
        events.extend(self.contract_across_modes(reading));
        for (watched, known) in WATCHED.iter().zip(&mut self.known) {
            let now = reading.get(watched.key);
            if now.is_none()
                && !watched
                    .anchors
                    .iter()
                    .any(|anchor| reading.get(*anchor).is_some())
            {
                continue;
            }
            match known {
                Some(before) if before.as_ref() != now => {
                    events.extend((watched.event)(watched.key, before.as_ref(), now));
                    *known = Some(now.cloned());
                }
                Some(_) => {}
                None => *known = Some(now.cloned()),
            }
        }
        events.append(&mut self.jumps);
    }
}

/// An index jumped: its key with the value before and after.
fn jumped(label: Label, from: i64, to: i64) -> Event {
    let is_of = |key: &Key| {
        let source = key.row().source(label.mode());
        source.read().is_some() && source.labels().contains(&label)
    };
    let key = Key::all().find(is_of).unwrap_or(Key::ENERGY).row().key;
    Event::new(IndexJumped, format!("{key} {from}"), format!("{key} {to}"))
}
