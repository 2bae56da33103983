//! The active power, signal by signal.

use linky_sensor::meter::model::power::ActivePower;

use crate::signals::{self, Row};

/// What the model answers to each row, with or without the meter's clock.
fn run(rows: &[Row], dated: bool) -> Vec<Option<f64>> {
    let mut model = ActivePower::default();
    rows.iter()
        .map(|row| {
            if row.is_frame() {
                model.push(&row.power_sample(dated));
            }
            model.power(row.time())
        })
        .collect()
}

/// `w_ref` is what an independent implementation of the same filter answers.
#[test]
fn it_agrees_with_an_independent_implementation() {
    for (name, rows) in signals::all('w') {
        for (row, power) in rows.iter().zip(run(&rows, false)) {
            if row.text("expect") == "value"
                && let Some(reference) = row.number("w_ref")
            {
                let power = power.unwrap();
                assert!(
                    (power - reference).abs() <= 2.0,
                    "{name} at {} s: {power} W, not {reference}",
                    row.text("t")
                );
            }
        }
    }
}

#[test]
fn it_is_within_its_range_and_null_where_it_must_be() {
    for (name, rows) in signals::all('w') {
        let mut last = None;
        for (row, power) in rows.iter().zip(run(&rows, false)) {
            let at = format!("{name} at {} s: {power:?} W", row.text("t"));
            match row.text("expect") {
                "value" => {
                    let [least, most] =
                        ["w_min", "w_max"].map(|column| row.number(column).unwrap());
                    assert!(
                        (least..=most).contains(&power.unwrap()),
                        "{at}, not {least} to {most}"
                    );
                }
                "null" => assert_eq!(power, None, "{at}"),
                "hold" => assert_eq!(power, last, "{at}"),
                _ => {}
            }
            last = power;
        }
    }
}

/// With the clock of the meter, as in the daemon: frames within 10 W or 5 % of what really flowed, in a hundred.
#[test]
fn most_frames_are_within_ten_watts_or_five_percent() {
    for (name, least) in [
        ("w01_step_resistive", 99),
        ("w02_step_motor", 99),
        ("w03_idle_40w", 100),
        ("w04_fridge_night", 91),
        ("w06_ev_7kw", 99),
        ("w07_convectors", 96),
        ("w08_pv_clouds", 95),
        ("w09_pv_no_contract", 92),
        ("w10_diverter", 82),
        ("w11_three_phase", 95),
        ("w12_three_phase_pv", 82),
        ("w13_historique_base", 98),
        ("w14_historique_hphc", 96),
        ("w15_lost_frames", 98),
        ("w17_index_jump", 99),
        ("w18_missing_groups", 99),
        ("w20_low_pf", 98),
    ] {
        let rows = signals::read(name);
        let powers = run(&rows, true);
        let judged = rows
            .iter()
            .zip(powers)
            .filter(|(row, _)| row.text("expect") == "value");
        let near: Vec<bool> = judged
            .map(|(row, power)| {
                let truth = row.number("w_true").unwrap();
                (power.unwrap() - truth).abs() <= (0.05 * truth.abs()).max(10.0)
            })
            .collect();
        let share = near.iter().filter(|near| **near).count() * 100 / near.len();
        assert!(share >= least, "{name}: {share} %, not {least}");
    }
}

#[test]
fn in_single_phase_it_is_never_more_than_the_apparent_power() {
    for (name, rows) in signals::all('w') {
        for (row, power) in rows.iter().zip(run(&rows, true)) {
            let sample = row.power_sample(true);
            let (Some(power), Some(apparent), None) = (power, sample.apparent, sample.phases)
            else {
                continue;
            };
            let injected = f64::from(sample.apparent_injected.unwrap_or(0));
            assert!(
                (-injected..=f64::from(apparent)).contains(&power),
                "{name} at {} s: {power} W",
                row.text("t")
            );
        }
    }
}
