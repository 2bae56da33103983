//! One attempt to reach a host, on a thread of its own.
//!
//! An address that gives no answer holds up the next one for [`HEAD_START`] only; then both are tried side by side. The
//! first connection that stands is taken, and the others are closed. The head start is long enough that a server with
//! room for a single client (ser2net) gets a single one.
//!
//! Whoever uses the connection reports whether the server answered; an address that did not is tried last in the next
//! attempts ([`AddressOrder`]).

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::address_order::AddressOrder;
use super::host_error::{CONNECT_TIMEOUT, HostError};
use super::host_lookup::{FoundAddresses, HostLookup};

/// The time that an address has before the next one is tried beside it.
const HEAD_START: Duration = Duration::from_secs(1);

/// The same before an address that gave no answer last time: where the way to the others is slow, it would else win each
/// time. Two packets that are lost at the start of a connection take 3 s.
const HEAD_START_OF_FAILED: Duration = Duration::from_secs(5);

/// A host that is reached again and again. A clone is another handle of the same.
#[derive(Clone, Debug)]
pub struct HostConnector {
    host: Arc<str>,
    port: u16,
    /// Locked during a look-up.
    lookup: Arc<Mutex<HostLookup>>,
    order: Arc<Mutex<AddressOrder>>,
}

/// A connection that stands, and where it leads to.
#[derive(Debug)]
pub struct HostStream {
    /// The connection.
    pub stream: TcpStream,
    /// The address at its other end.
    pub address: HostAddress,
}

/// One of the addresses of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostAddress {
    address: SocketAddr,
    /// How many addresses the host has.
    address_count: usize,
}

impl HostAddress {
    /// The address, where the host has several. For people: a host with a single one is known by its name.
    #[must_use]
    pub fn one_of_several(self) -> Option<SocketAddr> {
        (self.address_count > 1).then_some(self.address)
    }

    /// How many addresses the host has, this one included.
    #[must_use]
    pub fn address_count(self) -> usize {
        self.address_count
    }
}

impl HostConnector {
    /// Nothing is looked up yet. An IPv6 address has no brackets, and may have a zone behind a `%`.
    #[must_use]
    pub fn new(host: &str, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            lookup: Arc::default(),
            order: Arc::default(),
        }
    }

    /// Starts an attempt, which calls `done` from its thread with the outcome.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(
        &self,
        done: impl FnOnce(Result<HostStream, HostError>) + Send + 'static,
    ) -> Result<(), HostError> {
        let connector = self.clone();
        std::thread::Builder::new()
            .name("connect".to_owned())
            .spawn(move || done(connector.connect()))
            .map(drop)
            .map_err(HostError::Thread)
    }

    /// The server at this address gave no answer on a connection that stood: it is tried last.
    pub fn failed(&self, address: HostAddress) {
        self.order().failed(address.address);
    }

    /// The server at this address answered.
    pub fn answered(&self, address: HostAddress) {
        self.order().answered(address.address);
    }

    fn order(&self) -> MutexGuard<'_, AddressOrder> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self) -> Result<HostStream, HostError> {
        let mut lookup = self.lookup.lock().unwrap_or_else(PoisonError::into_inner);
        let FoundAddresses {
            mut addresses,
            stale,
        } = lookup.addresses(&self.host, self.port)?;
        drop(lookup);
        self.order().sort(&mut addresses);
        let head_start = |next| match self.order().has_failed(next) {
            true => HEAD_START_OF_FAILED,
            false => HEAD_START,
        };
        match connect_any(&addresses, head_start) {
            Ok((stream, address)) => Ok(HostStream {
                stream,
                address: HostAddress {
                    address,
                    address_count: addresses.len(),
                },
            }),
            Err(failures) => Err(HostError::Connect {
                failures,
                stale: stale.map(Box::new),
            }),
        }
    }
}

type Failure = (SocketAddr, io::Error);
type Outcome = Result<(TcpStream, SocketAddr), Failure>;

/// The first connection that stands, else why there is none to each of the addresses, in their order. `head_start` is the
/// time until an address is tried beside those before it.
fn connect_any(
    addresses: &[SocketAddr],
    head_start: impl Fn(SocketAddr) -> Duration,
) -> Result<(TcpStream, SocketAddr), Vec<Failure>> {
    if let [address] = addresses {
        return connect_one(*address).map_err(|failure| vec![failure]);
    }
    let (sender, outcomes) = mpsc::channel();
    let mut failures = Vec::new();
    let mut left = addresses.iter();
    while failures.len() < addresses.len() {
        if let Some(address) = left.next() {
            start_one(*address, sender.clone());
        }
        let next = left.as_slice().first();
        let wait = next.map_or(CONNECT_TIMEOUT * 2, |next| head_start(*next));
        match outcomes.recv_timeout(wait) {
            Ok(Ok(reached)) => return Ok(reached),
            Ok(Err(failure)) => failures.push(failure),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) if next.is_some() => {}
            // Each attempt ends by its own timeout, so this is not reached.
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    let place = |failure: &Failure| addresses.iter().position(|address| *address == failure.0);
    failures.sort_by_key(place);
    Err(failures)
}

/// Connects on a thread; without one, here.
fn start_one(address: SocketAddr, sender: Sender<Outcome>) {
    let fallback = sender.clone();
    // Without a receiver another connection was taken, and this one is closed.
    let task = move || drop(sender.send(connect_one(address)));
    let spawned = std::thread::Builder::new()
        .name("connect".to_owned())
        .spawn(task);
    if spawned.is_err() {
        drop(fallback.send(connect_one(address)));
    }
}

fn connect_one(address: SocketAddr) -> Outcome {
    match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
        Ok(stream) => Ok((stream, address)),
        Err(error) => Err((address, error)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Instant;

    use super::*;

    /// A listener whose queue is full: it does not answer.
    fn unanswering() -> (SocketAddr, impl Sized) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        let _inside = runtime.enter();
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queued = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            queued.push(stream);
        }
        (address, (runtime, listener, queued))
    }

    #[test]
    fn an_address_that_gives_no_answer_hides_no_other() {
        let (silent, _open) = unanswering();
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = server.local_addr().unwrap();
        let began = Instant::now();
        let head_start = |_| Duration::from_millis(20);
        let (stream, address) = connect_any(&[silent, good], head_start).unwrap();
        assert_eq!((stream.peer_addr().unwrap(), address), (good, good));
        assert!(began.elapsed() < CONNECT_TIMEOUT);
    }

    #[test]
    fn each_address_that_refuses_is_named_in_order() {
        let closed: Vec<SocketAddr> = (0..3)
            .map(|_| {
                TcpListener::bind("127.0.0.1:0")
                    .unwrap()
                    .local_addr()
                    .unwrap()
            })
            .collect();
        let failures = connect_any(&closed, |_| HEAD_START).unwrap_err();
        let named: Vec<SocketAddr> = failures.iter().map(|(address, _)| *address).collect();
        assert_eq!(named, closed);
        assert!(
            failures
                .iter()
                .all(|(_, error)| error.kind() == io::ErrorKind::ConnectionRefused)
        );
    }

    /// The outcome of one attempt.
    fn reach(connector: &HostConnector) -> HostStream {
        let (sender, outcome) = mpsc::channel();
        connector
            .start(move |result| sender.send(result).unwrap())
            .unwrap();
        outcome
            .recv_timeout(Duration::from_secs(60))
            .unwrap()
            .unwrap()
    }

    #[test]
    fn a_name_with_several_addresses_is_reached() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        reach(&HostConnector::new("localhost", port));
        let reached = reach(&HostConnector::new("127.0.0.1", port));
        assert_eq!(reached.address.one_of_several(), None);
    }
}
