//! `capture` of a port that it opens itself.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;

use linky_sensor::capture::CaptureEvent;
use linky_sensor::tic::Mode;
use nix::sys::signal::Signal;

use super::running::{Running, frames, read, run};
use super::support::daemon::{WAIT_TIMEOUT, within};
use super::support::line;

/// Records these bytes, which come once the port is open, and ends with Ctrl-C.
fn record(bytes: &[u8], options: &[&str]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let (device, file) = (folder.path().join("port"), folder.path().join("file"));
    let mut port = line::open(&device);
    let arguments = [
        "capture",
        device.to_str().unwrap(),
        "--output",
        file.to_str().unwrap(),
    ];
    let mut capture = Running::start(&[&arguments, options].concat());
    // Waits for the reader.
    port.write_all(bytes).unwrap();
    port.drain(WAIT_TIMEOUT);
    let wanted = bytes.len();
    if options.contains(&"--raw") {
        within(WAIT_TIMEOUT, "all bytes in the file", || {
            (fs::read(&file).unwrap().len() >= wanted).then_some(())
        });
    } else if !options.contains(&"--anonymise") {
        within(WAIT_TIMEOUT, "all bytes in the file", || {
            (read(&file).1.len() >= wanted).then_some(())
        });
    }
    capture.signal(Signal::SIGINT);
    let (status, errors) = capture.end();
    assert!(status.success(), "{errors}");
    (folder, errors)
}

#[test]
fn each_byte_is_recorded_with_its_time_until_it_is_stopped() {
    for mode in Mode::ALL {
        let bytes = frames(mode, 4);
        let (folder, errors) = record(&bytes, &["--mode", mode.as_str()]);
        let (events, recorded) = read(&folder.path().join("file"));
        assert_eq!(recorded, bytes);
        assert!(
            matches!(events[0], CaptureEvent::Start { start: Some(_), speed } if speed == Some(mode)),
            "{:?}",
            events[0]
        );
        assert_eq!(events[1], CaptureEvent::Opened);
        let end = errors.lines().last().unwrap();
        assert!(
            end.starts_with(&format!("{} bytes, ", bytes.len())),
            "{errors}"
        );
        assert!(end.ends_with(" s, 4 frames"), "{errors}");
        assert_eq!(errors.lines().count(), 1, "no progress in a pipe: {errors}");
    }
}

#[test]
fn the_raw_form_is_what_came_and_nothing_else() {
    let bytes = frames(Mode::Standard, 3);
    let (folder, _) = record(&bytes, &["--raw"]);
    assert_eq!(fs::read(folder.path().join("file")).unwrap(), bytes);
}

#[test]
fn only_its_owner_may_read_a_capture_with_identifiers() {
    use std::os::unix::fs::PermissionsExt;
    let bytes = frames(Mode::Standard, 3);
    let (folder, _) = record(&bytes, &[]);
    let mode = fs::metadata(folder.path().join("file"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[test]
fn what_cannot_be_recorded_is_named() {
    for (arguments, code, text) in [
        (&["/dev/null"][..], 69, "/dev/null is not a serial port"),
        (
            &["/nowhere/tty"],
            69,
            "/nowhere/tty is not there; what to do: sudo linky-sensor doctor /nowhere/tty",
        ),
        (&["nonsense://x"], 64, "expected the full path"),
        (&["/dev/null", "--duration", "soon"], 64, "20s"),
        (&["/dev/null", "--speed", "300"], 64, "9600 or 1200"),
        (
            &["--runtime-directory", "/nowhere"],
            69,
            "the daemon does not run",
        ),
        (
            &["/dev/null", "--output", "/nowhere/file"],
            74,
            "/nowhere/file: ",
        ),
    ] {
        let (status, _, errors) = run(&[&["capture"], arguments].concat(), b"");
        assert_eq!(status.code(), Some(code), "{arguments:?}: {errors}");
        assert!(errors.contains(text), "{errors}");
    }
}

#[test]
fn a_line_on_which_nothing_comes_ends_in_time_and_fails() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let device = format!("tcp://{}", server.local_addr().unwrap());
    let (status, file, errors) = run(&["capture", &device, "--duration", "1s"], b"");
    assert_eq!(status.code(), Some(1), "{errors}");
    assert!(errors.contains("Nothing came"), "{errors}");
    assert!(
        String::from_utf8(file)
            .unwrap()
            .starts_with("LINKY-CAPTURE 1\n")
    );
}

#[test]
fn a_file_that_cannot_be_written_ends_it() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let device = format!("tcp://{}", server.local_addr().unwrap());
    let mut capture = Running::start(&["capture", &device, "--output", "/dev/full"]);
    let (mut line, _) = server.accept().unwrap();
    line.write_all(&frames(Mode::Standard, 1)).unwrap();
    let (status, errors) = capture.end();
    assert_eq!(status.code(), Some(74), "{errors}");
    assert!(errors.contains("/dev/full: "), "{errors}");
}

#[test]
fn what_is_made_anonymous_while_it_is_recorded_has_no_identifier() {
    let bytes = frames(Mode::Standard, 3);
    let (folder, errors) = record(&bytes, &["--anonymise"]);
    let recorded = read(Path::new(&folder.path().join("file"))).1;
    assert!(recorded.len() >= bytes.len() / 2);
    let text: String = recorded
        .iter()
        .map(|byte| char::from(byte & 0x7F))
        .collect();
    assert!(
        !text.contains("918273") && !text.contains("60718293"),
        "{text}"
    );
    assert!(errors.contains("ADSC: replaced in "), "{errors}");
}
