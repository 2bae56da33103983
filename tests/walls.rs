//! The walls of the house: which module may use which, and which crate is known where.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A module and the modules that it may use, besides `names` and `config`.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("tic", &[]),
    ("meter", &["tic"]),
    ("serial", &["meter", "tic"]),
    ("sink", &["meter"]),
    ("dbus", &["meter", "sink", "tic"]),
    ("mqtt", &["meter", "sink", "store", "tic"]),
    ("store", &["meter", "tic"]),
    ("simulator", &["tic"]),
    (
        "service",
        &["dbus", "meter", "mqtt", "serial", "sink", "store", "tic"],
    ),
    (
        "commands",
        &[
            "dbus",
            "meter",
            "mqtt",
            "serial",
            "service",
            "simulator",
            "sink",
            "store",
            "tic",
        ],
    ),
    ("config", &["tic"]),
    ("names", &[]),
];

/// A crate and the only module that may know it.
const KNOWN_ONLY_IN: [(&str, &str); 8] = [
    ("serialport", "serial"),
    ("zbus", "dbus"),
    ("rumqttc", "mqtt"),
    ("native_tls", "mqtt"),
    ("openssl", "mqtt"),
    ("sd_notify", "service"),
    ("systemd_journal_logger", "service"),
    ("clap", "commands"),
];

fn sources(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The code of each module's files: comments left out.
fn code_of(module: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let (folder, file) = (root.join(module), root.join(module).with_extension("rs"));
    if folder.is_dir() {
        sources(&folder, &mut files);
    }
    if file.is_file() {
        files.push(file);
    }
    assert!(!files.is_empty(), "src/{module} is not there");
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let code = lines.collect::<Vec<_>>().join("\n");
            (path, code)
        })
        .collect()
}

/// The words that follow `prefix` in the code.
fn words_after<'a>(code: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    code.match_indices(prefix)
        .map(|(at, _)| {
            let rest = &code[at + prefix.len()..];
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            &rest[..end]
        })
        .collect()
}

#[test]
fn the_arrows_go_one_way() {
    for (module, may_use) in MAY_USE {
        for (path, code) in code_of(module) {
            for used in words_after(&code, "crate::") {
                let everybody = ["names", "config", module].contains(&used) && module != "tic";
                assert!(
                    used == module || everybody || may_use.contains(&used),
                    "{}: {module} may not use {used}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_protocol_is_pure() {
    for (path, code) in code_of("tic") {
        let shipped = code.split("#[cfg(test)]").next().unwrap();
        assert!(
            !shipped.contains("std::"),
            "{}: core and alloc only",
            path.display()
        );
        assert!(!shipped.contains("log::"), "{}: no log", path.display());
    }
}

/// Time is an argument there, and what is remembered is handed over.
#[test]
fn the_meaning_is_pure() {
    let outside = [
        "log::",
        "std::time",
        "SystemTime",
        "std::fs",
        "std::io",
        "std::net",
        "std::env",
        "std::thread",
        "tokio",
    ];
    for (path, code) in code_of("meter") {
        let shipped = code.split("#[cfg(test)]").next().unwrap();
        for name in outside {
            assert!(!shipped.contains(name), "{}: {name}", path.display());
        }
    }
}

#[test]
fn each_large_crate_is_known_in_one_place() {
    for (module, _) in MAY_USE {
        for (path, code) in code_of(module) {
            for (library, home) in KNOWN_ONLY_IN {
                let names = code.contains(&format!("{library}::"));
                assert!(
                    !names || module == home,
                    "{}: only {home} knows {library}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn every_module_is_within_the_walls() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let declared = words_after(&lib, "\npub mod ");
    let walled: BTreeSet<&str> = MAY_USE.iter().map(|(module, _)| *module).collect();
    assert_eq!(declared, walled);
}
