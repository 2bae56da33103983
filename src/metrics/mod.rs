//! The Prometheus endpoint: a sink that answers instead of publishing.
//!
//! ```text
//!  a scraper ──GET /metrics──> endpoint ── connection ── request ──> page ── exposition ──> text
//!                              binds,      one request,  what was    the newest states and
//!                              accepts     then closed   asked for   the health, by family
//! ```
//!
//! Input: the newest state of each meter and what the sinks report about themselves. Output: the OpenMetrics or the
//! Prometheus text, whichever the scraper prefers. The names are made from the table of quantities by the rule of [`Family`].
//!
//! Invariants: texts, and with them the identifiers, are in no sample, whatever the settings allow. A value that is not
//! known has no sample. A connection serves one request; their number, the size of a request and the time for each are
//! bounded, so that no client costs the daemon more than that.

mod connection;
mod endpoint;
mod exposition;
mod family;
mod host;
mod page;
mod request;

pub use endpoint::run;
pub use family::{Family, Form, SampleType};
pub use page::OWN_FAMILIES;
