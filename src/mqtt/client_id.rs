//! The client id: as configured, else made from the id of this machine, which it does not show, else drawn once and kept.
//!
//! A container has no machine id. A client id of its own at each start would leave a retained availability behind.

use std::fs;
use std::hash::{BuildHasher, RandomState};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::MqttSettings;
use crate::names::{APPLICATION_ID, topic};
use crate::store::StateFile;

/// The file of the machine id.
const MACHINE_ID: &str = "/etc/machine-id";

/// The client id: as configured, else derived from the machine id, else the one in the file, else random and then in the
/// file.
pub fn client_id(settings: &MqttSettings, kept: &StateFile) -> String {
    known_client_id(settings).unwrap_or_else(|| kept_or_drawn(kept))
}

/// The client id as configured, else derived from the machine id; `None` where it is drawn.
pub fn known_client_id(settings: &MqttSettings) -> Option<String> {
    settings.client_id.clone().or_else(|| {
        let host = machine_id().and_then(application_specific)?;
        Some(of_host(&format!("{host:032x}")))
    })
}

fn of_host(host: &str) -> String {
    topic::default_client_id(host)
}

fn kept_or_drawn(kept: &StateFile) -> String {
    let text = kept.read().and_then(|text| String::from_utf8(text).ok());
    if let Some(host) = text
        .as_deref()
        .map(str::trim_end)
        .filter(|text| is_host(text))
    {
        return of_host(host);
    }
    let host = format!("{:016x}", RandomState::new().hash_one(0));
    if !kept.replace(format!("{host}\n").into_bytes()) {
        log::warn!("the client id could not be kept: the next start has another one");
    }
    of_host(&host)
}

/// Sixteen hexadecimal digits, as they are drawn.
fn is_host(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 16 && text.bytes().all(is_digit)
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
    use std::path::Path;

    use super::*;
    use crate::store::StoreHandle;

    /// With the file in this directory, until what it writes is on disk.
    fn with_file(directory: &Path, read: impl FnOnce(&StateFile) -> String) -> String {
        let (store, _, thread) = StoreHandle::start(Vec::new(), None, || {}).unwrap();
        let read = read(&store.state_file(directory.join("client-id")));
        drop(store);
        thread.join().unwrap();
        read
    }

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
            let directory = tempfile::tempdir().unwrap();
            let client_id = with_file(directory.path(), |kept| {
                client_id(&MqttSettings::default(), kept)
            });
            assert_eq!(client_id.len(), obsolete.len());
            assert!(
                !client_id.contains(&format!("{id:032x}")[..8]),
                "{client_id}"
            );
        }
    }
    #[test]
    fn a_drawn_id_is_kept_and_what_is_no_id_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let start = || with_file(directory.path(), kept_or_drawn);
        let drawn = start();
        assert_eq!(start(), drawn);
        for garbage in [
            &b""[..],
            b"\xff",
            b"0123456789abcde\n",
            b"0123456789abcdeX\n",
        ] {
            fs::write(directory.path().join("client-id"), garbage).unwrap();
            let anew = start();
            assert_ne!(anew, drawn);
            assert_eq!(start(), anew);
        }
    }
}
