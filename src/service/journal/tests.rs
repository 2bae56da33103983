//! The lines of the journal, with their levels and fields.

use std::cell::RefCell;
use std::sync::Once;

use log::{Level, LevelFilter, Log, Metadata, Record};

use super::*;
use crate::meter::{Identity, Input, Key, Link, LinkDetail, Memory, Meter, Moment};
use crate::names::journal;
use crate::sink::{Health, Stream};

/// A line: its level, its text, and the fields MESSAGE_ID, LINKY_METER and LINKY_LINK.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LogLine {
    level: Level,
    text: String,
    fields: [Option<String>; 3],
}

thread_local! {
    /// What this thread logged, while it wants to see it.
    static LINES: RefCell<Option<Vec<LogLine>>> = const { RefCell::new(None) };
}

struct Lines;

impl Log for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        LINES.with_borrow(Option::is_some)
    }

    fn log(&self, record: &Record<'_>) {
        let field = |name: &str| {
            record
                .key_values()
                .get(name.into())
                .map(|it| it.to_string())
        };
        let line = LogLine {
            level: record.level(),
            text: record.args().to_string(),
            fields: ["MESSAGE_ID", journal::METER, journal::LINK].map(field),
        };
        LINES.with_borrow_mut(|lines| lines.iter_mut().for_each(|lines| lines.push(line.clone())));
    }

    fn flush(&self) {}
}

/// What is logged meanwhile.
fn logged(what: impl FnOnce()) -> Vec<LogLine> {
    static LOGGER: Once = Once::new();
    LOGGER.call_once(|| {
        log::set_logger(&Lines).expect("the tests of the library have no other logger");
        log::set_max_level(LevelFilter::Trace);
    });
    LINES.set(Some(Vec::new()));
    what();
    LINES.take().unwrap()
}

fn meter() -> Meter {
    let identity = Identity::new("main", "b007");
    Meter::new(identity, &Memory::default())
}

/// The state of a meter whose link is this.
fn linked(link: Link, detail: &str) -> Snapshot {
    let mut snapshot = (**meter().last()).clone();
    snapshot.link = link;
    let detail = crate::meter::Value::Text(detail.into());
    snapshot.reading.set(Key::LINK_DETAIL, Some(detail));
    snapshot
}

fn update(snapshot: Snapshot, events: Vec<Event>) -> Update {
    Update {
        meter: 0,
        snapshot: Arc::new(snapshot),
        events,
        curve: Vec::new(),
        breaker_check: None,
    }
}

/// A journal whose only meter was in this state, after an Update: whether the link is another, and the lines.
fn after(before: Snapshot, update: Update) -> (bool, Vec<LogLine>) {
    let stream = Stream::new([Arc::new(before)]);
    let mut journal = Journal::new(stream.subscribe("the journal", &Health::default()));
    stream.publish(Arc::new(update));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap();
    let mut is_other_link = false;
    let lines = logged(|| is_other_link = runtime.block_on(journal.log_next()));
    (is_other_link, lines)
}

#[test]
fn a_change_of_the_link_or_of_its_cause_is_one_line() {
    use Link::{NoDevice, NoSignal, Receiving, Syncing};
    for (before, after, level, text) in [
        (
            (NoDevice, "/dev/linky does not exist"),
            (Syncing, ""),
            Level::Info,
            "meter main: syncing (was no_device)",
        ),
        (
            (Receiving, ""),
            (NoDevice, "unplugged"),
            Level::Warn,
            "meter main: no_device (was receiving): unplugged",
        ),
        (
            (Syncing, ""),
            (NoSignal, "no byte came"),
            Level::Warn,
            "meter main: no_signal (was syncing): no byte came",
        ),
        (
            (NoDevice, "absent"),
            (NoDevice, "no permission"),
            Level::Warn,
            "meter main: no_device: no permission",
        ),
        (
            (Receiving, ""),
            (Receiving, "7 groups of 100 are wrong"),
            Level::Info,
            "meter main: receiving: 7 groups of 100 are wrong",
        ),
    ] {
        let (from, to) = (linked(before.0, before.1), linked(after.0, after.1));
        let (is_other_link, lines) = self::after(from, update(to, Vec::new()));
        assert!(is_other_link);
        let wanted = LogLine {
            level,
            text: text.to_owned(),
            fields: [journal::LINK_CHANGED, "main", after.0.as_str()].map(|it| Some(it.to_owned())),
        };
        assert_eq!(lines, [wanted]);
    }
}

#[test]
fn the_mode_is_in_the_line_of_a_meter_that_is_received() {
    let (syncing, mut receiving) = (linked(Link::Syncing, ""), linked(Link::Receiving, ""));
    receiving.mode = Some(crate::tic::Mode::Historique);
    let (_, lines) = after(syncing, update(receiving, Vec::new()));
    assert_eq!(lines.len(), 1);
    assert_eq!(
        lines[0].text,
        "meter main: receiving (was syncing) in historique mode"
    );
}

#[test]
fn a_state_that_brings_nothing_is_not_logged() {
    let state = linked(Link::Receiving, "");
    assert_eq!(
        after(state.clone(), update(state, Vec::new())),
        (false, Vec::new())
    );
}

#[test]
fn an_event_is_one_line_and_has_an_id_unless_it_is_for_debugging() {
    let state = linked(Link::Receiving, "");
    for kind in EventKind::ALL {
        let event = Event::new(kind, "before", "after");
        let (is_other_link, lines) = after(state.clone(), update(state.clone(), vec![event]));
        assert!(!is_other_link);
        if kind == EventKind::LinkChanged {
            assert_eq!(lines, [], "it is logged with its cause");
            continue;
        }
        let [line] = &lines[..] else {
            panic!("{kind:?}: {lines:?}");
        };
        let [id, meter, link] = &line.fields;
        assert_eq!(meter.as_deref(), Some("main"), "{kind:?}");
        assert_eq!(link.as_deref(), Some("receiving"), "{kind:?}");
        assert!(line.text.starts_with("meter main: "), "{}", line.text);
        assert_eq!(id.is_some(), line.level < Level::Debug, "{line:?}");
    }
}

#[tokio::test]
async fn the_last_logged_state_of_each_meter_is_kept_and_a_number_of_no_meter_is_ignored() {
    let mut meter = meter();
    let stream = Stream::new([meter.last().clone()]);
    let mut journal = Journal::new(stream.subscribe("the journal", &Health::default()));
    let first = journal.states()[0].seq;
    let stray = Update {
        meter: 7,
        ..update(linked(Link::Receiving, ""), Vec::new())
    };
    stream.publish(Arc::new(stray));
    assert!(!journal.log_next().await);
    assert_eq!(journal.states()[0].seq, first);
    let detail = LinkDetail::default();
    let opened = meter.push(Input::Opened { detail }, Moment::default());
    stream.publish(opened.unwrap());
    assert!(journal.log_next().await);
    assert_eq!(journal.states()[0].link, Link::Syncing);
}
