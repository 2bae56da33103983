//! Brokers of MQTT 3.1.1, which give no reasons.

use linky_sensor::sink::BrokerState;

use super::support::daemon::WAIT_TIMEOUT;
use super::support::scripted_broker::{
    Reaction, ScriptedBroker, Seen, SeenConnect, refuse, refuse_version_5,
};
use super::support::sink::{Sink, settings};
use super::{AVAILABILITY, BRIDGE, DISCOVERY, STATE, await_detail};

/// Reacts to what comes in MQTT 3.1.1; MQTT 5 is refused.
fn older(react: impl Fn(&Seen) -> Reaction + Send + Sync + 'static) -> ScriptedBroker {
    ScriptedBroker::new(move |seen| refuse_version_5(seen).unwrap_or_else(|| react(seen)))
}

fn has_will(seen: &Seen) -> bool {
    matches!(seen, Seen::Connect(connect) if connect.will.is_some())
}

#[test]
fn the_older_version_is_found_whatever_the_answer_is_and_remembered() {
    for answer in [
        refuse(1),
        Reaction::Answer(vec![0x20, 3, 0, 0x84, 0]),
        refuse(0),
        Reaction::Close,
    ] {
        let broker = ScriptedBroker::new(move |seen| match seen {
            Seen::Connect(SeenConnect { level: 5, .. }) => answer.clone(),
            Seen::Publish(publish) if publish.topic == STATE => Reaction::Close,
            Seen::Connect(_) | Seen::Publish(_) => Reaction::Take,
        });
        let mut sink = Sink::start(&settings(broker.port));
        sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
        while broker.connect().level != 4 {}
        sink.frame();
        broker.publish(STATE);
        // A closed connection is tried once more with the full offer.
        let again = broker.until(|seen| match seen {
            Seen::Connect(connect) => Some(connect),
            Seen::Publish(_) => None,
        });
        assert_eq!(again.level, 4, "the next session");
    }
}

#[test]
fn a_will_that_is_not_allowed_is_given_up_and_named() {
    for code in [1, 5] {
        let broker = older(move |seen| {
            if has_will(seen) {
                refuse(code)
            } else {
                Reaction::Take
            }
        });
        let mut sink = Sink::start(&settings(broker.port));
        sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
        sink.frame();
        broker.publish(STATE);
        await_detail(&sink, &["last will", BRIDGE]);
    }
}

#[test]
fn a_keep_alive_that_is_too_long_is_shortened_and_named() {
    let broker = older(|seen| match seen {
        Seen::Connect(connect) if connect.keep_alive > 20 => refuse(2),
        Seen::Connect(_) | Seen::Publish(_) => Reaction::Take,
    });
    let sink = Sink::start(&settings(broker.port));
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    await_detail(&sink, &["keep-alive = \"15s\""]);
}

#[test]
fn a_message_that_ends_the_session_is_left_out_and_named() {
    let broker = older(|seen| match seen {
        Seen::Publish(publish) if publish.size > 6000 => Reaction::Close,
        Seen::Connect(_) | Seen::Publish(_) => Reaction::Take,
    });
    let mut sink = Sink::start(&settings(broker.port));
    for _ in 0..6 {
        sink.frame();
    }
    for _ in 0..3 {
        broker.publish(DISCOVERY);
    }
    await_detail(&sink, &[DISCOVERY, "likely"]);
    sink.await_state(BrokerState::Connected, WAIT_TIMEOUT);
    sink.frame();
    broker.publish(STATE);
}

#[test]
fn a_broker_that_closes_for_a_retained_message_gets_none() {
    let broker = older(|seen| match seen {
        Seen::Connect(connect) if connect.will == Some(true) => Reaction::Close,
        Seen::Publish(publish) if publish.retain => Reaction::Close,
        Seen::Connect(_) | Seen::Publish(_) => Reaction::Take,
    });
    let mut sink = Sink::start(&settings(broker.port));
    sink.frame();
    let unretained = |topic: &str| {
        broker.until(|seen| match seen {
            Seen::Publish(publish) => (publish.topic == topic && !publish.retain).then_some(()),
            Seen::Connect(_) => None,
        });
    };
    unretained(BRIDGE);
    unretained(AVAILABILITY);
    await_detail(&sink, &["retained"]);
    sink.frame();
    broker.publish(STATE);
}

#[test]
fn a_broker_that_was_only_starting_gets_the_full_offer() {
    let broker = ScriptedBroker::new(|_| Reaction::Close);
    let _sink = Sink::start(&settings(broker.port));
    while broker.connect().level != 4 {}
    broker.react(|_| Reaction::Take);
    let full = SeenConnect {
        level: 5,
        keep_alive: 30,
        will: Some(true),
    };
    while broker.connect() != full {}
}
