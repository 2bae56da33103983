//! The real binary, as systemd would run it: its configuration, its state directory, its notify socket, its log.

use std::fs::{self, File};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use super::program;

/// The longest wait for an event that is not slow by its nature. On an idle machine each comes within 5 s; the rest is for
/// one that does other work.
pub const WAIT_TIMEOUT: Duration = Duration::from_secs(240);

/// The longest time that a stop may take: `TimeoutStopSec` of our unit.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Waits until there is an answer; fails with `what` if there is none in time.
pub fn within<T>(time: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + time;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "not within {time:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Where a daemon lives. It outlives the daemon, and may have several, one after the other.
pub struct Home {
    directory: TempDir,
    bus: String,
    variables: Vec<(&'static str, String)>,
    /// A command that becomes the daemon; empty for none.
    through: Vec<String>,
}

impl Home {
    /// With this configuration, and no bus.
    pub fn new(config: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("linky-sensor.toml"), config).unwrap();
        fs::create_dir(directory.path().join("state")).unwrap();
        Self {
            directory,
            bus: "none".to_owned(),
            variables: Vec::new(),
            through: Vec::new(),
        }
    }

    /// On this bus.
    pub fn on_bus(mut self, bus: impl Into<String>) -> Self {
        self.bus = bus.into();
        self
    }

    /// With a variable of the environment.
    pub fn with(mut self, variable: &'static str, value: &str) -> Self {
        self.variables.push((variable, value.to_owned()));
        self
    }

    /// Started by this command, which becomes what follows it.
    pub fn through(mut self, command: &[&str]) -> Self {
        self.through = command.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// Its configuration file.
    pub fn config(&self) -> PathBuf {
        self.directory.path().join("linky-sensor.toml")
    }

    /// What the daemon keeps.
    pub fn state(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    /// All that the daemons logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// Starts a daemon, and does not wait for anything.
    pub fn start(&self) -> Daemon<'_> {
        let path = |name: &str| self.directory.path().join(name);
        let _ = fs::remove_file(path("notify"));
        let notify = UnixDatagram::bind(path("notify")).unwrap();
        notify.set_nonblocking(true).unwrap();
        let log = File::options()
            .create(true)
            .append(true)
            .open(path("log"))
            .unwrap();
        let program = program::PATH.to_owned();
        let mut words = self.through.iter().chain([&program]);
        let child = Command::new(words.next().unwrap())
            .args(words)
            .args(program::ENGLISH)
            .args(["run", "-vv", "--bus", &self.bus, "--config"])
            .arg(path("linky-sensor.toml"))
            .env("STATE_DIRECTORY", self.state())
            .env("NOTIFY_SOCKET", path("notify"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .env_remove("JOURNAL_STREAM")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("what starts the daemon is there (unshare: install the package util-linux)");
        Daemon {
            home: self,
            child,
            notify,
            notices: Vec::new(),
        }
    }

    /// Starts a daemon, and waits until it is ready.
    pub fn start_ready(&self) -> Daemon<'_> {
        let mut daemon = self.start();
        daemon.until_notice("READY=1");
        daemon
    }
}

/// A running daemon, killed when dropped.
pub struct Daemon<'a> {
    home: &'a Home,
    child: Child,
    notify: UnixDatagram,
    notices: Vec<String>,
}

impl Daemon<'_> {
    /// What it sent to systemd, line by line.
    pub fn notices(&mut self) -> &[String] {
        let mut buffer = [0; 4096];
        while let Ok(length) = self.notify.recv(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..length]);
            self.notices.extend(text.lines().map(str::to_owned));
        }
        &self.notices
    }

    /// Waits for a line to systemd that begins with `beginning`.
    pub fn until_notice(&mut self, beginning: &str) -> String {
        let deadline = Instant::now() + WAIT_TIMEOUT;
        loop {
            let ended = self.child.try_wait().unwrap();
            if let Some(notice) = self
                .notices()
                .iter()
                .find(|line| line.starts_with(beginning))
            {
                return notice.clone();
            }
            let is_late = ended.is_some() || Instant::now() > deadline;
            let log = self.home.log();
            assert!(
                !is_late,
                "not {beginning}, but {:?}; {ended:?}\n{log}",
                self.notices
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Of its resident memory, in kB: `VmRSS`, what it takes now; `VmHWM`, the most that it has taken.
    pub fn memory(&self, which: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(which)?.strip_prefix(':'));
        let kilobytes = line.unwrap().split_whitespace().next().unwrap();
        kilobytes.parse().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }

    /// Waits for its end.
    pub fn end(&mut self, time: Duration) -> ExitStatus {
        within(time, "the end of the daemon", || {
            self.child.try_wait().unwrap()
        })
    }

    /// Asks it to stop, as systemd does, and waits until it has.
    pub fn stop(&mut self) {
        self.signal(Signal::SIGTERM);
        let status = self.end(STOP_TIMEOUT);
        assert!(status.success(), "{status}");
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The section of a meter; more lines may follow.
pub fn meter(id: &str, device: &Path) -> String {
    format!(
        "[[meter]]\nid = \"{id}\"\ndevice = \"{}\"\n",
        device.display()
    )
}

/// The configuration of these meters; every frame is published to a broker on this port. More lines on MQTT may follow.
pub fn config(meters: &[String], port: u16) -> String {
    let meters = meters.concat();
    format!(
        "{meters}[mqtt]\nurl = \"mqtt://127.0.0.1:{port}\"\nclient-id = \"test\"\ninterval = \"frame\"\nraw = true\n"
    )
}
