//! The serial number and the delivery point show nowhere, unless they are asked for; then they are in the chosen places.

use std::net::SocketAddr;
use std::path::Path;

use linky_sensor::simulator::{Scenario, SimulatedMeter};
use linky_sensor::tic::Mode;
use serde_json::Value;

use super::support::broker::{Broker, Received, free_port};
use super::support::bus::PrivateBus;
use super::support::busctl::{Busctl, Monitor};
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::{self, Wired};
use super::support::record::Record;
use super::support::scrape::scrape;
use super::{METER, ROOT, interface};

const SERIAL: u32 = 918_273;
const PRM: u64 = 60_718_293_041_526;

/// The whole address ADSC, the number at its end alone, and the PRM.
const SECRETS: [&str; 3] = ["042175918273", "918273", "60718293041526"];

/// All that came out of a daemon, each piece with where it was.
struct Leavings {
    pieces: Vec<(String, String)>,
    received: Vec<Received>,
    /// What D-Bus answers about the meter to Get and GetAll.
    properties: String,
    managed: String,
    groups: String,
}

impl Leavings {
    /// Where one of the secrets shows.
    fn show(&self) -> Vec<&str> {
        let pieces = self
            .pieces
            .iter()
            .filter(|(_, text)| SECRETS.iter().any(|secret| holds(text, secret)));
        pieces.map(|(place, _)| place.as_str()).collect()
    }
}

/// Whether a number is in a text; a short one must not be a part of a longer one, where it is by chance.
fn holds(text: &str, number: &str) -> bool {
    if number.len() > 6 {
        return text.contains(number);
    }
    let is_digit =
        |character: Option<char>| character.is_some_and(|character| character.is_ascii_hexdigit());
    text.match_indices(number).any(|(at, _)| {
        !is_digit(text[..at].chars().next_back())
            && !is_digit(text[at + number.len()..].chars().next())
    })
}

/// Runs a daemon through a few frames, a reload that is ignored and its end, and gathers all that it left behind.
fn live(mode: Mode, configured: &str) -> Leavings {
    let (bus, broker) = (PrivateBus::system(), Broker::start());
    let monitor = Monitor::at(&bus.address());
    let mut record = Record::at(&broker);
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let mut line = line::open(&device);
    let metrics = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let settings = config(&[meter("main", &device)], broker.port)
        + &format!("{configured}[metrics]\nlisten = \"{metrics}\"\n");
    let home = Home::new(&settings).on_bus(bus.address());
    let mut daemon = home.start_ready();
    let scenario = Scenario {
        mode,
        serial: SERIAL,
        prm: PRM,
        ..Scenario::default()
    };
    let mut wired = Wired::new(SimulatedMeter::new(scenario).unwrap(), 20.0, false);
    record.until_state(0, "main", "the port is open", |state| {
        state["link"] == "syncing"
    });
    for _ in 0..6 {
        wired.send(&mut line);
    }
    record.until_state(0, "main", "six frames", |state| {
        state["frames_received"] == 6
    });

    let busctl = Busctl::at(&bus.address());
    let printed = |arguments: &[&str]| {
        let output = busctl.run(arguments);
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    let service = "io.github.linky_sensor.Linky1";
    let call = |path: &str, of: &str, method: &str| printed(&["call", service, path, of, method]);
    let introspection = printed(&["introspect", "--xml-interface", service, METER])
        + &call(ROOT, "org.freedesktop.DBus.Introspectable", "Introspect");
    assert!(introspection.contains("GetGroups"), "{introspection}");
    within(WAIT_TIMEOUT, "D-Bus has the frames", || {
        busctl
            .properties(METER, &interface("Consumption"))
            .contains_key("SubscribedPower")
            .then_some(())
    });
    let properties = printed(&[
        "call",
        service,
        METER,
        "org.freedesktop.DBus.Properties",
        "GetAll",
        "s",
        &interface("Meter"),
    ]);
    let managed = call(
        ROOT,
        "org.freedesktop.DBus.ObjectManager",
        "GetManagedObjects",
    );
    let groups = call(METER, &interface("Raw"), "GetGroups");
    let scraped = within(WAIT_TIMEOUT, "a scrape with the frames", || {
        let answer = scrape(metrics)?;
        let frames = answer.sample("linky_frames_received_total{meter=\"main\"}");
        (frames == Some("6")).then_some(answer.body)
    });
    daemon.stop();
    record.until_payload(0, "linky/bridge/test/availability", "offline");
    let received = record.received().to_vec();

    let mut pieces: Vec<(String, String)> = vec![
        ("introspection".to_owned(), introspection),
        ("GetAll".to_owned(), properties.clone()),
        ("GetManagedObjects".to_owned(), managed.clone()),
        ("GetGroups".to_owned(), groups.clone()),
        ("the metrics".to_owned(), scraped),
        ("the log".to_owned(), home.log()),
        (
            "the notices to systemd".to_owned(),
            daemon.notices().join("\n"),
        ),
    ];
    pieces.extend(received.iter().map(|received| {
        (
            received.topic.clone(),
            format!("{} {}", received.topic, received.payload),
        )
    }));
    let signals = monitor
        .rest()
        .into_iter()
        .filter(|line| line.contains("\"type\":\"signal\""));
    pieces.extend(signals.map(|line| ("a signal".to_owned(), line)));
    gather(&home.state(), &mut pieces);
    assert!(
        pieces
            .iter()
            .any(|(place, _)| place.starts_with("the file")),
        "a state directory that is used"
    );
    assert!(
        pieces.iter().any(|(place, _)| place == "a signal"),
        "a monitor that receives"
    );
    assert!(
        home.log().contains("debug"),
        "a log at the most detailed level"
    );
    Leavings {
        pieces,
        received,
        properties,
        managed,
        groups,
    }
}

fn gather(directory: &Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, into);
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            into.push((format!("the file {name}"), format!("{name} {text}")));
        }
    }
}

#[test]
fn a_short_number_is_found_only_whole() {
    assert!(holds("{\"a\":918273}", "918273"));
    assert!(holds("918273", "918273"));
    assert!(!holds("1795918273000 f918273", "918273"));
}

#[test]
fn nothing_identifies_anybody_in_standard_mode() {
    let leavings = live(Mode::Standard, "");
    assert_eq!(leavings.show(), Vec::<&str>::new());
    assert!(!leavings.groups.contains("ADSC") && !leavings.groups.contains("PRM"));
}

#[test]
fn nothing_identifies_anybody_in_historique_mode() {
    let leavings = live(Mode::Historique, "");
    assert_eq!(leavings.show(), Vec::<&str>::new());
    assert!(!leavings.groups.contains("ADCO"));
}

#[test]
fn identifiers_that_are_asked_for_are_published() {
    let asked = "[mqtt.python-compatible]\ndata-topic = \"house/sensors/energy\"\n\
                 status-topic = \"house/probes/linky-sensor/status\"\n[privacy]\npublish-identifiers = true\n";
    let leavings = live(Mode::Standard, asked);
    let last = |topic: &str| -> Value {
        let received = leavings
            .received
            .iter()
            .rfind(|received| received.topic == topic);
        received
            .unwrap_or_else(|| panic!("nothing on {topic}"))
            .json()
    };
    let [address, _, prm] = SECRETS;
    let state = last("linky/main/state");
    assert_eq!(
        (&state["serial_number"], &state["delivery_point"]),
        (&address.into(), &prm.into())
    );
    assert_eq!(last("linky/main/tic")["ADSC"]["value"], address);
    assert_eq!(last("house/sensors/energy")["PRM"]["Value"], prm);

    // Of the metrics they would be the history of who lives where.
    assert!(!leavings.show().contains(&"the metrics"));

    // Home Assistant shows the number of the device, and takes nothing for an identity from it.
    let discovery = leavings
        .received
        .iter()
        .rfind(|received| received.topic == "homeassistant/device/linky_main/config")
        .unwrap();
    assert!(
        discovery
            .payload
            .contains("\"serial_number\":\"042175918273\"")
    );
    assert_eq!(discovery.payload.matches(address).count(), 1);
    assert!(!discovery.payload.contains(prm));

    // On D-Bus they are answered to whoever asks for them, and never sent around.
    for (property, value) in [("SerialNumber", address), ("DeliveryPoint", prm)] {
        let answered = format!("\"{property}\":{{\"type\":\"s\",\"data\":\"{value}\"}}");
        assert!(leavings.properties.contains(&answered), "{answered}");
    }
    assert!(leavings.groups.contains(address) && leavings.groups.contains(prm));
    assert!(!holds(&leavings.managed, address) && !holds(&leavings.managed, prm));
    let places = leavings.show();
    assert!(
        !places.contains(&"a signal") && !places.contains(&"introspection"),
        "{places:?}"
    );
    assert!(
        !places.contains(&"the log") && !places.contains(&"the notices to systemd"),
        "{places:?}"
    );
}
