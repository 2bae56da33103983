//! A run of the doctor, and the text that it is compared with.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use linky_sensor::simulator::Pty;
use serde_json::Value;
use tempfile::TempDir;

use super::support::program;

/// A system bus that is not there.
pub const NO_BUS: &str = "unix:path=/nonexistent";

/// A language.
#[derive(Clone, Copy)]
pub enum Lang {
    Fr,
    En,
}

impl Lang {
    pub const BOTH: [Self; 2] = [Self::Fr, Self::En];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

/// What it printed, and its exit code.
pub struct Printed {
    pub code: i32,
    pub text: String,
}

impl Printed {
    /// The report of `--json`.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// The doctor with these arguments, on a machine with this system bus.
pub fn command(arguments: &[&str], bus: &str) -> Command {
    let mut command = Command::new(program::PATH);
    command
        .arg("doctor")
        .args(arguments)
        .env_remove("container")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("CREDENTIALS_DIRECTORY")
        .env("DBUS_SYSTEM_BUS_ADDRESS", bus)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

/// The doctor on a port.
pub fn on_port(port: &str, lang: Lang, bus: &str) -> Child {
    command(&[port, "--lang", lang.as_str()], bus)
        .spawn()
        .expect("the doctor starts")
}

/// Its end.
pub fn ended(doctor: Child) -> Printed {
    let Output { status, stdout, .. } = doctor.wait_with_output().unwrap();
    Printed {
        code: status.code().unwrap(),
        text: String::from_utf8(stdout).unwrap(),
    }
}

/// What this command printed.
pub fn run(mut command: Command) -> Printed {
    ended(command.spawn().expect("the doctor starts"))
}

/// Compares a text with `tests/golden/doctor/<name>.<language>.txt`, or writes it.
pub fn compare(name: &str, lang: Lang, text: &str) {
    let file = format!("tests/golden/doctor/{name}.{}.txt", lang.as_str());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, expected,
        "{file}: UPDATE_GOLDEN=1 cargo test --test doctor"
    );
}

/// The text with each of these in place of what the run chose.
pub fn replaced(text: &str, names: &[(&str, &str)]) -> String {
    names.iter().fold(text.to_owned(), |text, (found, name)| {
        text.replace(found, name)
    })
}

/// Units whose numbers depend on the moment: on a busy machine several frames come at once.
pub const NUMBERS: [&str; 5] = [
    "groupes justes",
    "good groups",
    "good groups out of",
    "groupes justes sur",
    "VA",
];

/// Words that numbers follow which depend on the moment.
const BEFORE: [&str; 2] = ["good groups out of ", "groupes justes sur "];

/// The text with `N` for each number before one of these words, or behind one of [`BEFORE`] on a bad line, and without dots.
pub fn without_counts(text: &str, units: &[&str]) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        for before in BEFORE {
            let Some(start) = line.find(before).map(|at| at + before.len()) else {
                continue;
            };
            let rest = &line[start..];
            if units.contains(&before.trim_end()) {
                let end = rest.find([':', ' ']).unwrap_or(rest.len());
                let number = rest[..end].trim_end_matches(',').len();
                line.replace_range(start..start + number, "N");
            }
        }
        for unit in units {
            let Some(at) = line.find(&format!(" {unit}")) else {
                continue;
            };
            let is_digit = |c: char| c.is_ascii_digit() || c == ',' || c == '\u{202f}';
            if line[..at].ends_with('N') {
                continue;
            }
            let start = line[..at].rfind(|c| !is_digit(c));
            let start = start.map_or(0, |at| at + line[at..].chars().next().unwrap().len_utf8());
            line.replace_range(start..at, "N");
        }
        // How long each speed is tried depends on the load of the machine.
        if line.contains("PORT… ") || line.contains("HOST… ") {
            line = line.split_inclusive('…').next().unwrap().to_owned();
        }
        lines.push(line);
    }
    lines.join("\n") + "\n"
}

/// A pseudo-terminal by a name of its own, and what is at its other end.
pub struct Line {
    directory: TempDir,
    pub pty: Pty,
}

impl Line {
    pub fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let pty = Pty::open(
            Some(&directory.path().join("linky")),
            Duration::from_millis(100),
        );
        Self {
            pty: pty.unwrap(),
            directory,
        }
    }

    pub fn device(&self) -> PathBuf {
        self.directory.path().join("linky")
    }
}

/// What the doctor prints about a line on which `send` is called until it ends, in both languages at once.
pub fn on_line(name: &str, units: &[&str], send: impl Fn(&mut Pty) + Sync) -> [Printed; 2] {
    let run = |lang: Lang| {
        let mut line = Line::open();
        let device = line.device().to_str().unwrap().to_owned();
        let target = line.pty.path().to_str().unwrap().to_owned();
        let mut doctor = on_port(&device, lang, NO_BUS);
        let is_over = AtomicBool::new(false);
        let printed = thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    send(&mut line.pty);
                }
            });
            let _ = doctor.wait();
            is_over.store(true, Ordering::Relaxed);
            ended(doctor)
        });
        let names = [(device.as_str(), "PORT"), (target.as_str(), "PORT")];
        let text = without_counts(&replaced(&printed.text, &names), units);
        compare(name, lang, &text);
        printed
    };
    thread::scope(|scope| {
        let runs = Lang::BOTH.map(|lang| scope.spawn(move || run(lang)));
        runs.map(|run| run.join().unwrap())
    })
}
