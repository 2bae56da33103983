//! Whether the parts of the energy add up to its total.
//!
//! EAST is the sum of EASF01 to 10, and of EASD01 to 04. The specification does not promise it, and every frame that was
//! seen kept it. So a sum that holds confirms a value at once, and a sum says nothing against one until it has held some
//! times. A meter whose sum differs by a constant is learned. The groups of a frame are sampled one after the other: a
//! step of the index may fall between them.
//!
//! A part that was lost is as it was, or more: a sum that is too low then says nothing. When one sum fails and the other
//! does not, a part is wrong: the one whose change since its last good value makes up for the difference. When
//! both fail, it is EAST, and nothing is said of the parts.

use super::chain::Corroboration;
use crate::tic::{Frame, Label};

/// A sum may differ from the total by so much more or less than before, in Wh.
const TOLERANCE: i64 = 2;
/// A sum that has held in so many frames is expected to hold.
const PROVEN: u16 = 3;
/// Another difference is expected when it came in so many whole frames, one after the other: minutes, in which no damaged
/// digit differs by the same.
const STEADY: u16 = 200;
/// The same where another difference had been proven: hours, for a change of contract that left the total alone.
const RENEWED: u16 = 6000;

const SUPPLIER: [Label; 10] = [
    Label::EASF01,
    Label::EASF02,
    Label::EASF03,
    Label::EASF04,
    Label::EASF05,
    Label::EASF06,
    Label::EASF07,
    Label::EASF08,
    Label::EASF09,
    Label::EASF10,
];
const DISTRIBUTOR: [Label; 4] = [Label::EASD01, Label::EASD02, Label::EASD03, Label::EASD04];

/// What is known of the two sums of a meter.
#[derive(Clone, Copy, Debug)]
pub struct CrossCheck {
    supplier: Sum,
    distributor: Sum,
}

impl Default for CrossCheck {
    fn default() -> Self {
        Self {
            supplier: Sum::of(&SUPPLIER),
            distributor: Sum::of(&DISTRIBUTOR),
        }
    }
}

impl CrossCheck {
    /// Learns from a frame.
    pub fn learn(&mut self, frame: &Frame) {
        self.supplier.learn(frame);
        self.distributor.learn(frame);
    }

    /// What they say of the number that a frame gives for a label. `good` is the last good value of a label.
    pub fn about(
        &self,
        label: Label,
        frame: &Frame,
        good: &dyn Fn(Label) -> Option<i64>,
    ) -> Corroboration {
        let supplier = self.supplier.check(frame, good);
        let distributor = self.distributor.check(frame, good);
        let (own, other) = match label {
            Label::EAST => {
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
            _ if SUPPLIER.contains(&label) => (supplier, distributor),
            _ if DISTRIBUTOR.contains(&label) => (distributor, supplier),
            _ => return Corroboration::Silent,
        };
        match (own, other) {
            // The total is wrong, and this part may be wrong by as much.
            (Check::Fails { .. } | Check::Holds(_), Check::Fails { .. }) => Corroboration::Silent,
            (own, _) => own.of_a_part(label, frame, good),
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

    fn of_a_part(
        self,
        label: Label,
        frame: &Frame,
        good: &dyn Fn(Label) -> Option<i64>,
    ) -> Corroboration {
        let by = match self {
            Self::Unknown => return Corroboration::Silent,
            Self::Holds(corroboration) => return corroboration,
            Self::Fails { by } => by,
        };
        // It counted on meanwhile, if it was held back for long.
        let may_explain = |change: i64| match by {
            1.. => change >= by - TOLERANCE,
            _ => change < 0,
        };
        let change = number(frame, label).zip(good(label));
        match change.map(|(now, last)| now - last) {
            Some(change) if (change - by).abs() <= TOLERANCE => Corroboration::Contradicts,
            Some(change) if may_explain(change) => Corroboration::Doubts,
            _ => Corroboration::Silent,
        }
    }
}

/// One of the sums, and by how much it differs from the total: by nothing, on every meter that was seen.
#[derive(Clone, Copy, Debug)]
struct Sum {
    parts: &'static [Label],
    difference: i64,
    held: u16,
    /// Another difference, and in how many frames it came one after the other.
    next: i64,
    times: u16,
}

impl Sum {
    fn of(parts: &'static [Label]) -> Self {
        Self {
            parts,
            difference: 0,
            held: 0,
            next: 0,
            times: 0,
        }
    }

    /// A sum that is proven and fails stays proven: damage does that. One that is rounded moves by a step, and stays there.
    fn learn(&mut self, frame: &Frame) {
        let Some(difference) = self.excess(frame, &|_| None) else {
            return;
        };
        if difference == self.difference {
            self.held = self.held.saturating_add(1);
            self.times = 0;
            return;
        }
        if difference != self.next {
            self.next = difference;
            self.times = 0;
        }
        self.times = self.times.saturating_add(1);
        let is_near = self.strays(difference) <= TOLERANCE;
        let enough = if is_near || self.held < PROVEN {
            STEADY
        } else {
            RENEWED
        };
        if self.times >= enough {
            self.difference = difference;
            self.held = PROVEN;
            self.times = 0;
        }
    }

    fn check(&self, frame: &Frame, good: &dyn Fn(Label) -> Option<i64>) -> Check {
        let Some(difference) = self.excess(frame, good) else {
            return Check::Unknown;
        };
        match self.strays(difference) {
            0 => Check::Holds(Corroboration::Confirms),
            ..=TOLERANCE => Check::Holds(Corroboration::Allows),
            _ if self.held < PROVEN => Check::Unknown,
            _ if difference < self.difference && !self.is_whole(frame) => Check::Unknown,
            _ => Check::Fails {
                by: difference - self.difference,
            },
        }
    }

    fn is_whole(&self, frame: &Frame) -> bool {
        self.parts.iter().all(|part| frame.get(*part).is_some())
    }

    /// How far a difference is from what is expected, or from none.
    fn strays(&self, difference: i64) -> i64 {
        difference.abs().min((difference - self.difference).abs())
    }

    /// By how much the sum exceeds the total. A part that is not in the frame is as it was.
    fn excess(&self, frame: &Frame, good: &dyn Fn(Label) -> Option<i64>) -> Option<i64> {
        let parts = self.parts.iter();
        let parts = parts.map(|part| number(frame, *part).or_else(|| good(*part)));
        Some(parts.sum::<Option<i64>>()? - number(frame, Label::EAST)?)
    }
}

fn number(frame: &Frame, label: Label) -> Option<i64> {
    frame.get(label).map(|group| group.number().into())
}
