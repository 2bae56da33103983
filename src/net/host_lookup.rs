//! From a name to its addresses, by the system's resolver.
//!
//! The resolver cannot be interrupted, so it runs on a thread. An answer that comes after the time limit serves the next
//! attempt, so a resolver that is always too slow delays only the first one. While the resolver fails, the addresses that it gave last
//! are used.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::host_error::{HostError, LOOKUP_TIMEOUT};

/// The same where an earlier answer can be used instead.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(3);

/// The age up to which a look-up that had no answer in time is waited for again.
const PENDING_MAX: Duration = Duration::from_secs(60);

/// Addresses of a name that are tried, at most.
const ADDRESSES_MAX: usize = 8;

type Answer = io::Result<Vec<SocketAddr>>;

/// What is found out about a host so far.
#[derive(Debug, Default)]
pub struct HostLookup {
    /// A look-up that had no answer in time, and when it began.
    pending: Option<(Instant, Receiver<Answer>)>,
    /// The last addresses that the resolver gave.
    last: Vec<SocketAddr>,
}

impl HostLookup {
    /// The addresses of the host, the families in turn. Waits for the resolver.
    ///
    /// # Errors
    /// The resolver failed or was too slow, and never gave an address before.
    pub fn addresses(&mut self, host: &str, port: u16) -> Result<Vec<SocketAddr>, HostError> {
        self.addresses_by(host, port, resolve)
    }

    fn addresses_by(
        &mut self,
        host: &str,
        port: u16,
        resolve: fn(&str, u16) -> Answer,
    ) -> Result<Vec<SocketAddr>, HostError> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![(address, port).into()]);
        }
        let pending = self.pending.take();
        let (began, answer) = match pending.filter(|(began, _)| began.elapsed() < PENDING_MAX) {
            Some(pending) => pending,
            None => (
                Instant::now(),
                start(host, port, resolve).map_err(HostError::Thread)?,
            ),
        };
        let timeout = if self.last.is_empty() {
            LOOKUP_TIMEOUT
        } else {
            REFRESH_TIMEOUT
        };
        let error = match answer.recv_timeout(timeout) {
            Ok(Ok(found)) if !found.is_empty() => {
                self.last = in_turn(&found);
                return Ok(self.last.clone());
            }
            Ok(Ok(_)) => HostError::Lookup(host.to_owned(), io::Error::other("it has no address")),
            Ok(Err(cause)) => HostError::Lookup(host.to_owned(), cause),
            Err(RecvTimeoutError::Timeout) => {
                self.pending = Some((began, answer));
                HostError::LookupTimeout(host.to_owned())
            }
            Err(RecvTimeoutError::Disconnected) => {
                HostError::Lookup(host.to_owned(), io::Error::other("the resolver ended"))
            }
        };
        if self.last.is_empty() {
            return Err(error);
        }
        log::debug!("{error}; the addresses of the last look-up are used");
        Ok(self.last.clone())
    }
}

fn resolve(host: &str, port: u16) -> Answer {
    (host, port).to_socket_addrs().map(Iterator::collect)
}

fn start(host: &str, port: u16, resolve: fn(&str, u16) -> Answer) -> io::Result<Receiver<Answer>> {
    let host = host.to_owned();
    let (sender, answer) = mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("look-up".to_owned())
        // Without a receiver the answer is no longer wanted.
        .spawn(move || drop(sender.send(resolve(&host, port))))?;
    Ok(answer)
}

/// The addresses without repetitions, the families in turn, that of the first address first: the resolver sorts them, and
/// a family that leads nowhere then hides no address of the other.
fn in_turn(found: &[SocketAddr]) -> Vec<SocketAddr> {
    let first_is_v6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let of_family = |is_first: bool| {
        found
            .iter()
            .filter(move |address| (address.is_ipv6() == first_is_v6) == is_first)
    };
    let (mut first, mut second) = (of_family(true), of_family(false));
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for _ in 0..found.len() {
        for address in [first.next(), second.next()].into_iter().flatten() {
            if !addresses.contains(address) && addresses.len() < ADDRESSES_MAX {
                addresses.push(*address);
            }
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_families_take_turns() {
        let found = addresses(&["[::1]:1", "[::2]:1", "[::2]:1", "1.0.0.1:1", "1.0.0.2:1"]);
        let wanted = addresses(&["[::1]:1", "1.0.0.1:1", "[::2]:1", "1.0.0.2:1"]);
        assert_eq!(in_turn(&found), wanted);
        let many: Vec<_> = (1..30u8).map(|last| ([10, 0, 0, last], 1).into()).collect();
        assert_eq!(in_turn(&many), many[..ADDRESSES_MAX]);
    }

    #[test]
    fn an_address_needs_no_resolver() {
        let none = |_: &str, _| Err(io::Error::other("none"));
        let mut lookup = HostLookup::default();
        for (host, address) in [
            ("192.0.2.1", "192.0.2.1:7"),
            ("2001:db8::1", "[2001:db8::1]:7"),
        ] {
            let found = lookup.addresses_by(host, 7, none).unwrap();
            assert_eq!(found, addresses(&[address]));
        }
    }

    #[test]
    fn a_resolver_that_fails_does_not_take_the_addresses_away_and_a_change_is_followed() {
        let mut lookup = HostLookup::default();
        let fails = |_: &str, _| Err(io::Error::other("down"));
        let one = |_: &str, port| Ok(vec![([192, 0, 2, 1], port).into()]);
        let other = |_: &str, port| Ok(vec![([192, 0, 2, 2], port).into()]);
        assert!(
            lookup
                .addresses_by("name", 1, fails)
                .unwrap_err()
                .is_lookup()
        );
        let first = lookup.addresses_by("name", 1, one).unwrap();
        assert_eq!(lookup.addresses_by("name", 1, fails).unwrap(), first);
        assert_ne!(lookup.addresses_by("name", 1, other).unwrap(), first);
    }

    #[test]
    fn a_late_answer_serves_the_next_attempt() {
        let mut lookup = HostLookup::default();
        let (sender, answer) = mpsc::sync_channel(1);
        lookup.pending = Some((Instant::now(), answer));
        sender.send(Ok(addresses(&["192.0.2.9:1"]))).unwrap();
        let never = |_: &str, _| Err(io::Error::other("asked twice"));
        assert_eq!(
            lookup.addresses_by("name", 1, never).unwrap(),
            addresses(&["192.0.2.9:1"])
        );
    }
}
