//! The errors of the command line in French, and the titles of its help. In English they are those of clap.

/// The titles of the sections of the help in French, and how it shows defaults and values.
pub mod french_help_titles {
    /// Before the form of the command line.
    pub const USAGE: &str = "Utilisation\u{a0}:";
    /// Before the commands.
    pub const COMMANDS: &str = "Commandes\u{a0}:";
    /// Before the positional arguments.
    pub const ARGUMENTS: &str = "Arguments\u{a0}:";
    /// Before the options.
    pub const OPTIONS: &str = "Options\u{a0}:";
    /// Before a default value.
    pub const DEFAULT: &str = "défaut\u{a0}:";
    /// Before the values that an option takes.
    pub const VALUES: &str = "valeurs\u{a0}:";
}

messages! {
    /// Before the sentence about what is wrong.
    usage_error(what: &str) {
        fr: "erreur : {what}",
        en: "error: {what}",
    }
    /// An option, or one argument too many.
    usage_unexpected(argument: &str) {
        fr: "argument « {argument} » inattendu",
        en: "unexpected argument '{argument}'",
    }
    /// A command that there is not.
    usage_no_such_command(command: &str) {
        fr: "commande « {command} » inconnue",
        en: "unrecognized command '{command}'",
    }
    /// No command.
    usage_command_missing() {
        fr: "il manque une commande",
        en: "a command is missing",
    }
    /// A value that an option does not take.
    usage_wrong_value(value: &str, argument: &str) {
        fr: "valeur « {value} » invalide pour « {argument} »",
        en: "invalid value '{value}' for '{argument}'",
    }
    /// The same, with the reason.
    usage_wrong_value_for(value: &str, argument: &str, why: &str) {
        fr: "valeur « {value} » invalide pour « {argument} » : {why}",
        en: "invalid value '{value}' for '{argument}': {why}",
    }
    /// What should be an integer.
    usage_not_integer() {
        fr: "ce n'est pas un nombre entier",
        en: "it is not an integer",
    }
    /// What should be a number.
    usage_not_number() {
        fr: "ce n'est pas un nombre",
        en: "it is not a number",
    }
    /// An option without its value.
    usage_value_missing(argument: &str) {
        fr: "il manque une valeur à « {argument} »",
        en: "a value is missing for '{argument}'",
    }
    /// An option that wants `=`.
    usage_equals_missing(argument: &str) {
        fr: "il faut un signe égal entre « {argument} » et sa valeur",
        en: "an equal sign is needed between '{argument}' and its value",
    }
    /// More values than an option takes.
    usage_too_many_values(value: &str, argument: &str) {
        fr: "valeur « {value} » de trop pour « {argument} »",
        en: "one value too many for '{argument}': '{value}'",
    }
    /// Fewer or more values than an option takes.
    usage_number_of_values(argument: &str) {
        fr: "« {argument} » n'a pas le bon nombre de valeurs",
        en: "'{argument}' has not the right number of values",
    }
    /// An option that is given twice.
    usage_given_twice(argument: &str) {
        fr: "« {argument} » ne peut être donné qu'une fois",
        en: "'{argument}' can be given once only",
    }
    /// Two options that exclude each other.
    usage_conflict(argument: &str, other: &str) {
        fr: "« {argument} » ne va pas avec {other}",
        en: "'{argument}' does not go with {other}",
    }
    /// Arguments that must be there.
    usage_arguments_missing(arguments: &str) {
        fr: "il manque {arguments}",
        en: "missing: {arguments}",
    }
    /// Bytes that are no text.
    usage_not_utf8() {
        fr: "un argument n'est pas de l'UTF-8",
        en: "an argument is not UTF-8",
    }
    /// The values that an option takes.
    usage_values(values: &str) {
        fr: "valeurs possibles : {values}",
        en: "possible values: {values}",
    }
    /// What was likely meant.
    usage_did_you_mean(words: &str) {
        fr: "Vouliez-vous dire {words} ?",
        en: "Did you mean {words}?",
    }
    /// The form of the command line.
    usage_form(form: &str) {
        fr: "Utilisation : {form}",
        en: "Usage: {form}",
    }
    /// Where there is more.
    usage_more() {
        fr: "Pour en savoir plus : --help, ou linky-sensor(8).",
        en: "For more: --help, or linky-sensor(8).",
    }
}
