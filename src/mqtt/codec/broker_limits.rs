//! What a broker limits in a session, as its CONNACK has it (3.2.2.3).

use rumqttc::v5::mqttbytes::v5::ConnAckProperties;

use crate::config::Qos;

/// The limits. MQTT 3.1.1 announces none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokerLimits {
    /// The seconds of silence that it allows, instead of those that were asked for.
    pub keep_alive: Option<u16>,
    /// Messages of QoS 1 and 2 in flight.
    pub receive_max: u16,
    /// The highest quality of service.
    pub qos_max: Qos,
    /// Whether it keeps retained messages.
    pub retain: bool,
    /// The size of a packet, in bytes.
    pub packet_size_max: u32,
}

impl Default for BrokerLimits {
    fn default() -> Self {
        Self {
            keep_alive: None,
            receive_max: u16::MAX,
            qos_max: Qos::ExactlyOnce,
            retain: true,
            packet_size_max: u32::MAX,
        }
    }
}

impl From<&ConnAckProperties> for BrokerLimits {
    fn from(properties: &ConnAckProperties) -> Self {
        let no_limit = Self::default();
        Self {
            keep_alive: properties.server_keep_alive,
            receive_max: properties
                .receive_max
                .map_or(no_limit.receive_max, |max| max.max(1)),
            qos_max: match properties.max_qos {
                Some(0) => Qos::AtMostOnce,
                Some(1) => Qos::AtLeastOnce,
                Some(_) | None => no_limit.qos_max,
            },
            retain: properties.retain_available != Some(0),
            packet_size_max: properties
                .max_packet_size
                .map_or(no_limit.packet_size_max, |max| max.max(1)),
        }
    }
}
