//! Events to the timed form of a capture.
//!
//! Output: whole lines, appended to a buffer of the caller; none is longer than a pipe takes in one piece.

use std::time::Duration;

use super::line::{CaptureEvent, format_start, push_record};
use super::{MAGIC, VERSION};
use crate::tic::Mode;

/// The most bytes of one record. A line of them is below 4096 characters: a pipe takes it whole or not at all.
pub const LINE_BYTES_MAX: usize = 1024;

/// Writes the timed form.
#[derive(Debug, Default)]
pub struct CaptureWriter {
    at: Duration,
}

impl CaptureWriter {
    /// Appends the header. `start` is the host's clock at offset zero, in microseconds since 1970.
    pub fn push_header(&self, start: Option<i64>, speed: Option<Mode>, out: &mut Vec<u8>) {
        let mut text = format!(
            "{MAGIC}{VERSION}\nprogram linky-sensor {}\nframing 8N1\n",
            env!("CARGO_PKG_VERSION")
        );
        if let Some(start) = start {
            text.push_str(&format!("start {}\n", format_start(start)));
        }
        if let Some(speed) = speed {
            text.push_str(&format!("speed {}\n", speed.baud()));
        }
        out.extend_from_slice(text.as_bytes());
    }

    /// Appends an event, bytes in as many records as it takes. No time is before the last one.
    pub fn push(&mut self, at: Duration, event: &CaptureEvent, out: &mut Vec<u8>) {
        self.at = self.at.max(at);
        match event {
            CaptureEvent::Start { start, speed } => self.push_header(*start, *speed, out),
            CaptureEvent::Bytes(bytes) => self.push_bytes(self.at, bytes, out),
            event => push_record(self.at, event, out),
        }
    }

    /// Appends bytes, in as many records as it takes.
    pub fn push_bytes(&mut self, at: Duration, bytes: &[u8], out: &mut Vec<u8>) {
        self.at = self.at.max(at);
        for piece in bytes.chunks(LINE_BYTES_MAX) {
            push_record(self.at, &CaptureEvent::Bytes(piece.to_vec()), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_a_pipe_takes_at_once() {
        let mut out = Vec::new();
        let mut writer = CaptureWriter::default();
        writer.push_bytes(Duration::from_secs(9_999_999_999), &[0xFF; 5000], &mut out);
        assert_eq!(out.split(|byte| *byte == b'\n').count(), 6);
        assert!(
            out.split_inclusive(|byte| *byte == b'\n')
                .all(|line| line.len() < 4096)
        );
    }

    #[test]
    fn time_never_goes_back() {
        let mut out = Vec::new();
        let mut writer = CaptureWriter::default();
        writer.push(Duration::from_secs(2), &CaptureEvent::Opened, &mut out);
        writer.push(Duration::from_secs(1), &CaptureEvent::Gap(3), &mut out);
        assert_eq!(out, b"2.000000 opened\n2.000000 gap 3\n");
    }
}
