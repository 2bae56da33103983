//! The days that Tempo colours, and that EJP takes for its peaks: drawn once for each winter from the seed.
//!
//! From 1 September to 31 August 22 days are red, from November to March and never at a weekend; 43 are white, from
//! October to May and never on a Sunday; the others are blue.

use super::random::Random;
use crate::tic::Color;
use crate::tic::civil;

/// The colour of every day. Caches one winter.
#[derive(Debug)]
pub(super) struct ColouredDays {
    seed: u64,
    winter: Winter,
}

impl ColouredDays {
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            winter: Winter::draw(seed, 2000),
        }
    }

    /// The colour of a day, counted from 1 January 1970.
    pub fn color(&mut self, day: i64) -> Color {
        // A winter has the year of its autumn; all coloured days are in the eight months from October.
        let (year, month, _) = civil::civil_from_days(day);
        if (6..=9).contains(&month) {
            return Color::Blue;
        }
        let year = if month < 6 { year - 1 } else { year };
        if self.winter.year != year {
            self.winter = Winter::draw(self.seed, year);
        }
        self.winter.color(day)
    }
}

/// The colours of the days from 1 October to 31 May.
#[derive(Debug)]
struct Winter {
    year: i64,
    first: i64,
    colors: Vec<Color>,
}

impl Winter {
    fn draw(seed: u64, year: i64) -> Self {
        let (first, after) = (
            civil::days_from_civil(year, 10, 1),
            civil::days_from_civil(year + 1, 6, 1),
        );
        let red = civil::days_from_civil(year, 11, 1)..civil::days_from_civil(year + 1, 4, 1);
        let mut random = Random::new(seed ^ year.cast_unsigned().wrapping_mul(0x9E37_79B9));
        let mut colors: Vec<Color> = (first..after).map(|_| Color::Blue).collect();
        let mut give = |count: usize, color: Color, allowed: &dyn Fn(i64) -> bool| {
            let mut days: Vec<_> = (first..)
                .zip(&mut colors)
                .filter(|(day, old)| **old == Color::Blue && allowed(*day))
                .collect();
            for _ in 0..count {
                let chosen = random.below(u32::try_from(days.len()).unwrap_or(0));
                *days.swap_remove(chosen as usize).1 = color;
            }
        };
        give(22, Color::Red, &|day| {
            red.contains(&day) && !matches!(weekday(day), 0 | 6)
        });
        give(43, Color::White, &|day| weekday(day) != 0);
        Self {
            year,
            first,
            colors,
        }
    }

    fn color(&self, day: i64) -> Color {
        usize::try_from(day - self.first)
            .ok()
            .and_then(|at| self.colors.get(at))
            .copied()
            .unwrap_or(Color::Blue)
    }
}

/// Day of the week, Sunday 0; 1 January 1970 was a Thursday.
const fn weekday(day: i64) -> i64 {
    (day + 4).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_its_days_of_each_colour() {
        for seed in 0..20 {
            let mut coloured_days = ColouredDays::new(seed);
            let (from, until) = (
                civil::days_from_civil(2025, 9, 1),
                civil::days_from_civil(2026, 9, 1),
            );
            let days: Vec<_> = (from..until)
                .map(|day| (day, coloured_days.color(day)))
                .collect();
            let count = |color| days.iter().filter(|(_, is)| *is == color).count();
            assert_eq!(
                (count(Color::Blue), count(Color::White), count(Color::Red)),
                (300, 43, 22)
            );
            assert!(
                days.iter()
                    .all(|&(day, color)| color != Color::Red || !matches!(weekday(day), 0 | 6))
            );
            assert!(
                days.iter()
                    .all(|&(day, color)| color == Color::Blue || weekday(day) != 0)
            );
        }
    }
}
