//! The words of `check-config`.

messages! {
    /// A file that this user may not read.
    config_not_read(file: &str, user: &str) {
        fr: "attention : {file} : non vérifié, cet utilisateur n'a pas le droit de le lire. Pour le vérifier comme le fait le service :\n    sudo -u {user} linky-sensor check-config",
        en: "warning: {file}: not checked, this user may not read it. To check it as the service does:\n    sudo -u {user} linky-sensor check-config",
    }
    /// A file that was read.
    config_read(file: &str) {
        fr: "Lu : {file}",
        en: "Read: {file}",
    }
    /// There is no file.
    config_no_file() {
        fr: "Il n'y a pas de fichier de configuration : les valeurs par défaut sont en vigueur.",
        en: "There is no configuration file: the defaults are in force.",
    }
    /// All is well.
    config_valid() {
        fr: "La configuration est valide.",
        en: "The configuration is valid.",
    }
    /// A meter.
    config_meter(id: &str, name: &str, device: &str, mode: &str, parity: &str) {
        fr: "Compteur {id} ({name}) : {device}, mode {mode}, parité {parity}",
        en: "Meter {id} ({name}): {device}, mode {mode}, parity {parity}",
    }
    /// The lamp of a meter.
    config_led(led: &str) {
        fr: ", DEL {led}",
        en: ", LED {led}",
    }
    /// D-Bus.
    config_dbus(name: &str) {
        fr: "D-Bus : {name}",
        en: "D-Bus: {name}",
    }
    /// What is off.
    config_off() {
        fr: "désactivé",
        en: "off",
    }
    /// MQTT is off.
    config_mqtt_off() {
        fr: "MQTT : désactivé",
        en: "MQTT: off",
    }
    /// The broker, as nobody.
    config_mqtt_anonymous(url: &str) {
        fr: "MQTT : {url}, sans utilisateur",
        en: "MQTT: {url}, without a user",
    }
    /// The broker.
    config_mqtt(url: &str, user: &str) {
        fr: "MQTT : {url}, comme {user}",
        en: "MQTT: {url}, as {user}",
    }
    /// The states.
    config_states(topic: &str, interval: &str, qos: u8) {
        fr: "  États : {topic}, {interval}, QoS {qos}",
        en: "  States: {topic}, {interval}, QoS {qos}",
    }
    /// Each frame.
    config_each_frame() {
        fr: "à chaque trame",
        en: "at every frame",
    }
    /// An interval.
    config_every(interval: &str) {
        fr: "toutes les {interval}",
        en: "every {interval}",
    }
    /// A quantity that is published at once.
    config_on_change(key: &str, amount: &str) {
        fr: ", quand {key} bouge de {amount}",
        en: ", when {key} moves by {amount}",
    }
    /// The history.
    config_history(size: &str) {
        fr: "  Historique pendant l'absence du broker : gardé jusqu'à {size}",
        en: "  History while the broker is away: kept up to {size}",
    }
    /// No history.
    config_no_history() {
        fr: "  Historique pendant l'absence du broker : désactivé",
        en: "  History while the broker is away: off",
    }
    /// Discovery.
    config_home_assistant(prefix: &str, language: &str, discovery: &str) {
        fr: "  Home Assistant : trouvé sous {prefix}, langue {language}, discovery {discovery}",
        en: "  Home Assistant: found under {prefix}, language {language}, discovery {discovery}",
    }
    /// No discovery.
    config_home_assistant_off() {
        fr: "  Home Assistant : désactivé",
        en: "  Home Assistant: off",
    }
    /// The topics of the Python linky-sensor.
    config_python(data: &str, status: &str) {
        fr: "  linky-sensor en Python : {data}, {status}",
        en: "  Python linky-sensor: {data}, {status}",
    }
    /// The topics of teleinfo2mqtt.
    config_teleinfo2mqtt(base: &str, is_announced: bool) {
        fr: "  teleinfo2mqtt : {base}/, {}" (if is_announced { "annoncé" } else { "pas annoncé" }),
        en: "  teleinfo2mqtt: {base}/, {}" (if is_announced { "announced" } else { "not announced" }),
    }
    /// Metrics, on an address of this computer alone.
    config_metrics_here(address: &str, path: &str) {
        fr: "Métriques : http://{address}{path}, pour cet ordinateur",
        en: "Metrics: http://{address}{path}, for this computer",
    }
    /// Metrics, on any other.
    config_metrics(address: &str, path: &str) {
        fr: "Métriques : http://{address}{path}, pour qui atteint cette adresse",
        en: "Metrics: http://{address}{path}, for whoever reaches that address",
    }
    /// No metrics.
    config_metrics_off() {
        fr: "Métriques : désactivées",
        en: "Metrics: off",
    }
    /// Identifiers.
    config_identifiers(are_published: bool) {
        fr: "Numéro de série et PRM : {}" (if are_published { "publiés" } else { "tus" }),
        en: "Serial number and PRM: {}" (if are_published { "published" } else { "withheld" }),
    }
}
