//! A machine whose names are the test's: a name server that every resolver there asks, a bus, a meter that plays, and a
//! broker that the daemon knows by a name.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::simulator::Scenario;
use tempfile::TempDir;

use super::flow::flows;
use super::support::broker::Broker;
use super::support::bus::PrivateBus;
use super::support::busctl::Busctl;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::Playing;
use super::support::name_server::NameServer;
use super::support::program;
use super::support::proxy::Proxy;
use super::support::record::Record;
use super::systemd::{variable, watchdog_of_the_unit};
use super::{interface, object};

/// The name of the broker.
pub const NAME: &str = "broker.example";

/// The resolver waits longer than the daemon does.
pub const PATIENT: &str = "timeout:30 attempts:1";

/// States: a second has about ten.
pub const SOME: usize = 15;

const ROOT: &str = "/io/github/linky_sensor/Linky1";

/// See the module.
pub struct Machine {
    pub names: NameServer,
    pub bus: PrivateBus,
    pub record: Record,
    broker: Broker,
    directory: TempDir,
    _playing: Playing,
}

impl Machine {
    /// With these options of the resolver. The broker's name is not in the table yet.
    pub fn new(options: &str) -> Self {
        let names = NameServer::start(options);
        let directory = tempfile::tempdir().unwrap();
        let playing = Playing::on(&directory.path().join("linky"), Scenario::default());
        let broker = Broker::start();
        Self {
            names,
            bus: PrivateBus::system(),
            record: Record::at(&broker),
            broker,
            directory,
            _playing: playing,
        }
    }

    /// A way to the broker that begins at this address.
    pub fn way(&self, address: impl Into<SocketAddr>) -> Proxy {
        Proxy::at(address.into(), self.broker.port)
    }

    /// A home for a daemon that has the broker at this URL, and reads the meter that plays and these others.
    pub fn home(&self, url: &str, others: &[String]) -> Home {
        let mut meters = vec![meter("main", &self.directory.path().join("linky"))];
        meters.extend_from_slice(others);
        let settings = config(&meters, 1).replace("mqtt://127.0.0.1:1", url);
        Home::new(&settings)
            .on_bus(self.bus.address())
            .with("WATCHDOG_USEC", &variable(watchdog_of_the_unit()))
    }

    /// A property of the bridge.
    pub fn of_bridge(&self, name: &str) -> Option<serde_json::Value> {
        self.property(ROOT, "Manager", name)
    }

    /// A property of a meter.
    pub fn of_meter(&self, id: &str, name: &str) -> Option<serde_json::Value> {
        self.property(&object(id), "Meter", name)
    }

    fn property(&self, path: &str, of: &str, name: &str) -> Option<serde_json::Value> {
        let properties = Busctl::at(&self.bus.address()).properties(path, &interface(of));
        Some(properties.get(name)?.1.clone())
    }

    /// Waits until the session on the bus has this cause; `none`: it stands.
    pub fn until_cause_is(&self, cause: &str) {
        within(WAIT_TIMEOUT, &format!("BrokerCause {cause}"), || {
            (self.of_bridge("BrokerCause")? == cause).then_some(())
        });
    }

    /// Waits until what is known of a meter's link has this text.
    pub fn until_link_has(&self, id: &str, text: &str) {
        let mut last = None;
        within(WAIT_TIMEOUT, text, || {
            last = self.of_meter(id, "LinkDetail");
            last.as_ref()?.as_str()?.contains(text).then_some(())
        });
    }

    /// Waits until the states of the meter that plays flow on the bus: it has a newer one, thrice.
    pub fn until_flowing_on_bus(&self) {
        for _ in 0..3 {
            let before = self.of_meter("main", "Updated");
            within(WAIT_TIMEOUT, "a newer state on the bus", || {
                let now = self.of_meter("main", "Updated");
                (now.is_some() && now != before).then_some(())
            });
        }
    }

    /// Waits until states of the meter that plays flow at the broker, and returns the place where they begin.
    pub fn until_flowing(&mut self) -> usize {
        let from = self.record.now();
        flows(&mut self.record, from, "main", SOME);
        from
    }

    /// What `status` prints.
    pub fn status(&self, home: &Home) -> String {
        let mut command = program::command();
        command
            .args(["status", "--bus", &self.bus.address(), "--config"])
            .arg(home.config());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    }

    /// What `doctor` prints of this configuration.
    pub fn doctor(&self, home: &Home) -> String {
        let mut command = program::command();
        command
            .arg("doctor")
            .arg("--config")
            .arg(home.config())
            .env("DBUS_SYSTEM_BUS_ADDRESS", self.bus.address());
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    }
}

/// The lines of the journal that have this text.
pub fn lines(home: &Home, text: &str) -> Vec<String> {
    let log = home.log();
    let found = log.lines().filter(|line| line.contains(text));
    found.map(str::to_owned).collect()
}

/// Waits until so many lines of the journal have this text.
pub fn until_logged(home: &Home, text: &str, count: usize) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while lines(home, text).len() < count {
        let log = home.log();
        assert!(
            Instant::now() < deadline,
            "not {count} times {text}:\n{log}"
        );
        thread::sleep(Duration::from_millis(20));
    }
}
