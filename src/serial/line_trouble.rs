//! What an open port lacks, or is waited for: a word for programs and one line for people, made from the same value.
//!
//! The only place of these texts, beside `refusal` for ports that are not open. No text has a count of seconds, because each
//! change of it is published.

use crate::meter::{LineFault, LinkCause, LinkDetail};
use crate::tic::Mode;
use std::fmt;
use std::time::Duration;

/// See the module. `Display` is the line.
#[derive(Clone, Debug)]
pub enum LineTrouble<'a> {
    /// The first connection to the source with this address is being made.
    Connecting(&'a str),
    /// The port with this name was opened.
    Opened(&'a str),
    /// Correct groups of this mode arrive, and no frame has ended yet.
    FrameOpen(Mode),
    /// No byte.
    Silence {
        lasts: Duration,
        /// What to check.
        advice: &'static str,
        /// What came before in plain text.
        quote: Option<String>,
    },
    /// Plain text, and no group of a meter.
    Text {
        lasts: Duration,
        quote: String,
        /// It asks for a name or a password.
        is_login: bool,
    },
    /// Bytes, and no group of a meter; what they point to.
    NoGroup {
        lasts: Duration,
        fault: Option<LineFault>,
    },
}

impl LineTrouble<'_> {
    /// The word.
    pub fn cause(&self) -> LinkCause {
        match self {
            Self::Connecting(_) | Self::Opened(_) => LinkCause::Nothing,
            Self::FrameOpen(_) => LinkCause::NoFrame,
            Self::Silence { .. } => LinkCause::NoByte,
            Self::Text { is_login: true, .. } => LinkCause::Login,
            Self::Text { .. } => LinkCause::NoGroup,
            Self::NoGroup { fault, .. } => fault.map_or(LinkCause::NoGroup, LineFault::cause),
        }
    }
}

impl fmt::Display for LineTrouble<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting(address) => write!(f, "{address}: connecting"),
            Self::Opened(device) => write!(f, "{device} is open; groups are awaited"),
            Self::FrameOpen(mode) => write!(
                f,
                "correct groups arrive ({mode} mode); the end of a frame is awaited"
            ),
            Self::Silence {
                lasts,
                advice,
                quote,
            } => {
                write!(f, "no byte for {}: {advice}", rounded(*lasts))?;
                match quote {
                    Some(quote) => write!(f, "{}", Quotation(quote)),
                    None => Ok(()),
                }
            }
            Self::Text {
                lasts,
                quote,
                is_login,
            } => {
                let likely = if *is_login {
                    "a login prompt"
                } else {
                    "a login prompt or a server"
                };
                write!(
                    f,
                    "text arrives and no group of a meter for {}, as from {likely}: \"{quote}\"",
                    rounded(*lasts)
                )
            }
            Self::NoGroup { lasts, fault } => {
                let likely = fault.map_or("wrong speed, noise or a cable fault", LineFault::as_str);
                write!(
                    f,
                    "bytes arrive but no correct group for {}: {likely}",
                    rounded(*lasts)
                )
            }
        }
    }
}

impl From<LineTrouble<'_>> for LinkDetail {
    fn from(trouble: LineTrouble<'_>) -> Self {
        Self::new(trouble.cause(), trouble.to_string())
    }
}

/// What came in plain text, as the end of a sentence.
pub struct Quotation<'a>(pub &'a str);

impl fmt::Display for Quotation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "; before, it wrote \"{}\"", self.0)
    }
}

/// A duration in words: rounded down, so that the text seldom changes.
fn rounded(duration: Duration) -> &'static str {
    match duration.as_secs() {
        0..60 => "several seconds",
        60..600 => "over a minute",
        600..3600 => "over ten minutes",
        3600..86_400 => "over an hour",
        _ => "over a day",
    }
}
