//! What is absent, silent, slow or full is no reason for a restart, however long it lasts: no meter, no broker, no bus.
//!
//! An hour is not waited for. Nothing in the daemon grows or runs out with time: each loop beats by a tick of its own, of
//! five seconds, whatever it waits for. So the test lasts for a good number of ticks, of keep-alives of the broker and of
//! attempts at what is absent, and every case at the same time.

use std::any::Any;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use linky_sensor::simulator::Scenario;
use nix::sys::signal::{Signal, kill};

use super::support::broker::{Broker, free_port};
use super::support::bus::PrivateBus;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::{self, Playing};
use super::support::proxy::Proxy;
use super::systemd::{Watch, variable, watchdog_of_the_unit};

/// Three times as long as a loop may be late.
const LASTS: Duration = Duration::from_secs(45);

/// What is around a daemon, and what its line in `systemctl status` has to contain.
struct Case {
    name: &'static str,
    home: Home,
    status: &'static str,
    /// What is logged once: a second time is too often, none too seldom.
    logged_once: Option<&'static str>,
    /// Once it receives and is connected.
    then: Box<dyn FnOnce() + Send>,
    /// What ends with the case.
    _around: Vec<Box<dyn Any + Send>>,
}

impl Case {
    fn new(name: &'static str, home: Home, status: &'static str) -> Self {
        Self {
            name,
            home: home.with("WATCHDOG_USEC", &variable(watchdog_of_the_unit())),
            status,
            logged_once: None,
            then: Box::new(|| {}),
            _around: Vec::new(),
        }
    }

    fn with(mut self, around: impl Any + Send) -> Self {
        self._around.push(Box::new(around));
        self
    }

    fn logging_once(mut self, what: &'static str) -> Self {
        self.logged_once = Some(what);
        self
    }

    fn then(mut self, what: impl FnOnce() + Send + 'static) -> Self {
        self.then = Box::new(what);
        self
    }

    /// It lives, its status has the cause, and it ends at SIGTERM.
    fn run(self) {
        let Self {
            name,
            home,
            status,
            logged_once,
            then,
            _around,
        } = self;
        let mut daemon = home.start_ready();
        if status.contains("receiving") {
            daemon.until_notice("STATUS=main: receiving");
        }
        then();
        let mut watch = Watch::over(&mut daemon, watchdog_of_the_unit());
        let signs = watch.lives_for(LASTS, name);
        assert!(signs >= 5, "{name}: {signs} signs of life");
        let log = home.log();
        within(
            WAIT_TIMEOUT,
            &format!("{name}: the status has {status}"),
            || {
                let mut notices = daemon.notices().iter();
                let notice = notices.rfind(|line| line.starts_with("STATUS="));
                notice.filter(|notice| notice.contains(status)).map(|_| ())
            },
        );
        if let Some(what) = logged_once {
            let is_warning = |line: &&str| line.contains("warn:") && line.contains(what);
            assert_eq!(log.lines().filter(is_warning).count(), 1, "{name}: {log}");
        }
        daemon.stop();
    }
}

/// With short keep-alives.
fn settings(device: &Path, port: u16) -> String {
    config(&[meter("main", device)], port) + "keep-alive = \"5s\"\n"
}

fn no_meter(place: &Path) -> Case {
    let broker = Broker::start();
    let home = Home::new(&settings(&place.join("absent"), broker.port));
    Case::new("no meter and an idle broker", home, "main: no_device (").with(broker)
}

fn a_silent_meter(place: &Path) -> Case {
    let (broker, device) = (Broker::start(), place.join("silent"));
    let line = line::open(&device);
    let home = Home::new(&settings(&device, broker.port));
    Case::new(
        "a silent meter and an idle broker",
        home,
        "main: no_signal (",
    )
    .with(broker)
    .with(line)
}

fn no_broker(device: &Path) -> Case {
    let home = Home::new(&settings(device, free_port()));
    Case::new("no broker", home, "; broker disconnected").logging_once("no session with")
}

fn a_broker_that_does_not_answer(device: &Path) -> Case {
    let broker = Broker::start();
    let proxy = Proxy::to(broker.port, &[]);
    let home = Home::new(&settings(device, proxy.port));
    let proxy = std::sync::Arc::new(proxy);
    let held = proxy.clone();
    Case::new("a broker that does not answer", home, "receiving")
        .then(move || held.hold())
        .with(broker)
        .with(proxy)
}

fn no_bus(device: &Path) -> Case {
    let broker = Broker::start();
    let home =
        Home::new(&settings(device, broker.port)).on_bus("unix:path=/nonexistent/of-a-container");
    Case::new("no bus", home, "; broker connected")
        .logging_once("no D-Bus: ")
        .with(broker)
}

fn a_bus_that_does_not_answer(device: &Path) -> Case {
    let (broker, bus) = (Broker::start(), PrivateBus::system());
    kill(bus.pid(), Signal::SIGSTOP).unwrap();
    let home = Home::new(&settings(device, broker.port)).on_bus(bus.address());
    Case::new("a bus that does not answer", home, "; broker connected")
        .logging_once("the bus does not answer")
        .with(broker)
        .with(bus)
}

fn nothing_at_all(place: &Path) -> Case {
    let home = Home::new(&settings(&place.join("absent"), free_port()))
        .on_bus("unix:path=/nonexistent/of-a-container");
    Case::new("nothing at all", home, "main: no_device (")
}

fn no_output(device: &Path) -> Case {
    let settings = meter("main", device) + "[mqtt]\nenabled = false\n";
    Case::new("no output", Home::new(&settings), "; broker disabled")
}

/// A scraper is answered by another program.
fn a_taken_address(device: &Path) -> Case {
    let broker = Broker::start();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let settings = settings(device, broker.port) + &format!("[metrics]\nlisten = \"{address}\"\n");
    Case::new(
        "metrics whose address is taken",
        Home::new(&settings),
        "; no metrics (",
    )
    .logging_once("is in use by another program")
    .with(broker)
    .with(taken)
}

/// A disk on which there is no room for anything, from the start.
fn a_full_disk(device: &Path) -> Case {
    let broker = Broker::start();
    let proxy = std::sync::Arc::new(Proxy::to(broker.port, &[]));
    // A name space of its own: the file system goes with the process.
    let script = "mount -t tmpfs -o size=4k tmpfs \"$STATE_DIRECTORY\" && \
                  head -c 4096 /dev/zero > \"$STATE_DIRECTORY/ballast\" && exec \"$@\"";
    let unshare = [
        "unshare",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
    ];
    let home = Home::new(&settings(device, proxy.port)).through(&unshare);
    let cut = proxy.clone();
    Case::new("a full disk and no broker", home, "receiving")
        .logging_once("the memory of a meter cannot be saved for the next start: ")
        .then(move || cut.cut())
        .with(broker)
        .with(proxy)
}

#[test]
fn what_is_absent_or_slow_or_full_is_never_a_reason_for_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path();
    let devices: Vec<PathBuf> = (0..7).map(|n| place.join(format!("meter{n}"))).collect();
    let _playing: Vec<Playing> = devices
        .iter()
        .map(|device| Playing::on(device, Scenario::default()))
        .collect();
    let cases = [
        no_meter(place),
        a_silent_meter(place),
        nothing_at_all(place),
        no_broker(&devices[0]),
        a_broker_that_does_not_answer(&devices[1]),
        no_bus(&devices[2]),
        a_bus_that_does_not_answer(&devices[3]),
        no_output(&devices[4]),
        a_full_disk(&devices[5]),
        a_taken_address(&devices[6]),
    ];
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| case.run());
        }
    });
}
