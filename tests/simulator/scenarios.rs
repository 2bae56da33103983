//! The shipped scenarios: each shows, as the daemon would publish it, what it is named for.

use std::time::Duration;

use linky_sensor::meter::{
    EventKind, Identity, Input, Key, Memory, Meter, Moment, Timestamp, Value,
};
use linky_sensor::simulator::{SHIPPED_SCENARIOS, SentFrame, SimulatedMeter, parse_scenario};
use linky_sensor::tic::{Breaker, Decoder, Label, Mode, Parity, with_parity};

use crate::sent::{number, status};

/// What was sent and what was published of one scenario.
struct Run {
    sent: Vec<SentFrame>,
    /// When, and what.
    events: Vec<(u64, EventKind)>,
    /// Of the last frame.
    values: Vec<(Key, Value)>,
}

impl Run {
    /// The scenario of this name for some minutes of its time.
    fn of(name: &str, minutes: u64) -> Self {
        let (_, text) = SHIPPED_SCENARIOS
            .iter()
            .find(|(shipped, _)| *shipped == name)
            .unwrap();
        let meter = SimulatedMeter::new(parse_scenario(name, text, 0).unwrap()).unwrap();
        let until = Duration::from_secs(60 * minutes);
        let sent: Vec<_> = meter.take_while(|sent| sent.at < until).collect();
        let identity = Identity::new("main", "b007");
        let mut meter = Meter::new(identity, &Memory::default());
        let mut decoders = Mode::ALL.map(|mode| (mode, Decoder::new(mode, Parity::Check)));
        let (mut events, mut values) = (Vec::new(), Vec::new());
        for sent in &sent {
            let now = Moment {
                wall: Some(Timestamp(sent.time * 1_000_000)),
                mono: sent.at + Duration::from_secs(1),
            };
            let bytes: Vec<u8> = sent.bytes.iter().copied().map(with_parity).collect();
            let decoders = decoders.iter_mut();
            let frames = decoders
                .filter(|(mode, _)| *mode == sent.mode)
                .flat_map(|(_, decoder)| decoder.push(&bytes));
            for frame in frames {
                if let Some(update) = meter.push(Input::Frame(frame), now) {
                    let at = sent.at.as_secs();
                    events.extend(update.events.iter().map(|event| (at, event.kind)));
                    let reading = &update.snapshot.reading;
                    values = Key::all()
                        .filter_map(|key| Some((key, reading.get(key)?.clone())))
                        .collect();
                }
            }
        }
        Self {
            sent,
            events,
            values,
        }
    }

    /// The seconds at which events of this kind were published.
    fn at(&self, kind: EventKind) -> Vec<u64> {
        let events = self.events.iter().filter(|(_, other)| *other == kind);
        events.map(|(at, _)| *at).collect()
    }

    /// The frames of some seconds.
    fn during(&self, seconds: std::ops::Range<u64>) -> impl Iterator<Item = &SentFrame> {
        self.sent
            .iter()
            .filter(move |sent| seconds.contains(&sent.at.as_secs()))
    }
}

#[test]
fn swap_is_another_meter() {
    let run = Run::of("swap", 5);
    let [at] = run.at(EventKind::MeterReplaced)[..] else {
        panic!("{:?}", run.events)
    };
    assert!((120..130).contains(&at), "{at} s");
    let last = run.sent.last().unwrap();
    assert_eq!(last.get(Label::ADSC).unwrap().data, "042175000001");
    assert!(number(last, Label::EAST) < 1_000);
}

#[test]
fn trip_opens_the_breaker_and_closes_it_again() {
    let run = Run::of("trip", 10);
    let [opens, closes] = run.at(EventKind::BreakerChanged)[..] else {
        panic!("{:?}", run.events)
    };
    assert!((120..200).contains(&opens), "{opens} s");
    assert!((178..=184).contains(&(closes - opens)), "{closes} s");
    let warned = run.at(EventKind::BreakerWarningStarted)[0];
    assert!(warned + 30 < opens, "warned at {warned} s");
    for sent in run.during(opens + 3..closes - 3) {
        assert_eq!(status(sent).breaker(), Some(Breaker::OpenOverPower));
        assert_eq!((number(sent, Label::SINSTS), sent.true_power), (0, 0));
        assert_eq!(number(sent, Label::IRMS1), 0);
        assert!(number(sent, Label::URMS1) > 220, "the grid is there");
    }
    let after = run.during(closes + 3..600).collect::<Vec<_>>();
    assert!(after.iter().all(|sent| number(sent, Label::SINSTS) > 0));
    // The maximum of the day is the filter at the moment of the opening.
    let highest = after[0].get(Label::SMAXSN).unwrap();
    let power: f64 = highest.data.parse().unwrap();
    assert!((power - 7_800.0).abs() < 80.0, "{highest:?}");
}

#[test]
fn three_phase_opens_for_one_phase() {
    let run = Run::of("three-phase", 12);
    assert_eq!(
        run.at(EventKind::BreakerChanged).len(),
        2,
        "{:?}",
        run.events
    );
    let total = run.sent.iter().map(|sent| number(sent, Label::SINSTS));
    assert!(total.max().unwrap() < 11_700, "the total is not compared");
}

#[test]
fn tempo_winter_begins_its_off_peak_hours() {
    let run = Run::of("tempo-winter", 15);
    assert!(
        !run.at(EventKind::TariffChanged).is_empty(),
        "{:?}",
        run.events
    );
    let period = |sent: &SentFrame| sent.get(Label::LTARF).unwrap().data.trim().to_owned();
    let (first, last) = (period(&run.sent[0]), period(run.sent.last().unwrap()));
    assert!(
        first.starts_with("HP") && last.starts_with("HC"),
        "{first}, {last}"
    );
    assert!(run.sent.iter().any(|sent| sent.true_power > 2_500));
}

#[test]
fn producer_injects() {
    let run = Run::of("producer", 5);
    assert!(run.sent.iter().all(|sent| sent.true_power < 0));
    let power = run.values.iter().find(|(key, _)| *key == Key::POWER);
    assert!(matches!(power, Some((_, Value::Signed(..0)))), "{power:?}");
}

#[test]
fn voltage_is_high_low_and_gone() {
    let run = Run::of("voltage", 36);
    let volts = |label, seconds| {
        let mut volts: Vec<_> = run
            .during(seconds)
            .map(|sent| number(sent, label))
            .collect();
        volts.dedup();
        volts
    };
    assert_eq!(volts(Label::URMS2, 62..770), [257]);
    assert_eq!(volts(Label::URMS1, 902..1_610), [200]);
    assert_eq!(volts(Label::URMS3, 1_802..2_090), [0]);
    assert!(run.during(62..770).all(|sent| status(sent).over_voltage()));
    assert!(
        run.during(1_802..2_090)
            .all(|sent| number(sent, Label::IRMS3) == 0)
    );
    // Means of ten minutes.
    let mean = run.sent.iter().map(|sent| number(sent, Label::UMOY2)).max();
    assert!(mean.unwrap() > 250, "{mean:?}");
}

#[test]
fn supplier_changes_the_contract_and_the_mode() {
    let run = Run::of("supplier", 9);
    assert_eq!(run.at(EventKind::ModeChanged).len(), 1, "{:?}", run.events);
    let [at, ..] = run.at(EventKind::ContractChanged)[..] else {
        panic!("{:?}", run.events)
    };
    assert!((120..130).contains(&at), "{at} s");
    let modes: Vec<_> = run.sent.iter().map(|sent| sent.mode).collect();
    assert_eq!(modes.first(), Some(&Mode::Historique));
    assert_eq!(modes.last(), Some(&Mode::Standard));
}

#[test]
fn line_is_noisy_silent_and_without_a_clock() {
    let run = Run::of("line", 8);
    let mut decoder = Decoder::new(Mode::Standard, Parity::Check);
    let damaged = run
        .during(62..119)
        .flat_map(|sent| decoder.push(&sent.bytes));
    let damaged = damaged.filter(linky_sensor::tic::Frame::is_damaged).count();
    assert!(damaged > 50, "{damaged} frames are damaged");
    assert_eq!(run.during(182..300).count(), 0, "silence");
    assert_eq!(
        run.at(EventKind::ClockDegraded).len(),
        1,
        "{:?}",
        run.events
    );
    assert_eq!(
        run.at(EventKind::ClockRestored).len(),
        1,
        "{:?}",
        run.events
    );
}

#[test]
fn hour_change_shows_three_oclock_twice() {
    let run = Run::of("hour-change", 10);
    let date = |sent: &SentFrame| sent.get(Label::DATE).unwrap().horodate.clone().unwrap();
    let (first, last) = (date(&run.sent[0]), date(run.sent.last().unwrap()));
    assert!(
        first.starts_with("E26102502") && last.starts_with("H26102502"),
        "{first}, {last}"
    );
    assert!(run.at(EventKind::ClockDegraded).is_empty());
}

#[test]
fn every_shipped_scenario_has_its_file() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/examples/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let names = SHIPPED_SCENARIOS
        .iter()
        .map(|(name, _)| format!("{name}.toml"));
    assert_eq!(files, names.collect::<Vec<_>>());
}
