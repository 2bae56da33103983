//! The checks of `doctor`: their names, configuration and service, and what to do about them.

messages! {
    /// The configuration.
    name_of_configuration() {
        fr: "Configuration",
        en: "Configuration",
    }
    /// The daemon.
    name_of_service() {
        fr: "Service",
        en: "Service",
    }
    /// The port.
    name_of_port() {
        fr: "Port",
        en: "Port",
    }
    /// The meter.
    name_of_meter() {
        fr: "Compteur",
        en: "Meter",
    }
    /// The line.
    name_of_line() {
        fr: "Ligne",
        en: "Line",
    }
    /// The contract.
    name_of_contract() {
        fr: "Contrat",
        en: "Contract",
    }
    /// The broker.
    name_of_broker() {
        fr: "Broker",
        en: "Broker",
    }

    /// A location in a file.
    at_line(file: &str, line: u64) {
        fr: "{file}, ligne {line}",
        en: "{file}, line {line}",
    }
    /// A good configuration.
    configuration_valid() {
        fr: "rien à redire",
        en: "nothing against it",
    }
    /// No file.
    configuration_defaults() {
        fr: "aucun fichier : les valeurs par défaut",
        en: "no file: the defaults",
    }
    /// The daemon has another.
    configuration_changed() {
        fr: "pas celle du service en marche",
        en: "not that of the running service",
    }
    /// A mode is imposed.
    configuration_mode_fixed(mode: &str, location: &str) {
        fr: "mode = \"{mode}\" est imposé ({location})",
        en: "mode = \"{mode}\" is imposed ({location})",
    }
    /// Faults.
    configuration_faults(count: u64, location: &str) {
        fr: "{}, {}{location}" (
            if count == 1 { "une faute".to_owned() } else { format!("{count} fautes") },
            if count == 1 { "dans " } else { "la première dans " },
        ),
        en: "{}, {}in {location}" (
            if count == 1 { "one fault".to_owned() } else { format!("{count} faults") },
            if count == 1 { "" } else { "the first " },
        ),
    }

    /// It runs.
    service_running() {
        fr: "en marche",
        en: "running",
    }
    /// It runs for so long.
    service_running_for(span: &str) {
        fr: "en marche depuis {span}",
        en: "running for {span}",
    }
    /// It runs without a port.
    service_patient(running: &str) {
        fr: "{running}, et patient",
        en: "{running}, and patient",
    }
    /// Another version runs.
    service_other_version(running: &str, theirs: &str, ours: &str) {
        fr: "{running}, en version {theirs} ; cette commande est en {ours}",
        en: "{running}, as version {theirs}; this command is {ours}",
    }
    /// It is stopped.
    service_stopped() {
        fr: "arrêté",
        en: "stopped",
    }
    /// It is stopped, and does not start with the machine.
    service_disabled() {
        fr: "arrêté, et il ne démarre pas avec la machine",
        en: "stopped, and it does not start with the machine",
    }
    /// It failed.
    service_failed(code: i64) {
        fr: "en échec (code {code})",
        en: "failed (code {code})",
    }
    /// It is about to start.
    service_starting() {
        fr: "il démarre",
        en: "it is starting",
    }
    /// There is no unit.
    service_missing() {
        fr: "l'unité linky-sensor.service n'est pas installée",
        en: "the unit linky-sensor.service is not installed",
    }
    /// It does not run, and no systemd is there to ask.
    service_not_running() {
        fr: "il ne tourne pas, ou pas sur ce bus",
        en: "it does not run, or not on this bus",
    }
    /// The configuration takes it off the bus.
    service_off_bus() {
        fr: "absent de D-Bus, comme la configuration le demande",
        en: "not on D-Bus, as the configuration asks",
    }
    /// There is no bus.
    service_no_bus() {
        fr: "pas de D-Bus ici : impossible de lui demander",
        en: "no D-Bus here: it cannot be asked",
    }
    /// The policy of the bus.
    service_denied() {
        fr: "la politique du bus ne laisse pas demander",
        en: "the policy of the bus does not let anyone ask",
    }
    /// It does not answer.
    service_silent() {
        fr: "il ne répond pas sur le bus",
        en: "it does not answer on the bus",
    }

    /// See the faults.
    do_check_config() {
        fr: "Chaque faute, avec sa ligne et le remède : linky-sensor check-config",
        en: "Each fault, with its line and its cure: linky-sensor check-config",
    }
    /// Restart with the new configuration.
    do_put_in_force() {
        fr: "sudo systemctl restart linky-sensor",
        en: "sudo systemctl restart linky-sensor",
    }
    /// Delete the mode.
    do_delete_mode(line: u64) {
        fr: "Effacez la ligne {line}, ou écrivez mode = \"auto\" : il suivra le compteur, même si Enedis en change.",
        en: "Delete line {line}, or write mode = \"auto\": it then follows the meter, also when Enedis changes it.",
    }
    /// Restart.
    do_restart() {
        fr: "Puis : sudo systemctl restart linky-sensor",
        en: "Then: sudo systemctl restart linky-sensor",
    }
    /// Restart a container.
    do_restart_container() {
        fr: "Puis redémarrez le conteneur",
        en: "Then restart the container",
    }
    /// Restart an app of Home Assistant.
    do_restart_app() {
        fr: "Redémarrez l'application linky-sensor dans Home Assistant ; son journal est sur sa page",
        en: "Restart the app linky-sensor in Home Assistant; its log is on its page",
    }
    /// The port of an app.
    do_device_option() {
        fr: "Branchez la clé, et choisissez son port dans les options de l'application (device) ; puis redémarrez-la",
        en: "Plug the dongle in, and choose its port in the options of the app (device); then restart it",
    }
    /// The password of an app.
    do_password_option() {
        fr: "Le bon mot de passe ? mqtt_username et mqtt_password dans les options de l'application",
        en: "The right password? mqtt_username and mqtt_password in the options of the app",
    }
    /// Start.
    do_start() {
        fr: "sudo systemctl start linky-sensor",
        en: "sudo systemctl start linky-sensor",
    }
    /// Enable and start.
    do_enable() {
        fr: "sudo systemctl enable --now linky-sensor",
        en: "sudo systemctl enable --now linky-sensor",
    }
    /// Start in a container.
    do_start_in_container() {
        fr: "Dans un conteneur, c'est lui qui lance « linky-sensor run » : regardez son journal (docker logs, podman logs)",
        en: "In a container, it is the container that starts \"linky-sensor run\": look at its log (docker logs, podman logs)",
    }
    /// The journal.
    do_see_journal() {
        fr: "Pourquoi : journalctl -u linky-sensor -n 20",
        en: "Why: journalctl -u linky-sensor -n 20",
    }
    /// Install.
    do_install() {
        fr: "Installez le paquet : sudo apt install ./linky-sensor_….deb",
        en: "Install the package: sudo apt install ./linky-sensor_….deb",
    }
    /// The bus.
    do_install_bus() {
        fr: "sudo apt install dbus, puis sudo systemctl restart linky-sensor",
        en: "sudo apt install dbus, then sudo systemctl restart linky-sensor",
    }
    /// The policy.
    do_reload_policy(file: &str) {
        fr: "{file} doit être dans /usr/share/dbus-1/system.d ; puis : sudo systemctl reload dbus",
        en: "{file} must be in /usr/share/dbus-1/system.d; then: sudo systemctl reload dbus",
    }
    /// The key of the meter.
    do_see_mode() {
        fr: "La touche + du compteur montre son mode. Le mode standard en dit bien plus : demandez-le à votre fournisseur.",
        en: "The + key of the meter shows its mode. Standard mode has far more: ask your supplier for it.",
    }
}
