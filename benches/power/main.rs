//! How far the active power is from what really flowed, beside other ways to get it; how early the breaker warns; and what
//! a frame costs. `docs/POWER.md` holds the result. `cargo bench --bench power`.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a tool for developers, on data of its own"
)]

#[path = "../../tests/power/house.rs"]
mod house;
mod households;
#[path = "../../tests/power/overload.rs"]
mod overload;
mod rules;
#[path = "../../tests/signals/mod.rs"]
mod signals;

use std::hint::black_box;
use std::time::Instant;

use linky_sensor::meter::model::power::{ActivePower, PowerSample};

use rules::{ApparentPower, Rule, TwoWattHours, Window};

/// A frame, what really flowed in its second, and whether it is judged.
struct Frame {
    sample: PowerSample,
    truth: f64,
    is_judged: bool,
}

fn main() {
    println!("| signal | frames | ours | VA as W | a minute | 2 Wh |");
    println!("|---|--:|--:|--:|--:|--:|");
    for (name, rows) in signals::all('w') {
        let frames = rows.iter().filter(|row| row.is_frame()).map(|row| Frame {
            sample: row.power_sample(true),
            truth: row.number("w_true").unwrap_or_default(),
            is_judged: row.text("expect") == "value",
        });
        compare(&name, &frames.collect::<Vec<_>>());
    }
    for (name, resolution) in [("a day, standard", 1), ("a day, historique", 10)] {
        compare(name, &day(resolution));
    }
    households::table();
    cost();
    for interval in [0.93, 1.27, 1.9] {
        warnings(interval);
    }
}

/// Frames of a day, after the second increment.
fn day(resolution: u32) -> Vec<Frame> {
    let mut meter = house::Counter::new(resolution);
    let every = if resolution == 1 { 1 } else { 2 };
    let seconds = (0..).zip(house::day(11));
    let frames = seconds.filter_map(|(number, second)| {
        let sample = meter.push(number, second);
        number.is_multiple_of(every).then_some(Frame {
            sample,
            truth: second.active,
            is_judged: number > 600,
        })
    });
    frames.collect()
}

/// A row of the table: for each rule the share of frames within 10 W or 5 %, and the mean error.
fn compare(name: &str, frames: &[Frame]) {
    let mut rules: [Box<dyn Rule>; 4] = [
        Box::<ActivePower>::default(),
        Box::new(ApparentPower),
        Box::<Window>::default(),
        Box::<TwoWattHours>::default(),
    ];
    let judged = frames.iter().filter(|frame| frame.is_judged).count();
    print!("| {name} | {judged} |");
    for rule in &mut rules {
        let (mut near, mut deviation, mut power) = (0, 0.0, None);
        for frame in frames {
            power = rule.push(&frame.sample).or(power);
            if frame.is_judged {
                // No power at all is judged as 0 W.
                let error = (power.unwrap_or(0.0) - frame.truth).abs();
                near += usize::from(error <= (0.05 * frame.truth.abs()).max(10.0));
                deviation += error;
            }
        }
        let judged = judged as f64;
        print!(
            " {:.0} %, {:.1} W |",
            100.0 * near as f64 / judged,
            deviation / judged
        );
    }
    println!();
}

fn cost() {
    let frames = day(1);
    let start = Instant::now();
    let mut model = ActivePower::default();
    for frame in &frames {
        model.push(black_box(&frame.sample));
        black_box(model.power(frame.sample.time));
    }
    let each = start.elapsed() / frames.len() as u32;
    println!(
        "\nThe power costs {} ns a frame, in {} bytes.",
        each.as_nanos(),
        size_of::<ActivePower>()
    );
}

/// A hundred hours of overloads: how early each opening was warned of.
fn warnings(interval: f64) {
    let (openings, alarms) = overload::openings(7, 100, interval);
    let mut leads: Vec<u64> = openings
        .iter()
        .map(|opening| opening.warned.map_or(0, |since| opening.second - since))
        .collect();
    leads.sort_unstable();
    let lead = |percent: usize| leads[leads.len() * percent / 100];
    println!(
        "A frame every {interval} s: {} openings, warned {} s before at least, {} s in nine of ten, {} s in half; {alarms} warnings.",
        leads.len(),
        lead(0),
        lead(10),
        lead(50),
    );
}
