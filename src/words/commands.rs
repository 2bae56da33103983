//! The words of commands that print a line or two: `set-password`, `simulate`, and what each command may end with.

use crate::config::Language;

messages! {
    /// Standard output is lost.
    output_lost(cause: &str) {
        fr: "sortie standard : {cause}",
        en: "standard output: {cause}",
    }
    /// A file, or another thing, and why it failed.
    failed_for(what: &str, cause: &str) {
        fr: "{what} : {cause}",
        en: "{what}: {cause}",
    }
    /// The password is stored.
    password_stored(path: &str) {
        fr: "Rangé dans {path}. Il sert dès le prochain démarrage : sudo systemctl restart linky-sensor\nL'utilisateur va dans la configuration : username = \"…\" sous [mqtt].",
        en: "Stored in {path}. It is used from the next start: sudo systemctl restart linky-sensor\nThe user goes into the configuration: username = \"…\" in [mqtt].",
    }
    /// The password is not stored.
    password_not_stored(cause: &str) {
        fr: "le mot de passe n'a pas été rangé : {cause}",
        en: "the password was not stored: {cause}",
    }
    /// Only root may.
    password_for_root(cause: &str) {
        fr: "{cause} : seul root peut le ranger ; sudo linky-sensor set-password",
        en: "{cause}: only root may store it; sudo linky-sensor set-password",
    }
    /// The question.
    password_prompt() {
        fr: "Mot de passe du broker MQTT : ",
        en: "Password of the MQTT broker: ",
    }
    /// The question again.
    password_prompt_again() {
        fr: "Encore une fois : ",
        en: "Once more: ",
    }

    /// `--output stdout` with what it does not take.
    simulate_one_stdout() {
        fr: "--output stdout ne va ni avec --count ni avec --events : enlevez --output",
        en: "--output stdout takes neither --count nor --events: leave --output out",
    }
    /// There is no pseudo-terminal.
    simulate_no_pty() {
        fr: "impossible d'ouvrir un pseudo-terminal",
        en: "cannot make the pseudo-terminal",
    }
    /// It cannot be written to.
    simulate_no_write() {
        fr: "impossible d'écrire",
        en: "cannot write",
    }
    /// A scenario that there is not.
    simulate_no_scenario(name: &str, cause: &str, shipped: &str) {
        fr: "{name} : {cause}\n    Scénarios fournis : {shipped}.",
        en: "{name}: {cause}\n    Shipped scenarios: {shipped}.",
    }
}

impl super::Words {
    /// The titles of the columns of `list-fields`.
    pub fn field_titles(self) -> [String; 5] {
        let titles = match self.language() {
            Language::French => ["Clé", "D-Bus", "Type", "Unité", "Signification"],
            Language::English => ["Key", "D-Bus", "Type", "Unit", "Meaning"],
        };
        titles.map(str::to_owned)
    }
}
