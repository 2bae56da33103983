//! Which mode the line is in.

use linky_sensor::config::Device;
use linky_sensor::tic::Mode;
use serialport::SerialPort;

use crate::meter::{Pty, historique, play, standard};
use crate::reader::Reader;

/// Plays from the middle of a frame and expects the mode within five seconds, and the next frame.
fn finds(mode: Mode, frames: fn(u32) -> Vec<u8>) {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), None);
    reader.until_opened();
    let from_the_middle = move |n| frames(n).split_off(if n == 0 { 40 } else { 0 });
    let _meter = play(pty.writer(), mode, 1, from_the_middle);
    reader.until_syncing(mode);
    assert_eq!(reader.until_frame(mode), 1, "the first whole frame");
}

#[test]
fn the_standard_mode_is_found_in_the_middle_of_a_frame() {
    finds(Mode::Standard, standard);
}

#[test]
fn the_historique_mode_is_found_in_the_middle_of_a_frame() {
    finds(Mode::Historique, historique);
}

#[test]
fn the_speed_is_detected_where_the_port_has_one() {
    // This pty shows the speed that the reader set: at a wrong one the line gives rubbish, as a
    // real one does.
    let (master, slave) = serialport::TTYPort::pair().unwrap();
    let reader = Reader::start(Device::Path(slave.name().unwrap().into()), None);
    reader.until_opened();
    let _meter = play(master, Mode::Historique, 1, move |n| {
        match slave.baud_rate() {
            Ok(1200) => historique(n),
            _ => vec![0x80; 60],
        }
    });
    reader.until_syncing(Mode::Historique);
    reader.until_frame(Mode::Historique);
}

#[test]
fn a_meter_that_changes_its_mode_is_followed() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), None);
    reader.until_opened();
    let before = play(pty.writer(), Mode::Standard, 4, standard);
    reader.until_frame(Mode::Standard);
    before.off();
    let _after = play(pty.writer(), Mode::Historique, 1, historique);
    reader.until_frame(Mode::Historique);
}

#[test]
fn a_configured_mode_is_never_left() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), Some(Mode::Historique));
    reader.until_opened();
    let wrong = play(pty.writer(), Mode::Standard, 1, standard);
    reader.until_tick("bytes arrive but no correct group for several seconds");
    wrong.off();
    let _right = play(pty.writer(), Mode::Historique, 4, historique);
    reader.until_frame(Mode::Historique);
}
