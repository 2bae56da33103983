//! What the kernel counts for a process, thread by thread.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

#[derive(Clone, Debug, Default)]
struct Thread {
    name: String,
    cpu: Duration,
    switches: u64,
}

/// The threads of a process, by id.
#[derive(Debug)]
pub struct Usage(BTreeMap<u32, Thread>);

impl Usage {
    /// All that this process has used so far.
    ///
    /// # Errors
    /// It is gone.
    pub fn of(process: u32) -> io::Result<Self> {
        let mut threads = BTreeMap::new();
        for task in fs::read_dir(format!("/proc/{process}/task"))? {
            let task = task?;
            let id = task.file_name().to_str().and_then(|id| id.parse().ok());
            // A thread may end while it is looked at.
            if let (Some(id), Ok(thread)) = (id, read_thread(&task.path())) {
                threads.insert(id, thread);
            }
        }
        Ok(Self(threads))
    }

    /// What was used since then, by the threads that still are.
    pub fn since(mut self, before: &Self) -> Self {
        for (id, thread) in &mut self.0 {
            if let Some(before) = before.0.get(id) {
                thread.cpu -= before.cpu;
                thread.switches -= before.switches;
            }
        }
        self
    }

    /// The threads' names, the first one's first.
    pub fn threads(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|thread| thread.name.as_str())
    }

    /// Time on a processor, in user and kernel mode.
    pub fn cpu(&self) -> Duration {
        self.0.values().map(|thread| thread.cpu).sum()
    }

    /// Voluntary and involuntary.
    pub fn switches(&self) -> f64 {
        self.0.values().map(Thread::switches).sum()
    }

    /// The time of the threads of this name.
    pub fn cpu_of(&self, name: &str) -> Duration {
        self.named(name).map(|thread| thread.cpu).sum()
    }

    /// The switches of the threads of this name.
    pub fn switches_of(&self, name: &str) -> f64 {
        self.named(name).map(Thread::switches).sum()
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Thread> {
        self.0.values().filter(move |thread| thread.name == name)
    }
}

impl Thread {
    #[expect(
        clippy::cast_precision_loss,
        reason = "shown with two digits after the point"
    )]
    fn switches(&self) -> f64 {
        self.switches as f64
    }
}

/// A line `Name:  1234 kB` of a file in `/proc/PROCESS`, in bytes.
///
/// # Errors
/// The process is gone, or there is no such line.
pub fn memory(process: u32, file: &str, name: &str) -> io::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/{file}"))?;
    number_after(&text, name)
        .map(|kilobytes| kilobytes * 1024)
        .ok_or_else(|| io::Error::other(format!("no {name} in {file}")))
}

fn read_thread(task: &Path) -> io::Result<Thread> {
    // See proc_pid_schedstat(5): nanoseconds on a processor come first.
    let schedstat = fs::read_to_string(task.join("schedstat"))?;
    let nanoseconds = schedstat.split_whitespace().next();
    let status = fs::read_to_string(task.join("status"))?;
    let switches = ["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"]
        .into_iter()
        .filter_map(|name| number_after(&status, name))
        .sum();
    Ok(Thread {
        name: fs::read_to_string(task.join("comm"))?.trim().to_owned(),
        cpu: nanoseconds
            .and_then(|text| text.parse().ok())
            .map_or(Duration::ZERO, Duration::from_nanos),
        switches,
    })
}

fn number_after(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
