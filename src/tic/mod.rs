//! skeleton
mod address;
pub mod civil;
mod decoder;
mod digits;
mod encode;
mod frame;
mod grammar;
mod horodate;
mod label;
mod line;
mod mode;
mod profile;
mod relays;
mod status;
mod tariff;

pub use address::Address;
pub use decoder::Decoder;
pub use encode::{checksum, push_group, with_parity};
pub use frame::{Frame, FrameEnd, Group, Rejected};
pub use grammar::Kind;
pub use horodate::{Horodate, Season};
pub use label::Label;
pub use line::{Parity, ParityFound};
pub use mode::Mode;
pub use profile::{Contact, Profile, Slot, Undecoded};
pub use relays::Relays;
pub use status::{Breaker, Euridis, Plc, Status};
pub use tariff::{Color, Period, TariffOption, Tomorrow};

const LF: u8 = 0x0A;
const CR: u8 = 0x0D;
