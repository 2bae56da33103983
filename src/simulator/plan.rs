//! The choices of a connection: phases and tariff.

/// How many phases the meter has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phases {
    /// Single-phase, type 75 (90 A).
    One,
    /// Three-phase, type 76 (60 A).
    Three,
}

impl Phases {
    /// Every choice.
    pub const ALL: [Self; 2] = [Self::One, Self::Three];

    /// `1` or `3`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Three => "3",
        }
    }

    /// 1 or 3.
    #[must_use]
    pub const fn count(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Three => 3,
        }
    }
}

/// The supplier's tariff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TariffPlan {
    /// One index.
    Base,
    /// Off-peak hours 22:30 to 06:30, peak hours the rest of the day.
    OffPeak,
    /// Blue, white and red days from 06:00, off-peak hours 22:00 to 06:00.
    Tempo,
    /// Twenty-two peak days a winter, from 07:00 to 01:00.
    Ejp,
}

impl TariffPlan {
    /// Every choice.
    pub const ALL: [Self; 4] = [Self::Base, Self::OffPeak, Self::Tempo, Self::Ejp];

    /// `base`, `off-peak`, `tempo` or `ejp`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::OffPeak => "off-peak",
            Self::Tempo => "tempo",
            Self::Ejp => "ejp",
        }
    }
}
