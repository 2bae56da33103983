//! The soak: the daemon lives through faults at random, and an account is kept of every state.
//!
//! ```text
//! simulated meter ──pty, 20 times too fast──> the daemon ──> a dbus-daemon
//!        │                                       └── a name server, proxy ──> a mosquitto ──> a subscriber
//!        └───────────────────────────── account ─────────────────────┘
//! ```
//! Each frame is a state (`interval = "frame"`). What the meter sent is what the subscriber must receive: every state that the
//! daemon decided on, once but for what was in flight, in order, with the values of its frame. Memory and descriptors stay
//! what they were. `fault` lists what happens, `account` what is allowed.
//!
//! `scripts/soak` runs it; its results are in docs/FAULTS.md. The seed decides which faults come, in which order, for how
//! long; what happens at the same moment in other processes it cannot decide.
//!
//! - `[SECONDS] [--seed N]`: faults at random, 600 s by default.
//! - `outage`: an hour's worth of states while there is no broker, the daemon killed in the middle; then a black hole of 60 s.
//! - `flood [FRAMES]`: a million frames as fast as they are taken; memory is what matters.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod account;
mod fault;
mod flood;
mod gauge;
mod random;
mod stage;
mod wire;

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use fault::Fault;
use gauge::Gauge;
use random::Random;
use stage::{Stage, Surroundings};

/// Set in the process that may mount its own file systems.
const INSIDE: &str = "SOAK_INSIDE";
/// Brings the loopback up and becomes what follows.
const LOOPBACK_UP: &str = "ip link set lo up && exec \"$@\"";
/// An end takes so long: the last late states, twenty a second.
const END: Duration = Duration::from_secs(30);
/// Longer than the history of any outage here takes to be delivered.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(900);
/// So many messages are in flight at most when a session ends.
const IN_FLIGHT: u64 = 64;
/// An hour of a meter that sends something each second.
const HOUR: u64 = 3600;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["flood"] => flood::run(1_000_000),
        ["flood", frames] => flood::run(number(frames)),
        _ if env::var_os(INSIDE).is_none() => panic!("{}", go_inside(&arguments)),
        ["outage"] => run(1, &Plan::Outage),
        [] => run(seed(), &Plan::Random(Duration::from_secs(600))),
        [seconds] => run(seed(), &Plan::Random(Duration::from_secs(number(seconds)))),
        ["--seed", seed] => run(number(seed), &Plan::Random(Duration::from_secs(600))),
        [seconds, "--seed", seed] => run(
            number(seed),
            &Plan::Random(Duration::from_secs(number(seconds))),
        ),
        _ => panic!("usage: scripts/soak [SECONDS] [--seed N] | outage | flood [FRAMES]"),
    }
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number is expected")
}

/// Another one each time.
fn seed() -> u64 {
    account::now() % 1_000_000
}

/// Starts this program again where it may mount a file system and has a network of its own, which go with it. Returns only
/// why that failed.
fn go_inside(arguments: &[String]) -> std::io::Error {
    let is_root = nix::unistd::Uid::effective().is_root();
    let user = (!is_root).then_some("--map-root-user");
    Command::new("unshare")
        .args(user)
        .args(["--mount", "--net", "sh", "-c", LOOPBACK_UP, "sh"])
        .arg(env::current_exe().unwrap())
        .args(arguments)
        .env(INSIDE, "1")
        .exec()
}

enum Plan {
    Random(Duration),
    Outage,
}

/// What happened of one kind.
#[derive(Default)]
struct Tally {
    count: u32,
    lasted: Duration,
    longest_recovery: Duration,
}

/// A run: the stage, and what is remembered of it.
struct Run<'a> {
    stage: Stage<'a>,
    began: Instant,
    faults: BTreeMap<Fault, Tally>,
    /// Taken when all was warm and calm, of this start.
    warm: Option<(usize, Gauge)>,
}

fn run(seed: u64, plan: &Plan) {
    println!("seed {seed}");
    let surroundings = Surroundings::new();
    let home = surroundings.home();
    let mut run = Run {
        stage: surroundings.stage(&home, seed),
        began: Instant::now(),
        faults: BTreeMap::new(),
        warm: None,
    };
    run.stage
        .until("a live state", Duration::from_secs(30), |stage| {
            stage.account.last_live > 0
        });
    match plan {
        Plan::Random(time) => run.random(*time, seed),
        Plan::Outage => run.outage(),
    }
    run.calm();
    run.stage.account.balance();
    run.print();
    run.judge();
}

impl Run<'_> {
    /// Rounds of all faults in random order. After a quarter of the time the daemon lives on, so that its memory means something.
    fn random(&mut self, time: Duration, seed: u64) {
        let mut random = Random(seed);
        loop {
            let mut round = Fault::ALL.to_vec();
            random.shuffle(&mut round);
            let mut is_whole = true;
            for fault in round {
                if self.began.elapsed() + END > time {
                    return;
                }
                if fault.kills() && self.began.elapsed() > time / 4 {
                    continue;
                }
                is_whole &= !fault.kills();
                let (least, most) = fault.seconds();
                self.suffer(fault, random.milliseconds(least, most));
                let pause = random.milliseconds(1, 4);
                self.stage.listen(pause);
            }
            self.calm();
            if is_whole && self.warm.is_none() {
                self.warm = Some((self.stage.account.starts(), self.stage.gauge));
            }
        }
    }

    /// An hour's worth of states without a broker, and a way that swallows all for a minute.
    fn outage(&mut self) {
        self.stage.listen(Duration::from_secs(10));
        let before = self.stage.wire.frames();
        // A frame of this meter takes 1.14 s.
        let time = Duration::from_secs_f64(1.15 * HOUR as f64 / wire::SPEED);
        self.suffer(Fault::KilledInOutage, time);
        let frames = self.stage.wire.frames() - before;
        assert!(frames >= HOUR, "only {frames} frames");
        self.calm();
        self.suffer(Fault::BlackHole, Duration::from_secs(60));
    }

    fn suffer(&mut self, fault: Fault, time: Duration) {
        let at = self.began.elapsed().as_secs();
        println!("{at:>6} s  {fault} for {:.1} s", time.as_secs_f64());
        let recovery = fault.happen(&mut self.stage, time);
        println!(
            "{:>6} s  well again after {:.2} s",
            self.began.elapsed().as_secs(),
            recovery.as_secs_f64()
        );
        let tally = self.faults.entry(fault).or_default();
        tally.count += 1;
        tally.lasted += time;
        tally.longest_recovery = tally.longest_recovery.max(recovery);
        self.count_dropped();
    }

    fn count_dropped(&mut self) {
        let asked = Instant::now();
        let dropped = loop {
            if let Some((_, dropped)) = self.stage.history() {
                break dropped;
            }
            assert!(
                asked.elapsed() < DELIVERY_TIMEOUT,
                "the bus does not answer"
            );
            self.stage.listen(Duration::from_millis(500));
        };
        self.stage.account.dropped(dropped);
    }

    /// Waits until all late states are delivered, and looks at what holds then.
    fn calm(&mut self) {
        let began = Instant::now();
        while self.stage.history().is_none_or(|(pending, _)| pending > 0) {
            assert!(
                began.elapsed() < DELIVERY_TIMEOUT,
                "the history is not delivered"
            );
            self.stage.listen(Duration::from_secs(1));
        }
        self.count_dropped();
        self.stage.check_retained();
        self.stage.listen(Duration::from_secs(2));
        println!(
            "{:>6} s  calm; {} kB, {} descriptors",
            self.began.elapsed().as_secs(),
            self.stage.gauge.memory,
            self.stage.gauge.files
        );
    }

    fn print(&self) {
        let totals = &self.stage.account.totals;
        println!(
            "\n{:<28}{:>6}{:>10}{:>14}",
            "fault", "times", "lasted, s", "well after, s"
        );
        for (fault, tally) in &self.faults {
            println!(
                "{fault:<28}{:>6}{:>10.0}{:>14.2}",
                tally.count,
                tally.lasted.as_secs_f64(),
                tally.longest_recovery.as_secs_f64()
            );
        }
        let row = |name: &str, value: &dyn std::fmt::Display| println!("{name:<44}{value:>14}");
        println!();
        row("seconds", &self.began.elapsed().as_secs());
        row("frames sent", &self.stage.wire.frames());
        row("frames not read around hang-ups", &totals.unread);
        row("starts of the daemon", &self.stage.account.starts());
        row("states decided", &totals.states);
        row("received live first", &totals.live);
        row("received late first", &totals.late);
        row("events received", &totals.events);
        row("points of the load curve received", &totals.points);
        row("points again", &totals.points_again);
        row("lost", &0);
        row("out of order", &0);
        row(
            "given up while the disk was full, and counted",
            &totals.dropped,
        );
        row(
            "untold at a SIGKILL, ms at most",
            &totals.longest_tail.as_millis(),
        );
        row("published again on ConnAck", &totals.said_again);
        row(
            "late again: in flight, or published on ConnAck",
            &totals.duplicates,
        );
        let gauge = &self.stage.gauge;
        row("memory at the end, kB", &gauge.memory);
        row("memory at most, kB", &self.stage.most.memory);
        match &self.warm {
            Some((_, warm)) => {
                row("memory when warm, kB", &warm.memory);
                row(
                    "growth since, %",
                    &format!("{:.1}", gauge.growth_since(warm)),
                );
                row(
                    "descriptors, then and now",
                    &format!("{}, {}", warm.files, gauge.files),
                );
            }
            None => row("memory when warm", &"too short"),
        }
        let spent = self.stage.spent + gauge.cpu;
        row(
            "processor, ms a frame",
            &format!("{:.2}", spent as f64 / self.stage.wire.frames() as f64),
        );
    }

    /// What the account has not judged already.
    fn judge(&self) {
        let totals = &self.stage.account.totals;
        assert!(
            totals.longest_tail < Duration::from_secs(3),
            "{:?} untold at a SIGKILL",
            totals.longest_tail
        );
        let breaks = self.faults.iter().filter(|(fault, _)| fault.ends_session());
        let breaks: u32 = breaks.map(|(_, tally)| tally.count).sum();
        assert!(
            totals.duplicates <= u64::from(breaks) * IN_FLIGHT,
            "{} repeated in {breaks} breaks",
            totals.duplicates
        );
        if let Some((start, warm)) = &self.warm {
            assert_eq!(*start, self.stage.account.starts(), "it started anew");
            let growth = self.stage.gauge.growth_since(warm);
            assert!(growth < 5.0, "the memory grew by {growth:.1} %");
            assert_eq!(self.stage.gauge.files, warm.files, "descriptors");
        }
        println!("\nall is accounted for");
    }
}
