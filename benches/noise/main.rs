//! The noise laboratory: how many wrong values pass, and how many good ones are lost, over lines of every sort.
//!
//! Simulated meters send over a damaged line; `truth` keeps what they sent. Counted per million groups sent: wrong ones
//! that the sum alone would pass, that pass all checks of the wire, and wrong values that are published; and how many of
//! the groups that arrived untouched were kept. `docs/NOISE.md` holds the result.
//!
//! `cargo bench --bench noise -- [--groups MILLIONS] [--seed N] [--culprits] [--each-rule | --without RULE] [FILTER]`, where
//! the filter is a part of the name of a meter or of a line.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "a tool for developers, on data of its own"
)]

mod counts;
mod receiver;
mod run;
mod speed;
mod truth;

use linky_sensor::meter::{Safeguard, Safeguards};
use linky_sensor::simulator::{Noise, Phases, Scenario, TariffPlan};
use linky_sensor::tic::Mode;

use counts::Counts;
use run::{Line, run};

struct Options {
    groups: f64,
    seed: u64,
    culprits: bool,
    /// Runs once more without each rule.
    each_rule: bool,
    rules: Safeguards,
    filter: String,
}

fn main() {
    let options = options();
    for strips in [false, true] {
        let title = if strips {
            "Without parity"
        } else {
            "With parity"
        };
        println!("\n{title}\n");
        if options.each_rule {
            lines(strips)
                .into_iter()
                .for_each(|(name, line)| print_each_rule(name, line, &options));
        } else {
            print_lines(strips, &options);
        }
    }
}

fn print_lines(strips: bool, options: &Options) {
    println!(
        "| line | meter | groups, M | sum alone | wire | **published** | held | late, % | alarms | kept, % | unknown |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    );
    for (line_name, line) in lines(strips) {
        let mut all = Counts::default();
        for (meter, mut counts) in run_each_meter(line_name, line, options, &[options.rules]) {
            let counts = counts.pop().unwrap_or_default();
            print_row(line_name, meter, &counts);
            all += counts;
        }
        if all.sent > 0 {
            print_row(line_name, "**all**", &all);
        }
        if options.culprits {
            all.culprits
                .iter()
                .for_each(|(name, count)| println!("    {count:>6} {name}"));
        }
    }
}

/// One line, with all rules and then without each of them: only the rows that differ.
fn print_each_rule(line_name: &str, line: Line, options: &Options) {
    let without = Safeguard::ALL
        .iter()
        .map(|rule| options.rules.without(*rule));
    let rules: Vec<_> = std::iter::once(options.rules).chain(without).collect();
    let names =
        std::iter::once("(all rules)").chain(Safeguard::ALL.iter().map(|rule| rule.as_str()));
    let mut all: Vec<_> = rules.iter().map(|_| Counts::default()).collect();
    for (_, counts) in run_each_meter(line_name, line, options, &rules) {
        all.iter_mut()
            .zip(counts)
            .for_each(|(all, counts)| *all += counts);
    }
    let Some(base) = all.first().filter(|base| base.sent > 0) else {
        return;
    };
    println!(
        "| {line_name}, {:.1} M | **published** | held | late, % | alarms |\n|---|--:|--:|--:|--:|",
        base.sent as f64 / 1e6
    );
    for (name, counts) in names.zip(&all) {
        let moved = |count: fn(&Counts) -> u64| count(counts) != count(base);
        if std::ptr::eq(counts, base)
            || moved(|counts| counts.wrong_published)
            || moved(|counts| counts.held)
            || moved(|counts| counts.late)
            || moved(|counts| counts.alarms)
        {
            let per_million = |count: u64| count as f64 * 1e6 / counts.sent as f64;
            println!(
                "| {name} | {:.2} | {:.1} | {:.4} | {} |",
                per_million(counts.wrong_published),
                per_million(counts.held),
                counts.late as f64 * 100.0 / counts.values.max(1) as f64,
                counts.alarms
            );
        }
    }
    println!();
}

/// The counts of each meter that the filter leaves, for each set of rules.
fn run_each_meter(
    line_name: &str,
    line: Line,
    options: &Options,
    rules: &[Safeguards],
) -> Vec<(&'static str, Vec<Counts>)> {
    let mut results = Vec::new();
    for (n, (meter, scenario)) in meters().into_iter().enumerate() {
        if !format!("{line_name} {meter}").contains(&options.filter) {
            continue;
        }
        let seed = options.seed.wrapping_mul(100) + n as u64;
        let scenario = Scenario { seed, ..scenario };
        let groups = (options.groups * 1e6) as u64;
        results.push((meter, run(&scenario, line, groups, seed, rules)));
    }
    results
}

fn print_row(line: &str, meter: &str, counts: &Counts) {
    let per_million = |count: u64| count as f64 * 1e6 / counts.sent as f64;
    println!(
        "| {line} | {meter} | {:.1} | {:.0} | {:.1} | {:.2} | {:.1} | {:.3} | {} | {:.2} | {:.1} |",
        counts.sent as f64 / 1e6,
        per_million(counts.wrong_by_sum),
        per_million(counts.wrong_on_wire),
        per_million(counts.wrong_published),
        per_million(counts.held),
        counts.late as f64 * 100.0 / counts.values.max(1) as f64,
        counts.alarms,
        counts.right as f64 * 100.0 / counts.intact.max(1) as f64,
        per_million(counts.unknown),
    );
}

fn meters() -> Vec<(&'static str, Scenario)> {
    let meter = |mode, phases, contract, producer| Scenario {
        mode,
        phases,
        contract,
        producer,
        power_kva: if phases == Phases::One { 6 } else { 12 },
        ..Scenario::default()
    };
    let (standard, historique) = (Mode::Standard, Mode::Historique);
    vec![
        (
            "standard 1",
            meter(standard, Phases::One, TariffPlan::OffPeak, false),
        ),
        (
            "standard 3",
            meter(standard, Phases::Three, TariffPlan::Tempo, false),
        ),
        (
            "standard 3 producer",
            meter(standard, Phases::Three, TariffPlan::Base, true),
        ),
        (
            "historique 1",
            meter(historique, Phases::One, TariffPlan::Base, false),
        ),
        (
            "historique 3",
            meter(historique, Phases::Three, TariffPlan::Tempo, false),
        ),
    ]
}

fn lines(strip_parity: bool) -> Vec<(&'static str, Line)> {
    let quiet = Noise {
        strip_parity,
        ..Noise::default()
    };
    let noisy = |noise: Noise| Line { noise, speed: None };
    let bits = |bit_error| noisy(Noise { bit_error, ..quiet });
    let at = |speed| Line {
        noise: quiet,
        speed: Some(speed),
    };
    vec![
        ("quiet", noisy(quiet)),
        ("bits 1e-5", bits(1e-5)),
        ("bits 1e-4", bits(1e-4)),
        ("bits 1e-3", bits(1e-3)),
        ("bits 1e-2", bits(1e-2)),
        (
            "bursts of 4, 1e-3",
            noisy(Noise {
                burst: 1e-3,
                ..quiet
            }),
        ),
        (
            "lost, 1e-3",
            noisy(Noise {
                lost: 1e-3,
                ..quiet
            }),
        ),
        (
            "doubled, 1e-3",
            noisy(Noise {
                doubled: 1e-3,
                ..quiet
            }),
        ),
        (
            "swapped, 1e-3",
            noisy(Noise {
                swapped: 1e-3,
                ..quiet
            }),
        ),
        (
            "stuck bit, 1e-4",
            noisy(Noise {
                stuck: 1e-4,
                ..quiet
            }),
        ),
        ("cut frames, 0.1", noisy(Noise { cut: 0.1, ..quiet })),
        ("speed + 4 %", at(1.04)),
        ("speed + 5.5 %", at(1.055)),
        ("speed - 5.5 %", at(0.945)),
        ("speed x 8", at(8.0)),
        ("speed / 8", at(0.125)),
    ]
}

fn options() -> Options {
    let mut options = Options {
        groups: 0.2,
        seed: 1,
        culprits: false,
        each_rule: false,
        rules: Safeguards::default(),
        filter: String::new(),
    };
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().and_then(|value| value.parse::<f64>().ok());
        match argument.as_str() {
            "--groups" => options.groups = value().unwrap_or_else(|| panic!("--groups MILLIONS")),
            "--seed" => options.seed = value().unwrap_or_else(|| panic!("--seed N")) as u64,
            "--without" => {
                let name = arguments.next().unwrap_or_default();
                let rule = Safeguard::named(&name).unwrap_or_else(|| {
                    let names: Vec<_> = Safeguard::ALL.iter().map(|rule| rule.as_str()).collect();
                    panic!("--without RULE, one of {}", names.join(", "))
                });
                options.rules = options.rules.without(rule);
            }
            "--each-rule" => options.each_rule = true,
            "--culprits" => options.culprits = true,
            filter => options.filter = filter.to_owned(),
        }
    }
    options
}
