//! All that there is to break: the wire, the broker and the way to it, the bus, the disk, and the daemon between them.

use std::fs::{self, File};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::account::Account;
use crate::gauge::Gauge;
use crate::support::broker::{Broker, Subscriber};
use crate::support::bus::PrivateBus;
use crate::support::busctl::Busctl;
use crate::support::daemon::{Daemon, Home};
use crate::support::name_server::{Answer, NameServer};
use crate::support::proxy::Proxy;
use crate::wire::Wire;

const ROOT: &str = "/io/github/linky_sensor/Linky1";
const METER: &str = "/io/github/linky_sensor/Linky1/meter_main";

/// The broker's name, and the addresses that the way to it has in turn.
const NAME: &str = "broker.example";
const ADDRESSES: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)),
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3)),
];

/// So much fits on the disk: several times the history of the longest outage.
const DISK: &str = "size=64m";

/// Anyone may come, and write what the file `acl` allows. A subscriber that is slow to acknowledge gets all at once; nothing
/// waits in the broker, which may be killed.
fn rules(acl: &Path) -> String {
    format!(
        "allow_anonymous true\nmax_inflight_messages 0\nacl_file {}\n",
        acl.display()
    )
}

const ALL_ALLOWED: &str = "topic readwrite #\n";
const NONE_OF_OURS: &str = "topic read #\n";
/// States fit into it, and the announcement does not.
const LIMITS: &str = "max_packet_size 6000\nretain_available false\n";

/// The state directory as a file system of its own.
struct Disk(PathBuf);

impl Disk {
    fn mount(path: &Path) -> Self {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", DISK, "tmpfs"])
            .arg(path)
            .status()
            .expect("mount is not there: install the package mount");
        assert!(mounted.success(), "no file system can be mounted");
        Self(path.to_owned())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The daemon may not have ended yet.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

pub struct Stage<'a> {
    home: &'a Home,
    pub daemon: Option<Daemon<'a>>,
    pub wire: Wire,
    pub broker: Broker,
    pub proxy: Proxy,
    pub names: NameServer,
    /// The place of the current address.
    place: usize,
    pub bus: PrivateBus,
    busctl: Busctl,
    subscriber: Subscriber,
    pub account: Account,
    /// The last reading of the daemon, and the greatest memory since it was last set back.
    pub gauge: Gauge,
    pub most: Gauge,
    /// Processor time of the starts that have ended, milliseconds.
    pub spent: u64,
    looked: Instant,
    /// Another client with the client id of the daemon.
    twin: Option<Child>,
    _disk: Disk,
    directory: tempfile::TempDir,
}

/// What is there before the daemon: its configuration names them.
pub struct Surroundings {
    broker: Broker,
    proxy: Proxy,
    names: NameServer,
    bus: PrivateBus,
    directory: tempfile::TempDir,
}

impl Surroundings {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let acl = directory.path().join("acl");
        fs::write(&acl, ALL_ALLOWED).unwrap();
        let broker = Broker::ruled(&rules(&acl));
        let proxy = Proxy::at((ADDRESSES[0], 0).into(), broker.port);
        // The resolver waits longer than the daemon does.
        let names = NameServer::start("timeout:30 attempts:1");
        names.set(NAME, Answer::Addresses(vec![ADDRESSES[0]]));
        Self {
            broker,
            proxy,
            names,
            bus: PrivateBus::permissive(),
            directory,
        }
    }

    fn device(&self) -> PathBuf {
        self.directory.path().join("linky")
    }

    /// A home for the daemon, which publishes every frame.
    pub fn home(&self) -> Home {
        let (device, port) = (self.device(), self.proxy.port);
        let config = format!(
            "[[meter]]\nid = \"main\"\ndevice = \"{}\"\n[mqtt]\nurl = \"mqtt://{NAME}:{port}\"\n\
             client-id = \"test\"\ninterval = \"frame\"\n",
            device.display()
        );
        Home::new(&config).on_bus(self.bus.address())
    }

    /// Everything runs, and a state has come through.
    pub fn stage(self, home: &Home, seed: u64) -> Stage<'_> {
        let disk = Disk::mount(&home.state());
        let wire = Wire::new(&self.device(), seed);
        let mut stage = Stage {
            home,
            daemon: None,
            account: Account::new(wire.sent.clone()),
            wire,
            busctl: Busctl::at(&self.bus.address()),
            subscriber: Subscriber::at(&self.broker),
            broker: self.broker,
            proxy: self.proxy,
            names: self.names,
            place: 0,
            bus: self.bus,
            gauge: Gauge::default(),
            most: Gauge::default(),
            spent: 0,
            looked: Instant::now(),
            twin: None,
            _disk: disk,
            directory: self.directory,
        };
        stage.start();
        stage
    }
}

impl Stage<'_> {
    /// Starts the daemon, on a new line.
    pub fn start(&mut self) {
        self.wire.plug();
        self.daemon = Some(self.home.start_ready());
    }

    /// Kills the daemon, as the kernel does when memory runs out.
    pub fn kill(&mut self) {
        self.look();
        self.spent += self.gauge.cpu;
        // Nothing waits for a reader that is gone.
        self.wire.halt();
        self.daemon = None; // by SIGKILL
        self.account.killed();
        // A serial port is free when nobody has it open; a pseudo-terminal stays exclusive (TIOCEXCL) as long as it lives.
        self.wire.unplug();
    }

    /// Kills the broker.
    pub fn kill_broker(&mut self) {
        self.broker.stop();
        // The daemon shall not be back before the subscriber: only who is connected is promised anything.
        self.proxy.cut();
        self.take_rest();
    }

    /// Starts the broker again, the subscriber first.
    pub fn start_broker(&mut self) {
        self.start_broker_limited(false);
    }

    /// Starts it again with limits, or without.
    pub fn start_broker_limited(&mut self, is_limited: bool) {
        let limits = if is_limited { LIMITS } else { "" };
        let rules = rules(&self.acl());
        self.broker.start_by(&format!("{rules}{limits}"));
        self.take_rest();
        self.subscriber = Subscriber::at(&self.broker);
        self.proxy.mend();
    }

    /// The broker has the other address from now on; its name has the old one.
    pub fn move_broker(&mut self) {
        self.place = (self.place + 1) % ADDRESSES.len();
        let address = (ADDRESSES[self.place], self.proxy.port);
        self.proxy = Proxy::at(address.into(), self.broker.port);
    }

    /// Its name has the address too.
    pub fn name_broker(&self) {
        let address = ADDRESSES[self.place];
        self.names.set(NAME, Answer::Addresses(vec![address]));
    }

    fn acl(&self) -> PathBuf {
        self.directory.path().join("acl")
    }

    /// Whether the daemon may write its topics from now on.
    pub fn allow(&self, is_allowed: bool) {
        let rules = if is_allowed {
            ALL_ALLOWED
        } else {
            NONE_OF_OURS
        };
        fs::write(self.acl(), rules).unwrap();
        self.broker.signal(Signal::SIGHUP);
    }

    /// Another client takes the client id, as often as the daemon takes it back.
    pub fn start_twin(&mut self) {
        let port = self.broker.port.to_string();
        let twin = Command::new("mosquitto_sub")
            .args(["-h", "127.0.0.1", "-p", &port, "-i", "test", "-t", "twin"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.twin = Some(twin.expect("install the package mosquitto-clients"));
    }

    /// It goes.
    pub fn end_twin(&mut self) {
        if let Some(mut twin) = self.twin.take() {
            let _ = twin.kill();
            let _ = twin.wait();
        }
    }

    fn take_rest(&mut self) {
        for received in self.subscriber.rest() {
            self.account.add(&received);
        }
    }

    /// Fills the state directory to the last byte.
    pub fn fill_disk(&self) {
        let mut file = File::create(self.ballast()).unwrap();
        while file.write_all(&[1; 4096]).is_ok() {}
        while file.write_all(&[1]).is_ok() {}
    }

    /// Frees it.
    pub fn free_disk(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.home.state().join("ballast")
    }

    /// Listens for so long.
    pub fn listen(&mut self, time: Duration) {
        let end = Instant::now() + time;
        self.until("", time + Duration::from_secs(60), |_| {
            Instant::now() >= end
        });
    }

    /// Listens until this is so.
    pub fn until(&mut self, what: &str, timeout: Duration, is_so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < timeout, "not within {timeout:?}: {what}");
            if let Some(received) = self.subscriber.next_within(Duration::from_millis(100)) {
                self.account.add(&received);
            }
            if self.looked.elapsed() > Duration::from_secs(1) {
                self.look();
            }
        }
    }

    /// Reads the gauges, and what the daemon sends to systemd.
    fn look(&mut self) {
        self.looked = Instant::now();
        if let Some(daemon) = &mut self.daemon {
            daemon.notices();
            self.gauge = Gauge::of(daemon.id());
            self.most.memory = self.most.memory.max(self.gauge.memory);
            self.most.files = self.most.files.max(self.gauge.files);
        }
    }

    /// Asks the daemon on the bus: how many records wait, and how many were given up. `None`: it is not there.
    pub fn history(&self) -> Option<(u64, u64)> {
        let manager = self
            .busctl
            .properties(ROOT, "io.github.linky_sensor.Linky1.Manager");
        let count = |name: &str| manager.get(name)?.1.as_u64();
        Some((count("HistoryPending")?, count("HistoryDropped")?))
    }

    /// When the state on the bus was made, milliseconds since 1970.
    pub fn updated_on_bus(&self) -> Option<u64> {
        let meter = self
            .busctl
            .properties(METER, "io.github.linky_sensor.Linky1.Meter");
        Some(meter.get("Updated")?.1.as_u64()? / 1000)
    }

    /// What a subscriber finds that comes now.
    pub fn check_retained(&self) {
        let late = Subscriber::at(&self.broker);
        let mut missing = vec![
            ("linky/main/availability", "online"),
            ("linky/bridge/test/availability", "online"),
            ("linky/main/state", "\"link\":\"receiving\""),
            ("homeassistant/device/linky_main/config", "\"energy\""),
        ];
        while !missing.is_empty() {
            let received = late.next();
            missing.retain(|(topic, part)| {
                let is_it = received.retained && received.topic == *topic;
                assert!(!is_it || received.payload.contains(part), "{received:?}");
                !is_it
            });
        }
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        self.end_twin();
        // While the daemon still reads.
        self.wire.unplug();
        self.daemon = None;
        if thread::panicking() {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("soak.log");
            let _ = fs::write(&path, self.home.log());
            println!("what the daemon logged is in {}", path.display());
        }
    }
}
