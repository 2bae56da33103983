//! A bus that restarts, hangs, refuses or is not there, and programs that misbehave.

use std::time::{Duration, Instant};

use linky_sensor::names::{BUS_NAME, ROOT_PATH, interface};
use tokio::sync::mpsc;
use tokio::time::timeout;
use zbus::{MessageStream, Variant};

use crate::stage::{Program, Properties, Service, WAIT_TIMEOUT, error_name, names, settled};
use crate::support::bus::PrivateBus;
use crate::support::daemon::STOP_TIMEOUT;
use crate::support::meter::{Fed, standard};

#[tokio::test]
async fn a_bus_that_restarts_finds_everything_back() {
    let (mut bus, service, mut fed, program) = settled(false).await;
    drop(program);
    bus.stop();
    service.publish(fed.push(&standard(&[("SINSTS", "", "00777")])));
    bus.start_again();
    let start = Instant::now();
    let mut program = Program::connect(&bus).await;
    program.owner_comes(WAIT_TIMEOUT).await;
    let power = program.get(interface::CONSUMPTION, "ApparentPower").await;
    assert_eq!(
        *power.expect("a value"),
        Variant::from(777_u32),
        "the newest, not that of before"
    );
    service.publish(fed.push(&standard(&[("SINSTS", "", "00778")])));
    loop {
        let (name, message) = program.signal().await;
        if name.ends_with(" PropertiesChanged") {
            let (name, changed, _): (String, Properties, Vec<String>) =
                message.body().deserialize().expect("sa{sv}as");
            assert_eq!(
                (name.as_str(), names(&changed)),
                (interface::CONSUMPTION, vec!["ApparentPower"])
            );
            break;
        }
    }
    assert!(start.elapsed() < WAIT_TIMEOUT, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_bus_that_hangs_is_left_and_found_again() {
    use nix::sys::signal::{Signal, kill};
    let (bus, service, mut fed, program) = settled(false).await;
    drop(program);
    kill(bus.pid(), Signal::SIGSTOP).expect("it is ours");
    // More than a socket holds. What does not fit waits, Updates pile up meanwhile, and then it is given up.
    let mut power = 0_u32;
    let mut publish = |service: &Service| {
        power += 1;
        service.publish(fed.push(&standard(&[
            ("MSG1", "", &format!("{power:<32}")),
            ("SINSTS", "", &format!("{power:05}")),
        ])));
        power
    };
    let start = Instant::now();
    let lagged = || service.health.updates_lagged();
    while lagged() == 0 {
        assert!(start.elapsed() < WAIT_TIMEOUT, "it is given up in time");
        publish(&service);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    kill(bus.pid(), Signal::SIGCONT).expect("it is ours");
    let power = Variant::from(publish(&service));
    let program = Program::connect(&bus).await;
    program.owner_comes(WAIT_TIMEOUT).await;
    let now = program.get(interface::CONSUMPTION, "ApparentPower").await;
    assert_eq!(
        *now.expect("a value"),
        power,
        "the newest, whatever was missed"
    );
    let missed = program.get_all(ROOT_PATH, interface::MANAGER).await;
    assert_eq!(*missed["UpdatesLagged"], Variant::from(lagged()));
}

#[tokio::test]
async fn programs_that_flood_slow_nobody() {
    let (bus, _service, _fed, program) = settled(false).await;
    let call = zbus::Message::method_call(ROOT_PATH, "GetManagedObjects")
        .destination(BUS_NAME)
        .interface("org.freedesktop.DBus.ObjectManager")
        .build(&())
        .expect("a call");
    let flooding: Vec<_> = (0..16)
        .map(|n| {
            let address = bus.address();
            let call = call.clone();
            tokio::spawn(async move {
                let connection = zbus::connection::Builder::address(address.as_str())
                    .build()
                    .await
                    .expect("the bus takes us in");
                // Every second one never reads an answer: a full stream stops its reader.
                let unread = (n % 2 == 0).then(|| MessageStream::from(&connection));
                while connection.send(&call).await.is_ok() {
                    tokio::task::yield_now().await;
                }
                drop(unread);
            })
        })
        .collect();
    for _ in 0..20 {
        // In the time that `connect` gives it.
        let answer = program.get(interface::CONSUMPTION, "Energy").await;
        assert_eq!(*answer.expect("a value"), Variant::from(12_345_678_u64));
    }
    for task in flooding {
        task.abort();
    }
}

#[tokio::test]
async fn the_name_is_given_back_at_the_stop() {
    let (bus, mut service, fed, program) = settled(false).await;
    service.stop();
    let gone = program.get(interface::METER, "Link").await;
    assert_eq!(
        error_name(gone),
        "org.freedesktop.DBus.Error.ServiceUnknown"
    );
    let _next = Service::start(bus.bus(), &fed).await;
    program.owner_comes(WAIT_TIMEOUT).await;
}

#[tokio::test]
async fn a_name_that_is_taken_is_asked_for_again() {
    let (bus, mut first, fed, program) = settled(false).await;
    let _second = Service::start(bus.bus(), &fed).await;
    first.stop();
    program.owner_comes(WAIT_TIMEOUT).await;
}

/// Where the levels go at which a refusal is logged.
struct Refusals(mpsc::UnboundedSender<log::Level>);

impl log::Log for Refusals {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let text = record.args().to_string();
        if text.contains("must run as the user linky-sensor") {
            let _ = self.0.send(record.level());
        }
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn a_refused_name_is_logged_once_with_its_remedy() {
    let (sender, mut levels) = mpsc::unbounded_channel();
    log::set_logger(Box::leak(Box::new(Refusals(sender)))).expect("there is no other logger");
    log::set_max_level(log::LevelFilter::Debug);
    let refusing = PrivateBus::with_policy("");
    let _service = Service::start(refusing.bus(), &Fed::new(false)).await;
    for wanted in [log::Level::Warn, log::Level::Debug] {
        let level = timeout(WAIT_TIMEOUT, levels.recv()).await;
        assert_eq!(level, Ok(Some(wanted)), "it is tried again");
    }
}

#[tokio::test]
async fn a_service_without_a_bus_waits_for_one_and_stops_at_once() {
    let mut bus = PrivateBus::system();
    bus.stop();
    let mut fed = Fed::new(false);
    fed.settle(&standard(&[]));
    let mut service = Service::start(bus.bus(), &fed).await;
    bus.start_again();
    let program = Program::connect(&bus).await;
    program.owner_comes(WAIT_TIMEOUT).await;
    bus.stop();
    let start = Instant::now();
    service.stop();
    assert!(start.elapsed() < STOP_TIMEOUT);
}
