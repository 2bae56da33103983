//! The words of `watch`: titles, facts, keys, what is missing.

use super::Words;

messages! {
    /// The title of the power.
    title_power() { fr: "Puissance", en: "Power" }
    /// The title of the tariff.
    title_tariff() { fr: "Tarif", en: "Tariff" }
    /// The title of the plot.
    title_history() { fr: "Historique", en: "History" }
    /// The title of the energy.
    title_energy() { fr: "Énergie", en: "Energy" }
    /// The title of reception and log together.
    title_link_and_log() { fr: "Liaison et journal", en: "Link and log" }
    /// The title of the reception.
    title_link() { fr: "Liaison", en: "Link" }
    /// The title of the log.
    title_log() { fr: "Journal", en: "Log" }
    /// The title of the help.
    title_help() { fr: "Aide", en: "Help" }

    /// The power is given to the grid.
    injected_into_grid() { fr: "injectés dans le réseau", en: "given to the grid" }
    /// Before the power that is withdrawn meanwhile.
    withdrawn_now() { fr: "soutirés ", en: "drawn " }
    /// Before the mean power.
    mean_power() { fr: "moy. ", en: "mean " }
    /// Before a voltage.
    voltage_of() { fr: "tension ", en: "voltage " }
    /// Between a voltage and a current.
    current_of() { fr: "  intensité ", en: "  current " }
    /// Between a share and the limit.
    of_limit() { fr: " de ", en: " of " }
    /// Before what is too much.
    excess() { fr: "en trop ", en: "excess " }
    /// Before what is left.
    spare() { fr: "marge ", en: "spare " }
    /// Before the load of the breaker.
    breaker_load() { fr: "disjoncteur ", en: "breaker " }
    /// When the breaker opens.
    trips_in(span: &str) { fr: "coupure dans {span}", en: "trips in {span}" }
    /// A time of the day.
    at_time(time: &str) { fr: " à {time}", en: " at {time}" }
    /// After the subscribed power.
    subscribed() { fr: "souscrits", en: "subscribed" }
    /// The grid.
    grid() { fr: "réseau", en: "grid" }

    /// There is no tariff in force.
    tariff_unknown() { fr: "inconnu en ce moment", en: "not known now" }
    /// Between a time and how long it takes until then.
    comma_in() { fr: ", dans ", en: ", in " }
    /// The historique mode has no calendar; a long line.
    no_hours_long() { fr: "le mode historique n'envoie pas les heures", en: "historique mode does not send the hours" }
    /// The same, short.
    no_hours() { fr: "pas d'heures en historique", en: "no hours in historique mode" }
    /// Before the band of today.
    today_short() { fr: "auj.", en: "today" }
    /// Before the band of tomorrow.
    tomorrow_short() { fr: "dem.", en: "next" }
    /// Before the band of what was seen.
    seen() { fr: "vu", en: "seen" }
    /// Before the strip under the plot.
    tariff_short() { fr: "tarif", en: "rate" }
    /// Nothing is known of before.
    plot_begins() { fr: "La courbe commence maintenant.", en: "The plot begins now." }

    /// The index that the meter shows.
    index_shown(energy: &str) { fr: " index {energy} ", en: " index {energy} " }
    /// Before the energy of today.
    today() { fr: "Aujourd'hui ", en: "Today " }
    /// Before the energy since a time of today.
    since_hour(time: &str) { fr: "Depuis {time} ", en: "Since {time} " }
    /// Before the energy since the screen was opened.
    since_opening() { fr: "Depuis l'ouverture ", en: "Since the opening " }
    /// The energy of today is not known.
    today_unknown() { fr: "Aujourd'hui\u{a0}: inconnu pour l'instant", en: "Today: not known yet" }
    /// After a difference.
    more_than_yesterday() { fr: " de plus qu'hier", en: " more than yesterday" }
    /// After a difference.
    less_than_yesterday() { fr: " de moins qu'hier", en: " less than yesterday" }
    /// After a difference, short.
    against_yesterday() { fr: " / hier", en: " / yest." }
    /// There is hardly a difference.
    as_yesterday() { fr: "  comme hier", en: "  as yesterday" }
    /// The whole of yesterday.
    all_yesterday(energy: &str) { fr: "  hier {energy}", en: "  yest. {energy}" }
    /// The energy that was injected.
    injected_energy() { fr: "Injectée", en: "Injected" }

    /// Before a count.
    groups_rejected() { fr: "groupes rejetés", en: "groups rejected" }
    /// Before a count.
    values_held() { fr: "valeurs écartées", en: "values set aside" }
    /// Before the maker of the meter.
    maker_of() { fr: "compteur", en: "meter" }
    /// Before the state of the breaker in the meter.
    breaker_word() { fr: "organe de coupure", en: "breaker" }
    /// Before the drift of the meter's clock.
    clock_drift() { fr: "dérive d'horloge", en: "clock drift" }
    /// In the place of the time of day.
    yesterday() { fr: "hier", en: "yest." }
    /// The log is empty.
    nothing_happened() { fr: "rien à signaler", en: "nothing to report" }

    /// The key that freezes.
    space_key() { fr: "espace", en: "space" }
    /// A key: leave.
    quit() { fr: "quitter", en: "quit" }
    /// A key: another meter.
    other_meter() { fr: "compteur", en: "meter" }
    /// A key: the plot alone.
    expand() { fr: "agrandir", en: "expand" }
    /// A key: freeze.
    freeze() { fr: "figer", en: "freeze" }
    /// A key: go on.
    go_on() { fr: "reprendre", en: "go on" }
    /// A key: the other language, in that language.
    other_language() { fr: "English", en: "français" }
    /// A key: help.
    help_word() { fr: "aide", en: "help" }
    /// The keys that leave.
    keys_quit() { fr: "q  Échap  Ctrl-C", en: "q  Esc  Ctrl-C" }
    /// The keys that show the plot alone.
    keys_expand() { fr: "e  Entrée", en: "e  Enter" }
    /// What `t` does.
    explain_range() { fr: "15 minutes ou 24 heures", en: "15 minutes or 24 hours" }
    /// What Tab does.
    explain_meter() { fr: "un autre compteur", en: "another meter" }
    /// What `e` does.
    explain_expand() { fr: "la courbe en grand", en: "the plot alone" }
    /// What space does.
    explain_freeze() { fr: "figer l'écran, reprendre", en: "freeze the screen, go on" }
    /// What `l` does, in the other language.
    explain_language() { fr: "in English, please", en: "en français, s'il vous plaît" }
    /// What `s` does.
    explain_symbols() { fr: "symboles\u{a0}: braille, blocs, ASCII", en: "symbols: braille, blocks, ASCII" }
    /// What Ctrl-L and Ctrl-Z do.
    explain_terminal() { fr: "redessiner, suspendre", en: "draw anew, suspend" }
    /// Before the colours of the power.
    legend_power() { fr: "Puissance\u{a0}:", en: "Power:" }
    /// Before the heights of the bands.
    legend_tariff() { fr: "Tarif\u{a0}:", en: "Rate:" }
    /// This program only reads.
    nothing_is_sent() {
        fr: "Rien n'est envoyé ni changé\u{a0}: watch regarde, c'est tout.",
        en: "Nothing is sent or changed: watch only watches.",
    }

    /// The first answer is awaited.
    connecting() { fr: "J'attends le service…", en: "Waiting for the service…" }
    /// There is no bus.
    watch_no_bus(bus: &str) { fr: "Pas de D-Bus ici\u{a0}: {bus} ne répond pas.", en: "There is no D-Bus here: {bus} does not answer." }
    /// Before the command that shows it.
    is_dbus_there() { fr: "Pour savoir si D-Bus tourne\u{a0}:", en: "To see whether D-Bus runs:" }
    /// The daemon does not run.
    watch_no_daemon() { fr: "Le service linky-sensor ne tourne pas.", en: "The linky-sensor service does not run." }
    /// Before the commands that show why, and start it.
    why_and_start() { fr: "Pour savoir pourquoi, et le démarrer\u{a0}:", en: "To see why, and to start it:" }
    /// The policy of the bus refuses.
    watch_refused() {
        fr: "D-Bus refuse que cet utilisateur interroge le service.",
        en: "D-Bus does not let this user ask the service.",
    }
    /// Before the command that reads the policy again.
    read_policy_again() {
        fr: "Ses règles n'ont pas été relues depuis l'installation. Pour les relire\u{a0}:",
        en: "Its rules were not read since the installation. To read them:",
    }
    /// The bus is lost.
    watch_bus_lost() { fr: "La liaison avec D-Bus est perdue.", en: "The connection to D-Bus is lost." }
    /// Anything else that the bus answered.
    watch_bus_answered(cause: &str) { fr: "D-Bus a répondu\u{a0}: {cause}", en: "D-Bus answered: {cause}" }
    /// Before the command that shows the journal.
    see_journal() { fr: "Le journal du service\u{a0}:", en: "The journal of the service:" }
    /// The daemon has no meter.
    no_meter_configured() { fr: "Le service tourne, et n'a pas de compteur.", en: "The service runs, and has no meter." }
    /// Before the commands that help to find it.
    configure_meter() {
        fr: "Pour trouver le port, et vérifier la configuration\u{a0}:",
        en: "To find the port, and to check the configuration:",
    }
    /// It goes on by itself.
    waiting_for_it() { fr: "J'attends, et je reprends tout seul.", en: "I wait, and go on by myself." }
    /// `--once` had no answer in time.
    watch_no_answer() { fr: "Le service n'a pas répondu à temps.", en: "The service did not answer in time." }
    /// `--once` ends.
    not_waiting_for_it() { fr: "Sans --once, watch attendrait, et reprendrait tout seul.", en: "Without --once, watch would wait, and go on by itself." }
}

impl Words {
    /// The title of the phases.
    pub fn title_phases(self, is_single: bool) -> &'static str {
        if is_single { "Phase" } else { "Phases" }
    }

    /// The link, by its public word.
    pub fn link_word(self, link: &str) -> &'static str {
        match link {
            "receiving" => self.pick("reçu", "live"),
            "no_signal" => self.pick("muet", "silent"),
            "no_device" => self.pick("débranché", "unplugged"),
            _ => self.pick("écoute", "listening"),
        }
    }

    /// In the place of the link, when there is no daemon.
    pub fn no_service(self) -> &'static str {
        self.pick("service absent", "no service")
    }

    /// What is wrong with a meter that is not received, by the public word of its link.
    pub fn link_trouble(self, link: &str) -> &'static str {
        match link {
            "no_device" => self.pick("L'adaptateur n'est pas là.", "The adapter is not there."),
            "no_signal" => self.pick("Le compteur se tait.", "The meter is silent."),
            "receiving" => self.pick(
                "Le compteur n'envoie pas sa puissance.",
                "The meter does not send its power.",
            ),
            _ => self.pick("J'écoute le compteur…", "Listening to the meter…"),
        }
    }

    /// What to do about it where no cause is known, by the public word of the link.
    pub fn link_remedy(self, link: &str) -> &'static str {
        match link {
            "no_device" => self.pick(
                "Rebranchez-le\u{a0}: je reprends tout seul.",
                "Plug it in again: I go on by myself.",
            ),
            "no_signal" => self.pick(
                "Vérifiez les deux fils, I1 et I2.",
                "Check the two wires, I1 and I2.",
            ),
            _ => self.pick(
                "La prochaine trame arrive.",
                "The next frame is on its way.",
            ),
        }
    }

    /// The session with the broker, by its public word; empty if there is none to be.
    pub fn broker_state(self, state: &str) -> &'static str {
        match state {
            "connected" => self.pick("MQTT connecté", "MQTT connected"),
            "refused" => self.pick("MQTT refusé", "MQTT refused"),
            "disconnected" => self.pick("MQTT absent", "MQTT away"),
            _ => "",
        }
    }

    /// The breaker in the meter, by its public word.
    pub fn breaker_state(self, word: &str) -> &'static str {
        match word {
            "closed" => self.pick("fermé", "closed"),
            "over_power" => self.pick("ouvert, trop de puissance", "open, over power"),
            "over_voltage" => self.pick("ouvert, surtension", "open, over voltage"),
            "load_shedding" => self.pick("ouvert, délestage", "open, load shedding"),
            "remote_order" => self.pick("ouvert par Enedis", "opened by Enedis"),
            "" => "-",
            _ => self.pick("ouvert, surchauffe", "open, overheating"),
        }
    }

    /// The levels of the power, from calm to alarm.
    pub fn levels(self) -> [&'static str; 5] {
        [
            self.pick("calme", "calm"),
            self.pick("à l'aise", "at ease"),
            self.pick("chargé", "busy"),
            self.pick("juste", "tight"),
            self.pick("trop", "too much"),
        ]
    }

    /// The prices, from low to high.
    pub fn prices(self) -> [&'static str; 3] {
        [
            self.pick("creuses", "off-peak"),
            self.pick("pleines", "peak"),
            self.pick("pointe", "mobile peak"),
        ]
    }

    /// So many frames, whose number is written already.
    pub fn frames(self, count: u64, written: &str) -> String {
        let (french, english) = (
            self.plural(count, "trame", "trames"),
            self.plural(count, "frame", "frames"),
        );
        format!("{written} {}", self.pick(french, english))
    }

    /// So many of them damaged.
    pub fn frames_damaged(self, count: u64, written: &str) -> String {
        let french = self.plural(count, "abîmée", "abîmées");
        format!(", {written} {}", self.pick(french, "damaged"))
    }
}
