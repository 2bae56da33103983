//! What the data of some labels means. Each module gives the grammar of one kind of data and
//! parses it; none of them needs a frame.

pub(super) mod address;
pub mod civil;
pub(super) mod digits;
pub(super) mod horodate;
pub(super) mod profile;
pub(super) mod relays;
pub(super) mod status;
pub(super) mod tariff;
