//! Where things are: a meter's port, and the broker.
//!
//! ```text
//! device = "/" path | "tcp://" host ":" port
//! url    = ("mqtt" | "mqtts") "://" host [":" port] ["/"]
//! host   = name | IPv4 address | "[" IPv6 address [zone] "]"
//! zone   = ("%" | "%25") interface                            of a link-local address, RFC 6874
//! ```
//! Schemes may have capitals. A host is kept without brackets and in lower case, so that equal addresses compare equal; a
//! zone is kept as it is, behind a `%`.

use std::fmt;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use super::value::InvalidValue;

/// What a meter is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Device {
    /// A serial port, by its absolute path.
    Path(PathBuf),
    /// A serial port served over the network (ser2net), raw bytes.
    Tcp {
        /// A name or an address, without brackets.
        host: String,
        /// 1..=65535.
        port: u16,
    },
}

impl Device {
    /// Parses the value of the key `device`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let expected = || {
            InvalidValue::new(
                "the full path of a serial port such as \"/dev/linky\", or \"tcp://host:port\"",
            )
        };
        if text.starts_with('/') && !text.contains('\0') {
            return Ok(Self::Path(PathBuf::from(text)));
        }
        match split_scheme(text) {
            Some((scheme, authority)) if scheme == "tcp" => match parse_authority(authority) {
                Some((host, Some(port))) => Ok(Self::Tcp { host, port }),
                Some((_, None)) => Err(expected().advise(format!(
                    "A port number is needed after the host, as in \"tcp://{authority}:3333\"."
                ))),
                None => Err(expected().advise(advice(authority))),
            },
            Some((scheme, _)) => {
                Err(expected().advise(format!("{scheme}:// is not known here; only tcp:// is.")))
            }
            None if text.starts_with("tty") => {
                Err(expected().advise(format!("Did you mean \"/dev/{text}\"?")))
            }
            None => Err(expected()),
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Tcp { host, port } => write!(f, "tcp://{}:{port}", Bracketed(host)),
        }
    }
}

/// Where the broker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerUrl {
    /// `mqtts://`.
    pub tls: bool,
    /// A name or an address, without brackets.
    pub host: String,
    /// 1..=65535; 1883, or 8883 with TLS, unless given.
    pub port: u16,
}

impl BrokerUrl {
    /// A broker on this machine, not encrypted.
    pub(super) fn local() -> Self {
        Self {
            tls: false,
            host: "localhost".to_owned(),
            port: 1883,
        }
    }

    /// Parses the value of the key `url`. A user or a password in it is refused, and not shown.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let expected =
            || InvalidValue::new("\"mqtt://host:port\", or \"mqtts://host:port\" for TLS");
        if let Some((_, host)) = text.rsplit_once('@') {
            return Err(expected()
                .show(format!("\"…@{host}\", with a user or a password in it"))
                .advise(
                    "Put the user in the key username, and store the password with: sudo linky-sensor set-password",
                ));
        }
        let (scheme, rest) = split_scheme(text).ok_or_else(expected)?;
        let tls = match &*scheme {
            "mqtt" => false,
            "mqtts" => true,
            "tcp" => return Err(expected().advise("Write mqtt:// instead of tcp://.")),
            "ssl" | "tls" => {
                return Err(expected().advise(format!("Write mqtts:// instead of {scheme}://.")));
            }
            "ws" | "wss" => return Err(expected().advise("MQTT over WebSocket is not supported.")),
            _ => return Err(expected()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?']) {
            return Err(expected()
                .advise("Nothing may follow the port; topics begin with the key base-topic."));
        }
        let (host, port) =
            parse_authority(authority).ok_or_else(|| expected().advise(advice(authority)))?;
        Ok(Self {
            tls,
            host,
            port: port.unwrap_or(if tls { 8883 } else { 1883 }),
        })
    }
}

impl fmt::Display for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "mqtts" } else { "mqtt" };
        write!(f, "{scheme}://{}:{}", Bracketed(&self.host), self.port)
    }
}

/// The address of an interface and a port, to listen on.
///
/// # Errors
/// What was expected instead.
pub(super) fn parse_listen(text: &str) -> Result<SocketAddr, InvalidValue> {
    let expected = || {
        InvalidValue::new(
            "an address of this computer and a port, such as \"127.0.0.1:9867\" or \"[::1]:9867\"",
        )
    };
    match text.parse::<SocketAddr>() {
        Ok(address) if address.port() != 0 => Ok(address),
        Ok(_) => Err(expected().advise("The port is 1 to 65535: it has to stay the same.")),
        Err(_) if text.starts_with(':') => Err(expected().advise(format!(
            "For every address of this computer, write \"[::]{text}\", or \"0.0.0.0{text}\" for IPv4 alone."
        ))),
        Err(_) if text.starts_with("localhost:") => {
            Err(expected().advise("Write 127.0.0.1 instead of localhost: a name may have several addresses."))
        }
        Err(_) if text.contains("://") => {
            Err(expected().advise("It is no URL: leave out what precedes the address and what follows the port."))
        }
        Err(_) => Err(expected()),
    }
}

/// The scheme in lower case, and what follows it.
fn split_scheme(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    Some((scheme.to_ascii_lowercase(), rest))
}

/// What to write instead of this host and port.
fn advice(authority: &str) -> &'static str {
    if authority.is_ascii() {
        ADVICE_HOST
    } else {
        "A name with other letters than a to z is written in its ASCII form, which begins with xn-- (idn2 prints it)."
    }
}

const ADVICE_HOST: &str = "The host is a name, an IPv4 address or an IPv6 address in brackets, as in [2001:db8::1]; the port is 1 to 65535.";

/// A host, between brackets if it is an IPv6 address.
struct Bracketed<'a>(&'a str);

impl fmt::Display for Bracketed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(':') {
            write!(f, "[{}]", self.0)
        } else {
            f.write_str(self.0)
        }
    }
}

/// `host`, `host:port`, `[address]` or `[address]:port`.
fn parse_authority(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            (parse_ipv6(address)?, port)
        }
        None => {
            let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            let is_allowed =
                |character: char| character.is_ascii_alphanumeric() || "-._".contains(character);
            let is_fit = (1..=253).contains(&host.len()) && host.chars().all(is_allowed);
            (is_fit.then(|| host.to_ascii_lowercase())?, port)
        }
    };
    if port.is_empty() {
        return Some((host, None));
    }
    let digits = port
        .strip_prefix(':')
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((host, Some(digits.parse().ok().filter(|port| *port != 0)?)))
}

/// `address`, or `address%interface`.
fn parse_ipv6(text: &str) -> Option<String> {
    let Some((address, zone)) = text.split_once('%') else {
        return Some(text.parse::<Ipv6Addr>().ok()?.to_string());
    };
    let address = address.parse::<Ipv6Addr>().ok()?;
    let escaped = zone.strip_prefix("25").filter(|rest| !rest.is_empty());
    let zone = escaped.unwrap_or(zone);
    // netdevice(7): 15 bytes; a slash cannot be in a name.
    let is_allowed = |c: char| c.is_ascii_graphic() && !"/%[]".contains(c);
    let is_fit = (1..=15).contains(&zone.len()) && zone.chars().all(is_allowed);
    (address.is_unicast_link_local() && is_fit).then(|| format!("{address}%{zone}"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::{BrokerUrl, Device};

    #[test]
    fn urls_of_brokers() {
        let broker = |tls, host: &str, port| BrokerUrl {
            tls,
            host: host.to_owned(),
            port,
        };
        let parse = |text| BrokerUrl::parse(text).unwrap();
        assert_eq!(parse("mqtt://localhost"), broker(false, "localhost", 1883));
        assert_eq!(
            parse("mqtts://Broker.example.org/"),
            broker(true, "broker.example.org", 8883)
        );
        assert_eq!(
            parse("mqtt://192.0.2.7:1884"),
            broker(false, "192.0.2.7", 1884)
        );
        assert_eq!(
            parse("mqtts://[2001:DB8::1]"),
            broker(true, "2001:db8::1", 8883)
        );
        assert_eq!(parse("mqtt://[::1]:1883"), broker(false, "::1", 1883));
        assert_eq!(
            parse("mqtts://[::1]:8884").to_string(),
            "mqtts://[::1]:8884"
        );
        assert_eq!(parse("MQTT://localhost"), parse("mqtt://localhost"));
        assert_eq!(parse("Mqtts://h").port, 8883);
        assert_eq!(
            parse("mqtt://broker.example.org.").host,
            "broker.example.org."
        );
        for text in ["mqtt://[FE80::1%eth0]:1884", "mqtt://[fe80::1%25eth0]:1884"] {
            assert_eq!(parse(text), broker(false, "fe80::1%eth0", 1884));
        }
        assert_eq!(
            parse("mqtt://[fe80::1%wlan0]").to_string(),
            "mqtt://[fe80::1%wlan0]:1883"
        );
        assert_eq!(
            parse("mqtt://[fe80::1%25]").host,
            "fe80::1%25",
            "an interface may be a number"
        );
        let foreign = format!(
            "{:?}",
            BrokerUrl::parse("mqtt://m\u{fc}ller.example").unwrap_err()
        );
        assert!(foreign.contains("xn--"), "{foreign}");
        for wrong in [
            "",
            "localhost",
            "localhost:1883",
            "tcp://localhost",
            "mqtt://",
            "mqtt://:1883",
            "mqtt://host:",
            "mqtt://host:0",
            "mqtt://host:65536",
            "mqtt://host:+1",
            "mqtt://2001:db8::1",
            "mqtt://[2001:db8::1",
            "mqtt://[2001:db8::1%eth0]",
            "mqtt://[fe80::1%]",
            "mqtt://[fe80::1%a/b]",
            "mqtt://fe80::1%eth0",
            "mqtt://[host]:1883",
            "mqtt://host:1883/topic",
            "mqtt://ho st",
        ] {
            assert!(BrokerUrl::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn devices() {
        let parse = |text| Device::parse(text).unwrap();
        assert_eq!(
            parse("/dev/linky"),
            Device::Path(PathBuf::from("/dev/linky"))
        );
        assert_eq!(
            parse("/dev//linky"),
            parse("/dev/linky"),
            "two spellings of one port are one port"
        );
        assert_eq!(
            parse("tcp://Pi.local:3333"),
            Device::Tcp {
                host: "pi.local".to_owned(),
                port: 3333
            }
        );
        assert_eq!(parse("tcp://[::1]:3333").to_string(), "tcp://[::1]:3333");
        assert_eq!(parse("TCP://h:1"), parse("tcp://h:1"));
        assert_eq!(
            parse("tcp://[fe80::2%eth0]:1").to_string(),
            "tcp://[fe80::2%eth0]:1"
        );
        for wrong in [
            "",
            "linky",
            "ttyUSB0",
            "./port",
            "tcp://host",
            "tcp://:3333",
            "udp://host:1",
            "file:///dev/x",
        ] {
            assert!(Device::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_never_shown() {
        for text in [
            "mqtt://user:hunter2@host",
            "user:hunter2@host",
            "mqtt://hunter2@host:1",
            "mqtt://u:hunter2@@h",
        ] {
            let invalid = format!("{:?}", BrokerUrl::parse(text).unwrap_err());
            assert!(!invalid.contains("hunter2"), "{invalid}");
            assert!(invalid.contains("set-password"), "{invalid}");
        }
    }

    proptest! {
        /// The shown address of a broker or a port is accepted, and is the same.
        #[test]
        fn what_is_shown_can_be_written_back(
            host in prop_oneof![
                "[a-zA-Z0-9._-]{1,20}",
                any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()),
                any::<std::net::Ipv6Addr>().prop_map(|address| format!("[{address}]")),
            ],
            port in 1_u16..,
            tls in any::<bool>(),
        ) {
            let scheme = if tls { "mqtts" } else { "mqtt" };
            let broker = BrokerUrl::parse(&format!("{scheme}://{host}:{port}")).unwrap();
            prop_assert_eq!((broker.tls, broker.port), (tls, port));
            prop_assert_eq!(BrokerUrl::parse(&broker.to_string()).unwrap(), broker);
            let device = Device::parse(&format!("tcp://{host}:{port}")).unwrap();
            prop_assert_eq!(Device::parse(&device.to_string()).unwrap(), device);
        }

        /// Whatever stands before an @ may be a password.
        #[test]
        fn nothing_before_the_host_is_shown(
            scheme in prop::sample::select(vec!["", "mqtt://", "mqtts://", "tcp://", "x://"]),
            user in "[a-z]{0,4}:?",
            host in "[a-z0-9.:/]{0,12}",
        ) {
            let url = format!("{scheme}{user}Hunter2@{host}");
            let invalid = format!("{:?}", BrokerUrl::parse(&url).unwrap_err());
            prop_assert!(!invalid.contains("Hunter2"), "{}", invalid);
        }

        #[test]
        fn no_text_is_more_than_a_wrong_address(text in ".{0,60}") {
            let _ = BrokerUrl::parse(&text);
            match Device::parse(&text) {
                Ok(Device::Path(path)) => prop_assert!(path.is_absolute()),
                Ok(Device::Tcp { host, port }) => prop_assert!(!host.is_empty() && port != 0),
                Err(_) => {}
            }
        }
    }
}
