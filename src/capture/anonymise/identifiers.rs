//! The identifiers that a capture holds, and what replaces each.
//!
//! The first serial number becomes `999999999999`, a second one `999999999998`: a capture of a replaced meter still shows
//! that it was replaced. No maker has the number 99. Only how a meter writes the times of its day profiles follows from its
//! maker: for those that write them in hexadecimal the constant begins with 84, one of them, so that profiles read the same.
//!
//! Bounded: [`ACCEPTED_MAX`] from accepted groups, [`DAMAGED_MAX`] from damaged ones; what comes after is replaced too, and
//! not looked for elsewhere.

use crate::tic::Address;

const ACCEPTED_MAX: usize = 16;
const DAMAGED_MAX: usize = 8;

/// What was seen.
#[derive(Debug, Default)]
pub struct Identifiers {
    accepted: Vec<Vec<u8>>,
    damaged: Vec<Vec<u8>>,
}

impl Identifiers {
    /// Remembers the data of an accepted group.
    pub fn learn(&mut self, digits: &[u8]) {
        if is_constant(digits) || self.accepted.iter().any(|known| known == digits) {
            return;
        }
        if self.accepted.len() < ACCEPTED_MAX {
            self.accepted.push(digits.to_vec());
            self.damaged.retain(|known| known != digits);
        }
    }

    /// Remembers what stands where the data of a damaged group would.
    pub fn learn_damaged(&mut self, digits: &[u8]) {
        let is_new = self.all().all(|known| known != digits);
        if is_new && !is_constant(digits) && self.damaged.len() < DAMAGED_MAX {
            self.damaged.push(digits.to_vec());
        }
    }

    /// All that are looked for.
    pub fn all(&self) -> impl Iterator<Item = &[u8]> {
        self.accepted.iter().chain(&self.damaged).map(Vec::as_slice)
    }

    /// What replaces the data of an accepted group.
    pub fn constant_for(&self, digits: &[u8]) -> Vec<u8> {
        if is_constant(digits) {
            return digits.to_vec();
        }
        let same_kind = self
            .accepted
            .iter()
            .filter(|known| known.len() == digits.len());
        let number = same_kind.take_while(|known| *known != digits).count();
        let last = u8::try_from(99_usize.saturating_sub(number)).unwrap_or_default();
        let mut constant = vec![b'9'; digits.len()];
        if Address::parse(digits).is_some_and(Address::writes_hexadecimal_times)
            && let Some(maker) = constant.first_chunk_mut()
        {
            *maker = *b"84";
        }
        if let Some(end) = constant.last_chunk_mut() {
            *end = [b'0' + last / 10, b'0' + last % 10];
        }
        constant
    }
}

/// Whether this is what [`Identifiers::constant_for`] gives: no real meter has it.
fn is_constant(digits: &[u8]) -> bool {
    let inner = digits
        .strip_prefix(b"84")
        .filter(|_| digits.len() == 12)
        .unwrap_or(digits);
    match inner.split_last_chunk::<2>() {
        Some((nines, [b'0'..=b'9', b'0'..=b'9'])) => nines.iter().all(|digit| *digit == b'9'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_identifier_has_its_constant() {
        let mut known = Identifiers::default();
        for digits in [
            &b"041776199277"[..],
            b"12345678901234",
            b"031661000042",
            b"041776199277",
        ] {
            known.learn(digits);
        }
        assert_eq!(known.constant_for(b"041776199277"), b"999999999999");
        assert_eq!(known.constant_for(b"031661000042"), b"999999999998");
        assert_eq!(known.constant_for(b"12345678901234"), b"99999999999999");
        assert_eq!(
            known.constant_for(b"021861000042"),
            b"849999999997",
            "a maker of hexadecimal times"
        );
    }

    #[test]
    fn a_constant_is_its_own() {
        let mut known = Identifiers::default();
        for digits in [&b"999999999999"[..], b"849999999998", b"99999999999997"] {
            known.learn(digits);
            known.learn_damaged(digits);
            assert_eq!(known.constant_for(digits), digits);
        }
        assert_eq!(known.all().count(), 0);
    }

    #[test]
    fn memory_is_bounded() {
        let mut known = Identifiers::default();
        for number in 0..1000 {
            known.learn(format!("{number:012}").as_bytes());
            known.learn_damaged(format!("{number:014}").as_bytes());
        }
        assert_eq!(known.all().count(), ACCEPTED_MAX + DAMAGED_MAX);
    }
}
