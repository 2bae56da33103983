//! Why there is no session with the broker: a line by the word of the cause, and what to do.

use super::Words;

impl Words {
    /// The line, and what to do; `None` if nothing is wrong, or for a word of a newer daemon.
    pub fn broker_cause(self, cause: &str, broker: Option<&str>) -> Option<(String, String)> {
        let (why, remedy) = match cause {
            "name_unknown" => (self.broker_why_name(), self.broker_do_address()),
            "unreachable" => (self.broker_why_unreachable(), self.broker_do_network()),
            "refused_connection" => (self.broker_why_nothing_listens(), self.broker_do_start()),
            "timeout" => (self.broker_why_timeout(), self.broker_do_network()),
            "closed" => (self.broker_why_closed(), self.broker_do_log()),
            "tls" => (self.broker_why_tls(), self.broker_do_tls()),
            "not_mqtt" => (self.broker_why_not_mqtt(), self.broker_do_address()),
            "bad_credentials" => (self.broker_why_credentials(), self.broker_do_password()),
            "no_password" => (self.broker_why_no_password(), self.broker_do_password()),
            "client_id_refused" => (self.broker_why_client_id(), self.broker_do_client_id()),
            "client_id_taken" => (self.broker_why_taken(), self.broker_do_client_id()),
            "not_authorized" => (self.broker_why_denied(), self.broker_do_rules()),
            "no_publish" => (self.broker_why_lost(), self.broker_do_rules()),
            "busy" => (self.broker_why_busy(), self.broker_do_log()),
            "refused" => (self.broker_why_refused(), self.broker_do_log()),
            _ => return None,
        };
        let broker = broker.unwrap_or("broker");
        Some((self.broker_and_why(broker, &why), remedy))
    }
}

messages! {
    /// The broker, and why.
    broker_and_why(broker: &str, why: &str) {
        fr: "{broker} : {why}.",
        en: "{broker}: {why}.",
    }
    /// `name_unknown`
    broker_why_name() {
        fr: "aucune adresse trouvée pour ce nom",
        en: "no address was found for this name",
    }
    /// `unreachable`
    broker_why_unreachable() {
        fr: "aucun chemin jusqu'à lui",
        en: "there is no way to it",
    }
    /// `refused_connection`
    broker_why_nothing_listens() {
        fr: "connexion refusée",
        en: "connection refused",
    }
    /// `timeout`
    broker_why_timeout() {
        fr: "pas de réponse",
        en: "no answer",
    }
    /// `closed`
    broker_why_closed() {
        fr: "il ferme la connexion",
        en: "it closes the connection",
    }
    /// `tls`
    broker_why_tls() {
        fr: "TLS échoue, ou un certificat n'est pas accepté",
        en: "TLS fails, or a certificate is not accepted",
    }
    /// `not_mqtt`
    broker_why_not_mqtt() {
        fr: "ce qui répond n'est pas un broker MQTT",
        en: "what answers is no MQTT broker",
    }
    /// `bad_credentials`
    broker_why_credentials() {
        fr: "utilisateur ou mot de passe refusé",
        en: "user or password refused",
    }
    /// `no_password`
    broker_why_no_password() {
        fr: "le mot de passe manque, ou ne se lit pas",
        en: "the password is missing, or cannot be read",
    }
    /// `client_id_refused`
    broker_why_client_id() {
        fr: "client-id ou keep-alive refusé",
        en: "client id or keep-alive refused",
    }
    /// `client_id_taken`
    broker_why_taken() {
        fr: "un autre client a le même client-id",
        en: "another client has the same client id",
    }
    /// `not_authorized`
    broker_why_denied() {
        fr: "il n'autorise pas ce client",
        en: "it does not authorise this client",
    }
    /// `no_publish`
    broker_why_lost() {
        fr: "il prend ce qui est publié, et rien n'arrive",
        en: "it takes what is published, and nothing arrives",
    }
    /// `busy`
    broker_why_busy() {
        fr: "il est occupé, ou s'arrête",
        en: "it is busy, or shuts down",
    }
    /// `refused`
    broker_why_refused() {
        fr: "il refuse la session",
        en: "it refuses the session",
    }
    /// The address.
    broker_do_address() {
        fr: "La bonne adresse ? url sous [mqtt]. Pour tout vérifier : linky-sensor doctor",
        en: "The right address? url in [mqtt]. To check everything: linky-sensor doctor",
    }
    /// The network.
    broker_do_network() {
        fr: "Sa machine est-elle allumée, et sur ce réseau ? Pour tout vérifier : linky-sensor doctor",
        en: "Is its machine on, and on this network? To check everything: linky-sensor doctor",
    }
    /// The broker.
    broker_do_start() {
        fr: "Le broker tourne-t-il ? Pour tout vérifier : linky-sensor doctor",
        en: "Is the broker running? To check everything: linky-sensor doctor",
    }
    /// TLS.
    broker_do_tls() {
        fr: "Ce qui manque : linky-sensor check-config, et journalctl -u linky-sensor",
        en: "What is missing: linky-sensor check-config, and journalctl -u linky-sensor",
    }
    /// The password.
    broker_do_password() {
        fr: "sudo linky-sensor set-password, puis sudo systemctl restart linky-sensor",
        en: "sudo linky-sensor set-password, then sudo systemctl restart linky-sensor",
    }
    /// The client id.
    broker_do_client_id() {
        fr: "Un autre client-id sous [mqtt] (une carte SD copiée garde le même).",
        en: "Another client-id in [mqtt] (a copied SD card keeps the same).",
    }
    /// The rules of the broker.
    broker_do_rules() {
        fr: "Ses droits (ACL) doivent permettre de lire et d'écrire nos sujets : docs/MQTT.md",
        en: "Its rules (ACL) must let our topics be read and written: docs/MQTT.md",
    }
    /// The log.
    broker_do_log() {
        fr: "Pourquoi : journalctl -u linky-sensor, et le journal du broker.",
        en: "Why: journalctl -u linky-sensor, and the log of the broker.",
    }
}
