//! Any bytes, in any pieces: the decoder neither fails nor grows, and gives the same frames however they are cut.

#![no_main]

use libfuzzer_sys::fuzz_target;
use linky_sensor::tic::{Decoder, Frame, Mode, Parity};

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (how, piece, bytes) = input;
    let mode = if how & 1 == 0 {
        Mode::Standard
    } else {
        Mode::Historique
    };
    let parity = match how >> 1 & 3 {
        0 => Parity::Ignore,
        1 => Parity::Check,
        _ => Parity::Auto,
    };
    let whole = decode(mode, parity, bytes, bytes.len().max(1));
    let cut = decode(mode, parity, bytes, usize::from(piece).max(1));
    assert!(whole == cut, "{whole:?} {cut:?}");
    for frame in &whole {
        assert!(frame.wire_len() <= 4096);
        assert_eq!(frame.mode(), mode);
        for group in frame.groups() {
            let Some(label) = group.label() else { continue };
            assert_eq!((label.mode(), label.name()), (mode, group.name()));
            assert_eq!(label.data_len(), group.data().len());
            assert_eq!(label.has_horodate(), group.horodate().is_some());
            assert_eq!(
                frame.get(label),
                Some(group),
                "no label is twice in a frame"
            );
        }
    }
});

fn decode(mode: Mode, parity: Parity, bytes: &[u8], piece: usize) -> Vec<Frame> {
    let mut decoder = Decoder::new(mode, parity);
    let mut frames = Vec::new();
    for piece in bytes.chunks(piece) {
        frames.extend(decoder.push(piece));
        assert!(decoder.open_len() <= 4096 + 162, "{}", decoder.open_len());
    }
    frames.extend(decoder.silence());
    assert_eq!((decoder.open_len(), decoder.open_groups()), (0, 0));
    frames
}
