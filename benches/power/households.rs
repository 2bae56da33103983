//! Days of simulated households through the decoder and the meter, as the daemon would publish them, beside the other
//! ways to get W.

use std::time::Duration;

use linky_sensor::meter::model::power::PowerSample;
use linky_sensor::meter::{Identity, Input, Key, Memory, Meter, Moment, Timestamp, Value};
use linky_sensor::simulator::{
    Appliance, Phases, Scenario, SentFrame, SimulatedMeter, TariffPlan, parse_start,
};
use linky_sensor::tic::{Decoder, Label, Mode, Parity};

use crate::rules::{ApparentPower, Rule, TwoWattHours, Window};

/// Not judged: the models begin with nothing.
const WARM_UP: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(86_400);
/// A step of the active power, W, after which it stays for `STEADY` seconds within `BAND`, W.
const STEP: f64 = 1_500.0;
const STEADY: f64 = 90.0;
const BAND: f64 = 100.0;

/// A frame: when, what flowed, the net index, what went through the meter either way (Wh), and the W of each way.
struct Judged {
    at: f64,
    truth: f64,
    net: f64,
    through: f64,
    shown: [f64; 4],
}

/// Prints the table.
pub fn table() {
    println!("\n| household | | linky-sensor | VA as W | a minute | 2 Wh |");
    println!("|---|---|--:|--:|--:|--:|");
    for (name, scenario) in households() {
        let frames = judge(scenario);
        let columns: Vec<Column> = (0..4).map(|way| Column::of(&frames, way)).collect();
        let row = |title: &str, cell: &dyn Fn(&Column) -> String| {
            let cells: Vec<_> = columns.iter().map(cell).collect();
            println!("| {title} | {} |", cells.join(" | "));
        };
        row(&format!("{name} | mean error"), &|column| {
            format!("{:.0} W", column.mean)
        });
        row("| 95 % within", &|column| format!("{:.0} W", column.most));
        row("| after a step", &|column| {
            column
                .delay
                .map_or("none".to_owned(), |delay| format!("{delay:.0} s"))
        });
        row("| against the index", &|column| {
            format!("{:+.2} %", column.bias)
        });
    }
}

fn households() -> Vec<(&'static str, Scenario)> {
    use Appliance::{Car, HeatPump, Heating, PoolPump};
    let with = |extra: &[Appliance]| [&Appliance::USUAL[..], extra].concat();
    let of = |start, power_kva, appliances| Scenario {
        start: parse_start(start, 0).unwrap_or_default(),
        power_kva,
        appliances,
        seed: 11,
        ..Scenario::default()
    };
    let (winter, summer) = ("2026-01-15T00:00", "2026-06-15T00:00");
    vec![
        ("house, 6 kVA", of(winter, 6, with(&[]))),
        (
            "electric heating, heat pump",
            of(winter, 9, with(&[Heating, HeatPump])),
        ),
        ("electric car", of(winter, 9, with(&[Car]))),
        (
            "solar panels, pool pump",
            Scenario {
                producer: true,
                ..of(summer, 6, with(&[PoolPump]))
            },
        ),
        (
            "three phases, 12 kVA",
            Scenario {
                phases: Phases::Three,
                ..of(winter, 12, with(&[HeatPump]))
            },
        ),
        (
            "historique, off-peak",
            Scenario {
                mode: Mode::Historique,
                contract: TariffPlan::OffPeak,
                ..of(winter, 6, with(&[]))
            },
        ),
    ]
}

/// A day of a household.
fn judge(scenario: Scenario) -> Vec<Judged> {
    let mode = scenario.mode;
    let Ok(simulated) = SimulatedMeter::new(scenario) else {
        return Vec::new();
    };
    let identity = Identity::new("main", "b007");
    let mut meter = Meter::new(identity, &Memory::default());
    let mut decoder = Decoder::new(mode, Parity::Check);
    let mut rules: [Box<dyn Rule>; 3] = [
        Box::new(ApparentPower),
        Box::<Window>::default(),
        Box::<TwoWattHours>::default(),
    ];
    let (mut shown, mut frames) = ([0.0; 4], Vec::new());
    for sent in simulated.take_while(|sent| sent.at < DAY) {
        let now = Moment {
            wall: Some(Timestamp(sent.time * 1_000_000)),
            mono: sent.at + Duration::from_secs(1),
        };
        let [ours, others @ ..] = &mut shown;
        for frame in decoder.push(&sent.bytes) {
            if let Some(update) = meter.push(Input::Frame(frame), now) {
                *ours = match update.snapshot.reading.get(Key::POWER) {
                    Some(Value::Signed(power)) => *power as f64,
                    _ => *ours,
                };
            }
        }
        let sample = sample(&sent);
        for (rule, shown) in rules.iter_mut().zip(others) {
            *shown = rule.push(&sample).unwrap_or(*shown);
        }
        if sent.at > WARM_UP {
            let withdrawn = sample.energy.unwrap_or(0) as f64;
            let injected = sample.energy_injected.unwrap_or(0) as f64;
            frames.push(Judged {
                at: sent.at.as_secs_f64(),
                truth: f64::from(sent.true_power),
                net: withdrawn - injected,
                through: withdrawn + injected,
                shown,
            });
        }
    }
    frames
}

/// What the other ways look at.
fn sample(sent: &SentFrame) -> PowerSample {
    let number = |label| -> Option<u64> { sent.get(label)?.data.parse().ok() };
    let historique = [Label::BASE, Label::HCHC, Label::HCHP];
    let indexes = historique.into_iter().filter_map(number);
    PowerSample {
        time: sent.at,
        meter_time: Some(sent.time),
        energy: number(Label::EAST).or_else(|| Some(indexes.sum())),
        energy_injected: number(Label::EAIT),
        apparent: number(Label::SINSTS)
            .or_else(|| number(Label::PAPP))
            .map(|power| power as u32),
        apparent_injected: number(Label::SINSTI).map(|power| power as u32),
        ..PowerSample::default()
    }
}

/// How one way to get W does.
struct Column {
    /// W.
    mean: f64,
    /// W: 95 % of the frames are nearer.
    most: f64,
    /// Seconds, the median over the steps.
    delay: Option<f64>,
    /// What it adds up to, in % of what went through the meter.
    bias: f64,
}

impl Column {
    fn of(frames: &[Judged], way: usize) -> Self {
        let error = |frame: &Judged| (frame.shown[way] - frame.truth).abs();
        let mut errors: Vec<f64> = frames.iter().map(error).collect();
        errors.sort_unstable_by(f64::total_cmp);
        let energy: f64 = frames
            .windows(2)
            .map(|pair| pair[0].shown[way] * (pair[1].at - pair[0].at) / 3_600.0)
            .sum();
        let (first, last) = (&frames[0], &frames[frames.len() - 1]);
        let mut delays = delays(frames, way);
        delays.sort_unstable_by(f64::total_cmp);
        Self {
            mean: errors.iter().sum::<f64>() / errors.len() as f64,
            most: errors[errors.len() * 95 / 100],
            delay: delays.get(delays.len() / 2).copied(),
            bias: 100.0 * (energy - (last.net - first.net)) / (last.through - first.through),
        }
    }
}

/// Seconds from each step until the W are within `BAND` of the new ones; `STEADY` if they never are.
fn delays(frames: &[Judged], way: usize) -> Vec<f64> {
    let mut delays = Vec::new();
    for (number, pair) in frames.windows(2).enumerate() {
        let (before, step) = (&pair[0], &pair[1]);
        let after = || {
            let after = frames[number + 1..].iter();
            after.take_while(|frame| frame.at - step.at < STEADY)
        };
        if (step.truth - before.truth).abs() >= STEP
            && after().all(|frame| (frame.truth - step.truth).abs() < BAND)
        {
            let near = after().find(|frame| (frame.shown[way] - frame.truth).abs() <= BAND);
            delays.push(near.map_or(STEADY, |frame| frame.at - before.at));
        }
    }
    delays
}
