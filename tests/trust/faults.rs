//! What is not so does not get through, though its sum is right; and the right values are not locked out by it.

use linky_sensor::meter::{EventKind, Key, Value};
use linky_sensor::simulator::{SentFrame, SentGroup, SimulatedMeter, TariffPlan};
use linky_sensor::tic::{Label, Mode};

use crate::receiver::{
    Receiver, after_frames, assert_indexes, historique, indexes, number, scenario, standard,
    three_phases, with,
};

/// One digit of a number replaced, counted from the last.
fn stuck(data: &str, place: usize, digit: char) -> String {
    let at = data.len() - 1 - place;
    let mut data = data.to_owned();
    data.replace_range(at..=at, &digit.to_string());
    data
}

fn with_stuck(groups: &[SentGroup], label: Label, place: usize, digit: char) -> Vec<SentGroup> {
    let group = groups.iter().find(|group| group.label == label).unwrap();
    with(groups, &[(label, &stuck(&group.data, place, digit))])
}

/// The totals leave room for a step of the index while the frame is made.
const STEP: u64 = 2;

/// An hour with a stuck digit, a frame each ten seconds: only what was sent is published.
fn an_hour_stuck(
    mut meter: SimulatedMeter,
    mut receiver: Receiver,
    label: Label,
    place: usize,
    digit: char,
) {
    let mut sent_so_far = vec![receiver.energy().unwrap()];
    for _ in 0..360 {
        meter.let_pass(10);
        let sent = meter.next().unwrap();
        sent_so_far.push(number(&sent.groups, label).unwrap());
        receiver.receive_instead(&sent, &with_stuck(&sent.groups, label, place, digit));
        let published = receiver.energy().unwrap();
        let lowest = sent_so_far[0].saturating_sub(STEP);
        let highest = sent_so_far[sent_so_far.len() - 1] + STEP;
        assert!(
            (lowest..=highest).contains(&published)
                && sent_so_far
                    .iter()
                    .any(|sent| sent.abs_diff(published) <= STEP),
            "{label} place {place} digit {digit}: {published}, {sent_so_far:?}"
        );
    }
    assert_eq!(
        receiver.count(EventKind::IndexJumped),
        0,
        "{label} {place} {digit} {:?}",
        receiver.events
    );
    // The fault ends: what has another digit there shows it.
    let mut sent = meter.next().unwrap();
    for _ in 0..4 {
        receiver.receive(&sent);
        sent = meter.next().unwrap();
    }
    receiver.receive(&sent);
    let right = &sent.get(label).unwrap().data;
    if *right != stuck(right, place, digit) {
        assert_indexes(&receiver, &sent.groups);
    }
}

#[test]
fn a_stuck_digit_of_the_total_never_enters() {
    for place in 0..9 {
        for digit in ['0', '5', '9'] {
            let (meter, receiver) = standard();
            an_hour_stuck(meter, receiver, Label::EAST, place, digit);
        }
    }
}

/// Without totals, a wrong value within what the connection can carry meanwhile cannot be distinguished from a right one.
#[test]
fn a_stuck_digit_of_an_index_without_totals_never_enters() {
    for place in 2..9 {
        for digit in ['0', '5', '9'] {
            let (meter, receiver) = historique();
            an_hour_stuck(meter, receiver, Label::BASE, place, digit);
        }
    }
}

#[test]
fn a_stuck_digit_of_a_part_locks_out_no_other_part() {
    let (mut meter, mut receiver) = after_frames(three_phases(TariffPlan::Tempo), 30);
    let mut before = None;
    for _ in 0..360 {
        meter.let_pass(10);
        let sent = meter.next().unwrap();
        receiver.receive_instead(&sent, &with_stuck(&sent.groups, Label::EASF09, 0, '8'));
        let now = indexes(&sent.groups);
        for ((key, now), (_, before)) in now.iter().zip(before.as_ref().unwrap_or(&now)) {
            let published = receiver.state().reading.int(*key).unwrap();
            assert!(
                [*now, *before].contains(&published),
                "{key:?} {published}: {before}, {now}"
            );
        }
        before = Some(now);
    }
}

/// The total and a part of the supplier are wrong by as much: only the parts of the distributor know.
#[test]
fn one_fault_in_the_total_and_a_part_never_enters() {
    let (mut meter, mut receiver) = after_frames(scenario(Mode::Standard, TariffPlan::Base), 30);
    for _ in 0..360 {
        meter.let_pass(10);
        let sent = meter.next().unwrap();
        let total = with_stuck(&sent.groups, Label::EAST, 4, '7');
        receiver.receive_instead(&sent, &with_stuck(&total, Label::EASF01, 4, '7'));
        let highest = number(&sent.groups, Label::EAST).unwrap();
        assert!(receiver.energy().unwrap() <= highest + STEP);
    }
    assert_eq!(receiver.count(EventKind::IndexJumped), 0);
}

/// More than any connection carries: the last good value stands and the wrong one is counted.
#[test]
fn a_physically_impossible_value_is_held_and_counted() {
    let (mut meter, mut receiver) = standard();
    for (label, key, wrong) in [
        (Label::IRMS1, Key::CURRENT_L1, "901"),
        (Label::URMS1, Key::VOLTAGE_L1, "630"),
        (Label::SINSTS, Key::APPARENT_POWER, "90410"),
    ] {
        receiver.receive(&meter.next().unwrap());
        let (before, held) = (receiver.state().reading.int(key), receiver.held());
        assert!(before.is_some(), "{label}");
        let sent = meter.next().unwrap();
        receiver.receive_instead(&sent, &with(&sent.groups, &[(label, wrong)]));
        assert_eq!(receiver.state().reading.int(key), before, "{label}");
        assert_eq!(receiver.held(), held + 1, "{label}");
        let sent = meter.next().unwrap();
        receiver.receive(&sent);
        assert_eq!(
            receiver.state().reading.int(key),
            number(&sent.groups, label),
            "{label}"
        );
    }
}

fn damage(mode: Mode, label: Label, wrong: &[&str]) {
    for stripped in [false, true] {
        let mut meter = SimulatedMeter::new(scenario(mode, TariffPlan::Base)).unwrap();
        let mut receiver = Receiver::new(mode);
        if stripped {
            receiver = receiver.without_parity();
        }
        let mut receive = |receiver: &mut Receiver, wrong: Option<&str>| {
            let sent = meter.next().unwrap();
            let before = receiver.energy();
            match wrong {
                None => receiver.receive(&sent),
                Some(data) => {
                    receiver.receive_instead(&sent, &with(&sent.groups, &[(label, data)]))
                }
            };
            (sent, before)
        };
        for _ in 0..30 {
            receive(&mut receiver, None);
        }
        for data in wrong {
            let (_, before) = receive(&mut receiver, Some(data));
            assert_eq!(receiver.energy(), before, "{label}={data}");
        }
        for _ in 0..3 {
            receive(&mut receiver, None);
        }
        let (sent, _) = receive(&mut receiver, None);
        if !stripped || mode == Mode::Standard {
            assert_indexes(&receiver, &sent.groups);
        }
        assert_eq!(receiver.count(EventKind::IndexJumped), 0);
        assert!(receiver.held() >= 1);
    }
}

#[test]
fn damaged_indexes_do_not_enter_and_lock_nothing_out() {
    for (mode, label) in [
        (Mode::Standard, Label::EAST),
        (Mode::Historique, Label::BASE),
    ] {
        damage(mode, label, &["900000000"]);
        damage(mode, label, &["000000001"]);
        damage(mode, label, &["900000000", "900000000"]);
        damage(mode, label, &["900000000", "000000001"]);
        damage(mode, label, &["000000001", "000000001"]);
    }
}

/// The trap of a filter that only compares with the last value: one that is too high, and all that is right is too low.
#[test]
fn one_high_index_within_reach_does_not_lock_the_right_ones_out() {
    for stripped in [false, true] {
        let mut meter = SimulatedMeter::new(scenario(Mode::Historique, TariffPlan::Base)).unwrap();
        let mut receiver = Receiver::new(Mode::Historique);
        if stripped {
            receiver = receiver.without_parity();
        }
        for _ in 0..30 {
            let sent = meter.next().unwrap();
            receiver.receive(&sent);
        }
        let sent = meter.next().unwrap();
        let high = number(&sent.groups, Label::BASE).unwrap() + 18;
        receiver.receive_instead(
            &sent,
            &with(&sent.groups, &[(Label::BASE, &format!("{high:09}"))]),
        );
        for _ in 0..3 {
            let sent = meter.next().unwrap();
            receiver.receive(&sent);
        }
        assert!(receiver.energy().unwrap() < high);
        let events = receiver.count(EventKind::IndexJumped);
        assert_eq!(events, 1, "what was published goes back, with an event");
    }
}

#[test]
fn a_damaged_text_is_not_published() {
    let (mut meter, mut receiver) = standard();
    let contract = receiver.state().reading.get(Key::CONTRACT).cloned();
    for wrong in [
        "H PLEINE/CREUS\u{7f}".replace('\u{7f}', "%%"),
        "h PLEINE/CREUSE ".into(),
    ] {
        let sent: SentFrame = meter.next().unwrap();
        receiver.receive_instead(&sent, &with(&sent.groups, &[(Label::NGTF, &wrong)]));
        assert_eq!(
            receiver.state().reading.get(Key::CONTRACT),
            contract.as_ref()
        );
        let sent = meter.next().unwrap();
        receiver.receive(&sent);
    }
    assert_eq!(receiver.count(EventKind::ContractChanged), 0);
    assert_eq!(receiver.held(), 2);
}

#[test]
fn a_wrong_register_without_parity_is_not_published() {
    let mut meter = SimulatedMeter::new(scenario(Mode::Standard, TariffPlan::OffPeak)).unwrap();
    let mut receiver = Receiver::new(Mode::Standard).without_parity();
    let mut receive = |receiver: &mut Receiver, wrong: Option<&str>| {
        let sent = meter.next().unwrap();
        match wrong {
            None => receiver.receive(&sent),
            Some(data) => {
                receiver.receive_instead(&sent, &with(&sent.groups, &[(Label::STGE, data)]))
            }
        }
    };
    for _ in 0..5 {
        receive(&mut receiver, None);
    }
    let breaker = receiver.state().reading.get(Key::BREAKER).cloned();
    assert_eq!(breaker, Some(Value::Enum("closed")));
    receive(&mut receiver, Some("003A0403"));
    assert_eq!(receiver.state().reading.get(Key::BREAKER), breaker.as_ref());
    receive(&mut receiver, None);
    assert_eq!(
        (receiver.count(EventKind::BreakerChanged), receiver.held()),
        (0, 1)
    );
}

#[test]
fn a_damaged_date_turns_no_page_of_the_calendar() {
    let (mut meter, mut receiver) = standard();
    let (calendar, clock) = (
        receiver.state().calendar.clone(),
        receiver.state().reading.get(Key::METER_TIME).cloned(),
    );
    assert!(calendar.tomorrow.is_some());
    let sent = meter.next().unwrap();
    let mut groups = sent.groups.clone();
    for group in groups.iter_mut().filter(|group| group.label == Label::DATE) {
        group.horodate.as_mut().unwrap().replace_range(5..7, "16");
    }
    receiver.receive_instead(&sent, &groups);
    assert_eq!(receiver.state().calendar, calendar);
    assert_eq!(
        receiver.state().reading.get(Key::METER_TIME),
        clock.as_ref()
    );
    let sent = meter.next().unwrap();
    receiver.receive(&sent);
    assert_eq!(receiver.state().calendar, calendar);
    assert_eq!(receiver.held(), 1);
}

#[test]
fn the_greatest_power_of_the_day_does_not_fall_within_it() {
    let (mut meter, mut receiver) = standard();
    let highest = receiver
        .state()
        .reading
        .int(Key::APPARENT_POWER_MAX)
        .unwrap();
    for _ in 0..10 {
        let sent = meter.next().unwrap();
        receiver.receive_instead(&sent, &with(&sent.groups, &[(Label::SMAXSN, "00007")]));
        assert!(
            receiver
                .state()
                .reading
                .int(Key::APPARENT_POWER_MAX)
                .unwrap()
                >= highest
        );
    }
    for _ in 0..2 {
        let sent = meter.next().unwrap();
        receiver.receive(&sent);
    }
    let sent = meter.next().unwrap();
    receiver.receive(&sent);
    assert_eq!(
        receiver.state().reading.int(Key::APPARENT_POWER_MAX),
        number(&sent.groups, Label::SMAXSN)
    );
}
