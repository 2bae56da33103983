//! The meter, its line and its contract, as `doctor` shows them, and what to do about them.

messages! {
    /// The meter that was found: who made it.
    meter_known(maker: &str, year: &str, mode: &str, baud: &str) {
        fr: "{maker} de {year}, mode {mode}, {baud}",
        en: "{maker} of {year}, {mode} mode, {baud}",
    }
    /// The meter that was found: its maker is not known.
    meter_nameless(mode: &str, baud: &str) {
        fr: "mode {mode}, {baud}",
        en: "{mode} mode, {baud}",
    }
    /// Nothing came.
    meter_silent(seconds: u64) {
        fr: "aucun octet en {seconds} s, à aucune des deux vitesses",
        en: "not one byte in {seconds} s, at either speed",
    }
    /// Nothing came from a server.
    meter_silent_server(seconds: u64) {
        fr: "aucun octet en {seconds} s",
        en: "not one byte in {seconds} s",
    }
    /// Bytes, and no group.
    meter_unreadable(bytes: &str, seconds: u64) {
        fr: "{bytes} octets en {seconds} s, mais pas un seul groupe juste",
        en: "{bytes} bytes in {seconds} s, and not one good group",
    }
    /// Groups, and no frame.
    meter_without_frame(seconds: u64) {
        fr: "des groupes justes, mais aucune trame entière en {seconds} s",
        en: "good groups, and no whole frame in {seconds} s",
    }
    /// Text.
    meter_text(quote: &str) {
        fr: "du texte arrive, et non un compteur : « {quote} »",
        en: "text arrives, and no meter: \"{quote}\"",
    }

    /// A good line, parity checked.
    line_clean(good: &str, total: &str) {
        fr: "{good} groupes justes sur {total}, parité vérifiée",
        en: "{good} good groups out of {total}, parity checked",
    }
    /// A good line without parity.
    line_without_parity(good: &str, total: &str) {
        fr: "{good} groupes justes sur {total}, mais l'adaptateur efface la parité",
        en: "{good} good groups out of {total}, but the adapter strips the parity",
    }
    /// A bad line.
    line_bad(good: &str, total: &str, cause: &str) {
        fr: "{good} groupes justes sur {total} seulement : {cause}",
        en: "only {good} good groups out of {total}: {cause}",
    }
    /// Too few errors for a cause.
    fault_unknown() {
        fr: "trop peu d'erreurs pour en nommer la cause",
        en: "too few errors to name a cause",
    }
    /// What errors point to.
    fault_levels() {
        fr: "des bits isolés sont faux, sans doute un niveau trop faible",
        en: "single bits are wrong, likely a weak level",
    }
    /// What errors point to.
    fault_parity() {
        fr: "l'adaptateur efface la parité, et les erreurs ne se distinguent plus",
        en: "the adapter strips the parity, so that the errors cannot be distinguished",
    }
    /// What errors point to.
    fault_noise() {
        fr: "des suites de caractères sont fausses, sans doute des parasites",
        en: "runs of characters are wrong, likely noise",
    }
    /// What errors point to.
    fault_lost() {
        fr: "des caractères se perdent, sans doute un adaptateur ou un ordinateur trop occupé",
        en: "characters are lost, likely an adapter or a computer that is too busy",
    }
    /// What errors point to.
    fault_too_slow() {
        fr: "presque tout est déformé, sans doute une autre vitesse, ou un adaptateur fait pour 1200 bauds",
        en: "most of it is garbled, likely another speed, or an adapter made for 1200 baud",
    }
    /// What errors point to.
    fault_short_pulses() {
        fr: "les impulsions courtes se perdent : l'adaptateur est trop lent pour 9600 bauds",
        en: "short pulses are lost: the adapter is too slow for 9600 baud",
    }
    /// What errors point to.
    fault_slow_line() {
        fr: "les impulsions sont trop longues, sans doute du 1200 bauds lu à 9600",
        en: "all pulses are too long, likely 1200 baud that is read at 9600",
    }
    /// What errors point to.
    fault_one_level() {
        fr: "les bits d'un même niveau se perdent, sans doute un niveau trop faible ou une résistance mal choisie",
        en: "bits of one level are lost, likely a weak level or an ill-chosen resistor",
    }
    /// What errors point to.
    fault_inverted() {
        fr: "presque tous les bits sont l'inverse de ce qu'il faut : l'adaptateur inverse le signal",
        en: "most bits are the other ones: the adapter inverts the signal",
    }

    /// The contract, with the power of the moment.
    contract_now(contract: &str, power: &str) {
        fr: "{contract} ; en ce moment {power}",
        en: "{contract}; {power} just now",
    }
    /// How many phases.
    phases(count: u64) {
        fr: "{}" (if count == 1 { "une phase".to_owned() } else { format!("{count} phases") }),
        en: "{}" (if count == 1 { "one phase".to_owned() } else { format!("{count} phases") }),
    }
    /// It injects.
    contract_producer() {
        fr: "producteur",
        en: "producer",
    }
    /// The frame has nothing of it.
    contract_unknown() {
        fr: "inconnu : la trame n'en contient rien",
        en: "not known: nothing of it is in the frame",
    }
    /// What the frame lacks.
    contract_lacks(known: &str, labels: &str) {
        fr: "{known} ; il manque {labels}",
        en: "{known}; {labels} missing",
    }
    /// Phases without voltage, behind what is known.
    with_lost_phases(known: &str, lost: &[u64]) {
        fr: "{known} ; {} sans tension" (numbered_phases(lost, "phase", "phases", "et")),
        en: "{known}; no voltage on {}" (numbered_phases(lost, "phase", "phases", "and")),
    }
    /// The clock of the meter.
    contract_degraded_clock(known: &str) {
        fr: "{known} ; le compteur a perdu l'heure",
        en: "{known}; the meter has lost its time",
    }

    /// The wires at the meter.
    do_check_terminals() {
        fr: "Au compteur, sous le capot vert : les bornes sont I1 et I2. Pas A : c'est une alimentation.",
        en: "At the meter, under the green cover: the terminals are I1 and I2. Not A: that is a supply.",
    }
    /// The wires.
    do_strip_wires() {
        fr: "Le sens ne compte pas. Dénudez 5 mm, enfoncez, tirez doucement : le fil doit tenir.",
        en: "Either way round is right. Strip 5 mm, push in, pull gently: the wire must hold.",
    }
    /// The wires at the adapter.
    do_check_adapter_wires() {
        fr: "Même chose du côté de l'adaptateur. Puis relancez-moi, je réécoute.",
        en: "The same at the adapter. Then run me again, and I listen again.",
    }
    /// Loose wires.
    do_tighten() {
        fr: "Un fil qui tient mal, ou sur A au lieu de I1 ou I2 : resserrez les deux.",
        en: "A wire that is loose, or on A instead of I1 or I2: tighten both.",
    }
    /// Inverted.
    do_invert() {
        fr: "Un adaptateur fait maison qui inverse le signal : inversez sa sortie.",
        en: "A home-made adapter that inverts the signal: invert its output.",
    }
    /// Another port.
    do_compare() {
        fr: "Ce port n'est pas celui du compteur : débranchez la clé, relancez-moi, comparez.",
        en: "This is not the port of the meter: unplug the dongle, run me again, compare.",
    }
    /// Nothing.
    do_nothing_for_parity() {
        fr: "Rien à faire. Avec un câble long, préférez un adaptateur qui garde la parité.",
        en: "Nothing to do. With a long cable, prefer an adapter that keeps the parity.",
    }
    /// Contacts.
    do_check_contacts() {
        fr: "Resserrez les deux fils, raccourcissez-les si vous le pouvez.",
        en: "Tighten the two wires, and shorten them if you can.",
    }
    /// Resistors.
    do_check_resistors() {
        fr: "Adaptateur fait maison : la résistance d'entrée est trop grande, ou celle de sortie trop petite.",
        en: "A home-made adapter: its input resistor is too large, or its output resistor too small.",
    }
    /// Mains.
    do_keep_apart() {
        fr: "Éloignez les fils des câbles du secteur et de l'électronique de puissance ; une paire torsadée suffit.",
        en: "Keep the wires away from mains cables and power electronics; a twisted pair will do.",
    }
    /// An adapter that can follow.
    do_change_adapter() {
        fr: "Prenez un adaptateur fait pour le mode standard (9600 bauds) ; ou demandez le mode historique à votre fournisseur.",
        en: "Use an adapter made for standard mode (9600 baud); or ask your supplier for historique mode.",
    }
    /// A server.
    do_set_server_speed() {
        fr: "Derrière un serveur, réglez son port : 1200 bauds 7E1 en historique, 9600 bauds 7E1 en standard.",
        en: "Behind a server, set its port: 1200 baud 7E1 in historique mode, 9600 baud 7E1 in standard mode.",
    }
    /// A busy computer.
    do_relieve() {
        fr: "Branchez l'adaptateur sans hub, et regardez la charge : uptime. Sur un Pi, le port ttyAMA0 vaut mieux que ttyS0.",
        en: "Plug the adapter in without a hub, and look at the load: uptime. On a Pi, the port ttyAMA0 is better than ttyS0.",
    }
    /// An adapter at seven bits.
    do_set_eight_bits() {
        fr: "Réglez l'adaptateur ou le serveur sur 8N1 ou 7E1, et laissez parity = \"auto\".",
        en: "Set the adapter or the server to 8N1 or 7E1, and leave parity = \"auto\".",
    }
    /// A login prompt answers.
    do_stop_login(unit: &str) {
        fr: "Une invite de connexion est au bout du fil, ou sur ce port : sudo systemctl disable --now {unit}",
        en: "A login prompt is at the other end, or on this port: sudo systemctl disable --now {unit}",
    }
    /// A server answers.
    do_check_what_answers() {
        fr: "Ce qui répond n'est pas le compteur : un autre appareil, ou un serveur qui sert déjà un client. Vérifiez l'adresse ou le port.",
        en: "What answers is not the meter: another device, or a server that has a client already. Check the address or the port.",
    }
    /// Labels that are filtered.
    do_find_filter() {
        fr: "Un serveur ou un module filtre la trame : qu'il transmette les octets tels quels.",
        en: "A server or a module filters the frame: let it hand the bytes on as they are.",
    }
    /// A phase without voltage.
    do_call_grid() {
        fr: "C'est avant le compteur, un fusible ou la ligne : appelez le dépannage d'Enedis, dont le numéro est sur la facture.\nD'ici là, n'allumez aucun moteur triphasé.",
        en: "It is before the meter, a fuse or the line: call the repair service of Enedis, whose number is on the bill.\nUntil then, switch no three-phase motor on.",
    }
    /// The clock of the meter.
    do_wait_for_clock() {
        fr: "Rien à faire ici : Enedis remet le compteur à l'heure à distance.",
        en: "Nothing to do here: Enedis sets the meter's clock from afar.",
    }
}

messages! {
    /// Received by the daemon.
    meter_live(power: &str, damaged: &str) {
        fr: "reçu, {power}{damaged}",
        en: "live, {power}{damaged}",
    }
    /// Received, and no power in it.
    meter_live_only(damaged: &str) {
        fr: "reçu{damaged}",
        en: "live{damaged}",
    }
    /// No damaged frame.
    no_damaged_frame() {
        fr: ", aucune trame abîmée",
        en: ", no damaged frame",
    }
    /// Damaged frames.
    damaged_frames(count: u64, shown: &str) {
        fr: ", {shown} {}" (if count == 1 { "trame abîmée" } else { "trames abîmées" }),
        en: ", {shown} damaged {}" (if count == 1 { "frame" } else { "frames" }),
    }
    /// A bad line, as the daemon sees it.
    meter_poor(live: &str, quality: &str) {
        fr: "{live} ; {quality} des groupes seulement sont justes",
        en: "{live}; only {quality} of the groups are good",
    }
    /// Nothing arrives at the daemon.
    meter_quiet() {
        fr: "aucun octet n'arrive",
        en: "no byte arrives",
    }
    /// Nothing good arrives at the daemon.
    meter_unread() {
        fr: "des octets arrivent, rien de juste n'en sort",
        en: "bytes arrive, and nothing good comes of them",
    }
    /// No frame ends.
    meter_no_frame() {
        fr: "des groupes justes arrivent, aucune trame entière",
        en: "good groups arrive, and no whole frame",
    }
    /// Text arrives at the daemon.
    meter_login() {
        fr: "une invite de connexion répond, et non un compteur",
        en: "a login prompt answers, and no meter",
    }
    /// It begins.
    meter_starting() {
        fr: "le service commence tout juste à l'écouter",
        en: "the service has just begun to listen to it",
    }
    /// No port.
    meter_without_port() {
        fr: "pas de port, rien à entendre",
        en: "no port, nothing to receive",
    }
    /// The daemon does not run.
    meter_unasked() {
        fr: "aucun service à qui le demander",
        en: "no service to ask",
    }
    /// The daemon does not read it.
    meter_not_of_service() {
        fr: "pas encore dans la configuration du service",
        en: "not in the configuration of the service yet",
    }
}

/// `phase 2`, `phases 2 and 3`.
fn numbered_phases(numbers: &[u64], one: &str, many: &str, and: &str) -> String {
    let name = if numbers.len() == 1 { one } else { many };
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    format!("{name} {}", numbers.join(&format!(" {and} ")))
}
