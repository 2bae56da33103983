//! How fast frames are decoded, in both modes and for several sizes of chunks, beside the simplest
//! possible walk over the same bytes: one that only adds them up. Every check is on, parity
//! included, and every frame is built.
//!
//! Prints megabytes per second of CPU time, the median and the best of several rounds.
//! `cargo bench --bench decode`.

#![expect(clippy::expect_used, reason = "a bench fails by panicking")]

use std::hint::black_box;
use std::time::Duration;

use linky_sensor::tic::{Decoder, Mode, Parity, push_group, with_parity};
use nix::time::{ClockId, clock_gettime};

const SIZE: usize = 4 << 20;
const ROUNDS: usize = 9;
const CHUNKS: [(usize, &str); 4] = [
    (1, "1 B"),
    (64, "64 B"),
    (4 << 10, "4 kB"),
    (1 << 20, "1 MB"),
];

fn main() {
    println!(
        "{:<12} {:>8} {:>10} {:>10}",
        "mode", "chunk", "median", "best"
    );
    for mode in Mode::ALL {
        let bytes = stream(mode);
        for (chunk, name) in CHUNKS {
            print(mode, name, bytes.len(), || decode(mode, &bytes, chunk));
        }
        print(mode, "walk", bytes.len(), || walk(&bytes));
    }
}

/// Prints the megabytes per second of the median and of the fastest round.
fn print<T>(mode: Mode, name: &str, len: usize, mut round: impl FnMut() -> T) {
    let mut times = [Duration::ZERO; ROUNDS];
    for time in &mut times {
        let start = cpu_time();
        black_box(round());
        *time = cpu_time() - start;
    }
    times.sort();
    let speed = |time: Duration| len as f64 / 1e6 / time.as_secs_f64();
    let (median, best) = (speed(times[ROUNDS / 2]), speed(times[0]));
    println!("{mode:<12} {name:>8} {median:>10.0} {best:>10.0}");
}

/// CPU time of this thread: other work on the machine counts only by what it leaves of the caches.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .expect("the clock of the thread")
        .into()
}

fn decode(mode: Mode, bytes: &[u8], chunk: usize) -> usize {
    let mut decoder = Decoder::new(mode, Parity::Check);
    let mut groups = 0;
    for chunk in black_box(bytes).chunks(chunk) {
        for frame in decoder.push(chunk) {
            groups += black_box(frame).groups().len();
        }
    }
    assert!(groups > 0, "nothing was decoded");
    groups
}

/// Sums each group as a decoder that checks nothing else would.
fn walk(bytes: &[u8]) -> u32 {
    let (mut sum, mut all) = (0u32, 0u32);
    for &byte in black_box(bytes) {
        let character = byte & 0x7F;
        if character == b'\r' {
            all = all.wrapping_add(sum & 0x3F);
            sum = 0;
        } else {
            sum = sum.wrapping_add(u32::from(character));
        }
    }
    all
}

/// Frames of a single-phase meter, a value of each changing.
fn stream(mode: Mode) -> Vec<u8> {
    let mut out = Vec::with_capacity(SIZE + 2048);
    let mut turn = 0;
    while out.len() < SIZE {
        turn += 1;
        out.push(0x02);
        match mode {
            Mode::Standard => standard(turn, &mut out),
            Mode::Historique => historique(turn, &mut out),
        }
        out.push(0x03);
    }
    out.iter_mut().for_each(|byte| *byte = with_parity(*byte));
    out
}

fn standard(turn: u32, out: &mut Vec<u8>) {
    let mut group = |label: &str, horodate: Option<&str>, data: &str| {
        push_group(Mode::Standard, label, horodate, data, out);
    };
    let now = format!(
        "H2402{:02}{:02}{:02}{:02}",
        1 + turn / 86_400 % 28,
        turn / 3_600 % 24,
        turn / 60 % 60,
        turn % 60
    );
    let energy = format!("{:09}", 21_849_106 + turn);
    group("ADSC", None, "031961000042");
    group("VTIC", None, "02");
    group("DATE", Some(&now), "");
    group("NGTF", None, "H PLEINE/CREUSE ");
    group("LTARF", None, "  HEURE  PLEINE ");
    group("EAST", None, &energy);
    for index in 1..=10 {
        group(
            &format!("EASF{index:02}"),
            None,
            if index == 1 { &energy } else { "000000000" },
        );
    }
    for index in 1..=4 {
        group(
            &format!("EASD{index:02}"),
            None,
            if index == 1 { &energy } else { "000000000" },
        );
    }
    group("IRMS1", None, &format!("{:03}", turn % 60));
    group("URMS1", None, "237");
    group("PREF", None, "06");
    group("PCOUP", None, "06");
    group("SINSTS", None, &format!("{:05}", turn * 237 % 12_000));
    group("SMAXSN", Some("H240201175135"), "05802");
    group("SMAXSN-1", Some("H240131085118"), "05562");
    group("CCASN", Some("H240201230000"), "01650");
    group("CCASN-1", Some("H240201223000"), "00786");
    group("UMOY1", Some("H240201230000"), "237");
    group("STGE", None, "003A4401");
    group("MSG1", None, "PAS DE          MESSAGE         ");
    group("PRM", None, "12345678901234");
    group("RELAIS", None, "000");
    group("NTARF", None, "02");
    group("NJOURF", None, "00");
    group("NJOURF+1", None, "00");
    let profile = format!("0000C001 06208002 2220C001{}", " NONUTILE".repeat(8));
    group("PJOURF+1", None, &profile);
}

fn historique(turn: u32, out: &mut Vec<u8>) {
    let mut group = |label: &str, data: &str| push_group(Mode::Historique, label, None, data, out);
    group("ADCO", "021861000042");
    group("OPTARIF", "HC..");
    group("ISOUSC", "30");
    group("HCHC", "000836902");
    group("HCHP", &format!("{:09}", 2_033_643 + turn));
    group("PTEC", "HP..");
    group("IINST", &format!("{:03}", turn % 60));
    group("IMAX", "090");
    group("PAPP", &format!("{:05}", turn * 230 % 12_000));
    group("HHPHC", "A");
    group("MOTDETAT", "000000");
}
