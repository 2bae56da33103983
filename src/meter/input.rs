//! What a [`Meter`](super::Meter) is fed with: frames, and the state of the port that they come from.
//!
//! The port's reader makes an input at least once a second, so that a meter notices a silence without a clock of its own.

use crate::tic::Frame;

/// One observation of the port. A `detail` is one line for people; it is published, so it changes only with its cause.
#[derive(Clone, Debug)]
pub enum Input {
    /// The port is missing, was refused or was lost. Repeated every second until the port is open.
    Unavailable {
        /// The cause, and what to do.
        detail: String,
    },
    /// The first connection to a `tcp://` source is being made. Repeated every second until it is open or has failed.
    Connecting {
        /// The address.
        detail: String,
    },
    /// The port was opened. Once for each opening.
    Opened {
        /// May be empty.
        detail: String,
    },
    /// Correct groups arrive, but no frame has ended since the port was opened, or for ten seconds.
    Syncing {
        /// May be empty.
        detail: String,
    },
    /// A frame ended; it may hold no group at all.
    Frame(Frame),
    /// The port is open, and none of the others came for a second.
    Tick {
        /// Why nothing correct arrives; empty if it does, or for the first seconds without.
        detail: String,
    },
}
