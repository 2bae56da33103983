//! The models as parts of a meter: what is published of a simulated meter that is overloaded, in both modes.

use std::sync::Arc;
use std::time::Duration;

use linky_sensor::meter::{
    EventKind, Identity, Input, Key, LinkDetail, Memory, Meter, Moment, Timestamp, Update, Value,
};
use linky_sensor::simulator::{Phases, Scenario, SentFrame, SimulatedMeter};
use linky_sensor::tic::{Decoder, Mode, Parity, with_parity};

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
