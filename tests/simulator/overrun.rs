//! More than the subscribed power, in each mode.

use linky_sensor::simulator::{FrameKind, Phases, Scenario, SimulatedMeter};
use linky_sensor::tic::{Decoder, FrameEnd, Label, Mode, Parity};

use crate::sent::{assert_same, decode, number, status};

#[test]
fn a_standard_meter_sends_an_overrun_in_its_status() {
    let scenario = Scenario {
        overrun: true,
        ..Scenario::default()
    };
    let start = scenario.start;
    for sent in SimulatedMeter::new(scenario).unwrap().take(800) {
        let due = (60..180).contains(&((sent.time - start) % 600));
        assert_eq!(status(&sent).over_power(), due, "{} s", sent.time - start);
        assert_eq!(number(&sent, Label::SINSTS) > 6_000, due);
    }
}

#[test]
fn a_historique_meter_warns_of_an_overrun_and_stops_warning() {
    let scenario = Scenario {
        mode: Mode::Historique,
        overrun: true,
        ..Scenario::default()
    };
    let mut warned = [0, 0];
    for sent in SimulatedMeter::new(scenario).unwrap().take(500) {
        let over = number(&sent, Label::IINST) > number(&sent, Label::ISOUSC);
        assert_eq!(sent.get(Label::ADPS).is_some(), over);
        warned[usize::from(over)] += 1;
    }
    assert!(warned[0] > 200 && warned[1] > 50, "{warned:?}");
}

#[test]
fn a_three_phase_historique_meter_sends_short_frames_in_an_overrun() {
    let scenario = Scenario {
        mode: Mode::Historique,
        phases: Phases::Three,
        power_kva: 9,
        overrun: true,
        ..Scenario::default()
    };
    let start = scenario.start;
    let sent: Vec<_> = SimulatedMeter::new(scenario).unwrap().take(2_500).collect();
    let cut: Vec<_> = sent
        .iter()
        .filter(|sent| sent.kind == FrameKind::Cut)
        .collect();
    assert!(
        cut.len() >= 2,
        "an overrun begins in the middle of a long frame"
    );
    assert!(cut.iter().all(|sent| sent.bytes.ends_with(&[0x84])), "EOT");

    // From the second in which it begins to one minute after its end.
    for frame in &sent {
        let into = (frame.time - start) % 600;
        match frame.kind {
            FrameKind::Short => assert!((60..=240).contains(&into), "short at {into} s"),
            FrameKind::Cut => assert!((57..=60).contains(&into), "cut at {into} s"),
            FrameKind::Long => {}
        }
        if frame.kind == FrameKind::Short {
            assert_eq!(frame.get(Label::ADIR1).is_some(), into < 180, "{into} s");
            assert!((4..=7).contains(&frame.groups.len()));
        }
    }
    // Twenty short ones, a long one.
    let short: Vec<_> = sent
        .iter()
        .skip_while(|sent| sent.kind != FrameKind::Short)
        .take(42)
        .map(|sent| sent.kind)
        .collect();
    assert_eq!(
        short
            .iter()
            .filter(|kind| **kind == FrameKind::Short)
            .count(),
        40
    );
    assert_eq!((short[20], short[41]), (FrameKind::Long, FrameKind::Long));

    let mut decoder = Decoder::new(Mode::Historique, Parity::Check);
    let mut frames = vec![];
    for sent in &sent {
        frames.extend(decode(&mut decoder, &sent.bytes));
    }
    assert_eq!(frames.len(), sent.len());
    for (sent, frame) in sent.iter().zip(&frames) {
        if sent.kind == FrameKind::Cut {
            assert_eq!(frame.end(), FrameEnd::Aborted);
        } else {
            assert_eq!(frame.is_short(), sent.kind == FrameKind::Short);
            assert_same(sent, frame);
        }
    }
}
