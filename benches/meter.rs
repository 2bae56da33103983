//! What a frame costs in CPU time between the wire and the sinks: decoded, and taken by the meter, all models included.
//!
//! 3 000 frames of a simulated household, 46 to 79 minutes of them, with the times at which they come. Prints microseconds a
//! frame, the median and the best of nine rounds. `cargo bench --bench meter`.

#![expect(clippy::expect_used, reason = "a bench fails by panicking")]

use std::hint::black_box;
use std::time::Duration;

use linky_sensor::meter::{Identity, Input, Memory, Meter, Moment, Timestamp};
use linky_sensor::simulator::{Phases, Scenario, SentFrame, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{Decoder, Mode, Parity};
use nix::time::{ClockId, clock_gettime};

const FRAMES: usize = 3_000;
const ROUNDS: usize = 9;

fn main() {
    println!(
        "{:<40} {:>12} {:>12}",
        "microseconds a frame", "median", "best"
    );
    for (name, scenario) in [
        ("standard, single-phase", Scenario::default()),
        (
            "standard, three-phase producer, Tempo",
            Scenario {
                phases: Phases::Three,
                power_kva: 12,
                producer: true,
                contract: TariffPlan::Tempo,
                ..Scenario::default()
            },
        ),
        (
            "historique, off-peak",
            Scenario {
                mode: Mode::Historique,
                contract: TariffPlan::OffPeak,
                ..Scenario::default()
            },
        ),
    ] {
        let meter = SimulatedMeter::new(scenario).expect("a scenario that can be simulated");
        let sent: Vec<SentFrame> = meter.take(FRAMES).collect();
        print(&format!("{name}: decoded"), || decode(&sent));
        print(&format!("{name}: in all"), || publish(&sent));
    }
}

/// Prints the time of a frame in the median and in the fastest round.
fn print<T>(name: &str, mut round: impl FnMut() -> T) {
    let mut times = [Duration::ZERO; ROUNDS];
    for time in &mut times {
        let start = cpu_time();
        black_box(round());
        *time = cpu_time() - start;
    }
    times.sort();
    let each = |time: Duration| time.as_secs_f64() * 1e6 / FRAMES as f64;
    let (median, best) = (each(times[ROUNDS / 2]), each(times[0]));
    println!("{name:<52} {median:>6.1} {best:>6.1}");
}

/// CPU time of this thread: other work on the machine counts only by what it leaves of the caches.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .expect("the clock of the thread")
        .into()
}

fn decoder(sent: &[SentFrame]) -> Decoder {
    let mode = sent.first().expect("there are frames").mode;
    Decoder::new(mode, Parity::Check)
}

fn decode(sent: &[SentFrame]) -> usize {
    let mut decoder = decoder(sent);
    let frames = sent.iter().flat_map(|frame| decoder.push(&frame.bytes));
    frames.map(|frame| black_box(frame).groups().len()).sum()
}

fn publish(sent: &[SentFrame]) -> u64 {
    let mut decoder = decoder(sent);
    let identity = Identity::new("main", "b007");
    let mut meter = Meter::new(identity, &Memory::default());
    for frame in sent {
        let wall = Timestamp(frame.time * 1_000_000 + 1_500_000);
        for received in decoder.push(&frame.bytes) {
            let now = Moment {
                wall: Some(wall),
                mono: frame.at,
            };
            black_box(meter.push(Input::Frame(received), now));
        }
    }
    meter.last().seq
}
