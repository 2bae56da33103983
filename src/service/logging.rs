//! Where log lines go: to the journal, with their fields, when systemd started us; else to standard error.

use std::io::Write;

use log::{LevelFilter, Log, Metadata, Record};
use systemd_journal_logger::{JournalLog, connected_to_journal};

/// Starts logging. `verbose` counts the `-v`.
pub fn start(verbose: u8) {
    log::set_max_level(match verbose {
        0 => LevelFilter::Info,
        1 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    });
    let journal = connected_to_journal()
        .then(JournalLog::new)
        .and_then(Result::ok);
    let logger: Box<dyn Log> = match journal {
        Some(journal) => Box::new(journal),
        None => Box::new(StandardError),
    };
    // A second logger in one process is a test's: the first stays.
    let _ = log::set_boxed_logger(Box::new(Ours(logger)));
}

/// Logs the lines of this crate, and the warnings of libraries.
struct Ours(Box<dyn Log>);

impl Log for Ours {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_ours(metadata) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// Whether a line is of this crate, or a warning of a library.
fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with(env!("CARGO_CRATE_NAME")) || metadata.level() <= log::Level::Warn
}

struct StandardError;

impl Log for StandardError {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let level = record.level().as_str().to_ascii_lowercase();
        let _ = writeln!(
            std::io::stderr(),
            "linky-sensor: {level}: {}",
            record.args()
        );
    }

    fn flush(&self) {}
}
