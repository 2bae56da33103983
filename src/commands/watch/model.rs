//! What is known of the daemon and its meters, as it came over the bus.
//!
//! Input: [`News`] and the time. Output: values for the panels. While a meter is silent its values are gone; what it is
//! (contract, phases, limits) is remembered, or the names of the rows would change with each interruption.
//!
//! There are two clocks: the log, the plots and the hours of energy are by the host's, as the daemon keeps them; the
//! tariff is by the meter's, which switches it.

use std::collections::VecDeque;

use super::energy_hours::EnergyHours;
use super::power_history::PowerHistory;
use crate::dbus::{DayPlans, Error, FollowedMeter, News, Overview, SeenEvent};
use crate::meter::{EventKind, Key, Link, Reading, Value};

/// Lines of the log that are kept.
const LOG_MAX: usize = 200;

/// What a meter is, and what stays true while it is silent.
const REMEMBERED: [Key; 9] = [
    Key::CONTRACT,
    Key::CONTRACT_TYPE,
    Key::MODE,
    Key::PHASES,
    Key::PRODUCER,
    Key::SUBSCRIBED_POWER,
    Key::CUTOFF_POWER,
    Key::MANUFACTURER,
    Key::MANUFACTURE_YEAR,
];

/// Something for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When, in seconds since the epoch.
    pub at: i64,
    /// What.
    pub what: Occurrence,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// An event of the meter: its kind, what was before and after.
    Event(EventKind, String, String),
    /// From this moment on the index counted; seen in the curve of the day.
    Tariff(u8),
}

/// A meter.
#[derive(Clone, Debug)]
pub struct MeterView {
    /// Its id.
    pub id: String,
    /// Its day profiles.
    pub plans: DayPlans,
    /// Its power.
    pub power: PowerHistory,
    /// Its energy.
    pub energy: EnergyHours,
    /// What happened, the older first.
    pub log: VecDeque<LogLine>,
    reading: Reading,
    remembered: Reading,
    /// The counters when they were seen first.
    opening: Reading,
    /// The meter's clock less the host's, in seconds.
    clock_lead: Option<i64>,
    /// Counts what shows that frames come, for the sign of life.
    frames: u64,
}

impl MeterView {
    /// One of which nothing is known yet.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            plans: DayPlans::default(),
            power: PowerHistory::default(),
            energy: EnergyHours::default(),
            log: VecDeque::new(),
            reading: Reading::default(),
            remembered: Reading::default(),
            opening: Reading::default(),
            clock_lead: None,
            frames: 0,
        }
    }

    /// Sets a quantity; `None` for one that is not known any more.
    pub fn set(&mut self, key: Key, value: Option<Value>, now: i64) {
        if let (Key::METER_TIME, Some(time)) = (key, value.as_ref().and_then(Value::micros)) {
            self.clock_lead = Some(time.div_euclid(1_000_000) - now);
        }
        let has_news = value.is_some() && value.as_ref() != self.reading.get(key);
        if has_news && [Key::METER_TIME, Key::FRAMES_RECEIVED].contains(&key) {
            self.frames = self.frames.wrapping_add(1);
        }
        if REMEMBERED.contains(&key) && value.is_some() {
            self.remembered.set(key, value.clone());
        }
        if key.counts().is_some() && self.opening.get(key).is_none() {
            self.opening.set(key, value.clone());
        }
        self.reading.set(key, value);
    }

    /// What a counter has counted since it was seen first.
    pub fn since_opening(&self, counter: Key) -> Option<i64> {
        let (first, now) = (self.opening.int(counter)?, self.reading.int(counter)?);
        i64::try_from(now.saturating_sub(first)).ok()
    }

    /// What is known now.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    fn get(&self, key: Key) -> Option<&Value> {
        self.reading.get(key).or_else(|| self.remembered.get(key))
    }

    /// A number.
    pub fn int(&self, key: Key) -> Option<i64> {
        match self.get(key)? {
            Value::Int(value) => i64::try_from(*value).ok(),
            Value::Signed(value) => Some(*value),
            _ => None,
        }
    }

    /// A text or a word; empty if it is not known.
    pub fn text(&self, key: Key) -> &str {
        match self.get(key) {
            Some(Value::Text(text)) => text,
            Some(Value::Enum(word)) => word,
            _ => "",
        }
    }

    /// Yes or no.
    pub fn flag(&self, key: Key) -> Option<bool> {
        match self.get(key)? {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A time, in seconds since the epoch.
    pub fn time(&self, key: Key) -> Option<i64> {
        Some(self.get(key)?.micros()?.div_euclid(1_000_000))
    }

    /// The meter's clock; the host's, if the meter has none.
    pub fn clock(&self, now: i64) -> i64 {
        now.saturating_add(self.clock_lead.unwrap_or(0))
    }

    /// Whether frames come.
    pub fn is_receiving(&self) -> bool {
        self.text(Key::LINK) == Link::Receiving.as_str()
    }

    /// Alternates with each frame.
    pub fn is_odd_frame(&self) -> bool {
        self.frames % 2 == 1
    }

    /// What the contract allows, in VA.
    pub fn limit(&self) -> Option<i64> {
        let limit = self.int(Key::CUTOFF_POWER);
        limit
            .or_else(|| self.int(Key::SUBSCRIBED_POWER))
            .filter(|power| *power > 0)
    }

    /// What is withdrawn and injected now, in VA.
    pub fn power_now(&self) -> Option<(i64, i64)> {
        let injected = self.int(Key::APPARENT_POWER_INJECTED).unwrap_or(0);
        Some((self.int(Key::APPARENT_POWER)?, injected))
    }

    /// The index in force; 0 if it is not known.
    pub fn tariff_index(&self) -> u8 {
        let index = self.int(Key::TARIFF_INDEX).unwrap_or(0);
        u8::try_from(index).unwrap_or(0)
    }

    /// Takes the power of this second into the history.
    pub fn sample(&mut self, now: i64) {
        if let (Some((withdrawn, injected)), true) = (self.power_now(), self.is_receiving()) {
            let tariff = self.tariff_index();
            self.power.sample(now, withdrawn, injected, tariff);
        }
    }

    /// Adds a line to the log.
    pub fn note(&mut self, line: LogLine) {
        self.log.push_back(line);
        while self.log.len() > LOG_MAX {
            self.log.pop_front();
        }
    }

    fn take(&mut self, meter: FollowedMeter, now: i64) {
        for key in Key::all() {
            self.set(key, meter.seen.reading.get(key).cloned(), now);
        }
        self.plans = meter.plans;
        self.power.load(meter.fine.as_deref(), meter.day.as_deref());
        if let Some(rows) = &meter.energy {
            self.energy.load(rows);
        }
        if self.log.is_empty() {
            for (at, index) in self.power.tariff_changes() {
                let what = Occurrence::Tariff(index);
                self.note(LogLine { at, what });
            }
        }
    }

    fn on_event(&mut self, event: SeenEvent) {
        self.note(LogLine {
            at: event.time.0.div_euclid(1_000_000),
            what: Occurrence::Event(event.kind, event.from, event.to),
        });
    }
}

/// Why there is nothing to show. Each has a remedy of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Nothing was answered yet.
    Connecting,
    /// There is no bus.
    NoBus(String),
    /// The daemon does not run.
    NoDaemon,
    /// The policy of the bus refuses.
    Refused,
    /// The bus was lost, or does not answer.
    Lost,
    /// Anything else.
    Failed(String),
}

impl From<Error> for Obstacle {
    fn from(error: Error) -> Self {
        match error {
            Error::NoBus { bus, .. } => Self::NoBus(bus),
            Error::NotRunning => Self::NoDaemon,
            Error::CallDenied(_) => Self::Refused,
            Error::Lost | Error::Deadline => Self::Lost,
            error => Self::Failed(error.to_string()),
        }
    }
}

/// The daemon and its meters.
#[derive(Clone, Debug)]
pub struct WatchModel {
    /// What stands in the way of showing anything.
    pub obstacle: Option<Obstacle>,
    /// The daemon, once seen.
    pub daemon: Option<Overview>,
    /// The meters, in the order of their ids.
    pub meters: Vec<MeterView>,
}

impl Default for WatchModel {
    fn default() -> Self {
        Self {
            obstacle: Some(Obstacle::Connecting),
            daemon: None,
            meters: Vec::new(),
        }
    }
}

impl WatchModel {
    /// Takes news at this second of the host's clock.
    pub fn apply(&mut self, news: News, now: i64) {
        match news {
            News::Everything(overview, meters) => self.take_all(overview, meters, now),
            News::Values(id, values) => {
                if let Some(meter) = self.meter_mut(&id) {
                    for (key, value) in values {
                        meter.set(key, value, now);
                    }
                    meter.sample(now);
                }
            }
            News::Plans(id, plans) => {
                if let Some(meter) = self.meter_mut(&id) {
                    meter.plans = plans;
                }
            }
            News::Event(id, event) => {
                if let Some(meter) = self.meter_mut(&id) {
                    meter.on_event(event);
                }
            }
            News::Energy(id, rows) => {
                if let Some(meter) = self.meter_mut(&id) {
                    meter.energy.load(&rows);
                }
            }
            News::Daemon(overview) => self.daemon = Some(overview),
            News::Unavailable(error) => self.obstacle = Some(error.into()),
        }
    }

    /// A second has gone by.
    pub fn tick(&mut self, now: i64) {
        if self.obstacle.is_none() {
            for meter in &mut self.meters {
                meter.sample(now);
            }
        }
    }

    fn take_all(&mut self, overview: Overview, meters: Vec<FollowedMeter>, now: i64) {
        self.obstacle = None;
        self.daemon = Some(overview);
        let mut before = std::mem::take(&mut self.meters);
        for meter in meters {
            let known = before.iter().position(|view| view.id == meter.seen.id);
            let mut view = match known {
                Some(place) => before.swap_remove(place),
                None => MeterView::new(&meter.seen.id),
            };
            view.take(meter, now);
            view.sample(now);
            self.meters.push(view);
        }
    }

    fn meter_mut(&mut self, id: &str) -> Option<&mut MeterView> {
        self.meters.iter_mut().find(|meter| meter.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dbus::SeenMeter;
    use crate::meter::Timestamp;

    fn followed(id: &str, values: &[(Key, Value)]) -> FollowedMeter {
        let mut reading = Reading::default();
        for (key, value) in values {
            reading.set(*key, Some(value.clone()));
        }
        let id = id.to_owned();
        FollowedMeter {
            seen: SeenMeter { id, reading },
            plans: DayPlans::default(),
            fine: None,
            day: None,
            energy: None,
        }
    }

    fn overview() -> Overview {
        Overview {
            version: "0.1.0".into(),
            broker: "disabled".into(),
            broker_cause: String::new(),
            topic_conflicts: Vec::new(),
            history_pending: 0,
            history_dropped: 0,
            updates_lagged: 0,
        }
    }

    #[test]
    fn a_silent_meter_keeps_its_contract_and_loses_its_values() {
        let mut model = WatchModel::default();
        let meter = followed(
            "main",
            &[
                (Key::LINK, Value::Enum("receiving")),
                (Key::CONTRACT_TYPE, Value::Enum("tempo")),
                (Key::SUBSCRIBED_POWER, Value::Int(6000)),
                (Key::APPARENT_POWER, Value::Int(750)),
                (
                    Key::METER_TIME,
                    Value::Instant(Timestamp(1_000_100 * 1_000_000)),
                ),
            ],
        );
        model.apply(News::Everything(overview(), vec![meter]), 1_000_000);
        let view = &model.meters[0];
        assert_eq!(view.power_now(), Some((750, 0)));
        assert_eq!(view.clock(1_000_010), 1_000_110);
        let gone = [
            Key::CONTRACT_TYPE,
            Key::SUBSCRIBED_POWER,
            Key::APPARENT_POWER,
        ];
        let gone = gone.into_iter().map(|key| (key, None)).collect();
        model.apply(News::Values("main".into(), gone), 1_000_011);
        let view = &model.meters[0];
        assert_eq!(view.power_now(), None);
        assert_eq!(view.text(Key::CONTRACT_TYPE), "tempo");
        assert_eq!(view.limit(), Some(6000));
    }

    #[test]
    fn a_daemon_that_comes_back_goes_on_with_its_meters() {
        let mut model = WatchModel::default();
        assert_eq!(model.obstacle, Some(Obstacle::Connecting));
        let power = |power| {
            let values = [
                (Key::LINK, Value::Enum("receiving")),
                (Key::APPARENT_POWER, Value::Int(power)),
            ];
            News::Everything(overview(), vec![followed("main", &values)])
        };
        model.apply(power(100), 1000);
        model.apply(News::Unavailable(Error::NotRunning), 1001);
        assert_eq!(model.obstacle, Some(Obstacle::NoDaemon));
        model.tick(1002);
        model.apply(power(200), 1010);
        assert_eq!(model.obstacle, None);
        let range = super::super::power_history::PlotRange::Quarter;
        let columns = model.meters[0].power.columns(range, 1011, 900);
        assert_eq!(columns[889].unwrap().mean, 100, "what was seen stays");
        assert_eq!(columns[899].unwrap().mean, 200);
        assert_eq!(
            columns[898], None,
            "a second without a daemon is none of 100 VA"
        );
    }

    #[test]
    fn the_log_is_bounded_and_news_of_strangers_are_left_alone() {
        let mut model = WatchModel::default();
        model.apply(News::Everything(overview(), vec![followed("main", &[])]), 1);
        let event = SeenEvent {
            time: Timestamp(5_000_000),
            kind: EventKind::LinkChanged,
            from: "syncing".into(),
            to: "receiving".into(),
        };
        for _ in 0..300 {
            model.apply(News::Event("main".into(), event.clone()), 5);
        }
        assert_eq!(model.meters[0].log.len(), LOG_MAX);
        assert_eq!(model.meters[0].log[0].at, 5);
        model.apply(News::Event("other".into(), event), 5);
        model.apply(News::Values("other".into(), Vec::new()), 5);
        assert_eq!(model.meters.len(), 1);
    }
}
