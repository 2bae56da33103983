//! The states of a capture that is too short for figures: what each frame shows by itself.
//!
//! A state shows a figure once its label came in three frames. Of one or two frames, each is given three times to a meter
//! of its own; what that one shows fills what is not known in the state. Such a state is marked.

use serde::ser::{Serialize, SerializeMap, Serializer};
use std::sync::Arc;
use std::time::Duration;

use crate::meter::{Identity, Input, Memory, Meter, Moment, Snapshot};

/// Frames from which on states need no help.
pub const CONFIRMED_FROM: u64 = 3;

/// The key that marks a state.
pub const MARK: &str = "unconfirmed";

/// A state with the values of its own frame alone, where none is confirmed yet.
pub struct Unconfirmed(Snapshot);

impl Unconfirmed {
    /// The state without the mark.
    pub fn snapshot(&self) -> &Snapshot {
        &self.0
    }

    /// The state, with the values of its own frame for what is not confirmed yet.
    pub fn of(state: &Snapshot, identity: Identity) -> Self {
        let mut out = state.clone();
        if let Some(shown) = alone(state, identity) {
            out.keys = shown.keys;
            for (key, value) in shown.entries() {
                if out.reading.get(key).is_none() {
                    out.reading.set(key, value.cloned());
                }
            }
        }
        Self(out)
    }
}

/// The state of a meter that got this frame alone, three times.
fn alone(state: &Snapshot, identity: Identity) -> Option<Arc<Snapshot>> {
    let frame = state.frame.as_ref()?;
    let mut meter = Meter::new(identity, &Memory::default());
    for second in 0..3 {
        let now = Moment {
            wall: state.time,
            mono: Duration::from_secs(second),
        };
        meter.push(Input::Frame(frame.as_ref().clone()), now);
    }
    Some(meter.last().clone())
}

impl Serialize for Unconfirmed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0.entries() {
            map.serialize_entry(key.row().key, &value)?;
        }
        map.serialize_entry(MARK, &true)?;
        map.end()
    }
}
