//! What a meter remembers from one start of the daemon to the next.

use serde::{Deserialize, Serialize};

use super::calendar::Almanac;

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
    pub almanac: Almanac,
}
