//! One thread of a daemon that stands still, while the others go on: stopped from outside, as a debugger does.

use std::fs;
use std::path::PathBuf;

use nix::sys::ptrace;
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use super::support::daemon::Daemon;

/// A thread that stands still until this is dropped. Drop it before its daemon, in the thread that made it.
pub struct Blocked {
    thread: Pid,
}

impl Blocked {
    /// Stops the thread of this name; the first thread has that of the program.
    pub fn thread(daemon: &Daemon<'_>, name: &str) -> Self {
        let tasks = PathBuf::from(format!("/proc/{}/task", daemon.id()));
        let named = fs::read_dir(tasks)
            .unwrap()
            .map(|task| task.unwrap())
            .find(|task| fs::read_to_string(task.path().join("comm")).unwrap().trim() == name)
            .unwrap_or_else(|| panic!("the daemon has no thread {name}"));
        let thread = named.file_name().to_str().unwrap().parse().unwrap();
        let thread = Pid::from_raw(thread);
        ptrace::seize(thread, ptrace::Options::empty())
            .expect("a process may trace those that it has started");
        let blocked = Self { thread };
        ptrace::interrupt(thread).unwrap();
        // It has stopped when that is reported; and only once, so that the report is not taken for the daemon's end.
        waitpid(thread, Some(WaitPidFlag::__WALL)).unwrap();
        blocked
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // Of a thread that has ended meanwhile the end is to be noticed by who traced it, or its daemon never ends.
        if ptrace::detach(self.thread, None).is_err() {
            let flags = WaitPidFlag::__WALL | WaitPidFlag::WNOHANG;
            let _ = waitpid(self.thread, Some(flags));
        }
    }
}
