//! MQTT: what the meters tell, published at a broker; and Home Assistant's discovery.
//!
//! Input: the settings, the password, a subscription to the meters, and a [`History`] for what cannot be delivered. Output: the topics of the reference, the state of the
//! session and two counts, in [`Health`](crate::sink::Health). [`Session::new`] refuses what cannot work; [`Session::run`]
//! is the whole life of the sink: it returns only when asked to stop.
//!
//! ```text
//!  Subscription ───▶ publisher ─ Message ─▶ queue ─▶ window ─▶ rumqttc ─▶ broker
//!                    (a meter)               │  ▲       │
//!                    availability            ▼  │       ▼ acknowledged: delivered
//!                    discovery              outbox ─▶ history (on disk) ─▶ outbox: late
//! ```
//!
//! | file | |
//! |---|---|
//! | `session` | the loop, the only place that knows the clock and owns the wire |
//! | `desk` | all that it does besides: pure but for the library's channel |
//! | `publisher`, `availability`, `topics` | what is said about one meter, and when |
//! | `discovery` | what Home Assistant is told |
//! | `message`, `queue`, `window` | what is to be sent, and is in flight |
//! | `outbox`, `history` | what could not be delivered, and comes late |
//! | `transport`, `tls` | how the broker is reached; whom to trust, and who we are |
//! | `broker`, `handshake`, `backoff` | how the session is doing, in words; why there is no TLS; when to try again |
//!
//! Invariants: everything goes through one window of in-flight messages, in order; a state or an event is delivered when
//! the broker acknowledged it and never before; nothing waits for the broker; every buffer has a bound. In each session
//! all that holds is said anew, so a broker that forgot everything is no different from one that did not.
//! All is published with the configured quality of service, but for the last will: 1.

mod availability;
mod backoff;
mod broker;
mod desk;
mod discovery;
mod handshake;
mod history;
mod message;
mod outbox;
mod publisher;
mod queue;
#[cfg(test)]
mod samples;
mod session;
mod tls;
mod topics;
mod transport;
mod window;

pub use history::History;
pub use outbox::Outbox;
pub use session::Session;
pub use tls::{Error, PemFile, check_files};
