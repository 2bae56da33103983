//! A program that runs as a part of the demo, and ends with it.

use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::Failure;

/// So long may a program take to end when asked, before it is killed.
const GRACE: Duration = Duration::from_secs(6);

/// A running program. Dropped, it is asked to end, and killed if it does not.
pub struct Part {
    child: Child,
}

impl Part {
    /// Starts the program, without standard input.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self, Failure> {
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| Failure::Part { name, error })?;
        Ok(Self { child })
    }

    /// Its standard output, once, if it was piped.
    pub fn output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let end = Instant::now() + GRACE;
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
