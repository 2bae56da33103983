//! Whether a port may be opened: asks systemd, over the system bus, whether a login prompt uses it.
//!
//! A reader's thread has a small stack and no runtime, and D-Bus needs both: the question runs as a task of the daemon's
//! runtime, and the reader waits for the answer.
//!
//! No answer keeps the port closed: a machine that starts is busy, and that is when a login prompt takes its port. After
//! [`UNANSWERED_MAX`] times the port is opened all the same: a bus that hangs must not keep the meter unread.

use std::cell::Cell;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::dbus::{self, Bus, NoAnswer};
use crate::serial::{PortCheck, Refusal};

/// How many times in a row no answer keeps a port closed: about ten seconds, with the waits between two attempts.
const UNANSWERED_MAX: u8 = 5;

/// The longest wait for the runtime: the reader must report every second. The question itself takes 0.8 s at most.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(950);

/// Asks for one reader, on the runtime of the daemon.
#[derive(Debug)]
pub struct ConsoleCheck {
    runtime: Handle,
    bus: Bus,
    unanswered: Cell<u8>,
}

impl ConsoleCheck {
    /// `runtime` is driven by another thread than the one that asks; systemd is on `bus`.
    pub fn new(runtime: Handle, bus: Bus) -> Self {
        Self {
            runtime,
            bus,
            unanswered: Cell::new(0),
        }
    }

    /// Asks systemd from a thread outside the runtime.
    fn ask(&self, tty: &str) -> Result<Option<String>, NoAnswer> {
        let (answer, answered) = mpsc::sync_channel(1);
        let (bus, tty) = (self.bus.clone(), tty.to_owned());
        self.runtime.spawn(async move {
            // An answer that comes too late has no receiver.
            let _ = answer.send(dbus::active_serial_getty(&bus, &tty).await);
        });
        answered
            .recv_timeout(ANSWER_TIMEOUT)
            .unwrap_or(Err(NoAnswer))
    }

    fn judge(&self, device: &Path, answer: Result<Option<String>, NoAnswer>) -> Option<Refusal> {
        let unanswered = match answer {
            Err(NoAnswer) => self.unanswered.get().saturating_add(1),
            Ok(_) => 0,
        };
        self.unanswered.set(unanswered);
        let device = device.to_owned();
        match answer {
            Ok(unit) => unit.map(|unit| Refusal::LoginPrompt { device, unit }),
            Err(NoAnswer) if unanswered <= UNANSWERED_MAX => {
                Some(Refusal::LoginPromptUnknown(device))
            }
            Err(NoAnswer) => None,
        }
    }
}

impl PortCheck for ConsoleCheck {
    fn refusal(&self, device: &Path) -> Option<Refusal> {
        let tty = device.strip_prefix("/dev").ok()?.to_str()?;
        self.judge(device, self.ask(tty))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::thread;

    use super::*;

    /// A bus that takes connections and never answers.
    fn hanging_bus() -> (tempfile::TempDir, UnixListener, Bus) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bus");
        let socket = UnixListener::bind(&path).unwrap();
        let bus = Bus::Address(format!("unix:path={}", path.display()));
        (directory, socket, bus)
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    }

    #[test]
    fn no_answer_keeps_a_port_closed_for_a_while_only() {
        let runtime = runtime();
        let check = ConsoleCheck::new(runtime.handle().clone(), Bus::System);
        let device = Path::new("/dev/ttyAMA0");
        for _ in 0..2 {
            for _ in 0..UNANSWERED_MAX {
                let refusal = check.judge(device, Err(NoAnswer)).expect("a refusal");
                assert!(
                    matches!(refusal, Refusal::LoginPromptUnknown(_)),
                    "{refusal}"
                );
            }
            assert!(check.judge(device, Err(NoAnswer)).is_none());
            assert!(check.judge(device, Ok(None)).is_none(), "it answers");
        }
        let unit = "serial-getty@ttyAMA0.service".to_owned();
        let refusal = check.judge(device, Ok(Some(unit))).expect("a refusal");
        let text = refusal.to_string();
        assert!(
            text.contains("disable --now serial-getty@ttyAMA0"),
            "{text}"
        );
    }

    #[test]
    fn the_bus_is_asked_on_the_stack_of_the_runtime() {
        // A D-Bus handshake overflows such a stack.
        const SMALL: usize = 32 * 1024;
        let (_directory, socket, bus) = hanging_bus();
        let runtime = runtime();
        let check = ConsoleCheck::new(runtime.handle().clone(), bus);
        let reader = thread::Builder::new()
            .stack_size(SMALL)
            .spawn(move || check.refusal(Path::new("/dev/ttyAMA0")).is_some())
            .unwrap();
        runtime.block_on(async {
            while !reader.is_finished() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        assert!(reader.join().unwrap(), "no answer is a refusal");
        assert!(socket.accept().is_ok(), "the bus was connected to");
    }

    #[test]
    fn a_runtime_that_hangs_is_no_answer() {
        let runtime = runtime();
        let check = ConsoleCheck::new(runtime.handle().clone(), Bus::System);
        assert_eq!(check.ask("ttyAMA0"), Err(NoAnswer));
    }
}
