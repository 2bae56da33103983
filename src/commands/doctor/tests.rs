//! The texts of findings that no test machine has: the ports of sysfs, a Raspberry Pi, systemd.

use std::path::{Path, PathBuf};

use super::adapter::Adapter;
use super::chain::{SurveyedChain, SurveyedMeter};
use super::configuration_finding::ConfigurationFinding;
use super::diagnosis::{BrokerPlace, diagnose};
use super::machine::{Board, Machine};
use super::meter_finding::MeterFinding;
use super::port_finding::PortFinding;
use super::ports::{ListedPort, PortUsage};
use super::report::{self, Style};
use super::service_finding::ServiceFinding;
use super::session_finding::{SessionFinding, SessionState};
use crate::config::{Language, MqttSettings};
use crate::home::Home;
use crate::serial::Refusal;
use crate::sink::BrokerCause;
use crate::words::Words;

const PI: Machine = Machine {
    board: Board::Other,
    home: Home::Machine,
};

fn running() -> ServiceFinding {
    ServiceFinding::Running {
        seconds: Some(259_200),
        is_patient: false,
        version: None,
    }
}

fn live() -> MeterFinding {
    MeterFinding::Live {
        power: Some(3211),
        damaged: 0,
        poor: None,
        lost_phases: Vec::new(),
    }
}

fn chain(port: PortFinding, meter: MeterFinding, state: SessionState) -> SurveyedChain {
    SurveyedChain {
        configuration: ConfigurationFinding::Valid,
        service: running(),
        meters: vec![SurveyedMeter {
            id: "main".to_owned(),
            port,
            meter,
        }],
        session: Some(SessionFinding {
            url: "mqtt://nas.local:1883".to_owned(),
            user: Some("linky".to_owned()),
            state,
        }),
        waiting: 0,
    }
}

fn dongle(usage: PortUsage) -> ListedPort {
    ListedPort {
        device: "/dev/ttyUSB0".into(),
        names: vec!["/dev/serial/by-id/usb-FTDI_FT230X_Basic_UART_EXAMPLE1-if00-port0".into()],
        adapter: Adapter::Usb("FT230X Basic UART".to_owned(), Some("FTDI".to_owned())),
        usage,
    }
}

fn uart(usage: PortUsage) -> ListedPort {
    ListedPort {
        device: "/dev/ttyAMA0".into(),
        names: Vec::new(),
        adapter: Adapter::PiPort,
        usage,
    }
}

/// Compares what is printed with `tests/golden/doctor/<name>.<language>.txt`.
fn compare(name: &str, chain: impl Fn() -> SurveyedChain, machine: &Machine) {
    for language in Language::ALL {
        let style = Style {
            words: Words::new(language, false),
            is_coloured: false,
        };
        let mqtt = MqttSettings::default();
        let place = BrokerPlace {
            path: Path::new("/nonexistent"),
            mqtt: Some(&mqtt),
        };
        let conclusion = diagnose(&chain(), machine, &place);
        let mut out = Vec::new();
        report::write_checks(&mut out, style, &chain().into_lines()).unwrap();
        report::write_conclusion(&mut out, style, machine, &conclusion).unwrap();
        let text = String::from_utf8(out).unwrap();
        let file = format!("tests/golden/doctor/{name}.{}.txt", language.as_str());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            text, expected,
            "{file}: UPDATE_GOLDEN=1 cargo test --lib commands::doctor"
        );
    }
}

#[test]
fn without_an_adapter_only_that_is_missing() {
    let missing = || {
        chain(
            PortFinding::NoAdapter,
            MeterFinding::WithoutPort,
            SessionState::Answers,
        )
    };
    compare("no-adapter", missing, &PI);
    for (name, board) in [
        ("no-adapter-pi4", Board::MiniUart),
        ("no-adapter-pi5", Board::Pi5),
    ] {
        compare(name, missing, &Machine { board, ..PI });
    }
}

#[test]
fn a_port_that_nobody_named_is_shown_among_the_others() {
    let ports = || vec![dongle(PortUsage::Free), uart(PortUsage::Console)];
    let unnamed = || {
        chain(
            PortFinding::Unnamed(ports()),
            MeterFinding::WithoutPort,
            SessionState::Answers,
        )
    };
    compare("unnamed", unnamed, &PI);
    let used = || {
        chain(
            PortFinding::Unnamed(vec![uart(PortUsage::Login)]),
            MeterFinding::WithoutPort,
            SessionState::Off,
        )
    };
    let machine = Machine {
        board: Board::FullPort,
        ..PI
    };
    compare("all-used", used, &machine);
}

#[test]
fn a_password_that_is_wrong_waits_for_no_meter() {
    let refused = || {
        let state = SessionState::Failed {
            cause: BrokerCause::BadCredentials,
            topic: None,
            detail: None,
        };
        let port = PortFinding::OfService("/dev/linky".into(), Some("/dev/ttyUSB0".into()));
        SurveyedChain {
            waiting: 4128,
            ..chain(port, live(), state)
        }
    };
    compare("broker", refused, &PI);
}

fn device() -> PathBuf {
    "/dev/ttyUSB0".into()
}

fn permission(mode: u32, member: bool) -> Refusal {
    Refusal::Permission {
        device: device(),
        user: "pi".to_owned(),
        group: "dialout".to_owned(),
        mode,
        member,
    }
}

#[test]
fn in_a_container_and_in_an_app_advice_is_for_outside() {
    for (name, home) in [("container", Home::Container), ("app", Home::App)] {
        let machine = Machine { home, ..PI };
        let refused = || {
            let state = SessionState::Failed {
                cause: BrokerCause::BadCredentials,
                topic: None,
                detail: None,
            };
            let port = PortFinding::Refused(permission(0o660, false));
            chain(port, MeterFinding::WithoutPort, state)
        };
        compare(&format!("{name}-port"), refused, &machine);
        let stopped = || {
            let port = PortFinding::Free(Adapter::Unknown(device()));
            SurveyedChain {
                service: ServiceFinding::NotRunning,
                ..chain(port, MeterFinding::Unasked, SessionState::Off)
            }
        };
        compare(&format!("{name}-stopped"), stopped, &machine);
    }
}

#[test]
fn every_refusal_of_a_port_has_its_words_and_what_to_do() {
    type Make = Box<dyn Fn() -> Refusal>;
    let refusals: Vec<(&str, Make)> = vec![
        ("gone", Box::new(|| Refusal::Gone(device()))),
        ("console", Box::new(|| Refusal::Console(device()))),
        (
            "login-prompt",
            Box::new(|| Refusal::LoginPrompt {
                device: device(),
                unit: "serial-getty@ttyUSB0.service".to_owned(),
            }),
        ),
        ("no-group", Box::new(|| permission(0o660, false))),
        ("taken-back", Box::new(|| permission(0o600, true))),
        (
            "policy",
            Box::new(|| Refusal::Policy {
                device: "/dev/ttymxc2".into(),
                driver: None,
            }),
        ),
        ("held-unknown", Box::new(|| Refusal::Held(device()))),
        ("hung-up", Box::new(|| Refusal::HungUp(device()))),
    ];
    for (name, refusal) in refusals {
        let refused = || {
            chain(
                PortFinding::Refused(refusal()),
                MeterFinding::WithoutPort,
                SessionState::Connected,
            )
        };
        compare(&format!("port-{name}"), refused, &PI);
    }
}

#[test]
fn every_cause_of_a_broker_has_its_words_and_what_to_do() {
    for cause in BrokerCause::ALL {
        let failed = || {
            let state = SessionState::Failed {
                cause,
                topic: Some("linky/bridge/test/doctor".to_owned()),
                detail: None,
            };
            let port = PortFinding::OfService("/dev/linky".into(), None);
            chain(port, live(), state)
        };
        if ![BrokerCause::Nothing, BrokerCause::Disabled].contains(&cause) {
            compare(&format!("broker-{}", cause.as_str()), failed, &PI);
        }
    }
}

#[test]
fn every_state_of_the_service_has_its_words_and_what_to_do() {
    for service in [
        ServiceFinding::Starting,
        ServiceFinding::Stopped,
        ServiceFinding::Disabled,
        ServiceFinding::Failed(78),
        ServiceFinding::NotInstalled,
        ServiceFinding::NotRunning,
        ServiceFinding::OffBus,
        ServiceFinding::NoBus,
        ServiceFinding::Denied,
        ServiceFinding::Silent,
    ] {
        let found = || {
            let port = PortFinding::Free(Adapter::PiPort);
            SurveyedChain {
                service: service.clone(),
                ..chain(port, MeterFinding::Unasked, SessionState::Untried)
            }
        };
        compare(&format!("service-{}", service.word()), found, &PI);
    }
    let other = || {
        let port = PortFinding::OfService("/dev/linky".into(), None);
        SurveyedChain {
            service: ServiceFinding::Running {
                seconds: Some(60),
                is_patient: false,
                version: Some("9.9.9".to_owned()),
            },
            ..chain(port, live(), SessionState::Connected)
        }
    };
    let text = other().service.text(Words::new(Language::English, false));
    assert!(text.contains("as version 9.9.9"), "{text}");
}

#[test]
fn a_screen_without_utf8_has_signs_of_ascii() {
    let style = Style {
        words: Words::new(Language::French, true),
        is_coloured: true,
    };
    let mut out = Vec::new();
    let port = PortFinding::OfService("/dev/linky".into(), Some("/dev/ttyUSB0".into()));
    let chain = chain(port, live(), SessionState::Off);
    report::write_checks(&mut out, style, &chain.into_lines()).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("\x1b[32m+\x1b[0m Port "), "{text}");
    assert!(text.contains("/dev/linky -> /dev/ttyUSB0"), "{text}");
    assert!(text.contains("3 211 VA"), "{text}");
}
