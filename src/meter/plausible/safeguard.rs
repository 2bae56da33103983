//! The rules of the validator, by name, so that the noise laboratory can leave one out and measure what it buys.
//!
//! The daemon runs with all of them: [`Safeguards::default`]. No configuration reaches them.

macro_rules! safeguards {
    ($( $rule:ident $name:literal $meaning:literal; )*) => {
        /// One rule that can be left out. `docs/NOISE.md` has what each buys, in figures.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Safeguard {
            $( #[doc = $meaning] $rule, )*
        }

        impl Safeguard {
            /// All of them.
            pub const ALL: &[Self] = &[ $( Self::$rule, )* ];

            /// The name, such as `suspect-digits`.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$rule => $name, )* }
            }
        }
    };
}

safeguards! {
    Index "index" "An index follows the last good one. Without: accepted as it comes.";
    QuietLine "quiet-line" "On a line that looks bad an index waits until the next one follows it.";
    SoundFrame "sound-frame" "A frame with many rejected groups is not sound, whatever its parity.";
    ChainOfThree "chain-of-three" "A jump needs three values. Without: two.";
    ChainMinute "chain-minute" "A jump without corroboration takes a minute. Without: three values.";
    Silence "silence" "After a silence two values are enough.";
    UnknownAge "unknown-age" "A value after a baseline of unknown age needs parity.";
    Revoke "revoke" "A good value that later ones show to be damaged is revoked.";
    RevokeTen "revoke-ten" "One that came twice is revoked by ten. Without: by two.";
    CrossCheck "cross-check" "The totals corroborate and contradict an index.";
    Contradiction "contradiction" "What the totals contradict is not accepted.";
    Attribution "attribution" "A part that may explain a wrong sum needs more than time.";
    DistributorSum "distributor-sum" "The sum of the distributor's indexes beside that of the supplier's.";
    LearnedDifference "learned-difference" "A constant difference between a sum and the total is learned.";
    SlowRelearn "slow-relearn" "One that replaces a proven one takes hours. Without: minutes.";
    FreshSums "fresh-sums" "The sums start anew with the contract, or when a contradicted value was accepted.";
    SuspectDigits "suspect-digits" "A digit that alone explains a jump makes the value suspect.";
    SuspectCurrent "suspect-current" "A value that is already the last good one proves nothing about a suspect digit.";
    SuspectMinute "suspect-minute" "In the first minute only digits that differ from the last good value are suspect.";
    SuspectSeries "suspect-series" "No digit is suspect before a series of ten good values.";
    Day "day" "What is contradicted or suspect is accepted after a day.";
    Clock "clock" "The clock advances. Without: accepted as it comes.";
    Repeat "repeat" "A text comes twice.";
    RepeatThree "repeat-three" "On a line that looks bad a text comes three times.";
    FirstAtOnce "first-at-once" "The first value in a sound frame is accepted at once.";
    Register "register" "A register without parity comes twice.";
    Once "once" "What is sent once comes twice without parity.";
    MaximumGrows "maximum-grows" "A maximum that grows repeats itself.";
    MaximumFalls "maximum-falls" "A maximum that falls within the day takes a minute.";
    NearClock "near-clock" "A dated value far from the meter's clock takes a minute.";
    OtherMaximum "other-maximum" "The maximum of a replaced meter may be lower.";
}

impl Safeguard {
    /// The rule of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.as_str() == name)
    }
}

/// A set of rules: all, unless some are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Safeguards {
    /// A bit for each rule that is left out.
    without: u64,
}

impl Safeguards {
    /// All but one.
    #[must_use]
    pub fn without(self, rule: Safeguard) -> Self {
        Self {
            without: self.without | 1 << rule as u8,
        }
    }

    /// True if the rule applies.
    pub fn has(self, rule: Safeguard) -> bool {
        self.without & 1 << rule as u8 == 0
    }
}
