//! The files installed beside the program agree with it: the manual pages have every command, option and key; the
//! policy of the bus, the unit and the catalog of the journal use the public names; the conffile stays as it is.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use linky_sensor::names;

#[path = "support/program.rs"]
mod program;

const MANUAL: &str = include_str!("../docs/man/linky-sensor.8");
const MANUAL_OF_KEYS: &str = include_str!("../docs/man/linky-sensor.toml.5");
const FRENCH_MANUAL: &str = include_str!("../docs/man/fr/linky-sensor.8");
const FRENCH_MANUAL_OF_KEYS: &str = include_str!("../docs/man/fr/linky-sensor.toml.5");
const EXAMPLE: &str = include_str!("../docs/examples/linky-sensor.toml");
const POLICY: &str = include_str!("../dbus/io.github.linky_sensor.Linky1.conf");
const UNIT: &str = include_str!("../systemd/linky-sensor.service");
const CATALOG: &str = include_str!("../systemd/linky-sensor.catalog");
const CONFFILES: [&str; 2] = [
    include_str!("../debian/linky-sensor.toml"),
    include_str!("../debian/linky-sensor.d.README"),
];

fn help(arguments: &[&str]) -> String {
    let output = program::command()
        .args(arguments)
        .arg("--help")
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{arguments:?} --help");
    String::from_utf8(output.stdout).expect("help is text")
}

/// The commands, from the list in `--help`.
fn commands() -> Vec<String> {
    help(&[])
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            line.strip_prefix("  ")
                .filter(|line| !line.starts_with(' '))
        })
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .map(str::to_owned)
        .collect()
}

/// The long options in a help text, without their dashes.
fn options(help: &str) -> BTreeSet<&str> {
    help.split(|character: char| character.is_whitespace() || "[],".contains(character))
        .filter_map(|word| word.strip_prefix("--"))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !word.is_empty())
        .collect()
}

/// The words that the manual marks with this macro of mdoc, without dashes.
fn marked<'a>(manual: &'a str, mark: &str) -> BTreeSet<&'a str> {
    manual
        .lines()
        .filter(|line| line.starts_with('.'))
        .flat_map(|line| {
            let words = line.trim_start_matches('.').split_whitespace();
            words
                .clone()
                .zip(words.skip(1))
                .filter(|(word, _)| *word == mark)
        })
        .map(|(_, marked)| marked.trim_start_matches("\\-"))
        .collect()
}

#[test]
fn the_manual_has_every_command_and_option() {
    let described = marked(MANUAL, "Fl");
    let commands = commands();
    assert!(
        commands.len() > 3,
        "commands read from --help: {commands:?}"
    );
    for command in &commands {
        assert!(
            MANUAL.contains(&format!(".It Ic {command}")),
            "{command} is not in the manual"
        );
        let help = help(&[command]);
        for option in options(&help) {
            assert!(
                described.contains(option),
                "{command} --{option} is not in the manual"
            );
        }
    }
}

#[test]
fn the_help_has_the_configuration_where_it_is_read_and_only_what_logs_can_log_more() {
    for command in commands() {
        let help = help(&[&command]);
        let options = options(&help);
        let reads = ["check-config", "contain", "run", "setup", "status"].contains(&&*command);
        assert_eq!(options.contains("config"), reads, "{command}");
        let logs = ["contain", "run"].contains(&&*command);
        assert_eq!(options.contains("verbose"), logs, "{command}");
    }
}

/// Its `language` counts for all.
#[test]
fn every_command_takes_the_path_of_a_configuration() {
    for line in [
        ["--config", "/absent", "list-fields"],
        ["list-fields", "--config", "/absent"],
    ] {
        let output = program::command().args(line).output().unwrap();
        assert!(output.status.success(), "{line:?}: {output:?}");
    }
}

#[test]
fn the_manual_has_every_key_and_no_other() {
    let keys: BTreeSet<&str> = EXAMPLE
        .lines()
        .map(|line| line.strip_prefix('#').unwrap_or(line))
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, _)| key)
        .filter(|key| {
            key.chars()
                .all(|character| character.is_ascii_lowercase() || character == '-')
        })
        .collect();
    assert!(keys.len() > 20, "keys read from the example: {keys:?}");
    let items: Vec<&str> = MANUAL_OF_KEYS
        .lines()
        .filter(|line| line.starts_with(".It "))
        .collect();
    assert_eq!(marked(&items.join("\n"), "Ic"), keys);
}

/// Without these words groff names its own default, BSD, above and below the page.
#[test]
fn the_manuals_are_of_no_other_system() {
    for (manual, volume) in [
        (MANUAL, "System Manager's Manual"),
        (MANUAL_OF_KEYS, "File Formats Manual"),
        (FRENCH_MANUAL, "Manuel de l'administrateur"),
        (FRENCH_MANUAL_OF_KEYS, "Manuel des formats de fichiers"),
    ] {
        let head: Vec<&str> = manual.lines().take(4).collect();
        assert_eq!(
            head[2..],
            [&format!(".ds doc-volume {volume}"), ".Os linky-sensor"]
        );
    }
}

#[test]
fn the_policy_is_for_our_name() {
    assert!(POLICY.contains(&format!("own=\"{}\"", names::BUS_NAME)));
    for rule in POLICY
        .lines()
        .filter(|line| line.contains("send_destination="))
    {
        assert!(rule.contains(&format!("\"{}\"", names::BUS_NAME)), "{rule}");
    }
}

#[test]
fn systemd_does_not_restart_what_its_administrator_must_mend() {
    let kept_down = format!(
        "RestartPreventExitStatus={} {}",
        names::exit::USAGE,
        names::exit::CONFIG
    );
    assert!(UNIT.lines().any(|line| line == kept_down), "{kept_down}");
}

#[test]
fn the_catalog_explains_every_kind_of_message_and_no_other() {
    let mut explained: Vec<&str> = CATALOG
        .lines()
        .filter_map(|line| line.strip_prefix("-- "))
        .collect();
    let mut ids = names::journal::ALL.to_vec();
    explained.sort_unstable();
    ids.sort_unstable();
    assert_eq!(explained, ids);
}

/// dpkg asks about a conffile that both sides changed, and an unattended upgrade that would have to ask fails. What a
/// release changes belongs in the defaults and in the example.
#[test]
fn the_conffiles_never_change() {
    let sums =
        CONFFILES.map(|text| crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(text.as_bytes()));
    assert_eq!(sums, [0x2ad7_e331, 0x0584_6657]);
}
