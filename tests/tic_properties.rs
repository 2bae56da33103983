//! What holds for any stream: the cuts do not matter, what is encoded is decoded, nothing grows,
//! and with parity one wrong bit never makes another value.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use linky_sensor::tic::{
    DataKind, Decoder, Frame, FrameEnd, Label, Mode, Parity, ParityFound, push_group, with_parity,
};
use proptest::collection::vec;
use proptest::prelude::*;

const STX: u8 = 0x02;
const ETX: u8 = 0x03;

fn modes() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Standard), Just(Mode::Historique)]
}

fn parities() -> impl Strategy<Value = Parity> {
    prop_oneof![
        Just(Parity::Auto),
        Just(Parity::Check),
        Just(Parity::Ignore)
    ]
}

fn labels(mode: Mode) -> impl Strategy<Value = Label> {
    proptest::sample::select(Label::all(mode).collect::<Vec<_>>())
}

fn horodates() -> impl Strategy<Value = String> {
    let season = proptest::sample::select(vec!['H', 'E', 'h', 'e']);
    (
        season,
        0..100u8,
        1..13u8,
        1..29u8,
        0..24u8,
        0..60u8,
        0..60u8,
    )
        .prop_map(|(s, y, mo, d, h, mi, se)| format!("{s}{y:02}{mo:02}{d:02}{h:02}{mi:02}{se:02}"))
}

/// Data that a label may have.
fn data(label: Label) -> BoxedStrategy<String> {
    let len = label.data_len();
    let numbers = match label {
        Label::RELAIS => 0..256u32,
        Label::NTARF => 1..11,
        Label::NJOURF | Label::NJOURF_1 => 0..10,
        _ => 0..10u32.pow(u32::try_from(len.min(9)).unwrap()),
    };
    let one_of = |codes: &[&str]| {
        proptest::sample::select(
            codes
                .iter()
                .map(|&code| code.to_owned())
                .collect::<Vec<_>>(),
        )
        .boxed()
    };
    match label.kind() {
        DataKind::Empty => Just(String::new()).boxed(),
        DataKind::Number => numbers
            .prop_map(move |number| format!("{number:0len$}"))
            .boxed(),
        DataKind::Digits => vec(b'0'..=b'9', len)
            .prop_map(|digits| String::from_utf8(digits).unwrap())
            .boxed(),
        DataKind::Hex => any::<u32>()
            .prop_map(move |bits| format!("{bits:08X}")[8 - len..].to_owned())
            .boxed(),
        DataKind::Text => vec(b' '..=b'~', len)
            .prop_map(|text| String::from_utf8(text).unwrap())
            .boxed(),
        DataKind::Profile => vec((0..24u8, 0..60u8, any::<u16>()), 0..=11)
            .prop_map(|slots| profile(&slots))
            .boxed(),
        DataKind::TariffOption => one_of(&["BASE", "HC..", "EJP.", "BBR(", "BBR4", "BBR?"]),
        DataKind::Period => one_of(&[
            "TH..", "HC..", "HP..", "HN..", "PM..", "HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR",
        ]),
        DataKind::Tomorrow => one_of(&["----", "BLEU", "BLAN", "ROUG"]),
        DataKind::Schedule => one_of(&["A", "C", "D", "E", "Y"]),
    }
}

fn profile(slots: &[(u8, u8, u16)]) -> String {
    let mut blocks: Vec<String> = slots
        .iter()
        .map(|(hour, minute, word)| format!("{hour:02}{minute:02}{word:04X}"))
        .collect();
    blocks.resize(11, "NONUTILE".to_owned());
    blocks.join(" ")
}

/// A good group: its fields, and its bytes without parity.
fn groups(mode: Mode) -> impl Strategy<Value = (Label, String, String, Vec<u8>)> {
    labels(mode)
        .prop_flat_map(|label| (Just(label), horodates(), data(label)))
        .prop_map(move |(label, horodate, data)| {
            let horodate = if label.has_horodate() {
                horodate
            } else {
                String::new()
            };
            let mut bytes = Vec::new();
            push_group(
                mode,
                label.name(),
                Some(horodate.as_str()).filter(|h| !h.is_empty()),
                &data,
                &mut bytes,
            );
            (label, horodate, data, bytes)
        })
}

/// A stream like those of a bad line: groups, markers and noise in any order, with parity or
/// without.
fn streams(mode: Mode) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => groups(mode).prop_map(|(.., bytes)| bytes),
        2 => (groups(mode), any::<prop::sample::Index>(), any::<u8>()).prop_map(|((.., mut bytes), at, byte)| {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        }),
        2 => (groups(mode), any::<prop::sample::Index>()).prop_map(|((.., mut bytes), at)| {
            bytes.remove(at.index(bytes.len()));
            bytes
        }),
        4 => proptest::sample::select(vec![vec![STX], vec![ETX], vec![ETX, STX], vec![0x04], vec![0x04, STX], vec![0x0A], vec![0x0D]]),
        1 => vec(any::<u8>(), 0..20),
        1 => vec(b' '..=b'~', 100..300),
    ];
    (vec(piece, 0..40), any::<bool>()).prop_map(|(pieces, parity)| {
        let bytes = [vec![STX], pieces.concat()].concat();
        if parity {
            bytes
                .into_iter()
                .map(|byte| if byte < 0x80 { with_parity(byte) } else { byte })
                .collect()
        } else {
            bytes
        }
    })
}

/// The frames of a stream that is cut into chunks of these sizes, in turn.
fn decode(mode: Mode, parity: Parity, stream: &[u8], sizes: &[usize]) -> (Vec<Frame>, String) {
    let mut decoder = Decoder::new(mode, parity);
    let mut frames = Vec::new();
    let mut rest = stream;
    for &size in sizes.iter().cycle() {
        let (chunk, others) = rest.split_at(size.clamp(1, rest.len().max(1)).min(rest.len()));
        frames.extend(decoder.push(chunk));
        rest = others;
        if rest.is_empty() {
            break;
        }
    }
    let state = format!(
        "{:?} {} {}",
        decoder.parity(),
        decoder.open_len(),
        decoder.open_groups()
    );
    frames.extend(decoder.silence());
    (frames, state)
}

proptest! {
    #[test]
    fn the_cuts_do_not_matter(
        (mode, stream) in modes().prop_flat_map(|mode| (Just(mode), streams(mode))),
        parity in parities(),
        sizes in vec(1..200usize, 1..20),
    ) {
        let whole = decode(mode, parity, &stream, &[usize::MAX]);
        prop_assert_eq!(&decode(mode, parity, &stream, &sizes), &whole);
        prop_assert_eq!(&decode(mode, parity, &stream, &[1]), &whole);
    }

    #[test]
    fn what_is_encoded_is_decoded((mode, (label, horodate, data, bytes)) in modes().prop_flat_map(|mode| (Just(mode), groups(mode)))) {
        let stream: Vec<u8> = [&[STX], bytes.as_slice(), &[ETX]].concat().into_iter().map(with_parity).collect();
        let (frames, _) = decode(mode, Parity::Check, &stream, &[usize::MAX]);
        prop_assert_eq!(frames.len(), 1);
        let frame = &frames[0];
        prop_assert!(!frame.is_damaged() && frame.end() == FrameEnd::Etx, "{:?}", frame);
        prop_assert_eq!(frame.wire_len(), stream.len());
        let group = frame.get(label).unwrap();
        prop_assert_eq!((group.name(), group.horodate_text(), group.data()), (label.name(), &*horodate, &*data));
        let number = match label.kind() {
            DataKind::Number => data.parse().unwrap(),
            DataKind::Hex => u32::from_str_radix(&data, 16).unwrap(),
            _ => 0,
        };
        prop_assert_eq!(group.number(), number);
        prop_assert_eq!(group.horodate().is_some(), label.has_horodate());
    }

    #[test]
    fn any_bytes_are_decoded_within_bounds(mode in modes(), parity in parities(), chunks in vec(vec(any::<u8>(), 0..600), 0..30)) {
        let mut decoder = Decoder::new(mode, parity);
        prop_assert_eq!(decoder.push(&[STX]), []);
        for chunk in chunks {
            prop_assert!(decoder.push(&chunk).iter().all(|frame| frame.wire_len() <= 4096));
            assert!(decoder.open_len() <= 4096 + 162, "an open frame, and a group that may not fit in it");
        }
    }

    #[test]
    fn a_few_stray_bytes_never_decide_whether_there_is_parity(
        mode in modes(),
        has_parity in any::<bool>(),
        stray in vec(any::<u8>().prop_filter("a marker ends what is stray", |byte| !matches!(byte & 0x7F, 2..=4)), 0..20),
    ) {
        let sent = frame_of_all(mode);
        let sent: Vec<u8> = if has_parity { sent } else { sent.iter().map(|byte| byte & 0x7F).collect() };
        let expected = decode(mode, Parity::Auto, &sent, &[usize::MAX]).0;
        for at in [0, sent.len()] {
            let mut stream = sent.repeat(3);
            stream.splice(at..at, stray.iter().copied());
            let mut decoder = Decoder::new(mode, Parity::Auto);
            let frames = decoder.push(&stream);
            let found = if has_parity { ParityFound::Checked } else { ParityFound::Stripped };
            prop_assert_eq!(decoder.parity(), found);
            let groups: Vec<_> = frames.iter().flat_map(Frame::groups).collect();
            let expected: Vec<_> = (0..3).flat_map(|_| expected[0].groups()).collect();
            prop_assert_eq!(groups, expected, "no group is lost");
        }
    }

    #[test]
    fn parity_that_comes_or_goes_costs_at_most_two_hundred_characters(mode in modes(), begins_with_parity in any::<bool>()) {
        let with = frame_of_all(mode);
        let without: Vec<u8> = with.iter().map(|byte| byte & 0x7F).collect();
        let (first, second) = if begins_with_parity { (with, without) } else { (without, with) };
        let mut decoder = Decoder::new(mode, Parity::Auto);
        prop_assert!(!decoder.push(&first.repeat(2)).iter().any(Frame::is_damaged));
        let frames = decoder.push(&second.repeat(2));
        let lost = 2 * Label::all(mode).count() - frames.iter().map(|frame| frame.groups().len()).sum::<usize>();
        prop_assert!(lost <= 12, "{lost} groups lost");
        prop_assert!(!frames[frames.len() - 1].is_damaged());
    }

    #[test]
    fn any_characters_of_the_protocol_are_decoded_alike_however_cut(
        mode in modes(),
        characters in vec(proptest::sample::select(b"\x02\x03\x04\t\n\r AT01\x80".to_vec()), 0..2000),
        sizes in vec(1..50usize, 1..10),
    ) {
        let whole = decode(mode, Parity::Check, &characters, &[usize::MAX]);
        prop_assert_eq!(decode(mode, Parity::Check, &characters, &sizes), whole);
    }
}

/// A frame of every label of a mode, with parity.
fn frame_of_all(mode: Mode) -> Vec<u8> {
    let mut out = vec![STX];
    for label in Label::all(mode) {
        let len = label.data_len();
        let data = match label.kind() {
            DataKind::Profile => profile(&[(0, 0, 0x8002), (22, 30, 0xC001)]),
            DataKind::Text | DataKind::TariffOption => "BASE".repeat(8)[..len].to_owned(),
            DataKind::Period => "HPJB".to_owned(),
            DataKind::Tomorrow => "BLEU".to_owned(),
            DataKind::Schedule => "A".to_owned(),
            _ if matches!(label, Label::NJOURF | Label::NJOURF_1 | Label::NTARF) => "05".to_owned(),
            _ => "0123456789012345"[..len].to_owned(),
        };
        let horodate = label.has_horodate().then_some("H240229175810");
        push_group(mode, label.name(), horodate, &data, &mut out);
    }
    out.push(ETX);
    out.into_iter().map(with_parity).collect()
}

#[test]
fn with_parity_one_wrong_bit_never_makes_another_value_and_costs_its_group_only() {
    for mode in Mode::ALL {
        let whole = frame_of_all(mode);
        // A frame of the first group alone, before and after.
        let first = whole
            .iter()
            .position(|&byte| byte == with_parity(0x0D))
            .unwrap();
        let short = [&whole[..=first], &[ETX]].concat();
        let stream = [short.as_slice(), &whole, &short].concat();
        let (frames, _) = decode(mode, Parity::Check, &stream, &[usize::MAX]);
        assert!(frames.len() == 3 && !frames.iter().any(Frame::is_damaged));
        let expected = &frames[1];
        assert_eq!(expected.groups().len(), Label::all(mode).count());
        for at in short.len()..short.len() + whole.len() {
            for bit in 0..8 {
                let mut wrong = stream.clone();
                wrong[at] ^= 1 << bit;
                let (frames, _) = decode(mode, Parity::Check, &wrong, &[usize::MAX]);
                assert!(
                    frames.iter().any(Frame::is_damaged),
                    "byte {at} bit {bit}: unnoticed"
                );
                let groups: Vec<_> = frames.iter().flat_map(Frame::groups).collect();
                let lost = expected.groups().len() + 2 - groups.len();
                assert!(lost <= 1, "byte {at} bit {bit}: {lost} groups lost");
                for group in groups {
                    assert_eq!(
                        Some(group),
                        expected.get(group.label().unwrap()),
                        "byte {at} bit {bit}"
                    );
                }
            }
        }
    }
}
