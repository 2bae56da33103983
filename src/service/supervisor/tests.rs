//! Sinks and threads that hang or end, with the supervisor and the watchdog as they are in the daemon, and a notify socket.

use std::future::pending;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::net::UnixDatagram;
use tokio::time::{sleep, timeout};

use super::*;
use crate::serial::stop_pair;
use crate::sink::{BrokerCause, BrokerState, Health, Pulse, Shutdown, Stream};

const UNIT: &str = include_str!("../../../systemd/linky-sensor.service");

/// Longer than anything takes that is not slow by its nature, on a slow machine.
const SOON: Duration = Duration::from_secs(10);

/// WatchdogSec of our unit.
fn limit() -> Duration {
    let seconds = UNIT
        .lines()
        .find_map(|line| line.strip_prefix("WatchdogSec=")?.strip_suffix('s'));
    Duration::from_secs(seconds.unwrap().parse().unwrap())
}

/// A supervisor whose only sink is this; the thread in the place of the store lives as long as the sender.
fn over(
    sink: impl Future<Output = ()> + Send + 'static,
    watchdog: Watchdog,
    systemd: Systemd,
) -> (Supervisor, Sender<()>) {
    let (life, end): (_, Receiver<()>) = channel();
    let store = thread::spawn(move || {
        let _ = end.recv();
    });
    let health = Health::default();
    health.set_broker(BrokerState::Connected, BrokerCause::Nothing);
    let mut sinks = Sinks::none(Shutdown::new().0, &health);
    sinks.spawn("the sink", sink);
    let supervisor = Supervisor {
        systemd,
        watchdog,
        journal: Journal::new(Stream::new([]).subscribe("the journal", &health)),
        sinks,
        threads: Threads::new(stop_pair().0, store),
    };
    (supervisor, life)
}

/// A sink that hangs after some beats.
async fn hangs(pulse: Pulse) {
    for _ in 0..3 {
        pulse.beat();
        sleep(Duration::from_millis(100)).await;
    }
    pending::<()>().await;
}

/// Receives notifications until this one. Those before it.
async fn received_before(socket: &UnixDatagram, what: &str) -> Vec<String> {
    let (mut buffer, mut before) = ([0; 256], Vec::new());
    loop {
        let length = socket.recv(&mut buffer).await.unwrap();
        let notice = String::from_utf8(buffer[..length].to_vec()).unwrap();
        if notice == what {
            return before;
        }
        before.push(notice);
    }
}

#[tokio::test]
async fn a_sink_that_hangs_ends_in_a_restart_within_the_limit_of_the_unit() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    let systemd = Systemd::at(Some(path.into()), Some(limit())).unwrap();
    let mut watchdog = Watchdog::new();
    let sink = hangs(watchdog.pulse("the sink"));
    let (supervisor, _life) = over(sink, watchdog, systemd);
    let before = tokio::select! {
        before = timeout(limit(), received_before(&socket, "WATCHDOG=trigger")) => before,
        code = supervisor.watch() => panic!("it ended with {code}: systemd is to end it, and keep a core dump"),
    };
    let before = before.expect("the restart is asked for within WatchdogSec");
    assert!(
        before.iter().any(|notice| notice == "WATCHDOG=1"),
        "{before:?}"
    );
    assert!(
        before
            .iter()
            .any(|notice| notice == "STATUS=broker connected"),
        "{before:?}"
    );
}

#[tokio::test]
async fn a_sink_that_hangs_ends_the_daemon_without_systemd() {
    let mut watchdog = Watchdog::new();
    let sink = hangs(watchdog.pulse("the sink"));
    let (supervisor, _life) = over(sink, watchdog, Systemd::at(None, None).unwrap());
    let code = timeout(limit() + SOON, supervisor.watch()).await;
    assert_eq!(code, Ok(exit::SOFTWARE));
}

#[tokio::test]
async fn a_sink_that_ends_ends_the_daemon_at_once_so_that_systemd_starts_it_again() {
    let systemd = Systemd::at(None, Some(limit())).unwrap();
    let (supervisor, _life) = over(async {}, Watchdog::new(), systemd);
    assert_eq!(timeout(SOON, supervisor.watch()).await, Ok(exit::SOFTWARE));
    let never = UNIT
        .lines()
        .find_map(|line| line.strip_prefix("RestartPreventExitStatus="));
    let code = exit::SOFTWARE.to_string();
    assert!(never.unwrap().split(' ').all(|prevented| prevented != code));
}

#[tokio::test]
async fn a_thread_that_ends_ends_the_daemon() {
    let systemd = Systemd::at(None, Some(limit())).unwrap();
    let (supervisor, life) = over(pending(), Watchdog::new(), systemd);
    drop(life);
    // Its sink does not end, and is not waited for.
    assert_eq!(
        timeout(limit(), supervisor.watch()).await,
        Ok(exit::SOFTWARE)
    );
}
