//! The app of Home Assistant: its options and its Supervisor.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use linky_sensor::simulator::Scenario;
use nix::unistd::{Pid, Uid};

use crate::container::{Container, USER};
use crate::supervisor::{Answer, Supervisor, broker, http};
use crate::support::broker::{Broker, Subscriber};
use crate::support::line::Playing;

const TOKEN: &str = "t0ken-of-the-supervisor";
const PASSWORD: &str = "a\"b\\c'd é";

/// The container of the app, with these options and this Supervisor.
fn app(options: &str, supervisor: &Supervisor) -> Container {
    let mut container = Container::new();
    container.write("data/options.json", options);
    container.variables = vec![
        ("SUPERVISOR_TOKEN", TOKEN.to_owned()),
        ("HASSIO_TOKEN", TOKEN.to_owned()),
    ];
    let root = container.path("").to_str().unwrap().to_owned();
    container.arguments = vec![
        "--root".to_owned(),
        root,
        "--supervisor".to_owned(),
        supervisor.address.clone(),
    ];
    container
}

fn form(device: &Path) -> String {
    let device = device.display();
    format!(
        r#"{{"device": "{device}", "network": "", "mode": "auto", "interval": "frame", "language": "en", "raw": false,
        "publish_identifiers": false, "log_level": "debug"}}"#
    )
}

fn status_of(pid: Pid, field: &str) -> Vec<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let numbers = line.unwrap().trim_start_matches(':').split_whitespace();
    numbers.map(|number| number.parse().unwrap()).collect()
}

#[test]
fn from_the_form_to_home_assistant() {
    let mosquitto = Broker::with_password("addons", PASSWORD);
    let answer = || broker(mosquitto.port, "addons", PASSWORD);
    let supervisor = Supervisor::new(vec![answer(), answer()]);
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("meter");
    let _meter = Playing::on(&device, Scenario::default());
    let is_root = Uid::effective().is_root();
    if is_root {
        // As a serial port: of a group that only the host has a name for. The way to it is open.
        crate::container::open_to_all(directory.path());
        let port = fs::canonicalize(&device).unwrap();
        chown(&port, Some(0), Some(45678)).unwrap();
        fs::set_permissions(&port, fs::Permissions::from_mode(0o660)).unwrap();
    }
    let container = app(&form(&device), &supervisor);
    fs::create_dir(container.path("config")).unwrap();
    container.write("config/house.toml", "[mqtt]\nbase-topic = \"house\"\n");
    let subscriber = Subscriber::as_user(&mosquitto, Some(("addons", PASSWORD)));

    let mut process = container.start();
    let state = subscriber.next_on("house/main/state");
    assert_eq!(state.json()["meter"], "main");
    let energy = "\"unique_id\":\"linky_main_energy\"";
    let announced = subscriber.until(|message| message.payload.contains(energy));
    assert!(
        announced.payload.contains("Energy"),
        "{}",
        announced.payload
    );
    let request = supervisor.request();
    assert!(
        request.contains(&format!("\r\nAuthorization: Bearer {TOKEN}\r\n")),
        "{request}"
    );

    let daemon = process.daemon();
    let environment = fs::read(format!("/proc/{daemon}/environ")).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains(TOKEN));
    let password = fs::metadata(container.path("run/password")).unwrap();
    assert_eq!(password.mode() & 0o777, 0o600);
    assert!(!container.log().contains("a\"b"), "{}", container.log());
    if is_root {
        assert_eq!(password.uid(), USER);
        assert_eq!(status_of(daemon, "Uid"), [USER; 4]);
        assert_eq!(status_of(daemon, "Gid"), [USER; 4]);
        let groups = status_of(daemon, "Groups");
        assert!(
            groups.contains(&45678) && !groups.contains(&0),
            "{groups:?}"
        );
        let capabilities = fs::read_to_string(format!("/proc/{daemon}/status")).unwrap();
        assert!(
            capabilities.contains("CapEff:\t0000000000000000"),
            "{capabilities}"
        );
        assert_eq!(
            fs::metadata(container.path("data/state")).unwrap().uid(),
            USER
        );
    }
    let bridge = |payload: &str| {
        let is_it =
            |topic: &str, found: &str| topic.starts_with("house/bridge/") && found == payload;
        subscriber
            .until(|message| is_it(&message.topic, &message.payload))
            .topic
    };
    process.stop();
    let before = bridge("offline");
    let mut process = container.start();
    assert_eq!(bridge("online"), before, "the client id stays");
    process.stop();
}

#[test]
fn a_supervisor_that_does_not_answer_yet_is_asked_again() {
    let mosquitto = Broker::with_password("addons", PASSWORD);
    let supervisor = Supervisor::new(vec![
        http("401 Unauthorized", ""),
        Answer::Bytes(vec![0xff; 100_000]),
        http("200 OK", "[]"),
        broker(mosquitto.port, "addons", PASSWORD),
    ]);
    let container = app("{}", &supervisor);
    let mut process = container.start();
    assert!(
        container.until_health("does not accept the token"),
        "it lives and waits"
    );
    assert!(container.until_health("broker connected"));
    assert!(
        container.log().contains("no TIC adapter is recognised"),
        "{}",
        container.log()
    );
    process.stop();
}

#[test]
fn it_stops_while_the_supervisor_is_silent() {
    let supervisor = Supervisor::new(vec![Answer::Silence]);
    let container = app("{}", &supervisor);
    let mut process = container.start();
    supervisor.request();
    process.stop();
    assert!(supervisor.has_no_more_requests());
}

#[test]
fn without_a_broker_it_ends_with_what_to_do() {
    let body = r#"{"result": "error", "message": "Service not enabled"}"#;
    let supervisor = Supervisor::new(vec![http("400 Bad Request", body)]);
    let container = app("{}", &supervisor);
    assert_eq!(container.start().end().code(), Some(78));
    let log = container.log();
    assert!(
        log.contains("install the Mosquitto app") && log.contains("mqtt_url"),
        "{log}"
    );
}

#[test]
fn another_broker_needs_no_supervisor() {
    let mosquitto = Broker::with_password("me", PASSWORD);
    let supervisor = Supervisor::new(Vec::new());
    let options = serde_json::json!({"mqtt_url": format!("mqtt://127.0.0.1:{}", mosquitto.port),
        "mqtt_username": "me", "mqtt_password": PASSWORD});
    let container = app(&options.to_string(), &supervisor);
    let mut process = container.start();
    assert!(container.until_health("broker connected"));
    process.stop();
}

#[test]
fn options_that_are_wrong_are_named() {
    let supervisor = Supervisor::new(Vec::new());
    for (options, words) in [
        ("{", "save the options"),
        (r#"{"mqtt_url": "http://x"}"#, "mqtt.url"),
        (
            r#"{"mqtt_url": "mqtt://x", "interval": "soon"}"#,
            "interval",
        ),
    ] {
        let container = app(options, &supervisor);
        assert_eq!(container.start().end().code(), Some(78));
        assert!(container.log().contains(words), "{}", container.log());
    }
}
