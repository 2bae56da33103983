//! The power factors that the house had, by level of apparent power.
//!
//! A fridge that starts for the hundredth time brings the house back to the same VA with the same power factor: there is
//! no need to wait for the index to show it again. Without this memory the mean error is half as much again, and three times
//! as much where loads repeat themselves.
//!
//! The variance of each level is learned: where two loads share one level, the memory is trusted less.
//!
//! It is kept on disk, so that a restart does not make the house a stranger.

use serde::{Deserialize, Serialize};

/// Four for each doubling, from 1 VA to 65 kVA.
const COUNT: usize = 64;
/// How much of a new visit enters the variance: half of it is forgotten after two visits. Its double or half changes the
/// mean error by 2 %.
const LEARNING: f64 = 0.3;
/// The least standard deviation of a first visit. Its double: 5 %.
const FIRST: f64 = 0.05;

/// The power factor of a level, as it was when it was last left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// 0 to 1.
    pub factor: f64,
    /// Of the power factor, from one visit to the next.
    pub variance: f64,
}

/// A place for each level.
#[derive(Clone, Debug)]
pub struct Levels([Option<Level>; COUNT]);

impl Default for Levels {
    fn default() -> Self {
        Self([None; COUNT])
    }
}

impl Levels {
    /// What is known of the level of these VA.
    pub fn get(&self, apparent: f64) -> Option<Level> {
        self.0.get(place(apparent)?).copied().flatten()
    }

    /// Keeps the power factor, of this variance, with which the level of these VA is left.
    pub fn keep(&mut self, apparent: f64, factor: f64, variance: f64) {
        let Some(level) = place(apparent).and_then(|place| self.0.get_mut(place)) else {
            return;
        };
        let variance = level.map_or(variance.max(FIRST * FIRST), |known| {
            (1.0 - LEARNING) * known.variance + LEARNING * (factor - known.factor).powi(2)
        });
        *level = Some(Level { factor, variance });
    }

    /// What to keep on disk.
    pub fn save(&self) -> Vec<SavedLevel> {
        let known = (0..).zip(&self.0);
        known
            .filter_map(|(place, level)| {
                level.map(|level| SavedLevel(place, level.factor, level.variance))
            })
            .collect()
    }

    /// Takes back what [`save`](Self::save) gave. What cannot be is left out.
    pub fn restore(&mut self, saved: &[SavedLevel]) {
        for &SavedLevel(place, factor, variance) in saved {
            let is_possible = (0.0..=1.0).contains(&factor) && (0.0..=1.0).contains(&variance);
            if let Some(level) = self.0.get_mut(usize::from(place)).filter(|_| is_possible) {
                *level = Some(Level { factor, variance });
            }
        }
    }
}

/// A level on disk: its place, power factor and variance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedLevel(u8, f64, f64);

/// The place of a level; none for 0 VA, of which there is nothing to know.
fn place(apparent: f64) -> Option<usize> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 128: the logarithm of a whole number of VA"
    )]
    let place = (4.0 * apparent.max(1.0).log2()) as usize;
    (apparent > 0.0).then_some(place.min(COUNT - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_found_again() {
        let mut levels = Levels::default();
        levels.keep(380.0, 0.8, 0.01);
        let near = levels.get(400.0).unwrap();
        assert_eq!((near.factor, near.variance), (0.8, 0.01));
        assert_eq!(levels.get(600.0), None);
    }

    #[test]
    fn a_level_that_two_loads_share_is_trusted_less() {
        let mut levels = Levels::default();
        for _ in 0..10 {
            levels.keep(2_000.0, 1.0, 1e-4);
        }
        let alone = levels.get(2_000.0).unwrap().variance;
        for factor in [0.7, 1.0, 0.7] {
            levels.keep(2_000.0, factor, 1e-4);
        }
        assert!(levels.get(2_000.0).unwrap().variance > 10.0 * alone);
    }

    #[test]
    fn what_is_on_disk_comes_back_and_what_cannot_be_does_not() {
        let mut levels = Levels::default();
        levels.keep(380.0, 0.8, 0.01);
        let mut saved = levels.save();
        saved.extend([
            SavedLevel(64, 0.5, 0.1),
            SavedLevel(7, 1.5, 0.1),
            SavedLevel(8, 0.5, f64::NAN),
        ]);
        let mut restored = Levels::default();
        restored.restore(&saved);
        assert_eq!(restored.get(380.0), levels.get(380.0));
        assert_eq!(restored.save().len(), 1);
    }

    #[test]
    fn any_power_has_a_place_but_none_has_not() {
        let mut levels = Levels::default();
        for apparent in [0.0, 1.0, 65_000.0, f64::from(u32::MAX) * 3.0] {
            levels.keep(apparent, 0.9, 0.01);
            assert_eq!(levels.get(apparent).is_some(), apparent > 0.0);
        }
    }
}
