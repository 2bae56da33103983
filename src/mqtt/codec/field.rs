//! The fields that packets are made of, read one by one.

use bytes::{Buf, Bytes};

/// The broker sent something that is no packet of MQTT, or one that it must not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedPacket;

/// The fields of a packet that are not read yet.
pub struct Fields(Bytes);

impl Fields {
    /// All fields of a packet.
    pub fn new(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// What is not read yet.
    pub fn rest(&self) -> &Bytes {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> Result<u8, MalformedPacket> {
        self.0.try_get_u8().map_err(|_| MalformedPacket)
    }

    pub fn two_bytes(&mut self) -> Result<u16, MalformedPacket> {
        self.0.try_get_u16().map_err(|_| MalformedPacket)
    }

    pub fn four_bytes(&mut self) -> Result<u32, MalformedPacket> {
        self.0.try_get_u32().map_err(|_| MalformedPacket)
    }

    /// A length in one to four bytes of seven bits (1.5.5).
    pub fn variable_int(&mut self) -> Result<usize, MalformedPacket> {
        let mut value = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(MalformedPacket)
    }

    /// The next fields, of this length.
    pub fn take(&mut self, length: usize) -> Result<Self, MalformedPacket> {
        let is_there = length <= self.0.len();
        is_there
            .then(|| Self(self.0.split_to(length)))
            .ok_or(MalformedPacket)
    }

    /// A text, or bytes, behind their length (1.5.4).
    pub fn text(&mut self) -> Result<Bytes, MalformedPacket> {
        let length = self.two_bytes()?;
        Ok(self.take(usize::from(length))?.0)
    }
}
