//! A line that is silent, a port that goes away, is taken, is none, or is behind a network.

use std::fs::File;
use std::net::TcpListener;
use std::os::unix::fs::symlink;

use linky_sensor::config::Device;
use linky_sensor::meter::Input;
use linky_sensor::tic::Mode;
use nix::fcntl::{Flock, FlockArg};
use nix::sys::termios::{InputFlags, LocalFlags, SetArg, tcgetattr, tcsetattr};

use crate::meter::{Pty, play, standard};
use crate::reader::{Reader, Refuse};

#[test]
fn a_silent_line_is_reported_and_there_is_an_input_every_second() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), None);
    let mut inputs = 0;
    reader.until(|received| {
        inputs += 1;
        match &received.input {
            Input::Tick { detail } => detail
                .text()
                .starts_with("no byte for several")
                .then_some(()),
            _ => None,
        }
    });
    assert!(inputs >= 3, "an input a second: {inputs}");
}

#[test]
fn settings_that_another_program_changes_are_set_again() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), Some(Mode::Standard));
    let _meter = play(pty.writer(), Mode::Standard, 4, standard);
    reader.until_frame(Mode::Standard);
    // As `stty sane` and many a tutorial do.
    let mut cooked = tcgetattr(&pty.master).unwrap();
    cooked
        .input_flags
        .insert(InputFlags::ICRNL | InputFlags::ISTRIP);
    cooked.local_flags.insert(LocalFlags::ICANON);
    tcsetattr(&pty.master, SetArg::TCSANOW, &cooked).unwrap();
    reader.until(|_| (tcgetattr(&pty.master).unwrap() != cooked).then_some(()));
    reader.until_frame(Mode::Standard);
}

#[test]
fn settings_that_hold_every_byte_back_are_set_again() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), Some(Mode::Standard));
    let _meter = play(pty.writer(), Mode::Standard, 4, standard);
    reader.until_frame(Mode::Standard);
    // A terminal gives lines, and no line ends.
    let mut cooked = tcgetattr(&pty.master).unwrap();
    cooked.input_flags.insert(InputFlags::INLCR);
    cooked.local_flags.insert(LocalFlags::ICANON);
    tcsetattr(&pty.master, SetArg::TCSANOW, &cooked).unwrap();
    reader.until(|_| (tcgetattr(&pty.master).unwrap() != cooked).then_some(()));
    reader.until_frame(Mode::Standard);
}

#[test]
fn an_adapter_unplugged_and_plugged_in_again_is_found_behind_its_link() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("linky");
    let first = Pty::new();
    symlink(&first.path, &link).unwrap();
    let reader = Reader::start(Device::Path(link.clone()), None);
    reader.until_opened();
    let meter = play(first.writer(), Mode::Standard, 4, standard);
    reader.until_frame(Mode::Standard);

    std::fs::remove_file(&link).unwrap();
    meter.off();
    drop(first);
    reader.until_unavailable("the device went away");
    reader.until_unavailable("no such device");

    let second = Pty::new();
    symlink(&second.path, &link).unwrap();
    reader.until_opened();
    let _meter = play(second.writer(), Mode::Standard, 4, standard);
    reader.until_frame(Mode::Standard);
}

#[test]
fn a_port_that_another_process_holds_is_named_and_awaited() {
    let pty = Pty::new();
    let file = File::options()
        .read(true)
        .write(true)
        .open(&pty.path)
        .unwrap();
    let held = Flock::lock(file, FlockArg::LockExclusiveNonblock).unwrap();
    let reader = Reader::start(pty.device(), None);
    reader.until_unavailable("held by another process; run `sudo linky-sensor doctor`");
    drop(held);
    reader.until_opened();
}

#[test]
fn what_is_no_port_is_refused_with_the_cause() {
    let reader = Reader::start(Device::Path("/dev/null".into()), None);
    reader.until_unavailable("/dev/null: not a serial port");
    let reader = Reader::start(Device::Path("/nowhere/ttyUSB0".into()), None);
    reader.until_unavailable("/nowhere/ttyUSB0: no such device");
}

#[test]
fn a_port_that_must_be_left_alone_is_not_opened() {
    let pty = Pty::new();
    let reader = Reader::start_checked(pty.device(), None, Refuse);
    for _ in 0..3 {
        let detail = reader.until(|received| match &received.input {
            Input::Unavailable { detail } => Some(detail.to_string()),
            other => panic!("{other:?}"),
        });
        assert!(
            detail.contains("is used by serial-getty@x.service"),
            "{detail}"
        );
    }
}

#[test]
fn after_a_stop_the_reader_ends_without_another_input() {
    let pty = Pty::new();
    let _meter = play(pty.writer(), Mode::Standard, 1, standard);
    let sleeping = || {
        let mut reader = Reader::start(pty.device(), None);
        for _ in 0..4 {
            reader.until_frame(Mode::Standard);
        }
        // The reader has just begun to sleep through the next frame.
        reader.stop()
    };
    let waiting = || {
        let mut reader = Reader::start(Device::Path("/nowhere/ttyUSB0".into()), None);
        reader.until_unavailable("");
        reader.stop()
    };
    // On a busy machine an input may come just as the stop is asked for: one of three tries is enough.
    assert!((0..3).any(|_| sleeping() == 0));
    assert!((0..3).any(|_| waiting() == 0));
}

#[test]
fn a_port_served_over_tcp_is_read_and_connected_to_again() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let reader = Reader::start(
        Device::Tcp {
            host: "127.0.0.1".to_owned(),
            port,
        },
        None,
    );
    for _ in 0..2 {
        let (client, _) = server.accept().unwrap();
        reader.until_opened();
        let meter = play(client, Mode::Standard, 4, standard);
        for n in 0..3 {
            assert_eq!(reader.until_frame(Mode::Standard), n);
        }
        meter.off();
        reader.until_unavailable("the server closed the connection");
    }
    drop(server);
    reader.until_unavailable("refused");
}
