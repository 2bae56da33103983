//! What holds of every Update, whatever came. The fuzzing of the whole pipeline asks the same.

use linky_sensor::meter::json::{CalendarOf, EventOf, Python, Tic, write_state};
use linky_sensor::meter::{
    Contract, EventKind, Interface, Key, Keys, Kind, Link, Meter, Snapshot, Update, Value,
};
use linky_sensor::tic::Mode;

/// The last state, to compare the next one with.
#[derive(Default)]
pub struct Invariants {
    seq: u64,
    mode: Option<Mode>,
    /// The last that was known.
    contract: Option<Contract>,
    keys: Keys,
    is_replaced: bool,
    indexes: Vec<Index>,
}

struct Index {
    key: Key,
    last: u64,
    /// It may still be that of a meter that was replaced.
    is_of_another: bool,
}

impl Invariants {
    /// The number goes up by one, no key is lost within a mode but for what another contract cannot give, and
    /// the phases that another meter has not; no index goes back in silence, and each value is of the type
    /// of its quantity.
    pub fn check(&mut self, update: &Update) {
        let snapshot = &*update.snapshot;
        assert_eq!(snapshot.seq, self.seq + 1, "seq");
        self.seq = snapshot.seq;
        let same_mode = self.mode.is_none() || self.mode == snapshot.mode;
        let contract = snapshot.contract.or(self.contract);
        let same_contract = contract == self.contract;
        self.is_replaced |= has_event(update, EventKind::MeterReplaced);
        let is_replaced_by_one_phase =
            self.is_replaced && snapshot.reading.int(Key::PHASES) == Some(1);
        let stays = |key: &Key| match *key {
            Key::NEXT_TARIFF | Key::NEXT_TARIFF_TIME | Key::NEXT_OFF_PEAK_TIME => same_contract,
            key => !is_replaced_by_one_phase || !is_of_a_phase(key),
        };
        if same_mode {
            let mut lost = self.keys.iter().filter(|key| !snapshot.keys.contains(*key));
            assert_eq!(lost.find(stays), None, "a key is lost");
        }
        self.contract = contract;
        if !same_mode {
            self.indexes.clear();
        }
        self.check_indexes(update);
        if has_event(update, EventKind::MeterReplaced) {
            let indexes = self.indexes.iter_mut();
            indexes.for_each(|index| index.is_of_another = true);
        }
        (self.mode, self.keys) = (snapshot.mode, snapshot.keys);
        for (key, value) in snapshot.entries() {
            check_value(snapshot, key, value);
        }
        check_cause(snapshot);
        check_json(update);
    }

    fn check_indexes(&mut self, update: &Update) {
        for (key, value) in update.snapshot.entries() {
            let (true, Some(Value::Int(value))) = (is_index(key, update.snapshot.mode), value)
            else {
                continue;
            };
            let known = self.indexes.iter_mut().find(|index| index.key == key);
            let Some(index) = known else {
                self.indexes.push(Index {
                    key,
                    last: *value,
                    is_of_another: false,
                });
                continue;
            };
            let last = index.last;
            assert!(
                *value >= last
                    || index.is_of_another
                    || has_event(update, EventKind::IndexJumped)
                    || has_event(update, EventKind::MeterReplaced),
                "{key:?} goes back from {last} to {value}"
            );
            index.is_of_another &= *value == last;
            index.last = *value;
        }
    }
}

fn has_event(update: &Update, kind: EventKind) -> bool {
    update.events.iter().any(|event| event.kind == kind)
}

/// Whether a quantity is an energy that comes from one label.
fn is_index(key: Key, mode: Option<Mode>) -> bool {
    let row = key.row();
    row.kind == Kind::Uint64 && mode.is_some_and(|mode| row.source(mode).labels().len() == 1)
}

/// The memory of a meter does not grow with its input.
pub fn check_memory(meter: &Meter) {
    let memory = serde_json::to_string(&meter.memory()).expect("a memory is JSON");
    assert!(memory.len() < 16_384, "{} bytes", memory.len());
}

/// A link that is down has a cause, and a cause has its line.
fn check_cause(snapshot: &Snapshot) {
    let cause = snapshot.reading.text(Key::LINK_CAUSE);
    let detail = snapshot.reading.text(Key::LINK_DETAIL);
    if snapshot.link == Link::NoSignal {
        assert_ne!(cause, Some("none"), "{detail:?}");
    }
    if cause != Some("none") {
        assert!(detail.is_some_and(|text| !text.is_empty()), "{cause:?}");
    }
}

fn check_value(snapshot: &Snapshot, key: Key, value: Option<&Value>) {
    let row = key.row();
    assert!(
        row.interface != Interface::Private || snapshot.shows_identifiers,
        "{key:?} is private"
    );
    let fits = match (row.kind, value) {
        (_, None) => !ALWAYS.contains(&key),
        (Kind::Int, Some(Value::Int(value))) => u32::try_from(*value).is_ok() || key == Key::SEQ,
        (Kind::Uint64 | Kind::Count, Some(Value::Int(_)))
        | (Kind::Signed, Some(Value::Signed(_)))
        | (Kind::Bool, Some(Value::Bool(_)))
        | (Kind::Time, Some(Value::Time(_) | Value::Instant(_))) => true,
        (Kind::Text, Some(Value::Text(text))) => {
            text.trim() == &**text && text.chars().all(|c| !c.is_control())
        }
        (Kind::Enum(words), Some(Value::Enum(word))) => words.contains(word),
        _ => false,
    };
    assert!(fits, "{key:?} ({}) is {value:?}", row.kind);
}

/// What is known of any state.
const ALWAYS: [Key; 5] = [Key::SCHEMA, Key::METER, Key::BOOT, Key::SEQ, Key::LINK];

fn check_json(update: &Update) {
    let snapshot = &*update.snapshot;
    let mut state = Vec::new();
    write_state(snapshot, &mut state).expect("a state is JSON");
    let state: serde_json::Value = serde_json::from_slice(&state).expect("a state is JSON");
    let state = state.as_object().expect("an object");
    assert_eq!(state.len(), snapshot.keys.iter().count());
    for (key, value) in snapshot.entries() {
        let json = state.get(key.row().key).expect("each key is there");
        let fits = match key.row().kind {
            _ if value.is_none() => json.is_null(),
            Kind::Int | Kind::Uint64 | Kind::Count => json.is_u64(),
            Kind::Signed => json.is_i64(),
            Kind::Bool => json.is_boolean(),
            Kind::Text | Kind::Time | Kind::Enum(_) => json.is_string(),
        };
        assert!(fits, "{key:?} is {json}");
    }
    serde_json::to_string(&CalendarOf(snapshot)).expect("a calendar is JSON");
    serde_json::to_string(&Tic(snapshot)).expect("groups are JSON");
    serde_json::to_string(&Python(snapshot)).expect("groups are JSON");
    for event in &update.events {
        serde_json::to_string(&EventOf(snapshot, event)).expect("an event is JSON");
    }
}

fn is_of_a_phase(key: Key) -> bool {
    let row = key.row();
    let is_of_three = |mode| {
        let labels = row.source(mode).labels();
        labels.iter().any(|label| label.is_three_phase())
    };
    row.phase.is_some() || Mode::ALL.into_iter().any(is_of_three)
}
