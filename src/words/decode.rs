//! The words of `decode`: totals, and why bytes hold no group.

messages! {
    /// Bytes without a group of a meter.
    decode_no_group(name: &str, bytes: u64, advice: &str) {
        fr: "{name} : aucun groupe d'un compteur (octets lus : {bytes}), alors qu'on attend ce qu'envoie son port série, octet par octet\n    {advice}",
        en: "{name}: found no group of a meter (bytes read: {bytes}), expected what its serial port sends, byte by byte\n    {advice}",
    }
    /// Too few frames for a figure.
    decode_too_short(name: &str, frames: u64, damaged: u64, mark: &str) {
        fr: "{name} : trop court pour confirmer une valeur : un état veut 3 trames de chaque étiquette. Trames trouvées : {frames} ({damaged} abîmées)\n    Ce que chaque trame montre à elle seule est marqué « {mark} » ; enregistrez quelques secondes de plus",
        en: "{name}: too short to confirm a figure: a state needs 3 frames of each label. Frames found: {frames} ({damaged} damaged)\n    What each frame shows by itself is marked \"{mark}\"; record some seconds more",
    }
    /// A mode was forced.
    decode_without_mode() {
        fr: "Enlevez --mode : le mode se trouve tout seul.",
        en: "Leave --mode out: the mode is found out.",
    }
    /// A parity was forced.
    decode_without_parity() {
        fr: "Enlevez --parity : s'il y a une parité, cela se trouve tout seul.",
        en: "Leave --parity out: whether there is parity is found out.",
    }
    /// How to make a capture.
    decode_record_them() {
        fr: "Pour les enregistrer : linky-sensor capture --duration 20s --output FICHIER PORT",
        en: "Record them: linky-sensor capture --duration 20s --output FILE PORT",
    }
    /// A compressed file.
    decode_compressed(form: &str, program: &str, name: &str) {
        fr: "Il est compressé ({form}) : {program} {name} | linky-sensor decode -",
        en: "It is compressed ({form}): {program} {name} | linky-sensor decode -",
    }
    /// What a line like that points to.
    decode_if_port(fault: &str) {
        fr: "Si un port les a donnés : {fault}",
        en: "If a port gave them: {fault}",
    }
    /// A dump.
    decode_is_hex() {
        fr: "C'est un dump en chiffres hexadécimaux",
        en: "It is a dump in hexadecimal digits",
    }
    /// Another encoding.
    decode_is_utf16() {
        fr: "C'est de l'UTF-16, tel que l'écrivent PowerShell et certains éditeurs",
        en: "It is UTF-16, as PowerShell and some editors write",
    }
    /// Line ends that were changed.
    decode_no_cr(frames: u64) {
        fr: "{frames} trames commencent (STX), mais aucun groupe ne finit (pas de CR) : un terminal qui n'était pas brut, ou un éditeur, a changé les fins de ligne",
        en: "{frames} frames begin (STX), but no group ends (no CR): a terminal that was not raw, or an editor, has changed the line ends",
    }
    /// Line ends that were changed.
    decode_no_lf(frames: u64) {
        fr: "{frames} trames commencent (STX), mais aucun groupe (pas de LF) : un terminal qui n'était pas brut, ou un éditeur, a changé les fins de ligne",
        en: "{frames} frames begin (STX), but no group does (no LF): a terminal that was not raw, or an editor, has changed the line ends",
    }
    /// Control characters in letters.
    decode_is_written() {
        fr: "Ses caractères de contrôle sont écrits en toutes lettres, comme ^B ou [9]",
        en: "Its control characters are written out, as ^B or [9]",
    }
    /// Tabs are lost.
    decode_is_spaced() {
        fr: "Des espaces tiennent lieu de tabulations, comme dans ce qu'on copie d'un écran",
        en: "Spaces stand for its tabs, as in what is copied from a screen",
    }
    /// A log.
    decode_is_inside() {
        fr: "Ses groupes sont dans des lignes d'autre texte, comme dans un journal",
        en: "Its groups are inside lines of other text, as in a log",
    }
    /// No frames.
    decode_has_no_frame() {
        fr: "Ses groupes sont bons, mais aucune trame ne commence (pas de STX), comme dans ce qu'on copie en texte",
        en: "Its groups are sound, but no frame begins (no STX), as in what is copied as text",
    }
    /// Groups in another form.
    decode_is_other() {
        fr: "Ses groupes ne sont pas tels qu'un compteur les envoie, mais leurs sommes sont justes",
        en: "Its groups are not as a meter sends them, but their sums are right",
    }
    /// All of a text can be read.
    decode_as_text(seen: &str, name: &str) {
        fr: "{seen}. On peut lire ce qu'il contient : linky-sensor decode --text {name}",
        en: "{seen}. What it holds can be read: linky-sensor decode --text {name}",
    }
    /// Some of a text may be read.
    decode_perhaps_as_text(seen: &str, name: &str) {
        fr: "{seen}. On peut peut-être en lire une partie : linky-sensor decode --text {name}",
        en: "{seen}. Some of it may be read: linky-sensor decode --text {name}",
    }

    /// No mode.
    totals_no_mode() {
        fr: "aucun",
        en: "none found",
    }
    /// Several modes.
    totals_then() {
        fr: ", puis ",
        en: ", then ",
    }
    /// No parity was looked for.
    totals_parity_not_seen() {
        fr: "pas vue",
        en: "not seen",
    }
    /// The mode and the parity.
    totals_mode(mode: &str, parity: &str) {
        fr: "mode      {mode} (parité {parity})",
        en: "mode      {mode} (parity {parity})",
    }
    /// Frames.
    totals_frames(frames: u64, damaged: u64) {
        fr: "trames    {frames} ({damaged} abîmées)",
        en: "frames    {frames} ({damaged} damaged)",
    }
    /// Groups.
    totals_groups(groups: u64, unknown: u64) {
        fr: "groupes   {groups} acceptés ({unknown} d'étiquettes inconnues)",
        en: "groups    {groups} accepted ({unknown} of unknown labels)",
    }
    /// Rejected groups.
    totals_rejected(all: u64, parity: u64, checksum: u64, format: u64) {
        fr: "rejetés   {all} (parité {parity}, somme {checksum}, forme {format})",
        en: "rejected  {all} (parity {parity}, checksum {checksum}, format {format})",
    }
}

impl super::Words {
    /// What the parity was found to be, by its word.
    pub fn totals_parity(self, found: &str) -> &str {
        match found {
            "checked" => self.pick("vérifiée", "checked"),
            "stripped" => self.pick("effacée", "stripped"),
            "ignored" => self.pick("ignorée", "ignored"),
            "undecided" => self.pick("indécise", "undecided"),
            other => other,
        }
    }
}
