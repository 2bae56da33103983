//! The broker of `doctor`: what it does, and what to do.

messages! {
    /// MQTT is off.
    broker_off() {
        fr: "MQTT est désactivé par la configuration",
        en: "MQTT is off in the configuration",
    }
    /// A session of the daemon.
    broker_connected(url: &str) {
        fr: "{url}, connecté",
        en: "{url}, connected",
    }
    /// It takes what we publish; the daemon has no session.
    broker_answers(url: &str) {
        fr: "{url} répond",
        en: "{url} answers",
    }
    /// It cannot be tried.
    broker_untried(url: &str) {
        fr: "{url}, non essayé : seul root peut lire le mot de passe, ou les fichiers de TLS",
        en: "{url}, not tried: only root can read the password, or the files of TLS",
    }
    /// A name.
    broker_name_unknown(url: &str) {
        fr: "{url} : aucune adresse trouvée pour ce nom",
        en: "{url}: no address was found for this name",
    }
    /// No way.
    broker_unreachable(url: &str) {
        fr: "{url} est inaccessible",
        en: "{url} cannot be reached",
    }
    /// Nothing listens.
    broker_refuses_connection(url: &str) {
        fr: "{url} : connexion refusée, rien n'écoute là",
        en: "{url}: connection refused, nothing listens there",
    }
    /// No answer.
    broker_silent(url: &str) {
        fr: "{url} ne répond pas",
        en: "{url} does not answer",
    }
    /// It closes.
    broker_closes(url: &str) {
        fr: "{url} ferme la connexion aussitôt",
        en: "{url} closes the connection at once",
    }
    /// TLS.
    broker_tls(url: &str) {
        fr: "{url} : TLS échoue",
        en: "{url}: TLS fails",
    }
    /// No broker.
    broker_not_mqtt(url: &str) {
        fr: "{url} répond, et n'est pas un broker MQTT 5 ou 3.1.1",
        en: "{url} answers, and is no broker of MQTT 5 or 3.1.1",
    }
    /// The password.
    broker_refuses_password(url: &str, user: &str) {
        fr: "{url} répond, et refuse le mot de passe de « {user} »",
        en: "{url} answers, and refuses the password of \"{user}\"",
    }
    /// No user.
    broker_wants_user(url: &str) {
        fr: "{url} répond, et veut un nom d'utilisateur",
        en: "{url} answers, and wants a user name",
    }
    /// No password.
    broker_without_password(url: &str, user: &str) {
        fr: "{url} : aucun mot de passe n'est rangé pour « {user} »",
        en: "{url}: no password is stored for \"{user}\"",
    }
    /// The password does not reach the daemon.
    broker_password_not_given(url: &str) {
        fr: "{url} accepte le mot de passe rangé, mais le service ne l'a pas reçu",
        en: "{url} accepts the stored password, and the service was not given it",
    }
    /// The client id.
    broker_refuses_client_id(url: &str) {
        fr: "{url} refuse le client-id, ou le keep-alive",
        en: "{url} refuses the client id, or the keep-alive",
    }
    /// A twin.
    broker_client_id_taken(url: &str) {
        fr: "{url} : un autre client a le même client-id, chacun chasse l'autre",
        en: "{url}: another client has the same client id, and each evicts the other",
    }
    /// Rights.
    broker_denies(url: &str, topic: &str) {
        fr: "{url} nous accepte, et ne laisse pas publier sur {topic}",
        en: "{url} accepts us, and does not let us publish on {topic}",
    }
    /// Thrown away.
    broker_throws_away(url: &str, topic: &str) {
        fr: "{url} nous accepte, et jette ce qui est publié sur {topic}",
        en: "{url} accepts us, and throws away what is published on {topic}",
    }
    /// Busy.
    broker_busy(url: &str) {
        fr: "{url} est occupé, ou s'arrête",
        en: "{url} is busy, or shuts down",
    }
    /// Another refusal.
    broker_refuses(url: &str) {
        fr: "{url} répond, et nous refuse",
        en: "{url} answers, and refuses us",
    }
    /// Two daemons on one topic.
    broker_conflict(url: &str, meters: &str) {
        fr: "{url}, connecté, mais un autre service publie aussi {meters}",
        en: "{url}, connected, and another daemon publishes {meters} too",
    }
    /// The daemon is not connected, and the broker is fine.
    broker_only_for_us(url: &str) {
        fr: "{url} me répond, et le service n'y est pas connecté",
        en: "{url} answers me, and the service is not connected to it",
    }

    /// The name.
    do_check_username(location: &str) {
        fr: "Le bon nom ? username dans {location}",
        en: "The right name? username in {location}",
    }
    /// A name.
    do_set_username() {
        fr: "Donnez-lui un nom : username = \"…\" sous [mqtt], et le mot de passe : sudo linky-sensor set-password",
        en: "Give it a name: username = \"…\" in [mqtt], and the password: sudo linky-sensor set-password",
    }
    /// The password.
    do_check_password() {
        fr: "Le bon mot de passe ? sudo linky-sensor set-password, puis sudo systemctl restart linky-sensor",
        en: "The right password? sudo linky-sensor set-password, then sudo systemctl restart linky-sensor",
    }
    /// The password, in a container.
    do_password_file() {
        fr: "Un conteneur ne reçoit pas le mot de passe de systemd : mettez-le dans un fichier, et password-file = \"/…\" sous [mqtt]",
        en: "A container is given no password by systemd: put it into a file, and password-file = \"/…\" in [mqtt]",
    }
    /// The password is not given.
    do_give_password() {
        fr: "Rangé après le démarrage ? sudo systemctl restart linky-sensor",
        en: "Stored after the start? sudo systemctl restart linky-sensor",
    }
    /// The system gives none.
    do_password_file_instead() {
        fr: "Toujours pas ? Ce système n'en donne pas aux services (certains conteneurs) : password-file = \"/…\" sous [mqtt]",
        en: "Still not? This system gives services none (some containers): password-file = \"/…\" in [mqtt]",
    }
    /// By hand.
    do_try_by_hand(command: &str) {
        fr: "Pour essayer à la main : {command}",
        en: "To try by hand: {command}",
    }
    /// The address.
    do_check_url(location: &str) {
        fr: "La bonne adresse, le bon port ? url dans {location}",
        en: "The right address, the right port? url in {location}",
    }
    /// The address is the default.
    do_set_url() {
        fr: "Le broker est ailleurs ? sudo linky-sensor setup le demande, l'essaie et l'écrit",
        en: "The broker is elsewhere? sudo linky-sensor setup asks for it, tries it and writes it down",
    }
    /// A broker of one's own.
    do_install_broker() {
        fr: "Pas encore de broker ? sudo apt install mosquitto",
        en: "No broker yet? sudo apt install mosquitto",
    }
    /// It must run.
    do_start_broker(host: &str) {
        fr: "Le broker tourne-t-il sur {host} ? Un pare-feu ? Mosquitto n'écoute que sa machine, sauf « listener 1883 »",
        en: "Does the broker run on {host}? A firewall? Mosquitto listens to its own machine only, unless \"listener 1883\"",
    }
    /// Names of the local network.
    do_local_name() {
        fr: "Les noms en .local demandent le paquet libnss-mdns ; une adresse marche sans",
        en: "Names in .local need the package libnss-mdns; an address works without",
    }
    /// TLS.
    do_check_tls() {
        fr: "Ce qui manque à TLS, et le remède : linky-sensor check-config, journalctl -u linky-sensor, et docs/MQTT.md",
        en: "What TLS lacks, and the cure: linky-sensor check-config, journalctl -u linky-sensor, and docs/MQTT.md",
    }
    /// Rights.
    do_allow_topics(base: &str, prefix: &str) {
        fr: "Dans les droits (ACL) du broker : lire et écrire {base}/#, écrire {prefix}/# et lire {prefix}/status",
        en: "In the rules (ACL) of the broker: read and write {base}/#, write {prefix}/# and read {prefix}/status",
    }
    /// Another id.
    do_set_client_id() {
        fr: "client-id = \"…\" sous [mqtt], un autre sur chaque machine (une carte SD copiée garde le même)",
        en: "client-id = \"…\" in [mqtt], another one on each machine (a copied SD card keeps the same)",
    }
    /// The log of the broker.
    do_see_broker_log() {
        fr: "Son journal le dit : sur sa machine, journalctl -u mosquitto",
        en: "Its log has the reason: on its machine, journalctl -u mosquitto",
    }
    /// Another meter id.
    do_set_other_id() {
        fr: "Un autre id sous [[meter]] sur l'une des deux machines, ou un autre base-topic sous [mqtt]",
        en: "Another id in [[meter]] on one of the two machines, or another base-topic in [mqtt]",
    }
    /// Wait.
    do_wait_for_broker() {
        fr: "Rien à faire : le service essaie de nouveau, de plus en plus rarement, jusqu'à 30 s",
        en: "Nothing to do: the service tries again, ever more seldom, up to 30 s",
    }
}
