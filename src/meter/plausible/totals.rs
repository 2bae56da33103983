//! Whether the parts of the energy add up to its total.
//!
//! EAST is the sum of EASF01 to 10, and of EASD01 to 04. The specification does not promise it, and every frame that was
//! seen kept it; so a sum that does not hold says something only of a meter whose sums have held before. The groups of a
//! frame are sampled one after the other: a step of the index may fall between them.
//!
//! A part that was lost, or that is damaged itself, is replaced by its last good value: at most one part moves at a time.
//! When both sums fail it is EAST that is wrong, and nothing is said of the parts.

use super::chain::Witness;
use crate::tic::{Frame, Label};

/// The sums may differ from the total by so much, in Wh.
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

/// In how many frames each sum held.
#[derive(Clone, Copy, Debug, Default)]
pub struct Totals {
    supplier: u8,
    distributor: u8,
}

impl Totals {
    /// Learns from a frame. Nothing is forgotten by a sum that fails: damage does that.
    pub fn learn(&mut self, frame: &Frame) {
        let nothing = |_| None;
        for (parts, held) in [
            (&SUPPLIER[..], &mut self.supplier),
            (&DISTRIBUTOR[..], &mut self.distributor),
        ] {
            let total = number(frame, Label::EAST);
            if total.is_some_and(|total| sum(frame, &nothing, parts, total, None) >= Witness::Allows) {
                *held = held.saturating_add(1);
            }
        }
    }

    /// What they say of the number of a group of a frame. `good` gives the last good value of a label.
    pub fn about(
        &self,
        label: Label,
        frame: &Frame,
        good: &dyn Fn(Label) -> Option<i64>,
    ) -> Witness {
        let Some(total) = number(frame, Label::EAST) else {
            return Witness::Silent;
        };
        let of = |parts: &[Label], held: u8, own| {
            match sum(frame, good, parts, total, own) {
                Witness::Contradicts if held < PROVEN => Witness::Silent,
                witness => witness,
            }
        };
        let supplier = |own| of(&SUPPLIER, self.supplier, own);
        let distributor = |own| of(&DISTRIBUTOR, self.distributor, own);
        let (own, other) = match label {
            Label::EAST => {
                let (a, b) = (supplier(None), distributor(None));
                return match (a, b) {
                    (Witness::Silent, known) | (known, Witness::Silent) => known,
                    _ => a.max(b),
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

/// Whether these parts make the total: as they are in the frame, or as they were last, or where one is not known the
/// other. The part that is judged is as it is in the frame.
fn sum(
    frame: &Frame,
    good: &dyn Fn(Label) -> Option<i64>,
    parts: &[Label],
    total: i64,
    own: Option<Label>,
) -> Witness {
    let here = |part| number(frame, part);
    let now = parts.iter().map(|part| here(*part).or_else(|| good(*part)));
    let last = parts.iter().map(|part| match own {
        Some(own) if own == *part => here(*part),
        _ => good(*part).or_else(|| here(*part)),
    });
    let difference = |sum: Option<i64>| sum.map(|sum| (sum - total).abs());
    match difference(now.sum()).into_iter().chain(difference(last.sum())).min() {
        None => Witness::Silent,
        Some(0) => Witness::Confirms,
        Some(..=TOLERANCE) => Witness::Allows,
        Some(_) => Witness::Contradicts,
    }
}

fn number(frame: &Frame, label: Label) -> Option<i64> {
    frame.get(label).map(|group| group.number().into())
}
