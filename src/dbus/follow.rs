//! A program that stays: everything that the daemon has once, then each change as it comes.
//!
//! Input: a bus. Output: [`News`], in order. It ends when nobody takes them any more. A bus that is lost, a daemon that
//! goes or a policy that refuses is news too, and it goes on by itself when they are back.
//!
//! Two connections: one whose signals wait to be read holds back the answers to its calls too.

use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};
use zbus::export::futures_core::Stream as _;
use zbus::message::Type;
use zbus::{Message, MessageStream, OwnedVariant, Variant};

use super::bus::{Bus, BusConnection};
use super::client::{Client, Overview, Properties, SeenMeter, fill, meter_at};
use super::deadline::within;
use super::error::Error;
use super::interface_spec::InterfaceSpec;
use super::past::{PastEnergy, PastPower};
use super::property::parse_value;
use crate::meter::{EventKind, Key, Reading, Timestamp, Value};
use crate::names::{BUS_NAME, ROOT_PATH, interface};

const DBUS: &str = "org.freedesktop.DBus";
/// The first and the longest wait before a bus is tried again.
const RETRY_MIN: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(8);
/// How often is asked for what emits no change: the counts of the line.
const COUNTS_INTERVAL: Duration = Duration::from_secs(5);
/// How often is asked for the energy of the hours.
const ENERGY_INTERVAL: Duration = Duration::from_secs(60);
/// How far back the fine curve goes, and its step in seconds.
const FINE_SPAN: Duration = Duration::from_secs(900);
const FINE_STEP: u32 = 2;
/// The same of the curve of the day.
const DAY_SPAN: Duration = Duration::from_secs(86_400);
const DAY_STEP: u32 = 120;
/// How far back the energy of the hours goes: the whole of yesterday, at any hour.
const ENERGY_SPAN: Duration = Duration::from_secs(49 * 3600);

/// A period of a day profile: the minute at which it begins, and the index from then on (0: unchanged).
pub type PlanStep = (u16, u8);

/// The day profiles that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayPlans {
    /// Of today.
    pub today: Option<Vec<PlanStep>>,
    /// Of tomorrow.
    pub tomorrow: Option<Vec<PlanStep>>,
    /// Of a peak day.
    pub peak: Option<Vec<PlanStep>>,
}

impl DayPlans {
    fn set(&mut self, name: &str, plan: Option<Vec<PlanStep>>) {
        match name {
            "Today" => self.today = plan,
            "Tomorrow" => self.tomorrow = plan,
            "Peak" => self.peak = plan,
            _ => {}
        }
    }
}

/// A meter as it is on the bus, with what the daemon keeps of its past.
#[derive(Clone, Debug)]
pub struct FollowedMeter {
    /// Its values, identifiers left out.
    pub seen: SeenMeter,
    /// Its day profiles.
    pub plans: DayPlans,
    /// The power of the last quarter of an hour.
    pub fine: Option<Vec<PastPower>>,
    /// The power of the last day.
    pub day: Option<Vec<PastPower>>,
    /// The energy of the hours since the day before yesterday.
    pub energy: Option<Vec<PastEnergy>>,
}

/// An event of a meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenEvent {
    /// When.
    pub time: Timestamp,
    /// What.
    pub kind: EventKind,
    /// What was before, as text.
    pub from: String,
    /// What is now, as text.
    pub to: String,
}

/// What came.
#[derive(Debug)]
pub enum News {
    /// All that there is: at the start, and when the objects or their interfaces are others.
    Everything(Overview, Vec<FollowedMeter>),
    /// Quantities of a meter that changed, or are not known any more.
    Values(String, Vec<(Key, Option<Value>)>),
    /// The day profiles of a meter.
    Plans(String, DayPlans),
    /// An event of a meter.
    Event(String, SeenEvent),
    /// The energy of the hours of a meter.
    Energy(String, Vec<PastEnergy>),
    /// The daemon itself.
    Daemon(Overview),
    /// There is no daemon, no bus, or no answer.
    Unavailable(Error),
}

/// Nobody takes the news any more.
struct Unread;

/// Gives all news of the daemon on this bus until nobody takes them.
pub async fn follow(bus: Bus, news: mpsc::Sender<News>) {
    let mut wait = RETRY_MIN;
    loop {
        let error = match Follower::connect(&bus).await {
            Ok(mut follower) => {
                wait = RETRY_MIN;
                match follower.run(&news).await {
                    Ok(Unread) => return,
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        if news.send(News::Unavailable(error)).await.is_err() {
            return;
        }
        sleep(wait).await;
        wait = (2 * wait).min(RETRY_MAX);
    }
}

/// The two connections, and what is followed on them.
struct Follower {
    client: Client,
    // Held for its end: dropped, it is cut.
    _listening: BusConnection,
    signals: MessageStream,
    meters: Vec<(String, DayPlans)>,
    is_seen: bool,
}

impl Follower {
    async fn connect(bus: &Bus) -> Result<Self, Error> {
        let client = Client::on(bus).await?;
        let listening = BusConnection::connect(bus).await?;
        let signals = MessageStream::from(listening.connection());
        for rule in [
            format!("type='signal',sender='{BUS_NAME}'"),
            format!("type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0='{BUS_NAME}'"),
        ] {
            let path = "/org/freedesktop/DBus";
            let connection = listening.connection();
            let added = connection.call_method(Some(DBUS), path, Some(DBUS), "AddMatch", &rule);
            within(async { Ok(added.await?) }).await?;
        }
        Ok(Self {
            client,
            _listening: listening,
            signals,
            meters: Vec::new(),
            is_seen: false,
        })
    }

    async fn run(&mut self, news: &mpsc::Sender<News>) -> Result<Unread, Error> {
        let mut counts = interval(COUNTS_INTERVAL);
        let mut energy = interval(ENERGY_INTERVAL);
        for ticks in [&mut counts, &mut energy] {
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks.reset();
        }
        let mut came = self.look().await?;
        loop {
            for one in came {
                if news.send(one).await.is_err() {
                    return Ok(Unread);
                }
            }
            came = tokio::select! {
                () = news.closed() => return Ok(Unread),
                message = next(&mut self.signals) => self.on_message(&message?).await?,
                _ = counts.tick() => self.counts().await?,
                _ = energy.tick() => self.energy().await?,
            };
        }
    }

    /// Everything, or why there is nothing.
    async fn look(&mut self) -> Result<Vec<News>, Error> {
        self.is_seen = false;
        let found = async {
            self.client.check_running().await?;
            let overview = self.client.overview().await?;
            let meters = self.meters().await?;
            Ok((overview, meters))
        };
        Ok(vec![match found.await {
            Ok((overview, meters)) => {
                let known = meters.iter();
                self.meters = known
                    .map(|meter| (meter.seen.id.clone(), meter.plans.clone()))
                    .collect();
                self.is_seen = true;
                News::Everything(overview, meters)
            }
            Err(Error::Lost) => return Err(Error::Lost),
            Err(error) => News::Unavailable(error),
        }])
    }

    async fn meters(&self) -> Result<Vec<FollowedMeter>, Error> {
        let mut meters = Vec::new();
        for (path, interfaces) in &self.client.objects().await? {
            let Some(id) = meter_at(path.as_str()) else {
                continue;
            };
            let (mut reading, mut plans) = (Reading::default(), DayPlans::default());
            for (name, properties) in interfaces {
                if let Some(spec) = InterfaceSpec::named(name.as_str()) {
                    fill(&mut reading, spec, properties);
                }
                if name.as_str() == interface::CALENDAR {
                    take_plans(&mut plans, properties);
                }
            }
            let client = &self.client;
            meters.push(FollowedMeter {
                fine: client.past_power(id, ago(FINE_SPAN), FINE_STEP).await?,
                day: client.past_power(id, ago(DAY_SPAN), DAY_STEP).await?,
                energy: client.past_energy(id, ago(ENERGY_SPAN)).await?,
                seen: SeenMeter {
                    id: id.to_owned(),
                    reading,
                },
                plans,
            });
        }
        meters.sort_by(|a, b| a.seen.id.cmp(&b.seen.id));
        Ok(meters)
    }

    /// What emits no change. A daemon that was not seen yet is looked for again: a policy may have come since.
    async fn counts(&mut self) -> Result<Vec<News>, Error> {
        if !self.is_seen {
            return self.look().await;
        }
        let mut news = vec![News::Daemon(self.client.overview().await?)];
        if let Some(spec) = InterfaceSpec::named(interface::METER) {
            for (id, _) in &self.meters {
                let path = crate::names::meter_path(id);
                let properties = self.client.get_all(&path, spec.name).await?;
                news.push(News::Values(id.clone(), values(spec, &properties)));
            }
        }
        Ok(news)
    }

    async fn energy(&self) -> Result<Vec<News>, Error> {
        let mut news = Vec::new();
        for (id, _) in &self.meters {
            if let Some(rows) = self.client.past_energy(id, ago(ENERGY_SPAN)).await? {
                news.push(News::Energy(id.clone(), rows));
            }
        }
        Ok(news)
    }

    async fn on_message(&mut self, message: &Message) -> Result<Vec<News>, Error> {
        let header = message.header();
        if header.message_type() != Type::Signal {
            return Ok(Vec::new());
        }
        let (Some(path), Some(member)) = (header.path(), header.member()) else {
            return Ok(Vec::new());
        };
        match (member.as_str(), meter_at(path.as_str())) {
            ("NameOwnerChanged" | "InterfacesAdded" | "InterfacesRemoved", _) => self.look().await,
            ("PropertiesChanged", Some(id)) => {
                let changed: (String, Properties, Vec<String>) = message.body().deserialize()?;
                Ok(self.on_changes(id, &changed))
            }
            ("PropertiesChanged", None) if path.as_str() == ROOT_PATH && self.is_seen => {
                Ok(vec![News::Daemon(self.client.overview().await?)])
            }
            (member, Some(id)) => Ok(seen_event(member, message)
                .map(|event| News::Event(id.to_owned(), event))
                .into_iter()
                .collect()),
            _ => Ok(Vec::new()),
        }
    }

    fn on_changes(&mut self, id: &str, changed: &(String, Properties, Vec<String>)) -> Vec<News> {
        let (name, properties, gone) = changed;
        let Some(spec) = InterfaceSpec::named(name) else {
            return Vec::new();
        };
        if name == interface::CALENDAR {
            let Some((_, plans)) = self.meters.iter_mut().find(|(known, _)| known == id) else {
                return Vec::new();
            };
            take_plans(plans, properties);
            gone.iter().for_each(|name| plans.set(name, None));
            return vec![News::Plans(id.to_owned(), plans.clone())];
        }
        let gone = gone
            .iter()
            .filter_map(|name| Some((spec.property(name)?.key()?, None)));
        let mut all = values(spec, properties);
        all.extend(gone);
        // `Updated` emits no change and is asked for with the counts; until then it is when the change came.
        all.push((Key::TIME, Some(Value::Instant(ago(Duration::ZERO)))));
        vec![News::Values(id.to_owned(), all)]
    }
}

/// The quantities of one interface.
fn values(spec: &InterfaceSpec, properties: &Properties) -> Vec<(Key, Option<Value>)> {
    let value = |(name, value): (&String, &OwnedVariant)| {
        let key = spec.property(name)?.key()?;
        Some((key, parse_value(key.row().kind, value)))
    };
    properties.iter().filter_map(value).collect()
}

fn take_plans(plans: &mut DayPlans, properties: &Properties) {
    for (name, value) in properties {
        plans.set(name, parse_plan(value));
    }
}

/// A day profile; a start that is no time of the day is left out.
fn parse_plan(value: &Variant<'_>) -> Option<Vec<PlanStep>> {
    type Slots = Vec<(String, u8, String, u8)>;
    let slots = Slots::try_from(value.try_clone().ok()?).ok()?;
    let step = |(start, index, ..): (String, u8, String, u8)| {
        let (hour, minute) = start.split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some((hour * 60 + minute, index))
    };
    Some(slots.into_iter().filter_map(step).collect())
}

fn seen_event(member: &str, message: &Message) -> Option<SeenEvent> {
    let kind = EventKind::ALL
        .into_iter()
        .find(|kind| kind.signal() == member)?;
    let (time, from, to): (u64, String, String) = message.body().deserialize().ok()?;
    Some(SeenEvent {
        time: Timestamp(i64::try_from(time).ok()?),
        kind,
        from,
        to,
    })
}

/// A moment before now.
fn ago(span: Duration) -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let then = since.unwrap_or_default().saturating_sub(span).as_micros();
    Timestamp(i64::try_from(then).unwrap_or(i64::MAX))
}

async fn next(messages: &mut MessageStream) -> Result<Message, Error> {
    let message = std::future::poll_fn(|context| Pin::new(&mut *messages).poll_next(context)).await;
    Ok(message.ok_or(Error::Lost)??)
}
