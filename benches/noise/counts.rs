//! What an experiment counts: groups on the wire, values in the states, and which of them were wrong.

use std::collections::BTreeMap;
use std::ops::AddAssign;

/// See the module.
#[derive(Clone, Default)]
pub struct Counts {
    /// Groups sent.
    pub sent: u64,
    /// Those that arrived untouched, from LF to CR.
    pub intact: u64,
    /// Groups that passed the wire checks, and are what was sent.
    pub right: u64,
    /// Groups that a decoder would take for good by the sum alone, and are not.
    pub wrong_by_sum: u64,
    /// Groups of a known label that passed the wire checks, and are not what was sent.
    pub wrong_on_wire: u64,
    /// Groups of no known label that passed the wire checks. No value comes of them.
    pub unknown: u64,
    /// Values that were published and were never sent.
    pub wrong_published: u64,
    /// Values in the states that were published, those of the meter.
    pub values: u64,
    /// Those of them that stand though the meter sends another by now.
    pub late: u64,
    /// Values that were held back.
    pub held: u64,
    /// Events for a jump or another meter; neither happened.
    pub alarms: u64,
    /// The labels and the keys that were wrong.
    pub culprits: BTreeMap<String, u64>,
}

impl Counts {
    /// Counts one more wrong value of this label or key.
    pub fn blame(&mut self, name: String) {
        *self.culprits.entry(name).or_default() += 1;
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.intact += other.intact;
        self.right += other.right;
        self.wrong_by_sum += other.wrong_by_sum;
        self.wrong_on_wire += other.wrong_on_wire;
        self.unknown += other.unknown;
        self.wrong_published += other.wrong_published;
        self.values += other.values;
        self.late += other.late;
        self.held += other.held;
        self.alarms += other.alarms;
        for (name, count) in other.culprits {
            *self.culprits.entry(name).or_default() += count;
        }
    }
}
