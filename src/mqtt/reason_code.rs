//! The codes with which a broker answers: of MQTT 5 (2.4), and those of CONNACK in MQTT 3.1.1 (3.2.2.3 there).

/// The codes by name. `_V3`: of a CONNACK in MQTT 3.1.1.
pub mod code {
    pub const PROTOCOL_V3: u8 = 1;
    pub const CLIENT_ID_V3: u8 = 2;
    pub const UNAVAILABLE_V3: u8 = 3;
    pub const CREDENTIALS_V3: u8 = 4;
    pub const NOT_AUTHORIZED_V3: u8 = 5;
    pub const UNSPECIFIED: u8 = 0x80;
    pub const IMPLEMENTATION_SPECIFIC: u8 = 0x83;
    pub const PROTOCOL: u8 = 0x84;
    pub const CLIENT_ID: u8 = 0x85;
    pub const CREDENTIALS: u8 = 0x86;
    pub const NOT_AUTHORIZED: u8 = 0x87;
    pub const UNAVAILABLE: u8 = 0x88;
    pub const BUSY: u8 = 0x89;
    pub const BANNED: u8 = 0x8a;
    pub const SHUTTING_DOWN: u8 = 0x8b;
    pub const KEEP_ALIVE_TIMEOUT: u8 = 0x8d;
    pub const TAKEN_OVER: u8 = 0x8e;
    pub const TOPIC_NAME: u8 = 0x90;
    pub const RECEIVE_MAXIMUM: u8 = 0x93;
    pub const PACKET_SIZE: u8 = 0x95;
    pub const MESSAGE_RATE: u8 = 0x96;
    pub const QUOTA: u8 = 0x97;
    pub const ADMINISTRATIVE: u8 = 0x98;
    pub const PAYLOAD_FORMAT: u8 = 0x99;
    pub const RETAIN: u8 = 0x9a;
    pub const QOS: u8 = 0x9b;
    pub const OTHER_SERVER: u8 = 0x9c;
    pub const MOVED: u8 = 0x9d;
    pub const CONNECTION_RATE: u8 = 0x9f;
}

/// The code of an answer (MQTT 5, 2.4). MQTT 3.1.1 has none for a message: it counts as success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasonCode(pub u8);

impl ReasonCode {
    /// It is done.
    pub const SUCCESS: Self = Self(0);

    /// The packet is larger than the broker takes.
    pub const TOO_LARGE: Self = Self(code::PACKET_SIZE);

    /// Whether it is a refusal that is over some time later: too many messages, or too much of something.
    pub fn is_transient(self) -> bool {
        [code::MESSAGE_RATE, code::QUOTA, code::CONNECTION_RATE].contains(&self.0)
    }

    /// Whether it is a refusal.
    pub fn is_failure(self) -> bool {
        self.0 >= 0x80
    }
}
