//! What stands for systemd where none runs: it has our unit, and restarts it.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::sync::oneshot;
use zbus::{ObjectPath, OwnedObjectPath};

use super::support::bus::PrivateBus;
use super::support::program;

const UNIT: &str = "/org/freedesktop/systemd1/unit/linky";

/// The service that runs, if any.
type Service = Arc<Mutex<Option<Child>>>;

/// A systemd on a bus of its own. It ends, with the service, when dropped.
pub struct FakeSystemd {
    bus: PrivateBus,
    service: Service,
    /// The state of the service.
    _state: TempDir,
    end: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl FakeSystemd {
    /// Its unit runs our daemon.
    pub fn start() -> Self {
        Self::with(Unit::Works)
    }

    /// Its unit fails for good, with this code.
    pub fn that_fails(code: i32) -> Self {
        Self::with(Unit::Fails(code))
    }

    fn with(unit: Unit) -> Self {
        let bus = PrivateBus::permissive();
        let state = tempfile::tempdir().unwrap();
        let service = Service::default();
        let (end, ended) = oneshot::channel();
        let (started, is_ready) = std::sync::mpsc::channel();
        let manager = Manager {
            bus: bus.address(),
            state: state.path().to_owned(),
            service: service.clone(),
            unit,
        };
        let address = bus.address();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let _connection = zbus::connection::Builder::address(address.as_str())
                    .serve_at("/org/freedesktop/systemd1", manager)
                    .serve_at(UNIT, unit)
                    .serve_at(UNIT, Process(unit))
                    .name("org.freedesktop.systemd1")
                    .build()
                    .await
                    .expect("the bus takes it in");
                started.send(()).unwrap();
                let _ = ended.await;
            });
        });
        is_ready.recv().unwrap();
        Self {
            bus,
            service,
            _state: state,
            end: Some(end),
            thread: Some(thread),
        }
    }

    /// The bus that it is on.
    pub fn bus(&self) -> String {
        self.bus.address()
    }
}

impl Drop for FakeSystemd {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        stop(&self.service);
    }
}

fn stop(service: &Service) {
    if let Some(mut child) = service.lock().unwrap().take() {
        // As systemd does: a port that its reader did not give back stays taken.
        let process = Pid::from_raw(child.id().cast_signed());
        let _ = kill(process, Signal::SIGTERM);
        let _ = child.wait();
    }
}

#[derive(Clone, Copy)]
enum Unit {
    Works,
    Fails(i32),
}

struct Manager {
    bus: String,
    state: PathBuf,
    service: Service,
    unit: Unit,
}

#[zbus::interface(name = "org.freedesktop.systemd1.Manager")]
impl Manager {
    fn load_unit(&self, _name: &str) -> OwnedObjectPath {
        ObjectPath::try_from(UNIT).expect("a path").into()
    }

    fn get_unit(&self, name: &str) -> zbus::fdo::Result<OwnedObjectPath> {
        let why = format!("Unit {name} not loaded.");
        Err(zbus::fdo::Error::Failed(why))
    }

    fn restart_unit(&self, name: &str, _mode: &str) -> OwnedObjectPath {
        assert_eq!(name, "linky-sensor.service");
        stop(&self.service);
        if let Unit::Works = self.unit {
            let child = Command::new(program::PATH)
                .args(program::ENGLISH)
                .args(["run", "--bus", &self.bus])
                .env("STATE_DIRECTORY", &self.state)
                .env("CREDENTIALS_DIRECTORY", "/etc/credstore")
                .env_remove("JOURNAL_STREAM")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            *self.service.lock().unwrap() = Some(child);
        }
        ObjectPath::try_from("/org/freedesktop/systemd1/job/1")
            .expect("a path")
            .into()
    }
}

#[zbus::interface(name = "org.freedesktop.systemd1.Unit")]
impl Unit {
    #[zbus(property)]
    fn load_state(&self) -> &str {
        "loaded"
    }

    #[zbus(property)]
    fn active_state(&self) -> &str {
        match self {
            Self::Works => "active",
            Self::Fails(_) => "failed",
        }
    }

    #[zbus(property)]
    fn unit_file_state(&self) -> &str {
        "enabled"
    }
}

struct Process(Unit);

#[zbus::interface(name = "org.freedesktop.systemd1.Service")]
impl Process {
    #[zbus(property)]
    fn exec_main_status(&self) -> i32 {
        match self.0 {
            Unit::Works => 0,
            Unit::Fails(code) => code,
        }
    }
}
