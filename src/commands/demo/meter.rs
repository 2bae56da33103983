//! The demo's meter: simulated, on a pseudo-terminal, sent from a thread.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::error::DemoError;
use crate::commands::simulate::SendPlan;
use crate::simulator::{Noise, Pty, SimulatedMeter, Speed};

/// A meter that sends until it is dropped.
pub struct DemoMeter {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DemoMeter {
    /// Begins to send. `link` becomes a symbolic link to the port.
    ///
    /// # Errors
    /// There is no pseudo-terminal.
    pub fn start(meter: SimulatedMeter, link: &Path) -> Result<Self, DemoError> {
        let mut pty = Pty::open(Some(link), Duration::ZERO).map_err(DemoError::Line)?;
        let stop = Arc::new(AtomicBool::new(false));
        let plan = SendPlan {
            noise: Noise::default(),
            speed: Speed::Times(1.0),
            frames: usize::MAX,
            until: Duration::MAX,
            step: 0,
        };
        let ends = stop.clone();
        let thread = thread::spawn(move || {
            let (_, no_events) = channel();
            // A pseudo-terminal takes all bytes.
            let _ = plan.send(meter, &mut pty, &ends, &no_events, drop);
        });
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for DemoMeter {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
