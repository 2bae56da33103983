//! The notes of `migrate`, and the first line of what it prints.

messages! {
    /// The comment of a configuration.
    migrate_from_python() {
        fr: "D'après la configuration du linky-sensor en Python.",
        en: "From the configuration of the Python linky-sensor.",
    }
    /// The comment of a configuration.
    migrate_from_teleinfo2mqtt() {
        fr: "D'après les variables de teleinfo2mqtt.",
        en: "From the variables of teleinfo2mqtt.",
    }
    /// A file of another program that is none.
    migrate_unknown(name: &str) {
        fr: "{name} : ni un fichier INI avec la section [mqtt_broker] (le linky-sensor en Python), ni un qui donne MQTT_URL, SERIAL, TIC_MODE ou une autre variable de teleinfo2mqtt",
        en: "{name}: neither an INI file with the section [mqtt_broker] (the Python linky-sensor) nor one that sets MQTT_URL, SERIAL, TIC_MODE or another variable of teleinfo2mqtt",
    }
    /// A value of it that we do not take.
    migrate_refused(name: &str, faults: &str) {
        fr: "{name} : une valeur ne peut pas être reprise :\n{faults}",
        en: "{name}: a value cannot be taken over:\n{faults}",
    }
    /// Why identifiers are allowed.
    migrate_python_topics() {
        fr: "Les anciens sujets contiennent le numéro de série du compteur : d'où publish-identifiers. Quand plus rien ne les lit, enlevez [mqtt.python-compatible] et [privacy].",
        en: "The old topics hold the serial number of the meter: hence publish-identifiers. When nothing reads them any more, remove [mqtt.python-compatible] and [privacy].",
    }
    /// The port.
    migrate_python_port() {
        fr: "Le linky-sensor en Python lisait /dev/serial0. Ici l'adaptateur est reconnu : voyez linky-sensor doctor, et donnez device sous [[meter]] là où il ne l'est pas.",
        en: "The Python linky-sensor read /dev/serial0. Here the adapter is found: see linky-sensor doctor, and set device in [[meter]] where it is not.",
    }
    /// The client id.
    migrate_client_name(name: &str) {
        fr: "client_name = {name} n'a pas été repris : deux clients du même nom se couperaient la session l'un l'autre. Un broker qui admet les clients par leur nom veut client-id sous [mqtt].",
        en: "client_name = {name} was not taken over: two clients of one name would end each other's session. A broker that admits clients by their name needs client-id in [mqtt].",
    }
    /// A key that is not known.
    migrate_unknown_key(key: &str) {
        fr: "{key} est inconnu, et n'a pas été repris.",
        en: "{key} is unknown, and was not taken over.",
    }
    /// The password.
    migrate_password() {
        fr: "Rangez le mot de passe du broker à part : sudo linky-sensor set-password",
        en: "Store the password of the broker apart: sudo linky-sensor set-password",
    }
    /// Why identifiers are allowed.
    migrate_teleinfo_topics() {
        fr: "Les anciens sujets sont nommés par le numéro de série du compteur : d'où publish-identifiers. Les entités et leurs statistiques continuent ; un second appareil, Linky, a les nôtres. Quand plus rien ne lit les anciennes, enlevez [mqtt.teleinfo2mqtt-compatible] et [privacy].",
        en: "The old topics are named by the serial number of the meter: hence publish-identifiers. The entities and their statistics continue; a second device, Linky, has our own. When nothing reads the old ones any more, remove [mqtt.teleinfo2mqtt-compatible] and [privacy].",
    }
    /// Two readers.
    migrate_stop_first() {
        fr: "Arrêtez d'abord teleinfo2mqtt : deux programmes ne peuvent pas lire un même port.",
        en: "Stop teleinfo2mqtt first: two programs cannot read one port.",
    }
    /// The mode.
    migrate_mode() {
        fr: "TIC_MODE n'a pas été repris : le mode est détecté.",
        en: "TIC_MODE was not taken over: the mode is detected.",
    }
    /// A value that docker-compose puts together.
    migrate_variable(name: &str, variable: &str) {
        fr: "{name} contient {variable} : docker-compose y met une valeur. Écrivez cette valeur à sa place.",
        en: "{name} holds {variable}, where docker-compose puts a value. Write that value in its place.",
    }
    /// A host that only containers reach.
    migrate_service(host: &str) {
        fr: "{host} est un conteneur : hors de docker-compose, personne ne connaît ce nom. Donnez dans url, sous [mqtt], l'adresse de sa machine (localhost si c'est celle-ci, avec un port publié).",
        en: "{host} is a container: outside of docker-compose its name is unknown. Set url in [mqtt] to the address of its machine (localhost if it is this one, with a port that is published).",
    }
    /// Certificates.
    migrate_certificates() {
        fr: "MQTT_TLS_REJECT_UNAUTHORIZED = false n'a pas été repris : un certificat d'une autorité inconnue est refusé. Donnez dans ca-file, sous [mqtt], l'autorité du broker.",
        en: "MQTT_TLS_REJECT_UNAUTHORIZED = false was not taken over: a certificate of an unknown authority is refused. Set ca-file in [mqtt] to the broker's own authority.",
    }
    /// Tempo.
    migrate_tempo() {
        fr: "TEMPO_ENABLED n'a pas été repris : rien n'est lu sur Internet. Les couleurs sont celles qu'envoie le compteur, celle du lendemain à partir de 20 h environ.",
        en: "TEMPO_ENABLED was not taken over: nothing is read from the internet. The colours are those that the meter sends, that of tomorrow from about 20:00 on.",
    }
}
