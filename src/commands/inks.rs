//! Colours of a terminal, for pages that are printed once.
//!
//! Only on a terminal, and not where `NO_COLOR` is set or the terminal is `dumb`. No meaning is carried by colour alone.
//! Text keeps the foreground of the terminal, so that it is readable on light and dark ones.

use std::env;
use std::io::{self, IsTerminal};

/// What a piece of text is coloured for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// As it should be.
    Good,
    /// To be looked at.
    Warning,
    /// Not as it should be.
    Bad,
    /// Beside the point.
    Faint,
    /// The point.
    Bold,
    /// A blue day.
    Blue,
    /// A white day.
    White,
    /// A red day.
    Red,
}

impl Ink {
    /// The parameters of SGR (ECMA-48).
    const fn sgr(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad | Self::Red => "31",
            Self::Faint => "2",
            // White itself would vanish on a light terminal.
            Self::Bold | Self::White => "1",
            Self::Blue => "34",
        }
    }
}

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inks {
    is_coloured: bool,
}

impl Inks {
    /// Colours, or none.
    pub const fn new(is_coloured: bool) -> Self {
        Self { is_coloured }
    }

    /// Those of standard output.
    pub fn of_stdout() -> Self {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = env::var_os("TERM").is_none_or(|terminal| terminal == "dumb");
        Self::new(io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb)
    }

    /// The text in its colour.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        if self.is_coloured && !text.is_empty() {
            format!("\x1b[{}m{text}\x1b[0m", ink.sgr())
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_put_around_the_text_or_left_out() {
        let coloured = Inks::new(true);
        assert_eq!(coloured.paint(Ink::Bad, "no"), "\x1b[31mno\x1b[0m");
        assert_eq!(coloured.paint(Ink::Bad, ""), "");
        assert_eq!(Inks::new(false).paint(Ink::Bad, "no"), "no");
    }
}
