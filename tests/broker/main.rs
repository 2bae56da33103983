//! Brokers that limit, deny or refuse: the states go on wherever that is possible, and the cause is named.
//!
//! - `limits`: a mosquitto that takes less than it might.
//! - `older`: brokers of MQTT 3.1.1, which give no reasons.
//! - `denied`: brokers whose rules throw messages away.
//! - `unusual`: brokers that send what nobody asked for, or refuse for a time.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod denied;
mod limits;
mod older;
mod unusual;

use std::thread;
use std::time::{Duration, Instant};

use support::daemon::WAIT_TIMEOUT;
use support::sink::Sink;

const STATE: &str = "linky/main/state";
const AVAILABILITY: &str = "linky/main/availability";
const BRIDGE: &str = "linky/bridge/test/availability";
const DISCOVERY: &str = "homeassistant/device/linky_main/config";

/// Waits until what limits the session holds these words.
fn await_detail(sink: &Sink, words: &[&str]) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    loop {
        let detail = sink.health.broker_detail();
        if words.iter().all(|word| detail.contains(word)) {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "not reported: {words:?}; {detail:?}"
        );
        thread::sleep(Duration::from_millis(5));
    }
}
