//! The reader in a thread of its own, and the inputs that it gives.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use linky_sensor::config::Device;
use linky_sensor::meter::Input;
use linky_sensor::serial::{InputReader, PortCheck, PortSettings, Refusal, Stopper, stop_pair};
use linky_sensor::tic::{Mode, Parity};

use crate::meter::number;

/// The longest wait for an input: many times what each takes on an idle machine.
const INPUT_TIMEOUT: Duration = Duration::from_secs(240);

pub struct Allow;

impl PortCheck for Allow {
    fn refusal(&self, _: &Path) -> Option<Refusal> {
        None
    }
}

pub struct Refuse;

impl PortCheck for Refuse {
    fn refusal(&self, device: &Path) -> Option<Refusal> {
        Some(Refusal::LoginPrompt {
            device: device.to_owned(),
            unit: "serial-getty@x.service".to_owned(),
        })
    }
}

/// An input, when it came, and how often the reader's thread had slept by then.
pub struct Received {
    pub input: Input,
    pub at: Instant,
    pub sleeps: u64,
}

/// A reader in its thread; it ends with its test.
pub struct Reader {
    stopper: Stopper,
    inputs: Receiver<Received>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    pub fn start(device: Device, mode: Option<Mode>) -> Self {
        Self::start_checked(device, mode, Allow)
    }

    pub fn start_checked(
        device: Device,
        mode: Option<Mode>,
        check: impl PortCheck + 'static,
    ) -> Self {
        let (stopper, stop) = stop_pair();
        let (sender, inputs) = channel();
        let settings = PortSettings {
            device,
            mode,
            parity: Parity::Auto,
        };
        let thread = std::thread::spawn(move || {
            for input in InputReader::new(&settings, &check, &stop) {
                let _ = sender.send(Received {
                    input,
                    at: Instant::now(),
                    sleeps: sleeps(),
                });
            }
        });
        Self {
            stopper,
            inputs,
            thread: Some(thread),
        }
    }

    /// The next input for which `wanted` gives something.
    pub fn until<T>(&self, mut wanted: impl FnMut(&Received) -> Option<T>) -> T {
        let deadline = Instant::now() + INPUT_TIMEOUT;
        let mut seen = Vec::new();
        loop {
            match self
                .inputs
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(received) => match wanted(&received) {
                    Some(found) => return found,
                    None => seen.push(received.input),
                },
                Err(RecvTimeoutError::Timeout) => {
                    let tail = &seen[seen.len().saturating_sub(20)..];
                    panic!(
                        "not received within {INPUT_TIMEOUT:?}; {} inputs, at last {tail:#?}",
                        seen.len()
                    )
                }
                Err(RecvTimeoutError::Disconnected) => panic!("the reader ended"),
            }
        }
    }

    pub fn until_unavailable(&self, words: &str) -> String {
        self.until(|received| match &received.input {
            Input::Unavailable { detail } if detail.text().contains(words) => {
                Some(detail.to_string())
            }
            _ => None,
        })
    }

    pub fn until_opened(&self) {
        self.until(|received| matches!(received.input, Input::Opened { .. }).then_some(()));
    }

    pub fn until_syncing(&self, mode: Mode) {
        self.until(|received| match &received.input {
            Input::Syncing { detail } => detail.text().contains(mode.as_str()).then_some(()),
            _ => None,
        });
    }

    pub fn until_tick(&self, words: &str) {
        self.until(|received| match &received.input {
            Input::Tick { detail } => detail.text().contains(words).then_some(()),
            _ => None,
        });
    }

    /// The number of the next whole frame.
    pub fn until_frame(&self, mode: Mode) -> u32 {
        self.until(|received| match &received.input {
            Input::Frame(frame) if frame.mode() == mode && !frame.is_damaged() => {
                Some(number(frame))
            }
            _ => None,
        })
    }

    /// Asks for the end and waits for it. Returns how many inputs still came.
    pub fn stop(&mut self) -> usize {
        while self.inputs.try_recv().is_ok() {}
        self.stopper.stop();
        let deadline = Instant::now() + INPUT_TIMEOUT;
        let mut late = 0;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.inputs.recv_timeout(left) {
                Ok(_) => late += 1,
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("the reader does not end"),
            }
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        late
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stopper.stop();
    }
}

/// How often the calling thread gave the processor away of its own accord: its wake-ups.
pub fn sleeps() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("voluntary_ctxt_switches"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
