//! The shipped documents are what the service answers.

use std::process::Command;
use std::time::Instant;

use linky_sensor::dbus;
use linky_sensor::names::{BUS_NAME, ROOT_PATH, interface};

use crate::stage::{MAIN, WAIT_TIMEOUT, settled};
use crate::support::meter::standard;

/// The shipped files are what the service answers. `UPDATE_GOLDEN=1` writes them.
#[tokio::test]
async fn introspection_is_as_shipped() {
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("dbus");
    for (file, document) in dbus::introspection::documents() {
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(shipped.join(&file), &document).expect("the folder is writable");
        }
        let there = std::fs::read_to_string(shipped.join(&file)).unwrap_or_default();
        assert_eq!(
            there, document,
            "{file}: UPDATE_GOLDEN=1 cargo test --test dbus"
        );
    }
    let (_bus, service, mut fed, program) = settled(false).await;
    let profile = "06000001 NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE NONUTILE";
    for _ in 0..4 {
        service.publish(fed.push(&standard(&[
            ("EAIT", "", "000001000"),
            ("PCOUP", "", "06"),
            ("PJOURF+1", "", profile),
        ])));
    }
    let mut answers = String::new();
    let start = Instant::now();
    let last = [
        interface::PRODUCTION,
        interface::BREAKER,
        interface::CALENDAR,
    ];
    while !last.iter().all(|name| answers.contains(name)) {
        assert!(start.elapsed() < WAIT_TIMEOUT);
        answers.clear();
        for path in [ROOT_PATH, MAIN] {
            let answer = program
                .call(
                    path,
                    "org.freedesktop.DBus.Introspectable",
                    "Introspect",
                    &(),
                )
                .await;
            answers += answer
                .expect("Introspect answers")
                .body()
                .deserialize::<&str>()
                .expect("s");
        }
    }
    for (file, document) in dbus::introspection::documents() {
        let start = document.find("  <interface").expect("an interface");
        let end = document.find("</node>").expect("an end");
        assert!(answers.contains(&document[start..end]), "{file}\n{answers}");
    }
}

#[tokio::test]
async fn busctl_can_introspect_each_object() {
    let (bus, _service, _fed, _program) = settled(false).await;
    for (path, expected) in [
        (ROOT_PATH, ".BrokerState"),
        (MAIN, ".ApparentPower"),
        (MAIN, ".TariffChanged"),
        (MAIN, ".GetGroups"),
        (MAIN, ".GetPower"),
    ] {
        let output = Command::new("busctl")
            .args([
                &format!("--address={}", bus.address()),
                "introspect",
                BUS_NAME,
                path,
            ])
            .output()
            .expect("busctl runs: install the package systemd");
        let text = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && text.contains(expected),
            "{path}: {text}{error}"
        );
    }
}
