//! An interface behind zbus: Get, GetAll and Introspect answered from its properties and one snapshot.
//!
//! zbus wants one type per interface. Here it is one generic over the number of the interface, in the place of some hundred
//! getters. The trait may change between minor versions of zbus (hence the pin in Cargo.toml): this is the
//! only file that implements it.
//!
//! zbus fills InterfacesAdded and the answer of GetManagedObjects through `get_all` without a header; a call of GetAll
//! comes with one. Identifiers go only into an answer to a call that asked for this one interface.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use zbus::message::{Header, Message};
use zbus::names::{ErrorName, InterfaceName, MemberName};
use zbus::object_server::{DispatchResult, Interface, SignalEmitter};
use zbus::{BoxDBusError, Connection, DBusError, ObjectServer, OwnedVariant, Variant, fdo};

use super::interface_spec::InterfaceSpec;
use super::introspection::write_interface;
use super::property::ChangeSignal;
use crate::meter::{self, Snapshot};
use crate::names::ERROR_NOT_AVAILABLE;

/// Exports an interface on the object at `path`.
///
/// # Errors
/// The bus does not take it, or it is not one of a meter's object.
pub async fn export(
    server: &ObjectServer,
    path: &str,
    spec: &'static InterfaceSpec,
    state: &watch::Receiver<Arc<Snapshot>>,
) -> zbus::Result<()> {
    macro_rules! export_one_of {
        ($($interface:ident)*) => {
            match spec.interface {
                $(meter::Interface::$interface => {
                    let state = state.clone();
                    server.at(path, PropertyInterface::<{ meter::Interface::$interface as usize }> { spec, state }).await?;
                })*
                meter::Interface::Json | meter::Interface::Private => return Err(zbus::Error::InterfaceNotFound),
            }
        };
    }
    // The compiler asks for all that there are.
    export_one_of!(Meter Consumption Phases Tariff Production Status Breaker Health Calendar Events);
    Ok(())
}

/// `N` is the number of the interface in [`meter::Interface`].
struct PropertyInterface<const N: usize> {
    spec: &'static InterfaceSpec,
    state: watch::Receiver<Arc<Snapshot>>,
}

/// The error of Get for a value that is not known.
#[derive(Debug)]
struct NotAvailable(String);

impl DBusError for NotAvailable {
    fn create_reply(&self, call: &Header<'_>) -> zbus::Result<Message> {
        Message::error(call, self.name()).build(&self.0.as_str())
    }

    fn name(&self) -> ErrorName<'_> {
        ErrorName::from_static_str_unchecked(ERROR_NOT_AVAILABLE)
    }

    fn description(&self) -> Option<&str> {
        Some(&self.0)
    }
}

#[async_trait]
impl<const N: usize> Interface for PropertyInterface<N> {
    fn name() -> InterfaceName<'static> {
        let number = |interface: &meter::Interface| *interface as usize == N;
        let name = meter::Interface::ON_BUS
            .into_iter()
            .find(number)
            .and_then(meter::Interface::name);
        InterfaceName::from_static_str_unchecked(name.unwrap_or_default())
    }

    fn spawn_tasks_for_methods(&self) -> bool {
        false
    }

    async fn get(
        &self,
        name: &str,
        _: &ObjectServer,
        _: &Connection,
        _: Option<&Header<'_>>,
        _: &SignalEmitter<'_>,
    ) -> Option<Result<OwnedVariant, BoxDBusError>> {
        let property = self.spec.property(name)?;
        let now = self.state.borrow().clone();
        let value = property
            .value(&now)
            .and_then(|value| value.try_into_owned().ok());
        Some(value.ok_or_else(|| {
            Box::new(NotAvailable(format!("the meter does not give {name} now"))) as BoxDBusError
        }))
    }

    async fn get_all(
        &self,
        _: &ObjectServer,
        _: &Connection,
        call: Option<&Header<'_>>,
        _: &SignalEmitter<'_>,
    ) -> fdo::Result<HashMap<String, OwnedVariant>> {
        let now = self.state.borrow().clone();
        Ok(self
            .spec
            .properties
            .iter()
            .filter(|property| property.change != ChangeSignal::Invalidated || call.is_some())
            .filter_map(|property| {
                let value = property.value(&now)?.try_into_owned().ok()?;
                Some((property.name.clone(), value))
            })
            .collect())
    }

    async fn set_mut(
        &mut self,
        name: &str,
        _: &Variant<'_>,
        _: &ObjectServer,
        _: &Connection,
        _: Option<&Header<'_>>,
        _: &SignalEmitter<'_>,
    ) -> Option<Result<(), BoxDBusError>> {
        self.spec.property(name)?;
        Some(Err(fdo::Error::PropertyReadOnly(format!(
            "{name} is only read"
        ))
        .into()))
    }

    fn call<'c>(
        &'c self,
        _: &'c ObjectServer,
        _: &'c Connection,
        _: &'c Message,
        _: MemberName<'c>,
    ) -> DispatchResult<'c> {
        DispatchResult::NotFound
    }

    fn call_mut<'c>(
        &'c mut self,
        _: &'c ObjectServer,
        _: &'c Connection,
        _: &'c Message,
        _: MemberName<'c>,
    ) -> DispatchResult<'c> {
        DispatchResult::NotFound
    }

    fn introspect_to_writer(&self, writer: &mut dyn Write, level: usize) {
        // Only the writer itself can fail, and it is a string.
        let _ = write_interface(self.spec, writer, level);
    }
}
