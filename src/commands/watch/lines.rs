//! Where there is no terminal: a line for each update, for people or as JSON.
//!
//! A line a second at most for each meter. The JSON of a line is the state of one meter: its keys are those of the state on
//! MQTT, and what is not known is left out.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::model::{MeterView, Obstacle};
use super::panels::obstacle;
use super::panels::tariff;
use super::scene::Scene;
use super::screen::WatchScreen;
use super::wall;
use crate::dbus::News;
use crate::meter::Key;

/// What was printed, and what is to be.
#[derive(Default)]
pub struct LineWriter {
    /// The meters with something new.
    changed: Vec<String>,
    /// What stood in the way last.
    obstacle: Option<Obstacle>,
}

impl LineWriter {
    /// Takes note of news, before they are applied.
    pub fn take_note(&mut self, news: &News) {
        match news {
            News::Everything(_, meters) => {
                self.changed = meters.iter().map(|meter| meter.seen.id.clone()).collect();
            }
            News::Values(id, _) | News::Plans(id, _) | News::Event(id, _) => {
                if !self.changed.contains(id) {
                    self.changed.push(id.clone());
                }
            }
            News::Energy(..) | News::Daemon(_) | News::Unavailable(_) => {}
        }
    }

    /// Prints what is new.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(
        &mut self,
        out: &mut impl Write,
        screen: &WatchScreen,
        now: i64,
        as_json: bool,
    ) -> io::Result<()> {
        let model = screen.model();
        if model.obstacle != self.obstacle {
            self.obstacle.clone_from(&model.obstacle);
            let is_obstacle = !matches!(model.obstacle, None | Some(Obstacle::Connecting));
            if is_obstacle && !as_json {
                let text = obstacle::text(model.obstacle.as_ref(), false, screen.words());
                writeln!(out, "{}  {}", wall::clock_with_seconds(now), text.what)?;
            }
        }
        for id in std::mem::take(&mut self.changed) {
            let Some(meter) = model.meters.iter().find(|meter| meter.id == id) else {
                continue;
            };
            if as_json {
                serde_json::to_writer(&mut *out, &MeterLine(meter))?;
                writeln!(out)?;
            } else {
                writeln!(out, "{}", line(&screen.scene_of_meter(meter, now)))?;
            }
        }
        out.flush()
    }
}

/// The known values of a meter under their keys.
pub struct MeterLine<'a>(pub &'a MeterView);

impl Serialize for MeterLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(Key::METER.row().key, &self.0.id)?;
        for key in Key::all() {
            if let Some(value) = self.0.reading().get(key) {
                map.serialize_entry(key.row().key, value)?;
            }
        }
        map.end()
    }
}

/// `22:01:48  maison  live      3,210 VA   54%  16.3 kWh  HC white`
fn line(scene: &Scene<'_>) -> String {
    let (meter, words) = (scene.meter, scene.words);
    let (sign, power) = match meter.power_now() {
        Some((withdrawn, injected)) if injected > withdrawn => {
            (scene.glyph("↗", "^"), Some(injected))
        }
        power => ("", power.map(|(withdrawn, _)| withdrawn)),
    };
    let share = match (sign, power, meter.limit()) {
        ("", Some(power), Some(limit)) => words.percent(power.saturating_mul(100) / limit),
        _ => String::new(),
    };
    let power = power.map_or_else(
        || "-".to_owned(),
        |power| format!("{sign}{} VA", words.integer(power)),
    );
    let energy = meter.int(Key::ENERGY_TODAY);
    let energy = energy.map_or_else(String::new, |energy| words.kilowatt_hours(energy, 1));
    let text = format!(
        "{}  {}  {:9}  {power:>9}  {share:>5}  {energy:>8}  {}",
        wall::clock_with_seconds(scene.clock()),
        meter.id,
        words.link_word(meter.text(Key::LINK)),
        tariff::name_now(scene),
    );
    text.trim_end().to_owned()
}
