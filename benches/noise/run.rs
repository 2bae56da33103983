//! One experiment: a meter, a line, and what becomes of its groups on the way.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::time::Duration;

use linky_sensor::meter::{Input, Moment, Safeguards, Timestamp};
use linky_sensor::simulator::{Channel, Noise, Scenario, SentFrame, SimulatedMeter};
use linky_sensor::tic::{Decoder, Frame, Mode, Parity, checksum};

use crate::receiver::Receiver;
use crate::speed::at_another_speed;
use crate::truth::Truth;

/// What the line does.
#[derive(Clone, Copy, Default)]
pub struct Line {
    pub noise: Noise,
    /// The speed of the port over that of the meter; `None`: the same.
    pub speed: Option<f64>,
}

/// What was counted.
#[derive(Clone, Default)]
pub struct Counts {
    /// Groups sent.
    pub sent: u64,
    /// Those that arrived untouched, from LF to CR.
    pub intact: u64,
    /// Groups that passed the wire checks, and are what was sent.
    pub right: u64,
    /// Groups that a decoder would take for good by the sum alone, and are not.
    pub wrong_by_sum: u64,
    /// Groups of a known label that passed the wire checks, and are not what was sent.
    pub wrong_on_wire: u64,
    /// Groups of no known label that passed the wire checks. No value comes of them.
    pub unknown: u64,
    /// Values that were published and were never sent.
    pub wrong_published: u64,
    /// Values in the states that were published, those of the meter.
    pub values: u64,
    /// Those of them that stand though the meter sends another by now.
    pub late: u64,
    /// Values that were held back.
    pub held: u64,
    /// Events for a jump or another meter; neither happened.
    pub alarms: u64,
    /// The labels and the keys that were wrong.
    pub culprits: BTreeMap<String, u64>,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.intact += other.intact;
        self.right += other.right;
        self.wrong_by_sum += other.wrong_by_sum;
        self.wrong_on_wire += other.wrong_on_wire;
        self.unknown += other.unknown;
        self.wrong_published += other.wrong_published;
        self.values += other.values;
        self.late += other.late;
        self.held += other.held;
        self.alarms += other.alarms;
        for (name, count) in other.culprits {
            *self.culprits.entry(name).or_default() += count;
        }
    }
}

/// Sends at least this many groups of a meter over a line, to a receiver for each set of rules. Returns the counts of each.
pub fn run(
    scenario: &Scenario,
    line: Line,
    groups: u64,
    seed: u64,
    rules: &[Safeguards],
) -> Vec<Counts> {
    let mode = scenario.mode;
    let mut meter = SimulatedMeter::new(scenario.clone()).expect("a scenario that there can be");
    let mut channel = Channel::new(line.noise, seed);
    let mut bench = Bench {
        strips: line.noise.strip_parity,
        decoder: Decoder::new(mode, Parity::Auto),
        receivers: rules.iter().map(|rules| Receiver::new(*rules)).collect(),
        truth: Truth::new(mode),
        counts: Counts::default(),
    };
    while bench.counts.sent < groups {
        let sent = meter.next().expect("a meter never ends");
        let arrived = channel.pass(&sent.bytes);
        let arrived = match line.speed {
            Some(speed) => at_another_speed(&arrived, speed),
            None => arrived,
        };
        bench.receive(mode, &sent, &arrived);
    }
    assert_eq!(
        (bench.truth.held(), bench.truth.alarms),
        (0, 0),
        "a perfect line holds nothing back"
    );
    let (wire, receivers) = (bench.counts, bench.receivers);
    let with_wire = |receiver: Receiver| {
        let mut counts = receiver.into_counts();
        counts += wire.clone();
        counts
    };
    receivers.into_iter().map(with_wire).collect()
}

struct Bench {
    strips: bool,
    decoder: Decoder,
    receivers: Vec<Receiver>,
    truth: Truth,
    /// What happens on the wire.
    counts: Counts,
}

impl Bench {
    fn receive(&mut self, mode: Mode, sent: &SentFrame, arrived: &[u8]) {
        let wire =
            Duration::from_micros(sent.bytes.len() as u64 * 10_000_000 / u64::from(mode.baud()));
        let mono = sent.at + wire;
        let wall = Timestamp(sent.time * 1_000_000 + wire.as_micros() as i64);
        let now = Moment {
            wall: Some(wall),
            mono,
        };
        self.truth.push(sent, now);
        self.counts.sent += sent.groups.len() as u64;
        self.count_intact(&sent.bytes, arrived);
        self.count_by_sum(mode, sent, arrived);

        let frames = self.decoder.push(arrived);
        if frames.is_empty() {
            let detail = String::new();
            self.enter(&Input::Tick { detail }, now);
        }
        for frame in frames {
            self.count_groups(&frame);
            self.enter(&Input::Frame(frame), now);
        }
    }

    fn enter(&mut self, input: &Input, now: Moment) {
        for receiver in &mut self.receivers {
            receiver.push(input.clone(), now, &self.truth);
        }
    }

    /// Looks for each group of a frame in what arrived.
    fn count_intact(&mut self, sent: &[u8], arrived: &[u8]) {
        let sent: Vec<u8> = match self.strips {
            true => sent.iter().map(|byte| byte & 0x7F).collect(),
            false => sent.to_vec(),
        };
        let mut rest = arrived;
        for group in sent
            .split_inclusive(|byte| byte & 0x7F == b'\r')
            .filter(|group| group.len() > 1)
        {
            let start = group
                .iter()
                .position(|byte| *byte == b'\n')
                .unwrap_or_default();
            let group = &group[start..];
            let found = rest.windows(group.len()).position(|window| window == group);
            if let Some(at) = found {
                self.counts.intact += 1;
                rest = &rest[at + group.len()..];
            }
        }
    }

    /// Counts what the sum alone would let through.
    fn count_by_sum(&mut self, mode: Mode, sent: &SentFrame, arrived: &[u8]) {
        let text: Vec<u8> = arrived.iter().map(|byte| byte & 0x7F).collect();
        for group in text.split(|byte| *byte == b'\n' || *byte == b'\r') {
            let Some((&sum, body)) = group.split_last() else {
                continue;
            };
            let Some((&separator, body)) = body.split_last() else {
                continue;
            };
            let expected = if mode == Mode::Standard { b'\t' } else { b' ' };
            if separator != expected || body.len() < 4 || checksum(mode, body) != sum {
                continue;
            }
            self.counts.wrong_by_sum += u64::from(!is_sent(mode, sent, body));
        }
    }

    fn count_groups(&mut self, frame: &Frame) {
        for group in frame.groups() {
            match group.label() {
                None => self.counts.unknown += 1,
                Some(_) if self.truth.has_group(&group) => self.counts.right += 1,
                Some(label) => {
                    self.counts.wrong_on_wire += 1;
                    self.blame(format!("wire {label}"));
                }
            }
        }
    }

    fn blame(&mut self, name: String) {
        *self.counts.culprits.entry(name).or_default() += 1;
    }
}

/// Whether a frame holds these fields, which end before the separator of the sum.
fn is_sent(mode: Mode, sent: &SentFrame, body: &[u8]) -> bool {
    let separator = if mode == Mode::Standard { "\t" } else { " " };
    sent.groups.iter().any(|group| {
        let fields = [
            Some(group.label.name()),
            group.horodate.as_deref(),
            Some(&group.data),
        ];
        let fields: Vec<_> = fields.into_iter().flatten().collect();
        fields.join(separator).as_bytes() == body
    })
}
