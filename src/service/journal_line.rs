//! The lines of the journal about a meter: which event or change of the link makes one, how loud, in which words.
//!
//! Input: an event, or the states before and after. Output: a [`Line`], pure. What comes and goes with every day, such as a
//! tariff, makes none.

use log::Level;

use crate::meter::{BreakerCheck, Event, EventKind, Key, Link, Snapshot};
use crate::names::journal;

/// A line about a meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How loud.
    pub level: Level,
    /// Its kind: the `MESSAGE_ID`.
    pub kind: &'static str,
    /// What happened, without the name of the meter.
    pub text: String,
}

impl Line {
    /// The line of an event, if it makes one.
    pub fn of_event(event: &Event) -> Option<Self> {
        let Event { from, to, .. } = event;
        let (level, kind, text) = match event.kind {
            EventKind::ModeChanged => (
                Level::Info,
                journal::MODE_CHANGED,
                format!("the TIC mode changed from {from} to {to}"),
            ),
            EventKind::MeterReplaced => (Level::Warn, journal::METER_REPLACED, replaced(from, to)),
            EventKind::IndexJumped => (
                Level::Warn,
                journal::INDEX_JUMPED,
                format!("an index jumped from {from} to {to}"),
            ),
            EventKind::ContractChanged => (
                Level::Info,
                journal::CONTRACT_CHANGED,
                format!("the contract changed from {from} to {to}"),
            ),
            EventKind::SubscribedPowerChanged => (
                Level::Info,
                journal::SUBSCRIBED_POWER_CHANGED,
                format!("the subscribed power changed from {from} to {to} VA"),
            ),
            EventKind::BreakerChanged => (
                Level::Warn,
                journal::BREAKER_CHANGED,
                format!("the breaker went from {from} to {to}"),
            ),
            EventKind::BreakerWarningStarted => (
                Level::Warn,
                journal::BREAKER_WARNING,
                "the breaker is about to open".to_owned(),
            ),
            EventKind::BreakerWarningEnded => (
                Level::Info,
                journal::BREAKER_WARNING,
                "the breaker is not about to open any more".to_owned(),
            ),
            EventKind::OverPowerStarted => (
                Level::Warn,
                journal::OVER_POWER,
                "more than the subscribed power is drawn".to_owned(),
            ),
            EventKind::OverPowerEnded => (
                Level::Info,
                journal::OVER_POWER,
                "the subscribed power is kept to again".to_owned(),
            ),
            EventKind::CoverOpened => (
                Level::Warn,
                journal::COVER_OPENED,
                "the terminal cover is open".to_owned(),
            ),
            EventKind::PhaseLost => (Level::Warn, journal::PHASE_CHANGED, to.clone()),
            EventKind::PhaseRestored => (Level::Info, journal::PHASE_CHANGED, to.clone()),
            EventKind::VoltageOutOfRange => (
                Level::Warn,
                journal::VOLTAGE_CHANGED,
                format!("the mean voltage is out of range: {to} (before: {from})"),
            ),
            EventKind::VoltageRestored => (
                Level::Info,
                journal::VOLTAGE_CHANGED,
                format!("the mean voltage is in range again: {to} (before: {from})"),
            ),
            EventKind::ClockDegraded => (
                Level::Warn,
                journal::CLOCK_CHANGED,
                "the meter has lost its time".to_owned(),
            ),
            EventKind::ClockRestored => (
                Level::Info,
                journal::CLOCK_CHANGED,
                "the meter has its time again".to_owned(),
            ),
            // The link has a line with its cause, which may change while the link does not.
            EventKind::LinkChanged
            | EventKind::TariffChanged
            | EventKind::ColorTodayChanged
            | EventKind::ColorTomorrowChanged
            | EventKind::PeakAnnounced
            | EventKind::PeakStarted
            | EventKind::PeakEnded
            | EventKind::DryContactChanged
            | EventKind::RelayChanged
            | EventKind::MessageReceived => return None,
        };
        Some(Self { level, kind, text })
    }

    /// The line of what a day showed of the breaker's model.
    pub fn of_breaker_check(check: BreakerCheck) -> Self {
        let BreakerCheck {
            holds,
            shown,
            modelled,
        } = check;
        let (level, what) = if holds {
            (Level::Info, "holds on this meter")
        } else {
            (
                Level::Warn,
                "does not hold on this meter: what is forecast of it may be wrong",
            )
        };
        Self {
            level,
            kind: journal::BREAKER_MODEL,
            text: format!(
                "the model of the breaker {what} (the meter's maximum of the day {shown} VA, the model's {modelled} VA)"
            ),
        }
    }

    /// The line of a link that is another, or has another cause; `None` if neither.
    pub fn of_link(before: &Snapshot, now: &Snapshot) -> Option<Self> {
        if before.link == now.link && detail(before) == detail(now) {
            return None;
        }
        let was = if before.link == now.link {
            String::new()
        } else {
            format!(" (was {})", before.link.as_str())
        };
        let why = match (detail(now), now.mode) {
            ("", Some(mode)) if now.link == Link::Receiving => {
                format!(" in {mode} mode{}", parity(now))
            }
            ("", _) => String::new(),
            (detail, _) => format!(": {detail}"),
        };
        Some(Self {
            level: match now.link {
                Link::NoDevice | Link::NoSignal => Level::Warn,
                Link::Syncing | Link::Receiving => Level::Info,
            },
            kind: journal::LINK_CHANGED,
            text: format!("{}{was}{why}", now.link.as_str()),
        })
    }
}

/// Whether the line has a parity that is checked.
fn parity(snapshot: &Snapshot) -> &'static str {
    match snapshot
        .frame
        .as_ref()
        .map(|frame| frame.is_parity_checked())
    {
        Some(true) => ", parity checked",
        Some(false) => ", without parity",
        None => "",
    }
}

/// The cause of the link's state.
fn detail(snapshot: &Snapshot) -> &str {
    snapshot.reading.text(Key::LINK_DETAIL).unwrap_or_default()
}

/// Two meters of one make, year and type have one description: their serial numbers are not logged.
fn replaced(from: &str, to: &str) -> String {
    if from == to {
        format!("another meter of the same make answers: {to}")
    } else {
        format!("another meter answers: {to} (it was {from})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_meter_is_described_beside_the_one_before_if_they_differ() {
        let (old, new) = ("Sagemcom, 2018, type 61", "Itron, 2024, type 64");
        assert_eq!(
            replaced(old, new),
            "another meter answers: Itron, 2024, type 64 (it was Sagemcom, 2018, type 61)"
        );
        assert_eq!(
            replaced(old, old),
            "another meter of the same make answers: Sagemcom, 2018, type 61"
        );
    }

    #[test]
    fn what_is_wrong_is_a_warning_and_its_end_is_not() {
        for (begin, end) in [
            (EventKind::VoltageOutOfRange, EventKind::VoltageRestored),
            (EventKind::PhaseLost, EventKind::PhaseRestored),
            (EventKind::ClockDegraded, EventKind::ClockRestored),
            (EventKind::OverPowerStarted, EventKind::OverPowerEnded),
            (
                EventKind::BreakerWarningStarted,
                EventKind::BreakerWarningEnded,
            ),
        ] {
            let [begin, end] =
                [begin, end].map(|kind| Line::of_event(&Event::new(kind, "a", "b")).unwrap());
            assert_eq!((begin.level, end.level), (Level::Warn, Level::Info));
            assert_eq!(begin.kind, end.kind);
        }
    }

    #[test]
    fn a_voltage_is_logged_with_its_phase_and_what_it_was() {
        let event = Event::new(
            EventKind::VoltageOutOfRange,
            "phase 1 252 V",
            "phase 1 254 V",
        );
        assert_eq!(
            Line::of_event(&event).unwrap().text,
            "the mean voltage is out of range: phase 1 254 V (before: phase 1 252 V)"
        );
    }
}
