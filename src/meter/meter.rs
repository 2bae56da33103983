//! The meter: a machine that is told what the port saw and when, and answers with the states to publish.
//!
//! Pure: nothing is read but the arguments, so that a year can be lived through in a second.

use std::sync::Arc;

use super::calendar::Almanac;
use super::contract::Contract;
use super::derive::derive;
use super::event::EventWatch;
use super::ledger::Ledger;
use super::link::LinkWatch;
use super::memory::Memory;
use super::presence::Presence;
use super::quantity::Key;
use super::reading::Reading;
use super::snapshot::{SCHEMA, Snapshot, Update};
use super::value::{Moment, Value};
use crate::tic::{Frame, Label, Mode};

/// What a port tells.
#[derive(Clone, Debug)]
pub enum Input {
    /// The port is not there, or is refused: why, in one line for people.
    Unavailable {
        /// The cause, and what to do.
        detail: String,
    },
    /// The port is open. Said once for each opening.
    Opened {
        /// May be empty.
        detail: String,
    },
    /// Correct groups come, but no frame has ended yet.
    Syncing {
        /// May be empty.
        detail: String,
    },
    /// A frame ended.
    Frame(Frame),
    /// Nothing else to say for a second. The detail stays the same while its cause does.
    Tick {
        /// What the port knows of the silence.
        detail: String,
    },
}

/// What a meter is from its birth: the configuration's part, and what is drawn at the start of the daemon.
#[derive(Clone, Debug)]
pub struct Identity {
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
    ledger: Ledger,
    presence: Presence,
    almanac: Almanac,
    events: EventWatch,
    /// Whether any value stands, so that its loss is told once.
    stands: bool,
    learned: bool,
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
            ledger: Ledger::default(),
            presence,
            almanac: memory.almanac.clone(),
            events: EventWatch::new(),
            stands: false,
            learned: false,
        };
        meter.last = Arc::new(meter.snapshot(None, Moment::default()));
        meter
    }

    /// The last state; before the first Update, one in which nothing is known.
    pub fn last(&self) -> &Arc<Snapshot> {
        &self.last
    }

    /// What is worth keeping for the next start, if it changed since it was last taken.
    pub fn take_memory(&mut self) -> Option<Memory> {
        std::mem::take(&mut self.learned).then(|| Memory {
            mode: self.mode.map(|mode| mode.as_str().to_owned()),
            phases: self.presence.phases(),
            keys: self
                .presence
                .keys()
                .iter()
                .map(|key| key.row().key.to_owned())
                .collect(),
            almanac: self.almanac.clone(),
        })
    }

    /// Tells the meter what its port saw. Answers with an Update when there is something new to publish.
    pub fn push(&mut self, input: Input, now: Moment) -> Option<Arc<Update>> {
        let (link, detail) = (self.link.link(), self.link.detail().to_owned());
        let frame = match input {
            Input::Unavailable { detail } => {
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
                self.link.tick(detail, now);
                None
            }
            Input::Frame(frame) => self.enter(frame, now),
        };
        let stale = self.stands && self.link.is_stale(now);
        if stale {
            self.ledger.forget();
            self.stands = false;
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
        self.stands = true;
        self.ledger.enter(&frame, |_| true);
        self.learned |= self.presence.learn(&self.ledger, frame.mode());
        self.learned |= self.almanac.learn(&frame);
        Some(Arc::new(frame))
    }

    /// What was known of the other mode does not hold in this one.
    fn start_mode(&mut self, mode: Mode) {
        if self.mode.is_some() {
            self.presence = Presence::new(self.identity.shows_identifiers);
        }
        self.mode = Some(mode);
        self.ledger = Ledger::default();
    }

    fn update(&mut self, frame: Option<Arc<Frame>>, now: Moment) -> Arc<Update> {
        self.seq += 1;
        let snapshot = self.snapshot(frame, now);
        let mut events = self.events.observe(snapshot.link, &snapshot.reading);
        events.extend(self.replaced(&snapshot.reading));
        self.last = Arc::new(snapshot);
        Arc::new(Update {
            snapshot: self.last.clone(),
            events,
        })
    }

    fn replaced(&mut self, reading: &Reading) -> Option<super::event::Event> {
        let address = self.ledger.first(&[Label::ADSC, Label::ADCO])?;
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
            calendar: self.almanac.calendar(&self.ledger),
            contract: self.mode.and_then(|mode| Contract::of(&self.ledger, mode)),
            frame,
            shows_identifiers: self.identity.shows_identifiers,
        }
    }

    /// The values that the labels give.
    fn read(&self, reading: &mut Reading, mode: Mode) {
        for key in Key::filled() {
            let source = key.row().source(mode);
            if let Some(read) = source.read() {
                reading.set(key, self.ledger.first(source.labels()).and_then(read));
            }
        }
        derive(reading, &self.ledger, mode, self.presence.phases());
    }

    /// The values that the daemon itself knows.
    fn say(&self, reading: &mut Reading, now: Moment) {
        let rejected = self.counts.parity + self.counts.checksum + self.counts.format;
        for (key, value) in [
            (Key::SCHEMA, Value::Int(SCHEMA)),
            (Key::METER, Value::Text(self.identity.id.clone())),
            (Key::BOOT, Value::Text(self.identity.boot.clone())),
            (Key::SEQ, Value::Int(self.seq)),
            (Key::LINK, Value::Word(self.link.link().word())),
            (Key::LINK_DETAIL, Value::Text(self.link.detail().into())),
            (Key::FRAMES_RECEIVED, Value::Int(self.counts.frames)),
            (Key::FRAMES_DAMAGED, Value::Int(self.counts.damaged)),
            (Key::GROUPS_REJECTED, Value::Int(rejected)),
            (Key::PARITY_ERRORS, Value::Int(self.counts.parity)),
            (Key::CHECKSUM_ERRORS, Value::Int(self.counts.checksum)),
            (Key::FORMAT_ERRORS, Value::Int(self.counts.format)),
        ] {
            reading.set(key, Some(value));
        }
        reading.set(Key::TIME, now.wall.map(Value::Instant));
        reading.set(Key::MODE, self.mode.map(|mode| Value::Word(mode.as_str())));
        reading.set(
            Key::PHASES,
            self.presence
                .phases()
                .map(|phases| Value::Int(phases.into())),
        );
    }
}
