//! The page of `status`, for people.
//!
//! Input: what the bus gave, and the time. Output: for each meter a line with its link and some lines about it, a line
//! about the daemon and its broker, and under what is wrong a line that begins with an arrow: what to do. What is not
//! known is not there. A page is at most 80 columns wide, but for long names of tariffs.

use std::io::{self, Write};

use crate::commands::inks::{Ink, Inks};
use crate::config::Settings;
use crate::dbus::{Overview, SeenMeter};
use crate::meter::{Key, Link, Reading, Timestamp, Value};
use crate::sink::BrokerState;
use crate::tic::civil;
use crate::words::Words;

/// Cells of the gauge of the power.
const GAUGE: u64 = 20;
/// From this share of the subscribed power on, in percent, the gauge warns.
const HIGH_SHARE: u64 = 80;
/// The narrowest column of the ids of meters.
const ID_WIDTH_MIN: usize = 7;
const COLOURS: [(&str, Ink); 3] = [
    ("blue", Ink::Blue),
    ("white", Ink::White),
    ("red", Ink::Red),
];

/// How the page is written, and when.
pub struct StatusPage {
    /// The words.
    pub words: Words,
    /// The colours.
    pub inks: Inks,
    /// The host's clock.
    pub now: Timestamp,
    /// The configuration, if it is right: it names ports and the broker, which the bus does not.
    pub settings: Option<Settings>,
}

impl StatusPage {
    /// Writes the page.
    pub fn write(
        &self,
        out: &mut dyn Write,
        overview: &Overview,
        meters: &[SeenMeter],
    ) -> io::Result<()> {
        let widths = meters.iter().map(|meter| meter.id.chars().count());
        let width = widths.max().unwrap_or_default().max(ID_WIDTH_MIN);
        for meter in meters {
            self.write_meter(out, meter, width)?;
            writeln!(out)?;
        }
        if meters.is_empty() {
            writeln!(out, "{}\n", self.words.no_meter())?;
        }
        self.write_service(out, overview)
    }

    fn write_meter(&self, out: &mut dyn Write, meter: &SeenMeter, width: usize) -> io::Result<()> {
        let (words, reading) = (self.words, &meter.reading);
        let link = reading.text(Key::LINK).unwrap_or_default();
        let cause = reading.text(Key::LINK_CAUSE).unwrap_or_default();
        let detail = reading.text(Key::LINK_DETAIL).unwrap_or_default();
        let (ink, state) = match link {
            _ if link == Link::Receiving.as_str() => {
                let ink = if detail.is_empty() {
                    Ink::Good
                } else {
                    Ink::Warning
                };
                (ink, self.live(reading))
            }
            _ if link == Link::Syncing.as_str() => (Ink::Warning, words.status_syncing()),
            _ if link == Link::NoSignal.as_str() => (Ink::Bad, words.status_silent()),
            _ => (Ink::Bad, words.status_no_port()),
        };
        let dot = self.inks.paint(ink, words.symbol("●", "*"));
        let name = self.inks.paint(Ink::Bold, &format!("{:width$}", meter.id));
        writeln!(out, "{dot} {name}  {state}")?;
        let device = self.device(&meter.id);
        match words.link_cause(cause, device.as_deref()) {
            Some((sentence, remedy)) => {
                writeln!(out, "  {sentence}")?;
                self.write_remedy(out, remedy.as_deref())?;
            }
            None if !detail.is_empty() => writeln!(out, "  {detail}")?,
            None => {}
        }
        for (title, text) in self.lines(reading) {
            writeln!(out, "  {title:<11} {text}")?;
        }
        Ok(())
    }

    /// The port of a meter, as configured.
    fn device(&self, id: &str) -> Option<String> {
        let mut meters = self.settings.iter().flat_map(|settings| &settings.meters);
        let meter = meters.find(|meter| meter.id.as_str() == id)?;
        Some(meter.device.to_string())
    }

    fn write_remedy(&self, out: &mut dyn Write, remedy: Option<&str>) -> io::Result<()> {
        let arrow = self.words.symbol("→", "->");
        remedy.map_or(Ok(()), |remedy| writeln!(out, "  {arrow} {remedy}"))
    }

    /// That the meter is received, with the age of what is shown.
    fn live(&self, reading: &Reading) -> String {
        let updated = reading.get(Key::TIME).and_then(Value::micros);
        let age = self.now.0.saturating_sub(updated.unwrap_or(self.now.0));
        match u64::try_from(age / 1_000_000) {
            Ok(seconds @ 1..) => self.words.status_live(&self.words.span(seconds)),
            _ => self.words.status_live_now(),
        }
    }

    /// The lines of what is known.
    fn lines(&self, reading: &Reading) -> Vec<(String, String)> {
        let words = self.words;
        [
            (words.status_power(), self.power(reading)),
            (words.status_injection(), self.injection(reading)),
            (words.status_breaker(), self.breaker(reading)),
            (words.status_tariff(), self.tariff(reading)),
            (words.status_tomorrow(), self.tomorrow(reading)),
            (words.status_energy(), self.energy(reading)),
            (words.status_line(), self.line(reading)),
        ]
        .into_iter()
        .filter_map(|(title, text)| Some((title, text?)))
        .collect()
    }

    /// The power that is drawn; none while a producer draws nothing.
    fn power(&self, reading: &Reading) -> Option<String> {
        let words = self.words;
        let power = reading.int(Key::APPARENT_POWER)?;
        if power == 0 && reading.int(Key::APPARENT_POWER_INJECTED) > Some(0) {
            return None;
        }
        let volt_amperes =
            |value: u64| words.volt_amperes(i64::try_from(value).unwrap_or(i64::MAX));
        let shown = volt_amperes(power);
        let limit = reading
            .int(Key::SUBSCRIBED_POWER)
            .filter(|limit| *limit > 0);
        let Some(limit) = limit else {
            return Some(shown);
        };
        let share = (power.saturating_mul(100).saturating_add(limit / 2)) / limit;
        let percent = words.percent(i64::try_from(share).unwrap_or(i64::MAX));
        let of = words.kilovolt_amperes(i64::try_from(limit).unwrap_or(i64::MAX));
        let comment = if reading.int(Key::PHASES) == Some(3) {
            words.status_share(&percent, &of)
        } else if power > limit {
            words.status_in_excess(&percent, &of, &volt_amperes(power - limit))
        } else {
            words.status_to_spare(&percent, &of, &volt_amperes(limit - power))
        };
        Some(format!(
            "{shown:<10} {}   {comment}",
            self.gauge(power, limit)
        ))
    }

    /// The power as a share of the limit.
    fn gauge(&self, power: u64, limit: u64) -> String {
        let filled = power.saturating_mul(GAUGE).div_ceil(limit).min(GAUGE);
        let ink = match power.saturating_mul(100) / limit {
            0..HIGH_SHARE => Ink::Good,
            HIGH_SHARE..=100 => Ink::Warning,
            _ => Ink::Bad,
        };
        let cells = |symbol: &str, count: u64| (0..count).map(|_| symbol).collect::<String>();
        let drawn = cells(self.words.symbol("▇", "#"), filled);
        let left = cells(self.words.symbol("·", "."), GAUGE - filled);
        self.inks.paint(ink, &drawn) + &self.inks.paint(Ink::Faint, &left)
    }

    /// The power that is injected, and the energy of the day.
    fn injection(&self, reading: &Reading) -> Option<String> {
        let words = self.words;
        let power = reading
            .int(Key::APPARENT_POWER_INJECTED)
            .filter(|power| *power > 0);
        let today = self.day_energy(reading, Key::ENERGY_INJECTED_TODAY);
        let power = power.map(|power| {
            let power = i64::try_from(power).unwrap_or(i64::MAX);
            words.status_to_the_grid(&words.volt_amperes(power))
        });
        match (power, today) {
            (Some(power), Some(today)) => Some(words.status_with_today(&power, &today)),
            (Some(power), None) => Some(power),
            // A meter of a home that produces nothing has the index too, at zero.
            (None, today) => {
                reading
                    .int(Key::ENERGY_INJECTED_TODAY)
                    .filter(|today| *today > 0)?;
                Some(words.status_today(&today?))
            }
        }
    }

    fn day_energy(&self, reading: &Reading, key: Key) -> Option<String> {
        let energy = i64::try_from(reading.int(key)?).unwrap_or(i64::MAX);
        Some(self.words.kilowatt_hours(energy, 1))
    }

    /// The breaker, if it is open or about to be.
    fn breaker(&self, reading: &Reading) -> Option<String> {
        let words = self.words;
        let is = |key| reading.get(key).is_some_and(Value::is_true);
        match reading.text(Key::BREAKER) {
            Some(cause) if cause != "closed" => {
                let text = words.status_breaker_open(&words.lower_name_of(cause));
                Some(self.inks.paint(Ink::Bad, &text))
            }
            _ if is(Key::BREAKER_WARNING) => {
                Some(self.inks.paint(Ink::Bad, &words.status_breaker_warning()))
            }
            _ => None,
        }
    }

    /// The tariff in force, and the next.
    fn tariff(&self, reading: &Reading) -> Option<String> {
        let words = self.words;
        let now = match reading.text(Key::TARIFF) {
            Some(period) if period != "other" => self.period(period),
            _ => reading.text(Key::TARIFF_NAME)?.to_owned(),
        };
        let next = reading
            .text(Key::NEXT_TARIFF)
            .filter(|next| *next != "other");
        let time = reading.get(Key::NEXT_TARIFF_TIME).and_then(Value::micros);
        let (Some(next), Some(time)) = (next, time) else {
            return Some(now);
        };
        // The meter switches by its own clock.
        let clock = reading.get(Key::METER_TIME).and_then(Value::micros);
        let left = time.saturating_sub(clock.unwrap_or(self.now.0)) / 1_000_000;
        let span = words.span(u64::try_from(left).unwrap_or_default());
        let next = self.short_period(next);
        Some(words.status_next(&now, &next, &wall_clock(time), &span))
    }

    /// A period in words: `off-peak hours`, `off-peak hours, WHITE day`.
    fn period(&self, period: &str) -> String {
        match coloured(period) {
            Some((colour, hours)) => {
                let hours = self.words.lower_name_of(hours);
                self.words.status_coloured(&hours, &self.colour(colour))
            }
            None => self.words.lower_name_of(period),
        }
    }

    /// A period in few letters where its day has a colour, as on the bill: `HP RED`.
    fn short_period(&self, period: &str) -> String {
        match coloured(period) {
            Some((colour, hours)) => {
                let hours = if hours == "off_peak" { "HC" } else { "HP" };
                format!("{hours} {}", self.colour(colour))
            }
            None => self.words.lower_name_of(period),
        }
    }

    /// The name of a colour in capitals, in it.
    fn colour(&self, colour: &str) -> String {
        let ink = COLOURS.iter().find(|(word, _)| *word == colour);
        let name = self.words.name_of(colour).to_uppercase();
        self.inks
            .paint(ink.map_or(Ink::Bold, |(_, ink)| *ink), &name)
    }

    /// The colour of tomorrow, of a contract that has colours.
    fn tomorrow(&self, reading: &Reading) -> Option<String> {
        match reading.text(Key::COLOR_TOMORROW) {
            Some(colour) => Some(self.colour(colour)),
            None => {
                reading.text(Key::COLOR_TODAY)?;
                Some(self.words.status_colour_unknown())
            }
        }
    }

    /// The index, and the energy of the day.
    fn energy(&self, reading: &Reading) -> Option<String> {
        let words = self.words;
        let energy = i64::try_from(reading.int(Key::ENERGY)?).unwrap_or(i64::MAX);
        let energy = words.kilowatt_hours(energy, 3);
        Some(match self.day_energy(reading, Key::ENERGY_TODAY) {
            Some(today) => words.status_with_today(&energy, &today),
            None => energy,
        })
    }

    /// The mode, and how good the line is.
    fn line(&self, reading: &Reading) -> Option<String> {
        let words = self.words;
        let mode = words.lower_name_of(reading.text(Key::MODE)?);
        let mode = match reading.int(Key::PHASES) {
            Some(phases) => words.status_mode(&mode, phases),
            None => words.status_mode_alone(&mode),
        };
        let frames = reading.int(Key::FRAMES_RECEIVED)?;
        let frames = match reading.int(Key::LINK_QUALITY) {
            Some(share @ 0..100) => {
                let share = words.percent(i64::try_from(share).unwrap_or(100));
                words.status_frames_of_quality(frames, &share)
            }
            _ => {
                let damaged = reading.int(Key::FRAMES_DAMAGED).unwrap_or_default();
                words.status_frames(frames, damaged)
            }
        };
        Some(format!("{mode}{}{frames}", words.semicolon()))
    }

    fn write_service(&self, out: &mut dyn Write, overview: &Overview) -> io::Result<()> {
        let words = self.words;
        let Overview {
            version,
            broker,
            topic_conflicts,
            history_pending,
            history_dropped,
            updates_lagged,
            broker_cause,
        } = overview;
        let is = |state: BrokerState| state.as_str() == broker;
        let is_away = is(BrokerState::Disconnected) || is(BrokerState::Refused);
        let (ink, session) = match () {
            () if is(BrokerState::Connected) => (None, words.status_broker_connected()),
            () if is(BrokerState::Disabled) => (None, words.status_broker_off()),
            () if is(BrokerState::Refused) => (Some(Ink::Bad), words.status_broker_refuses()),
            () => (Some(Ink::Bad), words.status_broker_away()),
        };
        let session = ink.map_or(session.clone(), |ink| self.inks.paint(ink, &session));
        write!(out, "{}, {session}", words.status_service(version))?;
        let counted = |count: &u64, text: fn(Words, u64) -> String| {
            (*count > 0).then(|| format!(", {}", text(words, *count)))
        };
        let waiting = if is_away {
            Words::status_waiting
        } else {
            Words::status_delivering
        };
        for text in [
            counted(history_pending, waiting),
            counted(history_dropped, Words::status_dropped),
            counted(updates_lagged, Words::status_lagged),
        ]
        .into_iter()
        .flatten()
        {
            write!(out, "{text}")?;
        }
        writeln!(out, ".")?;
        for meter in topic_conflicts {
            writeln!(
                out,
                "{}",
                self.inks.paint(Ink::Bad, &words.topic_conflict(meter))
            )?;
        }
        let mqtt = self.settings.as_ref().map(|settings| &settings.mqtt);
        let url = mqtt.map(|mqtt| mqtt.url.to_string());
        if let Some((why, remedy)) = words.broker_cause(broker_cause, url.as_deref()) {
            writeln!(out, "  {why}")?;
            self.write_remedy(out, Some(&remedy))?;
        }
        Ok(())
    }
}

/// The colour and the hours of a period of a day that has one.
fn coloured(period: &str) -> Option<(&str, &str)> {
    let (colour, hours) = period.split_once('_')?;
    COLOURS
        .iter()
        .any(|(word, _)| *word == colour)
        .then_some((colour, hours))
}

/// `06:00` on the wall, of microseconds since the epoch. The bus carries no season: it is that of Paris.
fn wall_clock(micros: i64) -> String {
    let unix = micros.div_euclid(1_000_000);
    let local = unix.saturating_add(i64::from(civil::paris_offset(unix)));
    let second = local.rem_euclid(civil::DAY);
    format!("{:02}:{:02}", second / 3600, second / 60 % 60)
}
