//! What CONNECT asks for, and what is given up for a broker that refuses it. Sans-io.
//!
//! ```text
//! refused with a code ──▶ the next thing that may be its cause is given up, at once
//! no answer           ──▶ the same at the next attempt: MQTT 5, then the retained will, then the will
//! ```
//! What helped is kept as long as the process runs. A broker that is just starting closes connections too, so what was
//! given up for a closed connection counts only if the full offer, made once more, is closed again.

use std::time::Duration;

use super::codec::ProtocolVersion;
use super::reason_code::code;
use crate::config::Qos;

/// A keep-alive that every broker should take.
const KEEP_ALIVE_SHORT: Duration = Duration::from_secs(15);

/// What a CONNECT asks for, beside the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectTerms {
    pub version: ProtocolVersion,
    pub keep_alive: Duration,
    /// The quality of service of the last will, and whether it is retained.
    pub will: Option<(Qos, bool)>,
}

/// See the module.
#[derive(Debug)]
pub struct ConnectOffer {
    full: ConnectTerms,
    /// What is known to be accepted, or at least not refused.
    kept: ConnectTerms,
    /// What is asked for next.
    trial: ConnectTerms,
    /// A broker accepted `kept`.
    is_accepted: bool,
    /// Connections in a row without an answer.
    closed: usize,
    /// Accepted in place of `kept`, which was closed; to be checked.
    unchecked: Option<ConnectTerms>,
    /// Codes for which something was given up in vain.
    in_vain: Vec<u8>,
}

impl ConnectOffer {
    /// MQTT 5, with a retained will of QoS 1.
    pub fn new(keep_alive: Duration) -> Self {
        let full = ConnectTerms {
            version: ProtocolVersion::V5,
            keep_alive,
            will: Some((Qos::AtLeastOnce, true)),
        };
        Self {
            full,
            kept: full,
            trial: full,
            is_accepted: false,
            closed: 0,
            unchecked: None,
            in_vain: Vec::new(),
        }
    }

    /// The same without a last will: for a short session.
    pub fn without_will(keep_alive: Duration) -> Self {
        let mut offer = Self::new(keep_alive);
        for terms in [&mut offer.full, &mut offer.kept, &mut offer.trial] {
            terms.will = None;
        }
        offer
    }

    /// What to ask for.
    pub fn terms(&self) -> ConnectTerms {
        self.trial
    }

    /// What the whole offer was.
    pub fn full(&self) -> ConnectTerms {
        self.full
    }

    /// The broker accepted. Whether the session is to be used; else the next offer is to be made at once.
    pub fn on_accepted(&mut self) -> bool {
        if self.closed > 0 && self.trial != self.kept && !self.is_accepted {
            self.unchecked = Some(self.trial);
            self.trial = self.kept;
            return false;
        }
        self.kept = self.trial;
        self.is_accepted = true;
        self.closed = 0;
        self.unchecked = None;
        self.in_vain.clear();
        true
    }

    /// The broker refused, or accepted in the form of another version. Whether the next offer is to be made at once.
    pub fn on_refused(&mut self, code: u8, form: ProtocolVersion) -> bool {
        let is_older = form == ProtocolVersion::V3 || code == code::PROTOCOL;
        if self.trial.version == ProtocolVersion::V5 && is_older {
            self.trial.version = ProtocolVersion::V3;
            self.kept.version = ProtocolVersion::V3;
            return true;
        }
        let has_changed = !self.in_vain.contains(&code) && self.give_up(code);
        if !has_changed {
            if self.trial != self.kept {
                self.in_vain.push(code);
            }
            self.trial = self.kept;
        }
        has_changed
    }

    fn give_up(&mut self, code: u8) -> bool {
        let terms = &mut self.trial;
        match (code, terms.will) {
            (code::RETAIN, Some((qos, true))) => terms.will = Some((qos, false)),
            (code::QOS, Some((Qos::ExactlyOnce, retain))) => {
                terms.will = Some((Qos::AtLeastOnce, retain));
            }
            (code::QOS, Some((Qos::AtLeastOnce, retain))) => {
                terms.will = Some((Qos::AtMostOnce, retain));
            }
            (code::CLIENT_ID_V3, _) if terms.keep_alive > KEEP_ALIVE_SHORT => {
                terms.keep_alive = KEEP_ALIVE_SHORT;
            }
            (
                code::RETAIN
                | code::QOS
                | code::PROTOCOL_V3
                | code::NOT_AUTHORIZED_V3
                | code::UNSPECIFIED
                | code::IMPLEMENTATION_SPECIFIC
                | code::NOT_AUTHORIZED
                | code::TOPIC_NAME
                | code::PACKET_SIZE
                | code::PAYLOAD_FORMAT,
                Some(_),
            ) => terms.will = None,
            _ => return false,
        }
        true
    }

    /// The broker gave no answer, and mostly closed the connection. Whether the next offer is to be made at once.
    pub fn on_closed(&mut self) -> bool {
        if let Some(helped) = self.unchecked.take() {
            (self.kept, self.trial) = (helped, helped);
            self.is_accepted = true;
            return true;
        }
        // A broker that accepted the same before is restarting.
        if self.is_accepted {
            return false;
        }
        self.closed += 1;
        let older = ConnectTerms {
            version: ProtocolVersion::V3,
            ..self.kept
        };
        let unretained = ConnectTerms {
            will: older.will.map(|(qos, _)| (qos, false)),
            ..older
        };
        let alone = ConnectTerms {
            will: None,
            ..older
        };
        let mut ladder = vec![self.kept, older, unretained, alone];
        ladder.dedup();
        if let Some(next) = ladder.get(self.closed % ladder.len()) {
            self.trial = *next;
        }
        false
    }

    /// The connection could not be made.
    pub fn on_unreachable(&mut self) {
        self.unchecked = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProtocolVersion::{V3, V5};

    fn new_offer() -> ConnectOffer {
        ConnectOffer::new(Duration::from_secs(30))
    }

    #[test]
    fn a_broker_of_the_older_version_is_recognised_by_its_answer_and_remembered() {
        for (code, form) in [(1, V3), (0, V3), (5, V3), (code::PROTOCOL, V5)] {
            let mut offer = new_offer();
            assert_eq!(offer.terms().version, V5);
            assert!(offer.on_refused(code, form));
            assert_eq!(offer.terms().version, V3);
            assert!(offer.on_accepted());
            assert!(!offer.on_closed());
            assert_eq!(offer.terms().version, V3);
        }
    }

    #[test]
    fn a_will_that_is_refused_is_lowered_and_then_given_up() {
        let mut offer = new_offer();
        let mut wills = Vec::new();
        for code in [code::RETAIN, code::QOS, code::NOT_AUTHORIZED] {
            assert!(offer.on_refused(code, V5));
            wills.push(offer.terms().will);
        }
        let [first, second] = [(Qos::AtLeastOnce, false), (Qos::AtMostOnce, false)];
        assert_eq!(wills, [Some(first), Some(second), None]);
        assert!(
            !offer.on_refused(code::NOT_AUTHORIZED, V5),
            "nothing is left"
        );
        assert_eq!(offer.terms(), offer.full(), "it was not the cause");
        assert!(
            !offer.on_refused(code::NOT_AUTHORIZED, V5),
            "nor is it tried again"
        );
        assert!(!offer.on_refused(code::CREDENTIALS, V5));
    }

    #[test]
    fn the_older_version_has_one_code_for_the_client_id_and_the_keep_alive() {
        let mut offer = new_offer();
        offer.on_refused(2, V3);
        assert!(offer.on_refused(2, V3));
        assert_eq!(offer.terms().keep_alive, KEEP_ALIVE_SHORT);
        assert!(offer.on_accepted());
        assert_eq!(offer.terms().keep_alive, KEEP_ALIVE_SHORT);
    }

    #[test]
    fn what_a_closed_connection_costs_is_checked_before_it_is_kept() {
        // It closes for the retained will.
        let mut offer = new_offer();
        let mut terms = Vec::new();
        while offer.terms().will != Some((Qos::AtLeastOnce, false)) {
            assert!(!offer.on_closed());
            terms.push(offer.terms());
            assert!(terms.len() < 9);
        }
        let helped = offer.terms();
        assert!(!offer.on_accepted());
        assert_eq!(offer.terms(), offer.full());
        assert!(offer.on_closed(), "once more");
        assert_eq!(offer.terms(), helped);
        assert!(offer.on_accepted());
        // It was starting.
        let mut offer = new_offer();
        offer.on_closed();
        assert!(!offer.on_accepted());
        assert!(offer.on_accepted());
        assert_eq!(offer.terms(), offer.full());
    }
}
