//! How many states a day each choice of `interval` and `on-change` publishes, and how many rows they are in the recorder of
//! Home Assistant: a row for each change of the value of an entity that is enabled by default, and for each event.
//! `docs/MQTT.md` holds the result. `cargo bench --bench publish_policy`.
//!
//! The day is a simulated one, of a single-phase house with off-peak hours, in each mode of the meter.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a tool for developers, on data of its own"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use linky_sensor::config;
use linky_sensor::meter::{
    Enabled, HomeAssistant, Identity, Input, Key, Memory, Meter, Moment, Timestamp, Update, Usage,
    Value,
};
use linky_sensor::mqtt::PublishPolicy;
use linky_sensor::simulator::{Scenario, SimulatedMeter, TariffPlan, parse_start};
use linky_sensor::tic::{Decoder, Mode, Parity};

const DAY: Duration = Duration::from_secs(86_400);

const CHOICES: [&str; 5] = [
    "interval = \"frame\"",
    "interval = \"10s\"",
    "interval = \"1min\"",
    "interval = \"1min\"\non-change = { power = 50 }",
    "interval = \"1min\"\non-change = { apparent_power = 100 }",
];

fn main() {
    println!("| `[mqtt]` | mode | entities | states a day | rows a day |");
    println!("|---|---|--:|--:|--:|");
    for mode in Mode::ALL {
        for (choice, recorder) in CHOICES.iter().zip(day(mode)) {
            println!(
                "| `{}` | {} | {} | {} | {} |",
                choice.replace('\n', ", "),
                mode.as_str(),
                recorder.usage.keys().filter(is_enabled).count() + 1,
                recorder.states,
                recorder.rows
            );
        }
    }
}

/// What a subscriber of one choice counts.
struct Recorder {
    policy: PublishPolicy,
    usage: Usage,
    values: BTreeMap<Key, Option<Value>>,
    states: u32,
    rows: usize,
}

impl Recorder {
    fn new(choice: &str) -> Self {
        let settings = config::parse("choice", &format!("[mqtt]\n{choice}\n"));
        Self {
            policy: PublishPolicy::new(&settings.expect("the choice is valid").mqtt),
            usage: Usage::default(),
            values: BTreeMap::new(),
            states: 0,
            rows: 0,
        }
    }

    /// Takes an Update, and before it the ticks up to its time.
    fn push(&mut self, update: &Update, before: &Update, now: Duration) {
        while let Some(tick) = self.policy.deadline().filter(|tick| *tick < now) {
            if self.policy.on_timer(&before.snapshot, tick) {
                self.record(before);
            }
        }
        if self.policy.is_due(update, now) {
            self.record(update);
        }
        self.rows += update.events.len();
    }

    fn record(&mut self, update: &Update) {
        let snapshot = &update.snapshot;
        self.policy.set_published(snapshot.clone());
        self.usage.update(snapshot);
        self.states += 1;
        for key in self.usage.keys().filter(is_enabled) {
            let value = snapshot.reading.get(key).cloned();
            let before = self.values.insert(key, value.clone());
            self.rows += usize::from(before != Some(value));
        }
    }
}

/// Whether the quantity has an entity that is enabled by default.
fn is_enabled(key: &Key) -> bool {
    let row = key.row();
    matches!(row.home_assistant, HomeAssistant::Entity(_))
        && !matches!(row.enabled, Enabled::No | Enabled::Never)
}

/// A day of a meter, for each choice.
fn day(mode: Mode) -> Vec<Recorder> {
    let scenario = Scenario {
        mode,
        contract: TariffPlan::OffPeak,
        start: parse_start("2026-01-15T00:00:00", 0).expect("a date"),
        ..Scenario::default()
    };
    let sent = SimulatedMeter::new(scenario).expect("a scenario that there can be");
    let identity = Identity {
        number: 0,
        id: "main".into(),
        boot: "b00t".into(),
        shows_identifiers: false,
    };
    let mut meter = Meter::new(identity, &Memory::default());
    let mut decoder = Decoder::new(mode, Parity::Check);
    let mut recorders = CHOICES.map(Recorder::new);
    let mut before: Option<Arc<Update>> = None;
    for sent in sent.take_while(|frame| frame.at < DAY) {
        let now = Moment {
            wall: Some(Timestamp(sent.time * 1_000_000)),
            mono: sent.at,
        };
        for frame in decoder.push(&sent.bytes) {
            let Some(update) = meter.push(Input::Frame(frame), now) else {
                continue;
            };
            for recorder in &mut recorders {
                recorder.push(&update, before.as_ref().unwrap_or(&update), now.mono);
            }
            before = Some(update);
        }
    }
    recorders.into()
}
