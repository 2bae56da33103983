//! The values of all quantities at one moment, and sets of quantities.

use super::quantity::{COUNT, Key};
use super::value::Value;

/// A value or nothing for each row of the table, indexed by it. Boxed: it is 5 kB, and goes through several hands.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading(Box<[Option<Value>; COUNT]>);

impl Default for Reading {
    fn default() -> Self {
        Self(Box::new([const { None }; COUNT]))
    }
}

impl Reading {
    /// What is known of a quantity.
    pub fn get(&self, key: Key) -> Option<&Value> {
        self.0.get(key.index()).and_then(Option::as_ref)
    }

    /// Sets the value of a quantity; `None` for unknown.
    pub fn set(&mut self, key: Key, value: Option<Value>) {
        if let Some(place) = self.0.get_mut(key.index()) {
            *place = value;
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
