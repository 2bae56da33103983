//! The words of `setup`: its questions, and what it found. Those of `setup --yes` alone are in `setup_script`.

use crate::home::Home;

use super::Words;

messages! {
    /// The beginning.
    setup_greeting() {
        fr: "Bonjour ! Quatre questions au plus, et votre compteur est en ligne.\nEntrée prend la réponse entre crochets. Ctrl-C arrête tout, sans rien changer.",
        en: "Hello! Four questions at most, and your meter is online.\nEnter takes the answer in brackets. Ctrl-C stops everything and changes nothing.",
    }
    /// The end of the answers.
    setup_ended() {
        fr: "arrêté avant la fin des questions : rien n'est changé",
        en: "ended before the last question: nothing is changed",
    }
    /// It asks, and nobody can answer.
    setup_needs_terminal() {
        fr: "il me faut un terminal pour poser mes questions ; sans terminal : linky-sensor setup --yes (voir --help)",
        en: "I need a terminal to ask my questions; without one: linky-sensor setup --yes (see --help)",
    }
    /// It writes, and may not.
    setup_needs_root() {
        fr: "j'écris la configuration et je redémarre le service, ce que seul root peut faire : sudo linky-sensor setup (pour seulement voir : --dry-run)",
        en: "I write the configuration and restart the service, which only root may: sudo linky-sensor setup (only to look: --dry-run)",
    }
    /// An app has options.
    setup_in_app() {
        fr: "dans Home Assistant, cela se règle dans les options de l'application : port (device), broker, mot de passe ; puis redémarrez-la",
        en: "in Home Assistant this is set in the options of the app: port (device), broker, password; then restart it",
    }

    /// The first part.
    setup_title_adapter() {
        fr: "L'adaptateur",
        en: "The adapter",
    }
    /// The only port.
    setup_sees(adapter: &str, device: &str) {
        fr: "Je vois un adaptateur : {adapter}, sur {device}.",
        en: "I see an adapter: {adapter}, on {device}.",
    }
    /// Several ports.
    setup_sees_several() {
        fr: "Je vois plusieurs ports :",
        en: "I see several ports:",
    }
    /// The port of the configuration, of which nothing else is known.
    setup_configured() {
        fr: "celui de la configuration",
        en: "that of the configuration",
    }
    /// Which of them.
    setup_ask_which() {
        fr: "Lequel est celui du compteur ? Son numéro, ou un autre port (/dev/…, tcp://machine:port) [1] : ",
        en: "Which is that of the meter? Its number, or another port (/dev/…, tcp://host:port) [1]: ",
    }
    /// No port.
    setup_no_adapter() {
        fr: "Aucun adaptateur TIC sur cette machine.",
        en: "There is no TIC adapter on this machine.",
    }
    /// What then.
    setup_ask_adapter() {
        fr: "Entrée quand il est branché, ou le nom du port (/dev/…, tcp://machine:port) : ",
        en: "Enter when it is plugged in, or the name of the port (/dev/…, tcp://host:port): ",
    }
    /// Another port.
    setup_ask_other() {
        fr: "Quel port, alors ? (/dev/…, tcp://machine:port) : ",
        en: "Which port, then? (/dev/…, tcp://host:port): ",
    }
    /// A meter is received: its mode, its maker and contract, its line.
    setup_received(mode: &str, details: &str, line: &str) {
        fr: "Un Linky parle en mode {mode} : {details}.\n{line}.",
        en: "A Linky sends in {mode} mode: {details}.\n{line}.",
    }
    /// Who made the meter.
    setup_maker(maker: &str, year: &str) {
        fr: "{maker} de {year}",
        en: "{maker} of {year}",
    }
    /// The daemon receives it.
    setup_live(state: &str) {
        fr: "Le service tient déjà ce port. Compteur : {state}.",
        en: "The service holds this port already. Meter: {state}.",
    }
    /// Whether it is the one.
    setup_ask_yours() {
        fr: "C'est le vôtre ?",
        en: "Is it yours?",
    }
    /// What to do about a port without a meter.
    setup_ask_again() {
        fr: "Entrée pour réécouter, un autre port (/dev/…, tcp://machine:port), ou « garder » pour prendre celui-ci quand même : ",
        en: "Enter to listen again, another port (/dev/…, tcp://host:port), or \"keep\" to take this one all the same: ",
    }

    /// The second part.
    setup_title_name() {
        fr: "Son nom",
        en: "Its name",
    }
    /// What the name is for.
    setup_name_lasts() {
        fr: "Il servira partout (MQTT, D-Bus, Home Assistant) et ne devra plus changer.",
        en: "It is used everywhere (MQTT, D-Bus, Home Assistant) and should not change later.",
    }
    /// The name.
    setup_ask_name(usual: &str) {
        fr: "Un nom court, sans accent [{usual}] : ",
        en: "A short name, plain letters [{usual}]: ",
    }
    /// An option has it.
    setup_name_given(id: &str) {
        fr: "{id}, comme demandé.",
        en: "{id}, as asked for.",
    }
    /// Another file has it.
    setup_name_in_file(id: &str) {
        fr: "{id}, comme dans la configuration.",
        en: "{id}, as in the configuration.",
    }
    /// Other files have several.
    setup_ask_which_name(names: &str, usual: &str) {
        fr: "La configuration a plusieurs compteurs : {names}. Lequel est-ce ? [{usual}] : ",
        en: "The configuration has several meters: {names}. Which is it? [{usual}]: ",
    }

    /// The third part.
    setup_title_broker() {
        fr: "Le broker MQTT",
        en: "The MQTT broker",
    }
    /// A broker on this machine.
    setup_broker_here() {
        fr: "Un broker répond sur cette machine.",
        en: "A broker answers on this machine.",
    }
    /// None on this machine.
    setup_broker_not_here() {
        fr: "Personne ne répond sur cette machine. Où est votre broker ?",
        en: "Nobody answers on this machine. Where is your broker?",
    }
    /// The address.
    setup_ask_address() {
        fr: "Adresse (vide : pas de MQTT) : ",
        en: "Address (empty: no MQTT): ",
    }
    /// The address, with a proposal.
    setup_ask_address_again(usual: &str) {
        fr: "Adresse (« non » : pas de MQTT) [{usual}] : ",
        en: "Address (\"no\": no MQTT) [{usual}]: ",
    }
    /// No MQTT.
    setup_without_broker() {
        fr: "Pas de MQTT : le compteur sera sur D-Bus seulement.",
        en: "No MQTT: the meter will be on D-Bus alone.",
    }
    /// It answers; whether a password would be in clear.
    setup_broker_answers(host: &str, port: u16, is_clear: bool) {
        fr: "{host} répond sur {port}.{}" (if is_clear { " Pas de TLS : un mot de passe passerait en clair sur votre réseau." } else { "" }),
        en: "{host} answers on {port}.{}" (if is_clear { " No TLS: a password would cross your network in clear." } else { "" }),
    }
    /// The user.
    setup_ask_username(usual: Option<&str>) {
        fr: "{}" (match usual {
            Some(usual) => format!("Nom d'utilisateur (« non » : aucun) [{usual}] : "),
            None => "Nom d'utilisateur [aucun] : ".to_owned(),
        }),
        en: "{}" (match usual {
            Some(usual) => format!("User name (\"no\": none) [{usual}]: "),
            None => "User name [none]: ".to_owned(),
        }),
    }
    /// The password.
    setup_ask_password(is_stored: bool) {
        fr: "Mot de passe (rien ne s'affiche){} : " (if is_stored { " [inchangé]" } else { "" }),
        en: "Password (nothing is shown){}: " (if is_stored { " [unchanged]" } else { "" }),
    }
    /// The broker was proven.
    setup_broker_proven(user: Option<&str>, topic: &str) {
        fr: "Connecté{}. J'ai publié et relu un message sur {topic}, puis je l'ai effacé." (
            user.map_or_else(String::new, |user| format!(" en tant que {user}")),
        ),
        en: "Connected{}. I published a message on {topic}, read it back and removed it." (
            user.map_or_else(String::new, |user| format!(" as {user}")),
        ),
    }
    /// Home Assistant is there.
    setup_home_assistant_found() {
        fr: "Des appareils de Home Assistant sont sur ce broker : « Linky » y apparaîtra tout seul.",
        en: "Devices of Home Assistant are on this broker: \"Linky\" will appear there by itself.",
    }
    /// Home Assistant is not to be seen.
    setup_home_assistant_unseen() {
        fr: "Aucun appareil de Home Assistant sur ce broker. S'il s'y connecte un jour, « Linky » y apparaîtra tout seul.",
        en: "No device of Home Assistant is on this broker. Should it connect one day, \"Linky\" will appear there by itself.",
    }

    /// The fourth part.
    setup_title_consent() {
        fr: "J'écris ?",
        en: "Shall I write it?",
    }
    /// The comment in the file.
    setup_file_comment() {
        fr: "Écrit par linky-sensor setup, qui le récrit en entier : vos autres clés vont dans un fichier voisin.",
        en: "Written by linky-sensor setup, which writes all of it anew: other keys of yours go into a file beside it.",
    }
    /// The password is not in the file.
    setup_password_apart() {
        fr: "et le mot de passe, rangé à part, là où seul le service le trouve.",
        en: "and the password, apart, where only the service finds it.",
    }
    /// A password without a user is removed.
    setup_password_removed() {
        fr: "et le mot de passe rangé pour l'ancien utilisateur est effacé.",
        en: "and the password that is stored for the former user is removed.",
    }
    /// The file that was there.
    setup_earlier_kept(path: &str) {
        fr: "(l'ancien fichier reste, sous {path})",
        en: "(the earlier file is kept, as {path})",
    }
    /// Whether to write.
    setup_ask_write() {
        fr: "J'écris et je redémarre le service ?",
        en: "Write it and restart the service?",
    }
    /// Nothing is to be written.
    setup_unchanged() {
        fr: "C'est déjà ainsi : rien à écrire.",
        en: "It is so already: nothing to write.",
    }
    /// No.
    setup_declined() {
        fr: "Rien n'est écrit.",
        en: "Nothing is written.",
    }
    /// It is written.
    setup_written() {
        fr: "Écrit.",
        en: "Written.",
    }
    /// It is restarted.
    setup_restarted() {
        fr: "Redémarré.",
        en: "Restarted.",
    }
    /// There is no systemd.
    setup_no_service_manager() {
        fr: "Pas de systemd ici : redémarrez vous-même « linky-sensor run »",
        en: "No systemd here: restart \"linky-sensor run\" yourself",
    }
    /// The first frame.
    setup_first_frame(seconds: &str, is_published: bool) {
        fr: "Première trame après {seconds} s{}" (if is_published { ", publiée." } else { "." }),
        en: "First frame after {seconds} s{}" (if is_published { ", published." } else { "." }),
    }
    /// No port with a meter, and the service waits for it.
    setup_patient() {
        fr: "Le service tourne, et attend le compteur.",
        en: "The service runs, and waits for the meter.",
    }
    /// No frame in time.
    setup_late() {
        fr: "Toujours pas de trame après une minute : linky-sensor doctor",
        en: "Still no frame after a minute: linky-sensor doctor",
    }
    /// The service failed.
    setup_failed(code: i64) {
        fr: "Le service ne démarre pas (code {code}) : journalctl -u linky-sensor -n 20",
        en: "The service does not start (code {code}): journalctl -u linky-sensor -n 20",
    }
    /// It could not be restarted.
    setup_not_restarted(cause: &str) {
        fr: "la configuration est écrite, mais le service n'est pas redémarré : {cause}",
        en: "the configuration is written, and the service is not restarted: {cause}",
    }
    /// The end.
    setup_done(moment: &str) {
        fr: "C'est fait : {moment}.",
        en: "Done: {moment}.",
    }
    /// What is next.
    setup_next_watch() {
        fr: "En direct : linky-sensor watch",
        en: "Live: linky-sensor watch",
    }
    /// What else is next.
    setup_next_doctor() {
        fr: "Un doute : linky-sensor doctor",
        en: "In doubt: linky-sensor doctor",
    }
    /// A later file.
    setup_overruled(key: &str, location: &str) {
        fr: "rien n'est écrit : la clé {key} de {location} passe après, et l'emporte ; enlevez-la d'abord",
        en: "nothing is written: the key {key} in {location} comes later, and has precedence; remove it first",
    }
}

impl Words {
    /// The answer that keeps a port without a meter.
    pub const fn setup_keep(self) -> &'static str {
        self.pick("garder", "keep")
    }

    /// Why nothing is written.
    pub fn setup_not_written(self, home: Home) -> String {
        let text = match home {
            Home::Machine => self.pick(
                "Rien n'est écrit (--dry-run).",
                "Nothing is written (--dry-run).",
            ),
            Home::Container | Home::App => self.pick(
                "Rien n'est écrit dans un conteneur : montez ce fichier en /etc/linky-sensor/linky-sensor.d/setup.toml,\nle mot de passe dans un autre que nomme password-file sous [mqtt], et redémarrez le conteneur.",
                "Nothing is written in a container: mount this file as /etc/linky-sensor/linky-sensor.d/setup.toml,\nthe password in another one that password-file in [mqtt] names, and restart the container.",
            ),
        };
        text.to_owned()
    }
}
