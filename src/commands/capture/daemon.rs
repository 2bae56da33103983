//! What the running daemon receives, copied to this command over the daemon's socket for captures.
//!
//! The daemon goes on reading, and loses nothing if this command is slow.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::End;
use super::recording::Recording;
use crate::capture::CaptureReader;
use crate::commands::console::CommandError;
use crate::names::{capture, exit, file};
use crate::words::Words;

/// The time between two looks at whether it is to end.
const END_POLL: Duration = Duration::from_millis(200);

/// Bytes of one read.
const READ_MAX: usize = 16 * 1024;

/// Records what a meter of the daemon receives until the end. `no_daemon` is the error where there is no daemon to ask.
pub fn record(
    directory: &Path,
    request: &str,
    end: &End,
    recording: &mut Recording<'_>,
    no_daemon: impl FnOnce(Words) -> CommandError,
) -> Result<(), CommandError> {
    let words = recording.words();
    let connection = connect(directory, request).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => {
            CommandError::new(exit::NO_PERMISSION, words.only_root_captures())
        }
        _ => no_daemon(words),
    })?;
    follow(connection, end, recording)
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
            Err(error) if is_pause(&error) => {
                recording.show_progress();
                continue;
            }
            // An error is the end too, of a daemon that has not read the request.
            Ok(0) | Err(_) => {
                refuse(&answer, recording.words())?;
                recording.note_end_of_daemon();
                break;
            }
            Ok(read) => read,
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

/// Whether a read gave nothing yet.
fn is_pause(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
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
