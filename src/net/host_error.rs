//! Why a host could not be reached: the step that failed, and what to do where that is certain.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// The time for the resolver's answer.
pub const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);

/// The time for the connection to one address.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// See the module. `Display` is one line.
#[derive(Debug)]
pub enum HostError {
    /// The name has no address, or the resolver failed.
    Lookup(String, io::Error),
    /// The resolver did not answer in this time.
    LookupTimeout(String, Duration),
    /// There is no connection.
    Connect {
        /// Each address of the host, and why there is none to it.
        failures: Vec<(SocketAddr, io::Error)>,
        /// Why the addresses may be old ones.
        stale: Option<Box<HostError>>,
    },
    /// No thread could be started.
    Thread(io::Error),
}

impl HostError {
    /// Whether no address was found.
    #[must_use]
    pub fn is_lookup(&self) -> bool {
        matches!(self, Self::Lookup(..) | Self::LookupTimeout(..))
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lookup(host, cause) => {
                write!(f, "the look-up of {host} failed: {}", resolver_text(cause))?;
                if let Some((_, zone)) = host.split_once('%') {
                    write!(f, ". Is there a network interface {zone}? See: ip link")?;
                } else if host.trim_end_matches('.').ends_with(".local") {
                    f.write_str(
                        ". Names in .local need the package libnss-mdns; an address works without",
                    )?;
                }
                Ok(())
            }
            Self::LookupTimeout(host, timeout) => write!(
                f,
                "the look-up of {host} had no answer within {} s. Check the name servers of this computer (resolvectl \
                 status), or write the address",
                timeout.as_secs()
            ),
            Self::Connect { failures, stale } => {
                for (index, (address, cause)) in failures.iter().enumerate() {
                    if index > 0 {
                        f.write_str("; ")?;
                    }
                    match cause.kind() {
                        io::ErrorKind::TimedOut => write!(
                            f,
                            "no answer from {address} within {} s",
                            CONNECT_TIMEOUT.as_secs()
                        )?,
                        _ => write!(f, "{address}: {cause}")?,
                    }
                }
                match stale {
                    Some(why) => write!(f, " (from an earlier look-up; now {why})"),
                    None => Ok(()),
                }
            }
            Self::Thread(cause) => write!(f, "no thread for the connection: {cause}"),
        }
    }
}

impl std::error::Error for HostError {}

/// The resolver's own words: the library puts its own before them.
fn resolver_text(cause: &io::Error) -> String {
    let text = cause.to_string();
    match text.split_once("failed to lookup address information: ") {
        Some((_, words)) => words.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_is_named_with_its_own_cause() {
        let failures = || {
            vec![
                (
                    "[2001:db8::1]:1883".parse().unwrap(),
                    io::ErrorKind::TimedOut.into(),
                ),
                (
                    "192.0.2.1:1883".parse().unwrap(),
                    io::ErrorKind::ConnectionRefused.into(),
                ),
            ]
        };
        let text = |stale: Option<HostError>| {
            let (failures, stale) = (failures(), stale.map(Box::new));
            HostError::Connect { failures, stale }.to_string()
        };
        let causes =
            "no answer from [2001:db8::1]:1883 within 10 s; 192.0.2.1:1883: connection refused";
        assert_eq!(text(None), causes);
        let down = HostError::Lookup("broker".to_owned(), io::Error::other("x"));
        assert_eq!(
            text(Some(down)),
            format!("{causes} (from an earlier look-up; now the look-up of broker failed: x)")
        );
    }

    #[test]
    fn a_name_gets_the_advice_that_fits_it() {
        let text =
            |host: &str| HostError::Lookup(host.to_owned(), io::Error::other("x")).to_string();
        assert!(text("fe80::1%eth9").contains("network interface eth9"));
        assert!(text("pi.local.").contains("libnss-mdns"));
        assert_eq!(text("broker"), "the look-up of broker failed: x");
    }
}
