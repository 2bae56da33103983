//! What a port receives that this command opens itself: each byte as soon as it comes.
//!
//! A port that the daemon would refuse is refused for the same reasons. One that is lost is opened again, as by the daemon.

use std::path::Path;
use std::time::{Duration, Instant};

use super::End;
use super::recording::Recording;
use crate::capture::CaptureEvent;
use crate::commands::console::CommandError;
use crate::commands::doctor;
use crate::config::Device;
use crate::names::exit;
use crate::serial::{LineDecoder, PortCheck, PortEvent, PortReader, PortSettings, Refusal};
use crate::tic::{Mode, Parity};
use crate::words::Words;

/// The time between two looks at whether it is to end.
const END_POLL: Duration = Duration::from_millis(200);

/// Asks systemd, as the doctor does.
struct LoginPromptCheck;

impl PortCheck for LoginPromptCheck {
    fn refusal(&self, device: &Path) -> Option<Refusal> {
        doctor::refusal(device)
    }
}

/// Records a port until the end; the inner error is a port that another process holds.
pub fn record(
    device: &Device,
    mode: Option<Mode>,
    end: &End,
    recording: &mut Recording<'_>,
) -> Result<Result<(), Refusal>, CommandError> {
    let settings = PortSettings {
        device: device.clone(),
        mode,
        parity: Parity::Auto,
    };
    let begun = Instant::now();
    let mut line = LineDecoder::new(settings, begun);
    let mut port = PortReader::new(device.clone(), line.speed(), &LoginPromptCheck, &end.stop);
    let mut recorded = RecordedPort::default();
    while !end.is_reached() {
        let now = Instant::now();
        let Some((at, event)) = port.next(now, now + END_POLL) else {
            break;
        };
        let offset = at.saturating_duration_since(begun);
        recorded.push(offset, &event, line.speed(), recording)?;
        match event {
            PortEvent::Unavailable(refusal @ Refusal::Held(_)) if !recorded.was_open() => {
                return Ok(Err(refusal));
            }
            PortEvent::Unavailable(refusal) if !recorded.was_open() => {
                let code = match refusal {
                    Refusal::Permission { .. } => exit::NO_PERMISSION,
                    _ => exit::UNAVAILABLE,
                };
                return Err(refused(code, &refusal, device, recording.words()));
            }
            event => {
                line.push(event, at);
            }
        }
        if line.is_correct() {
            port.confirm();
        }
        port.set_speed(line.speed());
        recording.show_progress();
    }
    Ok(Ok(()))
}

/// The port as the capture shows it so far.
#[derive(Default)]
struct RecordedPort {
    /// The speed; `None` before the header, which comes with the first opening.
    speed: Option<Mode>,
    is_open: bool,
}

impl RecordedPort {
    /// Whether the port was open at any time.
    fn was_open(&self) -> bool {
        self.speed.is_some()
    }

    /// Records what happened to the port, which is set to `speed`. A port that is tried again and again is closed once.
    fn push(
        &mut self,
        at: Duration,
        event: &PortEvent<'_>,
        speed: Mode,
        recording: &mut Recording<'_>,
    ) -> Result<(), CommandError> {
        let event = match event {
            PortEvent::Opened | PortEvent::Reconnected => CaptureEvent::Opened,
            PortEvent::Bytes(bytes) => CaptureEvent::Bytes(bytes.to_vec()),
            PortEvent::Unavailable(_) if self.is_open => {
                self.is_open = false;
                return recording.push(at, CaptureEvent::Closed);
            }
            PortEvent::Unavailable(_) | PortEvent::NoData | PortEvent::Timer => return Ok(()),
        };
        self.is_open = true;
        match self.speed.replace(speed) {
            None => {
                let header = CaptureEvent::Start {
                    start: Some(recording.start()),
                    speed: Some(speed),
                };
                recording.push(at, header)?;
            }
            Some(before) if before != speed => recording.push(at, CaptureEvent::Speed(speed))?,
            Some(_) => {}
        }
        recording.push(at, event)
    }
}

/// The error of a port that may not be opened, or cannot be.
pub fn refused(code: u8, refusal: &Refusal, device: &Device, words: Words) -> CommandError {
    let what = doctor::refusal_text(refusal, words);
    CommandError::new(code, words.port_not_captured(&what, &device.to_string()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::capture::CaptureReader;
    use crate::commands::console::Console;
    use crate::commands::output::OutputFile;
    use crate::config::Language;

    #[test]
    fn a_port_that_is_tried_again_and_again_is_closed_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let words = Words::new(Language::English, false);
        let mut console = Console::new(PathBuf::new(), words);
        let out = OutputFile::create(Some(&path), true, &mut console).unwrap();
        let mut recording = Recording::new(out, false, false);
        let mut port = RecordedPort::default();
        let away = || PortEvent::Unavailable(Refusal::Gone("/dev/x".into()));
        for event in [
            away(),
            PortEvent::Opened,
            away(),
            away(),
            PortEvent::Opened,
            PortEvent::Bytes(b"x"),
            away(),
        ] {
            let at = Duration::ZERO;
            let speed = Mode::Standard;
            port.push(at, &event, speed, &mut recording).unwrap();
        }
        let items = CaptureReader::new().push(&std::fs::read(&path).unwrap());
        let events: Vec<CaptureEvent> = items.unwrap().into_iter().map(|it| it.event).collect();
        assert_eq!(
            events[1..],
            [
                CaptureEvent::Opened,
                CaptureEvent::Closed,
                CaptureEvent::Opened,
                CaptureEvent::Bytes(b"x".to_vec()),
                CaptureEvent::Closed,
            ]
        );
    }
}
