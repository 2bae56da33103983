//! The past of the demo's meter: without it the screen would begin with empty plots.
//!
//! The simulated meter lives through two days before it sends. A frame now and then goes through the same decoder and the
//! same model as in the daemon, and what that model remembers is written where the daemon finds it at its start. So the
//! past is simulated as all of the demo is, and goes on without a seam: the meter is the same one.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::DemoError;
use crate::meter::{Identity, Input, Memory, Meter, Moment, Timestamp};
use crate::simulator::SimulatedMeter;
use crate::store::MemoryFile;
use crate::tic::{Decoder, Parity};

/// How long before the present the meter begins, in seconds: the whole of yesterday, at any hour.
pub const PAST: i64 = 49 * 3600;
/// Seconds between two frames of the past: each minute has one at least.
const STEP: i64 = 30;

/// The time now, in seconds since the epoch.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.unwrap_or_default().as_secs()).unwrap_or(i64::MAX)
}

/// Lets the meter live until the present, and writes what the daemon remembers of it into its state directory.
///
/// # Errors
/// The file cannot be written.
pub fn live_through(
    meter: &mut SimulatedMeter,
    id: &str,
    directory: &Path,
) -> Result<(), DemoError> {
    let mut known = Meter::new(Identity::new(id, "past"), &Memory::default());
    let mut decoder = Decoder::new(meter.scenario().mode, Parity::Auto);
    while let Some(sent) = meter.next() {
        let left = now() - sent.time;
        if left <= 0 {
            break;
        }
        let moment = Moment {
            wall: Some(Timestamp(sent.time.saturating_mul(1_000_000))),
            mono: sent.at,
        };
        for frame in decoder.push(&sent.bytes) {
            known.push(Input::Frame(frame), moment);
        }
        meter.let_pass(u32::try_from(left.min(STEP)).unwrap_or(0));
    }
    let saved = MemoryFile::new(directory, id).save(&known.memory());
    saved.map_err(|error| DemoError::Past(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::{Scenario, TariffPlan};

    /// The daemon that finds the file has the curve of the day and the energy of yesterday's hours.
    #[test]
    fn the_daemon_finds_the_past_of_the_meter() {
        let directory = tempfile::tempdir().unwrap();
        let scenario = Scenario {
            start: now() - PAST,
            contract: TariffPlan::OffPeak,
            ..Scenario::default()
        };
        let mut simulated = SimulatedMeter::new(scenario).unwrap();
        live_through(&mut simulated, "demo", directory.path()).unwrap();
        let next = simulated.next().unwrap();
        assert!((now() - next.time).abs() < 60, "it goes on at the present");
        let memory = MemoryFile::new(directory.path(), "demo").load().unwrap();
        let trend = Meter::new(Identity::new("demo", "b007"), &memory).trend();
        let ago = |seconds| u64::try_from((now() - seconds) * 1_000_000).unwrap();
        let day = trend.power(ago(23 * 3600), 300);
        assert!(day.len() > 23 * 12 - 3, "{}", day.len());
        let energy = trend.energy(ago(PAST));
        assert!(energy.len() >= 47, "{}", energy.len());
        assert!(energy.iter().all(|row| row.energy < 6_000), "{energy:?}");
    }
}
