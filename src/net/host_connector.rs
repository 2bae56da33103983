//! One attempt to reach a host, on a thread of its own.
//!
//! An address that gives no answer holds up the next one for [`HEAD_START`] only; then both are tried side by side. The
//! first connection that stands is taken, and the others are closed. The head start is long enough that a server with
//! room for a single client (ser2net) gets a single one.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::host_error::{CONNECT_TIMEOUT, HostError};
use super::host_lookup::{FoundAddresses, HostLookup};

/// The time that an address has before the next one is tried beside it.
const HEAD_START: Duration = Duration::from_secs(1);

/// A host that is reached again and again. A clone is another handle of the same.
#[derive(Clone, Debug)]
pub struct HostConnector {
    host: Arc<str>,
    port: u16,
    /// Locked during a look-up.
    lookup: Arc<Mutex<HostLookup>>,
}

impl HostConnector {
    /// Nothing is looked up yet. An IPv6 address has no brackets, and may have a zone behind a `%`.
    #[must_use]
    pub fn new(host: &str, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            lookup: Arc::default(),
        }
    }

    /// Starts an attempt, which calls `done` from its thread with the outcome.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn start(
        &self,
        done: impl FnOnce(Result<TcpStream, HostError>) + Send + 'static,
    ) -> Result<(), HostError> {
        let connector = self.clone();
        std::thread::Builder::new()
            .name("connect".to_owned())
            .spawn(move || done(connector.connect()))
            .map(drop)
            .map_err(HostError::Thread)
    }

    fn connect(&self) -> Result<TcpStream, HostError> {
        let mut lookup = self.lookup.lock().unwrap_or_else(PoisonError::into_inner);
        let FoundAddresses { addresses, stale } = lookup.addresses(&self.host, self.port)?;
        drop(lookup);
        connect_any(&addresses, HEAD_START).map_err(|failures| HostError::Connect {
            failures,
            stale: stale.map(Box::new),
        })
    }
}

type Failure = (SocketAddr, io::Error);
type Outcome = Result<TcpStream, Failure>;

/// The first connection that stands, else why there is none to each of the addresses, in their order.
fn connect_any(addresses: &[SocketAddr], head_start: Duration) -> Result<TcpStream, Vec<Failure>> {
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
        let wait = match left.len() {
            0 => CONNECT_TIMEOUT * 2,
            _ => head_start,
        };
        match outcomes.recv_timeout(wait) {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(failure)) => failures.push(failure),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) if left.len() > 0 => {}
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
    TcpStream::connect_timeout(&address, CONNECT_TIMEOUT).map_err(|error| (address, error))
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
        let stream = connect_any(&[silent, good], Duration::from_millis(20)).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
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
        let failures = connect_any(&closed, HEAD_START).unwrap_err();
        let named: Vec<SocketAddr> = failures.iter().map(|(address, _)| *address).collect();
        assert_eq!(named, closed);
        assert!(
            failures
                .iter()
                .all(|(_, error)| error.kind() == io::ErrorKind::ConnectionRefused)
        );
    }

    #[test]
    fn a_name_with_several_addresses_is_reached() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let connector = HostConnector::new("localhost", server.local_addr().unwrap().port());
        let (sender, outcome) = mpsc::channel();
        connector
            .start(move |result| sender.send(result).unwrap())
            .unwrap();
        outcome
            .recv_timeout(Duration::from_secs(60))
            .unwrap()
            .unwrap();
    }
}
