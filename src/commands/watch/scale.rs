//! Whole numbers onto a scale: rounded, and never beyond its ends.

/// `value` of `whole`, as so many of `steps`.
pub fn part(value: i64, whole: i64, steps: u16) -> u16 {
    let whole = i128::from(whole.max(1));
    let value = i128::from(value).clamp(0, whole);
    let part = (value * i128::from(steps) * 2 + whole) / (whole * 2);
    u16::try_from(part).unwrap_or(steps)
}

/// The next round number from `value` on that ends a scale.
pub fn round_top(value: i64) -> i64 {
    const STEPS: [i64; 10] = [10, 15, 20, 30, 40, 50, 60, 75, 80, 100];
    let mut unit = 10;
    while unit < 1_000_000_000 {
        if let Some(step) = STEPS.iter().find(|step| **step * unit >= value) {
            return step * unit;
        }
        unit *= 10;
    }
    value
}

/// The distance of the lines of a grid, so that there are at most so many.
pub fn grid_step(span: i64, lines: i64) -> i64 {
    const STEPS: [i64; 4] = [10, 20, 25, 50];
    let wanted = span / lines.max(1);
    let mut unit = 1;
    while unit < 1_000_000_000 {
        if let Some(step) = STEPS.iter().find(|step| **step * unit >= wanted) {
            return step * unit;
        }
        unit *= 10;
    }
    span.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_rounded_and_stays_on_the_scale() {
        assert_eq!(part(3000, 6000, 10), 5);
        assert_eq!(part(1, 6000, 10), 0);
        assert_eq!(part(300, 6000, 10), 1, "half is up");
        assert_eq!(part(-5, 6000, 10), 0);
        assert_eq!(part(i64::MAX, 0, 10), 10);
        assert_eq!(part(7000, 6000, u16::MAX), u16::MAX);
    }

    #[test]
    fn scales_end_at_round_numbers() {
        for (value, top) in [
            (0, 100),
            (99, 100),
            (101, 150),
            (3100, 4000),
            (9001, 10_000),
        ] {
            assert_eq!(round_top(value), top);
        }
        assert_eq!(round_top(i64::MAX), i64::MAX);
        for (span, lines, step) in [(4000, 4, 1000), (3000, 4, 1000), (1500, 4, 500), (0, 0, 10)] {
            assert_eq!(grid_step(span, lines), step);
        }
        assert_eq!(grid_step(i64::MAX, 1), i64::MAX);
    }
}
