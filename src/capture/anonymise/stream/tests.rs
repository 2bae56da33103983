use super::*;
use crate::tic::{Mode, push_group, with_parity};

const SERIAL: &str = "041776199277";
const POINT: &str = "12345678901234";

fn frame(mode: Mode, groups: &[(&str, &str)]) -> Vec<u8> {
    let mut frame = vec![0x02];
    for (label, data) in groups {
        push_group(mode, label, None, data, &mut frame);
    }
    frame.push(0x03);
    frame
}

fn standard() -> Vec<u8> {
    let groups = [
        ("ADSC", SERIAL),
        ("EAST", "021849106"),
        ("PRM", POINT),
        ("NTARF", "01"),
    ];
    frame(Mode::Standard, &groups)
}

fn historique() -> Vec<u8> {
    frame(
        Mode::Historique,
        &[("ADCO", SERIAL), ("BASE", "010151175"), ("PAPP", "00740")],
    )
}

fn anonymised(bytes: &[u8], cut: usize) -> (Vec<u8>, MaskReport) {
    let mut anonymiser = Anonymiser::new();
    let mut out = Vec::new();
    for chunk in bytes.chunks(cut) {
        out.extend(anonymiser.push(chunk));
    }
    out.extend(anonymiser.end());
    (out, anonymiser.report().clone())
}

fn text_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(byte & 0x7F)).collect()
}

fn counts(report: &MaskReport, label: Label) -> (u64, u64) {
    let counts = report.labels.get(&label).copied().unwrap_or_default();
    (counts.accepted, counts.damaged)
}

#[test]
fn accepted_groups_get_constants_and_right_sums_in_both_modes() {
    let stream = [standard(), historique(), standard()].concat();
    let expected: Vec<u8> = {
        let standard = frame(
            Mode::Standard,
            &[
                ("ADSC", "049976999999"),
                ("EAST", "021849106"),
                ("PRM", "99999999999999"),
                ("NTARF", "01"),
            ],
        );
        let groups = [
            ("ADCO", "049976999999"),
            ("BASE", "010151175"),
            ("PAPP", "00740"),
        ];
        [standard.clone(), frame(Mode::Historique, &groups), standard].concat()
    };
    for cut in [1, 7, 4096] {
        let (out, report) = anonymised(&stream, cut);
        assert_eq!(text_of(&out), text_of(&expected));
        assert_eq!(counts(&report, Label::ADSC), (2, 0));
        assert_eq!(counts(&report, Label::ADCO), (1, 0));
        assert_eq!(counts(&report, Label::PRM), (2, 0));
        assert_eq!((report.elsewhere, report.groups), (0, 11));
        // A second time there is nothing to do.
        let (again, report) = anonymised(&out, cut);
        assert_eq!(again, out);
        assert!(report.is_empty() && report.earlier == 5, "{report:?}");
    }
}

#[test]
fn parity_is_kept_character_by_character() {
    let with: Vec<u8> = standard().iter().map(|&c| with_parity(c)).collect();
    let (out, _) = anonymised(&[standard(), with.clone(), standard()].concat(), 50);
    let length = with.len();
    assert!(out[..length].iter().all(u8::is_ascii));
    assert!(
        out[length..2 * length]
            .iter()
            .all(|&byte| with_parity(byte) == byte)
    );
    assert!(out[2 * length..].iter().all(u8::is_ascii));
    // Bad parity in the data stays bad, and no other becomes so.
    let mut bad = with;
    let place = text_of(&bad).find(SERIAL).unwrap() + 3;
    bad[place] ^= 0x80;
    let (out, _) = anonymised(&bad, 50);
    let bad_places: Vec<_> = (0..out.len())
        .filter(|&at| with_parity(out[at]) != out[at])
        .collect();
    assert_eq!(bad_places, [place]);
}

#[test]
fn what_is_damaged_stays_damaged_and_shows_nothing() {
    let good = text_of(&standard());
    for (from, to) in [
        ("ADSC\t", "ADSB\t"),
        ("ADSC\t", "\x01DSC\t"),
        ("ADSC\t", "ADS\x03\t"),
        ("PRM\t", "PR\r\t"),
        ("041776199277\t", "0417761q9277\t"),
        ("041776199277\t", "04177619927\t"),
        ("041776199277\t", "0417761992777\t"),
        ("12345678901234\t", "1234567\n8901234\t"),
        ("\nADSC", ""),
        ("\r\nEAST", "EAST"),
    ] {
        assert!(good.contains(from));
        let damaged = good.replacen(from, to, 1);
        // Before anything is known, and after.
        for stream in [
            damaged.clone(),
            damaged.clone() + &good,
            good.clone() + &damaged,
        ] {
            let (out, _) = anonymised(stream.as_bytes(), 40);
            let shown = text_of(&out);
            assert_eq!(out.len(), stream.len());
            for digits in [SERIAL, POINT] {
                for window in digits.as_bytes().windows(6) {
                    let window = std::str::from_utf8(window).unwrap();
                    assert!(!shown.contains(window), "{window} in {shown:?}");
                }
            }
            assert!(shown.contains("021849106"), "{shown:?}");
        }
    }
}

#[test]
fn a_wrong_sum_is_wrong_by_as_much() {
    let mut bad = standard();
    let place = text_of(&bad).find("\r\nEAST").unwrap() - 1;
    bad[place] = if bad[place] == b'A' { b'B' } else { b'A' };
    let (out, report) = anonymised(&[bad, standard()].concat(), 4096);
    assert_eq!(counts(&report, Label::ADSC), (1, 1));
    let mut decoder = crate::tic::Decoder::new(Mode::Standard, crate::tic::Parity::Ignore);
    let frames = decoder.push(&out);
    assert_eq!(frames[0].rejected().checksum, 1);
    assert_eq!(frames[1].rejected().total(), 0);
}

#[test]
fn torn_ends_and_text_show_nothing() {
    let whole = standard();
    let text = format!("ser2net, meter {SERIAL} at {POINT}\r\n");
    let stream = [&whole[9..], &whole, text.as_bytes(), &whole[..14]].concat();
    let (out, report) = anonymised(&stream, 33);
    let shown = text_of(&out);
    assert!(
        !shown.contains("776199") && !shown.contains("0417") && !shown.contains("123456"),
        "{shown:?}"
    );
    assert!(shown.contains("ser2net, meter 9"), "{shown:?}");
    assert_eq!(report.elsewhere, 2);
    assert_eq!(counts(&report, Label::ADSC), (1, 1));
}

#[test]
fn an_accepted_group_of_another_label_stays_accepted() {
    let message = format!("{:<32}", format!("COMPTEUR {SERIAL}"));
    let groups = [
        ("ADSC", SERIAL),
        ("MSG1", message.as_str()),
        ("SERIAL", SERIAL),
    ];
    let (out, report) = anonymised(&frame(Mode::Standard, &groups), 64);
    let mut decoder = crate::tic::Decoder::new(Mode::Standard, crate::tic::Parity::Ignore);
    let frames = decoder.push(&out);
    assert_eq!(frames[0].rejected().total(), 0);
    assert_eq!(frames[0].groups().len(), 3);
    assert!(!text_of(&out).contains("6199"), "{}", text_of(&out));
    assert_eq!(report.elsewhere, 2);
}

#[test]
fn two_meters_stay_two() {
    let of = |serial| frame(Mode::Standard, &[("ADSC", serial), ("NTARF", "01")]);
    let stream = [of(SERIAL), of("031661987654"), of(SERIAL)].concat();
    let expected = [of("049976999999"), of("039961999998"), of("049976999999")].concat();
    assert_eq!(text_of(&anonymised(&stream, 64).0), text_of(&expected));
}

#[test]
fn what_is_learned_late_applies_to_what_came_before() {
    let fragment = b"\nE?ST\t1776199\t.\r";
    let noise = b"\nEAST\t021849106\t.\r".repeat(1000);
    let stream = [&fragment[..], &noise, &standard()].concat();
    let (out, _) = anonymised(&stream, 1000);
    assert!(!text_of(&out).contains("1776199"));
    assert_eq!(&out[fragment.len()..][..noise.len()], &noise[..]);
}

#[test]
fn a_missing_piece_leaves_no_end_of_a_group() {
    let mut anonymiser = Anonymiser::new();
    let mut out = anonymiser.push(b"\nEAST\t0218");
    anonymiser.push_break();
    out.extend(anonymiser.push(b"199277\tX\r"));
    out.extend(anonymiser.end());
    let shown = text_of(&out);
    assert!(shown.starts_with("\nEAST\t0218999999\t"), "{shown:?}");
}

#[test]
fn memory_is_bounded_and_nothing_is_lost() {
    let mut anonymiser = Anonymiser::new();
    let (mut given, mut taken) = (0, 0);
    let stream = [standard(), vec![b'~'; 5000], b"7".repeat(5000)].concat();
    for _ in 0..100 {
        anonymiser.push_break();
        given += anonymiser.push(&stream).len();
        taken += stream.len();
        assert!(anonymiser.held.len() < HOLD + 2 * STEP);
    }
    given += anonymiser.end().len();
    assert_eq!(given, taken);
}
