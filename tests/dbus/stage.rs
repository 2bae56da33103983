//! The two sides of the bus: the service that is tried, and a program that looks at it.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use linky_sensor::dbus::{self, Bus};
use linky_sensor::meter::Update;
use linky_sensor::names::{BUS_NAME, ROOT_PATH};
use linky_sensor::sink::{
    BrokerCause, BrokerState, Health, Pulse, Shutdown, ShutdownTrigger, Stream,
};
use tokio::sync::oneshot;
use zbus::export::futures_core::Stream as _;
use zbus::fdo::ManagedObjects;
use zbus::message::Type;
use zbus::{Connection, MessageStream, OwnedVariant};

use crate::support::bus::PrivateBus;
use crate::support::meter::{Fed, standard};

pub const MAIN: &str = "/io/github/linky_sensor/Linky1/meter_main";
pub const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
pub use crate::support::daemon::WAIT_TIMEOUT;

pub type Properties = HashMap<String, OwnedVariant>;

/// The service, in a thread with a runtime of its own as in the daemon.
pub struct Service {
    pub health: Health,
    stream: Stream,
    shutdown: ShutdownTrigger,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    /// Serves a meter; returns when the first attempt at the bus has ended.
    pub async fn start(bus: Bus, fed: &Fed) -> Self {
        let health = Health::default();
        health.set_broker(BrokerState::Disconnected, BrokerCause::Nothing);
        let stream = Stream::new([fed.last()]);
        let (trigger, shutdown) = Shutdown::new();
        let (attempted, first_attempt) = oneshot::channel();
        let sink = dbus::run(
            stream.subscribe("D-Bus", &health),
            vec![fed.trend()],
            health.clone(),
            shutdown,
            Pulse::default(),
            bus,
            attempted,
        );
        let thread = std::thread::spawn(move || runtime().block_on(sink));
        first_attempt.await.expect("the first attempt ends");
        Self {
            health,
            stream,
            shutdown: trigger,
            thread: Some(thread),
        }
    }

    pub fn publish(&self, update: Arc<Update>) {
        self.stream.publish(update);
    }

    pub fn stop(&mut self) {
        self.shutdown.request();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.expect("the service ends well");
            }
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made")
}

/// A program that listens to every signal of the bus and asks.
pub struct Program {
    connection: Connection,
    signals: MessageStream,
}

impl Program {
    pub async fn connect(bus: &PrivateBus) -> Self {
        // Two connections: one whose signals are not read in time holds back the answers too.
        let listening = connect(bus).await;
        let rule = "type='signal',path_namespace='/io/github/linky_sensor'";
        let signals = subscribed(&listening, rule).await;
        let connection = connect(bus).await;
        Self {
            connection,
            signals,
        }
    }

    pub async fn call(
        &self,
        path: &str,
        interface: &str,
        member: &str,
        body: &(impl serde::Serialize + zbus::DynamicType),
    ) -> zbus::Result<zbus::Message> {
        self.connection
            .call_method(Some(BUS_NAME), path, Some(interface), member, body)
            .await
    }

    pub async fn get(&self, interface: &str, property: &str) -> zbus::Result<OwnedVariant> {
        let answer = self
            .call(MAIN, PROPERTIES, "Get", &(interface, property))
            .await?;
        answer.body().deserialize()
    }

    pub async fn get_all(&self, path: &str, interface: &str) -> Properties {
        let answer = self.call(path, PROPERTIES, "GetAll", &interface).await;
        answer
            .expect("GetAll answers")
            .body()
            .deserialize()
            .expect("a{sv}")
    }

    pub async fn managed(&self) -> ManagedObjects {
        let manager = "org.freedesktop.DBus.ObjectManager";
        let answer = self
            .call(ROOT_PATH, manager, "GetManagedObjects", &())
            .await;
        answer
            .expect("GetManagedObjects answers")
            .body()
            .deserialize()
            .expect("a{oa{sa{sv}}}")
    }

    /// The names of the interfaces of the meter, in order, without the prefix.
    pub async fn interfaces(&self) -> Vec<String> {
        let objects = self.managed().await;
        let object = objects
            .iter()
            .find(|(path, _)| path.as_str() == MAIN)
            .expect("the meter is there");
        let mut names: Vec<String> = object
            .1
            .keys()
            .map(|name| name.trim_start_matches(&format!("{BUS_NAME}.")).to_owned())
            .collect();
        names.sort();
        names
    }

    /// The next signal, as `path interface member`, and the message.
    pub async fn signal(&mut self) -> (String, zbus::Message) {
        loop {
            let message = tokio::time::timeout(WAIT_TIMEOUT, next(&mut self.signals))
                .await
                .expect("a signal comes in time");
            let header = message.header();
            // Those of the bus itself (a name is ours) are no news.
            if header.message_type() == Type::Signal
                && header
                    .path()
                    .is_some_and(|path| path.starts_with(ROOT_PATH))
            {
                let name = format!(
                    "{} {}",
                    header.interface().expect("signals have an interface"),
                    header.member().expect("signals have a member")
                );
                return (name, message);
            }
        }
    }

    /// The next signal, which is a PropertiesChanged: the interface, what changed, what was invalidated.
    pub async fn changes(&mut self) -> (String, Properties, Vec<String>) {
        let (name, message) = self.signal().await;
        assert_eq!(name, format!("{PROPERTIES} PropertiesChanged"));
        message.body().deserialize().expect("sa{sv}as")
    }

    /// Waits until this property changes; the signals before are passed over.
    pub async fn change_of(&mut self, property: &str) {
        loop {
            let (name, message) = self.signal().await;
            if name == format!("{PROPERTIES} PropertiesChanged") {
                let (_, changed, _): (String, Properties, Vec<String>) =
                    message.body().deserialize().expect("sa{sv}as");
                if changed.contains_key(property) {
                    return;
                }
            }
        }
    }

    /// The next signal, which is an event: its interface and name, its arguments.
    pub async fn event(&mut self) -> (String, (u64, String, String)) {
        let (name, message) = self.signal().await;
        (name, message.body().deserialize().expect("(tss)"))
    }

    /// Waits until the service answers: tries again with each change of its name's owner.
    pub async fn owner_comes(&self, within: Duration) {
        let rule = format!("type='signal',member='NameOwnerChanged',arg0='{BUS_NAME}'");
        let mut changes = subscribed(&self.connection, &rule).await;
        let peer = "org.freedesktop.DBus.Peer";
        let answers = async {
            while self.call(ROOT_PATH, peer, "Ping", &()).await.is_err() {
                next(&mut changes).await;
            }
        };
        let answered = tokio::time::timeout(within, answers).await;
        answered.expect("the service answers");
    }
}

/// The messages of a connection, and with them the signals of this match rule.
async fn subscribed(connection: &Connection, rule: &str) -> MessageStream {
    let messages = MessageStream::from(connection);
    let bus = "org.freedesktop.DBus";
    let path = "/org/freedesktop/DBus";
    connection
        .call_method(Some(bus), path, Some(bus), "AddMatch", &rule)
        .await
        .expect("a match rule is accepted");
    messages
}

async fn next(messages: &mut MessageStream) -> zbus::Message {
    std::future::poll_fn(|context| Pin::new(&mut *messages).poll_next(context))
        .await
        .expect("the connection stands")
        .expect("a message")
}

pub async fn connect(bus: &PrivateBus) -> Connection {
    zbus::connection::Builder::address(bus.address().as_str())
        .method_timeout(WAIT_TIMEOUT)
        .build()
        .await
        .expect("the bus takes us in")
}

pub fn error_name(result: zbus::Result<impl std::fmt::Debug>) -> String {
    match result.expect_err("an error") {
        zbus::Error::MethodError(name, ..) => name.to_string(),
        zbus::Error::FDO(error) => zbus::DBusError::name(&*error).to_string(),
        other => panic!("{other}"),
    }
}

pub fn names(properties: &Properties) -> Vec<&str> {
    let mut names: Vec<&str> = properties.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// A settled meter on a bus like the system's, and a program.
pub async fn settled(shows_identifiers: bool) -> (PrivateBus, Service, Fed, Program) {
    let bus = PrivateBus::system();
    let mut fed = Fed::new(shows_identifiers);
    fed.settle(&standard(&[]));
    let service = Service::start(bus.bus(), &fed).await;
    let program = Program::connect(&bus).await;
    (bus, service, fed, program)
}
