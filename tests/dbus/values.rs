//! Get, GetAll, GetGroups, and what is refused.

use std::sync::atomic::Ordering;

use linky_sensor::names::{ERROR_NOT_AVAILABLE, ROOT_PATH, interface};
use linky_sensor::sink::{BrokerCause, BrokerState};
use zbus::Variant;

use crate::stage::{MAIN, PROPERTIES, Program, Service, error_name, names, settled};
use crate::support::bus::PrivateBus;
use crate::support::meter::{Fed, START, standard};

#[tokio::test]
async fn each_type_has_its_value() {
    let (_bus, _service, _fed, program) = settled(false).await;
    for (interface, property, value) in [
        (interface::METER, "Link", Variant::from("receiving")),
        (interface::METER, "TicVersion", Variant::from(2_u32)),
        (interface::METER, "FramesReceived", Variant::from(4_u64)),
        (
            interface::METER,
            "Updated",
            Variant::from(START.cast_unsigned() + 4_000_000),
        ),
        (
            interface::METER,
            "MeterTime",
            Variant::from(1_795_518_951_000_000_u64),
        ),
        (interface::METER, "Producer", Variant::from(false)),
        (
            interface::CONSUMPTION,
            "Energy",
            Variant::from(12_345_678_u64),
        ),
        (
            interface::CONSUMPTION,
            "ApparentPower",
            Variant::from(450_u32),
        ),
        (interface::TARIFF, "Contract", Variant::from("BASE")),
        (interface::PHASES, "VoltageL1", Variant::from(231_u32)),
        (interface::STATUS, "Breaker", Variant::from("closed")),
    ] {
        let got = program.get(interface, property).await.expect("a value");
        assert_eq!(*got, value, "{property}");
    }
    let answer = program
        .call(MAIN, interface::RAW, "GetGroups", &())
        .await
        .expect("groups");
    let groups: Vec<(String, String, String)> = answer.body().deserialize().expect("a(sss)");
    let group = |label: &str| groups.iter().find(|(name, ..)| name == label);
    let text = |text: &str| text.to_owned();
    assert_eq!(
        group("SMAXSN"),
        Some(&(text("SMAXSN"), text("H261124103000"), text("01230")))
    );
    assert_eq!(
        group("NGTF"),
        Some(&(text("NGTF"), text(""), text("      BASE      ")))
    );
    assert!(group("ADSC").is_none() && group("PRM").is_none());
}

#[tokio::test]
async fn what_is_not_known_is_not_there() {
    let (_bus, _service, _fed, program) = settled(false).await;
    let unknown = program.get(interface::METER, "MessageShort").await;
    assert_eq!(error_name(unknown), ERROR_NOT_AVAILABLE);
    let withheld = program.get(interface::METER, "SerialNumber").await;
    assert_eq!(error_name(withheld), ERROR_NOT_AVAILABLE);
    let nonsense = program.get(interface::METER, "Colour").await;
    assert_eq!(
        error_name(nonsense),
        "org.freedesktop.DBus.Error.UnknownProperty"
    );
    let meter = program.get_all(MAIN, interface::METER).await;
    assert!(meter.contains_key("Link") && meter.contains_key("Updated"));
    for absent in [
        "MessageShort",
        "SerialNumber",
        "DeliveryPoint",
        "StatusWord",
    ] {
        assert!(!meter.contains_key(absent), "{absent}");
    }
    assert_eq!(
        program.interfaces().await,
        [
            "Consumption",
            "Events",
            "Health",
            "History",
            "Meter",
            "Phases",
            "Raw",
            "Status",
            "Tariff"
        ]
    );
}

/// The error of a program that sets a property of the meter.
async fn error_of_set(program: &Program) -> String {
    let arguments = (interface::METER, "Link", Variant::from("x"));
    error_name(program.call(MAIN, PROPERTIES, "Set", &arguments).await)
}

#[tokio::test]
async fn nothing_can_be_set_or_called_but_what_is_meant() {
    const DENIED: &str = "org.freedesktop.DBus.Error.AccessDenied";
    let (_bus, _service, _fed, program) = settled(false).await;
    assert_eq!(error_of_set(&program).await, DENIED);
    for (path, interface, member) in [
        (MAIN, interface::METER, "Reset"),
        (MAIN, interface::RAW, "Write"),
        (MAIN, interface::HISTORY, "Clear"),
        (MAIN, interface::RAW, "GetPower"),
        (ROOT_PATH, interface::MANAGER, "Stop"),
        (MAIN, "org.example.Foreign", "Call"),
    ] {
        assert_eq!(
            error_name(program.call(path, interface, member, &()).await),
            DENIED,
            "{member}"
        );
    }
}

#[tokio::test]
async fn where_the_bus_lets_set_through_the_property_is_read_only() {
    let bus = PrivateBus::permissive();
    let mut fed = Fed::new(false);
    fed.settle(&standard(&[]));
    let _service = Service::start(bus.bus(), &fed).await;
    let program = Program::connect(&bus).await;
    assert_eq!(
        error_of_set(&program).await,
        "org.freedesktop.DBus.Error.PropertyReadOnly"
    );
}

#[tokio::test]
async fn the_manager_has_the_state_of_the_daemon() {
    let (_bus, service, _fed, mut program) = settled(false).await;
    let manager = program.get_all(ROOT_PATH, interface::MANAGER).await;
    assert_eq!(
        names(&manager),
        [
            "BrokerCause",
            "BrokerState",
            "HistoryDropped",
            "HistoryPending",
            "TopicConflicts",
            "UpdatesLagged",
            "Version"
        ]
    );
    assert_eq!(
        *manager["Version"],
        Variant::from(env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(*manager["BrokerState"], Variant::from("disconnected"));
    assert_eq!(*manager["BrokerCause"], Variant::from("none"));
    let refused = (BrokerState::Refused, BrokerCause::BadCredentials);
    service.health.set_broker(refused.0, refused.1);
    let (_, changed, _) = program.changes().await;
    assert_eq!(*changed["BrokerState"], Variant::from("refused"));
    assert_eq!(*changed["BrokerCause"], Variant::from("bad_credentials"));
    service
        .health
        .set_broker(BrokerState::Connected, BrokerCause::Nothing);
    let (name, changed, _) = program.changes().await;
    assert_eq!(name, interface::MANAGER);
    assert_eq!(*changed["BrokerState"], Variant::from("connected"));
    assert_eq!(*changed["BrokerCause"], Variant::from("none"));
    service.health.history_pending.store(7, Ordering::Relaxed);
    let manager = program.get_all(ROOT_PATH, interface::MANAGER).await;
    assert_eq!(*manager["HistoryPending"], Variant::from(7_u64));
    assert_eq!(
        *manager["TopicConflicts"],
        Variant::from(Vec::<String>::new())
    );
    service.health.set_topic_conflict("main", true);
    let manager = program.get_all(ROOT_PATH, interface::MANAGER).await;
    assert_eq!(*manager["TopicConflicts"], Variant::from(vec!["main"]));
}
