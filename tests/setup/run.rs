//! From the first question to the first frame, and once more.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use linky_sensor::simulator::{Scenario, TariffPlan};

use super::machine::{CREDENTIAL, DROP_IN, begin, begin_in, is_untouched};
use super::support::broker::{Broker, Subscriber};
use super::support::stage::{BY_ID, Stage, on_stage};
use super::systemd::FakeSystemd;

/// The usual answers of each language, behind their questions.
pub fn questions(lang: &str) -> [&'static str; 6] {
    match lang {
        "fr" => [
            "C'est le vôtre\u{a0}? [O/n] ",
            "[main]\u{a0}: ",
            "pas de MQTT)\u{a0}: ",
            "Nom d'utilisateur [aucun]\u{a0}: ",
            "Mot de passe (rien ne s'affiche)\u{a0}: ",
            "je redémarre le service\u{a0}? [O/n] ",
        ],
        _ => [
            "Is it yours? [Y/n] ",
            "[main]: ",
            "no MQTT): ",
            "User name [none]: ",
            "Password (nothing is shown): ",
            "restart the service? [Y/n] ",
        ],
    }
}

/// The text without what depends on the run: the port of the broker, the power, how long the first frame took, the seconds that
/// were listened.
pub fn without_moment(text: &str, port: u16) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut line = line.replace(&port.to_string(), "PORT");
        for (before, after) in [
            ("just now", ""),
            ("; ", " VA just now"),
            ("en ce moment ", " VA"),
            ("First frame after ", " s"),
            ("Première trame après ", " s"),
            ("Done: ", " VA"),
            ("C'est fait\u{a0}: ", " VA"),
        ] {
            let Some(start) = line.find(before).map(|at| at + before.len()) else {
                continue;
            };
            if let Some(end) = line[start..].find(after).filter(|_| !after.is_empty()) {
                line.replace_range(start..start + end, "N");
            }
        }
        // How much came before it was sure depends on the load of the machine.
        if line.contains("good groups out of") || line.contains("groupes justes sur") {
            let digits: &[char] = &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
            line = line.replace(digits, "N");
            while line.contains("NN") {
                line = line.replace("NN", "N");
            }
        }
        // How long each speed is tried depends on the load of the machine.
        if line.contains("Listening to") || line.contains("J'écoute") {
            line = line.split_inclusive('…').next().unwrap().to_owned();
        }
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

pub fn compare(name: &str, text: &str) {
    let file = format!("tests/golden/setup/{name}.txt");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, expected,
        "{file}: UPDATE_GOLDEN=1 cargo test --test setup"
    );
}

fn first_run(stage: &Stage, lang: &str) {
    stage.install();
    let scenario = Scenario {
        contract: TariffPlan::Tempo,
        ..Scenario::default()
    };
    let _meter = stage.plug_meter("ttyUSB0", scenario);
    let broker = Broker::with_password("linky", "s3cret");
    let house = Subscriber::as_user(&broker, Some(("linky", "s3cret")));
    house.publish("homeassistant/sensor/door/config", "{}", true);
    let systemd = FakeSystemd::start();

    let bus = systemd.bus();
    let mut setup = begin_in(lang, &[], &bus);
    let [yours, name, address, user, password, write] = questions(lang);
    setup.answer(yours, "");
    setup.answer(name, "maison");
    setup.answer(address, &format!("localhost:{}", broker.port));
    setup.answer(user, "linky");
    setup.until(password);
    assert!(!setup.is_echoed(), "a password is not seen");
    setup.type_line("s3cret");
    setup.until(write);
    assert!(is_untouched(), "before the last yes");
    setup.type_line("");
    let shown = setup.end_with(0);
    assert!(!shown.contains("s3cret"), "{shown}");
    compare(
        &format!("first-run.{lang}"),
        &without_moment(&shown, broker.port),
    );

    let written = fs::read_to_string(DROP_IN).unwrap();
    let expected = [
        format!("language = \"{lang}\""),
        "[[meter]]".to_owned(),
        "id = \"maison\"".to_owned(),
        format!("device = \"{BY_ID}\""),
        "[mqtt]".to_owned(),
        format!("url = \"mqtt://localhost:{}\"", broker.port),
        "username = \"linky\"".to_owned(),
    ];
    let lines: Vec<&str> = written
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert_eq!(lines, expected);
    assert_eq!(fs::read_to_string(CREDENTIAL).unwrap(), "s3cret");
    let mode = fs::metadata(CREDENTIAL).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // It is alone: the name of the package's configuration does not stay beside it.
    house.until(|received| {
        received.topic == "linky/maison/state" && received.json()["link"] == "receiving"
    });

    // Once more: what is there is proposed, and Enter takes it.
    let mut again = begin_in(lang, &[], &bus);
    again.answer(yours, "");
    again.answer(&name.replace("main", "maison"), "");
    again.answer(&format!("[mqtt://localhost:{}]", broker.port), "");
    again.answer("[linky]", "");
    again.until(if lang == "fr" {
        "[inchangé]"
    } else {
        "[unchanged]"
    });
    again.type_line("");
    let shown = again.end_with(0);
    let unchanged = if lang == "fr" {
        "rien à écrire"
    } else {
        "nothing to write"
    };
    assert!(shown.contains(unchanged), "{shown}");
    assert_eq!(fs::read_to_string(DROP_IN).unwrap(), written);
}

#[test]
fn a_first_run_ends_with_the_first_frame_in_english() {
    on_stage(
        "run::a_first_run_ends_with_the_first_frame_in_english",
        |stage| {
            first_run(stage, "en");
        },
    );
}

#[test]
fn a_first_run_ends_with_the_first_frame_in_french() {
    on_stage(
        "run::a_first_run_ends_with_the_first_frame_in_french",
        |stage| {
            first_run(stage, "fr");
        },
    );
}

#[test]
fn an_interruption_at_any_question_changes_nothing() {
    on_stage(
        "run::an_interruption_at_any_question_changes_nothing",
        |stage| {
            stage.install();
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let broker = Broker::with_password("linky", "s3cret");
            let address = format!("localhost:{}", broker.port);
            let questions = questions("en");
            let answers = ["", "maison", &address, "linky", "s3cret"];
            for last in 0..questions.len() {
                let mut setup = begin(&[]);
                for (question, answer) in questions.iter().zip(answers).take(last) {
                    setup.answer(question, answer);
                }
                setup.until(questions[last]);
                setup.interrupt();
                let is_shown = setup.until_echoed();
                let (status, shown) = setup.end();
                assert!(!status.success(), "{shown}");
                assert!(is_shown, "the terminal is as it was");
                assert!(is_untouched(), "at {}", questions[last]);
            }
            // The end of the input, and a no at the last question.
            let mut setup = begin(&[]);
            setup.until(questions[0]);
            setup.end_input();
            let shown = setup.end_with(1);
            assert!(shown.contains("nothing is changed"), "{shown}");
            let mut setup = begin(&["--broker", "none"]);
            setup.answer(questions[0], "");
            setup.answer(questions[1], "");
            setup.answer(questions[5], "n");
            let shown = setup.end_with(0);
            assert!(shown.contains("Nothing is written."), "{shown}");
            assert!(is_untouched());
        },
    );
}

#[test]
fn the_earlier_answers_are_kept_beside() {
    on_stage("run::the_earlier_answers_are_kept_beside", |stage| {
        stage.install();
        let earlier = "[mqtt]\nenabled = false\ninterval = \"1min\"\n";
        stage.configure("setup.toml", earlier);
        let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
        let mut setup = begin(&["--broker", "none"]);
        setup.answer("[Y/n] ", "");
        setup.answer("[main]: ", "");
        setup.until("setup.toml.old");
        setup.answer("restart the service? [Y/n] ", "yes");
        let shown = setup.end_with(0);
        assert!(shown.contains("No systemd here"), "{shown}");
        let kept = fs::read_to_string(format!("{DROP_IN}.old")).unwrap();
        assert_eq!(kept, earlier);
    });
}

#[test]
fn a_service_that_fails_is_named_with_its_code() {
    on_stage(
        "run::a_service_that_fails_is_named_with_its_code",
        |stage| {
            stage.install();
            let _meter = stage.plug_meter("ttyUSB0", Scenario::default());
            let systemd = FakeSystemd::that_fails(78);
            let bus = systemd.bus();
            let mut setup = begin_in("en", &["--broker", "none"], &bus);
            setup.answer("[Y/n] ", "");
            setup.answer("[main]: ", "");
            setup.answer("restart the service? [Y/n] ", "");
            let shown = setup.end_with(1);
            assert!(shown.contains("does not start (code 78)"), "{shown}");
        },
    );
}
