//! The account: what the subscriber received against what the daemon decided and what the meter sent.
//!
//! The daemon numbers its Updates, and each is a state here (`interval = "frame"`): a number that is not received is a state
//! that was lost. What may be lost is counted apart: the last moments before a SIGKILL, and what the daemon itself counts
//! that it dropped while its disk was full. Everything else ends the run at once.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::support::broker::Received;
use crate::support::time::micros;
use crate::wire::{LoggedFrame, SentFrames};

const STATE: &str = "linky/main/state";
const HISTORY: &str = "linky/main/history";
const EVENT: &str = "linky/main/event";
const CURVE: &str = "linky/main/curve";

/// One state of one start.
#[derive(Debug)]
struct Heading {
    payload: u64,
    /// The host's clock, milliseconds since 1970.
    time: u64,
    frames_received: u64,
    frames_damaged: u64,
    frame: Option<LoggedFrame>,
    /// Its frame may have come through in part.
    is_disturbed: bool,
}

/// What was received of one start of the daemon.
#[derive(Debug, Default)]
struct Start {
    states: BTreeMap<u64, Heading>,
    newest_live: u64,
    newest_late: u64,
    /// When it was killed, if it was.
    killed: Option<u64>,
    /// What it counts as given up.
    dropped: u64,
    /// What it held back of frames that came through in part, and contradict themselves.
    held: u64,
}

/// What came of it all.
#[derive(Debug, Default)]
pub struct Totals {
    pub live: u64,
    pub late: u64,
    /// Repeated on the topic of states: the last one, on each ConnAck.
    pub said_again: u64,
    /// Repeated on the topic of late ones: what was in flight.
    pub duplicates: u64,
    pub events: u64,
    /// Points of the load curve, each counted once.
    pub points: u64,
    /// Repeated after the end of a start, or of a session while they were in flight.
    pub points_again: u64,
    /// Decided, never received, and allowed to be lost.
    pub dropped: u64,
    /// Between the last state received of a start and its SIGKILL, the longest.
    pub longest_tail: Duration,
    /// Whole frames that no state was made of, around hang-ups and starts.
    pub unread: u64,
    pub states: u64,
}

pub struct Account {
    sent: SentFrames,
    starts: HashMap<String, Start>,
    /// The starts in their order.
    order: Vec<String>,
    late_start: usize,
    /// When the last state from a frame was made that came live, milliseconds since 1970.
    pub last_live: u64,
    /// The points that were received, and the number of starts when each was last live.
    points: HashMap<String, usize>,
    /// Frames come through in part: a clock of one, a value of another.
    pub is_disturbed: bool,
    pub totals: Totals,
}

impl Account {
    pub fn new(sent: SentFrames) -> Self {
        Self {
            sent,
            starts: HashMap::new(),
            order: Vec::new(),
            late_start: 0,
            last_live: 0,
            points: HashMap::new(),
            is_disturbed: false,
            totals: Totals::default(),
        }
    }

    /// The subscriber received something.
    pub fn add(&mut self, received: &Received) {
        // What the broker kept is no news.
        match &*received.topic {
            _ if received.retained => {}
            STATE => self.add_state(received, true),
            HISTORY if received.payload.contains("\"event_type\"") => self.totals.events += 1,
            HISTORY if received.payload.contains("\"direction\"") => self.add_point(received),
            CURVE => self.add_point(received),
            HISTORY => self.add_state(received, false),
            EVENT => self.totals.events += 1,
            _ => {}
        }
    }

    fn add_state(&mut self, received: &Received, is_live: bool) {
        let state = received.json();
        let boot = state["boot"].as_str().unwrap().to_owned();
        let seq = state["seq"].as_u64().unwrap();
        let place = self.place(&boot);
        let what = format!("state {seq} of start {place}");
        let heading = self.read(&state, &received.payload, &what);
        if is_live {
            assert_eq!(place + 1, self.order.len(), "{what}: of an earlier start");
            if state["link"] == "receiving" {
                self.last_live = self.last_live.max(heading.time);
            }
        } else {
            assert!(place >= self.late_start, "{what}: late out of order");
            self.late_start = place;
        }
        let start = self.starts.get_mut(&boot).unwrap();
        let held = state["values_held"].as_u64().unwrap();
        if self.is_disturbed {
            start.held = start.held.max(held);
        }
        assert!(held <= start.held, "{what}: an honest value is held");
        let newest = if is_live {
            &mut start.newest_live
        } else {
            &mut start.newest_late
        };
        let is_older = seq < *newest;
        *newest = seq.max(*newest);
        match start.states.get(&seq) {
            Some(known) => {
                assert_eq!(known.payload, heading.payload, "{what}: it is another now");
                assert!(!(is_live && is_older), "{what}: an older one is live again");
                if is_live {
                    self.totals.said_again += 1;
                } else {
                    self.totals.duplicates += 1;
                }
            }
            None => {
                assert!(!is_older, "{what}: out of order");
                start.states.insert(seq, heading);
                if is_live {
                    self.totals.live += 1;
                } else {
                    self.totals.late += 1;
                }
            }
        }
    }

    /// A start has each point live once. What is not kept yet when the daemon is killed comes again after the next start.
    fn add_point(&mut self, received: &Received) {
        let start = self.order.len();
        let is_live = received.topic == CURVE;
        let point = received.payload.clone();
        match self.points.insert(point, start) {
            None => self.totals.points += 1,
            Some(last) => {
                assert!(!is_live || last < start, "live again: {}", received.payload);
                self.totals.points_again += 1;
            }
        }
    }

    fn place(&mut self, boot: &str) -> usize {
        if let Some(place) = self.order.iter().position(|known| known == boot) {
            return place;
        }
        self.order.push(boot.to_owned());
        self.starts.insert(boot.to_owned(), Start::default());
        self.order.len() - 1
    }

    /// A state has what its frame has.
    fn read(&self, state: &Value, payload: &str, what: &str) -> Heading {
        let clock = state["meter_time"].as_str();
        let frame = clock.map(|clock| {
            let sent = self.sent.lock().unwrap();
            *sent.get(clock).unwrap_or_else(|| {
                panic!("{what}: the meter never sent a frame at {clock}");
            })
        });
        if let Some(frame) = frame
            && !self.is_disturbed
            && state["energy"].is_number()
        {
            let held = (&state["energy"], &state["apparent_power"]);
            assert_eq!(
                held,
                (&frame.energy.into(), &frame.power.into()),
                "{what}: not what was sent"
            );
        }
        Heading {
            payload: digest(payload),
            time: millis(state["time"].as_str().unwrap()),
            frames_received: state["frames_received"].as_u64().unwrap(),
            frames_damaged: state["frames_damaged"].as_u64().unwrap(),
            frame,
            is_disturbed: self.is_disturbed,
        }
    }

    /// The daemon of the last start was killed.
    pub fn killed(&mut self) {
        if let Some(boot) = self.order.last() {
            self.starts.get_mut(boot).unwrap().killed = Some(now());
        }
    }

    /// The daemon of the last start counts the records that it gave up.
    pub fn dropped(&mut self, count: u64) {
        let boot = self.order.last().unwrap();
        let start = self.starts.get_mut(boot).unwrap();
        start.dropped = start.dropped.max(count);
    }

    /// The starts of which something was received.
    pub fn starts(&self) -> usize {
        self.order.len()
    }

    /// Everything has arrived that will: balances what was decided, and what was sent, with what was received.
    pub fn balance(&mut self) {
        for (place, boot) in self.order.iter().enumerate() {
            let start = &self.starts[boot];
            // Nothing is kept before a broker has ever acknowledged something.
            let first = match place {
                0 => start.states.first_key_value().map_or(1, |(seq, _)| *seq),
                _ => 1,
            };
            let Some((&last, heading)) = start.states.last_key_value() else {
                continue;
            };
            let received = start.states.len() as u64;
            let lost: Vec<u64> = (first..=last)
                .filter(|seq| !start.states.contains_key(seq))
                .collect();
            assert!(
                lost.len() as u64 <= start.dropped,
                "{} states were lost, {} given up: {lost:?}",
                lost.len(),
                start.dropped
            );
            self.totals.dropped += lost.len() as u64;
            self.totals.states += received + lost.len() as u64;
            if let Some(killed) = start.killed {
                let tail = Duration::from_millis(killed.saturating_sub(heading.time));
                self.totals.longest_tail = self.totals.longest_tail.max(tail);
            }
            let frames: Vec<(&u64, &Heading, &LoggedFrame)> = start
                .states
                .iter()
                .filter_map(|(seq, heading)| Some((seq, heading, heading.frame.as_ref()?)))
                .collect();
            for pair in frames.windows(2) {
                let ((one, before, from), (other, after, to)) = (pair[0], pair[1]);
                let is_next = *other == one + 1;
                if is_next && after.frames_received == before.frames_received + 1 {
                    let passed_over = to.number.saturating_sub(from.number + 1);
                    assert!(
                        passed_over == 0 || from.plug != to.plug,
                        "{passed_over} frames were not read between {from:?} and {to:?}"
                    );
                    // A frame that was cut off has nothing new of the clock.
                    let is_cut = after.frames_damaged > before.frames_damaged || after.is_disturbed;
                    assert!(to.number > from.number || is_cut, "{from:?}, then {to:?}");
                    self.totals.unread += passed_over;
                }
            }
        }
    }
}

/// Enough to know a text again.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// Milliseconds since 1970.
pub fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap()
}

/// Milliseconds since 1970 of a time as it is published.
fn millis(time: &str) -> u64 {
    u64::try_from(micros(time) / 1_000).unwrap()
}
