//! A program that runs as a part of the demo, and ends with it.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::error::DemoError;

/// How long a program may take to end after SIGTERM, before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(6);

/// A running program. Dropped, it gets SIGTERM, and SIGKILL if it does not end. It has a process group of its own: Ctrl-C in the
/// terminal ends the demo, which ends its programs in their order.
pub struct ChildProcess {
    child: Child,
}

impl ChildProcess {
    /// Starts the program, without standard input. `name` is for messages.
    pub fn start(name: &str, command: &mut Command) -> Result<Self, DemoError> {
        let child = command.stdin(Stdio::null()).process_group(0).spawn();
        let child = child.map_err(|error| DemoError::named(name, error))?;
        Ok(Self { child })
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Its standard output, once, if it was piped.
    pub fn output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let end = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < end {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                _ => return,
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program of the system, also from the directories that only root has in its PATH. `package` provides it.
pub fn program(name: &'static str, package: &'static str) -> Result<Command, DemoError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/bin")])
        .map(|directory| directory.join(name))
        .find(|file| file.is_file());
    found
        .map(Command::new)
        .ok_or(DemoError::NotInstalled(name, package))
}
