use super::*;
use crate::tic::{FrameEnd, Label, Rejected, push_group};

/// Decodes with `{A}` to `{D}` standing for four good groups, then silence.
fn decode(script: &str) -> Vec<Frame> {
    let mut decoder = Decoder::new(Mode::Historique, Parity::Ignore);
    let mut frames = decoder.push(&stream(script));
    frames.extend(decoder.silence());
    assert_eq!((decoder.open_len(), decoder.open_groups()), (0, 0));
    frames
}

fn stream(script: &str) -> Vec<u8> {
    let group = |label, data| {
        let mut out = Vec::new();
        push_group(Mode::Historique, label, None, data, &mut out);
        String::from_utf8(out).unwrap()
    };
    let script = script
        .replace("{A}", &group("ADCO", "021861000042"))
        .replace("{B}", &group("OPTARIF", "BASE"))
        .replace("{C}", &group("BASE", "010151175"))
        .replace("{D}", &group("PAPP", "00740"));
    script
        .replace("STX", "\x02")
        .replace("ETX", "\x03")
        .replace("EOT", "\x04")
        .into_bytes()
}

/// How each frame ended, its labels, its rejects, and whether it is damaged.
fn outline(script: &str) -> Vec<String> {
    let outline = |frame: &Frame| {
        let labels: Vec<&str> = frame.groups().map(|group| &group.name()[..1]).collect();
        let damaged = if frame.is_damaged() { " damaged" } else { "" };
        format!(
            "{:?} {} -{}{damaged}",
            frame.end(),
            labels.concat(),
            frame.rejected().total()
        )
    };
    decode(script).iter().map(outline).collect()
}

#[test]
fn frames_end_at_their_etx() {
    assert_eq!(
        outline("STX{A}{B}ETXSTX{A}{C}ETX"),
        ["Etx AO -0", "Etx AB -0"]
    );
    let frames = decode("STX{A}{B}ETX");
    assert_eq!(frames[0].wire_len(), stream("STX{A}{B}ETX").len());
    assert_eq!(frames[0].get(Label::ADCO).unwrap().data(), "021861000042");
    assert_eq!(frames[0].get(Label::PAPP), None);
}

#[test]
fn what_precedes_the_first_stx_is_dropped() {
    assert_eq!(outline("0042 L\r{B}{C}ETXSTX{A}ETX"), ["Etx A -0"]);
    assert!(outline("{A}{B}").is_empty());
}

#[test]
fn an_empty_frame_is_no_frame() {
    assert!(outline("STXETXSTXSTXETXETXSTX").is_empty());
    assert!(outline("STXEOTSTX").is_empty());
}

#[test]
fn a_lost_cr_costs_its_group() {
    assert_eq!(outline("STX{A}\nPAPP 00740 ,{C}ETX"), ["Etx AB -1 damaged"]);
}

#[test]
fn a_lost_lf_costs_its_group() {
    assert_eq!(outline("STX{A}PAPP 00740 ,\r{C}ETX"), ["Etx AB -1 damaged"]);
    assert_eq!(outline("STXPAPP 00740 ,\r{C}ETX"), ["Etx B -1 damaged"]);
}

#[test]
fn a_marker_in_a_group_breaks_it_and_does_not_count() {
    for marker in ["STX", "ETX", "\x7F", "\0", "\t", "\x0B"] {
        let script = format!("STX{{A}}\nPAPP {marker}00740 ,\r{{C}}ETX");
        assert_eq!(outline(&script), ["Etx AB -1 damaged"], "{marker}");
    }
}

#[test]
fn a_marker_in_a_broken_group_counts() {
    let lost_cr = "STX{A}\nPAPP 00740 ,ETXSTX{A}{B}ETX";
    assert_eq!(outline(lost_cr), ["Boundary A -1 damaged", "Etx AO -0"]);
    assert_eq!(
        outline("STX{A}\nPAPP 00\x00740 ,ETXSTX{A}ETX"),
        ["Etx A -1 damaged", "Etx A -0"]
    );
}

#[test]
fn a_lost_etx_ends_the_frame_when_a_label_comes_again() {
    let frames = decode("STX{A}{B}STX{A}{B}ETX");
    assert_eq!(
        outline("STX{A}{B}STX{A}{B}ETX"),
        ["Boundary AO -0 damaged", "Etx AO -0"]
    );
    assert_eq!(frames[0].wire_len(), stream("STX{A}{B}").len());
    assert_eq!(frames[1].wire_len(), stream("STX{A}{B}ETX").len());
}

#[test]
fn a_lost_stx_opens_a_damaged_frame() {
    assert_eq!(
        outline("STX{A}ETX{A}{B}ETXSTX{A}ETX"),
        ["Etx A -0", "Etx AO -0 damaged", "Etx A -0"]
    );
}

#[test]
fn when_etx_and_stx_are_lost_the_repeated_label_divides() {
    assert_eq!(
        outline("STX{A}{B}{A}{B}ETX"),
        ["Boundary AO -0 damaged", "Etx AO -0 damaged"]
    );
    assert_eq!(
        decode("STX{A}{B}{A}{B}ETX")[1].wire_len(),
        stream("{A}{B}ETX").len()
    );
}

#[test]
fn a_spurious_stx_does_not_divide() {
    assert_eq!(outline("STX{A}{B}STX{C}{D}ETX"), ["Etx AOBP -0 damaged"]);
}

#[test]
fn after_an_stx_a_group_of_an_earlier_place_begins_the_next_frame() {
    let torn = "STX{C}{D}STX{A}{B}ETX";
    assert_eq!(outline(torn), ["Boundary BP -0 damaged", "Etx AO -0"]);
    assert_eq!(decode(torn)[1].wire_len(), stream("STX{A}{B}ETX").len());
    assert_eq!(
        outline("STX{C}{D}~~\0STX{A}{B}ETX"),
        ["Boundary BP -1 damaged", "Etx AO -0"],
        "noise before it"
    );
    assert_eq!(
        outline("STX{C}{D}STX\nADCO 0\r{B}ETX"),
        ["Boundary BP -1 damaged", "Etx O -0 damaged"],
        "its first group is damaged"
    );
    assert_eq!(
        outline("STX{B}{D}ETXSTX{D}{A}ETX"),
        ["Etx OP -0", "Etx PA -0"],
        "the order alone divides nothing"
    );
}

#[test]
fn a_frame_is_checked_only_if_all_its_characters_were() {
    let sent: Vec<u8> = stream("STX{A}{B}{C}{D}ETX")
        .iter()
        .map(|&c| crate::tic::with_parity(c))
        .collect();
    let checked = |sent: &[u8]| {
        let mut decoder = Decoder::new(Mode::Historique, Parity::Auto);
        let frames = decoder.push(&sent.repeat(2));
        frames
            .iter()
            .map(Frame::is_parity_checked)
            .collect::<Vec<_>>()
    };
    assert_eq!(checked(&sent), [true, true]);
    let mut odd = sent.clone();
    odd[0] ^= 0x80;
    odd[10] ^= 0x80;
    assert_eq!(odd[10] & 0x80, 0, "accepted as a character without parity");
    let mut decoder = Decoder::new(Mode::Historique, Parity::Auto);
    let frames = decoder.push(&[odd, sent].concat());
    assert_eq!(
        frames
            .iter()
            .map(Frame::is_parity_checked)
            .collect::<Vec<_>>(),
        [false, true]
    );
}

#[test]
fn a_short_frame_between_long_ones_is_a_frame_of_its_own() {
    let frames = decode("STX{A}{B}{C}ETXSTX{A}ETXSTX{A}{B}ETX");
    assert_eq!(
        frames.iter().map(Frame::is_short).collect::<Vec<_>>(),
        [false, true, false]
    );
}

#[test]
fn an_interrupted_frame_is_dropped_if_another_begins_or_silence_follows() {
    assert_eq!(
        outline("STX{A}{B}EOTSTX{A}ETX"),
        ["Aborted  -0 damaged", "Etx A -0"]
    );
    assert_eq!(outline("STX{A}{B}EOT"), ["Aborted  -0 damaged"]);
    assert_eq!(
        outline("STX{A}\nPAPP 007EOTSTX{A}ETX"),
        ["Aborted  -1 damaged", "Etx A -0"]
    );
}

#[test]
fn an_eot_that_nothing_follows_up_is_noise() {
    assert_eq!(outline("STX{A}EOT{B}ETX"), ["Etx AO -0 damaged"]);
    assert_eq!(
        outline("STX{A}\nPAPP 00740 ,EOT\r{B}ETX"),
        ["Etx AO -1 damaged"]
    );
    assert_eq!(outline("STX{A}ETXEOTSTX{B}ETX"), ["Etx A -0", "Etx O -0"]);
}

#[test]
fn silence_ends_what_is_open() {
    assert_eq!(outline("STX{A}{B}"), ["Silence AO -0 damaged"]);
    assert_eq!(outline("STX{A}\nOPTAR"), ["Silence A -1 damaged"]);
    assert!(outline("STX").is_empty());
    assert!(outline("STX\n").is_empty(), "nothing of a group came");
    assert_eq!(outline("STX{A}ETX\n"), ["Etx A -0"]);
    assert_eq!(outline("STX{A}\n"), ["Silence A -0 damaged"]);
    assert_eq!(
        outline("STX{A}ETX{B}"),
        ["Etx A -0", "Silence O -0 damaged"]
    );
}

#[test]
fn junk_counts_once_and_only_in_a_frame() {
    assert_eq!(outline("STX{A}~~~~\0~~~{B}ETX"), ["Etx AO -1 damaged"]);
    assert_eq!(outline("STX{A}ETX~~~~STX{B}ETX"), ["Etx A -0", "Etx O -0"]);
}

#[test]
fn an_endless_group_is_one_rejected_group() {
    let script = format!("STX{{A}}\n{}\r{{B}}ETX", "Q".repeat(1000));
    assert_eq!(outline(&script), ["Etx AO -1 damaged"]);
}

#[test]
fn a_group_has_at_most_160_characters() {
    let group = |len: usize| {
        let mut out = Vec::new();
        push_group(Mode::Historique, "A", None, &"~".repeat(len - 4), &mut out);
        assert_eq!(out.len(), len + 2, "LF and CR do not count");
        format!("STX{}ETX", String::from_utf8(out).unwrap())
    };
    assert_eq!(outline(&group(160)), ["Etx A -0"]);
    assert_eq!(outline(&group(161)), ["Etx  -1 damaged"]);
}

#[test]
fn a_frame_past_4096_bytes_is_cut() {
    let junk = format!("STX{{A}}{}{{B}}ETX", "Q".repeat(5000));
    assert_eq!(
        outline(&junk),
        ["Overflow A -1 damaged", "Etx O -0 damaged"]
    );
    assert_eq!(decode(&junk)[0].wire_len(), 4096);
    let unknown = "\nZ 1 K\r".repeat(1000);
    let frames = decode(&format!("STX{unknown}ETX"));
    assert_eq!(
        frames.iter().map(Frame::end).collect::<Vec<_>>(),
        [FrameEnd::Overflow, FrameEnd::Etx]
    );
    assert_eq!(
        frames
            .iter()
            .map(|frame| frame.groups().len())
            .sum::<usize>(),
        1000,
        "no group is lost"
    );
    assert!(frames.iter().all(|frame| frame.wire_len() <= 4096));
}

#[test]
fn a_rejected_group_has_one_reason() {
    let reject = |bytes: &[u8]| {
        let mut decoder = Decoder::new(Mode::Historique, Parity::Check);
        let stream: Vec<u8> = [&[0x82, b'\n'], bytes, &[0x8D]].concat();
        assert_eq!(decoder.push(&stream), []);
        let rejected = decoder
            .silence()
            .first()
            .map_or(Rejected::default(), Frame::rejected);
        (rejected.parity, rejected.checksum, rejected.format)
    };
    let sent: Vec<u8> = b"PAPP 00740 ,"
        .iter()
        .map(|&c| crate::tic::with_parity(c))
        .collect();
    let flipped = |at: usize, bits: u8| {
        let mut sent = sent.clone();
        sent[at] ^= bits;
        reject(&sent)
    };
    assert_eq!(reject(&sent), (0, 0, 0));
    assert_eq!(flipped(6, 0x01), (1, 0, 0));
    assert_eq!(flipped(6, 0x03), (0, 1, 0));
    assert_eq!(
        flipped(4, 0x81),
        (0, 0, 1),
        "the separator has become an exclamation mark"
    );
}

#[test]
fn the_length_of_the_open_frame_is_known() {
    let mut decoder = Decoder::new(Mode::Historique, Parity::Ignore);
    let stream = stream("STX{A}{B}\nBASE 01");
    for (byte, sent) in stream.iter().zip(1..) {
        assert_eq!(decoder.push(&[*byte]), []);
        assert_eq!(decoder.open_len(), sent);
    }
    assert_eq!(decoder.open_groups(), 2);
}
