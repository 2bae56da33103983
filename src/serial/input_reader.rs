//! A port as an iterator of inputs: [`PortReader`] and [`LineDecoder`] joined.

use super::line_decoder::LineDecoder;
use super::port_reader::PortReader;
use super::{PortCheck, PortSettings, Stop, Taps};
use crate::meter::Input;
use std::collections::VecDeque;
use std::time::Instant;

/// The inputs of a port until the stop, one a second or one for each regular frame.
///
/// `next` blocks; it ends within 100 ms of the stop, or once the [`PortCheck`] that is under way has returned.
pub struct InputReader<'a> {
    port: PortReader<'a>,
    line: LineDecoder,
    /// Who is given a copy of the bytes.
    taps: Option<Taps>,
    /// What the last event gave, not yet taken.
    inputs: VecDeque<Input>,
}

impl<'a> InputReader<'a> {
    /// Opens nothing yet.
    #[must_use]
    pub fn new(settings: &PortSettings, check: &'a dyn PortCheck, stop: &'a Stop) -> Self {
        let line = LineDecoder::new(settings.clone(), Instant::now());
        let port = PortReader::new(settings.device.clone(), line.speed(), check, stop);
        Self {
            port,
            line,
            taps: None,
            inputs: VecDeque::new(),
        }
    }

    /// Gives a copy of what is received to these.
    #[must_use]
    pub fn with_taps(mut self, taps: Taps) -> Self {
        self.taps = Some(taps);
        self
    }
}

impl Iterator for InputReader<'_> {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        // Each event comes by its time, and one that comes when an input is due gives one.
        while self.inputs.is_empty() {
            let (at, event) = self.port.next(self.line.read_at(), self.line.report_at())?;
            if let Some(taps) = &mut self.taps {
                taps.observe(at, &event, self.line.speed());
            }
            self.inputs.extend(self.line.push(event, at));
            if self.line.is_correct() {
                self.port.confirm();
            }
            self.port.set_speed(self.line.speed());
        }
        self.inputs.pop_front()
    }
}
