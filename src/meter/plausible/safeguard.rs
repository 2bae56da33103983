//! The rules of the validator, by name, so that the noise benchmark can leave one out and measure what it buys.
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
    ChainOfThree "chain-of-three" "A jump needs three values. Without: two.";
    ChainMinute "chain-minute" "A jump without corroboration takes a minute. Without: three values.";
    Absence "absence" "After an absence of a minute two values are enough.";
    Revoke "revoke" "A good value that later ones show to be damaged is revoked.";
    RevokeTen "revoke-ten" "One that was received twice is revoked by ten. Without: by two.";
    CrossCheck "cross-check" "The totals corroborate and contradict an index.";
    Contradiction "contradiction" "What the totals contradict is not accepted.";
    DistributorSum "distributor-sum" "The sum of the distributor's indexes beside that of the supplier's.";
    LearnedDifference "learned-difference" "A constant difference between a sum and the total is learned.";
    SlowRelearn "slow-relearn" "One that replaces a proven one takes hours. Without: minutes.";
    FreshSums "fresh-sums" "The sums start anew with the contract, or when a contradicted value was accepted.";
    SuspectDigits "suspect-digits" "A digit that alone explains a jump makes the value suspect.";
    SuspectMinute "suspect-minute" "In the first minute only digits that differ from the last good value are suspect.";
    Day "day" "What is contradicted or suspect is accepted after a day.";
    Bounds "bounds" "A current, a voltage or a power of the moment is physically possible. Without: accepted as it comes.";
    Clock "clock" "The clock advances. Without: accepted as it comes.";
    Repeat "repeat" "A text comes twice.";
    RepeatThree "repeat-three" "On a line that looks bad a text comes three times.";
    FirstAtOnce "first-at-once" "The first value in a sound frame is accepted at once.";
    Register "register" "A register without parity comes twice.";
    MaximumGrows "maximum-grows" "A maximum that grows repeats itself.";
    MaximumFalls "maximum-falls" "A maximum that falls within the day takes a minute.";
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
