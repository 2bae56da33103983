//! A capture being made: what comes is written at once, counted, and shown on a terminal.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::capture::{CaptureEvent, CaptureWriter, FileAnonymiser};
use crate::commands::anonymise::note_report;
use crate::commands::console::CommandError;
use crate::commands::decode::CaptureDecoder;
use crate::commands::output::OutputFile;
use crate::names::exit;
use crate::tic::Parity;
use crate::words::Words;

/// How often the progress is shown.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// A capture on its way to a file.
pub struct Recording<'c> {
    out: OutputFile<'c>,
    is_raw: bool,
    anonymiser: Option<FileAnonymiser>,
    writer: CaptureWriter,
    decoder: CaptureDecoder,
    bytes: u64,
    lost: u64,
    frames: u64,
    begun: Instant,
    start: i64,
    /// When the progress was last shown; `None` where standard error is no terminal.
    shown: Option<Instant>,
    /// The last line on the terminal is the progress.
    is_shown: bool,
}

impl<'c> Recording<'c> {
    /// Nothing has come yet.
    pub fn new(out: OutputFile<'c>, is_raw: bool, anonymise: bool) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let micros = since.unwrap_or_default().as_micros();
        let now = Instant::now();
        Self {
            out,
            is_raw,
            anonymiser: anonymise.then(FileAnonymiser::new),
            writer: CaptureWriter::default(),
            decoder: CaptureDecoder::new(None, Parity::Auto),
            bytes: 0,
            lost: 0,
            frames: 0,
            begun: now,
            start: i64::try_from(micros).unwrap_or(i64::MAX),
            shown: io::stderr().is_terminal().then_some(now),
            is_shown: false,
        }
    }

    /// The host's clock at the beginning, in microseconds since 1970.
    pub fn start(&self) -> i64 {
        self.start
    }

    /// Whether no byte has come yet.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// What is printed for people.
    pub fn words(&mut self) -> Words {
        self.out.console().words()
    }

    /// Writes what happened.
    pub fn push(&mut self, at: Duration, event: CaptureEvent) -> Result<(), CommandError> {
        match &event {
            CaptureEvent::Bytes(bytes) => {
                self.bytes += bytes.len() as u64;
                self.decoder.wait_until(at, bytes.len());
                let frames = self.decoder.push(bytes);
                let good = frames.iter().filter(|timed| timed.frame.groups().len() > 0);
                self.frames += good.count() as u64;
            }
            CaptureEvent::Gap(count) => self.lost = self.lost.saturating_add(*count),
            _ => {}
        }
        let mut text = Vec::new();
        match event {
            CaptureEvent::Bytes(bytes) if self.is_raw => text = bytes,
            _ if self.is_raw => return Ok(()),
            event => self.writer.push(at, &event, &mut text),
        }
        if let Some(anonymiser) = &mut self.anonymiser {
            text = anonymiser
                .push(&text)
                .map_err(|error| CommandError::new(exit::SOFTWARE, error))?;
        }
        self.out.write(&text)
    }

    /// Shows bytes, seconds and frames so far, once a second, on a terminal.
    pub fn show_progress(&mut self) {
        let Some(shown) = self
            .shown
            .filter(|shown| shown.elapsed() >= PROGRESS_INTERVAL)
        else {
            return;
        };
        let line = self.summary();
        // A line that cannot be written is no harm: the file is what counts.
        let _ = write!(io::stderr(), "\r{line} ");
        self.is_shown = true;
        self.shown = Some(shown + PROGRESS_INTERVAL);
    }

    /// The daemon ended, and with it the capture.
    pub fn note_end_of_daemon(&mut self) {
        self.end_progress();
        let words = self.words();
        self.out.console().note(words.daemon_ended());
    }

    /// Writes what is left, and the last line. Returns the exit code.
    pub fn finish(mut self) -> Result<u8, CommandError> {
        self.end_progress();
        let mut code = exit::OK;
        if let Some(anonymiser) = &mut self.anonymiser {
            let rest = anonymiser
                .end()
                .map_err(|error| CommandError::new(exit::SOFTWARE, error))?;
            self.out.write(&rest)?;
            code = note_report(anonymiser.report(), self.out.console());
        }
        let words = self.words();
        if self.lost > 0 {
            self.out.console().note(words.capture_lost(self.lost));
        }
        let summary = self.summary();
        self.out.console().note(summary);
        if self.bytes == 0 {
            self.out.console().note(words.nothing_came());
            return Ok(exit::FAILURE);
        }
        Ok(code)
    }

    fn summary(&mut self) -> String {
        let millis = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let words = self.words();
        words.captured(self.bytes, &words.thousandths(millis, 1), self.frames)
    }

    /// Ends the line of the progress.
    fn end_progress(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            self.shown = None;
            let _ = writeln!(io::stderr());
        }
    }
}
