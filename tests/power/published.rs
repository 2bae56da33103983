//! The models as parts of a meter: what is published of a simulated meter that is overloaded, in both modes.

use std::sync::Arc;
use std::time::Duration;

use linky_sensor::meter::{
    EventKind, Identity, Input, Key, LinkDetail, Memory, Meter, Moment, Timestamp, Update, Value,
};
use linky_sensor::simulator::{Phases, Scenario, SentFrame, SentGroup, SimulatedMeter};
use linky_sensor::tic::{Decoder, Mode, Parity, push_group, with_parity};

/// Between 15 and 16 January 2026 in Paris.
const MIDNIGHT: i64 = 1_768_518_000;

/// A meter, and all that it published.
struct Published {
    decoder: Decoder,
    meter: Meter,
    updates: Vec<Arc<Update>>,
}

impl Published {
    fn new(mode: Mode, memory: &Memory) -> Self {
        let identity = Identity::new("main", "b007");
        Self {
            decoder: Decoder::new(mode, Parity::Check),
            meter: Meter::new(identity, memory),
            updates: Vec::new(),
        }
    }

    fn push(&mut self, sent: &SentFrame) {
        let now = Moment {
            wall: Some(Timestamp(sent.time * 1_000_000)),
            mono: sent.at + Duration::from_secs(1),
        };
        let bytes: Vec<u8> = sent.bytes.iter().copied().map(with_parity).collect();
        for frame in self.decoder.push(&bytes) {
            self.updates
                .extend(self.meter.push(Input::Frame(frame), now));
        }
    }

    /// Takes the groups of a frame as they are now.
    fn push_groups(&mut self, sent: &SentFrame) {
        let mut bytes = vec![0x02];
        for group in &sent.groups {
            let (label, horodate) = (group.label, group.horodate.as_deref());
            push_group(
                label.mode(),
                label.name(),
                horodate,
                &group.data,
                &mut bytes,
            );
        }
        bytes.push(0x03);
        self.push(&SentFrame {
            bytes,
            ..sent.clone()
        });
    }

    fn count(&self, kind: EventKind) -> usize {
        let events = self.updates.iter().flat_map(|update| &update.events);
        events.filter(|event| event.kind == kind).count()
    }

    fn values(&self, key: Key) -> impl Iterator<Item = Option<&Value>> {
        let readings = self.updates.iter().map(|update| &update.snapshot.reading);
        readings.map(move |reading| reading.get(key))
    }
}

/// For two minutes in ten it draws 1.5 times the subscribed power, from the first minute on.
fn overloaded(mode: Mode, phases: Phases) -> SimulatedMeter {
    SimulatedMeter::new(Scenario {
        mode,
        phases,
        overrun: true,
        seed: 3,
        ..Scenario::default()
    })
    .unwrap()
}

fn signed(value: Option<&Value>) -> Option<i64> {
    match value {
        Some(Value::Signed(value)) => Some(*value),
        _ => None,
    }
}

#[test]
fn an_overload_is_warned_of_once_each_time() {
    for (mode, phases) in [
        (Mode::Standard, Phases::One),
        (Mode::Standard, Phases::Three),
        (Mode::Historique, Phases::One),
        (Mode::Historique, Phases::Three),
    ] {
        let mut published = Published::new(mode, &Memory::default());
        let mut meter = overloaded(mode, phases);
        let frames = meter
            .by_ref()
            .take_while(|sent| sent.at < Duration::from_secs(1_200));
        frames.for_each(|sent| published.push(&sent));
        let events = [
            EventKind::BreakerWarningStarted,
            EventKind::BreakerWarningEnded,
        ];
        let counts = events.map(|kind| published.count(kind));
        assert_eq!(counts, [2, 2], "{mode}, {phases:?}");
        let headroom = published.values(Key::POWER_HEADROOM).filter_map(signed);
        assert!(headroom.min().unwrap() < 0, "{mode}, {phases:?}");
    }
}

#[test]
fn the_power_is_published_with_its_frame_and_not_without() {
    for mode in Mode::ALL {
        let mut published = Published::new(mode, &Memory::default());
        let mut last = Moment::default();
        for sent in overloaded(mode, Phases::One).take(300) {
            last.mono = sent.at + Duration::from_secs(1);
            published.push(&sent);
        }
        let powers: Vec<_> = published.values(Key::POWER).map(signed).collect();
        let apparent = published
            .updates
            .iter()
            .map(|update| update.snapshot.reading.int(Key::APPARENT_POWER));
        let first = powers.iter().position(Option::is_some).unwrap();
        for (power, apparent) in powers.iter().zip(apparent).skip(first) {
            assert!(
                (0..=apparent.unwrap().cast_signed()).contains(&power.unwrap()),
                "{mode}"
            );
        }
        last.mono += Duration::from_secs(10);
        published.updates.extend(published.meter.push(
            Input::Tick {
                detail: LinkDetail::default(),
            },
            last,
        ));
        assert_eq!(published.values(Key::POWER).last().unwrap(), None, "{mode}");
    }
}

#[test]
fn the_power_is_there_at_once_after_a_restart() {
    let mut meter = overloaded(Mode::Standard, Phases::One);
    let mut before = Published::new(Mode::Standard, &Memory::default());
    meter
        .by_ref()
        .take(1_000)
        .for_each(|sent| before.push(&sent));
    let mut after = Published::new(Mode::Standard, &before.meter.memory());
    meter.take(3).for_each(|sent| after.push(&sent));
    assert!(after.values(Key::POWER).all(|power| power.is_some()));
}

/// A house in the last two hours of a day, and what its meter shows of the maximum makes of the breaker's model.
#[test]
fn the_maximum_of_the_day_proves_the_model_once() {
    for (phases, factor, holds) in [
        (Phases::One, 100, true),
        (Phases::Three, 100, true),
        (Phases::One, 90, false),
    ] {
        let scenario = Scenario {
            phases,
            overrun: true,
            seed: 3,
            start: MIDNIGHT - 7_200,
            ..Scenario::default()
        };
        let mut meter = SimulatedMeter::new(scenario).unwrap();
        let mut published = Published::new(Mode::Standard, &Memory::default());
        let mut checks = Vec::new();
        let mut seconds = 0;
        while seconds < MIDNIGHT + 60 {
            let mut sent = meter.next().unwrap();
            seconds = sent.time;
            for group in sent.groups.iter_mut().filter(|group| is_maximum(group)) {
                let shown = group.data.parse::<u32>().unwrap() * factor / 100;
                group.data = format!("{shown:05}");
            }
            published.push_groups(&sent);
            checks.extend(
                published
                    .updates
                    .drain(..)
                    .filter_map(|it| it.breaker_check),
            );
        }
        assert_eq!(checks.len(), 1, "{checks:?}");
        assert_eq!(checks[0].holds, holds, "{checks:?}");
        let memory = published.meter.memory();
        let kept = serde_json::to_value(&memory).unwrap();
        assert_eq!(kept["breaker"]["holds"], holds);
    }
}

fn is_maximum(group: &SentGroup) -> bool {
    let label = group.label.name();
    label.starts_with("SMAXSN") && !label.ends_with("-1")
}
