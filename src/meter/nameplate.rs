//! Which meter answers: its address, and the event when it is another one.
//!
//! The address (ADSC, ADCO) is the same in both modes, so it is kept through a change of mode. On disk is only what does
//! not identify the meter: maker, year, type, and sixteen bits of a hash of the address, by which a meter that was replaced
//! while the daemon was off is noticed.

use serde::{Deserialize, Serialize};

use super::event::{Event, EventKind};
use super::part::{Part, Reset};
use super::quantity::Key;
use super::reading::Reading;
use super::value::Value;
use crate::tic::{Label, Mode};

/// The known meter.
#[derive(Debug, Default)]
pub struct Nameplate {
    /// The accepted address, since the start.
    address: Option<String>,
    known: Option<Known>,
    /// The description of the meter that was replaced, until the event is given.
    replaced: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    fingerprint: u16,
    /// Maker, year and type; empty until known.
    description: String,
}

impl Nameplate {
    /// The label of the address in a mode.
    pub fn label(mode: Mode) -> Label {
        match mode {
            Mode::Standard => Label::ADSC,
            Mode::Historique => Label::ADCO,
        }
    }

    /// Whether this address is another meter's.
    pub fn is_another(&self, address: &str) -> bool {
        match (&self.address, &self.known) {
            (Some(known), _) => known != address,
            (None, Some(known)) => known.fingerprint != fingerprint(address),
            (None, None) => false,
        }
    }

    /// Takes an address that was accepted. Returns whether what is on disk is another meter's.
    pub fn accept(&mut self, address: &str) -> bool {
        if self.address.as_deref() == Some(address) {
            return false;
        }
        self.address = Some(address.to_owned());
        let fingerprint = fingerprint(address);
        if self
            .known
            .as_ref()
            .is_some_and(|known| known.fingerprint == fingerprint)
        {
            return false;
        }
        self.known = Some(Known {
            fingerprint,
            description: String::new(),
        });
        true
    }
}

impl Part for Nameplate {
    fn reset(&mut self, reset: Reset) {
        if reset == Reset::Meter {
            let known = self.known.take().map(|known| known.description);
            *self = Self {
                replaced: Some(known.unwrap_or_default()),
                ..Self::default()
            };
        }
    }

    fn events(&mut self, reading: &Reading, events: &mut Vec<Event>) {
        if let Some(known) = &mut self.known
            && known.description.is_empty()
            && reading.get(Key::MANUFACTURER).is_some()
        {
            let text = |key| reading.get(key).map(Value::to_string).unwrap_or_default();
            known.description = format!(
                "{}, {}, type {}",
                text(Key::MANUFACTURER),
                text(Key::MANUFACTURE_YEAR),
                text(Key::DEVICE_TYPE)
            );
        }
        if let Some(from) = self.replaced.take() {
            let to = self.known.as_ref().map(|known| known.description.as_str());
            events.push(Event::new(
                EventKind::MeterReplaced,
                from,
                to.unwrap_or_default(),
            ));
        }
    }

    fn save(&self, _: Mode) -> Option<serde_json::Value> {
        serde_json::to_value(self.known.as_ref()?).ok()
    }

    fn restore(&mut self, saved: serde_json::Value, _: Mode) {
        self.known = serde_json::from_value(saved).ok();
    }
}

/// Sixteen bits of a hash (FNV-1a, folded) of an address: hundreds of meters in use share each value.
pub fn fingerprint(address: &str) -> u16 {
    let hash = address.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    #[expect(clippy::cast_possible_truncation, reason = "folded to sixteen bits")]
    let folded = (hash >> 16) as u16 ^ hash as u16;
    folded
}
