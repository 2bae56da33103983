//! `mqtts://`: the real binary and a real mosquitto, with certificates made for the occasion.
//!
//! - `session`: states arrive over TLS, and a broker that cannot be trusted is refused with the remedy.
//! - `files`: the messages about the files of TLS.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod session;

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;

use support::certificates::Pair;

/// The section of the broker at this url.
fn mqtt(url: &str, authority: Option<&Path>, client: Option<&Pair>) -> String {
    let file = |key: &str, path: &Path| format!("{key} = \"{}\"\n", path.display());
    let mut lines = format!("[mqtt]\nurl = \"{url}\"\ninterval = \"frame\"\n");
    if let Some(authority) = authority {
        lines += &file("ca-file", authority);
    }
    if let Some(client) = client {
        lines += &file("client-certificate", &client.certificate);
        lines += &file("client-key", &client.key);
    }
    lines
}
