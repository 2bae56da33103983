//! What a port of our own receives: each byte as soon as it comes.
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

/// How often the end is looked for.
const TURN: Duration = Duration::from_millis(200);

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
    let mut speed = None;
    let mut was_open = false;
    while !end.is_reached() {
        let now = Instant::now();
        let Some((at, event)) = port.next(now, now + TURN) else {
            break;
        };
        let offset = at.saturating_duration_since(begun);
        match &event {
            PortEvent::Unavailable(_) if was_open => {
                recording.push(offset, CaptureEvent::Closed)?;
            }
            PortEvent::Opened | PortEvent::Reconnected | PortEvent::Bytes(_) => {
                was_open = true;
                if speed != Some(line.speed()) {
                    let event = match speed {
                        None => CaptureEvent::Start {
                            start: Some(recording.start()),
                            speed: Some(line.speed()),
                        },
                        Some(_) => CaptureEvent::Speed(line.speed()),
                    };
                    recording.push(offset, event)?;
                    speed = Some(line.speed());
                }
                let event = match &event {
                    PortEvent::Bytes(bytes) => CaptureEvent::Bytes(bytes.to_vec()),
                    _ => CaptureEvent::Opened,
                };
                recording.push(offset, event)?;
            }
            _ => {}
        }
        match event {
            PortEvent::Unavailable(refusal @ Refusal::Held(_)) if !was_open => {
                return Ok(Err(refusal));
            }
            PortEvent::Unavailable(refusal) if !was_open => {
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

/// The error of a port that may not be opened, or cannot be.
pub fn refused(code: u8, refusal: &Refusal, device: &Device, words: Words) -> CommandError {
    let what = doctor::refusal_text(refusal, words);
    CommandError::new(code, words.port_not_captured(&what, &device.to_string()))
}
