//! The one line that `systemctl status` shows.

use std::sync::Arc;

use crate::meter::{Key, Link, Snapshot};
use crate::sink::BrokerState;

/// One line on all meters and on the broker: `main: receiving, 1230 VA, HEURE  PLEINE; broker connected`.
pub fn line(meters: &[Arc<Snapshot>], broker: BrokerState) -> String {
    let mut line = String::new();
    for snapshot in meters {
        line.push_str(&format!("{}: {}", snapshot.id, snapshot.link.as_str()));
        let reading = &snapshot.reading;
        if snapshot.link == Link::Receiving {
            if let Some(power) = reading.int(Key::APPARENT_POWER) {
                line.push_str(&format!(", {power} VA"));
            }
            if let Some(tariff) = reading.text(Key::TARIFF_NAME) {
                line.push_str(&format!(", {tariff}"));
            }
        } else if let Some(detail) = reading
            .text(Key::LINK_DETAIL)
            .filter(|detail| !detail.is_empty())
        {
            line.push_str(&format!(" ({detail})"));
        }
        line.push_str("; ");
    }
    line.push_str("broker ");
    line.push_str(broker.as_str());
    line
}
