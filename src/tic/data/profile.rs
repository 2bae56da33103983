//! PJOURF+1 and PPOINTE: what the supplier's calendar does over a day.
//!
//! ```text
//! profile = block 10( SP block )      ; 98 characters
//! block   = hour minute actions       ; in order of time
//!         / "NONUTILE"                ; a filler: only fillers follow
//! hour    = 2DIGIT / 2HEXDIG          ; see below
//! minute  = 2DIGIT / 2HEXDIG
//! actions = 4HEXDIG                   ; 16 bits, in upper case
//! ```
//!
//! | bits of the actions | |
//! |---|---|
//! | 15-14 | dry contact: 0 unchanged, 1 as the Tempo settings of the meter, 2 open, 3 closed |
//! | 13-11 | not used |
//! | 10-4 | virtual contacts 7 to 1, 1 is closed |
//! | 3-0 | supplier index 1 to 10; any other code leaves it as it is |
//!
//! The specification leaves open how hour and minute are written, and meters differ: 22:30 is `2230`
//! on some, and `161E` in hexadecimal on others. So all blocks of a profile are parsed both ways,
//! and the way that gives valid times is taken; when both do, the maker decides and the profile is
//! marked as assumed. Source: 54E 6.2.3.17, and captures of six meters.

use alloc::vec::Vec;

use super::digits::{parse_decimal, parse_hex};

const BLOCK: usize = 8;
const FILLER: &[u8] = b"NONUTILE";

/// A day profile.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Profile {
    /// What begins when, in order; empty if every block is a filler.
    pub slots: Vec<Slot>,
    /// True if the times could be read in both ways and the maker of the meter decided.
    pub assumed: bool,
}

/// A part of the day: what holds from its time on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Slot {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// What the dry contact does.
    pub dry_contact: Contact,
    /// State of the seven virtual contacts; bit 0 is number 1.
    pub virtual_contacts: u8,
    /// Supplier index in force, 1 to 10; `None` if it stays as it was.
    pub tariff_index: Option<u8>,
}

/// What a slot does to the dry contact.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Contact {
    /// Nothing.
    Unchanged,
    /// It follows the Tempo settings of the meter.
    Tempo,
    /// It opens.
    Open,
    /// It closes.
    Closed,
}

impl Profile {
    /// Parses the 98 characters of PJOURF+1 or PPOINTE. `maker` is the code of
    /// [`Address::maker`](crate::tic::Address::maker), if known: meters of Sagemcom (02, 81, 84) write
    /// times in hexadecimal.
    ///
    /// ```
    /// use linky_sensor::tic::Profile;
    ///
    /// let data = format!("0000C001 06208002 2220C001{}", " NONUTILE".repeat(8));
    /// let profile = Profile::parse(&data, None).unwrap();
    /// let times: Vec<_> = profile.slots.iter().map(|slot| (slot.hour, slot.minute)).collect();
    /// assert_eq!(times, [(0, 0), (6, 20), (22, 20)]);
    /// assert_eq!(profile.slots[1].tariff_index, Some(2));
    /// ```
    ///
    /// `None` if the blocks are malformed, if their times fit neither way, or if these do not increase. The text itself is in
    /// the groups of the frame.
    #[must_use]
    pub fn parse(data: &str, maker: Option<u8>) -> Option<Profile> {
        if !is_well_formed(data.as_bytes()) {
            return None;
        }
        let blocks: Vec<Block> = data
            .split(' ')
            .map_while(|block| Block::parse(block.as_bytes()))
            .collect();
        let decimal: Option<Vec<Slot>> = blocks
            .iter()
            .map(|block| block.slot(block.decimal))
            .collect();
        let hexadecimal: Option<Vec<Slot>> = blocks
            .iter()
            .map(|block| block.slot(block.hexadecimal))
            .collect();
        let (slots, assumed) = match (decimal, hexadecimal) {
            (Some(decimal), Some(hexadecimal)) if decimal == hexadecimal => (decimal, false),
            (Some(_), Some(hexadecimal)) if matches!(maker, Some(2 | 81 | 84)) => {
                (hexadecimal, true)
            }
            (Some(decimal), Some(_)) => (decimal, true),
            (Some(slots), None) | (None, Some(slots)) => (slots, false),
            (None, None) => return None,
        };
        if !slots.is_sorted_by(|a, b| (a.hour, a.minute) < (b.hour, b.minute)) {
            return None;
        }
        Some(Profile { slots, assumed })
    }
}

/// A block that is not a filler, its time read both ways.
struct Block {
    decimal: Option<(u8, u8)>,
    hexadecimal: Option<(u8, u8)>,
    word: u16,
}

impl Block {
    /// Parses a block; `None` for a filler and for anything that is no block, or whose time is valid
    /// in neither way.
    fn parse(block: &[u8]) -> Option<Block> {
        let (time, word) = block.split_first_chunk::<4>()?;
        let word = if word.len() == 4 {
            u16::try_from(parse_hex(word)?).ok()?
        } else {
            return None;
        };
        let [h1, h2, m1, m2] = *time;
        let valid = |parse: fn(&[u8]) -> Option<u32>| {
            let hour = u8::try_from(parse(&[h1, h2])?).ok()?;
            let minute = u8::try_from(parse(&[m1, m2])?).ok()?;
            (hour < 24 && minute < 60).then_some((hour, minute))
        };
        let (decimal, hexadecimal) = (valid(parse_decimal), valid(parse_hex));
        (decimal.is_some() || hexadecimal.is_some()).then_some(Block {
            decimal,
            hexadecimal,
            word,
        })
    }

    fn slot(&self, time: Option<(u8, u8)>) -> Option<Slot> {
        let (hour, minute) = time?;
        let (virtual_contacts, index) = ((self.word >> 4 & 0x7F) as u8, (self.word & 0xF) as u8);
        let dry_contact = match self.word >> 14 {
            0 => Contact::Unchanged,
            1 => Contact::Tempo,
            2 => Contact::Open,
            _ => Contact::Closed,
        };
        let tariff_index = matches!(index, 1..=10).then_some(index);
        Some(Slot {
            hour,
            minute,
            dry_contact,
            virtual_contacts,
            tariff_index,
        })
    }
}

/// True if the data is eleven blocks, fillers last, each block with a time that is valid in at
/// least one of the two ways.
pub(in crate::tic) fn is_well_formed(data: &[u8]) -> bool {
    let Some((others, last)) = data.split_last_chunk::<BLOCK>() else {
        return false;
    };
    if others.len() != 10 * (BLOCK + 1) {
        return false;
    }
    let mut filling = false;
    for block in others.chunks_exact(BLOCK + 1) {
        let Some((block, b" ")) = block.split_first_chunk::<BLOCK>() else {
            return false;
        };
        if block == FILLER {
            filling = true;
        } else if filling || Block::parse(block).is_none() {
            return false;
        }
    }
    last == FILLER || !filling && Block::parse(last).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn padded(blocks: &str) -> String {
        let mut data = blocks.to_owned();
        while data.len() < 98 {
            data += if data.is_empty() {
                "NONUTILE"
            } else {
                " NONUTILE"
            };
        }
        data
    }

    fn times(blocks: &str, maker: Option<u8>) -> Vec<(u8, u8)> {
        Profile::parse(&padded(blocks), maker)
            .unwrap()
            .slots
            .iter()
            .map(|slot| (slot.hour, slot.minute))
            .collect()
    }

    #[test]
    fn decimal_times() {
        assert_eq!(
            times("0000C001 06208002 2220C001", None),
            [(0, 0), (6, 20), (22, 20)]
        );
        assert_eq!(
            times("00008002 0256C001 07568002 1156C001 14568002", Some(2)).last(),
            Some(&(14, 56)),
            "56 minutes"
        );
    }

    #[test]
    fn hexadecimal_times() {
        let expected = [(0, 0), (0, 56), (7, 56), (13, 26), (14, 26)];
        assert_eq!(
            times("00008002 0038C001 07388002 0D1A8001 0E1A8002", Some(4)),
            expected
        );
        assert_eq!(
            times("0000C001 053A8002 153AC001", None),
            [(0, 0), (5, 58), (21, 58)]
        );
    }

    #[test]
    fn the_maker_decides_when_both_fit() {
        let both = "00004001 06004002 16004001";
        assert_eq!(times(both, Some(81)), [(0, 0), (6, 0), (22, 0)]);
        assert_eq!(times(both, Some(3)), [(0, 0), (6, 0), (16, 0)]);
        assert!(Profile::parse(&padded(both), None).unwrap().assumed);
        let same = Profile::parse(&padded("00008001"), Some(2)).unwrap();
        assert!(!same.assumed, "midnight both ways");
    }

    #[test]
    fn contacts_and_indexes() {
        let profile = Profile::parse(
            &padded("00008002 0100C051 02004FF3 03000000 0400000F"),
            None,
        )
        .unwrap();
        let contacts: Vec<_> = profile
            .slots
            .iter()
            .map(|s| (s.dry_contact, s.virtual_contacts, s.tariff_index))
            .collect();
        let expected = [
            (Contact::Open, 0, Some(2)),
            (Contact::Closed, 0b101, Some(1)),
            (Contact::Tempo, 0x7F, Some(3)),
            (Contact::Unchanged, 0, None),
            (Contact::Unchanged, 0, None),
        ];
        assert_eq!(contacts, expected);
    }

    #[test]
    fn a_profile_may_be_empty_or_full() {
        assert!(Profile::parse(&padded(""), None).unwrap().slots.is_empty());
        let full: Vec<String> = (0..11).map(|hour| format!("{hour:02}008001")).collect();
        assert_eq!(times(&full.join(" "), None).len(), 11);
    }

    #[test]
    fn what_cannot_be_decoded_is_none() {
        let is_none = |blocks: &str| Profile::parse(&padded(blocks), None).is_none();
        assert!(is_none("00008001 06008002 05008001"));
        assert!(is_none("00008001 00008002"));
        assert!(is_none("0D1A8001 22008002"), "hexadecimal, then decimal");
        assert!(is_none("NONUTILE 00008001"));
        assert!(is_none("99998001"));
        assert!(is_none("0000800a"));
        assert!(is_none("NONUTILF"));
        assert_eq!(Profile::parse("00008001", None), None);
    }
}
