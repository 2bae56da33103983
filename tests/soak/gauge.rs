//! What a process holds: memory, descriptors, and the time that it has used.

use std::fs;

/// A reading.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauge {
    /// Resident memory, kB.
    pub memory: u64,
    /// Open descriptors.
    pub files: usize,
    /// Processor time so far, milliseconds.
    pub cpu: u64,
}

impl Gauge {
    pub fn of(process: u32) -> Self {
        let read = |file: &str| fs::read_to_string(format!("/proc/{process}/{file}")).unwrap();
        let status = read("status");
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let memory = line.unwrap().split_whitespace().nth(1).unwrap();
        // See proc_pid_stat(5): fields 14 and 15, in hundredths of a second; the name before them ends with a parenthesis.
        let stat = read("stat");
        let times = stat
            .rsplit_once(") ")
            .unwrap()
            .1
            .split(' ')
            .skip(11)
            .take(2);
        Self {
            memory: memory.parse().unwrap(),
            files: fs::read_dir(format!("/proc/{process}/fd")).unwrap().count(),
            cpu: times.map(|time| time.parse::<u64>().unwrap() * 10).sum(),
        }
    }

    /// By how many percent the memory has grown since then.
    #[expect(
        clippy::cast_precision_loss,
        reason = "shown with one digit after the point"
    )]
    pub fn growth_since(&self, before: &Self) -> f64 {
        100.0 * (self.memory as f64 / before.memory as f64 - 1.0)
    }
}
