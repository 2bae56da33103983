use super::Witness::{Confirms, Contradicts, Silent};
use super::*;

/// Values a second apart, of which each may be the one before or up to ten more.
fn judge(chain: &mut Chain, second: u64, value: i64, witness: Witness) -> Judgement {
    judge_with(chain, second, value, witness, true)
}

fn judge_with(
    chain: &mut Chain,
    second: u64,
    value: i64,
    witness: Witness,
    parity: bool,
) -> Judgement {
    let now = Moment {
        mono: Duration::from_secs(second),
        wall: Some(Timestamp(0)),
    };
    let follows = |from: i64, to: i64, elapsed: Duration| {
        to >= from && to - from <= 10 * i64::try_from(elapsed.as_secs() + 1).unwrap()
    };
    let evidence = Evidence {
        now,
        is_sound: parity,
        is_quiet: parity,
        witness,
        follows: &follows,
        damaged: &|_, _, _| 0,
    };
    chain.judge(value, &evidence)
}

#[test]
fn what_follows_is_good_and_a_lone_leap_is_not() {
    let mut chain = Chain::default();
    assert_eq!(judge(&mut chain, 0, 100, Silent), Judgement::Good);
    assert_eq!(judge(&mut chain, 1, 105, Silent), Judgement::Good);
    assert_eq!(judge(&mut chain, 2, 90_000, Silent), Judgement::Bad);
    assert_eq!(judge(&mut chain, 3, 104, Silent), Judgement::Bad);
    assert_eq!(judge(&mut chain, 4, 106, Silent), Judgement::Good);
}

#[test]
fn a_confirmed_chain_of_three_is_believed() {
    let mut chain = Chain::default();
    judge(&mut chain, 0, 100, Silent);
    assert_eq!(judge(&mut chain, 1, 9_000, Confirms), Judgement::Bad);
    assert_eq!(judge(&mut chain, 2, 9_001, Confirms), Judgement::Bad);
    assert_eq!(
        judge(&mut chain, 3, 9_002, Confirms),
        Judgement::Jump { from: 100 }
    );
}

#[test]
fn a_chain_that_nothing_confirms_is_believed_after_a_minute() {
    let mut chain = Chain::default();
    judge(&mut chain, 0, 100, Silent);
    for second in 1..61 {
        assert_eq!(
            judge(&mut chain, second, 9_000, Silent),
            Judgement::Bad,
            "{second}"
        );
    }
    assert_eq!(
        judge(&mut chain, 61, 9_000, Silent),
        Judgement::Jump { from: 100 }
    );
}

#[test]
fn a_contradicted_chain_is_not_believed_for_an_hour() {
    let mut chain = Chain::default();
    judge(&mut chain, 0, 100, Silent);
    for second in 1..3600 {
        assert_eq!(
            judge(&mut chain, second, 9_000, Contradicts),
            Judgement::Bad
        );
    }
}

#[test]
fn one_damaged_value_below_does_not_cost_the_next() {
    let mut chain = Chain::default();
    judge(&mut chain, 0, 100, Silent);
    assert_eq!(judge(&mut chain, 1, 97, Silent), Judgement::Bad);
    assert_eq!(judge(&mut chain, 2, 102, Silent), Judgement::Good);
}

#[test]
fn after_a_silence_two_are_enough() {
    let mut chain = Chain::default();
    judge(&mut chain, 0, 100, Silent);
    assert_eq!(judge(&mut chain, 70, 9_000, Silent), Judgement::Bad);
    assert_eq!(
        judge(&mut chain, 71, 9_001, Silent),
        Judgement::Jump { from: 100 }
    );
}

#[test]
fn the_first_of_all_that_nothing_vouches_for_is_awaited_again() {
    let mut chain = Chain::default();
    let mut judge = |second, value| judge_with(&mut chain, second, value, Silent, false);
    assert_eq!(judge(0, 100), Judgement::Wait);
    assert_eq!(judge(1, 90_000), Judgement::Wait);
    assert_eq!(judge(2, 90_000), Judgement::Good);
}

#[test]
fn an_index_of_an_earlier_start_is_remembered() {
    let mut first = Chain::default();
    judge(&mut first, 0, 100, Silent);
    let mut chain = Chain::remembering(first.baseline().unwrap());
    assert_eq!(judge(&mut chain, 0, 5_000, Silent), Judgement::Bad);
    assert_eq!(judge(&mut chain, 1, 101, Silent), Judgement::Good);
}

#[test]
fn what_follows_without_parity_waits_for_the_next() {
    let mut chain = Chain::default();
    let mut judge = |second, value, witness| judge_with(&mut chain, second, value, witness, false);
    assert_eq!(judge(0, 100, Silent), Judgement::Wait);
    assert_eq!(judge(1, 100, Silent), Judgement::Good);
    assert_eq!(judge(2, 101, Silent), Judgement::Wait);
    assert_eq!(judge(3, 102, Silent), Judgement::Good);
    assert_eq!(judge(4, 108, Silent), Judgement::Wait);
    assert_eq!(judge(5, 102, Silent), Judgement::Correction);
    assert_eq!(judge(6, 103, Confirms), Judgement::Good);
}

#[test]
fn a_damaged_value_within_reach_does_not_lock_the_right_ones_out() {
    let mut chain = Chain::default();
    judge(&mut chain, 0, 100, Silent);
    judge(&mut chain, 1, 101, Silent);
    assert_eq!(judge(&mut chain, 2, 109, Silent), Judgement::Good);
    assert_eq!(judge(&mut chain, 3, 101, Silent), Judgement::Bad);
    assert_eq!(judge(&mut chain, 4, 101, Silent), Judgement::Correction);
    assert_eq!(judge(&mut chain, 5, 102, Silent), Judgement::Good);
}

#[test]
fn a_value_that_came_twice_is_taken_back_by_many() {
    let mut chain = Chain::default();
    for (second, value) in (0..).zip([100, 109, 109]) {
        judge(&mut chain, second, value, Silent);
    }
    for second in 3..12 {
        assert_eq!(judge(&mut chain, second, 101, Silent), Judgement::Bad);
    }
    assert_eq!(judge(&mut chain, 12, 101, Silent), Judgement::Correction);
    for second in 13..40 {
        assert_eq!(
            judge(&mut chain, second, 90, Silent),
            Judgement::Bad,
            "before both"
        );
    }
}

#[test]
fn what_is_contradicted_is_not_believed_though_it_follows() {
    let mut chain = Chain::default();
    judge(&mut chain, 0, 100, Silent);
    for second in 1..3600 {
        assert_eq!(chain.good(), Some(100));
        judge(&mut chain, second, 107, Contradicts);
    }
}
