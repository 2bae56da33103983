//! No frame is lost or late, and few wake-ups do.

use std::io::Write;
use std::time::{Duration, Instant};

use linky_sensor::meter::Input;
use linky_sensor::tic::Mode;

use crate::meter::{Pty, historique, number, play, standard};
use crate::reader::Reader;

/// Eight frames at the meter's own pace: none may be lost or late, and the reader sleeps
/// through the later ones.
fn paced(mode: Mode, frames: fn(u32) -> Vec<u8>, wake_ups_max: u64) {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), None);
    reader.until_opened();
    let meter = play(pty.writer(), mode, 1, frames);
    let next = || {
        reader.until(|received| match &received.input {
            Input::Frame(frame) => Some((number(frame), received.at, received.sleeps)),
            _ => None,
        })
    };
    let frames: Vec<(u32, Instant, u64)> = (0..8).map(|_| next()).collect();
    let ends = meter.off();
    assert!(frames.iter().map(|frame| frame.0).eq(0..8), "{frames:?}");

    let paced = &frames[3..];
    // The best frame counts: on a busy machine any other may be disturbed. A reader that does not sleep through frames wakes
    // for each burst: about a hundred times a frame in standard mode, seventy in historique.
    let wake_ups = paced.windows(2).map(|pair| pair[1].2 - pair[0].2);
    let wake_ups = wake_ups.min().unwrap();
    let late: Vec<_> = paced
        .iter()
        .map(|frame| frame.1 - ends[frame.0 as usize])
        .collect();
    println!("{mode}: {wake_ups} wake-ups a frame, late by {late:?}");
    assert!(wake_ups <= wake_ups_max, "{wake_ups} wake-ups a frame");
    assert!(
        *late.iter().min().unwrap() < Duration::from_millis(5),
        "{late:?}"
    );
}

#[test]
fn a_standard_meter_costs_few_wake_ups_and_no_frame_is_late() {
    // The end of the sleep, perhaps a report, and two or three bursts of eight characters.
    paced(Mode::Standard, standard, 10);
}

#[test]
fn a_historique_meter_costs_few_wake_ups_and_no_frame_is_late() {
    // Nine bursts of two characters before the end, three or four sleeps that the pauses between groups make necessary, and
    // a report: 14, and room for a busy machine.
    paced(Mode::Historique, historique, 24);
}

#[test]
fn frames_twenty_times_too_fast_are_all_read_as_they_come() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), None);
    reader.until_opened();
    let meter = play(pty.writer(), Mode::Standard, 20, standard);
    let mut last = Instant::now();
    for n in 0..100 {
        let (found, at) = reader.until(|received| match &received.input {
            Input::Frame(frame) => Some((number(frame), received.at)),
            _ => None,
        });
        assert_eq!(found, n);
        last = at;
    }
    let ends = meter.off();
    assert!(
        last - ends[99] < Duration::from_millis(500),
        "the reader fell behind"
    );
}

#[test]
fn two_thousand_frames_at_once_are_all_read() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), Some(Mode::Standard));
    reader.until_opened();
    let mut master = pty.writer();
    let writer =
        std::thread::spawn(move || (0..2000).try_for_each(|n| master.write_all(&standard(n))));
    for n in 0..2000 {
        assert_eq!(reader.until_frame(Mode::Standard), n);
    }
    writer.join().unwrap().unwrap();
}
