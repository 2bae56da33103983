//! The client id: as configured, else made from the id of this machine, which it does not show.

use std::fs;
use std::hash::{BuildHasher, RandomState};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::MqttSettings;
use crate::names::{APPLICATION_ID, topic};

/// The file of the machine id.
const MACHINE_ID: &str = "/etc/machine-id";

/// The client id: as configured, else derived from the machine id, else random.
pub fn client_id(settings: &MqttSettings) -> String {
    let default = || {
        let host = machine_id().and_then(application_specific);
        let host = host.unwrap_or_else(|| u128::from(RandomState::new().hash_one(0)) << 64);
        topic::default_client_id(&format!("{host:032x}"))
    };
    settings.client_id.clone().unwrap_or_else(default)
}

/// The default client id of the first versions, which showed a part of the machine id.
pub fn obsolete_client_id() -> Option<String> {
    Some(topic::default_client_id(&format!("{:032x}", machine_id()?)))
}

/// The id of this machine; `None` if it has none.
fn machine_id() -> Option<u128> {
    parse_machine_id(&fs::read_to_string(MACHINE_ID).ok()?)
}

/// machine-id(5): 32 hexadecimal digits and LF. During the first boot of a system it may be `uninitialized`.
fn parse_machine_id(text: &str) -> Option<u128> {
    let digits = text.strip_suffix('\n').unwrap_or(text);
    (digits.len() == 32).then_some(())?;
    u128::from_str_radix(digits, 16).ok()
}

/// `sd_id128_get_machine_app_specific(3)`: the machine id must not be published, so it is hashed with an id of the
/// application. The result is the start of HMAC-SHA256 of [`APPLICATION_ID`], with the machine id as the key, as a UUID of
/// version 4.
fn application_specific(machine_id: u128) -> Option<u128> {
    let mut hmac = Hmac::<Sha256>::new_from_slice(&machine_id.to_be_bytes()).ok()?;
    hmac.update(&APPLICATION_ID.to_be_bytes());
    let hash = hmac.finalize().into_bytes();
    let start = u128::from_be_bytes(*hash.first_chunk()?);
    let (version, variant) = (0xf << 76, 0b11 << 62);
    Some(start & !(version | variant) | 4 << 76 | 0b10 << 62)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_id_is_hashed_as_systemd_does() {
        let id = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;
        assert_eq!(parse_machine_id(&format!("{id:032x}\n")), Some(id));
        assert_eq!(parse_machine_id("uninitialized\n"), None);
        // What `systemd-id128 machine-id --app-specific=` prints on a machine with this id.
        let hashed = 0xf1af_289a_086a_4d59_8044_2c51_2701_2b78;
        assert_eq!(application_specific(id), Some(hashed));
    }

    #[test]
    fn no_digits_of_the_machine_id_are_in_the_client_id() {
        if let (Some(id), Some(obsolete)) = (machine_id(), obsolete_client_id()) {
            let client_id = client_id(&MqttSettings::default());
            assert_eq!(client_id.len(), obsolete.len());
            assert!(
                !client_id.contains(&format!("{id:032x}")[..8]),
                "{client_id}"
            );
        }
    }
}
