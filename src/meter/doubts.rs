//! What is doubtful in the last frame, for the file on disk: while a doubt lasts, the last good indexes do not move, and they
//! are wanted if the daemon is killed meanwhile.

use super::part::{Finding, Save};
use crate::tic::Label;

/// What may be of another meter, or not continue an index: its address, and indexes that were held.
#[derive(Debug, Default)]
pub struct Doubts {
    is_unsettled: bool,
    indexes: Vec<Label>,
}

impl Doubts {
    /// Takes those of a frame. If the last frame had not all of them, the last good indexes are to be saved: until the
    /// doubt is over they do not move, and a daemon that is killed meanwhile has them only from disk.
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
