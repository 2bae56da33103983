//! Whether the parts of the energy add up to its total.
//!
//! EAST is the sum of EASF01 to 10, and of EASD01 to 04. The specification does not promise it; every recorded frame
//! keeps it, up to a step of the index between the moments at which the meter samples two groups.
//!
//! | a sum | enters when | shows of the total | of a part |
//! |---|---|---|---|
//! | holds | it is within 2 Wh of the expected difference | confirms (exact) or allows | the same |
//! | unknown | a part was never received; or it has not held in 3 frames yet; or it is too low and a part is missing: a missing part keeps its last value, which may be too low | nothing | nothing |
//! | fails | otherwise | contradicts, if the other sum does not hold | contradicts the part whose change equals the difference |
//!
//! When both sums fail it is the total that is wrong, and nothing is concluded about the parts.
//!
//! The expected difference is 0. Another one is learned when it stayed the same in 200 whole frames, in 6000 if it replaces
//! a proven one. Input: the sums of a frame ([`FrameSums`]). Output: a [`Corroboration`].

use super::chain::Corroboration;
use super::safeguard::{Safeguard, Safeguards};
use crate::tic::{Flow, Frame, Label, Role};

/// A sum may differ from the total by this much more or less than expected, in Wh.
const TOLERANCE: i64 = 2;
/// A sum that held in this many frames is expected to hold.
const PROVEN_FRAMES: u16 = 3;
/// Another difference is expected after this many equal whole frames in a row: minutes, in which no damaged digit leaves
/// the same difference.
const LEARN_FRAMES: u16 = 200;
/// The same where the old difference was proven: hours. A change of contract may leave the total alone.
const RELEARN_FRAMES: u16 = 6000;

/// What the indexes of one frame add up to. A part that is not in the frame counts with its last good value.
#[derive(Clone, Copy, Debug, Default)]
pub struct FrameSums {
    supplier: Option<Excess>,
    distributor: Option<Excess>,
}

/// By how much a sum exceeds the total, in Wh.
#[derive(Clone, Copy, Debug)]
struct Excess {
    by: i64,
    /// All parts were in the frame.
    is_whole: bool,
}

#[derive(Default)]
struct Addition {
    sum: i64,
    parts: u16,
}

impl Addition {
    fn add(&mut self, part: u8, value: u32) {
        self.sum += i64::from(value);
        self.parts |= 1 << part;
    }

    fn excess(
        self,
        parts: &[Label],
        total: Option<i64>,
        good: &dyn Fn(Label) -> Option<i64>,
    ) -> Option<Excess> {
        let (mut sum, mut is_whole) = (self.sum, true);
        for part in parts {
            if self.parts & 1 << part_number(*part) == 0 {
                sum += good(*part)?;
                is_whole = false;
            }
        }
        Some(Excess {
            by: sum - total?,
            is_whole,
        })
    }
}

fn part_number(label: Label) -> u8 {
    match label.role() {
        Role::Supplier(part) | Role::Distributor(part) => part & 0xF,
        _ => 0,
    }
}

impl FrameSums {
    /// Adds up a frame. `good` is the last good value of a label.
    pub fn of(frame: &Frame, good: &dyn Fn(Label) -> Option<i64>) -> Self {
        let (mut supplier, mut distributor) = (Addition::default(), Addition::default());
        let mut total = None;
        for (label, number) in frame.numbers() {
            match label.role() {
                Role::Total(Flow::Withdrawn) => total = Some(number.into()),
                Role::Supplier(_) => supplier.add(part_number(label), number),
                Role::Distributor(_) => distributor.add(part_number(label), number),
                _ => {}
            }
        }
        Self {
            supplier: supplier.excess(Label::SUPPLIER, total, good),
            distributor: distributor.excess(Label::DISTRIBUTOR, total, good),
        }
    }
}

/// What is known of the two sums of a meter.
#[derive(Clone, Copy, Debug, Default)]
pub struct CrossCheck {
    supplier: Sum,
    distributor: Sum,
}

impl CrossCheck {
    /// Learns from the sums of a frame.
    pub fn learn(&mut self, sums: &FrameSums, safeguards: Safeguards) {
        self.supplier.learn(sums.supplier, safeguards);
        self.distributor.learn(sums.distributor, safeguards);
    }

    /// The verdict of the sums of a frame on its number for a label. `last` is the last good value of the label.
    pub fn about(
        &self,
        label: Label,
        number: i64,
        last: Option<i64>,
        sums: &FrameSums,
        safeguards: Safeguards,
    ) -> Corroboration {
        if !safeguards.has(Safeguard::CrossCheck) {
            return Corroboration::Silent;
        }
        let supplier = self.supplier.check(sums.supplier);
        let distributor = if safeguards.has(Safeguard::DistributorSum) {
            self.distributor.check(sums.distributor)
        } else {
            Check::Unknown
        };
        let (own, other) = match label.role() {
            Role::Total(Flow::Withdrawn) => {
                return match (supplier.of_the_total(), distributor.of_the_total()) {
                    (Corroboration::Silent, known) | (known, Corroboration::Silent) => known,
                    // The total and a part may be wrong by as much.
                    (Corroboration::Contradicts, Corroboration::Contradicts) => {
                        Corroboration::Contradicts
                    }
                    (Corroboration::Contradicts, _) | (_, Corroboration::Contradicts) => {
                        Corroboration::Silent
                    }
                    (one, other) => one.max(other),
                };
            }
            Role::Supplier(_) => (supplier, distributor),
            Role::Distributor(_) => (distributor, supplier),
            _ => return Corroboration::Silent,
        };
        match (own, other) {
            // The total is wrong, and this part may be wrong by as much.
            (Check::Fails { .. } | Check::Holds(_), Check::Fails { .. }) => Corroboration::Silent,
            (own, _) => own.of_a_part(last.map(|last| number - last)),
        }
    }
}

/// How a sum differs from what is expected.
#[derive(Clone, Copy)]
enum Check {
    Unknown,
    Holds(Corroboration),
    Fails { by: i64 },
}

impl Check {
    fn of_the_total(self) -> Corroboration {
        match self {
            Self::Unknown => Corroboration::Silent,
            Self::Holds(corroboration) => corroboration,
            Self::Fails { .. } => Corroboration::Contradicts,
        }
    }

    /// `change`: since the last good value of the part, in Wh.
    fn of_a_part(self, change: Option<i64>) -> Corroboration {
        let by = match self {
            Self::Unknown => return Corroboration::Silent,
            Self::Holds(corroboration) => return corroboration,
            Self::Fails { by } => by,
        };
        match change {
            Some(change) if (change - by).abs() <= TOLERANCE => Corroboration::Contradicts,
            _ => Corroboration::Silent,
        }
    }
}

/// One of the sums, and by how much it is expected to exceed the total: by 0 on every recorded meter.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    difference: i64,
    /// Frames in which it held.
    held: u16,
    /// Another difference, and in how many whole frames in a row it was seen.
    next: i64,
    times: u16,
}

impl Sum {
    /// A proven sum that fails stays proven: damage makes it fail too. Only a difference that stays the same replaces it.
    fn learn(&mut self, excess: Option<Excess>, safeguards: Safeguards) {
        let Some(difference) = excess.filter(|excess| excess.is_whole).map(|e| e.by) else {
            return;
        };
        if difference == self.difference {
            self.held = self.held.saturating_add(1);
            self.times = 0;
            return;
        }
        if !safeguards.has(Safeguard::LearnedDifference) {
            return;
        }
        if difference != self.next {
            self.next = difference;
            self.times = 0;
        }
        self.times = self.times.saturating_add(1);
        let is_near = self.strays(difference) <= TOLERANCE;
        let fast = is_near || self.held < PROVEN_FRAMES || !safeguards.has(Safeguard::SlowRelearn);
        if self.times >= if fast { LEARN_FRAMES } else { RELEARN_FRAMES } {
            self.difference = difference;
            self.held = PROVEN_FRAMES;
            self.times = 0;
        }
    }

    fn check(&self, excess: Option<Excess>) -> Check {
        let Some(Excess { by, is_whole }) = excess else {
            return Check::Unknown;
        };
        match self.strays(by) {
            0 => Check::Holds(Corroboration::Confirms),
            ..=TOLERANCE => Check::Holds(Corroboration::Allows),
            _ if self.held < PROVEN_FRAMES => Check::Unknown,
            _ if by < self.difference && !is_whole => Check::Unknown,
            _ => Check::Fails {
                by: by - self.difference,
            },
        }
    }

    /// How far a difference is from the expected one, or from none.
    fn strays(&self, difference: i64) -> i64 {
        difference.abs().min((difference - self.difference).abs())
    }
}
