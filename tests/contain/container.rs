//! What a container is to its process 1: directories, variables, an exit code.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::support::daemon::{WAIT_TIMEOUT, within};
use crate::support::program;

/// The user of the image.
pub const USER: u32 = 65532;

/// A root directory, where others than its owner may look: the daemon is another user if root runs the test.
pub struct Container {
    directory: TempDir,
    program: PathBuf,
    /// A command that becomes process 1; empty for none.
    pub through: Vec<&'static str>,
    pub arguments: Vec<String>,
    pub variables: Vec<(&'static str, String)>,
}

impl Container {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        open_to_all(directory.path());
        for (name, mode) in [
            ("run", 0o1777),
            ("data", 0o755),
            ("dev/serial/by-id", 0o755),
        ] {
            fs::create_dir_all(directory.path().join(name)).unwrap();
            let permissions = Permissions::from_mode(mode);
            fs::set_permissions(directory.path().join(name), permissions).unwrap();
        }
        // The folder of the build may be closed to others. Written by this process, a file may be busy in the child of
        // another test.
        let program = directory.path().join("linky-sensor");
        let mut copy = Command::new("cp");
        copy.arg(program::PATH).arg(&program);
        assert!(copy.status().unwrap().success());
        Self {
            directory,
            program,
            through: Vec::new(),
            arguments: Vec::new(),
            variables: Vec::new(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    /// All that was logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    pub fn until_logged(&self, words: &str) {
        within(WAIT_TIMEOUT, words, || {
            self.log().contains(words).then_some(())
        });
    }

    pub fn start(&self) -> Process<'_> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.path("log"))
            .unwrap();
        let mut command = match self.through.split_first() {
            None => Command::new(&self.program),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(&self.program);
                command
            }
        };
        let child = command
            .args(program::ENGLISH)
            .args(["contain", "--config"])
            .arg(self.path("linky-sensor.toml"))
            .args(&self.arguments)
            .env("RUNTIME_DIRECTORY", self.path("run"))
            .env("STATE_DIRECTORY", self.path("state"))
            .envs(self.variables.iter().cloned())
            .env_remove("JOURNAL_STREAM")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Process {
            container: self,
            child,
        }
    }

    /// The health check: whether it succeeds, and what it prints.
    pub fn health(&self) -> (bool, String) {
        let output = Command::new(&self.program)
            .args(program::ENGLISH)
            .arg("health")
            .env("RUNTIME_DIRECTORY", self.path("run"))
            .output()
            .unwrap();
        let Output { stdout, stderr, .. } = output;
        let printed = String::from_utf8([stdout, stderr].concat()).unwrap();
        (output.status.success(), printed)
    }

    /// Waits for a health check that prints this; returns whether it succeeds.
    pub fn until_health(&self, words: &str) -> bool {
        within(WAIT_TIMEOUT, words, || {
            let (succeeds, printed) = self.health();
            printed.contains(words).then_some(succeeds)
        })
    }
}

pub fn open_to_all(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}

/// A running process 1. Dropped, it and its daemon are killed.
pub struct Process<'a> {
    container: &'a Container,
    child: Child,
}

impl Process<'_> {
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    /// The processes whose parent it is.
    pub fn children(&self) -> Vec<Pid> {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.unwrap_or_default();
        children
            .split_whitespace()
            .map(|pid| Pid::from_raw(pid.parse().unwrap()))
            .collect()
    }

    /// The daemon, once it is healthy.
    pub fn daemon(&self) -> Pid {
        within(WAIT_TIMEOUT, &self.container.log(), || {
            self.container.health().0.then_some(())
        });
        let is_daemon = |pid: &Pid| {
            let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&arguments).contains("\0run\0")
        };
        self.children().into_iter().find(is_daemon).unwrap()
    }

    pub fn end(&mut self) -> ExitStatus {
        let log = self.container.log();
        within(WAIT_TIMEOUT, &log, || self.child.try_wait().unwrap())
    }

    /// Asks it to stop, as engines do.
    pub fn stop(&mut self) {
        self.signal(Signal::SIGTERM);
        assert!(self.end().success(), "{}", self.container.log());
    }
}

impl Drop for Process<'_> {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            for child in self.children() {
                let _ = kill(child, Signal::SIGKILL);
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
