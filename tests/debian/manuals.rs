//! Each manual page has its French one: the same sections, items, options, keys, files and examples, in the same order.
//! `man` formats both without a warning.

use std::fmt::Write;
use std::process::Command;

const PAGES: [&str; 2] = ["linky-sensor.8", "linky-sensor.toml.5"];

/// The macros whose arguments are the same in every language.
const FIXED: [&str; 9] = ["Fl", "Ic", "Cm", "Ev", "Dv", "Pa", "Ql", "Qq", "Xr"];

/// Others that change what the arguments after them are.
const TRANSLATED: [&str; 9] = ["Ar", "Sx", "Em", "Dq", "Pq", "Nm", "Nd", "Op", "Sh"];

/// A heading, an item or a line of an example, and what is named below it.
#[derive(Debug, PartialEq)]
struct Block {
    head: String,
    /// In the order of the alphabet: that of a sentence differs.
    names: Vec<String>,
}

/// The names of a line of mdoc, each behind its macro.
fn names(line: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut is_fixed = false;
    for token in line.trim_start_matches('.').split_whitespace() {
        let is_punctuation = token
            .trim_start_matches("\\~")
            .chars()
            .all(|letter| ",.;:".contains(letter));
        if FIXED.contains(&token) {
            is_fixed = true;
            names.push(token.to_owned());
        } else if TRANSLATED.contains(&token) {
            is_fixed = false;
        } else if is_fixed
            && !is_punctuation
            && !["Ns", "No", "Oo", "Oc"].contains(&token)
            && let Some(name) = names.last_mut()
        {
            write!(name, " {token}").expect("text");
        }
    }
    names
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_literal = false;
    for line in page.lines() {
        let (name, rest) = line.strip_prefix('.').map_or(("", line), |line| {
            line.split_once(' ').unwrap_or((line, ""))
        });
        let head = match name {
            "" if is_literal => rest.split('"').next().unwrap_or_default().to_owned(),
            "Sh" | "Ss" => format!("{name} {}", if rest.starts_with('[') { rest } else { "" }),
            "It" => format!("It {}", names(rest).join(" ")),
            "Bl" | "El" | "Bd" | "Ed" | "Dl" => line.to_owned(),
            _ => {
                if let Some(block) = blocks.last_mut() {
                    block.names.extend(names(line));
                    block.names.sort();
                }
                continue;
            }
        };
        is_literal = name == "Bd" || is_literal && name != "Ed";
        let names = Vec::new();
        blocks.push(Block { head, names });
    }
    blocks
}

#[test]
fn each_manual_page_has_its_french_one() {
    for page in PAGES {
        let english = blocks(&crate::read(&format!("docs/man/{page}")));
        let french = blocks(&crate::read(&format!("docs/man/fr/{page}")));
        assert!(english.len() > 30, "{page}: {english:?}");
        for (english, french) in english.iter().zip(&french) {
            assert_eq!(
                french, english,
                "docs/man/fr/{page} differs from the English page"
            );
        }
        assert_eq!(french.len(), english.len(), "{page}: blocks");
    }
    let shipped = std::fs::read_dir(crate::path_of("docs/man")).expect("docs/man");
    let files = shipped.filter(|entry| entry.as_ref().expect("entry").path().is_file());
    assert_eq!(
        files.count(),
        PAGES.len(),
        "another manual page needs its French one"
    );
}

#[test]
fn what_is_named_in_a_line_is_found() {
    assert_eq!(
        names(".It Ic decode Oo Fl \\-mode Ar mode Oc Op Ar file | Cm \\-"),
        ["Ic decode", "Fl \\-mode", "Cm \\-"]
    );
    assert_eq!(
        names(".Ic watch \\-\\-once Ns \\~:"),
        ["Ic watch \\-\\-once"]
    );
    let page = ".Sh A\n.It Fl x\nText.\n.Ic b\nand\n.Cm a ;\n.Bd -literal\na = \"b\"\n.Ed\n";
    let found = blocks(page);
    let heads: Vec<&str> = found.iter().map(|block| block.head.as_str()).collect();
    assert_eq!(heads, ["Sh ", "It Fl x", ".Bd -literal", "a = ", ".Ed"]);
    assert_eq!(found[1].names, ["Cm a", "Ic b"]);
}

#[test]
fn man_formats_every_page_without_a_warning() {
    for page in PAGES {
        for folder in ["docs/man", "docs/man/fr"] {
            let output = Command::new("man")
                .args(["--warnings", "-E", "UTF-8", "-l", "-Tutf8"])
                .arg(crate::path_of(folder).join(page))
                .env("LC_ALL", "C.UTF-8")
                .output()
                .expect("man: apt install man-db");
            let warnings = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success() && warnings.is_empty(),
                "{folder}/{page}: {warnings}"
            );
            // Without the name of its first section groff leaves it out.
            let text = String::from_utf8_lossy(&output.stdout);
            let head = text.lines().find(|line| !line.is_empty());
            let name = page.rsplit_once('.').map(|(name, _)| name.to_uppercase());
            let has_name = head
                .zip(name)
                .is_some_and(|(head, name)| head.starts_with(&name));
            assert!(has_name, "{folder}/{page}: {head:?}");
        }
    }
}
