//! From a name to its addresses, by the system's resolver.
//!
//! The resolver cannot be interrupted, so it runs on a thread. Addresses that come after the time limit serve the next
//! attempt, so a resolver that is always too slow delays only the first one; a failure that comes so late serves nothing, and
//! the resolver is asked anew. While it fails, the addresses that it gave last are used.

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

/// The addresses of a host, and why they may be old.
#[derive(Debug)]
pub struct FoundAddresses {
    /// The families in turn.
    pub addresses: Vec<SocketAddr>,
    /// Why there are no newer ones.
    pub stale: Option<HostError>,
}

/// What is found out about a host so far.
#[derive(Debug, Default)]
pub struct HostLookup {
    /// A look-up that had no answer in time, and when it began.
    pending: Option<(Instant, Receiver<Answer>)>,
    /// The last addresses that the resolver gave.
    last: Vec<SocketAddr>,
}

impl HostLookup {
    /// The addresses of the host. Waits for the resolver.
    ///
    /// # Errors
    /// The resolver failed or was too slow, and never gave an address before.
    pub fn addresses(&mut self, host: &str, port: u16) -> Result<FoundAddresses, HostError> {
        self.addresses_by(host, port, resolve)
    }

    fn addresses_by(
        &mut self,
        host: &str,
        port: u16,
        resolve: fn(&str, u16) -> Answer,
    ) -> Result<FoundAddresses, HostError> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(FoundAddresses {
                addresses: vec![(address, port).into()],
                stale: None,
            });
        }
        let stale = match self.ask(host, port, resolve) {
            Ok(found) => {
                self.last = in_turn(&found);
                None
            }
            Err(error) if self.last.is_empty() => return Err(error),
            Err(error) => {
                log::debug!("{error}; the addresses of the last look-up are used");
                Some(error)
            }
        };
        Ok(FoundAddresses {
            addresses: self.last.clone(),
            stale,
        })
    }

    /// The answer of a look-up that is still pending, else of a new one.
    fn ask(
        &mut self,
        host: &str,
        port: u16,
        resolve: fn(&str, u16) -> Answer,
    ) -> Result<Vec<SocketAddr>, HostError> {
        let pending = self.pending.take();
        if let Some((began, answer)) = pending.filter(|(began, _)| began.elapsed() < PENDING_MAX) {
            match self.wait(host, began, answer) {
                // What failed is no news of now.
                Err(HostError::Lookup(..)) => {}
                outcome => return outcome,
            }
        }
        let answer = start(host, port, resolve).map_err(HostError::Thread)?;
        self.wait(host, Instant::now(), answer)
    }

    /// Waits for an answer; one that does not come in time is pending.
    fn wait(
        &mut self,
        host: &str,
        began: Instant,
        answer: Receiver<Answer>,
    ) -> Result<Vec<SocketAddr>, HostError> {
        let timeout = if self.last.is_empty() {
            LOOKUP_TIMEOUT
        } else {
            REFRESH_TIMEOUT
        };
        let failed = |cause| Err(HostError::Lookup(host.to_owned(), cause));
        match answer.recv_timeout(timeout) {
            Ok(Ok(found)) if !found.is_empty() => Ok(found),
            Ok(Ok(_)) => failed(io::Error::other("it has no address")),
            Ok(Err(cause)) => failed(cause),
            Err(RecvTimeoutError::Timeout) => {
                self.pending = Some((began, answer));
                Err(HostError::LookupTimeout(host.to_owned(), timeout))
            }
            Err(RecvTimeoutError::Disconnected) => failed(io::Error::other("the resolver ended")),
        }
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
            assert_eq!(found.addresses, addresses(&[address]));
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
        assert!(first.stale.is_none());
        let again = lookup.addresses_by("name", 1, fails).unwrap();
        assert_eq!(again.addresses, first.addresses);
        assert!(again.stale.is_some_and(|why| why.is_lookup()));
        let moved = lookup.addresses_by("name", 1, other).unwrap();
        assert_ne!(moved.addresses, first.addresses);
        assert!(moved.stale.is_none());
    }

    #[test]
    fn a_late_answer_serves_the_next_attempt() {
        let mut lookup = HostLookup::default();
        let (sender, answer) = mpsc::sync_channel(1);
        lookup.pending = Some((Instant::now(), answer));
        sender.send(Ok(addresses(&["192.0.2.9:1"]))).unwrap();
        let never = |_: &str, _| Err(io::Error::other("asked twice"));
        assert_eq!(
            lookup.addresses_by("name", 1, never).unwrap().addresses,
            addresses(&["192.0.2.9:1"])
        );
    }

    #[test]
    fn a_late_failure_serves_nothing() {
        let mut lookup = HostLookup::default();
        let (sender, answer) = mpsc::sync_channel(1);
        lookup.pending = Some((Instant::now(), answer));
        sender.send(Err(io::Error::other("down"))).unwrap();
        let up = |_: &str, port| Ok(vec![([192, 0, 2, 1], port).into()]);
        let found = lookup.addresses_by("name", 1, up).unwrap();
        assert_eq!(found.addresses, addresses(&["192.0.2.1:1"]));
    }
}
