use super::Corroboration::{Confirms, Contradicts, Silent};
use super::*;

/// A value that has grown by one a second for a while.
fn grown_to(value: i64) -> Chain {
    let mut chain = Chain::default();
    for (value, second) in (value - 10..=value).zip(0..) {
        validate(&mut chain, second, value, Silent);
    }
    chain
}

/// Values a second apart, of which each may be the one before or up to ten more.
fn validate(chain: &mut Chain, second: u64, value: i64, corroboration: Corroboration) -> Verdict {
    validate_with(chain, second, value, corroboration, true)
}

fn validate_with(
    chain: &mut Chain,
    second: u64,
    value: i64,
    corroboration: Corroboration,
    parity: bool,
) -> Verdict {
    let now = Moment {
        mono: Duration::from_secs(second),
        wall: Some(Timestamp(0)),
    };
    let reach = |elapsed: Duration| 10 * i64::try_from(elapsed.as_secs() + 1).unwrap();
    let context = StepContext {
        now,
        is_sound: parity,
        is_quiet: parity,
        corroboration,
        safeguards: Safeguards::default(),
        reach: &reach,
    };
    chain.validate(value, &context)
}

#[test]
fn a_value_that_follows_is_good_and_a_lone_jump_is_not() {
    let mut chain = Chain::default();
    assert_eq!(validate(&mut chain, 0, 100, Silent), Verdict::Accept);
    assert_eq!(validate(&mut chain, 1, 105, Silent), Verdict::Accept);
    assert_eq!(validate(&mut chain, 2, 90_000, Silent), Verdict::Hold);
    assert_eq!(validate(&mut chain, 3, 104, Silent), Verdict::Hold);
    assert_eq!(validate(&mut chain, 4, 106, Silent), Verdict::Accept);
}

#[test]
fn a_confirmed_chain_of_three_is_accepted() {
    let mut chain = Chain::default();
    validate(&mut chain, 0, 100, Silent);
    validate(&mut chain, 0, 100, Silent);
    assert_eq!(validate(&mut chain, 1, 9_000, Confirms), Verdict::Hold);
    assert_eq!(validate(&mut chain, 2, 9_001, Confirms), Verdict::Hold);
    assert_eq!(
        validate(&mut chain, 3, 9_002, Confirms),
        Verdict::Jump { from: 100 }
    );
}

#[test]
fn a_chain_without_corroboration_is_accepted_after_a_minute() {
    let mut chain = Chain::default();
    validate(&mut chain, 0, 100, Silent);
    validate(&mut chain, 0, 100, Silent);
    for second in 1..61 {
        assert_eq!(
            validate(&mut chain, second, 9_000, Silent),
            Verdict::Hold,
            "{second}"
        );
    }
    assert_eq!(
        validate(&mut chain, 61, 9_000, Silent),
        Verdict::Jump { from: 100 }
    );
}

#[test]
fn a_contradicted_chain_is_not_accepted_for_an_hour() {
    let mut chain = Chain::default();
    validate(&mut chain, 0, 100, Silent);
    validate(&mut chain, 0, 100, Silent);
    for second in 1..3600 {
        let verdict = validate(&mut chain, second, 9_000, Contradicts);
        assert!(!verdict.is_accepted(), "{second}");
    }
}

#[test]
fn one_damaged_value_below_does_not_cost_the_next() {
    let mut chain = Chain::default();
    validate(&mut chain, 0, 100, Silent);
    assert_eq!(validate(&mut chain, 1, 97, Silent), Verdict::Hold);
    assert_eq!(validate(&mut chain, 2, 102, Silent), Verdict::Accept);
}

#[test]
fn after_an_absence_two_are_enough() {
    let mut chain = Chain::default();
    validate(&mut chain, 0, 100, Silent);
    validate(&mut chain, 0, 100, Silent);
    assert_eq!(validate(&mut chain, 70, 9_000, Silent), Verdict::Hold);
    assert_eq!(
        validate(&mut chain, 71, 9_001, Silent),
        Verdict::Jump { from: 100 }
    );
}

#[test]
fn the_first_value_without_parity_waits_for_the_next() {
    let mut chain = Chain::default();
    let mut validate = |second, value| validate_with(&mut chain, second, value, Silent, false);
    assert_eq!(validate(0, 100), Verdict::Wait);
    assert_eq!(validate(1, 90_000), Verdict::Wait);
    assert_eq!(validate(2, 90_000), Verdict::Accept);
}

#[test]
fn an_index_of_an_earlier_start_is_remembered() {
    let mut first = Chain::default();
    validate(&mut first, 0, 100, Silent);
    let mut chain = Chain::remembering(first.baseline().unwrap());
    assert_eq!(validate(&mut chain, 0, 5_000, Silent), Verdict::Hold);
    assert_eq!(validate(&mut chain, 1, 101, Silent), Verdict::Accept);
}

#[test]
fn a_value_that_follows_without_parity_waits_for_the_next() {
    let mut chain = Chain::default();
    let mut validate = |second, value, corroboration| {
        validate_with(&mut chain, second, value, corroboration, false)
    };
    assert_eq!(validate(0, 100, Silent), Verdict::Wait);
    assert_eq!(validate(1, 100, Silent), Verdict::Accept);
    assert_eq!(validate(2, 101, Silent), Verdict::Wait);
    assert_eq!(validate(3, 102, Silent), Verdict::Accept);
    assert_eq!(validate(4, 108, Silent), Verdict::Wait);
    assert_eq!(validate(5, 102, Silent), Verdict::AcceptAndDrop);
    assert_eq!(validate(6, 103, Confirms), Verdict::Accept);
}

#[test]
fn a_damaged_value_within_reach_does_not_lock_the_right_ones_out() {
    let mut chain = Chain::default();
    validate(&mut chain, 0, 100, Silent);
    validate(&mut chain, 1, 101, Silent);
    assert_eq!(validate(&mut chain, 2, 109, Silent), Verdict::Accept);
    assert_eq!(validate(&mut chain, 3, 101, Silent), Verdict::Hold);
    let back = Verdict::Correct { from: 109 };
    assert_eq!(validate(&mut chain, 4, 101, Silent), back);
    assert_eq!(validate(&mut chain, 5, 102, Silent), Verdict::Accept);
}

#[test]
fn a_value_that_came_twice_is_revoked_by_ten() {
    let mut chain = Chain::default();
    for (second, value) in (0..).zip([100, 109, 109]) {
        validate(&mut chain, second, value, Silent);
    }
    for second in 3..12 {
        assert_eq!(validate(&mut chain, second, 101, Silent), Verdict::Hold);
    }
    let back = Verdict::Correct { from: 109 };
    assert_eq!(validate(&mut chain, 12, 101, Silent), back);
    for second in 13..40 {
        assert_eq!(
            validate(&mut chain, second, 90, Silent),
            Verdict::Hold,
            "before both"
        );
    }
}

#[test]
fn a_contradicted_value_is_not_accepted_though_it_follows() {
    let mut chain = Chain::default();
    validate(&mut chain, 0, 100, Silent);
    for second in 1..3600 {
        assert_eq!(chain.good(), Some(100));
        validate(&mut chain, second, 107, Contradicts);
    }
}

/// A value that grows by one a second for an hour, of which one digit is stuck. Only values that were sent are accepted
/// meanwhile; a right one is accepted as soon as it shows another digit there.
fn an_hour_stuck(start: i64, place: u32, digit: i64) {
    let unit = 10_i64.pow(place);
    let mut chain = Chain::default();
    for second in 0..7200 {
        let right = start + i64::try_from(second).unwrap();
        let replaced = right - right / unit % 10 * unit + digit * unit;
        let is_stuck = (20..3600).contains(&second);
        let verdict = validate(
            &mut chain,
            second,
            if is_stuck { replaced } else { right },
            Silent,
        );
        assert!(
            !matches!(verdict, Verdict::Jump { .. }) && chain.good() <= Some(right),
            "{start}, {digit} at {place}, second {second}: {verdict:?} {chain:?}"
        );
        assert!(
            is_stuck || right == replaced || chain.good() == Some(right),
            "{start}, {digit} at {place}, second {second}: {verdict:?} {chain:?}"
        );
    }
}

#[test]
fn a_stuck_digit_never_enters_and_locks_nothing_out() {
    for start in [12_000, 12_345, 19_990, 123_456_789] {
        for place in 2..9 {
            for digit in 0..10 {
                an_hour_stuck(start, place, digit);
            }
        }
    }
}

#[test]
fn a_jump_that_one_digit_explains_is_accepted_when_the_digit_moves() {
    let mut chain = grown_to(12_345);
    for second in 1..655 {
        let value = 15_345 + i64::try_from(second).unwrap();
        assert_eq!(
            validate(&mut chain, 10 + second, value, Silent),
            Verdict::Hold
        );
    }
    assert_eq!(validate(&mut chain, 665, 16_000, Silent), Verdict::Accept);
}

#[test]
fn a_jump_that_one_digit_explains_is_accepted_in_a_day() {
    let mut chain = grown_to(12_345_678);
    for turn in 1..=24 * 120 {
        let verdict = validate(&mut chain, 10 + turn * 30, 92_345_678, Silent);
        assert_eq!(verdict, Verdict::Hold, "{turn}");
    }
    let jump = Verdict::Jump { from: 12_345_678 };
    let verdict = validate(&mut chain, 40 + 24 * 3600, 92_345_678, Silent);
    assert_eq!(verdict, jump);
}

#[test]
fn a_first_value_that_the_next_two_do_not_follow_was_damaged() {
    for first in [100, 90_000] {
        let mut chain = Chain::default();
        assert_eq!(validate(&mut chain, 0, first, Silent), Verdict::Accept);
        assert_eq!(validate(&mut chain, 1, 5_000, Silent), Verdict::Hold);
        let jump = Verdict::Correct { from: first };
        assert_eq!(validate(&mut chain, 2, 5_001, Silent), jump);
    }
}

#[test]
fn an_absence_starts_a_new_chain() {
    let mut chain = Chain::default();
    validate(&mut chain, 0, 100, Silent);
    assert_eq!(validate(&mut chain, 1, 9_000, Silent), Verdict::Hold);
    assert_eq!(validate(&mut chain, 100, 9_001, Silent), Verdict::Hold);
    let jump = Verdict::Jump { from: 100 };
    assert_eq!(validate(&mut chain, 101, 9_002, Silent), jump);
}

fn remembering(value: i64, seconds: i64) -> Chain {
    Chain::remembering(Baseline {
        value,
        time: Some(seconds * 1_000_000),
    })
}

#[test]
fn a_short_restart_is_no_absence() {
    // The clock of these tests stands at the epoch.
    let mut chain = remembering(12_345_678, -5);
    for second in 0..59 {
        let verdict = validate(&mut chain, second, 99_999_999, Silent);
        assert_eq!(verdict, Verdict::Hold, "{second}");
    }
    let mut chain = remembering(12_345_678, -70);
    validate(&mut chain, 0, 99_999_999, Silent);
    let jump = Verdict::Jump { from: 12_345_678 };
    assert_eq!(validate(&mut chain, 1, 99_999_999, Silent), jump);
}
