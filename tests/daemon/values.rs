//! Every figure that a meter sends comes out, on MQTT and on D-Bus, and is what was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use linky_sensor::simulator::{Contract, FrameKind, Meter, Phases, Scenario, Sent, parse_start};
use linky_sensor::tic::Mode;
use serde_json::{Map, Value, json};

use super::expected::{Expected, always, properties};
use super::facts::OF_THE_STATE;
use super::support::broker::Broker;
use super::support::bus::PrivateBus;
use super::support::busctl::{self, Busctl, Monitor, Properties};
use super::support::daemon::{Home, SOON, config, meter, within};
use super::support::line::{self, Wired};
use super::support::record::Record;
use super::{METER, ROOT, interface, micros, pascal};

const INTERFACES: [&str; 7] = [
    "Meter",
    "Consumption",
    "Phases",
    "Tariff",
    "Production",
    "Status",
    "Calendar",
];

/// A meter, the wire to it, and what is to happen.
struct Case {
    scenario: Scenario,
    /// The legal time of the first frame.
    start: &'static str,
    /// So many seconds of the scenario pass before it.
    after: u32,
    frames: usize,
    /// So many times faster than real.
    times: f64,
    /// Whether bit 7 comes without its parity.
    strips: bool,
    /// Lines of the meter's section.
    configured: &'static str,
    /// What happens after the link has come up.
    events: &'static [(&'static str, &'static str, &'static str)],
    /// The plan for tomorrow: start, index, dry contact. Nothing in historique mode.
    tomorrow: Plan,
    /// The plan for an announced peak.
    peak: Plan,
}

type Plan = &'static [(&'static str, u8, &'static str)];

impl Case {
    fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            start: "2026-01-15T18:30:00",
            after: 0,
            frames: 12,
            times: 10.0,
            strips: false,
            configured: "",
            events: &[],
            tomorrow: &[],
            peak: &[],
        }
    }
}

#[test]
fn standard_single_phase_base() {
    run(&Case {
        after: 26,
        events: &[("message_received", "", "COUPURE MARDI 9H")],
        tomorrow: &[("00:00", 1, "open")],
        ..Case::new(Scenario {
            messages: true,
            ..Scenario::default()
        })
    });
}

#[test]
fn standard_single_phase_producer_off_peak() {
    run(&Case {
        start: "2026-07-15T06:29:54",
        strips: true,
        configured: "mode = \"standard\"\n",
        events: &[
            ("tariff_changed", "HEURE  CREUSE", "HEURE  PLEINE"),
            ("dry_contact_changed", "closed", "open"),
            ("relay_changed", "1 closed", "1 open"),
        ],
        tomorrow: &[
            ("00:00", 1, "closed"),
            ("06:30", 2, "open"),
            ("22:30", 1, "closed"),
        ],
        ..Case::new(Scenario {
            contract: Contract::OffPeak,
            producer: true,
            maker: 2,
            power_kva: 9,
            ..Scenario::default()
        })
    });
}

#[test]
fn standard_single_phase_producer_at_noon_without_a_clock() {
    run(&Case {
        start: "2026-07-15T13:00:00",
        frames: 6,
        tomorrow: &[("00:00", 1, "open")],
        ..Case::new(Scenario {
            producer: true,
            degraded_clock: true,
            maker: 99,
            ..Scenario::default()
        })
    });
}

#[test]
fn standard_three_phase_tempo_on_the_eve_of_a_red_day() {
    run(&Case {
        start: "2026-01-12T17:59:53",
        times: 15.0,
        configured: "parity = \"check\"\n",
        events: &[("peak_announced", "0", "2")],
        tomorrow: &[
            ("00:00", 1, "tempo"),
            ("06:00", 2, "tempo"),
            ("22:00", 1, "tempo"),
        ],
        peak: &[
            ("00:00", 5, "tempo"),
            ("06:00", 6, "tempo"),
            ("22:00", 5, "tempo"),
        ],
        ..Case::new(Scenario {
            contract: Contract::Tempo,
            phases: Phases::Three,
            power_kva: 18,
            ..Scenario::default()
        })
    });
}

#[test]
fn historique_single_phase_base_with_an_overrun() {
    run(&Case {
        after: 48,
        times: 20.0,
        events: &[("over_power_started", "false", "true")],
        ..Case::new(Scenario {
            mode: Mode::Historique,
            overrun: true,
            maker: 85,
            ..Scenario::default()
        })
    });
}

#[test]
fn historique_single_phase_tempo_learns_the_colour_of_tomorrow() {
    run(&Case {
        start: "2026-01-12T19:59:46",
        times: 20.0,
        strips: true,
        configured: "mode = \"historique\"\nparity = \"ignore\"\n",
        events: &[("color_tomorrow_changed", "", "red")],
        ..Case::new(Scenario {
            mode: Mode::Historique,
            contract: Contract::Tempo,
            power_kva: 9,
            ..Scenario::default()
        })
    });
}

#[test]
fn historique_single_phase_tempo_enters_a_red_day() {
    run(&Case {
        start: "2026-01-13T05:59:46",
        times: 20.0,
        events: &[
            ("tariff_changed", "HCJB", "HPJR"),
            ("color_today_changed", "blue", "red"),
        ],
        ..Case::new(Scenario {
            mode: Mode::Historique,
            contract: Contract::Tempo,
            ..Scenario::default()
        })
    });
}

#[test]
fn historique_single_phase_ejp_gives_notice_of_a_peak() {
    run(&Case {
        start: "2026-01-13T06:29:48",
        times: 20.0,
        events: &[("peak_announced", "0", "1")],
        ..Case::new(Scenario {
            mode: Mode::Historique,
            contract: Contract::Ejp,
            ..Scenario::default()
        })
    });
}

#[test]
fn historique_three_phase_off_peak_with_an_overrun_and_its_end() {
    run(&Case {
        after: 40,
        frames: 330,
        times: 40.0,
        configured: "parity = \"check\"\n",
        events: &[
            ("over_power_started", "false", "true"),
            ("over_power_ended", "true", "false"),
        ],
        ..Case::new(Scenario {
            mode: Mode::Historique,
            contract: Contract::OffPeak,
            phases: Phases::Three,
            power_kva: 12,
            overrun: true,
            ..Scenario::default()
        })
    });
}

/// Sends the frames of a case, and compares all that came out.
fn run(case: &Case) {
    let (bus, broker) = (PrivateBus::system(), Broker::start());
    let monitor = Monitor::at(&bus.address());
    let mut record = Record::at(&broker);
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let mut line = line::open(&device);
    let began = host_micros();
    let home = Home::new(&config(
        &[meter("main", &device) + case.configured],
        broker.port,
    ))
    .on_bus(bus.address());
    let _daemon = home.start_ready();
    record.until_state(0, "main", "the port is open", |state| {
        state["link"] == "syncing"
    });

    let scenario = Scenario {
        start: parse_start(case.start, 0).unwrap(),
        ..case.scenario.clone()
    };
    let mut expected = Expected::of(&scenario, !case.strips);
    let mut meter = Meter::new(scenario).unwrap();
    meter.let_pass(case.after);
    let mut wired = Wired::new(meter, case.times, case.strips);
    let (mut sent, mut states) = (Vec::new(), BTreeMap::new());
    while sent.len() < case.frames {
        let frame = wired.send(&mut line);
        if expected.push(&frame) {
            states.insert(expected.frames, expected.state());
        }
        sent.push(frame);
    }
    let last = states.last_key_value().unwrap().0;
    record.until_state(0, "main", "the last frame", |state| {
        state["frames_received"] == *last
    });

    let said = record.said_on("linky/main/state");
    are_one_series(&said, began);
    states_are(&said, &states, &expected);
    events_are(&record.said_on("linky/main/event"), case.events);
    groups_are(&record.said_on("linky/main/tic"), &sent);

    calendar_is(&record.said_on("linky/main/calendar"), case);

    let state = said.last().unwrap().as_object().unwrap();
    let busctl = Busctl::at(&bus.address());
    let seen = properties_are(&busctl, state, case);
    interfaces_are(&busctl, &seen);
    raw_groups_are(&busctl, &sent);
    signals_add_up(&monitor, &seen, &record.said_on("linky/main/event"));
}

fn host_micros() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_micros()).unwrap()
}

/// The states are those of one start, none is missing, and their times are those of the host.
fn are_one_series(states: &[Value], began: i64) {
    let seqs: BTreeSet<u64> = states
        .iter()
        .map(|state| state["seq"].as_u64().unwrap())
        .collect();
    let (first, last) = (seqs.first().unwrap(), seqs.last().unwrap());
    assert_eq!(
        seqs.len() as u64,
        last - first + 1,
        "every Update is a state: {seqs:?}"
    );
    let boots: BTreeSet<&str> = states
        .iter()
        .map(|state| state["boot"].as_str().unwrap())
        .collect();
    assert_eq!(boots.len(), 1, "{boots:?}");
    let times: Vec<i64> = states
        .iter()
        .map(|state| micros(state["time"].as_str().unwrap()))
        .collect();
    assert!(
        times.is_sorted() && times[0] >= began - 1_000 && *times.last().unwrap() <= host_micros(),
        "{times:?}"
    );
}

/// After each frame, the state that the facts make of it: its keys and each of its values.
fn states_are(said: &[Value], wanted: &BTreeMap<u64, Map<String, Value>>, expected: &Expected) {
    for (frames, wanted) in wanted {
        let mut states: Vec<&Value> = said
            .iter()
            .filter(|state| state["frames_received"] == *frames)
            .collect();
        states.dedup();
        assert_eq!(states.len(), 1, "one state for frame {frames}");
        let mut state = states[0].as_object().unwrap().clone();
        for key in OF_THE_STATE
            .iter()
            .filter(|key| !["schema", "meter"].contains(key))
        {
            assert!(state.remove(*key).is_some(), "{key} is in every state");
        }
        let mut wanted = wanted.clone();
        if *frames < 3 {
            let is_early = |key: &String| expected.is_occasional(key) && !always().contains(key);
            wanted.retain(|key, _| state.contains_key(key) || !is_early(key));
        }
        let keys: BTreeSet<&String> = state.keys().chain(wanted.keys()).collect();
        let differing: Vec<String> = keys
            .into_iter()
            .filter(|key| state.get(*key) != wanted.get(*key))
            .map(|key| {
                format!(
                    "{key}: {:?} is said, {:?} was sent",
                    state.get(key),
                    wanted.get(key)
                )
            })
            .collect();
        assert!(
            differing.is_empty(),
            "after frame {frames}:\n{}",
            differing.join("\n")
        );
    }
    let interrupted = (1..=expected.frames).filter(|frames| !wanted.contains_key(frames));
    for frames in interrupted {
        assert!(
            said.iter().all(|state| state["frames_received"] != frames),
            "frame {frames} was interrupted"
        );
    }
}

fn told(event: &Value) -> (&str, &str, &str) {
    let text = |key: &str| event[key].as_str().unwrap();
    (text("event_type"), text("from"), text("to"))
}

fn events_are(said: &[Value], wanted: &[(&str, &str, &str)]) {
    let coming_up = [
        ("link_changed", "no_device", "syncing"),
        ("link_changed", "syncing", "receiving"),
    ];
    let said: Vec<_> = said.iter().map(told).collect();
    assert_eq!(said, [&coming_up, wanted].concat());
}

/// The groups of each frame as sent, but for those that identify somebody.
fn groups_are(said: &[Value], sent: &[Sent]) {
    let wanted: Vec<Value> = sent
        .iter()
        .filter(|frame| frame.kind != FrameKind::Cut)
        .map(|frame| {
            let groups = shown(frame).map(|[label, horodate, data]| {
                let mut group = json!({ "value": data });
                if !horodate.is_empty() {
                    group["time"] = json!(horodate);
                }
                (label, group)
            });
            Value::Object(groups.collect())
        })
        .collect();
    assert_eq!(said.len(), wanted.len(), "one for each frame");
    for (said, wanted) in said.iter().zip(&wanted) {
        assert_eq!(said, wanted);
    }
}

fn shown(frame: &Sent) -> impl Iterator<Item = [String; 3]> {
    let groups = frame
        .groups
        .iter()
        .filter(|group| !["ADSC", "ADCO", "PRM"].contains(&group.label.name()));
    groups.map(|group| {
        let horodate = group.horodate.clone().unwrap_or_default();
        [group.label.name().to_owned(), horodate, group.data.clone()]
    })
}

fn calendar_is(said: &[Value], case: &Case) {
    let slots = |plan: Plan| {
        let slots = plan.iter().map(|(start, index, contact)| {
            json!({ "start": start, "tariff_index": index, "dry_contact": contact, "virtual_contacts": 0 })
        });
        json!((!plan.is_empty()).then(|| slots.collect::<Vec<_>>()))
    };
    let wanted = json!({
        "today": null, "tomorrow": slots(case.tomorrow), "peak": slots(case.peak), "assumed": false
    });
    match said.last() {
        Some(said) => assert_eq!(*said, wanted),
        None => assert!(case.tomorrow.is_empty()),
    }
}

/// What the interface Calendar is to answer.
fn calendar_properties(case: &Case) -> Properties {
    let slots = |plan: Plan| {
        json!(
            plan.iter()
                .map(|(start, index, contact)| json!([start, index, contact, 0]))
                .collect::<Vec<_>>()
        )
    };
    let plans = [("Tomorrow", case.tomorrow), ("Peak", case.peak)];
    let plans = plans.into_iter().filter(|(_, plan)| !plan.is_empty());
    let mut wanted: Properties = plans
        .map(|(name, plan)| (name.to_owned(), ("a(sysy)".to_owned(), slots(plan))))
        .collect();
    if !wanted.is_empty() {
        wanted.insert("Assumed".to_owned(), ("b".to_owned(), json!(false)));
    }
    wanted
}

/// Each interface answers from the last state: its known values, of their types, and nothing else. What they answered.
fn properties_are(
    busctl: &Busctl,
    state: &Map<String, Value>,
    case: &Case,
) -> BTreeMap<String, Properties> {
    let of_the_state = |name: &str| -> Properties {
        properties()
            .into_iter()
            .filter(|(key, (on, _))| {
                *on == name && state.get(key).is_some_and(|value| !value.is_null())
            })
            .map(|(key, (_, signature))| {
                let value = match (&state[&key], signature) {
                    (Value::String(time), "t") => json!(micros(time)),
                    (value, _) => value.clone(),
                };
                (pascal(&key), (signature.to_owned(), value))
            })
            .collect()
    };
    let millis = micros(state["time"].as_str().unwrap()) / 1_000;
    within(SOON, "D-Bus has the last state", || {
        let (_, updated) = busctl
            .properties(METER, &interface("Meter"))
            .remove("Updated")?;
        (updated.as_i64()? / 1_000 == millis).then_some(())
    });
    let mut all = BTreeMap::new();
    for name in INTERFACES {
        let mut said = busctl.properties(METER, &interface(name));
        if name == "Meter" {
            assert_eq!(said.remove("Updated").unwrap().0, "t");
        }
        let wanted = if name == "Calendar" {
            calendar_properties(case)
        } else {
            of_the_state(name)
        };
        are_same(&said, &wanted, name);
        if !said.is_empty() {
            all.insert(interface(name), said);
        }
    }
    all
}

fn are_same(said: &Properties, wanted: &Properties, of: &str) {
    let names: BTreeSet<&String> = said.keys().chain(wanted.keys()).collect();
    for name in names {
        assert_eq!(said.get(name), wanted.get(name), "{of}: {name}");
    }
}

/// The object of the meter has the interfaces that its quantities ask for, and one answer holds them all.
fn interfaces_are(busctl: &Busctl, seen: &BTreeMap<String, Properties>) {
    let objects = busctl
        .call(
            ROOT,
            "org.freedesktop.DBus.ObjectManager",
            "GetManagedObjects",
            &[],
        )
        .unwrap();
    let meter = objects[METER].as_object().unwrap();
    let mut wanted: BTreeSet<String> = seen.keys().cloned().collect();
    wanted.extend([interface("Raw"), interface("Events")]);
    let said: BTreeSet<String> = meter
        .keys()
        .filter(|name| name.starts_with(&interface("")))
        .cloned()
        .collect();
    assert_eq!(said, wanted);
    for (name, seen) in seen {
        let mut said = busctl::properties(&meter[name]);
        said.remove("Updated");
        are_same(&said, seen, name);
    }
}

fn raw_groups_are(busctl: &Busctl, sent: &[Sent]) {
    let last = sent
        .iter()
        .rfind(|frame| frame.kind != FrameKind::Cut)
        .unwrap();
    let groups = busctl
        .call(METER, &interface("Raw"), "GetGroups", &[])
        .unwrap();
    assert_eq!(groups, json!(shown(last).collect::<Vec<_>>()));
}

/// What the signals told adds up to what is answered; each event was told here too.
fn signals_add_up(monitor: &Monitor, seen: &BTreeMap<String, Properties>, events: &[Value]) {
    let mut wanted = seen.clone();
    wanted
        .values_mut()
        .for_each(|properties| properties.retain(|name, _| !SILENT.contains(&name.as_str())));
    let wanted_events: Vec<Value> = events
        .iter()
        .map(|event| {
            let (kind, from, to) = told(event);
            json!([
                pascal(kind),
                micros(event["time"].as_str().unwrap()) / 1_000,
                from,
                to
            ])
        })
        .collect();
    let mut told = Told::default();
    let deadline = Instant::now() + SOON / 2;
    within(SOON, "the signals", || {
        monitor.rest().iter().for_each(|line| told.push(line));
        let is_all = told.properties == wanted && told.events.len() >= wanted_events.len();
        (is_all || Instant::now() > deadline).then_some(())
    });
    for (name, wanted) in &wanted {
        are_same(
            told.properties.get(name).unwrap_or(&Properties::new()),
            wanted,
            name,
        );
    }
    assert_eq!(told.properties.len(), wanted.len());
    assert_eq!(told.events, wanted_events);
}

/// Properties whose change is not told.
const SILENT: [&str; 8] = [
    "FramesReceived",
    "FramesDamaged",
    "GroupsRejected",
    "ParityErrors",
    "ChecksumErrors",
    "FormatErrors",
    "ValuesHeld",
    "Updated",
];

/// What the signals of the bus told of the meter.
#[derive(Default)]
struct Told {
    properties: BTreeMap<String, Properties>,
    events: Vec<Value>,
}

impl Told {
    fn push(&mut self, line: &str) {
        let message: Value = serde_json::from_str(line).unwrap();
        if message["type"] != "signal" {
            return;
        }
        let data = &message["payload"]["data"];
        match (message["path"].as_str(), message["member"].as_str()) {
            (Some(METER), Some("PropertiesChanged")) => {
                let known = self
                    .properties
                    .entry(data[0].as_str().unwrap().to_owned())
                    .or_default();
                let changed = busctl::properties(&data[1]);
                assert!(
                    changed.keys().all(|name| !SILENT.contains(&name.as_str())),
                    "{changed:?}"
                );
                known.extend(changed);
                for name in data[2].as_array().unwrap() {
                    known.remove(name.as_str().unwrap());
                }
            }
            (_, Some("InterfacesAdded")) if data[0] == METER => {
                for (name, added) in data[1].as_object().unwrap() {
                    let mut added = busctl::properties(added);
                    added.retain(|name, _| !SILENT.contains(&name.as_str()));
                    if !added.is_empty() {
                        self.properties
                            .entry(name.clone())
                            .or_default()
                            .extend(added);
                    }
                }
            }
            (Some(METER), Some(member)) if message["interface"] == interface("Events") => {
                let millis = data[0].as_i64().unwrap() / 1_000;
                self.events.push(json!([member, millis, data[1], data[2]]));
            }
            _ => {}
        }
    }
}
