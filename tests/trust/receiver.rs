//! A simulated meter and the receiver at the end of its line: what was sent, and what was published.

use std::sync::Arc;
use std::time::Duration;

use linky_sensor::meter::{
    Event, EventKind, Identity, Input, Key, LinkCause, LinkDetail, Memory, Meter, Moment,
    Safeguard, Safeguards, Snapshot, Timestamp, TrendHandle, Value,
};
use linky_sensor::simulator::{Phases, Scenario, SentFrame, SentGroup, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{Decoder, Label, Mode, Parity, push_group, with_parity};

/// Thursday 15 January 2026, 18:30 in Paris.
pub const EVENING: i64 = 1_768_498_200;

pub fn scenario(mode: Mode, contract: TariffPlan) -> Scenario {
    Scenario {
        mode,
        contract,
        seed: 11,
        start: EVENING,
        ..Scenario::default()
    }
}

/// A decoder and a meter, their clock, and the events so far.
pub struct Receiver {
    decoder: Decoder,
    meter: Meter,
    strips_parity: bool,
    /// What is on disk, and whether that was written after the last frame.
    disk: Memory,
    is_saved: bool,
    /// The moment of the first frame of the simulated meter that is received.
    origin: Duration,
    now: Moment,
    /// How far the host's clock is behind.
    behind: Duration,
    last: Arc<Snapshot>,
    pub events: Vec<Event>,
}

fn meter(memory: &Memory) -> Meter {
    let identity = Identity {
        shows_identifiers: true,
        ..Identity::new("main", "b007")
    };
    Meter::new(identity, memory).with_safeguards(safeguards())
}

/// All rules of the validator, but for the one that TRUST_WITHOUT names: `scripts/noise --without` shows which of these
/// tests need it.
fn safeguards() -> Safeguards {
    let all = Safeguards::default();
    match std::env::var("TRUST_WITHOUT") {
        Ok(name) => all.without(Safeguard::named(&name).expect("the name of a rule")),
        Err(_) => all,
    }
}

impl Receiver {
    pub fn new(mode: Mode) -> Self {
        let meter = meter(&Memory::default());
        Self {
            decoder: Decoder::new(mode, Parity::Auto),
            last: meter.last().clone(),
            meter,
            strips_parity: false,
            disk: Memory::default(),
            is_saved: false,
            origin: Duration::ZERO,
            now: Moment::default(),
            behind: Duration::ZERO,
            events: Vec::new(),
        }
    }

    /// At the end of an adapter that clears the parity bit.
    pub fn without_parity(mut self) -> Self {
        self.strips_parity = true;
        self
    }

    /// From now on another simulated meter is received, which may be in another mode.
    pub fn turn_to(&mut self, mode: Mode) {
        self.origin = self.now.mono + Duration::from_secs(1);
        if mode != self.decoder.mode() {
            self.decoder = Decoder::new(mode, Parity::Auto);
        }
    }

    /// The mode is found that the simulated meter is in now.
    pub fn find_mode(&mut self, mode: Mode) {
        self.decoder = Decoder::new(mode, Parity::Auto);
    }

    /// The daemon starts again, and remembers what is kept on disk.
    pub fn restart(&mut self) {
        self.disk = self.meter.memory();
        self.kill();
    }

    /// The machine, which has no clock that runs while it is off, starts again after this time, with the time of its last stop.
    pub fn reboot(&mut self, after: Duration) {
        self.disk = self.meter.memory();
        self.disk.forget_times();
        self.behind += after;
        self.kill();
    }

    /// The daemon is killed, and starts again.
    pub fn kill(&mut self) {
        let kept = serde_json::to_string(&self.disk).unwrap();
        self.meter = meter(&serde_json::from_str(&kept).unwrap());
        self.last = self.meter.last().clone();
        self.push(Input::Opened {
            detail: LinkDetail::default(),
        });
    }

    /// Whether the last frame was a reason to write what is kept on disk.
    pub fn is_saved(&self) -> bool {
        self.is_saved
    }

    /// Receives a frame as it was sent.
    pub fn receive(&mut self, sent: &SentFrame) -> Arc<Snapshot> {
        self.receive_instead(sent, &sent.groups)
    }

    /// Receives other groups in place of those that were sent.
    pub fn receive_instead(&mut self, sent: &SentFrame, groups: &[SentGroup]) -> Arc<Snapshot> {
        let mode = groups[0].label.mode();
        let mut bytes = vec![0x02];
        for group in groups {
            let horodate = group.horodate.as_deref();
            push_group(mode, group.label.name(), horodate, &group.data, &mut bytes);
        }
        bytes.push(0x03);
        if !self.strips_parity {
            bytes.iter_mut().for_each(|byte| *byte = with_parity(*byte));
        }
        let mono = self.origin + sent.at + Duration::from_millis(900);
        assert!(mono >= self.now.mono, "time goes on");
        self.now = Moment {
            wall: Some(Timestamp(
                sent.time * 1_000_000 - i64::try_from(self.behind.as_micros()).unwrap(),
            )),
            mono,
        };
        let frames = self.decoder.push(&bytes);
        assert_eq!(frames.len(), 1);
        frames
            .into_iter()
            .for_each(|frame| self.push(Input::Frame(frame)));
        self.last.clone()
    }

    /// Nothing is received for this time.
    pub fn receive_nothing(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now.mono += Duration::from_secs(1);
            self.push(Input::Tick {
                detail: LinkDetail::new(LinkCause::NoByte, "no byte"),
            });
        }
    }

    fn push(&mut self, input: Input) {
        if let Some(update) = self.meter.push(input, self.now) {
            self.last = update.snapshot.clone();
            self.events.extend(update.events.iter().cloned());
        }
        let memory = self.meter.take_memory(self.now);
        self.is_saved = memory.is_some();
        self.disk = memory.unwrap_or_else(|| std::mem::take(&mut self.disk));
    }

    /// The power and the energy over time.
    pub fn trend(&self) -> TrendHandle {
        self.meter.trend()
    }

    pub fn state(&self) -> &Snapshot {
        &self.last
    }

    pub fn held(&self) -> u64 {
        self.last.reading.int(Key::VALUES_HELD).unwrap()
    }

    pub fn energy(&self) -> Option<u64> {
        self.last.reading.int(Key::ENERGY)
    }

    pub fn count(&self, kind: EventKind) -> usize {
        self.events
            .iter()
            .filter(|event| event.kind == kind)
            .count()
    }

    /// Receives up to `frames` frames until a condition holds. Returns how many it took.
    pub fn until(
        &mut self,
        frames: usize,
        mut next: impl FnMut() -> (SentFrame, Vec<SentGroup>),
        is: impl Fn(&Self) -> bool,
    ) -> usize {
        for received in 1..=frames {
            let (sent, groups) = next();
            self.receive_instead(&sent, &groups);
            if is(self) {
                return received;
            }
        }
        panic!("not in {frames} frames: {:?}", self.events);
    }
}

/// A simulated meter and an receiver that has received it for some frames.
pub fn after_frames(scenario: Scenario, frames: usize) -> (SimulatedMeter, Receiver) {
    let mut meter = SimulatedMeter::new(scenario).unwrap();
    let mut receiver = Receiver::new(meter.scenario().mode);
    for _ in 0..frames {
        let sent = meter.next().unwrap();
        receiver.receive(&sent);
    }
    (meter, receiver)
}

/// A single-phase meter that has counted for a few hours, and its receiver.
pub fn standard() -> (SimulatedMeter, Receiver) {
    after_frames(scenario(Mode::Standard, TariffPlan::OffPeak), 30)
}

pub fn historique() -> (SimulatedMeter, Receiver) {
    after_frames(scenario(Mode::Historique, TariffPlan::Base), 30)
}

pub fn three_phases(contract: TariffPlan) -> Scenario {
    Scenario {
        phases: Phases::Three,
        power_kva: 12,
        ..scenario(Mode::Standard, contract)
    }
}

/// The groups with the data of some labels replaced.
pub fn with(groups: &[SentGroup], changes: &[(Label, &str)]) -> Vec<SentGroup> {
    let mut groups = groups.to_vec();
    for (label, data) in changes {
        let group = groups.iter_mut().find(|group| group.label == *label);
        group.expect("sent").data = (*data).to_owned();
    }
    groups
}

pub fn number(groups: &[SentGroup], label: Label) -> Option<u64> {
    let group = groups.iter().find(|group| group.label == label)?;
    group.data.parse().ok()
}

/// The sent indexes, each with the quantity that it is published as.
pub fn indexes(groups: &[SentGroup]) -> Vec<(Key, u64)> {
    let published_as = |label: Label| {
        Key::all().find(|key| {
            let source = key.row().source(label.mode());
            source.read().is_some() && source.labels().contains(&label)
        })
    };
    let mut indexes: Vec<(Key, u64)> = groups
        .iter()
        .filter(|group| group.label.data_len() == 9 && group.horodate.is_none())
        .filter_map(|group| Some((published_as(group.label)?, group.data.parse().ok()?)))
        .collect();
    if groups[0].label.mode() == Mode::Historique {
        let parts = groups.iter().filter(|group| group.label.data_len() == 9);
        let sum = parts.map(|group| group.data.parse::<u64>().unwrap()).sum();
        indexes.push((Key::ENERGY, sum));
    }
    indexes
}

/// Every index of a frame is published as it was sent.
pub fn assert_indexes(receiver: &Receiver, groups: &[SentGroup]) {
    let indexes = indexes(groups);
    assert!(!indexes.is_empty());
    for (key, sent) in indexes {
        assert_eq!(
            receiver.state().reading.get(key),
            Some(&Value::Int(sent)),
            "{key:?}"
        );
    }
}
