//! The state of the link with the meter, and its cause.
//!
//! `receiving` from the end of a frame that kept a correct group until ten seconds pass without one
//! (Annex A of the specification decides at the end of a frame). `syncing` while correct groups come but
//! no frame has ended, and from the opening of the port. `no_signal` after ten seconds without a correct
//! group. `no_device` while the port is not there or is refused.
//!
//! The values outlast the link: they stand until the last frame is thirty seconds old, so that a shorter interruption
//! makes nothing flap. Then they are null, and the meter is offline.
//!
//! What is published of a link that flaps is bounded.

use core::time::Duration;
use std::collections::VecDeque;

use super::link_cause::{LinkCause, LinkDetail};
use super::value::Moment;

/// Without a correct group for this time there is no signal; without a frame, no reception.
pub const SIGNAL_TIMEOUT: Duration = Duration::from_secs(10);
/// The most changes of the link that are published in [`CHANGES_WINDOW`]: an adapter that is pulled out and put back makes
/// four.
const CHANGES_MAX: usize = 8;
/// See [`CHANGES_MAX`].
const CHANGES_WINDOW: Duration = Duration::from_secs(30);
/// Without a frame for this time no value is current, and the meter is offline.
pub const OFFLINE_TIMEOUT: Duration = Duration::from_secs(30);

/// How old the last frame that kept a correct group is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrameAge {
    /// Less than ten seconds.
    Recent,
    /// Ten to thirty seconds: the values stand, the estimates of the moment do not.
    Old,
    /// Thirty seconds, or there is none: no value is current, and the meter is offline.
    #[default]
    Expired,
}

/// The state of the link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// The port is not there, or was refused.
    #[default]
    NoDevice,
    /// The port is open, and nothing correct comes.
    NoSignal,
    /// Bytes come, and no frame has ended yet.
    Syncing,
    /// Frames come.
    Receiving,
}

impl Link {
    /// The word that is published, such as `no_signal`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoDevice => "no_device",
            Self::NoSignal => "no_signal",
            Self::Syncing => "syncing",
            Self::Receiving => "receiving",
        }
    }
}

/// The link, from what the port reports.
#[derive(Clone, Debug, Default)]
pub struct LinkWatch {
    link: Link,
    detail: LinkDetail,
    shown: ShownLink,
    /// The opening of the port, or the last correct group if that came later.
    quiet_since: Moment,
    /// The last frame that kept a correct group.
    frame: Option<Moment>,
}

/// The link as it is published. A port that flaps would make a state, an event and a line in the journal of each change: so
/// of more than [`CHANGES_MAX`] in [`CHANGES_WINDOW`] the newest is shown once there is room, with the number of those that
/// were left out.
#[derive(Clone, Debug, Default)]
struct ShownLink {
    link: Link,
    detail: LinkDetail,
    /// What the detail was before the number was added.
    cause: LinkDetail,
    /// The last changes, the oldest first.
    changes: VecDeque<Duration>,
    left_out: u32,
    /// The last change that was left out.
    waiting: Option<(Link, LinkDetail)>,
}

impl ShownLink {
    fn show(&mut self, link: Link, cause: &LinkDetail, now: Moment) {
        if self.link == link && self.cause == *cause {
            self.waiting = None;
            return;
        }
        while self
            .changes
            .front()
            .is_some_and(|change| now.mono.saturating_sub(*change) >= CHANGES_WINDOW)
        {
            self.changes.pop_front();
        }
        if self.changes.len() >= CHANGES_MAX {
            let is_waiting =
                |(waiting, text): &(Link, LinkDetail)| *waiting == link && text == cause;
            if !self.waiting.as_ref().is_some_and(is_waiting) {
                self.left_out = self.left_out.saturating_add(1);
                self.waiting = Some((link, cause.clone()));
            }
            return;
        }
        // The one that is shown is not left out.
        let waited = self
            .waiting
            .take()
            .is_some_and(|(waiting, text)| waiting == link && text == *cause);
        let left_out = std::mem::take(&mut self.left_out).saturating_sub(u32::from(waited));
        self.changes.push_back(now.mono);
        self.link = link;
        self.cause = cause.clone();
        let before = format!("changes of the link left out before: {left_out}");
        self.detail = match (cause.text(), left_out) {
            (_, 0) => cause.clone(),
            ("", _) => LinkDetail::new(cause.cause(), before),
            (text, _) => LinkDetail::new(cause.cause(), format!("{text} ({before})")),
        };
    }
}

/// The detail, or this one where none is given: silence and noise that alternate are too short each to be reported.
fn or_else(detail: LinkDetail, cause: LinkCause, text: &str) -> LinkDetail {
    if detail.is_empty() {
        LinkDetail::new(cause, text)
    } else {
        detail
    }
}

impl LinkWatch {
    /// The state that is published.
    pub fn link(&self) -> Link {
        self.shown.link
    }

    /// Its cause; empty while receiving.
    pub fn detail(&self) -> &LinkDetail {
        &self.shown.detail
    }

    /// The port is not there, or was refused.
    pub fn lost(&mut self, detail: LinkDetail, now: Moment) {
        self.link = Link::NoDevice;
        self.detail = detail;
        self.show(now);
    }

    fn show(&mut self, now: Moment) {
        self.shown.show(self.link, &self.detail, now);
    }

    /// The port is open.
    pub fn opened(&mut self, detail: LinkDetail, now: Moment) {
        if self.link == Link::NoDevice {
            self.link = Link::Syncing;
            self.detail = detail;
            self.quiet_since = now;
        }
        self.show(now);
    }

    /// Correct groups came.
    pub fn group(&mut self, detail: LinkDetail, now: Moment) {
        self.quiet_since = now;
        if self.link != Link::Receiving {
            self.link = Link::Syncing;
            self.detail = detail;
        }
        self.show(now);
    }

    /// A frame ended that kept a correct group.
    pub fn frame(&mut self, now: Moment) {
        self.quiet_since = now;
        self.frame = Some(now);
        self.link = Link::Receiving;
        self.detail = LinkDetail::default();
        self.show(now);
    }

    /// Takes the time; `detail` is the cause of the silence.
    pub fn on_timer(&mut self, detail: LinkDetail, now: Moment) {
        if self.link == Link::NoDevice {
            return;
        }
        if now.since(self.quiet_since) >= SIGNAL_TIMEOUT {
            self.link = Link::NoSignal;
            self.detail = or_else(detail, LinkCause::NoGroup, "no correct group arrives");
        } else if self.link == Link::Receiving && self.frame_age(now) != FrameAge::Recent {
            self.link = Link::Syncing;
            self.detail = or_else(
                detail,
                LinkCause::NoFrame,
                "groups arrive, and no frame ends",
            );
        }
        self.show(now);
    }

    /// How old the last frame is. Nothing but a frame makes it younger.
    pub fn frame_age(&self, now: Moment) -> FrameAge {
        match self.frame.map(|frame| now.since(frame)) {
            Some(age) if age < SIGNAL_TIMEOUT => FrameAge::Recent,
            Some(age) if age < OFFLINE_TIMEOUT => FrameAge::Old,
            _ => FrameAge::Expired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(text: &str) -> LinkDetail {
        LinkDetail::new(LinkCause::NoByte, text)
    }

    fn at(seconds: u64) -> Moment {
        Moment {
            mono: Duration::from_secs(seconds),
            ..Moment::default()
        }
    }

    #[test]
    fn a_link_comes_up_and_falls_after_ten_seconds() {
        let mut link = LinkWatch::default();
        assert_eq!(link.link(), Link::NoDevice);
        link.opened(cause("listening"), at(0));
        assert_eq!(link.link(), Link::Syncing);
        link.frame(at(2));
        assert_eq!((link.link(), link.detail().text()), (Link::Receiving, ""));
        link.on_timer(cause("no byte"), at(11));
        assert_eq!(link.link(), Link::Receiving);
        link.on_timer(cause("no byte"), at(12));
        assert_eq!(
            (link.link(), link.detail().text()),
            (Link::NoSignal, "no byte")
        );
        link.group(LinkDetail::default(), at(20));
        assert_eq!(link.link(), Link::Syncing);
        link.frame(at(21));
        link.lost(cause("unplugged"), at(21));
        assert_eq!(
            (link.link(), link.detail().text()),
            (Link::NoDevice, "unplugged")
        );
    }

    #[test]
    fn groups_without_a_frame_are_no_reception() {
        let mut link = LinkWatch::default();
        link.opened(LinkDetail::default(), at(0));
        link.frame(at(1));
        for second in 2..12 {
            link.group(LinkDetail::default(), at(second));
            link.on_timer(cause("frames do not end"), at(second));
        }
        assert_eq!(
            (link.link(), link.detail().text()),
            (Link::Syncing, "frames do not end")
        );
    }

    #[test]
    fn a_link_that_is_down_has_a_cause_even_if_none_is_given() {
        let mut link = LinkWatch::default();
        link.opened(LinkDetail::default(), at(0));
        assert!(link.detail().is_empty());
        link.frame(at(1));
        link.group(LinkDetail::default(), at(9));
        link.on_timer(LinkDetail::default(), at(11));
        let (state, detail) = (link.link(), link.detail());
        assert_eq!((state, detail.cause()), (Link::Syncing, LinkCause::NoFrame));
        assert!(!detail.text().is_empty());
        link.on_timer(LinkDetail::default(), at(19));
        let (state, detail) = (link.link(), link.detail());
        assert_eq!(
            (state, detail.cause()),
            (Link::NoSignal, LinkCause::NoGroup)
        );
        assert!(!detail.text().is_empty());
    }

    #[test]
    fn silence_from_the_start_is_no_signal() {
        let mut link = LinkWatch::default();
        link.opened(LinkDetail::default(), at(100));
        link.on_timer(cause("no byte"), at(109));
        assert_eq!(link.link(), Link::Syncing);
        link.on_timer(cause("no byte"), at(110));
        assert_eq!(link.link(), Link::NoSignal);
    }

    #[test]
    fn a_link_that_flaps_is_published_now_and_then_with_the_number_left_out() {
        let mut watch = LinkWatch::default();
        let mut shown = Vec::new();
        let mut note = |watch: &LinkWatch, second| {
            let now = (watch.link(), watch.detail().clone());
            if shown.last().is_none_or(|(_, last)| *last != now) {
                shown.push((second, now));
            }
        };
        for second in 0..300 {
            for step in [Link::Syncing, Link::NoDevice] {
                match step {
                    Link::Syncing => watch.opened(cause("listening"), at(second)),
                    _ => watch.lost(cause("gone"), at(second)),
                }
                note(&watch, second);
            }
        }
        // Calm at last: the state that lasts is shown.
        for second in 300..340 {
            watch.lost(cause("unplugged"), at(second));
            note(&watch, second);
        }
        for second in 0..310 {
            let changes = shown
                .iter()
                .filter(|(at, _)| (second..second + 30).contains(at));
            assert!(changes.count() <= CHANGES_MAX, "from {second}: {shown:?}");
        }
        let (_, (link, detail)) = shown.last().unwrap();
        assert!(
            *link == Link::NoDevice && detail.text().starts_with("unplugged"),
            "{detail}"
        );
        assert!(
            shown.iter().any(|(_, (_, detail))| detail
                .text()
                .contains("changes of the link left out before: ")),
            "{shown:?}"
        );
        watch.opened(cause("listening"), at(400));
        assert_eq!(watch.detail().text(), "listening");
    }

    #[test]
    fn a_port_that_opens_again_and_again_lets_no_value_stand() {
        let mut watch = LinkWatch::default();
        watch.frame(at(0));
        for second in 1..40 {
            watch.lost(cause("gone"), at(second));
            watch.opened(LinkDetail::default(), at(second));
            watch.group(LinkDetail::default(), at(second));
            let age = match second {
                0..10 => FrameAge::Recent,
                10..30 => FrameAge::Old,
                _ => FrameAge::Expired,
            };
            assert_eq!(watch.frame_age(at(second)), age);
        }
    }
}
