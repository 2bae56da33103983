//! What is published on MQTT, compared with what was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use linky_sensor::simulator::{FrameKind, SentFrame};
use serde_json::{Map, Value, json};

use super::expected::{ANY, Expected, always};
use super::facts::OF_THE_STATE;
use super::support::record::Record;
use super::support::time::micros;
use super::values::{Case, Plan};

/// The host's clock.
pub fn host_micros() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_micros()).unwrap()
}

const HISTORY: &str = "linky/main/history";

pub fn seq(message: &Value) -> u64 {
    message["seq"].as_u64().unwrap()
}

/// What was published on a topic or, too late for it, as history; in the order of the frames, each once.
fn in_order(record: &mut Record, topic: &str, is_event: bool) -> Vec<Value> {
    let mut all = record.json_on(topic);
    let late = record.json_on(HISTORY).into_iter();
    let is_point = |message: &Value| message.get("direction").is_some();
    all.extend(
        late.filter(|message| {
            !is_point(message) && message.get("event_type").is_some() == is_event
        }),
    );
    all.sort_by_key(seq);
    all.dedup();
    all
}

/// Whether a record came late.
pub fn is_late(record: &mut Record) -> bool {
    !record.json_on(HISTORY).is_empty()
}

/// The states so far.
pub fn states(record: &mut Record) -> Vec<Value> {
    in_order(record, "linky/main/state", false)
}

/// The events so far.
pub fn events(record: &mut Record) -> Vec<Value> {
    in_order(record, "linky/main/event", true)
}

/// The points of the load curve so far, live and late, sorted.
pub fn points(record: &mut Record) -> Vec<Value> {
    let mut points = record.json_on("linky/main/curve");
    let late = record.json_on(HISTORY).into_iter();
    points.extend(late.filter(|message| message.get("direction").is_some()));
    points.sort_by_key(Value::to_string);
    points
}

/// The points are those that were sent, each once, half an hour long.
pub fn points_are(published: &[Value], sent: &[SentFrame]) {
    let groups = sent.iter().flat_map(|frame| &frame.groups);
    let points = groups.filter_map(|group| {
        let direction = match group.label.name() {
            "CCASN" | "CCASN-1" => "withdrawn",
            "CCAIN" | "CCAIN-1" => "injected",
            _ => return None,
        };
        let power: u32 = group.data.parse().unwrap();
        let time = rfc3339(group.horodate.as_ref().unwrap());
        Some(json!({"time": time, "period": 1800, "power": power, "direction": direction}))
    });
    let mut wanted: Vec<Value> = points.collect();
    wanted.sort_by_key(Value::to_string);
    wanted.dedup();
    assert_eq!(published, wanted);
}

/// `H260115180000` as a time with its offset.
fn rfc3339(horodate: &str) -> String {
    let (season, digits) = horodate.split_at(1);
    let [year, month, day, hour, minute, second] =
        [0, 2, 4, 6, 8, 10].map(|from| &digits[from..from + 2]);
    let offset = if season.eq_ignore_ascii_case("E") {
        2
    } else {
        1
    };
    format!("20{year}-{month}-{day}T{hour}:{minute}:{second}+0{offset}:00")
}

/// The states are those of one start, none is missing, and their times are those of the host.
pub fn are_one_series(states: &[Value], began: i64) {
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
pub fn states_are(
    published: &[Value],
    wanted: &BTreeMap<u64, Map<String, Value>>,
    expected: &Expected,
) {
    for (frames, wanted) in wanted {
        let mut states: Vec<&Value> = published
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
            .filter(|key| match wanted.get(*key) {
                Some(value) if value == ANY => !state.contains_key(*key),
                value => state.get(*key) != value,
            })
            .map(|key| {
                format!(
                    "{key}: {:?} was published, {:?} was sent",
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
            published
                .iter()
                .all(|state| state["frames_received"] != frames),
            "frame {frames} was interrupted"
        );
    }
}

pub fn kind_and_ends(event: &Value) -> (&str, &str, &str) {
    let text = |key: &str| event[key].as_str().unwrap();
    (text("event_type"), text("from"), text("to"))
}

pub fn events_are(published: &[Value], wanted: &[(&str, &str, &str)]) {
    let coming_up = [
        ("link_changed", "no_device", "syncing"),
        ("link_changed", "syncing", "receiving"),
    ];
    let published: Vec<_> = published.iter().map(kind_and_ends).collect();
    assert_eq!(published, [&coming_up, wanted].concat());
}

/// The groups of frames as they were sent, in their order, but for those that identify a customer. They are not
/// kept for later: a frame that the broker is too slow to take has no such message.
pub fn groups_are(published: &[Value], sent: &[SentFrame], is_late: bool) {
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
    let mut rest = wanted.iter();
    for published in published {
        assert!(
            rest.any(|wanted| wanted == published),
            "never sent, or not in this order: {published}"
        );
    }
    assert!(
        is_late || published.len() == wanted.len(),
        "one for each frame"
    );
}

pub fn shown(frame: &SentFrame) -> impl Iterator<Item = [String; 3]> {
    let groups = frame
        .groups
        .iter()
        .filter(|group| !["ADSC", "ADCO", "PRM"].contains(&group.label.name()));
    groups.map(|group| {
        let horodate = group.horodate.clone().unwrap_or_default();
        [group.label.name().to_owned(), horodate, group.data.clone()]
    })
}

pub fn calendar_is(published: &[Value], case: &Case) {
    let slots = |plan: Plan| {
        let slots = plan.iter().map(|(start, index, contact)| {
            json!({ "start": start, "tariff_index": index, "dry_contact": contact, "virtual_contacts": 0 })
        });
        json!((!plan.is_empty()).then(|| slots.collect::<Vec<_>>()))
    };
    let wanted = json!({
        "today": null, "tomorrow": slots(case.tomorrow), "peak": slots(case.peak), "assumed": false
    });
    match published.last() {
        Some(published) => assert_eq!(*published, wanted),
        None => assert!(case.tomorrow.is_empty()),
    }
}
