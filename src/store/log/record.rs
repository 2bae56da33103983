//! One record as it stands in a file. Pure.
//!
//! ```text
//! length   u32   of the payload, in bytes
//! CRC-32C  u32   of length, number and payload
//! number   u64   one more than the record before, or higher if records between them were dropped
//! payload
//! ```
//! All little-endian. The checksum covers the length too, so that neither zeros nor a shifted start parse as a record.

use crc::{CRC_32_ISCSI, Crc};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// The size of a payload, in bytes, at most: five times the longest that is published.
pub const PAYLOAD_SIZE_MAX: usize = 256 * 1024;

/// The fixed part before the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    length: u32,
    crc: u32,
    /// The number of the record.
    pub number: u64,
}

impl RecordHeader {
    /// Its size, in bytes.
    pub const SIZE: usize = 16;

    /// The header of this record; `None` if the payload is longer than [`PAYLOAD_SIZE_MAX`].
    pub fn of(number: u64, payload: &[u8]) -> Option<Self> {
        let length = u32::try_from(payload.len()).ok()?;
        (payload.len() <= PAYLOAD_SIZE_MAX).then(|| Self {
            length,
            crc: checksum(length, number, payload),
            number,
        })
    }

    /// Reads a header; `None` if no record can have it.
    pub fn parse(bytes: [u8; Self::SIZE]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (crc, rest) = rest.split_first_chunk()?;
        let header = Self {
            length: u32::from_le_bytes(*length),
            crc: u32::from_le_bytes(*crc),
            number: u64::from_le_bytes(*rest.first_chunk()?),
        };
        (header.payload() <= PAYLOAD_SIZE_MAX).then_some(header)
    }

    /// The header as it is written.
    pub fn bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        let parts = [self.length.to_le_bytes(), self.crc.to_le_bytes()];
        let all = parts.into_iter().flatten().chain(self.number.to_le_bytes());
        bytes.iter_mut().zip(all).for_each(|(to, byte)| *to = byte);
        bytes
    }

    /// The length of the payload, in bytes.
    pub fn payload(self) -> usize {
        usize::try_from(self.length).unwrap_or(usize::MAX)
    }

    /// The length of the whole record, in bytes.
    pub fn record(self) -> u64 {
        u64::from(self.length) + Self::SIZE as u64
    }

    /// Whether length and checksum match this payload.
    pub fn matches(self, payload: &[u8]) -> bool {
        self.payload() == payload.len() && self.crc == checksum(self.length, self.number, payload)
    }
}

fn checksum(length: u32, number: u64, payload: &[u8]) -> u32 {
    let mut digest = CRC.digest();
    digest.update(&length.to_le_bytes());
    digest.update(&number.to_le_bytes());
    digest.update(payload);
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_parsed_as_it_was_written_and_matches_its_payload() {
        let header = RecordHeader::of(7, b"state").unwrap();
        assert_eq!(RecordHeader::parse(header.bytes()), Some(header));
        assert_eq!((header.number, header.record()), (7, 21));
        assert!(header.matches(b"state"));
        assert!(!header.matches(b"stats") && !header.matches(b"state "));
    }

    #[test]
    fn the_checksum_is_crc_32c() {
        assert_eq!(CRC.checksum(b"123456789"), 0xE306_9283);
    }

    #[test]
    fn zeros_are_no_record() {
        let header = RecordHeader::parse([0; RecordHeader::SIZE]).unwrap();
        assert!(!header.matches(b""));
    }

    #[test]
    fn what_is_too_long_has_no_header() {
        assert_eq!(RecordHeader::of(1, &vec![0; PAYLOAD_SIZE_MAX + 1]), None);
        let mut bytes = RecordHeader::of(1, b"").unwrap().bytes();
        bytes[3] = 0x80;
        assert_eq!(RecordHeader::parse(bytes), None);
    }
}
