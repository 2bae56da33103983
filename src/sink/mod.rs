//! What every sink is given, whatever it publishes to.
//!
//! ```text
//!  reader threads ──Stream::publish──> one broadcast ──> a Subscription per sink
//!  every sink is a task:   run(subscription, health, shutdown, pulse), and settings of its own
//! ```
//!
//! | | |
//! |---|---|
//! | [`Stream`], [`Subscription`] | the Updates of all meters, in order |
//! | [`Health`] | what the sinks report about themselves: the broker, the history, missed Updates |
//! | [`Shutdown`] | the request to end |
//! | [`Pulse`] | the sign of life that the watchdog looks at |
//!
//! Invariants: publishing never waits for a sink. A sink that does not keep up misses the oldest Updates, which is
//! counted in [`Health`]; the newest state of each meter is never lost. A sink returns only after the shutdown was
//! requested.

mod broker_cause;
mod health;
mod lifecycle;
mod stream;

pub use broker_cause::BrokerCause;
pub use health::{BrokerHealth, BrokerState, Health};
pub use lifecycle::{PULSE_INTERVAL, Pulse, Shutdown, ShutdownTrigger};
pub use stream::{Stream, Subscription};
