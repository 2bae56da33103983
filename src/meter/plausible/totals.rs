//! Whether the parts of the energy in one frame add up to its total.
//!
//! Not promised by the specification, and true in every frame that was seen: EAST is the sum of EASF01 to 10, and of
//! EASD01 to 04. The groups are sampled one after the other, so that a step of the index may fall between them.

use crate::tic::{Frame, Label};

/// The sums may differ from the total by so much, in Wh.
const TOLERANCE: u64 = 2;

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

/// What the sums of a frame say; `None` where a part or the total is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    supplier: Option<bool>,
    distributor: Option<bool>,
}

impl Totals {
    /// Those of a frame.
    pub fn of(frame: &Frame) -> Self {
        let number = |label: Label| frame.get(label).map(|group| u64::from(group.number()));
        let total = number(Label::EAST);
        let agrees = |parts: &[Label]| {
            let sum = parts
                .iter()
                .map(|part| number(*part))
                .sum::<Option<u64>>()?;
            Some(sum.abs_diff(total?) <= TOLERANCE)
        };
        Self {
            supplier: agrees(&SUPPLIER),
            distributor: agrees(&DISTRIBUTOR),
        }
    }

    /// Whether they confirm this index, or contradict it; `None` if they say nothing of it.
    pub fn about(self, label: Label) -> Option<bool> {
        match label {
            Label::EAST => match (self.supplier, self.distributor) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), _) | (_, Some(false)) => Some(false),
                (None, None) => None,
            },
            _ if SUPPLIER.contains(&label) => self.supplier,
            _ if DISTRIBUTOR.contains(&label) => self.distributor,
            _ => None,
        }
    }
}
