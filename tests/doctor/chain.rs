//! The whole chain: a daemon on a bus, its meter, its broker, and each of them in trouble.

use std::fs;
use std::time::Duration;

use linky_sensor::simulator::{Pty, Scenario};
use linky_sensor::tic::Mode;

use super::stage::{Lang, NO_BUS, Printed, compare, ended, replaced, run};
use super::support::broker::{Broker, Subscriber, free_port};
use super::support::bus::PrivateBus;
use super::support::daemon::{Home, WAIT_TIMEOUT, within};
use super::support::line::Playing;

/// A house: the place of a daemon, its bus, its meter's port.
pub struct House {
    pub home: Home,
    bus: PrivateBus,
    port: tempfile::TempDir,
    /// What the texts name that depends on the run.
    names: Vec<(String, &'static str)>,
}

impl House {
    /// With this section `[mqtt]`, and these lines for the meter.
    pub fn new(meter: &str, mqtt: &str) -> Self {
        let bus = PrivateBus::system();
        let port = tempfile::tempdir().unwrap();
        let device = port.path().join("linky");
        let config = format!(
            "[[meter]]\nid = \"maison\"\ndevice = \"{}\"\n{meter}\n[mqtt]\nclient-id = \"test\"\n{mqtt}\n",
            device.display()
        );
        let home = Home::new(&config).on_bus(bus.address());
        let names = vec![
            (home.config().display().to_string(), "CONFIG"),
            (device.display().to_string(), "PORT"),
        ];
        Self {
            home,
            bus,
            port,
            names,
        }
    }

    /// The same text for a broker of another port.
    pub fn with_broker(mut self, port: u16) -> Self {
        self.names.push((format!(":{port}"), ":BROKER"));
        self.names.push((format!("-p {port}"), "-p BROKER"));
        self
    }

    pub fn device(&self) -> std::path::PathBuf {
        self.port.path().join("linky")
    }

    pub fn command(&self, arguments: &[&str]) -> std::process::Command {
        let config = self.home.config();
        let mut all = vec!["--config", config.to_str().unwrap()];
        all.extend(arguments);
        super::stage::command(&all, &self.bus.address())
    }

    /// What check `check` finds now, by its word.
    pub fn finding(&self, check: &str) -> String {
        let printed = run(self.command(&["--json"]));
        let report = printed.json();
        let checks = report["checks"].as_array().unwrap();
        let found = checks.iter().find(|found| found["check"] == check);
        let found = found.unwrap_or_else(|| panic!("no {check}: {report}"));
        found["finding"].as_str().unwrap().to_owned()
    }

    /// Waits until a check finds this.
    pub fn until(&self, check: &str, finding: &str) {
        let mut last = String::new();
        within(WAIT_TIMEOUT, "the finding", || {
            last = self.finding(check);
            (last == finding).then_some(())
        });
    }

    /// Waits until the meter is received, and its power is known.
    pub fn until_powered(&self) {
        within(WAIT_TIMEOUT, "the power", || {
            let report = run(self.command(&["--json"])).json();
            let meter = &report["checks"][3];
            meter["text"].as_str()?.contains(" VA").then_some(())
        });
    }

    /// Compares the text in both languages.
    pub fn compare(&self, name: &str) -> Printed {
        self.compare_with(name, &[])
    }

    /// The same, with these variables.
    pub fn compare_with(&self, name: &str, variables: &[(&str, &str)]) -> Printed {
        let [_, english] = Lang::BOTH.map(|lang| {
            let mut command = self.command(&["--lang", lang.as_str()]);
            command.envs(variables.iter().copied());
            let printed = run(command);
            let names: Vec<(&str, &str)> = self
                .names
                .iter()
                .map(|(found, name)| (found.as_str(), *name))
                .collect();
            let text = replaced(&printed.text, &names);
            compare(name, lang, &without_moment(&text));
            printed
        });
        english
    }
}

/// The text without what depends on the moment: the pseudo-terminal that a link leads to, for how long it runs, the power,
/// what waits for the broker.
fn without_moment(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        for (from, to, new) in [
            (" → /dev/pts/", ",", " → TARGET"),
            ("running for ", ",", "running for SPAN"),
            ("en marche depuis ", ",", "en marche depuis SPAN"),
            ("live, ", " VA", "live, N"),
            ("reçu, ", " VA", "reçu, N"),
        ] {
            let Some(at) = line.find(from) else {
                continue;
            };
            let end = match line[at..].find(to) {
                Some(end) => at + end,
                None if to == "," => line.len(),
                None => continue,
            };
            if to == " VA" && !line[at..end].ends_with(|c: char| c.is_ascii_digit()) {
                continue;
            }
            line.replace_range(at..end, new);
        }
        for waiting in [
            " wait for it, nothing is lost.",
            " l'attend, rien n'est perdu.",
            " l'attendent, rien n'est perdu.",
            " waits for it, nothing is lost.",
        ] {
            if let Some(before) = line.strip_suffix(waiting) {
                let end = before.rfind(['.']).map_or(0, |at| at + 1);
                line.truncate(end);
            }
        }
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

pub fn url(port: u16) -> String {
    format!("url = \"mqtt://127.0.0.1:{port}\"")
}

#[test]
fn a_house_that_works_needs_no_advice() {
    let broker = Broker::start();
    let house = House::new("", &url(broker.port)).with_broker(broker.port);
    let _meter = Playing::on(&house.device(), Scenario::default());
    let _daemon = house.home.start_ready();
    house.until_powered();
    house.until("broker", "connected");
    let printed = house.compare("chain-good");
    assert_eq!(printed.code, 0, "{}", printed.text);
}

#[test]
fn a_wrong_password_is_the_brokers_affair() {
    let broker = Broker::with_password("linky", "right");
    let passwords = tempfile::tempdir().unwrap();
    let file = passwords.path().join("password");
    fs::write(&file, "wrong").unwrap();
    let mqtt = format!(
        "{}\nusername = \"linky\"\npassword-file = \"{}\"",
        url(broker.port),
        file.display()
    );
    let house = House::new("", &mqtt).with_broker(broker.port);
    let _meter = Playing::on(&house.device(), Scenario::default());
    let _daemon = house.home.start_ready();
    house.until_powered();
    house.until("broker", "bad_credentials");
    let printed = house.compare("chain-password");
    assert_eq!(printed.code, 1, "{}", printed.text);
}

#[test]
fn a_user_who_may_not_publish_is_found_by_trying() {
    let directory = tempfile::tempdir().unwrap();
    let acl = directory.path().join("acl");
    fs::write(&acl, "topic readwrite sensors/#\n").unwrap();
    let rules = format!("allow_anonymous true\nacl_file {}\n", acl.display());
    let broker = Broker::ruled(&rules);
    let house = House::new("", &url(broker.port)).with_broker(broker.port);
    // Without a daemon, what is tried alone counts.
    let report = run(house.command(&["--json"])).json();
    let found = report["checks"].as_array().unwrap().last().unwrap();
    assert_eq!(found["finding"], "not_authorized", "{report}");
    let text = found["text"].as_str().unwrap();
    assert!(text.contains("linky/bridge/test/doctor"), "{text}");
    let _meter = Playing::on(&house.device(), Scenario::default());
    let _daemon = house.home.start_ready();
    house.until_powered();
    let printed = house.compare("chain-acl");
    assert_eq!(printed.code, 1, "{}", printed.text);
}

#[test]
fn nothing_of_a_trial_is_left_at_the_broker() {
    let broker = Broker::start();
    let house = House::new("", &url(broker.port));
    let listener = Subscriber::at(&broker);
    assert_eq!(house.finding("broker"), "answers");
    let topic = "linky/bridge/test/doctor";
    assert_eq!(listener.next_on(topic).payload, "?");
    assert_eq!(listener.next_on(topic).payload, "", "it is removed");
    let later = Subscriber::at(&broker);
    later.publish("end", "x", false);
    let first =
        later.until(|received| received.topic.starts_with("linky/") || received.topic == "end");
    assert_eq!(first.topic, "end", "nothing is retained");
}

#[test]
fn a_twin_on_the_same_topic_is_named() {
    let broker = Broker::start();
    let house = House::new("", &url(broker.port)).with_broker(broker.port);
    let other = tempfile::tempdir().unwrap();
    let device = other.path().join("linky");
    let _meter = Playing::on(&house.device(), Scenario::default());
    let _other_meter = Playing::on(&device, Scenario::default());
    let twin = Home::new(&format!(
        "[[meter]]\nid = \"maison\"\ndevice = \"{}\"\n[mqtt]\nclient-id = \"twin\"\n{}\ninterval = \"1s\"\n",
        device.display(),
        url(broker.port)
    ));
    let listener = Subscriber::at(&broker);
    let _twin = twin.start_ready();
    listener.next_on("linky/maison/state");
    let _daemon = house.home.start_ready();
    house.until("broker", "topic_conflict");
    house.until_powered();
    house.compare("chain-twin");
}

#[test]
fn a_broker_that_does_not_run_is_named() {
    let port = free_port();
    let house = House::new("", &url(port)).with_broker(port);
    let _meter = Playing::on(&house.device(), Scenario::default());
    let _daemon = house.home.start_ready();
    house.until_powered();
    house.until("broker", "refused_connection");
    house.compare("chain-no-broker");
}

#[test]
fn an_imposed_mode_is_named_with_its_line() {
    let broker = Broker::start();
    let house = House::new("mode = \"standard\"", &url(broker.port)).with_broker(broker.port);
    let scenario = Scenario {
        mode: Mode::Historique,
        ..Scenario::default()
    };
    let _meter = Playing::on(&house.device(), scenario);
    let _daemon = house.home.start_ready();
    house.until("meter", "unreadable");
    house.until("broker", "connected");
    house.compare("chain-mode");
}

#[test]
fn silence_at_the_daemon_points_to_the_wires() {
    let broker = Broker::start();
    let house = House::new("", &url(broker.port)).with_broker(broker.port);
    let _line = Pty::open(Some(&house.device()), Duration::ZERO).unwrap();
    let _daemon = house.home.start_ready();
    house.until("meter", "silent");
    house.until("broker", "connected");
    house.compare("chain-silent");
}

#[test]
fn a_port_that_is_not_there_is_named() {
    let broker = Broker::start();
    let house = House::new("", &url(broker.port)).with_broker(broker.port);
    let _daemon = house.home.start_ready();
    house.until("port", "missing");
    house.until("broker", "connected");
    house.compare("chain-no-port");
}

#[test]
fn faults_of_the_configuration_come_first() {
    let house = House::new("", "interval = \"fast\"\nuser = \"linky\"");
    assert_eq!(house.finding("configuration"), "faults");
    house.compare("chain-configuration");
}

#[test]
fn a_configuration_that_the_service_does_not_have_yet_is_named() {
    let broker = Broker::start();
    let house = House::new("", &url(broker.port)).with_broker(broker.port);
    let _meter = Playing::on(&house.device(), Scenario::default());
    let _daemon = house.home.start_ready();
    house.until("meter", "live");
    assert_eq!(house.finding("configuration"), "valid");
    let config = house.home.config();
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("\"maison\"", "\"grange\"")).unwrap();
    house.compare("chain-changed");
}

#[test]
fn a_service_that_does_not_run_is_found() {
    let broker = Broker::start();
    let house = House::new("", &url(broker.port)).with_broker(broker.port);
    let _line = Pty::open(Some(&house.device()), Duration::ZERO).unwrap();
    assert_eq!(house.finding("service"), "not_running");
    assert_eq!(house.finding("port"), "free");
    assert_eq!(house.finding("meter"), "not_asked");
    let config = house.home.config();
    let mut command =
        super::stage::command(&["--config", config.to_str().unwrap(), "--json"], NO_BUS);
    let report = ended(command.spawn().unwrap()).json();
    assert_eq!(report["checks"][1]["finding"], "no_bus");
}

#[test]
fn a_bus_whose_policy_is_missing_is_named() {
    let user = nix::unistd::User::from_uid(nix::unistd::Uid::current())
        .unwrap()
        .unwrap();
    // The name may be owned, and nobody may call.
    let bus = PrivateBus::with_policy(&format!(
        "<policy user=\"{}\"><allow own=\"io.github.linky_sensor.Linky1\"/></policy>",
        user.name
    ));
    let home =
        Home::new("[mqtt]\nenabled = false\n[[meter]]\nid = \"main\"\ndevice = \"/nowhere\"\n")
            .on_bus(bus.address());
    let _daemon = home.start_ready();
    let config = home.config();
    let arguments = ["--config", config.to_str().unwrap(), "--json"];
    let report = run(super::stage::command(&arguments, &bus.address())).json();
    assert_eq!(report["checks"][1]["finding"], "denied", "{report}");
    assert_eq!(report["remedies"][0]["remedy"], "reload_policy", "{report}");
}

#[test]
fn what_a_meter_is_called_is_in_no_output() {
    let scenario = Scenario::default();
    let broker = Broker::start();
    let house = House::new("", &url(broker.port));
    let _meter = Playing::on(&house.device(), scenario.clone());
    let _daemon = house.home.start_ready();
    house.until_powered();
    let mut frame = linky_sensor::simulator::SimulatedMeter::new(scenario).unwrap();
    let bytes: Vec<u8> = frame
        .next()
        .unwrap()
        .bytes
        .iter()
        .map(|byte| byte & 0x7F)
        .collect();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let number = |label: &str| {
        let at = text.find(label).unwrap() + label.len() + 1;
        text[at..].split('\t').next().unwrap().to_owned()
    };
    let printed = run(house.command(&["--json"])).text;
    for label in ["ADSC", "PRM"] {
        assert!(!printed.contains(&number(label)), "{label}: {printed}");
    }
}
