//! What the daemon keeps of the past: the answers of `….History`.
//!
//! A daemon without that interface, or a policy that does not allow its calls, gives no past: then there is `None`, and
//! who shows a curve begins it now.

use super::client::Client;
use super::error::Error;
use crate::meter::Timestamp;
use crate::names::{BUS_NAME, interface, meter_path};

/// The power of one step of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastPower {
    /// The start of the step.
    pub start: Timestamp,
    /// The mean that was withdrawn, in VA.
    pub mean: u32,
    /// The highest that was withdrawn, in VA.
    pub highest: u32,
    /// The mean that was injected, in VA.
    pub injected_mean: u32,
    /// The highest that was injected, in VA.
    pub injected_highest: u32,
    /// The index in force; 0: not known.
    pub tariff_index: u8,
}

/// The energy that one index counted in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastEnergy {
    /// The start of the hour.
    pub start: Timestamp,
    /// The number of the index; 0: counted without one; 255: what was injected.
    pub index: u8,
    /// The energy, in Wh.
    pub energy: u64,
}

impl Client {
    /// The power of a meter since a moment, in steps of so many seconds. `None` if the daemon keeps none.
    ///
    /// # Errors
    /// If the daemon cannot be asked.
    pub async fn past_power(
        &self,
        meter: &str,
        since: Timestamp,
        step: u32,
    ) -> Result<Option<Vec<PastPower>>, Error> {
        type Row = (u64, u32, u32, u32, u32, u8);
        let body = (micros(since), step);
        let rows = self.ask_past::<Row>(meter, "GetPower", &body).await?;
        let row = |(start, mean, highest, injected_mean, injected_highest, tariff_index): Row| {
            Some(PastPower {
                start: timestamp(start)?,
                mean,
                highest,
                injected_mean,
                injected_highest,
                tariff_index,
            })
        };
        Ok(rows.map(|rows| rows.into_iter().filter_map(row).collect()))
    }

    /// The energy of a meter by hour and index since a moment. `None` if the daemon keeps none.
    ///
    /// # Errors
    /// If the daemon cannot be asked.
    pub async fn past_energy(
        &self,
        meter: &str,
        since: Timestamp,
    ) -> Result<Option<Vec<PastEnergy>>, Error> {
        type Row = (u64, u8, u64);
        let body = micros(since);
        let rows = self.ask_past::<Row>(meter, "GetEnergy", &body).await?;
        let row = |(start, index, energy): Row| {
            Some(PastEnergy {
                start: timestamp(start)?,
                index,
                energy,
            })
        };
        Ok(rows.map(|rows| rows.into_iter().filter_map(row).collect()))
    }

    async fn ask_past<R: serde::de::DeserializeOwned + zbus::Type>(
        &self,
        meter: &str,
        member: &str,
        body: &(impl serde::Serialize + zbus::DynamicType),
    ) -> Result<Option<Vec<R>>, Error> {
        let path = meter_path(meter);
        let answer = self.ask(BUS_NAME, &path, interface::HISTORY, member, body);
        match answer.await {
            Ok(rows) => Ok(Some(rows)),
            Err(Error::Failed(_) | Error::CallDenied(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn micros(time: Timestamp) -> u64 {
    u64::try_from(time.0).unwrap_or(0)
}

fn timestamp(micros: u64) -> Option<Timestamp> {
    i64::try_from(micros).ok().map(Timestamp)
}
