//! `debian/changelog` is `CHANGELOG.md` in Debian's form. The version is that of `Cargo.toml`.
//!
//! A section `## [1.2.3] - 2027-01-31` is an entry of that day. `## [Unreleased]`, unless it is empty, is the entry of the
//! version that `Cargo.toml` names, and must not be a released one.

use super::{assert_is_kept, printed, read};

const MAINTAINER: &str = "linky-sensor maintainers <linky-sensor@users.noreply.github.com>";

/// The kinds of change, as Keep a Changelog has them; a section of another name is not of the release.
const KINDS: [&str; 6] = [
    "Added",
    "Changed",
    "Deprecated",
    "Removed",
    "Fixed",
    "Security",
];

/// A section of the changelog.
struct Section {
    version: String,
    /// The day of the release, if it is one.
    day: Option<String>,
    /// What changed, each with its kind in front.
    changes: Vec<String>,
}

fn parse_sections(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    for part in text.split("\n## [").skip(1) {
        let (head, body) = part.split_once('\n').unwrap_or((part, ""));
        let (version, day) = head.split_once(']').expect("a closing bracket");
        sections.push(Section {
            version: version.to_owned(),
            day: day.strip_prefix(" - ").map(str::to_owned),
            changes: body
                .split("\n### ")
                .skip(1)
                .flat_map(parse_changes)
                .collect(),
        });
    }
    sections
}

/// The points of a list, each on one line, behind their kind.
fn parse_changes(part: &str) -> Vec<String> {
    let (kind, list) = part.split_once('\n').unwrap_or((part, ""));
    if !KINDS.contains(&kind) {
        return Vec::new();
    }
    list.split("\n- ")
        .skip(1)
        .map(|point| {
            let words = point.split_whitespace().collect::<Vec<_>>().join(" ");
            format!("{kind}: {}", without_links(&words))
        })
        .collect()
}

/// `[text](target)` becomes `text`.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        plain += before;
        match link
            .split_once("](")
            .and_then(|(words, tail)| Some((words, tail.split_once(')')?.1)))
        {
            Some((words, after)) => {
                plain += words;
                rest = after;
            }
            None => {
                plain.push('[');
                rest = link;
            }
        }
    }
    plain + rest
}

fn wrapped(change: &str) -> String {
    let mut lines = vec!["  *".to_owned()];
    for word in change.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 80 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("    {word}")),
        }
    }
    lines.join("\n")
}

/// A date as Debian writes it, of something that date(1) understands.
fn dated(day: &str) -> String {
    printed("date", &["--utc", "--rfc-email", "--date", day])
        .trim()
        .to_owned()
}

fn entry(version: &str, changes: &[String], date: &str) -> String {
    let changes: Vec<String> = changes.iter().map(|change| wrapped(change)).collect();
    format!(
        "linky-sensor ({version}-1) unstable; urgency=medium\n\n{}\n\n -- {MAINTAINER}  {date}\n",
        changes.join("\n")
    )
}

/// The date that the file has for this version, so that writing it anew changes nothing by itself; today, if it has none.
fn date_kept(kept: &str, version: &str) -> String {
    let dated_line = kept
        .split("\n\n")
        .skip_while(|part| {
            !part
                .trim_start()
                .starts_with(&format!("linky-sensor ({version}-1)"))
        })
        .find_map(|part| part.strip_prefix(&format!(" -- {MAINTAINER}  ")))
        .and_then(|rest| rest.lines().next());
    dated_line.map_or_else(|| dated("12:00"), str::to_owned)
}

#[test]
fn the_debian_changelog_is_the_changelog() {
    let kept = read("debian/changelog");
    let current = env!("CARGO_PKG_VERSION");
    let sections = parse_sections(&read("CHANGELOG.md"));
    let mut entries = Vec::new();
    for section in sections
        .iter()
        .filter(|section| !section.changes.is_empty())
    {
        let (version, date) = match &section.day {
            Some(day) => (section.version.as_str(), dated(&format!("{day} 12:00"))),
            None => (current, date_kept(&kept, current)),
        };
        entries.push((version, entry(version, &section.changes, &date)));
    }
    let versions: Vec<&str> = entries.iter().map(|(version, _)| *version).collect();
    assert_eq!(
        versions.first(),
        Some(&current),
        "Cargo.toml and CHANGELOG.md are not at one version"
    );
    assert!(
        !versions.iter().skip(1).any(|version| *version == current),
        "{current} is released: name the next one"
    );
    let entries: Vec<String> = entries.into_iter().map(|(_, entry)| entry).collect();
    assert_is_kept("debian/changelog", &entries.join("\n"));
}

#[test]
fn a_section_becomes_an_entry() {
    let sections = parse_sections(
        "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2027-01-31\n\nWords.\n\n### Added\n\n- A [thing](docs/X.md), over\n  two lines.\n- Another [one].\n\n### Not yet\n\n- All the rest.\n",
    );
    let [unreleased, released] = sections.as_slice() else {
        panic!("two sections");
    };
    assert!(unreleased.changes.is_empty());
    assert_eq!(
        released.changes,
        ["Added: A thing, over two lines.", "Added: Another [one]."]
    );
    assert_eq!(
        entry("1.2.3", &released.changes, &dated("2027-01-31 12:00")),
        format!(
            "linky-sensor (1.2.3-1) unstable; urgency=medium\n\n  * Added: A thing, over two lines.\n  * Added: Another [one].\n\n -- {MAINTAINER}  Sun, 31 Jan 2027 12:00:00 +0000\n"
        )
    );
}
