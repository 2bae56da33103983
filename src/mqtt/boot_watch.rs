//! Finds another daemon that publishes the states of a meter on the same topic.
//!
//! Input: the states on our own topic, ours as the broker acknowledges them, those of others as it sends them. Output:
//! whether somebody else publishes there too. A state names its start of a daemon (`boot`) and its number (`seq`); one with
//! another `boot` that goes on is another daemon. A single one is no proof: it may be the retained state of an earlier start.
//!
//! It has ended when our own states have been acknowledged without one of the other for much longer than before. That is
//! counted in our own states: the other may publish seldom. Those that only wait do not count: while the broker hangs,
//! nothing comes of the other either.

use serde::Deserialize;

/// New states of one foreign start that prove another daemon.
const FOREIGN_STATES: u8 = 3;

/// Own states after which the other is gone, besides twice as many as ever came between two of its own.
const OWN_STATES: u32 = 10;

/// The bytes at the beginning of our own states that hold their `boot`.
const HEAD_MAX: usize = 256;

/// See the module.
#[derive(Debug)]
pub struct BootWatch {
    /// `"boot":"…"` of this start.
    own: String,
    /// The last state that was not ours.
    foreign: Option<StateId>,
    /// New states of that start.
    states: u8,
    /// Own states since then.
    own_since: u32,
    /// Own states between two foreign ones, at most.
    own_between: u32,
    is_conflict: bool,
}

/// What identifies a state.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StateId {
    /// The start of a daemon.
    pub boot: String,
    /// The state's number in it.
    pub seq: u64,
}

/// Who published a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateAuthor {
    /// This start of the daemon.
    Own,
    /// Another start, of this daemon or another one.
    Foreign(StateId),
    /// It is no state.
    Unknown,
}

impl BootWatch {
    /// A watch of the topic on which this start of the daemon publishes.
    pub fn new(boot: &str) -> Self {
        Self {
            own: format!("\"boot\":\"{boot}\""),
            foreign: None,
            states: 0,
            own_since: 0,
            own_between: 0,
            is_conflict: false,
        }
    }

    /// Whether another daemon publishes on the topic.
    pub fn is_conflict(&self) -> bool {
        self.is_conflict
    }

    /// Who published this state.
    pub fn author(&self, payload: &[u8]) -> StateAuthor {
        if self.is_own(payload) {
            return StateAuthor::Own;
        }
        serde_json::from_slice(payload).map_or(StateAuthor::Unknown, StateAuthor::Foreign)
    }

    /// The broker has taken a state of ours.
    pub fn push_own(&mut self) {
        self.own_since = self.own_since.saturating_add(1);
        if self.own_since
            > self
                .own_between
                .saturating_mul(2)
                .saturating_add(OWN_STATES)
        {
            self.states = 0;
            self.own_between = 0;
            self.is_conflict = false;
        }
    }

    fn is_own(&self, payload: &[u8]) -> bool {
        let head = payload.get(..HEAD_MAX).unwrap_or(payload);
        head.windows(self.own.len())
            .any(|part| part == self.own.as_bytes())
    }

    /// A state of another start came.
    pub fn push_foreign(&mut self, id: &StateId) {
        let is_same_start = match &self.foreign {
            Some(last) if last == id => return,
            Some(last) => last.boot == id.boot,
            None => false,
        };
        if is_same_start {
            self.states = self.states.saturating_add(1);
            self.own_between = self.own_between.max(self.own_since);
        } else {
            self.states = 0;
        }
        self.own_since = 0;
        self.foreign = Some(id.clone());
        self.is_conflict |= self.states >= FOREIGN_STATES;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(boot: &str, seq: u64) -> Vec<u8> {
        format!(r#"{{"schema":1,"meter":"main","boot":"{boot}","seq":{seq},"time":null}}"#).into()
    }

    /// Takes a state. Returns whether there is a conflict.
    fn push(watch: &mut BootWatch, payload: &[u8]) -> bool {
        match watch.author(payload) {
            StateAuthor::Own => watch.push_own(),
            StateAuthor::Foreign(id) => watch.push_foreign(&id),
            StateAuthor::Unknown => {}
        }
        watch.is_conflict()
    }

    #[test]
    fn a_foreign_start_that_goes_on_is_another_daemon_until_only_ours_goes_on() {
        let mut watch = BootWatch::new("ours");
        let mut seen = Vec::new();
        for seq in 1..6 {
            push(&mut watch, &state("ours", seq));
            seen.push(push(&mut watch, &state("theirs", seq)));
        }
        assert_eq!(seen, [false, false, false, true, true]);
        let ended = (0..).find(|seq| !push(&mut watch, &state("ours", 10 + seq)));
        assert_eq!(ended, Some(12));
        assert!(!watch.is_conflict());
    }

    #[test]
    fn what_an_earlier_start_left_is_no_other_daemon() {
        let mut watch = BootWatch::new("ours");
        for _ in 0..100 {
            assert!(
                !push(&mut watch, &state("earlier", 7)),
                "the same retained state"
            );
            push(&mut watch, &state("ours", 1));
        }
        for start in 0..100 {
            assert!(!push(&mut watch, &state(&format!("start {start}"), 1)));
        }
        assert!(!push(&mut watch, b"no JSON"));
        assert!(!watch.is_conflict());
    }

    #[test]
    fn one_that_publishes_seldom_stays() {
        let mut watch = BootWatch::new("ours");
        for round in 0..20 {
            push(&mut watch, &state("theirs", round));
            for seq in 0..10 {
                push(&mut watch, &state("ours", seq));
            }
            assert_eq!(watch.is_conflict(), round >= 3, "{round}");
        }
    }
}
