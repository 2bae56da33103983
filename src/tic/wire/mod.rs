//! From the bytes of the port to frames, and back.
//!
//! Each character is a byte of an 8N1 port: seven bits and even parity in bit 7. The characters of
//! the line, in the notation of RFC 5234 (54E 5.3.5 and 5.3.6; 02E for EOT):
//!
//! ```text
//! line      = *( frame pause )             ; pause: 17 to 33 ms
//! frame     = STX 1*group ( ETX / EOT )    ; EOT: interrupted, after a whole group
//! group     = LF label SEP [ horodate SEP ] data SEP sum CR
//! label     = 1*10( "A" to "Z" / DIGIT / "+" / "-" )   ; a letter first
//! horodate  = 13 characters                ; standard only, see Horodate
//! data      = *( %x20 to %x7E )            ; as the label wants it, see Label
//! sum       = %x20 to %x5F                 ; see checksum
//! SEP       = HT                           ; standard
//! SEP       = SP                           ; historique: the data and the sum may be SP, too
//! STX = %x02   ETX = %x03   EOT = %x04   HT = %x09   LF = %x0A   CR = %x0D   SP = %x20
//! ```
//!
//! | module | in | out |
//! |---|---|---|
//! | `parity` | bytes | characters, `None` for one of bad parity |
//! | `framing` | characters | where groups and frames begin and end |
//! | `group` | the characters between LF and CR | a [`Group`], or the reason to reject it |
//! | `builder` | groups and rejections | a [`Frame`] |
//! | `encode` | fields | a group on the wire |
//!
//! [`Decoder`] joins the first four. Memory is bounded by one group and one frame, whatever comes.

mod builder;
mod decoder;
mod encode;
mod frame;
mod framing;
mod group;
mod parity;

pub use decoder::Decoder;
pub use encode::{checksum, push_group, with_parity};
pub use frame::{Frame, FrameEnd, Group, Rejected};
pub use parity::{Parity, ParityFound};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const EOT: u8 = 0x04;
const HT: u8 = 0x09;
const LF: u8 = 0x0A;
const CR: u8 = 0x0D;
