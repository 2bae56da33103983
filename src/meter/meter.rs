//! The meter: a machine that takes what happened at the port and when, and returns the states to publish.
//!
//! Pure: it depends on its arguments alone, so that a test runs through a year in a second.

use core::time::Duration;
use std::sync::Arc;

use super::input::Input;
use super::link::{FrameAge, Link, LinkWatch};
use super::link_cause::LinkDetail;
use super::memory::Memory;
use super::model::health::LinkQuality;
use super::model::trend::TrendHandle;
use super::part::Save;
use super::plausible::Safeguards;
use super::quantity::Key;
use super::reading::Reading;
use super::snapshot::{Snapshot, Update};
use super::state::State;
use super::value::{Moment, Value};
use crate::tic::Frame;

/// Between regular saves: a write of some kilobytes, which no card minds.
const SAVE_INTERVAL: Duration = Duration::from_secs(600);

/// Saves between two regular ones that a doubtful value asks for: on a bad line there are many of those.
const SOON_MAX: u8 = 10;

/// What a meter has from the start: what is configured, and the random id of this start of the daemon.
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

impl Identity {
    /// That of an only meter, whose identifiers are not shown.
    pub fn new(id: impl Into<Arc<str>>, boot: impl Into<Arc<str>>) -> Self {
        Self {
            number: 0,
            id: id.into(),
            boot: boot.into(),
            shows_identifiers: false,
        }
    }
}

/// A meter as it is known.
#[derive(Debug)]
pub struct Meter {
    identity: Identity,
    seq: u64,
    link: LinkWatch,
    quality: LinkQuality,
    state: State,
    /// That of the last frame at the last input: what ends with it is published once.
    age: FrameAge,
    save: Save,
    /// When its memory was last taken.
    saved: Moment,
    /// How often that was because of a doubtful value, since the last regular save.
    saved_soon: u8,
    last: Arc<Snapshot>,
}

impl Meter {
    /// A meter of which nothing was seen yet.
    pub fn new(identity: Identity, memory: &Memory) -> Self {
        let state = State::restored(identity.shows_identifiers, memory);
        let mut meter = Self {
            last: Arc::new(Snapshot {
                id: identity.id.clone(),
                boot: identity.boot.clone(),
                seq: 0,
                time: None,
                mode: state.mode(),
                link: Link::default(),
                is_online: false,
                keys: state.presence().keys(),
                reading: Reading::default(),
                calendar: Arc::default(),
                contract: None,
                indexes: state.indexes(),
                frame: None,
                shows_identifiers: identity.shows_identifiers,
            }),
            identity,
            seq: 0,
            link: LinkWatch::default(),
            quality: LinkQuality::default(),
            state,
            age: FrameAge::default(),
            save: Save::Later,
            saved: Moment::default(),
            saved_soon: 0,
        };
        meter.last = Arc::new(meter.snapshot(None, Moment::default()));
        meter
    }

    /// The same without some rules of the validator: for the noise benchmark, which measures what each buys.
    #[must_use]
    pub fn with_safeguards(mut self, safeguards: Safeguards) -> Self {
        self.state.set_safeguards(safeguards);
        self
    }

    /// The last state; before the first Update, one in which nothing is known.
    pub fn last(&self) -> &Arc<Snapshot> {
        &self.last
    }

    /// The power and the energy over time: goes on with the meter.
    pub fn trend(&self) -> TrendHandle {
        self.state.trend()
    }

    /// What to keep for the next start, if it must be written now: at once when a part asks for it, else every ten minutes,
    /// for the indexes.
    pub fn take_memory(&mut self, now: Moment) -> Option<Memory> {
        let is_regular = now.since(self.saved) >= SAVE_INTERVAL && self.is_online();
        let save = std::mem::replace(&mut self.save, Save::Later);
        let is_due = match save {
            Save::Now => true,
            Save::Soon => is_regular || self.saved_soon < SOON_MAX,
            Save::Later => is_regular,
        };
        if is_regular {
            self.saved_soon = 0;
        } else if is_due && save == Save::Soon {
            self.saved_soon += 1;
        }
        is_due.then(|| {
            self.saved = now;
            self.memory()
        })
    }

    /// What to keep for the next start.
    pub fn memory(&self) -> Memory {
        self.state.memory()
    }

    /// Takes what the port saw. Returns an Update when there is something new to publish.
    pub fn push(&mut self, input: Input, now: Moment) -> Option<Arc<Update>> {
        let (link, detail) = (self.link.link(), self.link.detail().clone());
        let frame = match input {
            Input::Unavailable { detail } | Input::Connecting { detail } => {
                self.link.lost(detail, now);
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
        let was_online = self.is_online();
        let age = self.link.frame_age(now);
        let has_aged = age != std::mem::replace(&mut self.age, age);
        if frame.is_none() {
            self.state.on_timer(now, was_online && !self.is_online());
        }
        let moved = link != self.link.link() || detail != *self.link.detail();
        (frame.is_some() || has_aged || moved).then(|| self.update(frame, now))
    }

    /// Takes a frame. Returns it if it holds anything to publish.
    fn enter(&mut self, frame: Frame, now: Moment) -> Option<Arc<Frame>> {
        self.state.statistics.count(&frame);
        self.quality.push(&frame, now.mono);
        frame.groups().next()?;
        self.link.frame(now);
        self.save = self.save.max(self.state.on_frame(&frame, now));
        Some(Arc::new(frame))
    }

    fn is_online(&self) -> bool {
        self.age != FrameAge::Expired
    }

    fn update(&mut self, frame: Option<Arc<Frame>>, now: Moment) -> Arc<Update> {
        self.seq += 1;
        let snapshot = self.snapshot(frame, now);
        let events = self.state.events(&snapshot.reading);
        self.last = Arc::new(snapshot);
        Arc::new(Update {
            meter: self.identity.number,
            snapshot: self.last.clone(),
            events,
            curve: self.state.curve(),
            breaker_check: self.state.breaker_check(),
        })
    }

    fn snapshot(&self, frame: Option<Arc<Frame>>, now: Moment) -> Snapshot {
        let mut reading = Reading::sized_like(&self.last.reading);
        self.state.fill(now, &mut reading);
        self.fill_link(&mut reading, now);
        let mut snapshot = Snapshot {
            id: self.identity.id.clone(),
            boot: self.identity.boot.clone(),
            seq: self.seq,
            time: now.wall,
            mode: self.state.mode(),
            link: self.link.link(),
            is_online: self.is_online(),
            keys: self.state.presence().keys(),
            reading,
            calendar: self.state.calendar(),
            contract: self.state.contract(),
            indexes: self.state.indexes(),
            frame,
            shows_identifiers: self.identity.shows_identifiers,
        };
        snapshot.fill_own_rows();
        snapshot
    }

    /// Fills the quality of the link and its cause.
    fn fill_link(&self, reading: &mut Reading, now: Moment) {
        let is_receiving = self.link.link() == Link::Receiving;
        let quality = self.quality.quality(now.mono).filter(|_| is_receiving);
        let detail = match self.quality.fault() {
            Some(fault) if is_receiving => {
                let text = format!("more than a few groups are rejected: {}", fault.as_str());
                LinkDetail::new(fault.cause(), text)
            }
            _ => self.link.detail().clone(),
        };
        for (key, value) in [
            (Key::LINK_DETAIL, Some(Value::Text(detail.shared_text()))),
            (Key::LINK_CAUSE, Some(Value::Enum(detail.cause().as_str()))),
            (
                Key::LINK_QUALITY,
                quality.map(|percent| Value::Int(percent.into())),
            ),
        ] {
            reading.set(key, value);
        }
    }
}
