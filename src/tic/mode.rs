//! The two modes of the output, and all that follows from the mode alone.
//!
//! The mode is a setting of the meter: only the network operator changes it. It fixes the speed,
//! the separator, the rule of the checksum and the labels. Source: 54E 5.

use core::fmt;

/// The mode of the output of a meter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    /// 9600 baud, fields separated by HT, dated values.
    Standard,
    /// 1200 baud, fields separated by SP: the frames of the meters before Linky, and the factory
    /// setting.
    Historique,
}

impl Mode {
    /// Both modes.
    pub const ALL: [Mode; 2] = [Mode::Standard, Mode::Historique];

    /// The public word: `standard` or `historique`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Mode::Standard => "standard",
            Mode::Historique => "historique",
        }
    }

    /// Speed of the line in baud. A character takes ten bits in both modes.
    pub const fn baud(self) -> u32 {
        match self {
            Mode::Standard => 9600,
            Mode::Historique => 1200,
        }
    }

    /// The character between the fields of a group: HT or SP.
    pub const fn separator(self) -> u8 {
        match self {
            Mode::Standard => b'\t',
            Mode::Historique => b' ',
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_shown_by_its_public_word() {
        assert_eq!(Mode::Standard.to_string(), "standard");
        assert_eq!(format!("{:>12}", Mode::Historique), "  historique");
    }
}
