//! What comes from a port: good, bad, nothing, or something else.

use std::io::Write;
use std::thread;
use std::time::Duration;

use linky_sensor::simulator::{Channel, Noise, Pty, Scenario, SimulatedMeter};
use linky_sensor::tic::Mode;
use nix::sys::termios::{SetArg, tcgetattr, tcsetattr};

use super::stage::{NUMBERS, Printed, on_line};

/// Units whose numbers depend on the moment.
const BYTES: [&str; 2] = ["octets", "bytes"];

/// The pace of a meter, ten times as fast.
const PAUSE: Duration = Duration::from_millis(100);

fn assert_code(printed: &[Printed], code: i32) {
    for printed in printed {
        assert_eq!(printed.code, code, "{}", printed.text);
    }
}

/// Sends the frames of this meter through this channel, again and again, from its start.
fn frames(scenario: &Scenario, noise: Noise) -> impl Fn(&mut Pty) + Sync {
    let mut channel = Channel::new(noise, 1);
    let meter = SimulatedMeter::new(scenario.clone()).unwrap();
    let frames: Vec<Vec<u8>> = meter
        .take(20)
        .map(|sent| channel.pass(&sent.bytes))
        .collect();
    move |line| {
        for frame in &frames {
            line.write_all(frame).unwrap();
            thread::sleep(PAUSE);
        }
    }
}

/// The characters of many frames, as a line of 7E1 on which bits become others is received as 8N1.
fn garbled(change: impl Fn(&[bool]) -> Vec<bool>) -> impl Fn(&mut Pty) + Sync {
    let meter = SimulatedMeter::new(Scenario::default()).unwrap();
    let bytes: Vec<u8> = meter.take(6).flat_map(|sent| sent.bytes).collect();
    let mut bits = Vec::new();
    for byte in &bytes {
        bits.push(false);
        bits.extend((0..8).map(|bit| byte >> bit & 1 == 1));
        bits.push(true);
    }
    let bits = change(&bits);
    let mut received = Vec::new();
    let mut at = 0;
    while at + 10 <= bits.len() {
        if bits[at] {
            at += 1;
            continue;
        }
        received.push(
            (0..8)
                .map(|bit| u8::from(bits[at + 1 + bit]) << bit)
                .sum::<u8>(),
        );
        at += 10;
    }
    move |line| {
        for chunk in received.chunks(400) {
            line.write_all(chunk).unwrap();
            thread::sleep(PAUSE);
        }
    }
}

#[test]
fn a_good_line_needs_no_advice() {
    let printed = on_line(
        "good",
        &NUMBERS,
        frames(&Scenario::default(), Noise::default()),
    );
    assert_code(&printed, 0);
}

#[test]
fn a_stripped_parity_is_no_fault() {
    let scenario = Scenario {
        mode: Mode::Historique,
        ..Scenario::default()
    };
    let noise = Noise {
        strip_parity: true,
        ..Noise::default()
    };
    let printed = on_line("parity", &NUMBERS, frames(&scenario, noise));
    assert_code(&printed, 0);
}

#[test]
fn a_clock_that_is_lost_is_the_meters() {
    let scenario = Scenario {
        degraded_clock: true,
        ..Scenario::default()
    };
    let printed = on_line("clock", &NUMBERS, frames(&scenario, Noise::default()));
    assert_code(&printed, 0);
}

#[test]
fn a_bad_line_is_reported_with_its_cause() {
    for (name, noise) in [
        (
            "bursts",
            Noise {
                burst: 0.015,
                ..Noise::default()
            },
        ),
        (
            "lost",
            Noise {
                lost: 0.02,
                ..Noise::default()
            },
        ),
        (
            "levels",
            Noise {
                bit_error: 0.004,
                ..Noise::default()
            },
        ),
    ] {
        let printed = on_line(name, &NUMBERS, frames(&Scenario::default(), noise));
        assert_code(&printed, 0);
    }
}

#[test]
fn silence_points_to_the_wires() {
    let printed = on_line("wiring", &[], |_| thread::sleep(PAUSE));
    assert_code(&printed, 1);
    let [_, english] = &printed;
    let dots = english.text.lines().next().unwrap();
    assert!(dots.contains(" 9600 baud ··"), "{dots}");
    assert!(dots.contains(" 1200 baud ··"), "{dots}");
}

#[test]
fn noise_points_to_several_causes() {
    // Good characters that are no frame, and no text: nothing of it points to one cause.
    let noise = |line: &mut Pty| {
        line.write_all(&[0x03, 0x05, 0x06, 0x09, 0x0A, 0x0C, 0x11, 0x12].repeat(20))
            .unwrap();
        thread::sleep(PAUSE);
    };
    let printed = on_line("noise", &BYTES, noise);
    assert_code(&printed, 1);
}

#[test]
fn an_adapter_for_1200_baud_is_recognised_by_the_pulses_that_it_loses() {
    let short_lost = |bits: &[bool]| {
        let is_lost = |at: usize| at > 0 && at + 1 < bits.len() && !bits[at - 1] && !bits[at + 1];
        (0..bits.len()).map(|at| bits[at] && !is_lost(at)).collect()
    };
    let printed = on_line("slow-adapter", &BYTES, garbled(short_lost));
    assert_code(&printed, 1);
}

#[test]
fn an_inverted_signal_is_recognised() {
    let inverted = |bits: &[bool]| bits.iter().map(|bit| !bit).collect();
    let printed = on_line("inverted", &BYTES, garbled(inverted));
    assert_code(&printed, 1);
}

#[test]
fn a_level_that_eats_bits_is_recognised() {
    let eaten = |bits: &[bool]| {
        let mut state = 1_u32;
        let mut is_eaten = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 24 < 80
        };
        bits.iter().map(|bit| *bit && !is_eaten()).collect()
    };
    let printed = on_line("one-level", &BYTES, garbled(eaten));
    assert_code(&printed, 1);
}

#[test]
fn a_login_prompt_at_the_other_end_is_quoted() {
    let prompt = |line: &mut Pty| {
        line.write_all(b"\r\nDebian GNU/Linux 13 pi ttyAMA0\r\n\r\npi login: ")
            .unwrap();
        thread::sleep(PAUSE * 10);
    };
    let printed = on_line("login", &BYTES, prompt);
    assert_code(&printed, 1);
}

#[test]
fn settings_that_another_program_changes_are_found() {
    let cooked = |line: &mut Pty| {
        // As `stty sane` does: lines are made of what comes.
        let mut settings = tcgetattr(&*line).unwrap();
        settings
            .local_flags
            .insert(nix::sys::termios::LocalFlags::ICANON);
        tcsetattr(&*line, SetArg::TCSANOW, &settings).unwrap();
        thread::sleep(PAUSE);
    };
    let printed = on_line("stty", &BYTES, cooked);
    assert_code(&printed, 1);
}
