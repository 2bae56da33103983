//! `debian/copyright`: what is ours and the texts of the licences are written by hand; a paragraph for each linked crate
//! is made from the lock file and the crates' own sources, as `cargo vendor --versioned-dirs` lays them out.
//!
//! Of the licences that a crate offers, one is taken: the first of [`TAKEN`].

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{assert_is_kept, printed, read};

/// Licences as Cargo names them, and as Debian does. A crate that offers none of them must not be linked.
const TAKEN: [(&str, &str); 5] = [
    ("MIT", "Expat"),
    ("Apache-2.0", "Apache-2.0"),
    ("MPL-2.0", "MPL-2.0"),
    ("Unicode-3.0", "Unicode-3.0"),
    ("Zlib", "Zlib"),
];

/// The targets that packages are built for.
const TARGETS: [&str; 4] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "armv7-unknown-linux-gnueabihf",
    "arm-unknown-linux-gnueabihf",
];

/// A crate in the binary.
struct Linked {
    name: String,
    version: String,
    license: String,
    repository: String,
    authors: Vec<String>,
    folder: String,
}

/// What Cargo builds into the binary: no procedural macros, no build scripts, nothing for tests.
fn linked() -> Vec<Linked> {
    let mut arguments = vec!["tree", "--locked", "--edges", "normal,no-proc-macro"];
    arguments.extend(["--prefix", "none", "--no-dedupe", "--format", "{p}"]);
    for target in TARGETS {
        arguments.extend(["--target", target]);
    }
    let tree = printed(env!("CARGO"), &arguments);
    let metadata: Value = serde_json::from_str(&printed(
        env!("CARGO"),
        &[
            "metadata",
            "--locked",
            "--format-version",
            "1",
            "--filter-platform",
            TARGETS[0],
        ],
    ))
    .expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut packages = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("a list") {
        let folder = Path::new(package["manifest_path"].as_str().expect("a path"))
            .parent()
            .expect("a folder");
        let linked = Linked {
            name: text(&package["name"]),
            version: text(&package["version"]),
            license: text(&package["license"]),
            repository: text(&package["repository"]),
            authors: package["authors"]
                .as_array()
                .into_iter()
                .flatten()
                .map(text)
                .collect(),
            folder: folder.to_string_lossy().into_owned(),
        };
        packages.insert(format!("{} v{}", linked.name, linked.version), linked);
    }
    let mut names: Vec<String> = tree
        .lines()
        .map(|line| {
            line.split_whitespace()
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .filter(|name| name.contains(" v") && !name.starts_with("linky-sensor "))
        .collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() > 50, "crates read from cargo tree: {names:?}");
    names
        .iter()
        .map(|name| {
            packages
                .remove(name)
                .unwrap_or_else(|| panic!("{name} is not in cargo metadata"))
        })
        .collect()
}

impl Linked {
    /// The licence in Debian's words, with one taken of each choice.
    fn license(&self) -> String {
        let offered = self.license.replace('/', " OR ");
        let terms = offered.split(" AND ").map(|choice| {
            let choice: Vec<&str> = choice
                .trim_matches(['(', ')'])
                .split(" OR ")
                .map(str::trim)
                .collect();
            let taken = TAKEN.iter().find(|(name, _)| choice.contains(name));
            taken
                .unwrap_or_else(|| {
                    panic!(
                        "{} {}: {offered} is not a licence that we take",
                        self.name, self.version
                    )
                })
                .1
        });
        terms.collect::<Vec<_>>().join(" and ")
    }

    /// The notices in the crate's own files; its authors if there are none.
    fn copyright(&self) -> Vec<String> {
        let mut notices = Vec::new();
        let mut files: Vec<_> = fs::read_dir(&self.folder)
            .expect("the crate's sources")
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.file_stem()
                    .is_some_and(|name| holds_notices(&name.to_string_lossy()))
            })
            .collect();
        files.sort_unstable();
        for file in files {
            let text = fs::read_to_string(&file).unwrap_or_default();
            for notice in text
                .lines()
                .map(|line| line.trim_start_matches(['/', ' ']))
                .filter_map(holder)
            {
                if !notices.contains(&notice) {
                    notices.push(notice);
                }
            }
        }
        if notices.is_empty() {
            notices.extend(self.authors.iter().cloned());
        }
        if notices.is_empty() {
            notices.push(format!("the {} contributors", self.name));
        }
        notices
    }

    fn paragraph(&self) -> String {
        format!(
            "Files: vendor/{}-{}/*\nCopyright: {}\nLicense: {}\nComment: {}\n",
            self.name,
            self.version,
            self.copyright().join("\n           "),
            self.license(),
            self.repository
        )
    }
}

fn holds_notices(file: &str) -> bool {
    ["LICENSE", "LICENSE-MIT", "COPYRIGHT", "LICENSE-UNICODE"].contains(&file)
}

/// The holder in a line that is a notice: years, and at least a name.
fn holder(line: &str) -> Option<String> {
    let rest = [
        "Copyright (c) ",
        "Copyright (C) ",
        "Copyright © ",
        "Copyright 2",
    ]
    .iter()
    .find_map(|start| line.strip_prefix(start).map(|rest| (start, rest)))
    .map(|(start, rest)| {
        if start.ends_with('2') {
            format!("2{rest}")
        } else {
            rest.to_owned()
        }
    })?;
    rest.chars()
        .any(char::is_alphabetic)
        .then(|| rest.trim().to_owned())
}

#[test]
fn the_copyright_file_knows_every_linked_crate() {
    let kept = read("debian/copyright");
    let (files, texts): (Vec<&str>, Vec<&str>) = kept
        .split("\n\n")
        .map(str::trim_end)
        .filter(|paragraph| !paragraph.starts_with("Files: vendor/"))
        .partition(|paragraph| !paragraph.starts_with("License:"));
    let crates = linked();
    for license in crates.iter().flat_map(|linked| {
        linked
            .license()
            .split(" and ")
            .map(str::to_owned)
            .collect::<Vec<_>>()
    }) {
        let head = format!("License: {license}\n");
        assert!(
            texts.iter().any(|text| text.starts_with(&head)),
            "debian/copyright has no text of {license}"
        );
    }
    let mut paragraphs: Vec<String> = files.iter().map(|text| format!("{text}\n")).collect();
    paragraphs.extend(crates.iter().map(Linked::paragraph));
    paragraphs.extend(texts.iter().map(|text| format!("{text}\n")));
    assert_is_kept("debian/copyright", &paragraphs.join("\n"));
}
