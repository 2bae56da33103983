//! The words of `anonymise`, `capture` and `replay`.

messages! {
    /// The name of standard input.
    standard_input() {
        fr: "l'entrée standard",
        en: "standard input",
    }
    /// `--output` names the file that is read.
    output_is_input(file: &str) {
        fr: "{file} serait écrasé pendant sa lecture : donnez un autre nom à --output",
        en: "{file} would be overwritten while it is read: give --output another name",
    }
    /// A port that is made by the kernel.
    pseudo_terminal() {
        fr: "le pseudo-terminal",
        en: "the pseudo-terminal",
    }
    /// How often a label was replaced.
    replaced(label: &str, accepted: u64, damaged: u64) {
        fr: "{label} : remplacé dans {accepted} groupes bons et {damaged} groupes abîmés",
        en: "{label}: replaced in {accepted} good groups and {damaged} damaged ones",
    }
    /// Digits outside the groups of identifying labels.
    replaced_elsewhere[words](places: u64) {
        fr: "Ailleurs (texte, autres groupes, morceaux de groupes) : remplacé à {places} {}" (words.plural(places, "endroit", "endroits")),
        en: "Elsewhere (text, other groups, pieces of groups): replaced in {places} {}" (words.plural(places, "place", "places")),
    }
    /// The file was made anonymous before.
    replaced_earlier(groups: u64) {
        fr: "Déjà remplacé auparavant dans {groups} groupes",
        en: "Replaced before in {groups} groups",
    }
    /// No identifier in a capture that is understood.
    nothing_to_replace(groups: u64) {
        fr: "Rien à remplacer : aucun numéro de série (ADSC, ADCO) ni PRM dans les {groups} groupes du fichier",
        en: "Nothing to replace: no serial number (ADSC, ADCO) and no PRM in the {groups} groups of the file",
    }
    /// The file is no capture.
    nothing_is_known(bytes: u64) {
        fr: "Aucun groupe d'un compteur n'a été trouvé ({bytes} octets lus) : ce fichier peut montrer ce qui n'a pas été reconnu, ne le publiez pas",
        en: "No group of a meter was found (bytes read: {bytes}): the file may show what was not recognised, do not publish it",
    }
    /// `--loop` with standard input.
    loop_needs_a_file() {
        fr: "--loop relit la capture depuis son début : donnez un fichier, pas l'entrée standard",
        en: "--loop reads the capture again from its beginning: give a file, not standard input",
    }
    /// A capture without a byte.
    no_byte_of_a_line(file: &str) {
        fr: "{file} : aucun octet d'un compteur dans cette capture",
        en: "{file}: no byte of a meter in this capture",
    }
    /// The end of a replay.
    replayed(bytes: u64, seconds: &str) {
        fr: "{bytes} octets rejoués, {seconds} s de ligne",
        en: "{bytes} bytes replayed, {seconds} s of the line",
    }
    /// How far a capture is, and its last line.
    captured(bytes: u64, seconds: &str, frames: u64) {
        fr: "{bytes} octets, {seconds} s, {frames} trames",
        en: "{bytes} bytes, {seconds} s, {frames} frames",
    }
    /// The capture was too slow for the line.
    capture_lost(bytes: u64) {
        fr: "{bytes} octets n'ont pas été enregistrés à temps : la capture les montre comme des trous",
        en: "{bytes} bytes were not recorded in time: the capture shows them as gaps",
    }
    /// The end of a capture without a byte.
    nothing_came() {
        fr: "Rien n'est venu : `linky-sensor doctor` cherche pourquoi",
        en: "Nothing came: `linky-sensor doctor` looks for the cause",
    }
    /// The daemon stopped while it was captured.
    daemon_ended() {
        fr: "Le service s'est arrêté, et la capture avec lui",
        en: "The daemon has ended, and the capture with it",
    }
    /// A port that is not opened.
    port_not_captured(what: &str, device: &str) {
        fr: "{what} ; que faire : sudo linky-sensor doctor {device}",
        en: "{what}; what to do: sudo linky-sensor doctor {device}",
    }
    /// There is no socket of a daemon.
    no_daemon_to_capture() {
        fr: "le service ne tourne pas : nommez le port, `linky-sensor capture PORT` (`linky-sensor doctor` montre les ports)",
        en: "the daemon does not run: name the port, `linky-sensor capture PORT` (`linky-sensor doctor` lists the ports)",
    }
    /// The socket of the daemon is not for this user.
    only_root_captures() {
        fr: "seul root peut capturer ce que le service reçoit, car les octets contiennent le numéro de série : sudo linky-sensor capture",
        en: "only root may capture what the daemon receives, for the bytes hold the serial number: sudo linky-sensor capture",
    }
}
