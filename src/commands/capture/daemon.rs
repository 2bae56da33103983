//! What the running daemon receives, copied to this command over the daemon's socket for captures.
//!
//! The daemon goes on reading, and loses nothing if this command is slow.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::End;
use super::port::refused;
use super::recording::Recording;
use crate::capture::CaptureReader;
use crate::commands::console::CommandError;
use crate::config::Device;
use crate::names::{capture, exit, file};
use crate::serial::Refusal;
use crate::words::Words;

/// The time between two looks at whether it is to end.
const END_POLL: Duration = Duration::from_millis(200);

/// Bytes of one read.
const READ_MAX: usize = 16 * 1024;

/// Records what a meter of the daemon receives until the end.
pub fn record(
    directory: &Path,
    request: &str,
    end: &End,
    recording: &mut Recording<'_>,
) -> Result<(), CommandError> {
    let words = recording.words();
    let connection = connect(directory, request).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => {
            CommandError::new(exit::NO_PERMISSION, words.only_root_captures())
        }
        _ => CommandError::new(exit::UNAVAILABLE, words.no_daemon_to_capture()),
    })?;
    follow(connection, end, recording)
}

/// The same for a port that could not be opened since another process holds it.
pub fn record_instead(
    directory: &Path,
    device: &Device,
    held: &Refusal,
    end: &End,
    recording: &mut Recording<'_>,
) -> Result<(), CommandError> {
    match connect(directory, &format!("{} {device}", capture::DEVICE)) {
        Ok(connection) => follow(connection, end, recording),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let message = recording.words().only_root_captures();
            Err(CommandError::new(exit::NO_PERMISSION, message))
        }
        Err(_) => {
            let words = recording.words();
            Err(refused(exit::UNAVAILABLE, held, device, words))
        }
    }
}

fn connect(directory: &Path, request: &str) -> io::Result<UnixStream> {
    let mut connection = UnixStream::connect(directory.join(file::CAPTURE_SOCKET))?;
    connection.set_read_timeout(Some(END_POLL))?;
    // A daemon that refuses us may have ended the connection already; its answer is read all the same.
    let _ = connection.write_all(format!("{request}\n").as_bytes());
    Ok(connection)
}

fn follow(
    mut connection: UnixStream,
    end: &End,
    recording: &mut Recording<'_>,
) -> Result<(), CommandError> {
    let mut reader = CaptureReader::new();
    let mut chunk = vec![0; READ_MAX];
    let mut answer = Vec::new();
    while !end.is_reached() {
        let read = match connection.read(&mut chunk) {
            Ok(0) => {
                refuse(&answer, recording.words())?;
                recording.note_end_of_daemon();
                break;
            }
            Ok(read) => read,
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock
                | io::ErrorKind::TimedOut
                | io::ErrorKind::Interrupted => {
                    recording.show_progress();
                    continue;
                }
                // It may end before it has read the request.
                _ => {
                    refuse(&answer, recording.words())?;
                    recording.note_end_of_daemon();
                    break;
                }
            },
        };
        let bytes = chunk.get(..read).unwrap_or_default();
        if recording.is_empty() && answer.len() < READ_MAX {
            answer.extend_from_slice(bytes);
            if capture::ERROR.as_bytes().starts_with(&answer)
                || answer.starts_with(capture::ERROR.as_bytes())
            {
                continue;
            }
        }
        let items = reader.push(bytes);
        for item in items.map_err(|error| CommandError::new(exit::SOFTWARE, error))? {
            recording.push(item.at.unwrap_or_default(), item.event)?;
        }
        recording.show_progress();
    }
    Ok(())
}

/// An error if this is the refusal of the daemon.
fn refuse(answer: &[u8], words: Words) -> Result<(), CommandError> {
    match answer.strip_prefix(capture::ERROR.as_bytes()) {
        Some(refusal) => {
            let refusal = String::from_utf8_lossy(refusal);
            let refusal = words.translated(refusal.trim_end());
            Err(CommandError::new(exit::UNAVAILABLE, refusal))
        }
        None => Ok(()),
    }
}
