//! When the bytes are written: at the speed of the line, a multiple of it, or at once.
//!
//! A UART hands its bytes over in pieces of a FIFO, 8 bytes, each when its last bit has arrived; so does [`Pace`], with
//! absolute deadlines, so that a late piece does not delay those behind it. After a stop of more than a second (a
//! machine suspended, a blocked writer) it takes the present as its new origin and does not catch up.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::frame::SentFrame;
use crate::tic::Mode;

/// Bytes that are written at once.
const FIFO: usize = 8;
/// The longest sleep, so that a stop takes effect.
const SLEEP_MAX: Duration = Duration::from_millis(50);
/// The shortest sleep: shorter waits add up.
const SLEEP_MIN: Duration = Duration::from_millis(1);
/// Later than this, the origin is set anew.
const CATCH_UP_MAX: Duration = Duration::from_secs(1);

/// How fast simulated time is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// A multiple of the speed of the line, above 0; 1 is that of a real meter.
    Times(f64),
    /// As fast as the bytes are taken.
    FlatOut,
}

/// The line's speed.
#[derive(Debug)]
pub struct Pace {
    speed: Speed,
    /// A time of the host and the simulated time that corresponds to it.
    origin: Option<(Instant, Duration)>,
}

impl Pace {
    /// A line at which nothing was sent yet.
    #[must_use]
    pub const fn new(speed: Speed) -> Self {
        Self {
            speed,
            origin: None,
        }
    }

    /// Writes the bytes `arrived` of a frame, piece by piece, each when it is due, until `stop` is set. The frame begins
    /// at its own time, whatever noise has removed.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn send(
        &mut self,
        frame: &SentFrame,
        arrived: &[u8],
        out: &mut dyn Write,
        stop: &AtomicBool,
    ) -> io::Result<()> {
        self.send_bytes(frame.at, frame.mode, arrived, out, stop)
    }

    /// The same for bytes that follow each other from `begin` on, at the speed of a mode.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn send_bytes(
        &mut self,
        begin: Duration,
        mode: Mode,
        arrived: &[u8],
        out: &mut dyn Write,
        stop: &AtomicBool,
    ) -> io::Result<()> {
        let Speed::Times(times) = self.speed else {
            return if stop.load(Ordering::Relaxed) {
                Ok(())
            } else {
                out.write_all(arrived)
            };
        };
        let mut sent = 0;
        for piece in arrived.chunks(FIFO) {
            sent += u64::try_from(piece.len()).unwrap_or(0);
            let due = begin + Duration::from_micros(sent * 10_000_000 / u64::from(mode.baud()));
            self.wait_until(due, times, stop);
            if stop.load(Ordering::Relaxed) {
                break;
            }
            out.write_all(piece)?;
            out.flush()?;
        }
        Ok(())
    }

    fn wait_until(&mut self, due: Duration, times: f64, stop: &AtomicBool) {
        let now = Instant::now();
        let (host, simulated) = *self.origin.get_or_insert((now, due));
        let wait = Duration::try_from_secs_f64(due.saturating_sub(simulated).as_secs_f64() / times);
        let Some(deadline) = wait.ok().and_then(|wait| host.checked_add(wait)) else {
            return;
        };
        if now.saturating_duration_since(deadline) > CATCH_UP_MAX {
            self.origin = Some((now, due));
            return;
        }
        while !stop.load(Ordering::Relaxed) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left < SLEEP_MIN {
                break;
            }
            std::thread::sleep(left.min(SLEEP_MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::FrameKind;
    use super::*;

    struct Pieces(Vec<(Instant, usize)>);

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push((Instant::now(), bytes.len()));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn frame(at: Duration) -> SentFrame {
        let pause = Duration::from_millis(20);
        SentFrame {
            time: 0,
            at,
            pause,
            bytes: vec![0; 96],
            groups: vec![],
            kind: FrameKind::Long,
            true_power: 0,
            mode: Mode::Standard,
        }
    }

    #[test]
    fn bytes_come_in_pieces_at_the_speed_of_the_line() {
        let (mut pace, mut out) = (Pace::new(Speed::Times(1.0)), Pieces(vec![]));
        let stop = AtomicBool::new(false);
        for at in [Duration::ZERO, Duration::from_millis(120)] {
            pace.send(&frame(at), &[0; 96], &mut out, &stop).unwrap();
        }
        assert!(out.0.iter().all(|&(_, length)| length == FIFO));
        // The first piece is sent at once, and sets the origin; the last ends at 220 ms. A wait may end a little early.
        let (host, simulated) = pace.origin.unwrap();
        let taken = out.0.last().unwrap().0 - host;
        let due = Duration::from_millis(220) - simulated - SLEEP_MIN;
        assert!(taken >= due, "{taken:?}");
    }

    #[test]
    fn flat_out_does_not_wait_and_a_stop_ends() {
        let (mut pace, mut out) = (Pace::new(Speed::FlatOut), Pieces(vec![]));
        let stop = AtomicBool::new(false);
        pace.send(
            &frame(Duration::from_secs(3_600)),
            &[0; 96],
            &mut out,
            &stop,
        )
        .unwrap();
        assert_eq!(out.0.len(), 1);
        stop.store(true, Ordering::Relaxed);
        let mut pace = Pace::new(Speed::Times(0.001));
        pace.send(&frame(Duration::ZERO), &[0; 96], &mut out, &stop)
            .unwrap();
        assert_eq!(out.0.len(), 1);
    }
}
