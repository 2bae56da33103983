//! One connection with everything on it: objects first, the name last.
//!
//! Any error ends it. The caller drops it, which cuts the connection, and opens another.

use std::sync::Arc;

use tokio::sync::watch;
use zbus::Message;
use zbus::fdo::{ObjectManager, RequestNameFlags};
use zbus::names::InterfaceName;

use super::bus::{Bus, Line, within};
use super::error::Error;
use super::manager::Manager;
use super::raw::Raw;
use super::section::Section;
use super::signal;
use super::table::export;
use crate::meter::{Snapshot, Update};
use crate::names::{BUS_NAME, ROOT_PATH, interface};
use crate::sink::Health;

/// A meter to serve: where, and the state that its interfaces answer from.
#[derive(Debug)]
pub struct Served {
    /// The path of its object.
    pub path: String,
    /// Replaced whole at each Update.
    pub state: watch::Sender<Arc<Snapshot>>,
}

/// A connection that owns the name.
pub struct Session {
    line: Line,
    /// The sections that are on the object of each meter, in the order of the meters.
    there: Vec<Vec<&'static Section>>,
}

impl Session {
    /// Connects, exports every object, then asks for the name.
    ///
    /// # Errors
    /// Whatever stands in the way; nothing is left behind.
    pub async fn open(bus: &Bus, meters: &[Served], health: &Health) -> Result<Self, Error> {
        let line = Line::connect(bus).await?;
        let there = within(async {
            let server = line.connection().object_server();
            server.at(ROOT_PATH, Manager::new(health.clone())).await?;
            let mut there = Vec::with_capacity(meters.len());
            for meter in meters {
                let path = meter.path.as_str();
                let sections = wanted(&[], None, &meter.state.borrow().clone());
                for section in &sections {
                    export(server, path, section, &meter.state.subscribe()).await?;
                }
                server.at(path, Raw::new(meter.state.subscribe())).await?;
                there.push(sections);
            }
            // Last, so that each object is announced once and whole.
            server.at(ROOT_PATH, ObjectManager).await?;
            Ok(there)
        })
        .await?;
        let flags = RequestNameFlags::DO_NOT_QUEUE;
        let name = line.connection().request_name_with_flags(BUS_NAME, flags);
        within(async { name.await.map_err(Error::from) })
            .await
            .map_err(|error| match error {
                Error::CallDenied(_) => Error::OwnershipDenied,
                other => other,
            })?;
        Ok(Self { line, there })
    }

    /// Returns when the bus has gone.
    pub async fn lost(&self) {
        self.line.connection().closed().await;
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
            let server = self.line.connection().object_server();
            for section in had.iter().filter(|section| !contains(there, section)) {
                let name = InterfaceName::from_static_str_unchecked(section.name);
                server.remove_named(path, name).await?;
            }
            for section in there.iter().filter(|section| !contains(&had, section)) {
                export(server, path, section, &served.state.subscribe()).await?;
            }
            let stayed = had.iter().filter(|section| contains(there, section));
            let mut messages: Vec<Message> = stayed
                .filter_map(|section| {
                    signal::properties_changed(path, section, &before, after).transpose()
                })
                .collect::<Result<_, _>>()?;
            for update in updates {
                for event in &update.events {
                    messages.push(signal::event(path, &update.snapshot, event)?);
                }
            }
            self.line.connection().send_all(&messages).await?;
            Ok(())
        })
        .await
    }

    /// Emits the state of the broker.
    ///
    /// # Errors
    /// If the bus does not take it in time.
    pub async fn emit_broker(&self, state: &str) -> Result<(), Error> {
        let message =
            signal::property_changed(ROOT_PATH, interface::MANAGER, "BrokerState", state)?;
        within(async { Ok(self.line.connection().send(&message).await?) }).await
    }

    /// Gives the name back.
    ///
    /// # Errors
    /// If the bus does not take it in time; the name goes with the connection then.
    pub async fn release(self) -> Result<(), Error> {
        within(async {
            self.line.connection().release_name(BUS_NAME).await?;
            Ok(())
        })
        .await
    }
}

/// The sections of a meter in this state: what it has, and what it had, until the mode changes.
fn wanted(
    had: &[&'static Section],
    before: Option<&Snapshot>,
    after: &Snapshot,
) -> Vec<&'static Section> {
    let same_mode = before.is_some_and(|before| before.mode == after.mode);
    Section::all()
        .filter(|section| section.is_had_by(after) || same_mode && contains(had, section))
        .collect()
}

fn contains(sections: &[&'static Section], section: &Section) -> bool {
    sections.iter().any(|other| other.name == section.name)
}
