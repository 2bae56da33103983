//! A meter to feed: frames by hand, and the Updates that they make.

use std::sync::Arc;
use std::time::Duration;

use linky_sensor::meter::{
    Identity, Input, LinkCause, LinkDetail, Memory, Meter, Moment, Timestamp, Update,
};
use linky_sensor::tic::{Decoder, Frame, Mode, Parity, push_group};

/// 2026-11-24T11:15:51Z, when the first frame ends.
pub const START: i64 = 1_795_518_951_000_000;

/// A group: label, horodate (empty: none), data.
pub type Group<'a> = (&'a str, &'a str, &'a str);

/// The frame with these groups.
pub fn frame(mode: Mode, groups: &[Group<'_>]) -> Frame {
    let mut bytes = vec![0x02];
    for (label, horodate, data) in groups {
        let horodate = (!horodate.is_empty()).then_some(*horodate);
        push_group(mode, label, horodate, data, &mut bytes);
    }
    bytes.push(0x03);
    let mut frames = Decoder::new(mode, Parity::Ignore).push(&bytes);
    assert_eq!(frames.len(), 1, "one frame is one frame");
    let frame = frames.remove(0);
    assert_eq!(frame.rejected().total(), 0, "{frame:?}");
    frame
}

/// A standard single-phase frame with these groups changed or added.
pub fn standard(changes: &[Group<'_>]) -> Frame {
    let mut groups: Vec<Group<'_>> = vec![
        ("ADSC", "", "991876000001"),
        ("VTIC", "", "02"),
        ("DATE", "H261124121551", ""),
        ("NGTF", "", "      BASE      "),
        ("LTARF", "", "      BASE      "),
        ("EAST", "", "012345678"),
        ("EASF01", "", "012345678"),
        ("IRMS1", "", "002"),
        ("URMS1", "", "231"),
        ("PREF", "", "09"),
        ("SINSTS", "", "00450"),
        ("SMAXSN", "H261124103000", "01230"),
        ("STGE", "", "003A0001"),
        ("MSG1", "", "     PAS DE          MESSAGE    "),
        ("PRM", "", "00000000000001"),
        ("RELAIS", "", "000"),
        ("NTARF", "", "01"),
    ];
    for change in changes {
        match groups.iter_mut().find(|(label, ..)| *label == change.0) {
            Some(group) => *group = *change,
            None => groups.push(*change),
        }
    }
    frame(Mode::Standard, &groups)
}

/// A meter that is given a frame a second.
pub struct Fed {
    meter: Meter,
    seconds: u64,
}

impl Fed {
    /// Its port is open, and nothing has come yet.
    pub fn new(shows_identifiers: bool) -> Self {
        let identity = Identity {
            shows_identifiers,
            ..Identity::new("main", "0123456789abcdef")
        };
        let mut fed = Self {
            meter: Meter::new(identity, &Memory::default()),
            seconds: 0,
        };
        let detail = LinkDetail::default();
        let now = fed.now();
        fed.meter.push(Input::Opened { detail }, now);
        fed
    }

    /// Its state.
    pub fn last(&self) -> Arc<linky_sensor::meter::Snapshot> {
        self.meter.last().clone()
    }

    /// Its power and energy over time.
    pub fn trend(&self) -> linky_sensor::meter::TrendHandle {
        self.meter.trend()
    }

    /// The Update of one more frame.
    pub fn push(&mut self, frame: &Frame) -> Arc<Update> {
        self.seconds += 1;
        let now = self.now();
        self.meter
            .push(Input::Frame(frame.clone()), now)
            .expect("a frame makes an Update")
    }

    /// The last Update of so many of the same frame.
    pub fn settle(&mut self, frame: &Frame) -> Arc<Update> {
        (0..4)
            .map(|_| self.push(frame))
            .last()
            .expect("four of them")
    }

    /// The Update of a silence of so many seconds.
    pub fn silence(&mut self, seconds: u64) -> Arc<Update> {
        self.seconds += seconds;
        let detail = LinkDetail::new(LinkCause::NoByte, format!("no byte for {seconds} s"));
        let now = self.now();
        self.meter
            .push(Input::Tick { detail }, now)
            .expect("a silence makes an Update")
    }

    fn now(&self) -> Moment {
        let wall = START + i64::try_from(self.seconds).expect("small") * 1_000_000;
        Moment {
            wall: Some(Timestamp(wall)),
            mono: Duration::from_secs(self.seconds),
        }
    }
}
