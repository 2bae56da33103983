//! The TIC protocol (*télé-information client*): what a Linky meter sends on its customer
//! interface, from bytes to typed values.
//!
//! The line goes one way, from the meter. A **character** has seven bits and even parity. A
//! **group** is a label, its data and a six-bit sum, between LF and CR. A **frame** is a series of
//! groups, between STX and ETX; frames follow each other without end.
//!
//! ```text
//! STX  LF label SEP [horodate SEP] data SEP sum CR  LF … CR  ETX   (17 to 33 ms)   STX …
//! ```
//!
//! The meter is in one of two [`Mode`]s: *standard* (9600 baud, SEP is HT, some data is dated by a
//! horodate) or *historique* (1200 baud, SEP is SP, the labels of the meters before Linky).
//!
//! | room | what is in it |
//! |---|---|
//! | `wire` | [`Decoder`]: bytes to [`Frame`]s; [`push_group`] for the other way |
//! | `label`, `grammar`, `role` | [`Label`]: the one list of what a meter may send, its grammar, its [`Role`] |
//! | `data` | what the data of a label means: [`Horodate`], [`Status`], [`Profile`] and others |
//!
//! A group is accepted when parity, form, sum **and the grammar of its label** hold, all of them.
//! The sum alone would accept one single-bit error in eight. A frame with bad groups keeps its good
//! ones and counts the others.
//!
//! All of this is pure: core and alloc, no I/O, no clock, no log, no panic on any input, and
//! memory bounded by one frame besides those returned.
//!
//! ```
//! use linky_sensor::tic::{Decoder, Label, Mode, Parity};
//!
//! let mut decoder = Decoder::new(Mode::Standard, Parity::Auto);
//! for frame in decoder.push(b"\x02\nEAST\t021849106\t.\r\x03") {
//!     let energy = frame.get(Label::EAST).map(|group| group.number());
//!     assert_eq!(energy, Some(21_849_106)); // Wh
//! }
//! ```
//!
//! Sources: Enedis-NOI-CPT_54E version 3 (Linky, "54E" in comments), Enedis-NOI-CPT_02E version 6
//! (meters before Linky, "02E"), and captures of real meters where these are silent or wrong.

mod data;
mod grammar;
mod label;
mod mode;
mod role;
mod wire;

pub use data::address::Address;
pub use data::civil;
pub use data::horodate::{Horodate, Season};
pub use data::profile::{Contact, Profile, Slot};
pub use data::relays::Relays;
pub use data::status::{Breaker, Euridis, Plc, Status};
pub use data::tariff::{Color, Period, TariffOption, Tomorrow};
pub use grammar::DataKind;
pub use label::Label;
pub use mode::Mode;
pub use role::{Flow, Role, Sent};
pub use wire::{
    Decoder, Frame, FrameEnd, Group, Parity, ParityFound, Rejected, checksum, push_group,
    with_parity,
};
