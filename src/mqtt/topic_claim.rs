//! Decides whether this daemon publishes a meter, where another daemon may publish on the same topics. Pure; time is an
//! argument.
//!
//! Inputs: the states on our own topic, whether another daemon is `online` at the broker, the clock. Output: the
//! [`ClaimPhase`]. Two daemons that publish two meters on one topic make Home Assistant count the difference of the
//! indexes as consumption, with each state, so the one that comes second publishes nothing.
//!
//! ```text
//! session ──▶ looking ── another is online, the retained state is foreign ──▶ withheld ── foreign state ──▶ second
//!                │                                                              │  ▲                        │
//!                └──────────── else ──▶ publishing ◀── none came, or it went ──┘  └── lost the tie ───┐    │
//!                                         │  ▲ └───────────── a foreign state, too ────────────────────┘    │
//!                                         │  └──────────── it went, or no state for long ──────────────────┘
//! ```
//! - Without another daemon a session looks for the time of one answer of the broker, and nothing is withheld.
//! - Of two that publish, the one with the lower `boot` goes on. One that has not published in the session gives way.
//! - A daemon that was second is so in the next session too: the first one may be the later one to connect.

use std::time::Duration;

use super::boot_watch::{StateAuthor, StateId};
use crate::config::{Interval, MqttSettings};

/// The shortest time to wait for a state of another daemon: three default intervals.
const HOLD_MIN: Duration = Duration::from_secs(30);

/// Intervals to wait for a state of another daemon: with the same configuration one comes in each.
const HOLD_INTERVALS: u32 = 2;

/// Such times without a state until the other counts as gone, though it is online.
const GONE_HOLDS: u32 = 3;

/// The time for the answer of the broker, which comes behind what it has retained.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The waits of two daemons that started at once differ by this for each step of the first byte of their `boot`, so that one
/// of them is first.
const BOOT_STEP: Duration = Duration::from_millis(50);

/// Whether the meter is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimPhase {
    /// There is no session.
    Disconnected,
    /// What the broker has retained is awaited.
    Looking,
    /// It is published.
    Publishing,
    /// It is not published: another daemon may publish it.
    Withheld,
    /// It is not published: another daemon publishes it.
    Second,
}

/// See the module.
#[derive(Debug)]
pub struct TopicClaim {
    boot: String,
    hold: Duration,
    /// Whether our states are retained.
    is_retained: bool,
    phase: ClaimPhase,
    /// When the phase ends by itself.
    until: Option<Duration>,
    /// The last state that was not ours.
    foreign: Option<StateId>,
    /// Whose state the broker had retained; `None`: nobody's.
    is_retained_own: Option<bool>,
    /// A foreign state was published in this session.
    has_rival: bool,
    has_published: bool,
    was_second: bool,
    is_first_session: bool,
}

impl TopicClaim {
    /// The claim of this start of the daemon.
    pub fn new(boot: &str, settings: &MqttSettings) -> Self {
        let interval = match settings.interval {
            Interval::Frame => Duration::ZERO,
            Interval::Every(interval) => interval,
        };
        Self {
            boot: boot.to_owned(),
            hold: HOLD_MIN.max(interval * HOLD_INTERVALS),
            is_retained: settings.retain,
            phase: ClaimPhase::Disconnected,
            until: None,
            foreign: None,
            is_retained_own: None,
            has_rival: false,
            has_published: false,
            was_second: false,
            is_first_session: true,
        }
    }

    /// Whether the meter is published.
    pub fn phase(&self) -> ClaimPhase {
        self.phase
    }

    /// A session starts.
    pub fn on_connected(&mut self, now: Duration) {
        self.is_retained_own = None;
        self.has_rival = false;
        self.has_published = false;
        self.set(ClaimPhase::Looking, now + ANSWER_TIMEOUT);
    }

    /// The session has ended.
    pub fn on_disconnected(&mut self) {
        self.was_second |= self.phase == ClaimPhase::Second;
        self.phase = ClaimPhase::Disconnected;
        self.until = None;
    }

    /// A state of ours is on its way to the broker.
    pub fn on_published(&mut self) {
        self.has_published = true;
    }

    /// What the broker has retained has come. `has_other`: another daemon is online.
    pub fn on_looked(&mut self, has_other: bool, now: Duration) {
        if self.phase != ClaimPhase::Looking {
            return;
        }
        let is_first_session = std::mem::replace(&mut self.is_first_session, false);
        let may_be_foreign = match self.is_retained_own {
            Some(is_own) => !is_own,
            None => is_first_session && !self.is_retained,
        };
        if std::mem::take(&mut self.was_second) || (has_other && self.has_rival) {
            self.set(ClaimPhase::Second, now + self.hold * GONE_HOLDS);
        } else if has_other && may_be_foreign {
            self.set(ClaimPhase::Withheld, now + self.hold + self.stagger());
        } else {
            self.publish();
        }
    }

    /// A state came from the topic; `is_retained`: it was there before the session.
    pub fn on_state(
        &mut self,
        author: &StateAuthor,
        is_retained: bool,
        has_other: bool,
        now: Duration,
    ) {
        let id = match author {
            StateAuthor::Foreign(id) => id,
            StateAuthor::Own if is_retained => {
                self.is_retained_own = Some(true);
                return;
            }
            StateAuthor::Own | StateAuthor::Unknown => return,
        };
        let is_new = self.foreign.as_ref() != Some(id);
        let gives_way = !self.has_published || id.boot < self.boot;
        self.foreign = Some(id.clone());
        if is_retained {
            self.is_retained_own = Some(false);
            return;
        }
        if !is_new {
            return;
        }
        self.has_rival = true;
        let is_second = match self.phase {
            ClaimPhase::Withheld | ClaimPhase::Second => true,
            ClaimPhase::Publishing => has_other && gives_way,
            ClaimPhase::Looking | ClaimPhase::Disconnected => false,
        };
        if is_second {
            self.set(ClaimPhase::Second, now + self.hold * GONE_HOLDS);
        }
    }

    /// The last other daemon that was online went offline.
    pub fn on_others_gone(&mut self) {
        if matches!(self.phase, ClaimPhase::Withheld | ClaimPhase::Second) {
            self.publish();
        }
    }

    /// Ends what is due.
    pub fn on_timer(&mut self, has_other: bool, now: Duration) {
        if self.until.is_none_or(|until| now < until) {
            return;
        }
        if self.phase == ClaimPhase::Looking {
            self.on_looked(has_other, now);
        } else {
            self.publish();
        }
    }

    /// When [`on_timer`](Self::on_timer) is due.
    pub fn deadline(&self) -> Option<Duration> {
        self.until
    }

    fn set(&mut self, phase: ClaimPhase, until: Duration) {
        self.phase = phase;
        self.until = Some(until);
    }

    fn publish(&mut self) {
        self.phase = ClaimPhase::Publishing;
        self.until = None;
        self.has_published = false;
    }

    /// Grows with the text order of the boots, which are hexadecimal.
    fn stagger(&self) -> Duration {
        let start = self.boot.get(..2);
        let steps = start.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        BOOT_STEP * steps.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClaimPhase::{Publishing, Second, Withheld};

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn claim(boot: &str) -> TopicClaim {
        TopicClaim::new(boot, &MqttSettings::default())
    }

    fn state(boot: &str, seq: u64) -> StateAuthor {
        let boot = boot.to_owned();
        StateAuthor::Foreign(StateId { boot, seq })
    }

    /// A session at 0 s, with this retained state, and another daemon or none.
    fn connect(claim: &mut TopicClaim, retained: Option<&StateAuthor>, has_other: bool) {
        claim.on_connected(at(0));
        if let Some(state) = retained {
            claim.on_state(state, true, has_other, at(0));
        }
        claim.on_looked(has_other, at(0));
    }

    #[test]
    fn the_usual_start_and_the_next_session_wait_for_nothing() {
        let mut claim = claim("00");
        connect(&mut claim, Some(&state("earlier", 7)), false);
        assert_eq!((claim.phase(), claim.deadline()), (Publishing, None));
        claim.on_disconnected();
        connect(&mut claim, Some(&StateAuthor::Own), true);
        assert_eq!(claim.phase(), Publishing, "the retained state is ours");
        claim.on_disconnected();
        connect(&mut claim, None, true);
        assert_eq!(claim.phase(), Publishing, "nothing is retained");
    }

    #[test]
    fn the_second_is_so_until_the_other_goes() {
        let mut claim = claim("00");
        connect(&mut claim, Some(&state("first", 7)), true);
        assert_eq!(claim.phase(), Withheld);
        claim.on_state(&state("first", 7), false, true, at(1));
        assert_eq!(claim.phase(), Withheld, "the retained one, once more");
        claim.on_state(&state("first", 8), false, true, at(2));
        assert_eq!((claim.phase(), claim.deadline()), (Second, Some(at(92))));
        claim.on_state(&state("first", 9), false, true, at(50));
        claim.on_timer(true, at(139));
        assert_eq!(claim.phase(), Second);
        claim.on_disconnected();
        connect(&mut claim, None, false);
        assert_eq!(claim.phase(), Second, "the first may connect later");
        claim.on_others_gone();
        assert_eq!(claim.phase(), Publishing);
    }

    #[test]
    fn one_of_which_no_state_comes_is_not_waited_for() {
        let mut claim = claim("00");
        connect(&mut claim, Some(&state("earlier", 7)), true);
        claim.on_timer(true, at(29));
        assert_eq!(claim.phase(), Withheld);
        claim.on_timer(true, at(30));
        assert_eq!(claim.phase(), Publishing);
        claim.on_state(&state("first", 1), false, true, at(31));
        assert_eq!(claim.phase(), Second, "it has published nothing yet");
        claim.on_timer(true, at(121));
        assert_eq!(claim.phase(), Publishing);
    }

    #[test]
    fn of_two_that_publish_the_lower_boot_goes_on() {
        let [mut lower, mut higher] = ["0a", "0b"].map(claim);
        for claim in [&mut lower, &mut higher] {
            connect(claim, None, true);
            claim.on_published();
        }
        lower.on_state(&state("0b", 1), false, true, at(1));
        higher.on_state(&state("0a", 1), false, true, at(1));
        assert_eq!((lower.phase(), higher.phase()), (Publishing, Second));
    }

    #[test]
    fn two_that_wait_at_once_do_not_end_it_at_once() {
        let [mut lower, mut higher] = ["0a", "1a"].map(claim);
        for claim in [&mut lower, &mut higher] {
            connect(claim, Some(&state("earlier", 7)), true);
        }
        assert!(lower.deadline() < higher.deadline());
    }

    #[test]
    fn without_retained_states_each_start_beside_another_waits() {
        let settings = MqttSettings {
            retain: false,
            interval: Interval::Every(at(60)),
            ..MqttSettings::default()
        };
        let mut claim = TopicClaim::new("00", &settings);
        connect(&mut claim, None, true);
        assert_eq!((claim.phase(), claim.deadline()), (Withheld, Some(at(120))));
    }

    #[test]
    fn a_broker_that_does_not_answer_is_not_waited_for_long() {
        let mut claim = claim("00");
        claim.on_connected(at(0));
        claim.on_state(&state("first", 1), false, true, at(1));
        claim.on_timer(true, at(2));
        assert_eq!(claim.phase(), Second, "a state came meanwhile");
    }
}
