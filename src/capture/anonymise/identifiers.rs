//! The identifiers that a capture holds, and what replaces each.
//!
//! A serial number has the maker, the year, the type and a number. How a meter behaves follows from maker and type; they are the same for
//! hundreds of thousands, and are published by the daemon too; they stay. The rest becomes nines: `04 99 76 999999`. No meter
//! is of the year 99. The second serial number of a capture ends in 98, the third in 97: a capture of a replaced meter still
//! shows that it was replaced. A delivery point is nines altogether.
//!
//! Bounded: [`ACCEPTED_MAX`] from accepted groups, [`DAMAGED_MAX`] from damaged ones; what comes after is replaced too, and
//! not looked for elsewhere.

/// The length of a serial number, and the places of its maker and its type.
const SERIAL_LEN: usize = 12;
const KEPT: [usize; 4] = [0, 1, 4, 5];

const ACCEPTED_MAX: usize = 16;
const DAMAGED_MAX: usize = 16;

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

    /// Those of accepted groups.
    pub fn accepted(&self) -> impl Iterator<Item = &[u8]> {
        self.accepted.iter().map(Vec::as_slice)
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
        if digits.len() == SERIAL_LEN {
            for (place, digit) in constant
                .iter_mut()
                .enumerate()
                .filter(|(place, _)| KEPT.contains(place))
            {
                *digit = digits.get(place).copied().unwrap_or(*digit);
            }
        }
        if let Some(end) = constant.last_chunk_mut() {
            *end = [b'0' + last / 10, b'0' + last % 10];
        }
        constant
    }
}

/// Whether this is what [`Identifiers::constant_for`] gives: no real meter has it.
fn is_constant(digits: &[u8]) -> bool {
    let is_kept = |place: usize| digits.len() == SERIAL_LEN && KEPT.contains(&place);
    let nines = digits.len().saturating_sub(2);
    digits.iter().enumerate().all(|(place, digit)| match digit {
        b'9' => true,
        b'0'..=b'8' => is_kept(place) || place >= nines,
        _ => false,
    })
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
        assert_eq!(known.constant_for(b"041776199277"), b"049976999999");
        assert_eq!(known.constant_for(b"031661000042"), b"039961999998");
        assert_eq!(known.constant_for(b"12345678901234"), b"99999999999999");
    }

    #[test]
    fn a_constant_is_its_own() {
        let mut known = Identifiers::default();
        for digits in [&b"049976999999"[..], b"849961999998", b"99999999999997"] {
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
