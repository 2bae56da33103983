//! A broker over TLS whose certificate no authority of the system has signed: the file of its authority is asked for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use linky_sensor::simulator::Scenario;

use super::machine::{DROP_IN, begin, begin_in, is_untouched};
use super::options;
use super::run::{compare, questions, without_moment};
use super::support::broker::{Broker, Subscriber, free_port};
use super::support::certificates::{Authority, THIS_MACHINE};
use super::support::conversation::Conversation;
use super::support::stage::{Stage, on_stage};
use super::systemd::FakeSystemd;

const CA_FILE: &str = "/etc/linky-sensor/ca.pem";

/// A broker whose certificate this authority has signed.
struct House {
    authority: Authority,
    broker: Broker,
    url: String,
}

impl House {
    fn new(stage: &Stage) -> Self {
        stage.install();
        add_service_user();
        let authority = Authority::new();
        let server = authority.sign("server", THIS_MACHINE);
        let port = free_port();
        let (certificate, key) = (server.certificate.display(), server.key.display());
        let rules = format!("certfile {certificate}\nkeyfile {key}\n");
        Self {
            authority,
            broker: Broker::with_tls(port, "TLSv1.3", &rules),
            url: format!("mqtts://localhost:{port}"),
        }
    }

    fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Puts the certificate of the authority where the service can read it.
    fn install_authority(&self) {
        install(&self.authority.certificate(), CA_FILE, 0o644);
    }
}

/// The user of the service, which the package makes.
fn add_service_user() {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    if !users.contains("linky-sensor:") {
        let user = "linky-sensor:x:990:990::/:/usr/sbin/nologin\n";
        fs::write("/etc/passwd", users + user).unwrap();
    }
}

fn install(from: &Path, to: &str, mode: u32) {
    fs::copy(from, to).unwrap();
    fs::set_permissions(to, fs::Permissions::from_mode(mode)).unwrap();
}

/// What the question about the file ends with: where none is configured, and where this one is.
fn authority_questions(lang: &str) -> [String; 2] {
    match lang {
        "fr" => [
            "(vide\u{a0}: une autre adresse)\u{a0}: ".to_owned(),
            format!("celles du système) [{CA_FILE}]\u{a0}: "),
        ],
        _ => [
            "(empty: another address): ".to_owned(),
            format!("those of the system) [{CA_FILE}]: "),
        ],
    }
}

/// Answers until the broker was reached, by each file that cannot be used before the right one.
fn answer_by_wrong_files(lang: &str, house: &House, setup: &mut Conversation) {
    let [yours, name, address, ..] = questions(lang);
    let [question, _] = authority_questions(lang);
    let stranger = Authority::new();
    install(
        &stranger.certificate(),
        "/etc/linky-sensor/other.pem",
        0o644,
    );
    install(
        &stranger.certificate(),
        "/etc/linky-sensor/private.pem",
        0o600,
    );
    house.install_authority();
    setup.answer(yours, "");
    setup.answer(name, "maison");
    setup.answer(address, &house.url);
    let key = house.authority.path("authority.key");
    let elsewhere = house.authority.certificate();
    let files = [
        "/etc/linky-sensor/missing.pem",
        key.to_str().unwrap(),
        elsewhere.to_str().unwrap(),
        "/etc/linky-sensor/private.pem",
        "/etc/linky-sensor/other.pem",
        CA_FILE,
    ];
    for file in files {
        setup.answer(&question, file);
    }
}

fn asked_for(stage: &Stage, lang: &str) {
    let house = House::new(stage);
    let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
    let subscriber = Subscriber::at(&house.broker);
    let systemd = FakeSystemd::start();
    let bus = systemd.bus();
    let [yours, name, _, user, _, write] = questions(lang);
    let mut setup = begin_in(lang, &[], &bus);
    answer_by_wrong_files(lang, &house, &mut setup);
    setup.answer(user, "");
    setup.until(write);
    assert!(is_untouched(), "before the last yes");
    setup.type_line("");
    let shown = setup.end_with(0);
    let place = house.authority.path("");
    let shown = without_moment(&shown, house.port());
    compare(
        &format!("authority.{lang}"),
        &shown.replace(place.to_str().unwrap(), "/tmp/"),
    );
    let written = fs::read_to_string(DROP_IN).unwrap();
    let lines = format!("url = \"{}\"\nca-file = \"{CA_FILE}\"\n", house.url);
    assert!(written.contains(&lines), "{written}");
    subscriber.until(|received| {
        received.topic == "linky/maison/state" && received.json()["link"] == "receiving"
    });

    // Once more: the file is proposed, and Enter takes it.
    let [_, again] = authority_questions(lang);
    let mut setup = begin_in(lang, &[], &bus);
    setup.answer(yours, "");
    setup.answer(&name.replace("main", "maison"), "");
    setup.answer(&format!("[{}]", house.url), "");
    setup.answer(&again, "");
    setup.answer(user, "");
    setup.end_with(0);
    assert_eq!(fs::read_to_string(DROP_IN).unwrap(), written);
}

#[test]
fn the_file_of_the_authority_is_asked_for_in_english() {
    on_stage(
        "authority::the_file_of_the_authority_is_asked_for_in_english",
        |stage| asked_for(stage, "en"),
    );
}

#[test]
fn the_file_of_the_authority_is_asked_for_in_french() {
    on_stage(
        "authority::the_file_of_the_authority_is_asked_for_in_french",
        |stage| asked_for(stage, "fr"),
    );
}

#[test]
fn without_the_file_another_address_is_asked_for() {
    on_stage(
        "authority::without_the_file_another_address_is_asked_for",
        |stage| {
            let house = House::new(stage);
            house.install_authority();
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            // The one that is configured is not wanted.
            let ours = format!("[mqtt]\nurl = \"{}\"\nca-file = \"{CA_FILE}\"\n", house.url);
            stage.configure("setup.toml", &ours);
            let [yours, name, ..] = questions("en");
            let [question, configured] = authority_questions("en");
            let mut setup = begin(&[]);
            setup.answer(yours, "");
            setup.answer(name, "");
            let address = format!("[{}]: ", house.url);
            setup.answer(&address, "");
            setup.answer(&configured, "no");
            setup.until("not signed by any authority that this system trusts");
            setup.answer(&question, "");
            // Without TLS no authority is asked for, and none is written.
            setup.answer(&address, &format!("localhost:{}", house.broker.port));
            setup.until("localhost answers on");
            setup.answer("User name [none]: ", "");
            setup.answer("restart the service? [Y/n] ", "");
            setup.end_with(0);
            let written = fs::read_to_string(DROP_IN).unwrap();
            assert!(!written.contains("ca-file"), "{written}");
        },
    );
}

#[test]
fn an_option_names_the_file_to_the_questions() {
    on_stage(
        "authority::an_option_names_the_file_to_the_questions",
        |stage| {
            let house = House::new(stage);
            house.install_authority();
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let [yours, name, ..] = questions("en");
            for (file, is_right) in [(CA_FILE, true), ("/nowhere.pem", false)] {
                let mut setup = begin(&["--broker", &house.url, "--ca-file", file]);
                setup.answer(yours, "");
                setup.answer(name, "");
                if !is_right {
                    setup.until("/nowhere.pem: no such file");
                    setup.answer("[those of the system]: ", CA_FILE);
                }
                setup.until("localhost answers on");
                setup.until("User name [none]: ");
                setup.interrupt();
                setup.end();
            }
            assert!(is_untouched());
        },
    );
}

#[test]
fn an_option_names_the_file_to_scripts() {
    on_stage("authority::an_option_names_the_file_to_scripts", |stage| {
        let house = House::new(stage);
        house.install_authority();
        let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
        let setup = |arguments: &[&str]| options::setup(arguments, "", None);
        let refused = setup(&["--broker", &house.url]);
        assert_eq!(refused.code, 69, "{}", refused.errors);
        assert!(
            refused
                .errors
                .contains("nothing is written: localhost answers")
        );
        assert!(
            refused.errors.contains("--ca-file FILE names"),
            "{}",
            refused.errors
        );

        let elsewhere = house.authority.certificate();
        install(&elsewhere, "/etc/linky-sensor/private.pem", 0o600);
        let stranger = Authority::new();
        install(
            &stranger.certificate(),
            "/etc/linky-sensor/other.pem",
            0o644,
        );
        for (file, what) in [
            ("/etc/linky-sensor/missing.pem", "no such file"),
            ("/etc/passwd", "it holds no certificate"),
            (
                elsewhere.to_str().unwrap(),
                "the service sees nothing of /tmp",
            ),
            (
                "/etc/linky-sensor/private.pem",
                "linky-sensor may not read it",
            ),
            (
                "/etc/linky-sensor/other.pem",
                "not signed by any authority in /etc/linky-sensor/other.pem",
            ),
        ] {
            let printed = setup(&["--broker", &house.url, "--ca-file", file]);
            assert!(
                printed.code == 69 && printed.errors.contains(what),
                "{}",
                printed.errors
            );
            assert!(
                printed.errors.contains("nothing is written"),
                "{}",
                printed.errors
            );
        }
        let plain = format!("127.0.0.1:{}", house.broker.port);
        let printed = setup(&["--broker", &plain, "--ca-file", CA_FILE]);
        assert!(
            printed.code == 64 && printed.errors.contains("mqtts://"),
            "{}",
            printed.errors
        );
        assert!(is_untouched());

        let printed = setup(&["--broker", &house.url, "--ca-file", CA_FILE]);
        assert_eq!(printed.code, 0, "{}", printed.errors);
        let written = fs::read_to_string(DROP_IN).unwrap();
        assert!(
            written.contains(&format!("ca-file = \"{CA_FILE}\"\n")),
            "{written}"
        );
        // Again, without the option: what is configured is taken.
        let printed = setup(&[]);
        assert!(
            printed.code == 0 && printed.out.contains("unchanged"),
            "{}",
            printed.errors
        );
    });
}
