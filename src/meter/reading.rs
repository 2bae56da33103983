//! The values of all quantities at one moment, and sets of quantities.

use super::quantity::{COUNT, Key};
use super::value::Value;

/// A value or nothing for each row of the table. There is one for each frame, and most meters know a third of the rows:
/// room for all of them would be 4 kB to clear and to carry.
#[derive(Clone, Debug)]
pub struct Reading {
    /// For each row the place of its value, counted from 1; 0 for one that never had any.
    places: [u8; COUNT],
    /// In the order in which they were first set.
    values: Vec<Option<Value>>,
}

impl Default for Reading {
    fn default() -> Self {
        const { assert!(COUNT <= u8::MAX as usize) };
        Self {
            places: [0; COUNT],
            values: Vec::new(),
        }
    }
}

impl PartialEq for Reading {
    fn eq(&self, other: &Self) -> bool {
        Key::all().all(|key| self.get(key) == other.get(key))
    }
}

impl Reading {
    /// An empty one with room for as many values as `other` has.
    pub fn sized_like(other: &Self) -> Self {
        Self {
            values: Vec::with_capacity(other.values.len()),
            ..Self::default()
        }
    }

    /// What is known of a quantity.
    pub fn get(&self, key: Key) -> Option<&Value> {
        let place = self.places.get(key.index())?.checked_sub(1)?;
        self.values.get(usize::from(place))?.as_ref()
    }

    /// Sets the value of a quantity; `None` for unknown.
    pub fn set(&mut self, key: Key, value: Option<Value>) {
        let Some(place) = self.places.get_mut(key.index()) else {
            return;
        };
        let known = place
            .checked_sub(1)
            .and_then(|place| self.values.get_mut(usize::from(place)));
        if let Some(known) = known {
            *known = value;
        } else if value.is_some() {
            self.values.push(value);
            *place = u8::try_from(self.values.len()).unwrap_or_default();
        }
    }

    /// A quantity that is a whole number, as a number.
    pub fn int(&self, key: Key) -> Option<u64> {
        match self.get(key) {
            Some(Value::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// A quantity that is a text or a word, as a text.
    pub fn text(&self, key: Key) -> Option<&str> {
        match self.get(key) {
            Some(Value::Text(text)) => Some(text),
            Some(Value::Enum(word)) => Some(word),
            _ => None,
        }
    }
}

/// A set of quantities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keys([u64; COUNT.div_ceil(64)]);

impl Keys {
    /// Adds a quantity.
    pub fn insert(&mut self, key: Key) {
        if let Some(word) = self.0.get_mut(key.index() / 64) {
            *word |= 1 << (key.index() % 64);
        }
    }

    /// Takes a quantity out.
    pub fn remove(&mut self, key: Key) {
        if let Some(word) = self.0.get_mut(key.index() / 64) {
            *word &= !(1 << (key.index() % 64));
        }
    }

    /// Whether a quantity is in the set.
    pub fn contains(&self, key: Key) -> bool {
        self.0
            .get(key.index() / 64)
            .is_some_and(|word| word >> (key.index() % 64) & 1 == 1)
    }

    /// The quantities, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = Key> {
        let words = (0..).step_by(64).zip(self.0);
        words.flat_map(|(first, word)| places(word).filter_map(move |place| Key::at(first + place)))
    }
}

/// The places of the bits that are set, the lowest first.
fn places(mut word: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let place = word.trailing_zeros();
        word &= word.checked_sub(1)?;
        Some(place as usize)
    })
}

impl FromIterator<Key> for Keys {
    fn from_iter<T: IntoIterator<Item = Key>>(keys: T) -> Self {
        let mut set = Self::default();
        for key in keys {
            set.insert(key);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_replaced_taken_back_and_set_again() {
        let mut reading = Reading::default();
        for value in [Some(1), Some(2), None, Some(3)] {
            let value = value.map(Value::Int);
            reading.set(Key::ENERGY, value.clone());
            reading.set(Key::POWER, None);
            assert_eq!(reading.get(Key::ENERGY), value.as_ref());
            assert_eq!(reading.get(Key::POWER), None);
        }
        assert_eq!(reading.values.len(), 1, "no value is kept but the last");
    }

    #[test]
    fn every_row_has_a_place_and_the_order_does_not_matter() {
        let (mut up, mut down) = (Reading::default(), Reading::default());
        let keys: Vec<Key> = Key::all().collect();
        let value = |key: Key| Some(Value::Int(key.index() as u64));
        for key in &keys {
            up.set(*key, value(*key));
        }
        for key in keys.iter().rev() {
            down.set(*key, value(*key));
        }
        assert_eq!(up, down);
        assert!(keys.iter().all(|key| up.get(*key) == value(*key).as_ref()));
        down.set(Key::ENERGY, None);
        assert_ne!(up, down);
    }
}
