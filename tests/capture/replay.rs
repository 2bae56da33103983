//! `replay`: a capture on a pseudo-terminal or on standard output.

use std::fs;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use linky_sensor::tic::Mode;
use nix::libc::{O_NOCTTY, O_NONBLOCK};
use nix::sys::signal::Signal;

use super::running::{Running, frames, run, timed};
use super::support::broker::Broker;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::record::Record;

/// The accepted groups of each frame, as `decode` prints them.
fn tic(file: &Path) -> Vec<serde_json::Value> {
    let arguments = ["decode", "--format", "tic", file.to_str().unwrap()];
    let (status, lines, errors) = run(&arguments, b"");
    assert!(status.success(), "{errors}");
    let lines = String::from_utf8(lines).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn both_forms_give_the_bytes_that_were_captured() {
    for mode in Mode::ALL {
        let bytes = frames(mode, 3);
        for file in [bytes.clone(), timed(mode, &bytes)] {
            let arguments = ["replay", "-", "--output", "stdout", "--as-fast-as-possible"];
            let (status, played, errors) = run(&arguments, &file);
            assert!(status.success(), "{errors}");
            assert_eq!(played, bytes);
            let seconds = 10 * bytes.len() / usize::try_from(mode.baud()).unwrap();
            assert!(
                errors.starts_with(&format!("{} bytes replayed, {seconds}.", bytes.len())),
                "{errors}"
            );
        }
    }
}

#[test]
fn a_link_that_cannot_be_made_is_named() {
    let arguments = ["replay", "-", "--pty", "/nowhere/meter"];
    let (status, _, errors) = run(&arguments, &frames(Mode::Standard, 1));
    assert_eq!(status.code(), Some(74));
    assert!(errors.contains("/nowhere/meter: No such file"), "{errors}");
}

#[test]
fn noise_damages_what_is_played() {
    let bytes = frames(Mode::Standard, 3);
    let arguments = [
        "replay",
        "-",
        "--output",
        "stdout",
        "--speed-factor",
        "1000",
        "--noise",
        "0.01",
        "--seed",
        "7",
    ];
    let (status, played, _) = run(&arguments, &bytes);
    assert!(status.success());
    assert_eq!(played.len(), bytes.len());
    assert_ne!(played, bytes);
    assert_eq!(
        run(&arguments, &bytes).1,
        played,
        "the same seed does the same"
    );
}

#[test]
fn what_cannot_be_played_is_named() {
    for (arguments, input, code, text) in [
        (
            &["replay", "/nowhere/file"][..],
            &b""[..],
            66,
            "/nowhere/file: ",
        ),
        (
            &["replay", "-", "--output", "stdout"],
            b"",
            65,
            "no byte of a meter",
        ),
        (
            &["replay", "-", "--output", "stdout"],
            b"LINKY-CAPTURE 3\n",
            65,
            "expected 1",
        ),
        (&["replay", "-", "--loop"], b"", 64, "give a file"),
        (&["replay", "-", "--speed-factor", "0"], b"", 64, "above 0"),
    ] {
        let (status, _, errors) = run(arguments, input);
        assert_eq!(status.code(), Some(code), "{errors}");
        assert!(errors.contains(text), "{errors}");
    }
}

#[test]
fn it_begins_again_until_it_is_stopped_and_removes_its_link() {
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("capture"), folder.path().join("port"));
    let bytes = frames(Mode::Standard, 1);
    fs::write(&file, &bytes).unwrap();
    let (file, link) = (file.to_str().unwrap(), link.to_str().unwrap());
    let mut replay = Running::start(&[
        "replay",
        file,
        "--pty",
        link,
        "--as-fast-as-possible",
        "--loop",
    ]);
    let path = replay.first_line();
    assert_eq!(fs::read_link(link).unwrap().to_str(), Some(path.as_str()));
    let mut options = fs::File::options();
    let mut port = options
        .read(true)
        .write(true)
        .custom_flags(O_NOCTTY | O_NONBLOCK)
        .open(&path)
        .unwrap();
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    within(WAIT_TIMEOUT, "three times the capture", || {
        if let Ok(length) = port.read(&mut buffer) {
            read.extend_from_slice(&buffer[..length]);
        }
        (read.len() >= 3 * bytes.len()).then_some(())
    });
    assert_eq!(&read[..3 * bytes.len()], bytes.repeat(3));
    replay.signal(Signal::SIGTERM);
    assert!(replay.end().0.success());
    assert!(!Path::new(link).exists());
}

#[test]
fn a_daemon_publishes_the_frames_of_the_capture() {
    for (mode, is_timed) in [(Mode::Standard, true), (Mode::Historique, false)] {
        let folder = tempfile::tempdir().unwrap();
        let (file, device) = (folder.path().join("capture"), folder.path().join("linky"));
        let bytes = frames(mode, 8);
        fs::write(&file, if is_timed { timed(mode, &bytes) } else { bytes }).unwrap();
        let wanted: Vec<_> = tic(&file)
            .into_iter()
            .map(|mut frame| {
                for label in ["ADSC", "ADCO", "PRM"] {
                    frame.as_object_mut().unwrap().remove(label);
                }
                frame
            })
            .collect();
        assert_eq!(wanted.len(), 8);
        let broker = Broker::start();
        let mut record = Record::at(&broker);
        let arguments = [
            "replay",
            file.to_str().unwrap(),
            "--pty",
            device.to_str().unwrap(),
            "--speed-factor",
            "4",
        ];
        let mut replay = Running::start(&arguments);
        replay.first_line();
        let home = Home::new(&config(&[meter("main", &device)], broker.port));
        let _daemon = home.start_ready();
        let (status, errors) = replay.end();
        assert!(status.success(), "{errors}");
        let published = within(WAIT_TIMEOUT, "the frames of the capture", || {
            let published = record.json_on("linky/main/tic");
            (published.len() >= wanted.len()).then_some(published)
        });
        assert_eq!(published, wanted, "{mode}");
    }
}
