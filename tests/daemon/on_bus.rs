//! What is answered and signalled on D-Bus, compared with what is on MQTT and with what was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use linky_sensor::simulator::{FrameKind, SentFrame};
use serde_json::{Map, Value, json};

use super::expected::properties;
use super::on_mqtt::{kind_and_ends, shown};
use super::support::busctl::{self, Busctl, Monitor, Properties};
use super::support::daemon::{WAIT_TIMEOUT, within};
use super::support::time::micros;
use super::values::{Case, Plan};
use super::{METER, ROOT, interface, pascal};

const INTERFACES: [&str; 9] = [
    "Meter",
    "Consumption",
    "Phases",
    "Tariff",
    "Production",
    "Status",
    "Breaker",
    "Health",
    "Calendar",
];

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
pub fn properties_are(
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
    within(WAIT_TIMEOUT, "D-Bus has the last state", || {
        let (_, updated) = busctl
            .properties(METER, &interface("Meter"))
            .remove("Updated")?;
        (updated.as_i64()? / 1_000 == millis).then_some(())
    });
    let mut all = BTreeMap::new();
    for name in INTERFACES {
        let mut answered = busctl.properties(METER, &interface(name));
        if name == "Meter" {
            assert_eq!(answered.remove("Updated").unwrap().0, "t");
        }
        let wanted = if name == "Calendar" {
            calendar_properties(case)
        } else {
            of_the_state(name)
        };
        are_same(&answered, &wanted, name);
        if !answered.is_empty() {
            all.insert(interface(name), answered);
        }
    }
    all
}

fn are_same(answered: &Properties, wanted: &Properties, of: &str) {
    let names: BTreeSet<&String> = answered.keys().chain(wanted.keys()).collect();
    for name in names {
        assert_eq!(answered.get(name), wanted.get(name), "{of}: {name}");
    }
}

/// The object of the meter has the interfaces that its quantities ask for, and one answer holds them all.
pub fn interfaces_are(
    busctl: &Busctl,
    state: &Map<String, Value>,
    seen: &BTreeMap<String, Properties>,
) {
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
    // Also those of which no value is known yet.
    let of_the_state = properties().into_iter();
    wanted.extend(
        of_the_state
            .filter(|(key, _)| state.contains_key(key))
            .map(|(_, (on, _))| interface(on)),
    );
    wanted.extend(["Raw", "Events", "History"].map(interface));
    let answered: BTreeSet<String> = meter
        .keys()
        .filter(|name| name.starts_with(&interface("")))
        .cloned()
        .collect();
    assert_eq!(answered, wanted);
    for (name, seen) in seen {
        let mut answered = busctl::properties(&meter[name]);
        answered.remove("Updated");
        are_same(&answered, seen, name);
    }
}

pub fn raw_groups_are(busctl: &Busctl, sent: &[SentFrame]) {
    let last = sent
        .iter()
        .rfind(|frame| frame.kind != FrameKind::Cut)
        .unwrap();
    let groups = busctl
        .call(METER, &interface("Raw"), "GetGroups", &[])
        .unwrap();
    assert_eq!(groups, json!(shown(last).collect::<Vec<_>>()));
}

/// The changes in the signals add up to the values in the answers; each event and each point was a signal too.
pub fn signals_add_up(
    monitor: &Monitor,
    seen: &BTreeMap<String, Properties>,
    events: &[Value],
    points: &[Value],
) {
    let mut wanted = seen.clone();
    wanted
        .values_mut()
        .for_each(|properties| properties.retain(|name, _| !SILENT.contains(&name.as_str())));
    let wanted_events: Vec<Value> = events
        .iter()
        .map(|event| {
            let (kind, from, to) = kind_and_ends(event);
            json!([
                pascal(kind),
                micros(event["time"].as_str().unwrap()) / 1_000,
                from,
                to
            ])
        })
        .collect();
    let wanted_points: Vec<Value> = points
        .iter()
        .map(|point| {
            let time = micros(point["time"].as_str().unwrap());
            json!([time, point["period"], point["power"], point["direction"]])
        })
        .collect();
    let sorted = |mut points: Vec<Value>| {
        points.sort_by_key(Value::to_string);
        points
    };
    let mut signalled = Signalled::default();
    let deadline = Instant::now() + WAIT_TIMEOUT / 2;
    within(WAIT_TIMEOUT, "the signals", || {
        monitor.rest().iter().for_each(|line| signalled.push(line));
        let is_all = signalled.properties == wanted
            && signalled.events.len() >= wanted_events.len()
            && signalled.points.len() >= wanted_points.len();
        (is_all || Instant::now() > deadline).then_some(())
    });
    for (name, wanted) in &wanted {
        are_same(
            signalled.properties.get(name).unwrap_or(&Properties::new()),
            wanted,
            name,
        );
    }
    assert_eq!(signalled.properties.len(), wanted.len());
    assert_eq!(signalled.events, wanted_events);
    assert_eq!(sorted(signalled.points), sorted(wanted_points));
}

/// Properties whose change is not signalled.
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

/// The last values and the events in the signals of the meter.
#[derive(Default)]
struct Signalled {
    properties: BTreeMap<String, Properties>,
    events: Vec<Value>,
    points: Vec<Value>,
}

impl Signalled {
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
            (Some(METER), Some("LoadCurvePoint")) => self.points.push(data.clone()),
            (Some(METER), Some(member)) if message["interface"] == interface("Events") => {
                let millis = data[0].as_i64().unwrap() / 1_000;
                self.events.push(json!([member, millis, data[1], data[2]]));
            }
            _ => {}
        }
    }
}
