//! Ports that must not be opened, or cannot be.

use std::fs::File;
use std::os::unix::net::UnixListener;

use super::stage::{Lang, Line, NO_BUS, compare, ended, on_port, replaced, run};

fn found(port: &str) -> String {
    let printed = run(super::stage::command(&[port, "--json"], NO_BUS));
    assert_eq!(printed.code, 1, "{}", printed.text);
    printed.json()["checks"][0]["finding"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn what_is_no_port_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert_eq!(found("/dev/null"), "not_a_port");
    assert_eq!(found(file.path().to_str().unwrap()), "not_a_port");
    assert_eq!(found("/nowhere/tty"), "missing");
    for lang in Lang::BOTH {
        let printed = ended(on_port("/nowhere/tty", lang, NO_BUS));
        compare("missing", lang, &printed.text);
    }
}

#[test]
fn a_port_that_another_has_open_is_named_with_its_holder() {
    let line = Line::open();
    let device = line.device().to_str().unwrap().to_owned();
    let _reader = File::options()
        .read(true)
        .write(true)
        .open(line.pty.path())
        .unwrap();
    let own = std::process::id().to_string();
    let name = std::fs::read_to_string("/proc/self/comm").unwrap();
    for lang in Lang::BOTH {
        let printed = ended(on_port(&device, lang, NO_BUS));
        assert_eq!(printed.code, 1);
        let names = [
            (device.as_str(), "PORT"),
            (own.as_str(), "N"),
            (name.trim(), "reader"),
        ];
        compare("held", lang, &replaced(&printed.text, &names));
    }
}

#[test]
fn a_port_is_not_opened_while_systemd_does_not_answer() {
    let directory = tempfile::tempdir().unwrap();
    let bus = directory.path().join("bus");
    let _silent = UnixListener::bind(&bus).unwrap();
    let line = Line::open();
    let device = line.device().to_str().unwrap().to_owned();
    let target = line.pty.path().to_str().unwrap();
    for lang in Lang::BOTH {
        let bus = format!("unix:path={}", bus.display());
        let printed = ended(on_port(&device, lang, &bus));
        assert_eq!(printed.code, 1);
        compare(
            "busy-systemd",
            lang,
            &replaced(&printed.text, &[(target, "PORT")]),
        );
    }
}
