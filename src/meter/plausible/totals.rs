//! Whether the parts of the energy add up to its total.
//!
//! EAST is the sum of EASF01 to 10, and of EASD01 to 04. The specification does not promise it, and every frame that was
//! seen kept it. So what is expected is what this meter has done before, and a sum says nothing against a value until it
//! has held some times. The groups of a frame are sampled one after the other: a step of the index may fall between them.
//!
//! A part that was lost, or that is damaged itself, is replaced by its last good value: at most one part moves at a time.
//! When both sums fail it is EAST that is wrong, and nothing is said of the parts.

use super::chain::Witness;
use crate::tic::{Frame, Label};

/// A sum may differ from the total by so much more or less than before, in Wh.
const TOLERANCE: i64 = 2;
/// A sum that has held in so many frames is expected to hold.
const PROVEN: u8 = 3;

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
pub struct Totals {
    supplier: Sum,
    distributor: Sum,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            supplier: Sum::of(&SUPPLIER),
            distributor: Sum::of(&DISTRIBUTOR),
        }
    }
}

impl Totals {
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
    ) -> Witness {
        let supplier = |own| self.supplier.check(frame, good, own);
        let distributor = |own| self.distributor.check(frame, good, own);
        let (own, other) = match label {
            Label::EAST => {
                return match (supplier(None), distributor(None)) {
                    (Witness::Silent, known) | (known, Witness::Silent) => known,
                    (one, other) => one.max(other),
                };
            }
            _ if SUPPLIER.contains(&label) => (supplier(Some(label)), distributor(None)),
            _ if DISTRIBUTOR.contains(&label) => (distributor(Some(label)), supplier(None)),
            _ => return Witness::Silent,
        };
        if (own, other) == (Witness::Contradicts, Witness::Contradicts) {
            Witness::Silent
        } else {
            own
        }
    }
}

/// One of the sums, and by how much it differs from the total: by nothing, on every meter that was seen.
#[derive(Clone, Copy, Debug)]
struct Sum {
    parts: &'static [Label],
    difference: i64,
    held: u8,
}

impl Sum {
    fn of(parts: &'static [Label]) -> Self {
        Self {
            parts,
            difference: 0,
            held: 0,
        }
    }

    /// A sum that is proven and fails is forgotten by nobody: damage does that.
    fn learn(&mut self, frame: &Frame) {
        let Some(difference) = self.now(frame, &|_| None) else {
            return;
        };
        if self.strays(difference) <= TOLERANCE {
            self.difference = difference;
            self.held = self.held.saturating_add(1);
        } else if self.held < PROVEN {
            self.difference = difference;
            self.held = 1;
        }
    }

    /// What it says of the part `own` of a frame, or of the total.
    fn check(
        &self,
        frame: &Frame,
        good: &dyn Fn(Label) -> Option<i64>,
        own: Option<Label>,
    ) -> Witness {
        let differences = [self.now(frame, good), self.last(frame, good, own)];
        let strays = differences.into_iter().flatten().map(|d| self.strays(d));
        match strays.min() {
            Some(0) => Witness::Confirms,
            Some(..=TOLERANCE) => Witness::Allows,
            Some(_) if self.held >= PROVEN => Witness::Contradicts,
            Some(_) | None => Witness::Silent,
        }
    }

    fn strays(&self, difference: i64) -> i64 {
        (difference - self.difference).abs()
    }

    /// With the parts of the frame; one that is not in it is as it was.
    fn now(&self, frame: &Frame, good: &dyn Fn(Label) -> Option<i64>) -> Option<i64> {
        let part = |part| number(frame, part).or_else(|| good(part));
        self.sum(frame, &part)
    }

    /// With the parts as they were, but for the one that is judged.
    fn last(
        &self,
        frame: &Frame,
        good: &dyn Fn(Label) -> Option<i64>,
        own: Option<Label>,
    ) -> Option<i64> {
        let part = |part| match own {
            Some(own) if own == part => number(frame, part),
            _ => good(part).or_else(|| number(frame, part)),
        };
        self.sum(frame, &part)
    }

    fn sum(&self, frame: &Frame, part: &dyn Fn(Label) -> Option<i64>) -> Option<i64> {
        let sum: Option<i64> = self.parts.iter().map(|label| part(*label)).sum();
        Some(sum? - number(frame, Label::EAST)?)
    }
}

fn number(frame: &Frame, label: Label) -> Option<i64> {
    frame.get(label).map(|group| group.number().into())
}
