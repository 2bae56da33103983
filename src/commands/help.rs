//! The help in French: one walk over the command line, which is defined in English.
//!
//! Texts come by their paths from `words/help.rs`. Defaults and values are written at the end of each text, since those that
//! clap adds are English; so are the titles of its sections.

use clap::builder::PossibleValue;
use clap::{Arg, Command};

use crate::words::french_help_titles as titles;
use crate::words::help::{french_help, french_value_name};

/// The command line with French help, built.
pub fn in_french(mut command: Command) -> Command {
    // Gives each command its `--help`, and those options that all have.
    command.build();
    translated(command, "")
}

fn translated(command: Command, path: &str) -> Command {
    let is_help = path == "help";
    let template = template(&command);
    let mut command = command.help_template(template);
    if let Some(text) = french_help(path) {
        command = command.about(text).long_about(None);
    }
    if command.get_after_help().is_some()
        && let Some(text) = french_help(&format!("{path}.after"))
    {
        command = command.after_help(text);
    }
    if let Some(name) = french_value_name("COMMAND") {
        command = command.subcommand_value_name(name);
    }
    command = command.mut_args(|argument| translated_argument(argument, path));
    if is_help {
        // Under it are copies of all commands, which nobody is shown.
        return command;
    }
    let parent = path.to_owned();
    command.mut_subcommands(move |subcommand| {
        let path = format!(
            "{parent}{}{}",
            if parent.is_empty() { "" } else { " " },
            subcommand.get_name()
        );
        translated(subcommand, &path)
    })
}

/// The sections that the command has, in the order of clap.
fn template(command: &Command) -> String {
    let mut template = format!(
        "{{before-help}}{{about-with-newline}}\n{} {{usage}}",
        titles::USAGE
    );
    for (is_there, title, tag) in [
        (command.has_subcommands(), titles::COMMANDS, "{subcommands}"),
        (
            command.get_positionals().next().is_some(),
            titles::ARGUMENTS,
            "{positionals}",
        ),
        (
            command.get_opts().next().is_some(),
            titles::OPTIONS,
            "{options}",
        ),
    ] {
        if is_there {
            template += &format!("\n\n{title}\n{tag}");
        }
    }
    template + "{after-help}"
}

/// The row of an argument: its own, or that of one that all commands have.
fn argument_text(path: &str, id: &str) -> Option<&'static str> {
    french_help(&format!("{path}.{id}")).or_else(|| french_help(&format!(".{id}")))
}

fn translated_argument(argument: Arg, path: &str) -> Arg {
    let id = argument.get_id().as_str().to_owned();
    let Some(text) = argument_text(path, &id) else {
        return argument;
    };
    let default: Vec<String> = argument
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    let values = if argument.is_hide_possible_values_set() {
        Vec::new()
    } else {
        argument.get_possible_values()
    };
    let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let mut short = text.to_owned();
    let mut long = text.to_owned();
    let mut has_texts = false;
    let has_value = argument.get_action().takes_values();
    if !default.is_empty() && has_value && !argument.is_hide_default_value_set() {
        let default = format!(" [{} {}]", titles::DEFAULT, default.join(" "));
        short += &default;
        long += &default;
    }
    if !names.is_empty() && has_value {
        let names = format!(" [{} {}]", titles::VALUES, names.join(", "));
        short += &names;
        let texts: String = values
            .iter()
            .filter_map(|value| {
                let name = value.get_name();
                let text = french_help(&format!("{path}.{id}={name}"))?;
                Some(format!("\n- {name}\u{a0}: {text}"))
            })
            .collect();
        has_texts = !texts.is_empty();
        long += &texts;
    }
    let value_names: Option<Vec<&'static str>> = argument.get_value_names().map(|names| {
        names
            .iter()
            .filter_map(|name| french_value_name(name))
            .collect()
    });
    let mut argument = argument
        .help(short)
        .long_help(None)
        .hide_default_value(true)
        .hide_possible_values(true);
    if has_texts {
        argument = argument.long_help(long);
    }
    if let Some(names) = value_names.filter(|names| !names.is_empty())
        && has_value
    {
        argument = argument.value_names(names);
    }
    argument
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::commands::{CommandLine, built};
    use crate::words::help::french_paths;

    /// What a row is for, and its English text, of everything that is shown.
    fn rows() -> Vec<(String, String)> {
        let mut command = CommandLine::command();
        command.build();
        let mut rows = vec![(".after".to_owned(), "See linky-sensor(8).".to_owned())];
        let common = ["config", "lang", "help", "version"];
        for argument in command
            .get_arguments()
            .filter(|argument| !argument.is_hide_set())
        {
            rows.push((format!(".{}", argument.get_id()), english(argument)));
        }
        collect(&command, "", &common, &mut rows);
        rows
    }

    fn english(argument: &Arg) -> String {
        argument
            .get_help()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    fn collect(command: &Command, path: &str, common: &[&str], rows: &mut Vec<(String, String)>) {
        let about = command
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        rows.push((path.to_owned(), about));
        if path == "help" {
            return;
        }
        for argument in command
            .get_arguments()
            .filter(|argument| !argument.is_hide_set())
        {
            let id = argument.get_id().as_str();
            if path.is_empty() || common.contains(&id) {
                continue;
            }
            rows.push((format!("{path}.{id}"), english(argument)));
            for value in argument.get_possible_values() {
                if let Some(text) = value.get_help() {
                    rows.push((
                        format!("{path}.{id}={}", value.get_name()),
                        text.to_string(),
                    ));
                }
            }
        }
        for subcommand in command
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
        {
            let path = format!(
                "{path}{}{}",
                if path.is_empty() { "" } else { " " },
                subcommand.get_name()
            );
            collect(subcommand, &path, common, rows);
        }
    }

    #[test]
    fn every_command_and_argument_has_its_french_row() {
        let rows = rows();
        let missing: String = rows
            .iter()
            .filter(|(path, _)| french_help(path).is_none())
            .map(|(path, english)| format!("\n    (\"{path}\", \"…\"), // {english}"))
            .collect();
        assert!(
            missing.is_empty(),
            "add to HELP in src/words/help.rs, in French:{missing}"
        );
        let known: BTreeSet<&str> = rows.iter().map(|(path, _)| path.as_str()).collect();
        let unused: Vec<&str> = french_paths()
            .filter(|path| !known.contains(path))
            .collect();
        assert!(
            unused.is_empty(),
            "remove from HELP in src/words/help.rs: {unused:?}"
        );
        let count = french_paths().count();
        assert_eq!(
            french_paths().collect::<BTreeSet<_>>().len(),
            count,
            "a path is there twice"
        );
    }

    #[test]
    fn every_value_name_has_its_french_word() {
        fn check(command: &Command, missing: &mut BTreeSet<String>) {
            for argument in command.get_arguments() {
                if argument.get_action().takes_values() && !argument.is_hide_set() {
                    let names = argument.get_value_names().unwrap_or_default();
                    let names = names
                        .iter()
                        .filter(|name| french_value_name(name).is_none());
                    missing.extend(names.map(ToString::to_string));
                }
            }
            for subcommand in command.get_subcommands() {
                check(subcommand, missing);
            }
        }
        let mut command = CommandLine::command();
        command.build();
        let mut missing = BTreeSet::new();
        check(&command, &mut missing);
        assert!(
            missing.is_empty(),
            "add to VALUE_NAMES in src/words/help.rs: {missing:?}"
        );
    }

    /// The words of clap's own help.
    #[test]
    fn the_french_help_has_no_english() {
        let mut command = in_french(built());
        let mut names: Vec<String> = command
            .get_subcommands()
            .map(|command| command.get_name().to_owned())
            .collect();
        names.retain(|name| name != "help");
        let mut pages = vec![command.render_long_help().to_string()];
        for name in names {
            let subcommand = command.find_subcommand_mut(&name).unwrap();
            pages.push(subcommand.render_help().to_string());
            pages.push(subcommand.render_long_help().to_string());
        }
        for page in pages {
            for word in [
                "Usage:",
                "Options:",
                "Commands:",
                "Arguments:",
                "[default",
                "possible values",
                "Print ",
                " the ",
            ] {
                assert!(!page.contains(word), "{word:?} in\n{page}");
            }
        }
    }
}
