//! The meter: a machine that is told what the port saw and when, and answers with the states to publish.
//!
//! Pure: nothing is read but the arguments, so that a year can be lived through in a second.

use core::time::Duration;
use std::sync::Arc;

use super::calendar::CalendarMemory;
use super::contract::Contract;
use super::derive::derive;
use super::event::{Event, EventKind, EventWatch};
use super::input::Input;
use super::label_values::{Admission, LabelValues};
use super::link::LinkWatch;
use super::memory::Memory;
use super::plausible::{Safeguards, Validator, Verdict};
use super::presence::Presence;
use super::quantity::Key;
use super::reading::Reading;
use super::snapshot::{SCHEMA, Snapshot, Update};
use super::value::{Moment, Value};
use crate::tic::{Frame, Label, Mode};

/// The indexes are kept so often: a write of some kilobytes, which no card minds.
const KEEP: Duration = Duration::from_secs(600);

/// What a meter is from its birth: the configuration's part, and what is drawn at the start of the daemon.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The number of the meter in the configuration, from 0.
    pub number: usize,
    /// The id of the meter in the configuration.
    pub id: Arc<str>,
    /// The random id of this start.
    pub boot: Arc<str>,
    /// Whether the serial number and the PRM may be shown.
    pub shows_identifiers: bool,
}

/// Counts since the start of the daemon.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    frames: u64,
    damaged: u64,
    held: u64,
    parity: u64,
    checksum: u64,
    format: u64,
}

/// A meter as it is known.
#[derive(Debug)]
pub struct Meter {
    identity: Identity,
    seq: u64,
    mode: Option<Mode>,
    link: LinkWatch,
    counts: Counts,
    validator: Validator,
    values: LabelValues,
    /// The indexes that jumped in the last frame: label, from, to.
    jumps: Vec<(Label, i64, u32)>,
    presence: Presence,
    almanac: CalendarMemory,
    events: EventWatch,
    /// Whether any value is current, so that its loss is published once.
    is_current: bool,
    learned: bool,
    /// When its memory was last taken.
    kept: Moment,
    last: Arc<Snapshot>,
}

impl Meter {
    /// A meter of which nothing was seen yet.
    pub fn new(identity: Identity, memory: &Memory) -> Self {
        let mode = Mode::ALL
            .into_iter()
            .find(|mode| memory.mode.as_deref() == Some(mode.as_str()));
        let keys = memory.keys.iter().filter_map(|name| Key::named(name));
        let presence = match mode {
            Some(_) => Presence::remembered(identity.shows_identifiers, memory.phases, keys),
            None => Presence::new(identity.shows_identifiers),
        };
        let baselines = memory.indexes.iter();
        let baselines = baselines
            .filter_map(|(name, baseline)| Some((Label::find(mode?, name.as_bytes())?, *baseline)));
        let mut meter = Self {
            last: Arc::new(Snapshot {
                id: identity.id.clone(),
                boot: identity.boot.clone(),
                seq: 0,
                time: None,
                mode,
                link: super::link::Link::default(),
                keys: presence.keys(),
                reading: Reading::default(),
                calendar: super::calendar::Calendar::default(),
                contract: None,
                frame: None,
                shows_identifiers: identity.shows_identifiers,
            }),
            identity,
            seq: 0,
            mode,
            link: LinkWatch::default(),
            counts: Counts::default(),
            validator: Validator::remembering(baselines),
            values: LabelValues::default(),
            jumps: Vec::new(),
            presence,
            almanac: memory.almanac.clone(),
            events: EventWatch::new(),
            is_current: false,
            learned: false,
            kept: Moment::default(),
        };
        meter.last = Arc::new(meter.snapshot(None, Moment::default()));
        meter
    }

    /// The same without some rules of the validator: for the noise laboratory, which measures what each buys.
    #[must_use]
    pub fn with_safeguards(mut self, safeguards: Safeguards) -> Self {
        self.validator.set_safeguards(safeguards);
        self
    }

    /// The last state; before the first Update, one in which nothing is known.
    pub fn last(&self) -> &Arc<Snapshot> {
        &self.last
    }

    /// What is worth keeping for the next start, if it is time to: when the meter turned out to be another than was
    /// thought, and else every ten minutes, for its indexes.
    pub fn take_memory(&mut self, now: Moment) -> Option<Memory> {
        let due = self.learned || now.since(self.kept) >= KEEP && self.is_current;
        due.then(|| {
            self.learned = false;
            self.kept = now;
            self.memory()
        })
    }

    /// What is worth keeping for the next start.
    pub fn memory(&self) -> Memory {
        let baselines = self
            .mode
            .into_iter()
            .flat_map(|mode| self.validator.baselines(mode));
        Memory {
            mode: self.mode.map(|mode| mode.as_str().to_owned()),
            phases: self.presence.phases(),
            keys: self
                .presence
                .keys()
                .iter()
                .map(|key| key.row().key.to_owned())
                .collect(),
            almanac: self.almanac.clone(),
            indexes: baselines
                .map(|(label, baseline)| (label.name().to_owned(), baseline))
                .collect(),
        }
    }

    /// Tells the meter what its port saw. Answers with an Update when there is something new to publish.
    pub fn push(&mut self, input: Input, now: Moment) -> Option<Arc<Update>> {
        let (link, detail) = (self.link.link(), self.link.detail().to_owned());
        let frame = match input {
            Input::Unavailable { detail } | Input::Connecting { detail } => {
                self.link.lost(detail);
                None
            }
            Input::Opened { detail } => {
                self.link.opened(detail, now);
                None
            }
            Input::Syncing { detail } => {
                self.link.group(detail, now);
                None
            }
            Input::Tick { detail } => {
                self.link.on_timer(detail, now);
                None
            }
            Input::Frame(frame) => self.enter(frame, now),
        };
        let stale = self.is_current && self.link.is_stale(now);
        if stale {
            self.values.forget();
            self.is_current = false;
        }
        let moved = link != self.link.link() || detail != self.link.detail();
        (frame.is_some() || stale || moved).then(|| self.update(frame, now))
    }

    /// Takes a frame in. Answers with it if it holds anything to publish.
    fn enter(&mut self, frame: Frame, now: Moment) -> Option<Arc<Frame>> {
        let rejected = frame.rejected();
        self.counts.frames += 1;
        self.counts.damaged += u64::from(frame.is_damaged());
        self.counts.parity += u64::from(rejected.parity);
        self.counts.checksum += u64::from(rejected.checksum);
        self.counts.format += u64::from(rejected.format);
        frame.groups().next()?;
        if self.mode != Some(frame.mode()) {
            self.start_mode(frame.mode());
        }
        self.link.frame(now);
        self.is_current = true;
        self.believe(&frame, now);
        self.learned |= self.presence.learn(&self.values, frame.mode());
        self.learned |= self.almanac.learn(&self.values);
        Some(Arc::new(frame))
    }

    /// Enters what may be believed of a frame.
    fn believe(&mut self, frame: &Frame, now: Moment) {
        let context = self
            .validator
            .begin_frame(frame, self.presence.phases(), now);
        let (validator, counts, jumps) = (&mut self.validator, &mut self.counts, &mut self.jumps);
        let mut another = false;
        self.values.enter(frame, |label, group, known| {
            let verdict = validator.validate(label, group, known, &context);
            counts.held += u64::from(verdict.is_held());
            if let Verdict::Jump { from } = verdict {
                jumps.push((label, from, group.number()));
            }
            another |= verdict == Verdict::AnotherMeter;
            match verdict {
                Verdict::AnotherMeter => Admission::AnotherMeter,
                _ if verdict.is_accepted() => Admission::Yes,
                _ => Admission::No,
            }
        });
        validator.end_frame();
        // What is kept on disk is wrong by more than ten minutes.
        self.learned |= another || !self.jumps.is_empty();
    }

    /// What was known of the other mode does not hold in this one.
    fn start_mode(&mut self, mode: Mode) {
        if self.mode.is_some() {
            self.presence = Presence::new(self.identity.shows_identifiers);
        }
        self.mode = Some(mode);
        self.validator.reset();
        self.values = LabelValues::default();
    }

    fn update(&mut self, frame: Option<Arc<Frame>>, now: Moment) -> Arc<Update> {
        self.seq += 1;
        let snapshot = self.snapshot(frame, now);
        let mut events = self.events.observe(snapshot.link, &snapshot.reading);
        events.extend(self.replaced(&snapshot.reading));
        events.extend(
            self.jumps
                .drain(..)
                .map(|(label, from, to)| jumped(label, from, to)),
        );
        self.last = Arc::new(snapshot);
        Arc::new(Update {
            meter: self.identity.number,
            snapshot: self.last.clone(),
            events,
        })
    }

    fn replaced(&mut self, reading: &Reading) -> Option<Event> {
        let address = self.values.first(&[Label::ADSC, Label::ADCO])?;
        let describe = |key| reading.get(key).map(Value::to_string).unwrap_or_default();
        let [maker, year, kind] =
            [Key::MANUFACTURER, Key::MANUFACTURE_YEAR, Key::DEVICE_TYPE].map(describe);
        self.events
            .observe_meter(address.text(), &format!("{maker}, {year}, type {kind}"))
    }

    fn snapshot(&self, frame: Option<Arc<Frame>>, now: Moment) -> Snapshot {
        let mut reading = Reading::default();
        if let Some(mode) = self.mode {
            self.read(&mut reading, mode);
        }
        self.say(&mut reading, now);
        Snapshot {
            id: self.identity.id.clone(),
            boot: self.identity.boot.clone(),
            seq: self.seq,
            time: now.wall,
            mode: self.mode,
            link: self.link.link(),
            keys: self.presence.keys(),
            reading,
            calendar: self.almanac.calendar(&self.values),
            contract: self.mode.and_then(|mode| Contract::of(&self.values, mode)),
            frame,
            shows_identifiers: self.identity.shows_identifiers,
        }
    }

    /// The values that the labels give.
    fn read(&self, reading: &mut Reading, mode: Mode) {
        for key in Key::filled() {
            let source = key.row().source(mode);
            if let Some(read) = source.read() {
                reading.set(key, self.values.first(source.labels()).and_then(read));
            }
        }
        derive(reading, &self.values, mode, self.presence.phases());
    }

    /// The values that the daemon itself knows.
    fn say(&self, reading: &mut Reading, now: Moment) {
        let rejected = self.counts.parity + self.counts.checksum + self.counts.format;
        for (key, value) in [
            (Key::SCHEMA, Value::Int(SCHEMA)),
            (Key::METER, Value::Text(self.identity.id.clone())),
            (Key::BOOT, Value::Text(self.identity.boot.clone())),
            (Key::SEQ, Value::Int(self.seq)),
            (Key::LINK, Value::Enum(self.link.link().as_str())),
            (Key::LINK_DETAIL, Value::Text(self.link.detail().into())),
            (Key::FRAMES_RECEIVED, Value::Int(self.counts.frames)),
            (Key::FRAMES_DAMAGED, Value::Int(self.counts.damaged)),
            (Key::GROUPS_REJECTED, Value::Int(rejected)),
            (Key::VALUES_HELD, Value::Int(self.counts.held)),
            (Key::PARITY_ERRORS, Value::Int(self.counts.parity)),
            (Key::CHECKSUM_ERRORS, Value::Int(self.counts.checksum)),
            (Key::FORMAT_ERRORS, Value::Int(self.counts.format)),
        ] {
            reading.set(key, Some(value));
        }
        reading.set(Key::TIME, now.wall.map(Value::Instant));
        reading.set(Key::MODE, self.mode.map(|mode| Value::Enum(mode.as_str())));
        reading.set(
            Key::PHASES,
            self.presence
                .phases()
                .map(|phases| Value::Int(phases.into())),
        );
    }
}

/// An index jumped: told by its key, before and after.
fn jumped(label: Label, from: i64, to: u32) -> Event {
    let is_of = |key: &Key| {
        let source = key.row().source(label.mode());
        source.read().is_some() && source.labels().contains(&label)
    };
    let key = Key::filled().find(is_of).unwrap_or(Key::ENERGY).row().key;
    Event::new(
        EventKind::IndexJumped,
        format!("{key} {from}"),
        format!("{key} {to}"),
    )
}
