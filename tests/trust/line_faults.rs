//! What the errors on a line point to, from simulated damage to `link_detail`.

use std::time::{Duration, Instant};

use linky_sensor::config::Device;
use linky_sensor::meter::{Identity, Input, Key, LineFault, Memory, Meter, Moment};
use linky_sensor::serial::{LineDecoder, PortEvent, PortSettings};
use linky_sensor::simulator::{Channel, Noise, Scenario, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{Mode, Parity, with_parity};

use crate::receiver::scenario;

/// Two minutes of a line. `damage` is what arrives of a frame. Returns the last `link_detail` and `link_cause`, as a port that is read
/// once for each frame gives it.
fn detail(
    mode: Mode,
    parity: Parity,
    mut damage: impl FnMut(&[u8]) -> Vec<u8>,
) -> (String, String) {
    let mut sent = SimulatedMeter::new(Scenario {
        seed: 3,
        ..scenario(mode, TariffPlan::Base)
    })
    .unwrap();
    let settings = PortSettings {
        device: Device::parse("/dev/linky").unwrap(),
        mode: Some(mode),
        parity,
    };
    let identity = Identity::new("main", "b007");
    let begin = Instant::now();
    let mut line = LineDecoder::new(settings, begin);
    let mut meter = Meter::new(identity, &Memory::default());
    let mut push = |inputs: Vec<Input>, mono: Duration| {
        for input in inputs {
            let now = Moment { wall: None, mono };
            meter.push(input, now);
        }
        let reading = &meter.last().reading;
        let text = |key| reading.text(key).unwrap().to_owned();
        (text(Key::LINK_DETAIL), text(Key::LINK_CAUSE))
    };
    push(line.push(PortEvent::Opened, begin), Duration::ZERO);
    loop {
        let frame = sent.next().unwrap();
        let bytes: Vec<u8> = frame.bytes.iter().copied().map(with_parity).collect();
        let mono = frame.at + Duration::from_secs(2);
        let inputs = line.push(PortEvent::Bytes(&damage(&bytes)), begin + mono);
        let detail = push(inputs, mono);
        if mono > Duration::from_secs(120) {
            return detail;
        }
    }
}

#[test]
fn each_cause_is_named_and_no_other() {
    let none = Noise::default();
    let strip_parity = true;
    let table = [
        (none, None),
        (
            Noise {
                bit_error: 1e-4,
                ..none
            },
            None,
        ),
        (
            Noise {
                strip_parity,
                ..none
            },
            None,
        ),
        (
            Noise {
                bit_error: 2e-3,
                ..none
            },
            Some(LineFault::Levels),
        ),
        (
            Noise {
                bit_error: 3e-3,
                ..none
            },
            Some(LineFault::Levels),
        ),
        (
            Noise {
                stuck: 5e-3,
                ..none
            },
            Some(LineFault::Levels),
        ),
        (
            Noise {
                burst: 8e-3,
                ..none
            },
            Some(LineFault::Noise),
        ),
        (
            Noise {
                burst: 1.2e-2,
                ..none
            },
            Some(LineFault::Noise),
        ),
        (
            Noise { lost: 1e-2, ..none },
            Some(LineFault::LostCharacters),
        ),
        (
            Noise {
                doubled: 1e-2,
                ..none
            },
            Some(LineFault::LostCharacters),
        ),
        (
            Noise {
                bit_error: 3e-3,
                strip_parity,
                ..none
            },
            Some(LineFault::ParityStripped),
        ),
        (
            Noise {
                burst: 1e-2,
                strip_parity,
                ..none
            },
            Some(LineFault::ParityStripped),
        ),
    ];
    for mode in Mode::ALL {
        for (noise, fault) in table {
            for seed in [1, 2] {
                let mut channel = Channel::new(noise, seed);
                let detail = detail(mode, Parity::Auto, |sent| channel.pass(sent));
                assert_named(&detail, fault, &format!("{mode}, {noise:?}"));
            }
        }
    }
}

fn assert_named((detail, word): &(String, String), fault: Option<LineFault>, line: &str) {
    let expected = fault.map_or("none", |fault| fault.cause().as_str());
    assert_eq!(word, expected, "{line}: {detail}");
    for cause in LineFault::ALL {
        let is_named = detail.contains(cause.as_str());
        assert_eq!(is_named, fault == Some(cause), "{line}: {detail}");
    }
}

/// At 9600 baud an optocoupler for 1200 baud is not fast enough for a single bit between two others.
#[test]
fn an_adapter_made_for_1200_baud_is_named() {
    let slow = |sent: &[u8]| -> Vec<u8> {
        let follow = |byte: &u8| {
            // Start bit, eight bits and stop bit, the first sent lowest.
            let cell = u16::from(*byte) << 1 | 1 << 9;
            let seen = cell & (cell << 1 | cell >> 1);
            u8::try_from(seen >> 1 & 0xFF).unwrap()
        };
        sent.iter().map(follow).collect()
    };
    let detail = detail(Mode::Standard, Parity::Auto, slow);
    assert_eq!(detail.1, "wrong_speed");
    assert_named(&detail, Some(LineFault::ShortPulses), "a slow adapter");
    assert!(detail.0.contains("no correct group"), "{detail:?}");
}

#[test]
fn a_stripped_parity_that_is_to_be_checked_is_named() {
    let strip = |sent: &[u8]| -> Vec<u8> { sent.iter().map(|byte| byte & 0x7F).collect() };
    let detail = detail(Mode::Standard, Parity::Check, strip);
    assert_named(&detail, Some(LineFault::ParityStripped), "stripped");
}
