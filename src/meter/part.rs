//! What all stateful parts of a meter have in common.
//!
//! A part sees accepted frames and the time, fills quantities, gives events, keeps a section of the file on disk, and
//! begins anew when its past does not hold any more. `state` is the only caller. To add a part: write it, add its line to
//! the list in `state`, and its rows to the table of quantities.
//!
//! Pure: the time and all else that a part may use is in the [`Context`].

use core::fmt;

use super::event::Event;
use super::label_values::LabelValues;
use super::reading::Reading;
use super::tariff::contract::Contract;
use super::value::Moment;
use crate::tic::{Frame, Label, Mode};

/// A stateful part of a meter. Each call has a default that does nothing, except for [`reset`](Self::reset).
pub trait Part: fmt::Debug {
    /// Takes an accepted frame. Frames that may be another meter's never get here. Returns whether what the part keeps on
    /// disk must be written at once.
    fn on_frame(&mut self, _frame: &Frame, _context: &Context<'_>) -> Save {
        Save::Later
    }

    /// Takes the time, about once a second while no frame comes. After a silence no label has a current value.
    fn on_timer(&mut self, _context: &Context<'_>) {}

    /// Begins anew. Called before the first frame of the other mode or meter is taken.
    fn reset(&mut self, reset: Reset);

    /// Fills its quantities. Called once per Update, in the order of the list of parts.
    fn fill(&self, _context: &Context<'_>, _reading: &mut Reading) {}

    /// Adds what happened since the last Update. `reading` is what is about to be published.
    fn events(&mut self, _reading: &Reading, _events: &mut Vec<Event>) {}

    /// What to keep on disk; `None` if nothing. No identifier may be in it.
    fn save(&self, _mode: Mode) -> Option<serde_json::Value> {
        None
    }

    /// Takes back what [`save`](Self::save) gave in an earlier start, in the same mode. The file may be damaged: what does
    /// not fit is ignored.
    fn restore(&mut self, _saved: serde_json::Value, _mode: Mode) {}
}

/// Why parts begin anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// The same meter sends the other mode.
    Mode,
    /// Another meter answers.
    Meter,
}

/// When what is kept on disk must be written.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Save {
    /// At the next regular save.
    Later,
    /// At once, unless that happened often since the last regular save: what is on disk is right, but older than what is
    /// known, and the next frames may be of a meter or an index that does not continue it.
    Soon,
    /// At once: what is on disk is wrong now.
    Now,
}

impl Save {
    /// `Now` if so, else `Later`.
    pub fn now_if(changed: bool) -> Self {
        if changed { Self::Now } else { Self::Later }
    }
}

/// What parts may use.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Both clocks.
    pub now: Moment,
    /// The mode.
    pub mode: Mode,
    /// One or three, once known.
    pub phases: Option<u8>,
    /// The kind of contract, once known.
    pub contract: Option<Contract>,
    /// The accepted values: those of this frame ([`fresh`](LabelValues::fresh)) and those that are current
    /// ([`get`](LabelValues::get)).
    pub values: &'a LabelValues,
    /// What the validator found in this frame.
    pub findings: &'a [Finding],
}

/// What the validator found, besides values that follow from what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// An index was accepted that does not follow the last good one: a reset, a contract that moves it.
    Jumped {
        /// Its label.
        label: Label,
        /// The last good value.
        from: i64,
        /// The accepted one.
        to: i64,
    },
    /// The last good value of an index was wrong, and this one follows the value before it.
    Corrected {
        /// Its label.
        label: Label,
        /// The wrong value, which was published.
        from: i64,
        /// The accepted one.
        to: i64,
    },
    /// A value was held back, or one that waited for confirmation was dropped.
    Held {
        /// Its label.
        label: Label,
    },
}

impl Finding {
    /// The label that it is about.
    pub fn label(&self) -> Label {
        match self {
            Self::Jumped { label, .. } | Self::Corrected { label, .. } | Self::Held { label } => {
                *label
            }
        }
    }
}
