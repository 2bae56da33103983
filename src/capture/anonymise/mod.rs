//! The same capture without identifiers: serial number (ADSC, ADCO) and delivery point (PRM) are replaced.
//!
//! ```text
//! file ─ file ─> bytes of the line ─ stream ─> segments ─ rules ─> what to replace ─ substitute ─> bytes, the same number
//! ```
//!
//! | file | |
//! |---|---|
//! | `file` | a capture of either form: its bytes are replaced, its times stay |
//! | `stream` | bytes in, bytes out; learns ahead of what it gives |
//! | `segment` | from a group's LF to its CR, and what lies between |
//! | `identifiers` | those that were seen, and what replaces them |
//! | `rules` | which characters of a segment show one |
//! | `near` | exact and near copies of an identifier in text, and labels that resemble one |
//! | `substitute` | the new characters, with sum and parity as right or as wrong as they were |
//!
//! An accepted group of an identifying label gets a constant in place of its data (`identifiers`), and a sum that is right. Anywhere else the
//! digits become nines: in damaged groups, between groups, in text. What is no identifier keeps its figures if its group is
//! accepted; elsewhere, when in doubt, digits are replaced.
//!
//! Invariants: no byte is added or lost; a group that a decoder accepts is accepted after, one that it rejects is rejected;
//! no identifier is in any output, also not in what is counted.

mod file;
mod identifiers;
mod near;
mod rules;
mod segment;
mod stream;
mod substitute;

pub use file::FileAnonymiser;
pub use stream::{Anonymiser, LabelCounts, MaskReport};
