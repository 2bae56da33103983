//! Reaching a host over TCP: the one way to a `tcp://` meter and to the broker.
//!
//! ```text
//!  host, port ─▶ look-up ─▶ addresses, families in turn ─▶ connections, one begun after the other ─▶ the first that stands
//!                              ▲                                                                              │
//!                              └──────────── the order: what gave no answer is tried last ◀───────────────────┘
//! ```
//! Input: a host (a name, an IPv4 address, an IPv6 address with or without a zone) and a port; then whether the server
//! answered on the connection. Output: a connected stream and its address, or a [`HostError`] that names the step that
//! failed.
//!
//! | file | |
//! |---|---|
//! | `host_connector` | one attempt, on a thread of its own |
//! | `address_order` | which of the addresses is tried first |
//! | `host_lookup` | from the name to its addresses |
//! | `host_error` | why there is no connection |
//!
//! Invariants: each step has a time limit of its own, and none can be interrupted, so each attempt has its own threads; an
//! attempt that nobody waits for ends by these limits. A name is looked up for each attempt, so an address may change.

mod address_order;
mod host_connector;
mod host_error;
mod host_lookup;

pub use host_connector::{HostAddress, HostConnector, HostStream};
pub use host_error::HostError;
