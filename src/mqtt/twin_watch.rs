//! Whether another client with the same client id ends our sessions: a broker has one session for each id, and ends the
//! older one. MQTT 3.1.1 gives no reason for it, and mosquitto 2.0 none in MQTT 5: the session ends while nothing is in flight.

use std::time::Duration;

/// A session that the broker closes within this time of its start is a short one.
const SHORT_SESSION_MAX: Duration = Duration::from_secs(60);

/// Short sessions in a row that point to another client.
const SHORT_SESSIONS: u32 = 2;

/// See the module.
#[derive(Debug, Default)]
pub struct TwinWatch {
    connected: Option<Duration>,
    short: u32,
}

impl TwinWatch {
    /// A session starts.
    pub fn connected(&mut self, now: Duration) {
        self.connected = Some(now);
    }

    /// The session, or an attempt, ended; `is_closed`: the broker closed it without a reason, and
    /// nothing was in flight. Whether another client is
    /// the likely cause.
    pub fn ended(&mut self, is_closed: bool, now: Duration) -> bool {
        let Some(connected) = self.connected.take() else {
            return false;
        };
        let is_short = now.saturating_sub(connected) < SHORT_SESSION_MAX;
        self.short = if is_closed && is_short {
            self.short + 1
        } else {
            0
        };
        self.short >= SHORT_SESSIONS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_short_sessions_in_a_row_point_to_another_client() {
        let at = Duration::from_secs;
        let mut watch = TwinWatch::default();
        let mut session = |start, length, is_closed| {
            watch.connected(at(start));
            watch.ended(is_closed, at(start + length))
        };
        assert!(!session(0, 5, true));
        assert!(!session(20, 500, true), "a long one");
        assert!(!session(600, 5, true));
        assert!(session(610, 5, true));
        assert!(session(620, 5, true));
        assert!(!session(630, 5, false), "another cause");
        assert!(!TwinWatch::default().ended(true, at(1)), "no session");
    }
}
