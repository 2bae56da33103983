//! From the name of a label to its place in the list, in a few instructions: a multiplicative hash
//! of the first eight characters and the length, into a table where every name has a slot of its
//! own. The compiler fills the table.
//!
//! What comes out is the only label that a name may be: the caller compares the whole name.

/// Where the names of one mode are.
pub(super) struct Lookup {
    factor: u64,
    places: [u8; Lookup::SLOTS],
}

impl Lookup {
    /// A power of two several times the number of labels, so that a factor without collisions is
    /// soon found.
    const SLOTS: usize = 512;

    /// Where there is no label. The list is shorter.
    const FREE: u8 = u8::MAX;

    /// A table of names that have their places from `first` on, with the first factor, of some
    /// tried in turn, that gives each name a slot of its own.
    pub(super) const fn new(names: &[&str], first: u8) -> Lookup {
        let mut factor = 0x9E37_79B9_7F4A_7C15u64;
        loop {
            if let Some(lookup) = Lookup::with_factor(names, first, factor) {
                return lookup;
            }
            factor = factor.wrapping_mul(0x5851_F42D_4C95_7F2D) | 1;
        }
    }

    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler only")]
    const fn with_factor(names: &[&str], first: u8, factor: u64) -> Option<Lookup> {
        let mut lookup = Lookup {
            factor,
            places: [Lookup::FREE; Lookup::SLOTS],
        };
        let mut place = first;
        let mut rest = names;
        while let [name, others @ ..] = rest {
            let slot = lookup.slot(key_of(name.as_bytes()), name.len());
            if lookup.places[slot] != Lookup::FREE {
                return None;
            }
            lookup.places[slot] = place;
            place += 1;
            rest = others;
        }
        Some(lookup)
    }

    /// The place of the only label that a name of this key and length may be; past the list if
    /// there is none.
    #[inline]
    pub(super) fn place(&self, key: u64, len: usize) -> u8 {
        self.places
            .get(self.slot(key, len))
            .copied()
            .unwrap_or(Lookup::FREE)
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "nine bits are left")]
    const fn slot(&self, key: u64, len: usize) -> usize {
        let hash = (key ^ (len as u64) << 60).wrapping_mul(self.factor);
        (hash >> (64 - Lookup::SLOTS.trailing_zeros())) as usize
    }
}

/// The first eight characters of a name, as a word; zeros follow a shorter one.
pub(super) const fn key_of(name: &[u8]) -> u64 {
    let mut key = 0u64;
    let mut rest = name;
    let mut shift = 0;
    while let [first, others @ ..] = rest
        && shift < 64
    {
        key |= (*first as u64) << shift;
        shift += 8;
        rest = others;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_slot_of_its_own() {
        let lookup = Lookup::new(&["A", "B", "AB", "ABCDEFGH", "ABCDEFGI"], 7);
        let place = |name: &str| lookup.place(key_of(name.as_bytes()), name.len());
        assert_eq!(
            ["A", "B", "AB", "ABCDEFGH", "ABCDEFGI"].map(place),
            [7, 8, 9, 10, 11]
        );
    }
}
