//! What is true: what the meter really sent lately, as groups and as the state that they make.
//!
//! A group is right if the frame that is being received, or the one before, holds the same. A value is right if one of
//! the last frames gives it: to a [`Meter`] that receives this frame alone, or to one that receives them all, both over a
//! perfect line. It is judged when it appears: one that was right and stands while its group is lost is late, not wrong.

use std::collections::VecDeque;
use std::sync::Arc;

use linky_sensor::meter::{
    EventKind, Identity, Input, Key, Memory, Meter, Moment, Snapshot, Value,
};
use linky_sensor::simulator::SentFrame;
use linky_sensor::tic::{Decoder, Frame, Group, Mode, Parity};

/// The state of this many frames ago is still right: a frame whose end was lost ends in the next, and is entered after it.
const RECENT: usize = 3;

/// A meter that nothing was received of yet.
pub fn meter() -> Meter {
    let identity = Identity {
        shows_identifiers: true,
        ..Identity::new("lab", "lab")
    };
    Meter::new(identity, &Memory::default())
}

/// What was sent lately.
pub struct Truth {
    decoder: Decoder,
    meter: Meter,
    frames: VecDeque<Frame>,
    states: VecDeque<Arc<Snapshot>>,
    /// Indexes that jumped and meters that were replaced; there are none.
    pub alarms: u64,
}

impl Truth {
    /// Nothing was sent yet.
    pub fn new(mode: Mode) -> Self {
        Self {
            decoder: Decoder::new(mode, Parity::Check),
            meter: meter(),
            frames: VecDeque::new(),
            states: VecDeque::new(),
            alarms: 0,
        }
    }

    /// A frame was sent, and ended at this moment.
    pub fn push(&mut self, sent: &SentFrame, now: Moment) {
        let (meter, frames, states) = (&mut self.meter, &mut self.frames, &mut self.states);
        let alarms = &mut self.alarms;
        for frame in self.decoder.push(&sent.bytes) {
            frames.push_front(frame.clone());
            frames.truncate(2);
            let alone = self::meter().push(Input::Frame(frame.clone()), now);
            if let Some((alone, update)) = alone.zip(meter.push(Input::Frame(frame), now)) {
                states.push_front(alone.snapshot.clone());
                states.push_front(update.snapshot.clone());
                states.truncate(2 * RECENT);
                *alarms += update
                    .events
                    .iter()
                    .filter(|event| is_alarm(event.kind))
                    .count() as u64;
            }
        }
    }

    /// Values that were held back on the perfect line: none should be.
    pub fn held(&self) -> u64 {
        self.meter
            .last()
            .reading
            .int(Key::VALUES_HELD)
            .unwrap_or_default()
    }

    /// Whether the meter sent this group.
    pub fn has_group(&self, group: &Group<'_>) -> bool {
        let same = |sent: &Group<'_>| {
            sent.data() == group.data() && sent.horodate_text() == group.horodate_text()
        };
        self.frames.iter().any(|frame| {
            group
                .label()
                .and_then(|label| frame.get(label))
                .is_some_and(|sent| same(&sent))
        })
    }

    /// Whether this is the value of a key, after `before`.
    pub fn has_value(&self, key: Key, value: &Value, before: Option<&Value>) -> bool {
        let recent = || {
            self.states
                .iter()
                .filter_map(|state| state.reading.get(key))
        };
        // In historique it is the sum of several indexes, of which some may be older than others.
        let is_sum = key == Key::ENERGY && self.meter.last().mode == Some(Mode::Historique);
        if let (true, Value::Int(sum)) = (is_sum, value) {
            let int = |value: &Value| match value {
                Value::Int(sum) => Some(*sum),
                _ => None,
            };
            let lowest = recent().chain(before).filter_map(int).min();
            let highest = recent().filter_map(int).max();
            return lowest <= Some(*sum) && Some(*sum) <= highest;
        }
        recent().any(|recent| recent == value)
    }

    /// Whether the calendar of a state is that of the meter: the parts of it that are known.
    pub fn has_calendar(&self, of: &Snapshot) -> bool {
        self.states.iter().any(|state| {
            let (is, was) = (&of.calendar, &state.calendar);
            [
                (&is.today, &was.today),
                (&is.tomorrow, &was.tomorrow),
                (&is.peak, &was.peak),
            ]
            .into_iter()
            .all(|(is, was)| is.is_none() || is == was)
        })
    }
}

/// An event that noise must not cause: the meter or its indexes changed.
pub fn is_alarm(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::IndexJumped | EventKind::MeterReplaced | EventKind::ModeChanged
    )
}
