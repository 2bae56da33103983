//! What a [`Meter`](super::Meter) is fed with: frames, and the state of the port that they come from.
//!
//! The port's reader makes an input once a second, or for each frame where frames come regularly, so that a meter notices a
//! silence without a clock of its own.

use super::link_cause::LinkDetail;
use crate::tic::Frame;

/// One observation of the port.
#[derive(Clone, Debug)]
pub enum Input {
    /// The port is missing, was refused or was lost. Repeated every second until the port is open.
    Unavailable {
        /// The cause, and what to do.
        detail: LinkDetail,
    },
    /// The first connection to a `tcp://` source is being made. Repeated every second until it is open or has failed.
    Connecting {
        /// The address.
        detail: LinkDetail,
    },
    /// The port was opened. Once for each opening.
    Opened {
        /// May be empty.
        detail: LinkDetail,
    },
    /// Correct groups arrive, but no frame has ended since the port was opened, or for ten seconds.
    Syncing {
        /// May be empty.
        detail: LinkDetail,
    },
    /// A frame ended; it may hold no group at all.
    Frame(Frame),
    /// The port is open, and none of the others came by the time that one was due.
    Tick {
        /// Why nothing correct arrives; empty if it does, or for the first seconds without.
        detail: LinkDetail,
    },
}
