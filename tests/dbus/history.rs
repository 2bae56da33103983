//! `….History`: the power and the energy over time, as programs are answered.

use linky_sensor::names::interface;
use linky_sensor::tic::Mode;

use crate::stage::{MAIN, Program, settled};
use crate::support::meter::{Fed, START, frame, standard};

type PowerRow = (u64, u32, u32, u32, u32, u8);

const SECOND: u64 = 1_000_000;
/// The last frame of a settled meter is that of the fourth second.
const SETTLED: u64 = 4;

fn start() -> u64 {
    START.unsigned_abs()
}

async fn power(program: &Program, since: u64, step: u32) -> Vec<PowerRow> {
    rows(program, "GetPower", &(since, step)).await
}

async fn rows<R: serde::de::DeserializeOwned + zbus::Type>(
    program: &Program,
    method: &str,
    arguments: &(impl serde::Serialize + zbus::DynamicType),
) -> Vec<R> {
    let answer = program.call(MAIN, interface::HISTORY, method, arguments);
    let answer = answer.await.expect("History answers");
    answer.body().deserialize().expect("rows")
}

/// A frame a second with these apparent powers.
fn feed(fed: &mut Fed, powers: &[u32]) {
    for power in powers {
        fed.push(&standard(&[("SINSTS", "", &format!("{power:05}"))]));
    }
}

#[tokio::test]
async fn the_last_seconds_and_minutes_have_their_rows_and_a_silence_has_none() {
    let (_bus, _service, mut fed, program) = settled(false).await;
    feed(&mut fed, &[1000, 3000]);
    fed.silence(60);
    feed(&mut fed, &[500]);
    let seconds = power(&program, 0, 0).await;
    // 4 frames to settle, 2 and 1.
    assert_eq!(seconds.len(), 7, "{seconds:?}");
    let since = start() + (SETTLED + 1) * SECOND;
    let rows = power(&program, since, 1).await;
    let expected = [
        (since, 1000, 1000, 0, 0, 1),
        (since + SECOND, 3000, 3000, 0, 0, 1),
        (since + 62 * SECOND, 500, 500, 0, 0, 1),
    ];
    assert_eq!(rows, expected);

    let minutes = power(&program, 0, 60).await;
    let minute = start() - start() % (60 * SECOND);
    // Six frames from the 52nd second of a minute on; their mean is rounded.
    let mean = (4 * 450 + 1000 + 3000 + 3) / 6;
    let expected = [
        (minute, mean, 3000, 0, 0, 1),
        (minute + 60 * SECOND, 500, 500, 0, 0, 1),
    ];
    assert_eq!(minutes, expected);
    assert_eq!(power(&program, u64::MAX, u32::MAX).await, []);
    assert_eq!(power(&program, 0, u32::MAX).await.len(), 1, "a day");
}

#[tokio::test]
async fn energy_is_by_the_hour_and_index_and_nothing_of_it_twice() {
    let (_bus, _service, mut fed, program) = settled(false).await;
    // An index goes on by 10 Wh in the hour.
    for energy in [12_345_680, 12_345_688] {
        let energy = format!("{energy:09}");
        fed.push(&standard(&[("EAST", "", &energy), ("EASF01", "", &energy)]));
    }
    let hour = start() - start() % (3600 * SECOND);
    let energies: Vec<(u64, u8, u64)> = rows(&program, "GetEnergy", &0_u64).await;
    assert_eq!(energies, [(hour, 1, 10)]);
    let energies: Vec<(u64, u8, u64)> = rows(&program, "GetEnergy", &(hour + 1)).await;
    assert_eq!(energies, [], "it begins before");
}

#[tokio::test]
async fn a_producer_and_a_meter_without_indexes_have_numbers_of_their_own() {
    let (_bus, _service, mut fed, program) = settled(false).await;
    for (energy, power) in [
        ("000001000", "00000"),
        ("000001000", "00040"),
        ("000001003", "00060"),
    ] {
        fed.push(&standard(&[
            ("EAIT", "", energy),
            ("SINSTI", "", power),
            ("SINSTS", "", "00000"),
        ]));
    }
    let rows_of = |name: &'static str| rows::<(u64, u8, u64)>(&program, name, &0_u64);
    let energies = rows_of("GetEnergy").await;
    let hour = start() - start() % (3600 * SECOND);
    assert_eq!(energies, [(hour, 1, 0), (hour, 255, 3)]);
    let last = power(&program, 0, 1).await.pop();
    assert_eq!(last, Some((start() + 7 * SECOND, 0, 0, 60, 60, 1)));

    let historique = |energy: &str| {
        frame(
            Mode::Historique,
            &[
                ("ADCO", "", "991876000001"),
                ("OPTARIF", "", "BASE"),
                ("ISOUSC", "", "30"),
                ("BASE", "", energy),
                ("PTEC", "", "TH.."),
                ("PAPP", "", "00780"),
            ],
        )
    };
    for energy in ["012345690", "012345690", "012345692", "012345695"] {
        fed.push(&historique(energy));
    }
    let energies = rows_of("GetEnergy").await;
    assert_eq!(energies.last(), Some(&(hour, 255, 3)));
    assert_eq!(energies.first().map(|row| row.1), Some(0), "{energies:?}");
    let last = power(&program, 0, 1).await.pop();
    assert_eq!(last, Some((start() + 11 * SECOND, 780, 780, 0, 0, 0)));
}

#[tokio::test]
async fn the_active_power_has_rows_where_it_is_known() {
    let (_bus, _service, mut fed, program) = settled(false).await;
    for second in 0..120_u32 {
        let energy = format!("{:09}", 12_345_678 + second / 4);
        let date = format!("H2611241216{:02}", second % 60);
        let date = date.replace("1216", if second < 60 { "1216" } else { "1217" });
        fed.push(&standard(&[
            ("DATE", &date, ""),
            ("EAST", "", &energy),
            ("EASF01", "", &energy),
            ("SINSTS", "", "01000"),
        ]));
    }
    let active: Vec<(u64, i32)> = rows(&program, "GetActivePower", &(0_u64, 1_u32)).await;
    let apparent = power(&program, 0, 1).await;
    let (_, newest) = active.last().expect("it is known after two minutes");
    assert!(
        (800..=1000).contains(newest),
        "{newest}: 0.25 Wh a second are 900 W"
    );
    assert!(active.len() <= apparent.len());
    assert!(
        active
            .iter()
            .all(|(start, _)| apparent.iter().any(|row| row.0 == *start))
    );
}
