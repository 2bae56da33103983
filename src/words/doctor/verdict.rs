//! The verdicts of `doctor`: one sentence that names the culprit, and absolves the rest.

messages! {
    /// A port is good.
    verdict_well() {
        fr: "Tout va bien, on l'entend parfaitement.",
        en: "All is well, it is received perfectly.",
    }
    /// Good, without parity.
    verdict_parity() {
        fr: "Ça marche. La parité est la première des deux protections contre les parasites ; il reste la\nsomme de contrôle et les vérifications de vraisemblance, et rien de faux n'est publié.",
        en: "It works. Parity is the first of two guards against noise; the checksum and the checks of\nplausibility remain, and nothing wrong is published.",
    }
    /// A bad line.
    verdict_bad_line() {
        fr: "Le compteur est reçu, et la ligne est mauvaise. Rien de faux n'est publié, mais des mesures se perdent.",
        en: "The meter is received, and the line is bad. Nothing wrong is published, but figures are lost.",
    }
    /// A good line, something missing.
    verdict_incomplete() {
        fr: "La ligne va bien. La trame, elle, n'est pas entière.",
        en: "The line is good. The frame is not whole.",
    }
    /// The clock.
    verdict_clock() {
        fr: "La ligne va bien. C'est le compteur qui a perdu l'heure ; ses énergies restent justes.",
        en: "The line is good. It is the meter that has lost its time; its energies stay right.",
    }
    /// Wires.
    verdict_wires() {
        fr: "L'adaptateur répond, le compteur non : ce sont sans doute les fils.",
        en: "The adapter answers and the meter does not: it is most likely the wires.",
    }
    /// Wires behind a server.
    verdict_wires_of_server() {
        fr: "Le serveur répond, et n'envoie rien : c'est son port, ou les fils derrière lui.",
        en: "The server answers and sends nothing: it is its port, or the wires behind it.",
    }
    /// Unreadable.
    verdict_unreadable() {
        fr: "Quelque chose parle, et ce n'est pas lisible. Du plus fréquent au plus rare :",
        en: "Something sends, and it cannot be read. The most frequent first:",
    }
    /// Unreadable, and the cause is seen.
    verdict_unreadable_for(cause: &str) {
        fr: "Quelque chose parle, et ce n'est pas lisible ({cause}).",
        en: "Something sends, and it cannot be read ({cause}).",
    }
    /// Text.
    verdict_text() {
        fr: "L'adaptateur va bien. Ce qui arrive est du texte, pas un compteur.",
        en: "The adapter is fine. What arrives is text, not a meter.",
    }
    /// Settings.
    verdict_settings() {
        fr: "Le port va bien. Un autre programme en change les réglages.",
        en: "The port is fine. Another program changes its settings.",
    }
    /// A port that must be freed.
    verdict_port_busy() {
        fr: "Le port est pris ; je ne l'ouvre pas.",
        en: "The port is in use; I do not open it.",
    }
    /// The service has it.
    verdict_port_of_service() {
        fr: "C'est le service qui lit ce port, et c'est bien ainsi.",
        en: "It is the service that reads this port, as it should.",
    }
    /// A port that cannot be opened.
    verdict_port() {
        fr: "C'est le port. Rien d'autre n'a pu être essayé.",
        en: "It is the port. Nothing else could be tried.",
    }
    /// A server that cannot be reached.
    verdict_server() {
        fr: "C'est le serveur du port, ou le chemin jusqu'à lui.",
        en: "It is the server of the port, or the way to it.",
    }
}
