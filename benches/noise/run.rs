//! One experiment: a meter, a line, and what becomes of its groups on the way.

use std::time::Duration;

use linky_sensor::meter::{Input, LinkDetail, Moment, Safeguards, Timestamp};
use linky_sensor::simulator::{Channel, Noise, Scenario, SentFrame, SimulatedMeter};
use linky_sensor::tic::{Decoder, Frame, Mode, Parity, checksum};

use crate::counts::Counts;
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
            let detail = LinkDetail::default();
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
                    self.counts.blame(format!("wire {label}"));
                }
            }
        }
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
