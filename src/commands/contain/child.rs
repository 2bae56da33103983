//! The daemon as a child: started, given signals, and waited for together with every orphan of the container.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::DaemonSetup;
use super::liveness::SILENCE_LIMIT;
use crate::names::{container, variable};

/// Processes that are waited for at once; the next signal brings the others.
const REAPED_MAX: usize = 1024;

/// The exit code of a process that a signal ended is this and the number of the signal, as shells have it.
const SIGNAL_BASE: i32 = 128;

/// A daemon that was started and whose end has not been seen.
pub struct ContainedDaemon {
    pid: Pid,
}

impl ContainedDaemon {
    /// Starts the daemon: this very program. It inherits standard output and error.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(
        program: &Path,
        setup: &DaemonSetup,
        bus: &str,
        runtime: &Path,
    ) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("run")
            .args(["--bus", bus])
            .arg("--config")
            .arg(&setup.config);
        command.args((0..setup.verbose).map(|_| "--verbose"));
        command
            .env(variable::NOTIFY_SOCKET, notify_socket(runtime))
            .env(
                variable::WATCHDOG_USEC,
                SILENCE_LIMIT.as_micros().to_string(),
            )
            .env(variable::STATE_DIRECTORY, &setup.state)
            .env_remove(variable::WATCHDOG_PID)
            .env_remove(variable::SUPERVISOR_TOKEN)
            .env_remove(variable::HASSIO_TOKEN)
            .stdin(Stdio::null())
            // A terminal's Ctrl-C comes from here, and only once.
            .process_group(0);
        // Advice is of a container even where the engine does not name itself.
        let kind = setup.kind.map(OsString::from);
        let kind = kind.or_else(|| env::var_os(variable::CONTAINER));
        command.env(
            variable::CONTAINER,
            kind.unwrap_or_else(|| container::KIND.into()),
        );
        let child = command.spawn()?;
        let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
        Ok(Self {
            pid: Pid::from_raw(pid),
        })
    }

    /// Sends it a signal. That it has just ended is no error.
    pub fn signal(&self, signal: Signal) {
        if let Err(error) = kill(self.pid, signal)
            && error != Errno::ESRCH
        {
            log::warn!("the daemon did not get {signal}: {error}");
        }
    }

    /// Waits for every process that has ended, without pause. Returns the exit code of the daemon if it is among them.
    pub fn reap(&self) -> Option<u8> {
        for _ in 0..REAPED_MAX {
            let status = match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return None,
                Ok(status) => status,
                Err(_) => continue,
            };
            let code = match status {
                WaitStatus::Exited(pid, code) if pid == self.pid => code,
                WaitStatus::Signaled(pid, signal, _) if pid == self.pid => {
                    SIGNAL_BASE + signal as i32
                }
                _ => continue,
            };
            return Some(u8::try_from(code).unwrap_or(u8::MAX));
        }
        None
    }
}

/// The socket that the daemon sends its notices to.
pub fn notify_socket(runtime: &Path) -> PathBuf {
    runtime.join(container::NOTIFY_SOCKET)
}
