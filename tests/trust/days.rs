//! The day figures of a whole meter, over what the counters survive.

use linky_sensor::meter::{EventKind, Key};
use linky_sensor::simulator::{Scenario, SentFrame, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{Label, Mode};

use crate::receiver::{Receiver, after_frames, number, scenario};

/// From the evening to midnight in Paris, in seconds.
const TO_MIDNIGHT: u32 = 5 * 3_600 + 30 * 60;

/// More than a house uses in the minutes that a story takes, in Wh.
const MINUTES: u64 = 600;

fn figure(receiver: &Receiver, key: Key) -> Option<u64> {
    receiver.state().reading.int(key)
}

fn energy(sent: &SentFrame) -> u64 {
    let parts = [Label::EAST, Label::HCHC, Label::HCHP];
    let number = |label| number(&sent.groups, label);
    parts.into_iter().filter_map(number).sum()
}

/// Receives frames until a few seconds after midnight. Returns the index at the first frame of the new day.
fn receive_midnight(meter: &mut SimulatedMeter, receiver: &mut Receiver) -> u64 {
    meter.let_pass(TO_MIDNIGHT - 120);
    let mut at_midnight = None;
    for _ in 0..300 {
        let sent = meter.next().unwrap();
        receiver.receive(&sent);
        if figure(receiver, Key::ENERGY_TODAY).is_some() {
            at_midnight.get_or_insert_with(|| energy(&sent));
        }
    }
    at_midnight.expect("a midnight was seen")
}

#[test]
fn today_is_what_the_index_went_on_by_since_midnight() {
    for mode in Mode::ALL {
        let (mut meter, mut receiver) = after_frames(scenario(mode, TariffPlan::OffPeak), 30);
        let at_midnight = receive_midnight(&mut meter, &mut receiver);
        assert_eq!(figure(&receiver, Key::ENERGY_YESTERDAY), None);
        meter.let_pass(9 * 3_600);
        receiver.restart();
        let mut last = None;
        for _ in 0..10 {
            let sent = meter.next().unwrap();
            receiver.receive(&sent);
            last = Some(sent);
        }
        let today = energy(&last.unwrap()) - at_midnight;
        assert!(today > 500, "{mode:?}");
        assert_eq!(
            figure(&receiver, Key::ENERGY_TODAY),
            Some(today),
            "{mode:?}"
        );
        let parts = [Key::ENERGY_TODAY_TARIFF_1, Key::ENERGY_TODAY_TARIFF_2];
        let parts = parts.map(|key| figure(&receiver, key).expect("both are known"));
        assert_eq!(parts.iter().sum::<u64>(), today, "{mode:?}");
    }
}

#[test]
fn over_a_midnight_without_the_daemon_today_is_unknown() {
    for mode in Mode::ALL {
        let (mut meter, mut receiver) = after_frames(scenario(mode, TariffPlan::OffPeak), 30);
        meter.let_pass(TO_MIDNIGHT + 3_600);
        receiver.restart();
        for _ in 0..30 {
            receiver.receive(&meter.next().unwrap());
        }
        assert!(figure(&receiver, Key::ENERGY_COUNTER).is_some());
        assert_eq!(figure(&receiver, Key::ENERGY_TODAY), None, "{mode:?}");
        assert_eq!(figure(&receiver, Key::ENERGY_TODAY_TARIFF_1), None);
    }
}

/// Another meter at noon, in the same mode and in the other one.
#[test]
fn another_meter_or_mode_goes_on_with_the_day() {
    for mode in Mode::ALL {
        for to in Mode::ALL {
            let (mut meter, mut receiver) = after_frames(scenario(mode, TariffPlan::OffPeak), 30);
            receive_midnight(&mut meter, &mut receiver);
            meter.let_pass(12 * 3_600);
            let mut noon = 0;
            for _ in 0..10 {
                let sent = meter.next().unwrap();
                receiver.receive(&sent);
                noon = sent.time;
            }
            let before = figure(&receiver, Key::ENERGY_TODAY).expect("known");
            let mut other = SimulatedMeter::new(Scenario {
                serial: 123_456,
                start: noon + 2,
                ..scenario(to, TariffPlan::OffPeak)
            })
            .unwrap();
            receiver.turn_to(to);
            for _ in 0..60 {
                receiver.receive(&other.next().unwrap());
            }
            assert_eq!(receiver.count(EventKind::MeterReplaced), 1);
            let today = figure(&receiver, Key::ENERGY_TODAY).expect("still known");
            assert!(
                today >= before && today - before < MINUTES,
                "{mode:?} {to:?}: {before} {today}"
            );
        }
    }
}
