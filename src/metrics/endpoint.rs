//! The listening socket: bound for as long as the daemon runs, tried again where it cannot be, and what it accepts.
//!
//! Like the other sinks it is tried again after 1 s, then 2, up to 30; the cause is logged once, and is in the status line.
//! A socket that is bound stays so, whatever comes and goes of the network.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

use super::connection;
use super::page::Page;
use crate::names::{self, journal};
use crate::sink::{Health, PULSE_INTERVAL, Pulse, Shutdown, Subscription};

/// The wait before the second attempt to bind; it doubles with each that fails.
const RETRY_MIN: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(30);

/// Connections at once. A scrape takes milliseconds: one more ends the oldest, which is slow or silent.
const CONNECTIONS_MAX: usize = 8;

/// Connections that wait in the kernel.
const BACKLOG: u32 = 32;

/// The least time between two connections that are accepted, so that a flood of them leaves the runtime to the other sinks.
const ACCEPT_INTERVAL: Duration = Duration::from_millis(10);

/// The wait after a connection that could not be accepted, for want of file descriptors or memory.
const ACCEPT_RETRY: Duration = Duration::from_secs(1);

/// Answers scrapes at this address until the shutdown is requested. `names` are those of the meters for people, by number.
pub async fn run(
    subscription: Subscription,
    health: Health,
    shutdown: Shutdown,
    pulse: Pulse,
    address: SocketAddr,
    names: Vec<String>,
) {
    let mut endpoint = Endpoint {
        page: Arc::new(Page::new(subscription, names, health.clone())),
        connections: Connections::default(),
        shutdown,
        pulse,
    };
    let mut wait = RETRY_MIN;
    let mut logged = String::new();
    loop {
        match bind(address) {
            Ok(listener) => {
                health.set_metrics_detail("");
                log::info!(MESSAGE_ID = journal::METRICS_SERVED; "metrics are served on http://{address}{}", names::metrics::PATH);
                return endpoint.accept_until_shutdown(&listener).await;
            }
            Err(error) => {
                let cause = advice(address, &error);
                health.set_metrics_detail(&cause);
                if cause != logged {
                    log::warn!(MESSAGE_ID = journal::METRICS_REFUSED; "metrics: {cause}. Trying again until it works; nothing else stops");
                    logged = cause;
                }
            }
        }
        if endpoint.idle(wait).await.is_shutdown() {
            return;
        }
        wait = (wait * 2).min(RETRY_MAX);
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // A port whose last connections still end is free.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// What is wrong, and what to do.
fn advice(address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "{address} is in use by another program (`sudo ss -ltnp` names it): stop it, or change listen in [metrics]"
        ),
        io::ErrorKind::AddrNotAvailable => {
            format!("{} is no address of this computer now", address.ip())
        }
        io::ErrorKind::PermissionDenied if address.port() < 1024 => format!(
            "no permission for the port {}: those below 1024 are not for services like this one; change listen in [metrics]",
            address.port()
        ),
        _ => format!("{address} cannot be listened on: {error}"),
    }
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waited {
    Shutdown,
    Time,
}

impl Waited {
    fn is_shutdown(self) -> bool {
        self == Self::Shutdown
    }
}

struct Endpoint {
    page: Arc<Page>,
    connections: Connections,
    shutdown: Shutdown,
    pulse: Pulse,
}

impl Endpoint {
    async fn accept_until_shutdown(&mut self, listener: &TcpListener) {
        let mut next = Instant::now();
        let mut failure_is_logged = false;
        loop {
            self.turn();
            let accepted = tokio::select! {
                () = self.shutdown.requested() => return,
                () = sleep(PULSE_INTERVAL) => continue,
                () = self.connections.ended() => continue,
                accepted = accept_from(listener, next) => accepted,
            };
            match accepted {
                Ok(stream) => {
                    self.connections.serve(stream, self.page.clone());
                    next = Instant::now() + ACCEPT_INTERVAL;
                }
                Err(error) => {
                    if !std::mem::replace(&mut failure_is_logged, true) {
                        log::warn!(
                            "metrics: a connection cannot be accepted: {error}. This is logged once"
                        );
                    }
                    next = Instant::now() + ACCEPT_RETRY;
                }
            }
        }
    }

    /// Waits without a socket.
    async fn idle(&mut self, wait: Duration) -> Waited {
        let end = Instant::now() + wait;
        while Instant::now() < end {
            self.turn();
            tokio::select! {
                () = self.shutdown.requested() => return Waited::Shutdown,
                () = sleep_until(end.min(Instant::now() + PULSE_INTERVAL)) => {}
            }
        }
        Waited::Time
    }

    fn turn(&self) {
        self.pulse.beat();
        self.page.catch_up();
    }
}

/// The next connection, from this time on. Cancel-safe.
async fn accept_from(listener: &TcpListener, time: Instant) -> io::Result<TcpStream> {
    sleep_until(time).await;
    listener.accept().await.map(|(stream, _)| stream)
}

/// Those that are being served, the oldest first. They end when this is dropped.
#[derive(Default)]
struct Connections {
    tasks: JoinSet<()>,
    oldest_first: VecDeque<AbortHandle>,
}

impl Connections {
    fn serve(&mut self, stream: TcpStream, page: Arc<Page>) {
        self.oldest_first.retain(|task| !task.is_finished());
        if self.oldest_first.len() >= CONNECTIONS_MAX
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            oldest.abort();
        }
        let task = self
            .tasks
            .spawn(async move { connection::serve(stream, &page).await });
        self.oldest_first.push_back(task);
    }

    /// Resolves when one has ended; never if there is none. Cancel-safe.
    async fn ended(&mut self) {
        if self.tasks.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}
