//! The breaker, signal by signal. Time 0 of a signal is the second before its first frame; `second` is the meter's.

use linky_sensor::meter::model::breaker::{
    BreakerModel, BreakerSample, Forecast, Maximum, PhaseLoad,
};

use crate::signals::{self, Row};

/// Midnight falls in this second of `b08_midnight`, and in no other signal.
const MIDNIGHT: i64 = 1_200;

/// The columns of a signal that the three-phase ones number.
fn load(row: &Row, phase: &str, is_dated_today: impl Fn(i64) -> bool) -> Option<PhaseLoad> {
    let apparent = row
        .int(&format!("SINSTS{phase}"))
        .or(row.int(&format!("PAPP{phase}")))?;
    let second: Option<i64> = row.int("second");
    let dated = row.int(&format!("SMAXSN{phase}_second"));
    let maximum = row.int(&format!("SMAXSN{phase}")).zip(second.zip(dated));
    Some(PhaseLoad {
        apparent,
        maximum: maximum.and_then(|(apparent, (second, dated))| {
            is_dated_today(dated).then_some(Maximum {
                apparent,
                age: second - dated,
            })
        }),
    })
}

fn sample(name: &str, row: &Row) -> BreakerSample {
    let second: i64 = row.int("second").unwrap();
    let is_dated_today =
        |dated: i64| name != "b08_midnight" || (dated < MIDNIGHT) == (second < MIDNIGHT);
    let cutoff: u32 = row.int("PCOUP_VA").unwrap();
    let one = load(row, "", is_dated_today);
    let phases = match one {
        Some(one) => [Some(one), None, None],
        None => ["1", "2", "3"].map(|phase| load(row, phase, is_dated_today)),
    };
    BreakerSample {
        time: row.time(),
        cutoff: Some(BreakerSample::cutoff_of_phase(
            cutoff,
            if one.is_some() { 1 } else { 3 },
        )),
        phases,
    }
}

fn run(name: &str, rows: &[Row]) -> Vec<Forecast> {
    let mut model = BreakerModel::default();
    rows.iter()
        .map(|row| {
            model.push(&sample(name, row));
            model.forecast(row.time())
        })
        .collect()
}

#[test]
fn the_load_is_within_its_range_and_null_until_it_is_known() {
    for (name, rows) in signals::all('b') {
        for (row, forecast) in rows.iter().zip(run(&name, &rows)) {
            let at = format!("{name} at {} s: {forecast:?}", row.text("t"));
            match row.number("load_min").zip(row.number("load_max")) {
                Some((least, most)) => {
                    assert!(
                        (least..=most).contains(&forecast.load.unwrap()),
                        "{at}, not {least} to {most}"
                    );
                }
                None => assert_eq!(forecast.load, None, "{at}"),
            }
        }
    }
}

#[test]
fn the_forecast_agrees_with_an_independent_implementation() {
    for (name, rows) in signals::all('b') {
        for (row, forecast) in rows.iter().zip(run(&name, &rows)) {
            let at = format!("{name} at {} s: {forecast:?}", row.text("t"));
            if let Some(alarm) = row.int::<u8>("alarm_ref") {
                assert_eq!(forecast.warning.unwrap_or(false), alarm == 1, "{at}");
            }
            let headroom = row.number("headroom_ref").unwrap();
            assert!(
                (forecast.headroom.unwrap() - headroom).abs() <= 1.0,
                "{at}, not {headroom}"
            );
            if forecast.load.is_some() {
                let headroom = row.number("headroom60_ref").unwrap();
                assert!(
                    (forecast.headroom_60s.unwrap() - headroom).abs() <= 1.0,
                    "{at}, not {headroom}"
                );
                let trip_in = row.number("trip_in_ref");
                let differ = trip_in
                    .zip(forecast.trip_in)
                    .map(|(one, other)| (one - other).abs());
                assert!(
                    trip_in.is_some() == forecast.trip_in.is_some()
                        && differ.is_none_or(|by| by <= 1.0),
                    "{at}, not {trip_in:?} s"
                );
            }
        }
    }
}

/// 250 and 40 s from no load, by the specification.
#[test]
fn a_load_that_stays_opens_the_breaker_at_the_time_of_the_specification() {
    for (name, starts, opens, tolerance) in [
        ("b01_step_1_4", 20.0, 247.0, 2.0),
        ("b02_step_2_5", 20.0, 40.0, 1.0),
    ] {
        let rows = signals::read(name);
        let forecasts = run(name, &rows);
        let (last, forecast) = rows.iter().zip(forecasts).next_back().unwrap();
        let second = last.number("second").unwrap() - starts + forecast.trip_in.unwrap();
        assert!((second - opens).abs() <= tolerance, "{name}: {second} s");
    }
    let rows = signals::read("b03_step_1_1");
    assert!(
        run("b03_step_1_1", &rows)
            .iter()
            .all(|forecast| forecast.trip_in.is_none())
    );
}
