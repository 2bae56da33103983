//! The words of `setup --yes`: a row for each thing that is done, and why nothing is.

messages! {
    /// The row of the port.
    setup_row_port() {
        fr: "port",
        en: "port",
    }
    /// The row of the broker.
    setup_row_broker() {
        fr: "broker",
        en: "broker",
    }
    /// The row of the file that was written.
    setup_row_written() {
        fr: "écrit",
        en: "written",
    }
    /// The row of the file that was left as it is.
    setup_row_unchanged() {
        fr: "inchangé",
        en: "unchanged",
    }
    /// The row of the service.
    setup_row_service() {
        fr: "service",
        en: "service",
    }
    /// There is to be no broker.
    setup_row_none() {
        fr: "aucun",
        en: "none",
    }
    /// A broker that was proven.
    setup_row_connected(url: &str, user: Option<&str>, has_home_assistant: bool) {
        fr: "{url}, connecté{}{}" (
            user.map_or_else(String::new, |user| format!(" en tant que {user}")),
            if has_home_assistant { ", avec Home Assistant" } else { "" },
        ),
        en: "{url}, connected{}{}" (
            user.map_or_else(String::new, |user| format!(" as {user}")),
            if has_home_assistant { ", with Home Assistant" } else { "" },
        ),
    }
    /// The service was restarted.
    setup_row_restarted(first: &str) {
        fr: "redémarré ; {first}",
        en: "restarted; {first}",
    }
    /// No port.
    setup_no_port() {
        fr: "rien n'est écrit : aucun port libre sur cette machine (linky-sensor doctor) ; --device en nomme un",
        en: "nothing is written: no free port on this machine (linky-sensor doctor); --device names one",
    }
    /// No meter.
    setup_no_meter(troubles: &str) {
        fr: "rien n'est écrit : aucun compteur n'est reçu\n{troubles}",
        en: "nothing is written: no meter is received\n{troubles}",
    }
    /// Several meters.
    setup_several_meters(devices: &str) {
        fr: "rien n'est écrit : plusieurs compteurs sont reçus, choisissez avec --device : {devices}",
        en: "nothing is written: several meters are received, choose by --device: {devices}",
    }
    /// The broker failed.
    setup_broker_unproven(text: &str) {
        fr: "rien n'est écrit : {text}\n(--broker en nomme un autre, --broker none s'en passe)",
        en: "nothing is written: {text}\n(--broker names another one, --broker none does without)",
    }
    /// A password, and no user.
    setup_password_without_user() {
        fr: "un mot de passe veut un utilisateur : --username",
        en: "a password needs a user: --username",
    }
    /// No password comes.
    setup_password_missing() {
        fr: "--password-stdin : aucun mot de passe sur l'entrée standard ; printf %s \"$SECRET\" | sudo linky-sensor setup …",
        en: "--password-stdin: no password on standard input; printf %s \"$SECRET\" | sudo linky-sensor setup …",
    }
}
