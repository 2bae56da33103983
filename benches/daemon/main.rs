//! What the daemon costs the machine that it runs on, and how soon a subscriber receives what the meter sent.
//!
//! ```text
//! simulated meter ──pty, at the speed of the line──> the release daemon ──> a private dbus-daemon
//!        │ the moment of ETX                               └──MQTT──> a mosquitto of its own ──> subscriber
//!        └──────────────────────────── latency ─────────────────────────────────────────────────────┘
//! ```
//! Every frame is published (`interval = "frame"`), on both outputs, which is the most that the daemon ever does. What
//! is counted is what the kernel reports in `/proc`, from one frame to another some frames later, all threads of the
//! daemon together. The latency holds mosquitto's part and the subscriber's. Nothing passes or fails here: a machine
//! that is busy gives other figures.
//!
//! `cargo bench --bench daemon -- [FRAMES] [MODE]`: 60 frames and both modes by default, which takes three minutes.

mod latency;
mod stage;
mod usage;

use std::error::Error;
use std::fs;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use linky_sensor::simulator::{Pace, Pty, Scenario, SimulatedMeter, Speed};
use linky_sensor::tic::Mode;

use latency::{Latencies, Stamped, Subscriber};
use stage::{DAEMON, Stage};
use usage::Usage;

const FRAMES: u32 = 60;
/// Not counted: the daemon finds the mode, learns the length of a frame, announces itself, fills its buffers.
const FRAMES_BEFORE: usize = 10;

struct Outcome {
    mode: Mode,
    used: Usage,
    latencies: Latencies,
    longest_gap: Duration,
    pss: u64,
    rss: u64,
    threads: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo itself adds --bench.
    let frames = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(FRAMES);
    let wanted = std::env::args().find_map(|argument| {
        Mode::ALL
            .into_iter()
            .find(|mode| mode.to_string() == argument)
    });
    let outcomes = Mode::ALL
        .into_iter()
        .filter(|mode| wanted.is_none_or(|wanted| wanted == *mode))
        .map(|mode| measure(mode, frames))
        .collect::<Result<Vec<_>, _>>()?;
    print(&outcomes, frames);
    println!(
        "\nbinary {:.2} MB; {} frames in each mode",
        megabytes(fs::metadata(DAEMON)?.len()),
        frames
    );
    Ok(())
}

fn measure(mode: Mode, frames: u32) -> Result<Outcome, Box<dyn Error>> {
    let stage = Stage::set()?;
    let subscriber = Subscriber::connect(stage.broker_port)?;
    let mut line = Stamped::new(
        Pty::open(Some(&stage.device), Duration::ZERO)?,
        subscriber.clone(),
    );
    let daemon = stage.start_daemon()?;
    let scenario = Scenario {
        mode,
        ..Scenario::default()
    };
    let (mut meter, mut pace) = (SimulatedMeter::new(scenario)?, Pace::new(Speed::Times(1.0)));
    let never = AtomicBool::new(false);
    let mut send = |frames: usize| {
        meter
            .by_ref()
            .take(frames)
            .try_for_each(|frame| pace.send(&frame, &frame.bytes, &mut line, &never))
    };
    send(FRAMES_BEFORE)?;
    subscriber.forget();
    let before = Usage::of(daemon.id())?;
    send(frames.try_into()?)?;
    // What a frame costs comes after its end: both readings are taken at the end of a frame.
    let used = Usage::of(daemon.id())?.since(&before);
    let threads = used.threads().count();
    Ok(Outcome {
        mode,
        used,
        latencies: subscriber.latencies(),
        longest_gap: subscriber.longest_gap(),
        pss: usage::memory(daemon.id(), "smaps_rollup", "Pss:")?,
        rss: usage::memory(daemon.id(), "status", "VmRSS:")?,
        threads,
    })
}

fn print(outcomes: &[Outcome], frames: u32) {
    let row = |name: &str, value: &dyn Fn(&Outcome) -> String| {
        print!("{name:<34}");
        for outcome in outcomes {
            print!("{:>12}", value(outcome));
        }
        println!();
    };
    let per_frame = |value: f64| format!("{:.2}", value / f64::from(frames));
    let milliseconds = |duration: Duration| format!("{:.2}", duration.as_secs_f64() * 1e3);
    row("per frame", &|o| o.mode.to_string());
    row("CPU, ms", &|o| per_frame(o.used.cpu().as_secs_f64() * 1e3));
    row("context switches", &|o| per_frame(o.used.switches()));
    let names: Vec<&str> = outcomes
        .iter()
        .take(1)
        .flat_map(|outcome| outcome.used.threads())
        .collect();
    for name in names {
        row(&format!("  thread \"{name}\": CPU, ms"), &|o| {
            per_frame(o.used.cpu_of(name).as_secs_f64() * 1e3)
        });
        row(&format!("  thread \"{name}\": switches"), &|o| {
            per_frame(o.used.switches_of(name))
        });
    }
    row("\nfrom ETX to the subscriber", &|_| String::new());
    row("p50, ms", &|o| milliseconds(o.latencies.percentile(50)));
    row("p99, ms", &|o| milliseconds(o.latencies.percentile(99)));
    row("longest, ms", &|o| {
        milliseconds(o.latencies.percentile(100))
    });
    row("longest gap of the line, ms", &|o| {
        milliseconds(o.longest_gap)
    });
    row("states", &|o| o.latencies.len().to_string());
    row("\nof the process", &|_| String::new());
    row("PSS, MB", &|o| format!("{:.2}", megabytes(o.pss)));
    row("RSS, MB", &|o| format!("{:.2}", megabytes(o.rss)));
    row("threads", &|o| o.threads.to_string());
}

#[expect(
    clippy::cast_precision_loss,
    reason = "shown with two digits after the point"
)]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
