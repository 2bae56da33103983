//! One connection with everything on it: objects first, the name last.
//!
//! Any error ends it. The caller drops it, which cuts the connection, and opens another.

use std::sync::Arc;

use tokio::sync::watch;
use zbus::Message;
use zbus::fdo::{ObjectManager, RequestNameFlags};
use zbus::names::InterfaceName;

use super::bus::{Bus, BusConnection};
use super::deadline::within;
use super::error::Error;
use super::interface_spec::InterfaceSpec;
use super::manager::Manager;
use super::property_interface::export;
use super::raw::Raw;
use super::signal;
use super::trend::TrendInterface;
use crate::meter::{Snapshot, TrendHandle, Update};
use crate::names::{BUS_NAME, ROOT_PATH, interface};
use crate::sink::{BrokerHealth, Health};

/// A meter to serve: where, and the state that its interfaces answer from.
#[derive(Debug)]
pub struct Served {
    /// The path of its object.
    pub path: String,
    /// Replaced whole at each Update.
    pub state: watch::Sender<Arc<Snapshot>>,
    /// The power and the energy over time.
    pub trend: TrendHandle,
}

/// A connection that owns the name.
pub struct BusSession {
    bus: BusConnection,
    /// The interfaces that are exported on the object of each meter, in the order of the meters.
    there: Vec<Vec<&'static InterfaceSpec>>,
}

impl BusSession {
    /// Connects, exports every object, then asks for the name.
    ///
    /// # Errors
    /// Whatever stands in the way; nothing is left behind.
    pub async fn open(bus: &Bus, meters: &[Served], health: &Health) -> Result<Self, Error> {
        let bus = BusConnection::connect(bus).await?;
        let there = within(async {
            let server = bus.connection().object_server();
            server.at(ROOT_PATH, Manager::new(health.clone())).await?;
            let mut there = Vec::with_capacity(meters.len());
            for meter in meters {
                let path = meter.path.as_str();
                let interfaces = wanted(&[], None, &meter.state.borrow().clone());
                for spec in &interfaces {
                    export(server, path, spec, &meter.state.subscribe()).await?;
                }
                server.at(path, Raw::new(meter.state.subscribe())).await?;
                let trend = TrendInterface::new(meter.trend.clone());
                server.at(path, trend).await?;
                there.push(interfaces);
            }
            // Last, so that each object is announced once and whole.
            server.at(ROOT_PATH, ObjectManager).await?;
            Ok(there)
        })
        .await?;
        let flags = RequestNameFlags::DO_NOT_QUEUE;
        let name = bus.connection().request_name_with_flags(BUS_NAME, flags);
        within(async { name.await.map_err(Error::from) })
            .await
            .map_err(|error| match error {
                Error::CallDenied(_) => Error::OwnershipDenied,
                other => other,
            })?;
        Ok(Self { bus, there })
    }

    /// Returns when the bus has gone.
    pub async fn lost(&self) {
        self.bus.connection().closed().await;
    }

    /// Takes the newest of these Updates as the state of each meter, and emits what differs and what happened.
    ///
    /// # Errors
    /// If the bus does not take it in time.
    pub async fn emit(&mut self, meters: &[Served], updates: &[Arc<Update>]) -> Result<(), Error> {
        for (number, meter) in meters.iter().enumerate() {
            let of_meter = || updates.iter().filter(|update| update.meter == number);
            if of_meter().next().is_some() {
                self.emit_meter(number, meter, of_meter()).await?;
            }
        }
        Ok(())
    }

    async fn emit_meter<'a>(
        &mut self,
        number: usize,
        served: &Served,
        updates: impl DoubleEndedIterator<Item = &'a Arc<Update>> + Clone,
    ) -> Result<(), Error> {
        let (Some(there), Some(last)) = (self.there.get_mut(number), updates.clone().next_back())
        else {
            return Ok(());
        };
        let (path, after) = (served.path.as_str(), &last.snapshot);
        let before = served.state.send_replace(after.clone());
        let wanted = wanted(there, Some(&before), after);
        let had = std::mem::replace(there, wanted);
        within(async {
            let server = self.bus.connection().object_server();
            for spec in had.iter().filter(|spec| !contains(there, spec)) {
                let name = InterfaceName::from_static_str_unchecked(spec.name);
                server.remove_named(path, name).await?;
            }
            for spec in there.iter().filter(|spec| !contains(&had, spec)) {
                export(server, path, spec, &served.state.subscribe()).await?;
            }
            let stayed = had.iter().filter(|spec| contains(there, spec));
            let mut messages: Vec<Message> = stayed
                .filter_map(|spec| {
                    signal::properties_changed(path, spec, &before, after).transpose()
                })
                .collect::<Result<_, _>>()?;
            for update in updates {
                for event in &update.events {
                    messages.push(signal::event(path, &update.snapshot, event)?);
                }
                for point in &update.curve {
                    messages.push(signal::curve_point(path, point)?);
                }
            }
            self.bus.connection().send_all(&messages).await?;
            Ok(())
        })
        .await
    }

    /// Emits the state of the broker and its cause.
    ///
    /// # Errors
    /// If the bus does not take it in time.
    pub async fn emit_broker(&self, broker: BrokerHealth) -> Result<(), Error> {
        let changed = [
            ("BrokerState", broker.state.as_str()),
            ("BrokerCause", broker.cause.as_str()),
        ];
        let message = signal::words_changed(ROOT_PATH, interface::MANAGER, changed)?;
        within(async { Ok(self.bus.connection().send(&message).await?) }).await
    }

    /// Gives the name back.
    ///
    /// # Errors
    /// If the bus does not take it in time; the name goes with the connection then.
    pub async fn release(self) -> Result<(), Error> {
        within(async {
            self.bus.connection().release_name(BUS_NAME).await?;
            Ok(())
        })
        .await
    }
}

/// The interfaces of a meter in this state: those with something on them now or since the mode changed.
fn wanted(
    had: &[&'static InterfaceSpec],
    before: Option<&Snapshot>,
    after: &Snapshot,
) -> Vec<&'static InterfaceSpec> {
    let same_mode = before.is_some_and(|before| before.mode == after.mode);
    InterfaceSpec::all()
        .filter(|spec| spec.is_present_in(after) || same_mode && contains(had, spec))
        .collect()
}

fn contains(interfaces: &[&'static InterfaceSpec], spec: &InterfaceSpec) -> bool {
    interfaces.iter().any(|other| other.name == spec.name)
}
