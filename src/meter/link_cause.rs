//! The cause of the state of the link: one word of a closed list for programs and translators, one line for people.
//!
//! Who finds a cause makes both from one value (`serial/refusal.rs`, `serial/line_trouble.rs`, [`LineFault`]), so that they
//! never contradict.
//!
//! [`LineFault`]: super::LineFault

use core::fmt;
use std::sync::Arc;

/// The likely cause. The word is `link_cause`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LinkCause {
    /// Nothing is wrong, or nothing is known yet.
    #[default]
    Nothing,
    /// There is no such port, or it went away.
    NoPort,
    /// The port is there, and this user, the unit or the system does not let it be opened.
    Refused,
    /// Another process has the port.
    Held,
    /// The kernel writes its messages to the port.
    Console,
    /// A login prompt uses the port.
    Login,
    /// No byte arrives.
    NoByte,
    /// Bytes arrive, and no group of a meter.
    NoGroup,
    /// The characters look like those of another speed.
    WrongSpeed,
    /// Characters or groups are damaged on the line.
    Noise,
    /// Groups arrive, and no frame has ended.
    NoFrame,
    /// The server of a `tcp://` source is not reached, or closed the connection.
    ServerGone,
}

impl LinkCause {
    /// Every cause.
    pub const ALL: [Self; 12] = [
        Self::Nothing,
        Self::NoPort,
        Self::Refused,
        Self::Held,
        Self::Console,
        Self::Login,
        Self::NoByte,
        Self::NoGroup,
        Self::WrongSpeed,
        Self::Noise,
        Self::NoFrame,
        Self::ServerGone,
    ];

    /// The words, in the order of [`ALL`](Self::ALL).
    pub const WORDS: [&'static str; Self::ALL.len()] = [
        "none",
        "no_port",
        "refused",
        "held",
        "console",
        "login",
        "no_byte",
        "no_group",
        "wrong_speed",
        "noise",
        "no_frame",
        "server_gone",
    ];

    /// The word that is published, such as `no_byte`.
    pub fn as_str(self) -> &'static str {
        let mut words = Self::ALL.iter().zip(Self::WORDS);
        let word = words.find(|(cause, _)| **cause == self);
        word.map_or("none", |(_, word)| word)
    }
}

/// The cause, and the line for people. It is published, so it changes only with the cause. `Display` is the line; it may be
/// empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkDetail {
    cause: LinkCause,
    text: Arc<str>,
}

impl LinkDetail {
    /// A cause, and the line about it.
    pub fn new(cause: LinkCause, text: impl Into<Arc<str>>) -> Self {
        Self {
            cause,
            text: text.into(),
        }
    }

    /// The cause.
    pub fn cause(&self) -> LinkCause {
        self.cause
    }

    /// The line for people.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same, shared by all states that show it.
    pub fn shared_text(&self) -> Arc<str> {
        self.text.clone()
    }

    /// Whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.cause == LinkCause::Nothing
    }
}

impl fmt::Display for LinkDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
