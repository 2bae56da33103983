//! `linky-sensor status`, our own client.

use linky_sensor::dbus::{self, Error};
use linky_sensor::names::BUS_NAME;
use linky_sensor::simulator::{Channel, Noise, Scenario, SimulatedMeter};
use linky_sensor::tic::{Decoder, Mode, Parity};

use crate::stage::{Service, settled};
use crate::support::bus::PrivateBus;
use crate::support::meter::{Fed, standard};
use crate::support::program;

fn status(bus: &str, json: bool) -> (Option<i32>, String, String) {
    let mut command = program::command();
    command.args(["status", "--bus", bus]);
    if json {
        command.arg("--json");
    }
    let output = command.output().expect("our own program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[tokio::test]
async fn status_shows_the_meter() {
    let (bus, service, mut fed, mut program) = settled(true).await;
    let (code, page, error) = status(&bus.address(), false);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(page.starts_with("● main     live, "), "{page}");
    for line in [
        "  Power       450 VA     ▇···················   5% of 9 kVA, 8,550 VA to spare\n",
        "  Energy      12,345.678 kWh",
        "  Line        standard TIC, 1 phase; ",
        concat!(
            "Service ",
            env!("CARGO_PKG_VERSION"),
            ", MQTT broker away.\n"
        ),
    ] {
        assert!(page.contains(line), "{page}");
    }
    let full = std::fs::File::options().write(true).open("/dev/full");
    let lost = program::command()
        .args(["status", "--bus", &bus.address()])
        .stdout(full.expect("a device of the kernel"))
        .status();
    assert_eq!(lost.expect("our own program runs").code(), Some(74));
    let (code, json, _) = status(&bus.address(), true);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(code, Some(0));
    assert_eq!(json["main"]["energy"], 12_345_678);
    assert_eq!(json["main"]["breaker"], "closed");
    assert_eq!(json["main"]["time"], "2026-11-24T11:15:55.000Z");
    assert_eq!(json["main"]["serial_number"], "991876000001");
    assert_eq!(json["bridge"]["broker_state"], "disconnected");
    assert_eq!(json["bridge"]["version"], env!("CARGO_PKG_VERSION"));

    service.publish(fed.silence(12));
    program.changes().await;
    let (code, page, _) = status(&bus.address(), false);
    assert_eq!(code, Some(1));
    assert!(
        page.starts_with("● main     silent\n  Not one byte arrives on "),
        "{page}"
    );
}

#[tokio::test]
async fn status_shows_what_is_wrong_with_the_line() {
    let (bus, service, mut fed, mut program) = settled(false).await;
    // Characters are lost, for longer than a line is watched before it is judged.
    let lost = Noise {
        lost: 0.01,
        ..Noise::default()
    };
    let mut channel = Channel::new(lost, 1);
    let mut decoder = Decoder::new(Mode::Standard, Parity::Check);
    let meter = SimulatedMeter::new(Scenario::default()).expect("a meter");
    for sent in meter.take(80) {
        for frame in decoder.push(&channel.pass(&sent.bytes)) {
            service.publish(fed.push(&frame));
        }
    }
    program.change_of("LinkDetail").await;
    let (code, page, error) = status(&bus.address(), false);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(
        page.contains("\n  The line is bad: some of what arrives on "),
        "{page}"
    );
    assert!(page.contains("% good groups"), "{page}");
}

#[tokio::test]
async fn status_prints_why_it_has_no_answer() {
    let bus = PrivateBus::system();
    let (code, page, error) = status(&bus.address(), false);
    assert_eq!((code, page.as_str()), (Some(1), ""));
    assert!(error.contains("systemctl status linky-sensor"), "{error}");
    let (code, _, error) = status("unix:path=/nonexistent/bus", false);
    assert_eq!(code, Some(1));
    assert!(
        error.contains("no D-Bus: unix:path=/nonexistent/bus"),
        "{error}"
    );

    // A policy that lets the daemon be, and nobody ask.
    let closed = PrivateBus::with_policy(&format!(
        "<policy context=\"default\"><allow own=\"{BUS_NAME}\"/></policy>"
    ));
    let mut fed = Fed::new(false);
    fed.settle(&standard(&[]));
    let _service = Service::start(closed.bus(), &fed).await;
    let client = dbus::Client::connect(&closed.bus()).await.expect("it runs");
    assert!(matches!(client.meters().await, Err(Error::CallDenied(_))));
}
