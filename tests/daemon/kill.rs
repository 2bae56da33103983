//! The daemon is killed again and again while meters are replaced: the counter grows by what was consumed, but for what was
//! never read, and for what a meter that goes while the daemon is dead had counted since the last save
//! (`tests/trust` has the same for each frame, without a daemon).

use std::fs;

use linky_sensor::simulator::{Scenario, ScenarioChange, ScenarioEvent, SentFrame, SimulatedMeter};
use linky_sensor::tic::Label;
use nix::sys::signal::Signal;
use serde_json::Value;

use super::support::broker::Broker;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::{self, Wired};
use super::support::record::Record;

/// Seconds of the meter between two replacements.
const SWAP_EVERY: u32 = 45;

/// The daemon is killed so many frames after each replacement.
const KILLED_AFTER: [u32; 9] = [0, 1, 2, 3, 4, 6, 9, 14, 20];

/// Until the first frame of the new meter was read, and the last index of the old one is on disk, in frames. Of a daemon
/// that is killed earlier it is there only as it was kept.
const READ_AFTER: u32 = 1;

/// Frames around a replacement that are not read, or are held until the new address came again.
const UNREAD_MAX: u64 = 8;

/// Wh that a frame adds at most.
const FRAME_MAX: u64 = 3;

/// So many times faster than real.
const TIMES: f64 = 40.0;

/// What the meters have sent.
#[derive(Default)]
struct Sent {
    address: String,
    index: u64,
    /// The first index of this meter, and the last of the one before.
    first: u64,
    last_of_old: u64,
    /// Wh, over all meters.
    consumed: u64,
    /// The same, of the meter that sends.
    of_this_meter: u64,
    since_swap: u32,
    swaps: usize,
}

impl Sent {
    fn push(&mut self, frame: &SentFrame) {
        let value = |label| {
            let mut groups = frame.groups.iter();
            let group = groups.find(|group| group.label == label);
            group.unwrap().data.trim().to_owned()
        };
        let (address, index) = (value(Label::ADSC), value(Label::EAST).parse().unwrap());
        if address == self.address {
            self.consumed += index - self.index;
            self.of_this_meter += index - self.index;
            self.since_swap += 1;
        } else {
            self.swaps += usize::from(!self.address.is_empty());
            (self.since_swap, self.of_this_meter) = (0, 0);
            (self.first, self.last_of_old) = (index, self.index);
        }
        (self.address, self.index) = (address, index);
    }
}

/// The last good index on disk.
fn kept_index(home: &Home) -> Option<u64> {
    let text = fs::read(home.state().join("main.json")).ok()?;
    let kept: Value = serde_json::from_slice(&text).ok()?;
    kept["validator"]["EAST"]["value"].as_u64()
}

/// The counter in the state that has this index.
fn counter(record: &mut Record, index: u64) -> u64 {
    let state = record.until_state(0, "main", "the last index", |state| {
        state["energy"] == index
    });
    state["energy_counter"].as_u64().unwrap()
}

#[test]
fn a_counter_survives_kills_while_meters_are_replaced() {
    let broker = Broker::start();
    let mut record = Record::at(&broker);
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let home = Home::new(&config(&[meter("main", &device)], broker.port));
    let mut line = line::open(&device);
    let swap = |(number, _): (u32, &u32)| ScenarioEvent {
        at: (number + 1) * SWAP_EVERY,
        change: ScenarioChange::Swap {
            index: 1_000_000 * number,
        },
    };
    let load = ScenarioEvent {
        at: 0,
        change: ScenarioChange::Overrun {
            va: 7_000,
            duration: 100_000,
        },
    };
    let scenario = Scenario {
        power_kva: 9,
        events: (0..).zip(&KILLED_AFTER).map(swap).chain([load]).collect(),
        ..Scenario::default()
    };
    let mut wired = Wired::new(SimulatedMeter::new(scenario).unwrap(), TIMES, false);

    let mut daemon = home.start_ready();
    let mut sent = Sent::default();
    for _ in 0..12 {
        sent.push(&wired.send(&mut line));
    }
    let (began_at, consumed_before) = (counter(&mut record, sent.index), sent.consumed);
    // What may be missing at the end.
    let mut lost_max = 0;
    let mut killed = 0;
    while killed < KILLED_AFTER.len() || sent.since_swap < KILLED_AFTER[killed - 1] + 12 {
        let before = sent.of_this_meter;
        let swaps = sent.swaps;
        sent.push(&wired.send(&mut line));
        if sent.swaps > swaps {
            lost_max += UNREAD_MAX * FRAME_MAX;
            if KILLED_AFTER[swaps] < READ_AFTER {
                lost_max += before;
            }
        }
        if sent.swaps == killed + 1 && sent.since_swap == KILLED_AFTER[killed] {
            if KILLED_AFTER[killed] >= READ_AFTER {
                within(WAIT_TIMEOUT, "this replacement on disk", || {
                    let kept = kept_index(&home)?;
                    let is_new = (sent.first..=sent.index).contains(&kept);
                    (is_new || kept == sent.last_of_old).then_some(())
                });
            }
            daemon.signal(Signal::SIGKILL);
            daemon.end(WAIT_TIMEOUT);
            daemon = home.start();
            killed += 1;
        }
    }
    let grown = counter(&mut record, sent.index) - began_at;
    let consumed = sent.consumed - consumed_before;
    assert!(grown <= consumed, "{grown} Wh counted of {consumed}");
    assert!(
        grown + lost_max >= consumed,
        "{grown} Wh counted of {consumed}, {lost_max} may be missing"
    );
    println!("{grown} Wh counted of {consumed}, {lost_max} may be missing");
}
