//! What keeps the demo from running.

use std::io;

use crate::commands::console::CommandError;
use crate::names::exit;
use crate::words::Words;

/// The part that failed.
#[derive(Debug)]
pub enum DemoError {
    /// A program is not there; a package has it.
    NotInstalled(&'static str, &'static str),
    /// A program did not start within this many seconds.
    NoStart(String, u64),
    /// No place for the files.
    Directory(io::Error),
    /// No port for the broker.
    Port(io::Error),
    /// The simulated meter has no line.
    Line(io::Error),
    /// A program or a file, by its name.
    Named(String, io::Error),
    /// A meter that there cannot be.
    Meter(String),
    /// What the daemon remembers of the past is not written.
    Past(String),
}

impl DemoError {
    /// A program or a file, and why it failed.
    pub fn named(name: impl Into<String>, error: io::Error) -> Self {
        Self::Named(name.into(), error)
    }

    /// The error for people.
    pub fn explained(self, words: Words) -> CommandError {
        let (code, message) = match self {
            Self::NotInstalled(program, package) => (
                exit::UNAVAILABLE,
                words.demo_not_installed(program, package),
            ),
            Self::NoStart(name, seconds) => {
                (exit::UNAVAILABLE, words.demo_no_start(&name, seconds))
            }
            Self::Directory(error) => {
                return CommandError::of(exit::IO, words, &words.demo_directory(), error);
            }
            Self::Port(error) => {
                return CommandError::of(exit::IO, words, &words.demo_port(), error);
            }
            Self::Line(error) => {
                return CommandError::of(exit::IO, words, &words.demo_line(), error);
            }
            Self::Named(name, error) => return CommandError::of(exit::IO, words, &name, error),
            Self::Meter(why) => (exit::USAGE, words.translated(&why)),
            Self::Past(why) => (exit::IO, words.translated(&why)),
        };
        CommandError::new(code, message)
    }
}
