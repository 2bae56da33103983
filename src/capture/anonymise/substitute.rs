//! New characters in a segment, as right or as wrong as the old ones.
//!
//! - The sum moves by as much as the characters do: one that was right is right, a wrong one is wrong by the same amount.
//! - A character of good parity gets good parity, one of bad parity bad parity; whether the line has parity at all is found
//!   out around the segment.
//! - A digit becomes a digit. Another character in the place of a digit is what damage made of it, and its low bits still
//!   show the digit: it becomes one of the same kind.

use super::segment::{StreamSegment, sum_place};

/// Characters around a segment that is too short, or too damaged, to show whether the line has parity.
const SURROUNDINGS: usize = 128;

/// So many characters that need bit 7 show it, if they agree.
const NEEDING_MIN: usize = 6;

/// The digit that stands for any other.
const ANY_DIGIT: u8 = b'9';

/// What replaces a marked character.
pub fn neutral(character: u8) -> u8 {
    match character {
        b'0'..=b'9' => ANY_DIGIT,
        b'\t' | b'\n' | b'\r' | b' ' | 0x02..=0x04 | 0x7F => character,
        0x00..=0x0F => 0x00,
        0x10..=0x1F => 0x10,
        b'!'..=b'/' => b'#',
        b':'..=b'?' => b'?',
        b'@'..=b'_' => b'X',
        _ => b'x',
    }
}

/// The characters of a segment after the replacement of some; the sum moves along.
pub fn replaced(text: &[u8], changes: impl Iterator<Item = (usize, u8)>) -> Vec<u8> {
    let mut new = text.to_vec();
    let mut moved = 0_u8;
    for (place, character) in changes {
        if let Some(old) = new.get_mut(place) {
            moved = moved.wrapping_add(character).wrapping_sub(*old);
            *old = character;
        }
    }
    move_sum(&mut new, moved);
    new
}

/// Moves the sum of a segment, if it has one.
pub fn move_sum(text: &mut [u8], by: u8) {
    let Some(sum) = sum_place(text).and_then(|place| text.get_mut(place)) else {
        return;
    };
    match *sum {
        0x20..=0x5F => *sum = ((*sum - 0x20).wrapping_add(by) & 0x3F) + 0x20,
        // No sum is such a character: whatever it becomes, it must stay one.
        0x60..=0x7E => *sum = (*sum - 0x60).wrapping_add(by) % 0x1F + 0x60,
        _ => {}
    }
}

/// Whether the bytes of a segment carry parity in bit 7.
pub fn carries_parity(bytes: &[u8], segment: StreamSegment) -> bool {
    let count = |from: usize, to: usize| {
        let part = bytes.get(from..to.min(bytes.len())).unwrap_or_default();
        let needing = part
            .iter()
            .filter(|byte| (*byte & 0x7F).count_ones() % 2 == 1);
        let carrying = needing.clone().filter(|byte| !byte.is_ascii());
        (needing.count(), carrying.count())
    };
    let (mut needing, mut carrying) = count(segment.start, segment.end);
    let is_clear = carrying == needing || carrying == 0;
    if needing < NEEDING_MIN || !is_clear {
        let from = segment.start.saturating_sub(SURROUNDINGS);
        (needing, carrying) = count(from, segment.end + SURROUNDINGS);
    }
    carrying * 2 > needing
}

/// The byte that carries a new character in place of an old byte.
pub fn byte_of(character: u8, old: u8, has_parity: bool) -> u8 {
    let parity = |character: u8| {
        if has_parity && (character & 0x7F).count_ones() % 2 == 1 {
            0x80
        } else {
            0
        }
    };
    let damage = (old & 0x80) ^ parity(old);
    (character & 0x7F) | (parity(character) ^ damage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tic::{Mode, push_group, with_parity};

    #[test]
    fn the_sum_stays_right_or_wrong_by_as_much() {
        for mode in Mode::ALL {
            let mut old = Vec::new();
            push_group(mode, "ADCO", None, "041776199277", &mut old);
            let mut expected = Vec::new();
            push_group(mode, "ADCO", None, "999999999999", &mut expected);
            let changes = || (6..18).map(|place| (place, b'9'));
            assert_eq!(replaced(&old, changes()), expected);
            for wrong in 1..64 {
                let (mut old, mut expected) = (old.clone(), expected.clone());
                move_sum(&mut old, wrong);
                move_sum(&mut expected, wrong);
                assert_eq!(replaced(&old, changes()), expected);
            }
        }
    }

    #[test]
    fn a_sum_that_no_sum_can_be_stays_so() {
        for sum in 0x60..0x7F {
            let mut text = [b'\n', b'A', b' ', b'1', b' ', sum, b'\r'];
            move_sum(&mut text, 17);
            assert!((0x60..0x7F).contains(&text[5]), "{:?}", text[5]);
        }
    }

    #[test]
    fn a_byte_keeps_what_its_parity_was() {
        for old in 0..=255 {
            for new in 0..0x80 {
                let is_good = with_parity(old) == old;
                let byte = byte_of(new, old, true);
                assert_eq!(byte & 0x7F, new);
                assert_eq!(with_parity(byte) == byte, is_good);
                assert_eq!(byte_of(new, old, false), new | (old & 0x80));
            }
        }
    }

    #[test]
    fn nothing_of_a_digit_is_left_in_what_damage_made_of_it() {
        for character in 0..0x80 {
            let new = neutral(character);
            assert_eq!(neutral(new), new);
            assert_eq!(character.is_ascii_digit(), new.is_ascii_digit());
            assert_eq!(
                (b' '..=b'~').contains(&character),
                (b' '..=b'~').contains(&new)
            );
        }
    }
}
