//! The words of `status`.

messages! {
    /// A meter that is received, and how old what is shown is.
    status_live(age: &str) {
        fr: "reçu, il y a {age}",
        en: "live, {age} ago",
    }
    /// A meter that is received, less than a second ago.
    status_live_now() {
        fr: "reçu à l'instant",
        en: "live, just now",
    }
    /// A port that is open, before its first frame.
    status_syncing() {
        fr: "on écoute, aucune trame encore",
        en: "listening, no frame yet",
    }
    /// A meter that sends nothing good.
    status_silent() {
        fr: "muet",
        en: "silent",
    }
    /// A port that is not there, or is refused.
    status_no_port() {
        fr: "pas de port",
        en: "no port",
    }

    /// The power that is drawn.
    status_power() {
        fr: "Puissance",
        en: "Power",
    }
    /// The share of the subscribed power, and what is left of it.
    status_to_spare(share: &str, limit: &str, spare: &str) {
        fr: "{share} de {limit}, marge {spare}",
        en: "{share} of {limit}, {spare} to spare",
    }
    /// The share of the subscribed power, and what is drawn beyond it.
    status_in_excess(share: &str, limit: &str, excess: &str) {
        fr: "{share} de {limit}, {excess} en trop",
        en: "{share} of {limit}, {excess} too much",
    }
    /// The share of the subscribed power of three phases: what each has left is not known.
    status_share(share: &str, limit: &str) {
        fr: "{share} de {limit}",
        en: "{share} of {limit}",
    }
    /// The power that is injected.
    status_injection() {
        fr: "Injection",
        en: "Injection",
    }
    /// A power that goes out.
    status_to_the_grid(power: &str) {
        fr: "{power} vers le réseau",
        en: "{power} to the grid",
    }
    /// The tariff.
    status_tariff() {
        fr: "Tarif",
        en: "Tariff",
    }
    /// The hours of a day that has a colour.
    status_coloured(hours: &str, colour: &str) {
        fr: "{hours}, jour {colour}",
        en: "{hours}, {colour} day",
    }
    /// The tariff that comes next, and when.
    status_next(now: &str, next: &str, clock: &str, span: &str) {
        fr: "{now} ; {next} à {clock}, dans {span}",
        en: "{now}; {next} at {clock}, in {span}",
    }
    /// The colour of tomorrow.
    status_tomorrow() {
        fr: "Demain",
        en: "Tomorrow",
    }
    /// The colour of tomorrow is not announced.
    status_colour_unknown() {
        fr: "couleur pas encore annoncée",
        en: "colour not announced yet",
    }
    /// The energies.
    status_energy() {
        fr: "Énergie",
        en: "Energy",
    }
    /// A figure, and the energy of the day.
    status_with_today(figure: &str, today: &str) {
        fr: "{figure} ; aujourd'hui {today}",
        en: "{figure}; {today} today",
    }
    /// The energy of the day alone.
    status_today(today: &str) {
        fr: "aujourd'hui {today}",
        en: "{today} today",
    }
    /// The breaker of the meter.
    status_breaker() {
        fr: "Disjoncteur",
        en: "Breaker",
    }
    /// The breaker is open.
    status_breaker_open(cause: &str) {
        fr: "ouvert : {cause}",
        en: "open: {cause}",
    }
    /// The breaker is about to open.
    status_breaker_warning() {
        fr: "coupure imminente : arrêtez un gros appareil",
        en: "about to cut off: switch a large appliance off",
    }
    /// The line.
    status_line() {
        fr: "Ligne",
        en: "Line",
    }
    /// The mode, and how many phases there are.
    status_mode[words](mode: &str, phases: u64) {
        fr: "TIC {mode}, {phases} {}" (words.plural(phases, "phase", "phases")),
        en: "{mode} TIC, {phases} {}" (words.plural(phases, "phase", "phases")),
    }
    /// The mode alone.
    status_mode_alone(mode: &str) {
        fr: "TIC {mode}",
        en: "{mode} TIC",
    }
    /// Frames, and how many of them were damaged.
    status_frames[words](frames: u64, damaged: u64) {
        fr: "{} {}, {}" (
            words.count(frames),
            words.plural(frames, "trame", "trames"),
            match damaged {
                0 => "aucune abîmée".to_owned(),
                _ => format!("{} {}", words.count(damaged), words.plural(damaged, "abîmée", "abîmées")),
            },
        ),
        en: "{} {}, {}" (
            words.count(frames),
            words.plural(frames, "frame", "frames"),
            match damaged {
                0 => "none damaged".to_owned(),
                _ => format!("{} damaged", words.count(damaged)),
            },
        ),
    }
    /// Frames, and how many of the groups of the last minutes are good.
    status_frames_of_quality[words](frames: u64, share: &str) {
        fr: "{} {}, {share} de groupes justes" (words.count(frames), words.plural(frames, "trame", "trames")),
        en: "{} {}, {share} good groups" (words.count(frames), words.plural(frames, "frame", "frames")),
    }

    /// The daemon.
    status_service(version: &str) {
        fr: "Service {version}",
        en: "Service {version}",
    }
    /// No broker is configured.
    status_broker_off() {
        fr: "MQTT désactivé",
        en: "MQTT off",
    }
    /// There is a session with the broker.
    status_broker_connected() {
        fr: "broker MQTT connecté",
        en: "MQTT broker connected",
    }
    /// There is none.
    status_broker_away() {
        fr: "broker MQTT absent",
        en: "MQTT broker away",
    }
    /// The broker refuses the daemon.
    status_broker_refuses() {
        fr: "broker MQTT : refus",
        en: "MQTT broker refuses",
    }
    /// States wait for the broker.
    status_waiting[words](count: u64) {
        fr: "{} {} pour son retour" (words.count(count), words.plural(count, "état gardé", "états gardés")),
        en: "{} {} kept for its return" (words.count(count), words.plural(count, "state", "states")),
    }
    /// States are being delivered after an absence.
    status_delivering[words](count: u64) {
        fr: "{} {} encore à livrer" (words.count(count), words.plural(count, "état", "états")),
        en: "{} {} still to deliver" (words.count(count), words.plural(count, "state", "states")),
    }
    /// States were dropped.
    status_dropped[words](count: u64) {
        fr: "{} {}, faute de place" (words.count(count), words.plural(count, "perdu", "perdus")),
        en: "{} dropped for lack of room" (words.count(count)),
    }
    /// Updates were missed.
    status_lagged[words](count: u64) {
        fr: "{} {}" (words.count(count), words.plural(count, "mise à jour manquée", "mises à jour manquées")),
        en: "{} {} missed" (words.count(count), words.plural(count, "update", "updates")),
    }
    /// No meter is configured.
    no_meter() {
        fr: "Le service tourne, et n'a pas de compteur.",
        en: "The service runs, and has no meter.",
    }
    /// Two daemons publish on one topic.
    topic_conflict(meter: &str) {
        fr: "Un autre service publie {meter} sur le même sujet MQTT : donnez-lui un autre id dans [[meter]], ou base-topic dans [mqtt].",
        en: "Another daemon publishes {meter} on the same MQTT topic: give it another id in [[meter]], or base-topic in [mqtt].",
    }
}
