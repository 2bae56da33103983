//! The sentences of `watch`: one that helps, one that makes people smile, the log, and goodbye.

use super::Words;

messages! {
    /// The breaker is about to open.
    advice_trip(span: &str) {
        fr: "Coupure dans {span}\u{a0}: arrêtez un appareil maintenant.",
        en: "The meter cuts off in {span}: switch something off now.",
    }
    /// More than the contract allows.
    advice_over() {
        fr: "Trop de puissance\u{a0}: arrêtez un appareil, sinon le compteur coupe.",
        en: "Too much power: switch something off, or the meter will.",
    }
    /// Power is given away.
    advice_injecting(given: &str) {
        fr: "Vous donnez {given} au réseau\u{a0}: c'est le moment du lave-linge.",
        en: "You give {given} to the grid: time for the washing machine.",
    }
    /// Peak hours of a red day.
    advice_red_day() { fr: "Jour rouge\u{a0}: chaque kWh compte.", en: "Red day: every kWh counts." }
    /// The same, with the end.
    advice_red_until(until: &str) {
        fr: "Jour rouge\u{a0}: chaque kWh compte jusqu'à {until}.",
        en: "Red day: every kWh counts until {until}.",
    }
    /// Tomorrow is red.
    advice_red_tomorrow() {
        fr: "Demain est rouge\u{a0}: lavez, chauffez, chargez avant 06:00.",
        en: "Tomorrow is red: wash, heat and charge before 06:00.",
    }
    /// Off-peak hours run.
    advice_off_peak(until: &str) {
        fr: "Heures creuses jusqu'à {until}\u{a0}: c'est le moment du lave-linge.",
        en: "Off-peak until {until}: time for the washing machine.",
    }
    /// Off-peak hours come soon.
    advice_wait(span: &str) {
        fr: "Heures creuses dans {span}\u{a0}: le lave-linge peut attendre.",
        en: "Off-peak in {span}: the washing machine can wait.",
    }

    /// More is injected than withdrawn.
    like_sun() { fr: "le soleil travaille pour vous", en: "the sun works for you" }
    /// More than the contract allows.
    like_too_much() { fr: "c'est trop\u{a0}: arrêtez quelque chose", en: "too much: switch something off" }

    /// The tariff became another.
    event_tariff(arrow: &str, name: &str) { fr: "Tarif\u{a0}: {arrow} {name}", en: "Tariff: {arrow} {name}" }

    /// The last line, on leaving: what was seen, and a wish.
    goodbye(meter: &str, seen: &str, wish: &str) {
        fr: "{meter}\u{a0}: {seen}. {wish}\u{a0}!",
        en: "{meter}: {seen}. {wish}!",
    }
    /// Energy, in the last line.
    energy_of_today(energy: &str) { fr: "{energy} aujourd'hui", en: "{energy} today" }
    /// The tariff and its end, in the last line.
    tariff_until(name: &str, until: &str) { fr: "{name} jusqu'à {until}", en: "{name} until {until}" }
    /// What is injected, in the last line.
    gives(power: &str) { fr: "injecte {power} VA", en: "gives {power} VA" }
}

impl Words {
    /// What a power in VA is like, at home.
    pub fn like(self, power: i64) -> &'static str {
        match power {
            ..30 => self.pick("presque rien", "next to nothing"),
            30..131 => self.pick(
                "la maison dort, la box veille",
                "the house sleeps, the router watches",
            ),
            131..481 => self.pick("des lampes et un écran", "some lamps and a screen"),
            481..901 => self.pick("comme une télé et un gros PC", "like a TV and a big PC"),
            901..1601 => self.pick("comme un radiateur", "like an electric heater"),
            1601..2401 => self.pick("comme une bouilloire", "like a kettle"),
            2401..3401 => self.pick(
                "comme un four et une cafetière",
                "like an oven and a coffee machine",
            ),
            3401..5001 => self.pick(
                "comme un four et une bouilloire",
                "like an oven and a kettle",
            ),
            5001..7601 => self.pick(
                "comme une voiture qui se recharge",
                "like a car being charged",
            ),
            7601..12_001 => self.pick("comme une voiture et un four", "like a car and an oven"),
            _ => self.pick("comme une petite boulangerie", "like a small bakery"),
        }
    }

    /// A wish, by the hour on the wall.
    pub fn wish(self, hour: i64) -> &'static str {
        match hour {
            5..17 => self.pick("Bonne journée", "Have a nice day"),
            17..22 => self.pick("Bonne soirée", "Have a nice evening"),
            _ => self.pick("Bonne nuit", "Good night"),
        }
    }

    /// An event by its public name, with what was before and after.
    pub fn event(self, kind: &str, from: &str, to: &str) -> String {
        let colon = self.pick("\u{a0}: ", ": ");
        let with = |french: &str, english: &str, what: &str| {
            format!("{}{colon}{what}", self.pick(french, english))
        };
        let plain = |french: &str, english: &str| self.pick(french, english).to_owned();
        match kind {
            "link_changed" => with("Liaison", "Link", self.link_event(to)),
            "mode_changed" => with("Mode", "Mode", to),
            "contract_changed" => with("Contrat", "Contract", to),
            "subscribed_power_changed" => with("Puissance souscrite", "Subscribed power", to),
            "meter_replaced" => plain("Compteur remplacé", "Meter replaced"),
            "index_jumped" => with("Saut d'index", "Index jumped", to),
            "color_today_changed" => {
                format!(
                    "{} {}",
                    self.pick("Jour", "The day is"),
                    self.color_name(to)
                )
            }
            "color_tomorrow_changed" if to.is_empty() => plain(
                "Demain n'a pas encore de couleur",
                "Tomorrow has no colour yet",
            ),
            "color_tomorrow_changed" => format!(
                "{} {}",
                self.pick("Demain sera", "Tomorrow will be"),
                self.color_name(to)
            ),
            "peak_announced" if to == "0" => {
                plain("Plus de pointe annoncée", "No peak announced any more")
            }
            "peak_announced" => plain("Pointe annoncée", "A peak is announced"),
            "peak_started" => plain("Début de la pointe", "The peak begins"),
            "peak_ended" => plain("Fin de la pointe", "The peak ends"),
            "over_power_started" => plain(
                "Dépassement de la puissance souscrite",
                "Above the subscribed power",
            ),
            "over_power_ended" => plain("Fin du dépassement", "Below the subscribed power again"),
            "breaker_changed" => with("Organe de coupure", "Breaker", self.breaker_state(to)),
            "breaker_warning_started" => plain("Coupure imminente", "Cut-off imminent"),
            "breaker_warning_ended" => plain(
                "La coupure n'est plus imminente",
                "No cut-off imminent any more",
            ),
            "dry_contact_changed" => match to {
                "closed" | "true" => plain("Contact sec fermé", "Dry contact closed"),
                _ => plain("Contact sec ouvert", "Dry contact open"),
            },
            "relay_changed" => with("Relais", "Relay", to),
            "message_received" => {
                let words: Vec<&str> = to.split_whitespace().collect();
                with("Message", "Message", &words.join(" "))
            }
            "clock_degraded" => plain(
                "Horloge du compteur dégradée",
                "The meter's clock is degraded",
            ),
            "clock_restored" => plain(
                "Horloge du compteur rétablie",
                "The meter's clock is right again",
            ),
            "cover_opened" => plain("Cache-bornes ouvert", "Terminal cover opened"),
            "phase_lost" => with("Phase perdue", "Phase lost", to),
            "phase_restored" => with("Phase revenue", "Phase back", to),
            "voltage_out_of_range" => with("Tension hors norme", "Voltage out of range", to),
            "voltage_restored" => plain("Tension normale", "Voltage in range again"),
            other => format!("{other} {from} > {to}"),
        }
    }

    fn link_event(self, link: &str) -> &'static str {
        match link {
            "receiving" => self.pick("le compteur est reçu", "the meter is received"),
            "syncing" => self.pick("à l'écoute du compteur", "listening to the meter"),
            "no_signal" => self.pick("le compteur se tait", "the meter is silent"),
            _ => self.pick("l'adaptateur est débranché", "the adapter is unplugged"),
        }
    }
}
