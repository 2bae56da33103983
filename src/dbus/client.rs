//! The client of the subcommands: reads the running daemon through the same interfaces as any program.
//!
//! It never starts the daemon: it asks the bus who owns the name before anything else, and there is no activation file
//! either.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use zbus::fdo::ManagedObjects;
use zbus::{DynamicType, OwnedVariant, Variant};

use super::bus::{Bus, BusConnection};
use super::deadline::within;
use super::error::Error;
use super::interface_spec::InterfaceSpec;
use super::property::parse_value;
use crate::meter::{Key, Reading};
use crate::names::{BUS_NAME, ROOT_PATH, interface, meter_path};

const DBUS: &str = "org.freedesktop.DBus";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// Properties by their names.
pub(super) type Properties = HashMap<String, OwnedVariant>;

/// A connection to the bus of a running daemon.
#[derive(Debug)]
pub struct Client {
    bus: BusConnection,
}

/// The state of the daemon and its sinks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Its version.
    pub version: String,
    /// `disabled`, `disconnected`, `connected` or `refused`.
    pub broker: String,
    /// Why there is no session with it, or none that is of use: a word of [`BrokerCause`](crate::sink::BrokerCause).
    pub broker_cause: String,
    /// The ids of the meters whose topic another daemon publishes on too.
    pub topic_conflicts: Vec<String>,
    /// Records (states, events, points of the load curve) on disk that wait for the broker.
    pub history_pending: u64,
    /// Records that were dropped.
    pub history_dropped: u64,
    /// Updates that an output was too slow for.
    pub updates_lagged: u64,
}

/// A meter as it is on the bus.
#[derive(Clone, Debug)]
pub struct SeenMeter {
    /// Its id in the configuration.
    pub id: String,
    /// What is known. Times are in UTC: the bus does not carry the season.
    pub reading: Reading,
}

impl SeenMeter {
    /// The quantities that are known, in the order of the table.
    pub fn known(&self) -> impl Iterator<Item = (Key, &crate::meter::Value)> {
        Key::all().filter_map(|key| Some((key, self.reading.get(key)?)))
    }
}

impl Client {
    /// Connects to a bus that a daemon is on.
    ///
    /// # Errors
    /// [`Error::NoBus`], or [`Error::NotRunning`] if the name has no owner.
    pub async fn connect(bus: &Bus) -> Result<Self, Error> {
        let client = Self::on(bus).await?;
        client.check_running().await?;
        Ok(client)
    }

    /// Connects to a bus, whether or not a daemon is on it.
    pub(super) async fn on(bus: &Bus) -> Result<Self, Error> {
        let bus = BusConnection::connect(bus).await?;
        Ok(Self { bus })
    }

    /// [`Error::NotRunning`] if the name has no owner.
    pub(super) async fn check_running(&self) -> Result<(), Error> {
        let is_running: bool = self
            .ask(
                DBUS,
                "/org/freedesktop/DBus",
                DBUS,
                "NameHasOwner",
                &BUS_NAME,
            )
            .await?;
        is_running.then_some(()).ok_or(Error::NotRunning)
    }

    /// The number of the daemon's process.
    ///
    /// # Errors
    /// If the bus cannot be asked.
    pub async fn process(&self) -> Result<u32, Error> {
        let path = "/org/freedesktop/DBus";
        self.ask(DBUS, path, DBUS, "GetConnectionUnixProcessID", &BUS_NAME)
            .await
    }

    /// The state of the daemon and its sinks.
    ///
    /// # Errors
    /// If the daemon cannot be asked.
    pub async fn overview(&self) -> Result<Overview, Error> {
        let properties = self.get_all(ROOT_PATH, interface::MANAGER).await?;
        let text = |name| match properties.get(name).map(|value| &**value) {
            Some(Variant::Str(text)) => text.as_str().to_owned(),
            _ => String::new(),
        };
        let count = |name| match properties.get(name).map(|value| &**value) {
            Some(Variant::U64(count)) => *count,
            _ => 0,
        };
        Ok(Overview {
            version: text("Version"),
            broker: text("BrokerState"),
            broker_cause: text("BrokerCause"),
            topic_conflicts: properties
                .get("TopicConflicts")
                .and_then(|value| value.try_clone().ok()?.try_into().ok())
                .unwrap_or_default(),
            history_pending: count("HistoryPending"),
            history_dropped: count("HistoryDropped"),
            updates_lagged: count("UpdatesLagged"),
        })
    }

    /// The meters, in the order of their ids, with all that is known of each.
    ///
    /// # Errors
    /// If the daemon cannot be asked.
    pub async fn meters(&self) -> Result<Vec<SeenMeter>, Error> {
        let objects = self.objects().await?;
        let mut meters = Vec::new();
        for (path, interfaces) in &objects {
            let Some(id) = meter_at(path.as_str()) else {
                continue;
            };
            let mut reading = Reading::default();
            for spec in InterfaceSpec::all() {
                if interfaces.keys().any(|name| name.as_str() == spec.name) {
                    // Asked again: identifiers are only in the answer to who asks for them.
                    let properties = self.get_all(path.as_str(), spec.name).await?;
                    fill(&mut reading, spec, &properties);
                }
            }
            let id = id.to_owned();
            meters.push(SeenMeter { id, reading });
        }
        meters.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(meters)
    }

    /// The objects of the daemon with all of their properties, identifiers left out.
    pub(super) async fn objects(&self) -> Result<ManagedObjects, Error> {
        self.ask(
            BUS_NAME,
            ROOT_PATH,
            "org.freedesktop.DBus.ObjectManager",
            "GetManagedObjects",
            &(),
        )
        .await
    }

    /// The properties of an interface that are known.
    pub(super) async fn get_all(&self, path: &str, interface: &str) -> Result<Properties, Error> {
        self.ask(BUS_NAME, path, PROPERTIES, "GetAll", &interface)
            .await
    }

    /// The answer to a call.
    pub(super) async fn ask<A: DeserializeOwned + zbus::Type>(
        &self,
        destination: &str,
        path: &str,
        interface: &str,
        member: &str,
        body: &(impl serde::Serialize + DynamicType),
    ) -> Result<A, Error> {
        within(async {
            let call = self.bus.connection().call_method(
                Some(destination),
                path,
                Some(interface),
                member,
                body,
            );
            Ok(call.await?.body().deserialize()?)
        })
        .await
    }
}

/// The id of the meter whose object is at this path.
pub(super) fn meter_at(path: &str) -> Option<&str> {
    path.strip_prefix(meter_path("").as_str())
}

/// Sets the quantities of one interface that are among these properties.
pub(super) fn fill(reading: &mut Reading, spec: &InterfaceSpec, properties: &Properties) {
    for property in &spec.properties {
        if let (Some(key), Some(value)) = (property.key(), properties.get(&property.name)) {
            reading.set(key, parse_value(key.row().kind, value));
        }
    }
}
