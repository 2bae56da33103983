//! MQTT: the meters published to a broker, with discovery for Home Assistant.
//!
//! Inputs: the section `[mqtt]`, the Updates of all meters, the [`HistoryHandle`](crate::store::HistoryHandle). Outputs:
//! the topics of docs/MQTT.md, and the state of the session in [`Health`](crate::sink::Health).
//!
//! ```text
//!  Update ─▶ engine ─ publisher ─▶ Message ─▶ outbox ─ waiting ─▶ in flight ─▶ wire ─▶ broker
//!                     (per meter)               │ ▲                  │  ▲                 │
//!                     availability              ▼ │ replay           ▼  └─ acknowledged ──┘
//!                     discovery               history (on disk) ◀── spilled
//! ```
//!
//! | file | |
//! |---|---|
//! | `session` | the task: connects, feeds the engine, writes its messages, reconnects |
//! | `engine` | sans-io: what is published and when, from Updates, what the broker sends, and the clock |
//! | `publisher`, `topics` | the messages about one meter |
//! | `publish_policy` | when a state of it is published |
//! | `discovery` | the announcement of a meter for Home Assistant |
//! | `announcer`, `announcement_queue` | which announcements are published, and taken away; some at a time |
//! | `narrowing` | when an entity loses words that it may still show |
//! | `home_assistant_start` | when everything is published again |
//! | `boot_watch`, `other_bridges` | whether another daemon publishes on the same topic, and which are online |
//! | `topic_claim`, `topic_gate` | whether this one publishes a meter then, and what becomes of its messages |
//! | `arrival_watch` | whether what is published arrives |
//! | `teleinfo2mqtt` | the same meter as teleinfo2mqtt publishes it |
//! | `message`, `outbox`, `in_flight`, `history_record` | messages waiting, in flight, and in the history |
//! | `wire`, `offer`, `client_id` | the steps to a session, what CONNECT asks for |
//! | `connection`, `codec` | packets over the wire, and as bytes |
//! | `incoming`, `reason_code` | what of them matters |
//! | `session_files` | the password and the files of TLS, read for each attempt |
//! | `tls`, `handshake` | the files of TLS, and why there is none |
//! | `trial` | a short session that proves a broker, for commands |
//! | `limits`, `broker_finding` | what the broker limits, what is left out for it, and the report |
//! | `disconnect_reason`, `connection_error`, `twin_watch` | why there is no session |
//! | `reporter`, `backoff` | how that is reported, and when a session is tried again |
//!
//! Invariants: every message goes through one window, in order. A record (a state, an event or a point of the load curve)
//! is delivered when the broker acknowledged it, and a message of our own came back or the acknowledgement can be a refusal
//! (MQTT 5), never before. Nothing waits for the broker; every buffer is bounded. Each session starts with the content of
//! all retained topics, so a broker that lost its memory is like any other. Everything has the configured quality of
//! service, except the last will, which has 1, as far as the broker supports it.

mod announcement_queue;
mod announcer;
mod arrival_watch;
mod backoff;
mod boot_watch;
mod broker_finding;
mod client_id;
mod codec;
mod connection;
mod connection_error;
mod disconnect_reason;
mod discovery;
mod engine;
mod handshake;
mod history_record;
mod home_assistant_start;
mod in_flight;
mod incoming;
mod limits;
mod message;
mod narrowing;
mod offer;
mod other_bridges;
mod outbox;
mod publish_policy;
mod publisher;
mod reason_code;
mod repeated_removals;
mod reporter;
#[cfg(test)]
mod samples;
mod session;
mod session_files;
mod teleinfo2mqtt;
mod tls;
mod topic_claim;
mod topic_gate;
mod topics;
mod trial;
mod twin_watch;
mod wire;

pub use publish_policy::PublishPolicy;
pub use session::MqttSink;
pub use tls::{Error, PemFile, check_files};
pub use trial::{BrokerTrial, TrialFailure, try_broker};
