//! `linky-sensor contain`: process 1 of a container, in the place of a service manager.
//!
//! ```text
//!  engine ──SIGTERM, SIGINT, SIGHUP──> contain ──signals──> run, the daemon
//!  engine <──exit code──               contain <──READY, STATUS, WATCHDOG── notify socket
//!  health check ──health socket──────> contain
//! ```
//!
//! Input: in a container of its own the configuration that `--config` names; in an app of Home Assistant what the
//! Supervisor gives (`home_assistant`). As root it makes the files that the daemon needs, and then becomes the user of
//! the image. It starts the daemon, forwards signals, waits for orphans, and ends with the daemon's exit code. A daemon that is
//! silent for too long (`liveness`) is killed, and the exit code makes the engine start the container again.
//!
//! Invariants: the daemon is never root and never has the Supervisor's token; process 1 needs no privilege once the daemon
//! runs; every wait ends.

mod child;
mod configuration;
pub mod health_socket;
mod home_assistant;
mod liveness;
mod options;
mod serial_port;
mod supervisor;
mod user;

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::Signal;
use tokio::net::{UnixDatagram, UnixListener};
use tokio::signal::unix::{self, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{sleep_until, timeout};

use self::child::{ContainedDaemon, notify_socket};
use self::health_socket::HealthAnswer;
use self::liveness::Liveness;
use super::console::{CommandError, Console};
use crate::names::{container, exit, file, variable};
use crate::service;

/// A notice longer than this is cut.
const NOTICE_MAX: usize = 8 * 1024;

/// Notices that are taken at once.
const NOTICES_MAX: usize = 64;

/// The time for the end of a daemon that was killed: the kernel may hold it in a read.
const KILL_TIMEOUT: Duration = Duration::from_secs(10);

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Contain {
    /// Take options, port and broker from Home Assistant's Supervisor; by itself where both are there
    #[arg(long)]
    home_assistant: bool,
    /// The D-Bus bus to be on, as for run
    #[arg(long, default_value = "none", value_name = "BUS")]
    bus: String,
    /// Log more; twice for even more
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// The root of the file system, for tests
    #[arg(long, default_value = "/", hide = true)]
    root: PathBuf,
    /// The address of the Supervisor, for tests
    #[arg(long, default_value = container::SUPERVISOR, hide = true)]
    supervisor: String,
}

/// What the daemon is started with.
#[derive(Debug)]
pub struct DaemonSetup {
    config: PathBuf,
    state: PathBuf,
    /// What the daemon calls its container in its advice; `None`: as the engine did.
    kind: Option<&'static str>,
    /// Groups that may open the ports.
    groups: Vec<u32>,
    verbose: u8,
}

impl Contain {
    /// Runs the daemon until it ends. Returns its exit code.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        service::start_logging(self.verbose);
        // One blocking thread, for the look-up of the Supervisor.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build()
            .map_err(|error| CommandError::new(exit::SOFTWARE, error))?;
        let code = runtime.block_on(self.contain(console.config()));
        runtime.shutdown_background();
        code
    }

    async fn contain(self, config: &Path) -> Result<u8, CommandError> {
        // Process 1 gets only the signals that it asked for.
        let mut signals =
            ContainerSignals::new().map_err(|error| CommandError::new(exit::SOFTWARE, error))?;
        // As process 1 it is that already; under an init of the engine it is not.
        let _ = set_child_subreaper(true);
        // Its own name may be out of reach once it is another user.
        let program =
            std::env::current_exe().map_err(|error| CommandError::new(exit::SOFTWARE, error))?;
        let runtime = runtime_directory();
        make_runtime_directory(&runtime).map_err(|error| failed(&runtime, &error))?;
        let notices = bind(&notify_socket(&runtime), |path| UnixDatagram::bind(path))?;
        let listener = bind(&health_socket_path(), |path| UnixListener::bind(path))?;
        let (health, answer) = watch::channel(HealthAnswer {
            is_alive: false,
            status: "starting".to_owned(),
        });
        let answers = tokio::spawn(health_socket::serve(listener, answer));
        let set_up = async {
            if self.home_assistant || home_assistant::is_app(&self.root) {
                home_assistant::set_up(&self.root, &self.supervisor, &runtime, &health).await
            } else {
                self.set_up(config)
            }
        };
        let setup = tokio::select! {
            setup = set_up => setup?,
            _ = signals.stop() => return Ok(exit::OK),
        };
        user::become_it(&setup.groups).map_err(|error| {
            CommandError::new(
                exit::NO_PERMISSION,
                format_args!(
                    "root cannot be given up ({error}); allow the capabilities SETUID and SETGID, or run the container as \
                     user {}",
                    container::USER_ID
                ),
            )
        })?;
        let daemon = ContainedDaemon::start(&program, &setup, &self.bus, &runtime)
            .map_err(|error| failed(&program, &error))?;
        let code = watch_daemon(&daemon, &notices, &health, &mut signals).await;
        answers.abort();
        Ok(code)
    }

    /// What the daemon is started with where there is no Supervisor.
    fn set_up(&self, config: &Path) -> Result<DaemonSetup, CommandError> {
        let given = std::env::var_os(variable::STATE_DIRECTORY);
        let state = given.map_or_else(|| PathBuf::from(file::STATE_DIRECTORY), PathBuf::from);
        user::make_own(&state).map_err(|error| failed(&state, &error))?;
        Ok(DaemonSetup {
            config: config.to_owned(),
            kind: None,
            groups: serial_port::groups("", &self.root),
            verbose: self.verbose,
            state,
        })
    }
}

/// Watches the daemon until it ends. Returns the exit code.
async fn watch_daemon(
    daemon: &ContainedDaemon,
    notices: &UnixDatagram,
    health: &watch::Sender<HealthAnswer>,
    signals: &mut ContainerSignals,
) -> u8 {
    let mut liveness = Liveness::new(Instant::now());
    let mut buffer = vec![0; NOTICE_MAX];
    loop {
        tokio::select! {
            signal = signals.next() => match signal {
                ContainerSignal::Forward(signal) => {
                    daemon.signal(signal);
                    if signal != Signal::SIGHUP {
                        liveness.on_stop(Instant::now());
                    }
                }
                ContainerSignal::ChildEnded => {}
            },
            _ = notices.readable() => {}
            () = sleep_until(liveness.deadline().into()) => {}
        }
        for _ in 0..NOTICES_MAX {
            let Ok(length) = notices.try_recv(&mut buffer) else {
                break;
            };
            let notice = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default());
            liveness.on_notice(&notice, Instant::now());
        }
        if let Some(code) = daemon.reap() {
            return code;
        }
        if let Some(cause) = liveness.check(Instant::now()) {
            log::error!("the daemon is killed: {cause}");
            return kill_daemon(daemon, signals).await;
        }
        let (is_alive, status) = liveness.health();
        health.send_if_modified(|answer| {
            let is_other = answer.is_alive != is_alive || answer.status != status;
            if is_other {
                status.clone_into(&mut answer.status);
                answer.is_alive = is_alive;
            }
            is_other
        });
    }
}

/// Kills the daemon and waits for its end, which cannot be waited for without limit. Returns the exit code.
async fn kill_daemon(daemon: &ContainedDaemon, signals: &mut ContainerSignals) -> u8 {
    daemon.signal(Signal::SIGKILL);
    let end = async {
        while daemon.reap().is_none() {
            signals.next().await;
        }
    };
    if timeout(KILL_TIMEOUT, end).await.is_err() {
        log::error!("the daemon does not end: the kernel holds it");
    }
    exit::SOFTWARE
}

/// A signal to process 1.
enum ContainerSignal {
    /// The daemon gets it too.
    Forward(Signal),
    /// A process ended whose parent this is.
    ChildEnded,
}

/// The signals that process 1 gets.
struct ContainerSignals {
    terminate: unix::Signal,
    interrupt: unix::Signal,
    hangup: unix::Signal,
    child: unix::Signal,
}

impl ContainerSignals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            child: signal(SignalKind::child())?,
        })
    }

    async fn next(&mut self) -> ContainerSignal {
        tokio::select! {
            _ = self.terminate.recv() => ContainerSignal::Forward(Signal::SIGTERM),
            _ = self.interrupt.recv() => ContainerSignal::Forward(Signal::SIGINT),
            _ = self.hangup.recv() => ContainerSignal::Forward(Signal::SIGHUP),
            _ = self.child.recv() => ContainerSignal::ChildEnded,
        }
    }

    /// The stop, while there is no daemon.
    async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Where the sockets are, and what is made for the daemon.
fn runtime_directory() -> PathBuf {
    let given = std::env::var_os(variable::RUNTIME_DIRECTORY);
    given.map_or_else(|| PathBuf::from(file::RUNTIME_DIRECTORY), PathBuf::from)
}

/// The socket of the health check.
pub fn health_socket_path() -> PathBuf {
    runtime_directory().join(container::HEALTH_SOCKET)
}

/// The directory of the image, or a tmpfs in its place, is there and anyone's.
fn make_runtime_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    DirBuilder::new().mode(0o755).create(directory)?;
    user::give(directory)
}

/// Binds a socket in the place of the one of a start before, and gives it to the user.
fn bind<S>(path: &Path, bind: impl FnOnce(&Path) -> io::Result<S>) -> Result<S, CommandError> {
    let _ = fs::remove_file(path);
    let socket = bind(path).map_err(|error| failed(path, &error))?;
    user::give(path).map_err(|error| failed(path, &error))?;
    Ok(socket)
}

/// The error of a file that process 1 needs.
fn failed(path: &Path, error: &io::Error) -> CommandError {
    let advice = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "; a volume or a tmpfs on it must be the user's: the image has it so, a bind from the host needs chown 65532"
        }
        io::ErrorKind::ReadOnlyFilesystem => "; mount a volume or a tmpfs on its directory",
        _ => "",
    };
    CommandError::new(
        exit::IO,
        format_args!("{}: {error}{advice}", path.display()),
    )
}
