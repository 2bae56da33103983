//! What is doubtful in the last frame, which decides when the file on disk is written.
//!
//! Input: the findings of each frame. Output: whether the last good indexes are to be saved. While a doubt lasts they do not
//! move, and a daemon that is killed meanwhile has them from disk only.

use super::part::{Finding, Save};
use crate::tic::Label;

/// The doubts of the last frame: its address may be another meter's, and indexes were held.
#[derive(Debug, Default)]
pub struct Doubts {
    is_unsettled: bool,
    indexes: Vec<Label>,
}

impl Doubts {
    /// Takes those of a frame. `is_unsettled`: its address may be another meter's. Returns `Save::Soon` if a doubt is new.
    pub fn replace(&mut self, is_unsettled: bool, findings: &[Finding]) -> Save {
        let held = findings.iter().filter_map(|finding| match finding {
            Finding::Held { label } if label.role().is_index() => Some(*label),
            _ => None,
        });
        let is_new = is_unsettled && !self.is_unsettled
            || held.clone().any(|label| !self.indexes.contains(&label));
        self.is_unsettled = is_unsettled;
        self.indexes.clear();
        self.indexes.extend(held);
        if is_new { Save::Soon } else { Save::Later }
    }
}
