use super::*;
use crate::serial::Refusal;
use crate::tic::{Parity, push_group, with_parity};

fn settings() -> PortSettings {
    PortSettings {
        device: Device::Tcp {
            host: "meter".to_owned(),
            port: 7000,
        },
        mode: None,
        parity: Parity::Auto,
    }
}

/// A frame of a few groups, with the parity bit or without.
fn frame(parity: bool) -> Vec<u8> {
    let mut frame = vec![0x02];
    for (label, data) in [
        ("ADSC", "991876000001"),
        ("VTIC", "02"),
        ("EAST", "021849106"),
        ("IRMS1", "002"),
        ("URMS1", "231"),
        ("SINSTS", "00450"),
    ] {
        push_group(Mode::Standard, label, None, data, &mut frame);
    }
    frame.push(0x03);
    let on_the_wire = |character: &u8| {
        if parity {
            with_parity(*character)
        } else {
            *character
        }
    };
    frame.iter().map(on_the_wire).collect()
}

/// The groups of each frame among `inputs`, and whether it is damaged.
fn frames(inputs: &[Input]) -> Vec<(usize, bool)> {
    inputs
        .iter()
        .filter_map(|input| match input {
            Input::Frame(frame) => Some((frame.groups().len(), frame.is_damaged())),
            _ => None,
        })
        .collect()
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn a_connection_being_made_is_no_refusal() {
    let mut line = LineDecoder::new(settings(), Instant::now());
    let due = line.report_at();
    assert!(line.push(PortEvent::Timer, due - seconds(1)).is_empty());
    let inputs = line.push(PortEvent::Timer, due);
    assert!(
        matches!(&*inputs, [Input::Connecting { detail }] if detail.text() == "tcp://meter:7000: connecting"),
        "{inputs:?}"
    );
    // Once it was refused, the cause is reported until it is open.
    let refusal = Refusal::Closed("tcp://meter:7000".to_owned());
    let inputs = line.push(PortEvent::Unavailable(refusal), due + seconds(1));
    assert!(
        matches!(&*inputs, [Input::Unavailable { .. }]),
        "{inputs:?}"
    );
    let inputs = line.push(PortEvent::Timer, due + seconds(2));
    assert!(
        matches!(&*inputs, [Input::Unavailable { detail }] if detail.text().contains("closed")),
        "{inputs:?}"
    );
}

#[test]
fn the_groups_of_the_first_frame_and_the_frame_itself_are_reported() {
    let mut line = LineDecoder::new(settings(), Instant::now());
    let at = line.report_at();
    let inputs = line.push(PortEvent::Opened, at);
    assert!(matches!(&*inputs, [Input::Opened { .. }]), "{inputs:?}");
    let bytes = frame(true);
    let inputs = line.push(PortEvent::Bytes(&bytes[..40]), at);
    assert!(
        matches!(&*inputs, [Input::Syncing { detail }] if detail.text().contains("standard mode")),
        "{inputs:?}"
    );
    let inputs = line.push(PortEvent::Bytes(&bytes[40..]), at);
    assert_eq!(frames(&inputs), [(6, false)]);
    assert_eq!(line.report_at(), at + REPORT_INTERVAL);
}

#[test]
fn no_input_is_due_before_the_end_of_a_regular_frame() {
    let settings = PortSettings {
        device: Device::Path("/dev/ttyAMA0".into()),
        mode: Some(Mode::Historique),
        ..settings()
    };
    let mut frame = vec![0x02];
    for (label, data) in [
        ("ADCO", "012345678901"),
        ("OPTARIF", "HC.."),
        ("ISOUSC", "30"),
        ("HCHC", "001234567"),
        ("HCHP", "007654321"),
        ("PTEC", "HP.."),
        ("IINST", "003"),
        ("IMAX", "090"),
        ("PAPP", "00740"),
        ("HHPHC", "A"),
        ("MOTDETAT", "000000"),
    ] {
        push_group(Mode::Historique, label, None, data, &mut frame);
    }
    frame.push(0x03);
    let wire_time = Duration::from_secs(10) / 1200 * u32::try_from(frame.len()).unwrap();
    let interval = wire_time + Duration::from_millis(30);
    assert!(interval > REPORT_INTERVAL, "{interval:?}");
    let mut line = LineDecoder::new(settings, Instant::now());
    let mut at = line.report_at();
    line.push(PortEvent::Opened, at);
    for is_regular in [false, false, true, true] {
        let inputs = line.push(PortEvent::Bytes(&frame), at);
        assert_eq!(frames(&inputs).len(), 1);
        let due = line.report_at() - at;
        assert_eq!(due > interval, is_regular, "{due:?}");
        assert!(due <= REPORT_INTERVAL_MAX, "{due:?}");
        at += interval;
    }
    // The frames have ended: an input comes when it is due, and then once a second.
    let at = line.report_at();
    let inputs = line.push(PortEvent::NoData, at);
    assert!(matches!(&*inputs, [Input::Tick { .. }]), "{inputs:?}");
    assert_eq!(line.report_at(), at + REPORT_INTERVAL);
}

#[test]
fn a_new_connection_starts_a_new_decoder() {
    let mut line = LineDecoder::new(settings(), Instant::now());
    let at = line.report_at();
    line.push(PortEvent::Opened, at);
    for _ in 0..3 {
        let inputs = line.push(PortEvent::Bytes(&frame(true)), at);
        assert_eq!(frames(&inputs), [(6, false)]);
    }
    line.push(PortEvent::NoData, at + seconds(60));
    // The server is now one that clears bit 7: the old decoder would reject half of the characters.
    assert!(
        line.push(PortEvent::Reconnected, at + seconds(60))
            .iter()
            .all(|input| matches!(input, Input::Tick { .. }))
    );
    let inputs = line.push(PortEvent::Bytes(&frame(false)), at + seconds(61));
    assert_eq!(frames(&inputs), [(6, false)], "{inputs:?}");
}

#[test]
fn an_opening_tries_the_speed_that_was_found_last() {
    let mut line = LineDecoder::new(settings(), Instant::now());
    let at = line.report_at();
    line.push(PortEvent::Opened, at);
    assert_eq!(line.speed(), Mode::Standard);
    line.push(PortEvent::NoData, at + seconds(5));
    assert_eq!(line.speed(), Mode::Historique);
    let refusal = Refusal::Closed("tcp://meter:7000".to_owned());
    line.push(PortEvent::Unavailable(refusal), at + seconds(6));
    line.push(PortEvent::Opened, at + seconds(7));
    assert_eq!(line.speed(), Mode::Historique);
}
