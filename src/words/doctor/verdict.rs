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
    /// A phase.
    verdict_phase() {
        fr: "La ligne va bien. C'est le réseau : une phase n'arrive pas au compteur.",
        en: "The line is good. It is the grid: a phase does not reach the meter.",
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

messages! {
    /// Everything is good.
    verdict_all_well() {
        fr: "Tout va bien : le compteur est reçu, et publié.",
        en: "All is well: the meter is received, and published.",
    }
    /// Everything is good, without MQTT.
    verdict_well_without_mqtt() {
        fr: "Tout va bien : le compteur est reçu.",
        en: "All is well: the meter is received.",
    }
    /// It works, and something deserves a look.
    verdict_works() {
        fr: "Ça marche. Il reste à voir :",
        en: "It works. What deserves a look:",
    }
    /// Wait.
    verdict_starting() {
        fr: "Rien d'anormal : le service vient de démarrer. Relancez-moi dans une minute.",
        en: "Nothing unusual: the service has just started. Run me again in a minute.",
    }
    /// The configuration.
    verdict_configuration() {
        fr: "C'est la configuration : le service ne démarre pas avec elle.",
        en: "It is the configuration: the service does not start with it.",
    }
    /// Another configuration.
    verdict_outdated() {
        fr: "Le service tourne avec une autre configuration ; celle-ci prend effet à son redémarrage.",
        en: "The service runs with another configuration; this one takes effect when it restarts.",
    }
    /// The daemon.
    verdict_service() {
        fr: "C'est le service : il ne tourne pas.",
        en: "It is the service: it does not run.",
    }
    /// The bus.
    verdict_bus() {
        fr: "C'est le bus : le service ne peut pas y être interrogé. Il publie peut-être sur MQTT.",
        en: "It is the bus: the service cannot be asked there. It may publish on MQTT.",
    }
    /// Only the adapter.
    verdict_only_adapter() {
        fr: "Il ne manque que l'adaptateur.",
        en: "Only the adapter is missing.",
    }
    /// The adapter.
    verdict_adapter() {
        fr: "Il manque l'adaptateur.",
        en: "The adapter is missing.",
    }
    /// The port has no name yet.
    verdict_unnamed() {
        fr: "Tout est prêt, sauf le port : le service attend qu'on le lui nomme.",
        en: "Everything is ready but the port: the service waits for its name.",
    }
    /// The port was found.
    verdict_port_found() {
        fr: "C'est le bon port. Pour que le service s'en serve :",
        en: "That is the port. To have the service use it:",
    }
    /// It is the mode.
    verdict_mode(mode: &str, other: &str) {
        fr: "Le service n'écoute que le mode {mode} ; le compteur parle sans doute {other}.",
        en: "The service listens to {mode} mode only; the meter most likely sends {other}.",
    }
    /// The port of the daemon.
    verdict_port_of_daemon() {
        fr: "C'est le port. Le service va bien, et le prendra dès qu'il le pourra.",
        en: "It is the port. The service is fine, and takes it as soon as it can.",
    }
    /// Silence at the daemon.
    verdict_quiet() {
        fr: "Le service et le port vont bien ; le compteur ne répond pas : ce sont sans doute les fils.",
        en: "The service and the port are fine; the meter does not answer: it is most likely the wires.",
    }
    /// Noise at the daemon.
    verdict_unread() {
        fr: "Le service et le port vont bien ; ce qui arrive n'est pas lisible. Du plus fréquent au plus rare :",
        en: "The service and the port are fine; what arrives cannot be read. The most frequent first:",
    }
    /// The meter is absolved.
    meter_is_fine() {
        fr: "Le compteur va bien.",
        en: "The meter is fine.",
    }
    /// The broker's address.
    broker_fault_away() {
        fr: "C'est le broker, ou le chemin jusqu'à lui.",
        en: "It is the broker, or the way to it.",
    }
    /// The password.
    broker_fault_password() {
        fr: "C'est le mot de passe du broker.",
        en: "It is the broker's password.",
    }
    /// The password is not given.
    broker_fault_credential() {
        fr: "Le mot de passe est bon ; c'est le service qui ne l'a pas.",
        en: "The password is right; it is the service that has not got it.",
    }
    /// Rights.
    broker_fault_rights() {
        fr: "Ce sont les droits (ACL) du broker : rien de ce qui est publié n'arrive.",
        en: "It is the rules (ACL) of the broker: nothing that is published arrives.",
    }
    /// TLS.
    broker_fault_tls() {
        fr: "C'est TLS, entre le service et le broker.",
        en: "It is TLS, between the service and the broker.",
    }
    /// A twin.
    broker_fault_client_id() {
        fr: "C'est le client-id : deux programmes ont le même.",
        en: "It is the client id: two programs have the same.",
    }
    /// A twin on the topic.
    broker_fault_conflict() {
        fr: "Deux services publient le même compteur : l'un des deux doit changer de nom.",
        en: "Two daemons publish the same meter: one of them must change its name.",
    }
    /// Another refusal.
    broker_fault_refusal() {
        fr: "C'est le broker : il nous refuse.",
        en: "It is the broker: it refuses us.",
    }
    /// Only the daemon is not connected.
    broker_fault_session() {
        fr: "Le broker va bien, et le service n'y est pas encore connecté.",
        en: "The broker is fine, and the service is not connected to it yet.",
    }
    /// What waits.
    states_wait(count: u64, shown: &str) {
        fr: "{} rien n'est perdu." (if count == 1 { "Un état l'attend,".to_owned() } else { format!("{shown} états l'attendent,") }),
        en: "{} nothing is lost." (if count == 1 { "One state waits for it,".to_owned() } else { format!("{shown} states wait for it,") }),
    }
}
