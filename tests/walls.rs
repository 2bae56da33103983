//! The walls of the house: which module may use which, which crate is used where, and that a name means one thing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use linky_sensor::names;

/// A module and the modules that it may use, besides `names`, `config` and `home`.
const MAY_USE: [(&str, &[&str]); 17] = [
    ("tic", &[]),
    ("meter", &["tic"]),
    ("capture", &["tic"]),
    ("net", &[]),
    ("serial", &["capture", "meter", "net", "tic"]),
    ("sink", &["meter"]),
    ("dbus", &["meter", "sink", "tic"]),
    ("mqtt", &["meter", "net", "sink", "store", "tic"]),
    ("metrics", &["meter", "sink"]),
    ("store", &["meter", "tic"]),
    ("simulator", &["tic"]),
    (
        "service",
        &[
            "dbus", "meter", "metrics", "mqtt", "serial", "sink", "store", "tic",
        ],
    ),
    (
        "commands",
        &[
            "capture",
            "dbus",
            "meter",
            "metrics",
            "mqtt",
            "net",
            "serial",
            "service",
            "simulator",
            "sink",
            "store",
            "tic",
            "words",
        ],
    ),
    ("words", &["meter"]),
    ("config", &["meter", "tic"]),
    ("home", &[]),
    ("names", &[]),
];

/// A crate and the only module, or folder in one, that may know it.
const KNOWN_ONLY_IN: [(&str, &str); 12] = [
    ("serialport", "serial"),
    ("zbus", "dbus"),
    ("rumqttc", "mqtt"),
    ("tokio_native_tls", "mqtt"),
    ("native_tls", "mqtt"),
    ("hmac", "mqtt"),
    ("sha2", "mqtt"),
    ("sd_notify", "service"),
    ("systemd_journal_logger", "service"),
    ("clap", "commands"),
    ("ratatui", "commands/watch"),
    ("crossterm", "commands/watch"),
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
                let everybody = match module {
                    "tic" => false,
                    // The configuration names quantities.
                    "meter" => used == "names",
                    _ => ["names", "config", "home"].contains(&used),
                };
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (module, _) in MAY_USE {
        for (path, code) in code_of(module) {
            for (library, home) in KNOWN_ONLY_IN {
                let names = code.contains(&format!("{library}::"));
                let is_home = module == home || path.starts_with(root.join(home));
                assert!(
                    !names || is_home,
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
    let mut declared = words_after(&lib, "\npub mod ");
    declared.extend(words_after(&lib, "\nmod "));
    let walled: BTreeSet<&str> = MAY_USE.iter().map(|(module, _)| *module).collect();
    assert_eq!(declared, walled);
}

/// The code of every file that is shipped: no comments, no test modules, no files of tests.
fn shipped_code() -> Vec<(PathBuf, String)> {
    let all = MAY_USE.iter().flat_map(|(module, _)| code_of(module));
    all.filter(|(path, _)| {
        let name = path.file_stem().unwrap();
        !path.components().any(|part| part.as_os_str() == "tests")
            && ![Some("tests"), Some("samples"), Some("completions")].contains(&name.to_str())
    })
    .map(|(path, code)| {
        let end = code.find("#[cfg(test)]\nmod tests").unwrap_or(code.len());
        (path, code[..end].to_owned())
    })
    .collect()
}

/// The name that an item of these kinds declares on this line, which begins with it.
fn declared<'a>(line: &'a str, kinds: &[&str]) -> Option<&'a str> {
    if line.starts_with(' ') {
        return None;
    }
    let line = line.strip_prefix("pub").unwrap_or(line);
    let line = match line.strip_prefix('(') {
        Some(rest) => rest.split_once(')')?.1,
        None => line,
    };
    let (kind, rest) = line.trim_start().split_once(' ')?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
    kinds
        .contains(&kind)
        .then(|| &rest[..end.unwrap_or(rest.len())])
}

#[test]
fn the_name_of_a_type_is_used_once() {
    let mut homes: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (path, code) in shipped_code() {
        let kinds = ["struct", "enum", "union", "trait", "type"];
        for name in code.lines().filter_map(|line| declared(line, &kinds)) {
            homes.entry(name.to_owned()).or_default().push(path.clone());
        }
    }
    homes.retain(|name, files| files.len() > 1 && name != "Error");
    assert!(homes.is_empty(), "{homes:#?}");
}

#[test]
fn a_constant_is_named_for_what_it_limits() {
    const VAGUE: [&str; 12] = [
        "BAD", "BEAT", "CRACKLE", "DEAF", "FEW", "HUNG", "LAST", "LATE", "LOOK", "PACE",
        "PATIENCE", "TRY",
    ];
    for (path, code) in shipped_code() {
        let constants = code
            .lines()
            .filter_map(|line| declared(line.trim_start(), &["const", "static"]));
        for name in constants {
            assert!(!VAGUE.contains(&name), "{}: {name}", path.display());
        }
    }
}

/// Code and comments publish, log and receive instead.
#[test]
fn no_verb_of_speech_is_in_the_source() {
    let words = [
        "say", "says", "said", "tell", "tells", "told", "hear", "hears", "heard",
    ];
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    for path in files {
        let text = fs::read_to_string(&path).unwrap().to_lowercase();
        let spoken = text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .find(|word| words.contains(word));
        assert_eq!(spoken, None, "{}", path.display());
    }
}

/// Their expectations are English, and the locale and the configuration of the machine may be French.
#[test]
fn the_tests_run_our_program_in_english() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("tests"), &mut files);
    let variable = concat!("CARGO_BIN", "_EXE");
    for path in files {
        let runs_it = fs::read_to_string(&path).unwrap().contains(variable);
        assert!(
            !runs_it || path.ends_with("support/program.rs"),
            "{}: start our program with `program::command()` of tests/support/program.rs",
            path.display()
        );
    }
}

/// The literals of texts in code without comments.
fn literals(code: &str) -> Vec<String> {
    let mut literals = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(['"', '\'']) {
        let is_text = rest[at..].starts_with('"');
        let is_raw = is_text && rest[..at].ends_with(['r', '#']);
        rest = &rest[at + 1..];
        if is_raw {
            // Those hold no text for people.
            rest = rest.split_once('"').unwrap_or_default().1;
        } else if is_text {
            let mut is_escaped = false;
            let end = rest.find(|letter| {
                let ends = letter == '"' && !is_escaped;
                is_escaped = letter == '\\' && !is_escaped;
                ends
            });
            let (literal, after) = rest.split_at(end.unwrap());
            literals.push(literal.to_owned());
            rest = &after[1..];
        } else if let Some(character) = ["\\\"'", "\\\\'", "\"'"]
            .iter()
            .find(|character| rest.starts_with(**character))
        {
            rest = &rest[character.len()..];
        }
    }
    literals
}

/// Whether it has three words of prose in a row, and is no command to type.
fn is_prose(literal: &str) -> bool {
    let tokens: Vec<bool> = literal
        .split(' ')
        .map(|token| {
            let word = token.trim_end_matches([',', ':', ';', '.']);
            !word.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase())
        })
        .collect();
    let has_three = tokens
        .windows(3)
        .any(|three| three.iter().all(|word| *word));
    let is_command = ["sudo ", "systemctl "]
        .iter()
        .any(|program| literal.starts_with(program));
    has_three && !is_command
}

/// The rest is for programs or for a log: `contain` and `health` for the engine of a container, the schema of `list-fields`.
#[test]
fn what_people_read_is_in_both_languages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let for_programs = [
        "commands/contain",
        "commands/health.rs",
        "commands/list_fields.rs",
    ];
    let words = code_of("words").into_iter().map(|(_, code)| code);
    let words = words.collect::<String>();
    let commands = shipped_code().into_iter().filter(|(path, _)| {
        let path = path.strip_prefix(&root).unwrap();
        path.starts_with("commands") && !for_programs.iter().any(|known| path.starts_with(known))
    });
    let mut found = Vec::new();
    for (path, code) in commands {
        let prose = literals(&code)
            .into_iter()
            .filter(|literal| is_prose(literal));
        let without_french = prose.filter(|literal| !words.contains(&format!("\"{literal}\"")));
        found.extend(without_french.map(|literal| (path.clone(), literal)));
    }
    assert!(
        found.is_empty(),
        "texts for people belong in src/words, in French too: {found:#?}"
    );
}

#[test]
fn the_journal_is_english() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let for_people = ["commands", "words", "meter", "mqtt", "simulator"];
    let is_french = |letter: char| "àâçéèêëîïôùûœÀÇÉÈÊ«»".contains(letter);
    for (path, code) in shipped_code() {
        let path = path.strip_prefix(&root).unwrap();
        if for_people.iter().any(|module| path.starts_with(module)) {
            continue;
        }
        for literal in literals(&code) {
            assert!(
                !literal.contains(is_french),
                "{}: {literal:?}",
                path.display()
            );
        }
    }
}

/// Whether `from` leads back to itself through the imports of the files of a folder.
fn is_in_circle(from: &str, imports: &BTreeMap<String, BTreeSet<String>>) -> bool {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut next: Vec<&str> = imports[from].iter().map(String::as_str).collect();
    while let Some(file) = next.pop() {
        if reached.insert(file) {
            next.extend(imports.get(file).into_iter().flatten().map(String::as_str));
        }
    }
    reached.contains(from)
}

#[test]
fn the_files_of_a_room_import_each_other_one_way() {
    let mut folders: BTreeMap<PathBuf, BTreeMap<String, String>> = BTreeMap::new();
    for (path, code) in shipped_code() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let folder = path.parent().unwrap().to_path_buf();
        if name != "mod" && name != "names" {
            folders.entry(folder).or_default().insert(name, code);
        }
    }
    let mut circles = BTreeSet::new();
    for (folder, files) in folders {
        let imports: BTreeMap<String, BTreeSet<String>> = files
            .iter()
            .map(|(name, code)| {
                let used = words_after(code, "super::").into_iter().map(str::to_owned);
                let siblings = used.filter(|used| files.contains_key(used) && used != name);
                (name.clone(), siblings.collect())
            })
            .collect();
        if imports.keys().any(|name| is_in_circle(name, &imports)) {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
            let room = folder.strip_prefix(&root).unwrap().iter().next().unwrap();
            circles.insert(room.to_str().unwrap().to_owned());
        }
    }
    assert!(circles.is_empty(), "{circles:?}");
}

#[test]
fn the_journal_has_no_other_fields_than_those_of_names() {
    let fields = [names::journal::METER, names::journal::LINK];
    for (path, code) in shipped_code() {
        for (at, _) in code.match_indices("LINKY_") {
            let field = code[at..]
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .next();
            assert!(
                fields.contains(&field.unwrap()),
                "{}: {field:?}",
                path.display()
            );
        }
    }
}
