//! What a meter remembers from one start of the daemon to the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calendar::CalendarMemory;

/// Kept as JSON under StateDirectory, one file per meter. No identifier is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The TIC mode that the rest is true for.
    pub mode: Option<String>,
    /// One or three.
    pub phases: Option<u8>,
    /// The keys of the state.
    pub keys: Vec<String>,
    /// The profiles of today and tomorrow.
    pub almanac: CalendarMemory,
    /// The last good index of each label.
    pub indexes: BTreeMap<String, Baseline>,
}

/// A last good value, and the host's clock when it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// In Wh or varh.
    pub value: i64,
    /// In microseconds since the epoch, UTC.
    pub time: i64,
}
