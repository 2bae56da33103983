//! One group with a right sum: what is accepted is what was sent, and what its content means can be asked for.

#![no_main]

use libfuzzer_sys::fuzz_target;
use linky_sensor::tic::{
    Address, Decoder, Mode, Parity, Period, Profile, Relays, Status, TariffOption, Tomorrow,
    checksum, push_group,
};

fuzz_target!(|input: &[u8]| {
    for mode in Mode::ALL {
        // Control characters never belong to a group; but for HT they are for the target `bytes`.
        let characters = input.iter().map(|byte| byte & 0x7F);
        let body: Vec<u8> = characters.filter(|c| *c >= b' ' || *c == b'\t').collect();
        let mut sent = vec![b'\n'];
        sent.extend_from_slice(&body);
        sent.extend([mode.separator(), checksum(mode, &body), b'\r']);
        check(mode, &sent);
        // And with the sum that came.
        check(mode, &[b"\n", &body[..], b"\r"].concat());
    }
});

fn check(mode: Mode, sent: &[u8]) {
    let stream = [b"\x02", sent, b"\x03"].concat();
    for frame in Decoder::new(mode, Parity::Ignore).push(&stream) {
        if frame.is_damaged() {
            continue;
        }
        let [group] = &frame.groups().collect::<Vec<_>>()[..] else {
            continue;
        };
        let mut again = Vec::new();
        let horodate = Some(group.horodate_text()).filter(|text| !text.is_empty());
        push_group(mode, group.name(), horodate, group.data(), &mut again);
        assert_eq!(again, sent);
        let data = group.data().as_bytes();
        let _ = (
            Address::parse(data),
            Period::parse(data),
            TariffOption::parse(data),
        );
        let _ = (
            Tomorrow::parse(data),
            Status::parse(data),
            Relays::parse(data),
        );
        for maker in [None, Some(2), Some(4)] {
            if let Some(profile) = Profile::parse(group.data(), maker) {
                assert!(
                    profile
                        .slots
                        .iter()
                        .all(|slot| slot.hour < 24 && slot.minute < 60)
                );
            }
        }
        if let Some(horodate) = group.horodate() {
            assert!((0..=86_400).contains(&horodate.offset()));
            let _ = horodate.unix();
        }
    }
}
