//! PropertiesChanged, events, interfaces that come and go, and what identifiers are not in.

use std::collections::{BTreeSet, HashMap};

use linky_sensor::names::{ERROR_NOT_AVAILABLE, interface};
use linky_sensor::tic::Mode;
use zbus::Variant;

use crate::stage::{MAIN, Properties, Service, error_name, names, settled};
use crate::support::meter::{START, frame, standard};

#[tokio::test]
async fn a_frame_is_one_signal_per_interface_with_only_what_changed() {
    let (_bus, service, mut fed, mut program) = settled(false).await;
    let later = standard(&[
        ("DATE", "H261124121552", ""),
        ("EAST", "", "012345679"),
        ("EASF01", "", "012345679"),
        ("SINSTS", "", "00460"),
    ]);
    service.publish(fed.push(&later));
    let (name, changed, gone) = program.changes().await;
    assert_eq!((name.as_str(), gone), (interface::METER, vec![]));
    assert_eq!(names(&changed), ["MeterTime"], "no counter, not Updated");
    let (name, changed, gone) = program.changes().await;
    assert_eq!((name.as_str(), gone), (interface::CONSUMPTION, vec![]));
    assert_eq!(
        names(&changed),
        ["ApparentPower", "Energy", "EnergyCounter"]
    );
    assert_eq!(*changed["Energy"], Variant::from(12_345_679_u64));
    let (name, changed, _) = program.changes().await;
    assert_eq!(name, interface::TARIFF);
    assert_eq!(names(&changed), ["EnergyCounterTariff1", "EnergyTariff1"]);
    // The next signal is of the next frame: there was nothing else.
    service.publish(fed.push(&later));
    service.publish(fed.silence(40));
    let (name, changed, mut gone) = program.changes().await;
    gone.sort_unstable();
    assert_eq!(name, interface::METER);
    assert_eq!(names(&changed), ["Link", "LinkCause", "LinkDetail"]);
    assert_eq!(*changed["Link"], Variant::from("no_signal"));
    assert_eq!(*changed["LinkCause"], Variant::from("no_byte"));
    assert!(gone.contains(&"MeterTime".to_owned()), "{gone:?}");
    let (name, changed, gone) = program.changes().await;
    assert_eq!(
        (name.as_str(), names(&changed).len()),
        (interface::CONSUMPTION, 0)
    );
    assert!(gone.contains(&"Energy".to_owned()), "{gone:?}");
    let lost = program.get(interface::CONSUMPTION, "Energy").await;
    assert_eq!(error_name(lost), ERROR_NOT_AVAILABLE);
}

#[tokio::test]
async fn an_event_is_a_signal_after_its_state() {
    let (_bus, service, mut fed, mut program) = settled(false).await;
    let tariff = standard(&[("LTARF", "", "  HEURE  PLEINE "), ("STGE", "", "003A0081")]);
    // Without parity a change is believed when it comes twice.
    service.publish(fed.push(&tariff));
    service.publish(fed.push(&tariff));
    let mut changed = Vec::new();
    let (name, event) = loop {
        let (name, message) = program.signal().await;
        if !name.ends_with(" PropertiesChanged") {
            break (name, message);
        }
        let (name, ..): (String, Properties, Vec<String>) =
            message.body().deserialize().expect("sa{sv}as");
        changed.push(name);
    };
    assert_eq!(changed, [interface::TARIFF, interface::STATUS]);
    assert_eq!(name, format!("{} TariffChanged", interface::EVENTS));
    let at = START.cast_unsigned() + 6_000_000;
    let event: (u64, String, String) = event.body().deserialize().expect("(tss)");
    assert_eq!(event, (at, "BASE".to_owned(), "HEURE  PLEINE".to_owned()));
    let (name, event) = program.event().await;
    assert_eq!(name, format!("{} OverPowerStarted", interface::EVENTS));
    assert_eq!(event, (at, "false".to_owned(), "true".to_owned()));
}

#[tokio::test]
async fn a_point_of_the_load_curve_is_one_signal() {
    let (_bus, service, mut fed, mut program) = settled(false).await;
    let points = |second: &str| {
        let date = format!("H2611241230{second}");
        standard(&[
            ("DATE", &date, ""),
            ("CCASN", "H261124123000", "00442"),
            ("CCASN-1", "H261124120000", "00410"),
        ])
    };
    for second in ["01", "02", "03", "04"] {
        service.publish(fed.push(&points(second)));
    }
    let mut received = Vec::new();
    // The change of the link ends them.
    service.publish(fed.silence(40));
    loop {
        let (name, message) = program.signal().await;
        if name == format!("{} LoadCurvePoint", interface::EVENTS) {
            let point: (u64, u32, u32, String) = message.body().deserialize().expect("(tuus)");
            received.push(point);
        } else if name == format!("{} LinkChanged", interface::EVENTS) {
            break;
        }
    }
    // 12:00 and 12:30 at +01:00, in microseconds.
    let noon = 1_795_518_000_000_000;
    let point = |time, power| (time, 1_800, power, "withdrawn".to_owned());
    let wanted = [point(noon, 410), point(noon + 1_800_000_000, 442)];
    assert_eq!(received, wanted);
}

#[tokio::test]
async fn an_interface_comes_with_its_quantities_and_goes_with_the_mode() {
    let (_bus, service, mut fed, mut program) = settled(false).await;
    let profile = "06000001 22004002 NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE";
    let producer = standard(&[
        ("EAIT", "", "000001000"),
        ("SINSTI", "", "00100"),
        ("PJOURF+1", "", profile),
    ]);
    let mut added = Vec::new();
    for _ in 0..4 {
        service.publish(fed.push(&producer));
    }
    while added.len() < 2 {
        let (name, message) = program.signal().await;
        if name == "org.freedesktop.DBus.ObjectManager InterfacesAdded" {
            let (path, interfaces): (zbus::OwnedObjectPath, HashMap<String, Properties>) =
                message.body().deserialize().expect("oa{sa{sv}}");
            assert_eq!(path.as_str(), MAIN);
            added.extend(interfaces);
        }
    }
    added.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(added[0].0, interface::CALENDAR);
    assert_eq!(added[1].0, interface::PRODUCTION);
    assert_eq!(*added[1].1["EnergyInjected"], Variant::from(1000_u64));
    let tomorrow = program
        .get(interface::CALENDAR, "Tomorrow")
        .await
        .expect("a plan");
    let slot =
        |start: &str, index: u8, contact: &str| (start.to_owned(), index, contact.to_owned(), 0_u8);
    let slots: Vec<(String, u8, String, u8)> = tomorrow.try_into().expect("a(sysy)");
    assert_eq!(
        slots,
        [slot("06:00", 1, "unchanged"), slot("22:00", 2, "tempo")]
    );
    let today = program.get(interface::CALENDAR, "Today").await;
    assert_eq!(error_name(today), ERROR_NOT_AVAILABLE);

    // A silence takes the values, not the interface.
    service.publish(fed.silence(40));
    program.change_of("Link").await;
    assert!(program.interfaces().await.contains(&"Calendar".to_owned()));

    let historique = frame(
        Mode::Historique,
        &[
            ("ADCO", "", "991876000001"),
            ("OPTARIF", "", "BASE"),
            ("ISOUSC", "", "30"),
            ("BASE", "", "012345678"),
        ],
    );
    service.publish(fed.push(&historique));
    let mut removed = Vec::new();
    while removed.len() < 4 {
        let (name, message) = program.signal().await;
        if name == "org.freedesktop.DBus.ObjectManager InterfacesRemoved" {
            let (_, names): (zbus::OwnedObjectPath, Vec<String>) =
                message.body().deserialize().expect("oas");
            removed.extend(names);
        }
    }
    // Status and Tariff hold what a meter in historique mode may send at any time.
    assert_eq!(
        program.interfaces().await,
        ["Events", "History", "Meter", "Raw", "Status", "Tariff"]
    );
    for _ in 0..3 {
        service.publish(fed.push(&historique));
    }
    loop {
        let (name, _) = program.signal().await;
        if name == "org.freedesktop.DBus.ObjectManager InterfacesAdded" {
            break;
        }
    }
    assert!(
        program
            .interfaces()
            .await
            .contains(&"Consumption".to_owned())
    );
}

#[tokio::test]
async fn identifiers_are_only_in_the_answer_to_who_asks() {
    let (bus, service, mut fed, mut program) = settled(true).await;
    let number = program
        .get(interface::METER, "SerialNumber")
        .await
        .expect("a number");
    assert_eq!(*number, Variant::from("991876000001"));
    let meter = program.get_all(MAIN, interface::METER).await;
    assert_eq!(*meter["DeliveryPoint"], Variant::from("00000000000001"));
    for (path, interfaces) in program.managed().await {
        for (interface, properties) in interfaces {
            for name in ["SerialNumber", "DeliveryPoint"] {
                assert!(!properties.contains_key(name), "{path} {interface}");
            }
        }
    }
    let swapped = standard(&[("ADSC", "", "991876000002"), ("PRM", "", "00000000000002")]);
    for _ in 0..3 {
        service.publish(fed.push(&swapped));
    }
    // The changes of three frames come in one signal or in several.
    let (identifiers, mut invalidated) = (["DeliveryPoint", "SerialNumber"], BTreeSet::new());
    let replaced = loop {
        let (name, message) = program.signal().await;
        if !name.ends_with(" PropertiesChanged") {
            break (name, message);
        }
        let (_, changed, gone): (String, Properties, Vec<String>) =
            message.body().deserialize().expect("sa{sv}as");
        assert!(identifiers.iter().all(|name| !changed.contains_key(*name)));
        invalidated.extend(gone);
    };
    assert!(identifiers.iter().all(|name| invalidated.contains(*name)));
    assert_eq!(replaced.0, format!("{} MeterReplaced", interface::EVENTS));
    let event: (u64, String, String) = replaced.1.body().deserialize().expect("(tss)");
    assert!(!format!("{event:?}").contains("876000"), "{event:?}");

    // A service that comes announces its objects: not in there either.
    drop(service);
    let _service = Service::start(bus.bus(), &fed).await;
    let (name, message) = loop {
        let signal = program.signal().await;
        if signal.0.ends_with("InterfacesAdded") {
            break signal;
        }
    };
    let announced: (zbus::OwnedObjectPath, HashMap<String, Properties>) =
        message.body().deserialize().expect("oa{sa{sv}}");
    let meter = &announced.1[interface::METER];
    assert!(
        meter.contains_key("Link") && !meter.contains_key("SerialNumber"),
        "{name}"
    );
}
