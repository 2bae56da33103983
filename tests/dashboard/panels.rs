//! The panels: what they show, in both languages.

/// A text in both languages.
#[derive(Clone, Copy)]
pub struct Both {
    pub fr: &'static str,
    pub en: &'static str,
}

pub const fn both(fr: &'static str, en: &'static str) -> Both {
    Both { fr, en }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    French,
    English,
}

impl Tongue {
    pub fn pick(self, text: Both) -> &'static str {
        match self {
            Self::French => text.fr,
            Self::English => text.en,
        }
    }
}

/// How a panel draws.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// One number, with its recent course.
    Number,
    /// The same, and it is bad below 0.
    Margin,
    /// The word of the state that holds.
    Word,
    /// A gauge from 0 to 1.
    Gauge,
    Lines,
    /// Stacked, each for this long.
    Bars(&'static str),
    /// When a yes lasted.
    Spans,
}

pub struct Panel {
    pub title: Both,
    /// What it shows and how to read it.
    pub about: Both,
    pub drawing: Drawing,
    /// Grafana's name of the unit.
    pub unit: &'static str,
    /// Columns of 24, and rows.
    pub size: (u32, u32),
    /// Each with its legend.
    pub queries: &'static [(&'static str, Both)],
}

const NONE: Both = both("", "");
const PHASE: Both = both("phase {{phase}}", "phase {{phase}}");
const STATE: Both = both("{{state}}", "{{state}}");
const SMALL: (u32, u32) = (3, 4);
const HALF: (u32, u32) = (12, 8);

/// The panels, in reading order. `METER` becomes the choice of the meter.
pub const PANELS: &[Panel] = &[
    Panel {
        title: both("Puissance", "Power"),
        about: both(
            "Estimée ; négative quand la maison injecte.",
            "Estimated; negative while the house injects.",
        ),
        drawing: Drawing::Number,
        unit: "watt",
        size: SMALL,
        queries: &[("linky_power_watts{METER}", NONE)],
    },
    Panel {
        title: both("Disjoncteur", "Breaker"),
        about: both(
            "À 100 %, le compteur coupe.",
            "At 100 % the meter cuts off.",
        ),
        drawing: Drawing::Gauge,
        unit: "percentunit",
        size: SMALL,
        queries: &[("linky_breaker_load_ratio{METER}", NONE)],
    },
    Panel {
        title: both("Disponible", "Available"),
        about: both(
            "Ce qui peut encore être allumé ; négatif : à éteindre.",
            "What may still be switched on; negative: what must be switched off.",
        ),
        drawing: Drawing::Margin,
        unit: "voltamp",
        size: SMALL,
        queries: &[("linky_power_headroom_voltamperes{METER}", NONE)],
    },
    Panel {
        title: both("Aujourd’hui", "Today"),
        about: both("Depuis minuit.", "Since midnight."),
        drawing: Drawing::Number,
        unit: "kwatth",
        size: SMALL,
        queries: &[("linky_energy_today_watt_hours{METER} / 1000", NONE)],
    },
    Panel {
        title: both("Tarif en cours", "Tariff in force"),
        about: NONE,
        drawing: Drawing::Word,
        unit: "none",
        size: SMALL,
        queries: &[("linky_tariff_state{METER} == 1", STATE)],
    },
    Panel {
        title: both("Heures creuses", "Off-peak hours"),
        about: both(
            "Début des prochaines (mode standard).",
            "When the next begin (standard mode).",
        ),
        drawing: Drawing::Number,
        unit: "dateTimeFromNow",
        size: SMALL,
        queries: &[("linky_next_off_peak_timestamp_seconds{METER} * 1000", NONE)],
    },
    Panel {
        title: both("Demain", "Tomorrow"),
        about: both(
            "La couleur Tempo, une fois annoncée.",
            "The Tempo colour, once announced.",
        ),
        drawing: Drawing::Word,
        unit: "none",
        size: SMALL,
        queries: &[("linky_color_tomorrow_state{METER} == 1", STATE)],
    },
    Panel {
        title: both("Liaison", "Link"),
        about: both(
            "La cause : linky-sensor status",
            "The cause: linky-sensor status",
        ),
        drawing: Drawing::Word,
        unit: "none",
        size: SMALL,
        queries: &[("linky_link_state{METER} == 1", STATE)],
    },
    Panel {
        title: both("Puissance active", "Active power"),
        about: both(
            "L’estimation de chaque trame, et la moyenne que donnent les index.",
            "The estimate of each frame, and the mean that the indexes give.",
        ),
        drawing: Drawing::Lines,
        unit: "watt",
        size: (24, 9),
        queries: &[
            ("linky_power_watts{METER}", both("estimation", "estimate")),
            (
                "rate(linky_energy_watt_hours_total{METER}[$__rate_interval]) * 3600",
                both("soutirage, par l’index", "withdrawn, by the index"),
            ),
            (
                "-rate(linky_energy_injected_watt_hours_total{METER}[$__rate_interval]) * 3600",
                both("injection, par l’index", "injected, by the index"),
            ),
        ],
    },
    Panel {
        title: both(
            "Énergie par heure et par tarif",
            "Energy by hour and tariff",
        ),
        about: NONE,
        drawing: Drawing::Bars("1h"),
        unit: "kwatth",
        size: HALF,
        queries: &[(
            "(increase(linky_energy_tariff_watt_hours_total{METER}[1h]) / 1000 > 0) \
             * on (meter, tariff) group_left (counts) linky_tariff_info",
            both("{{counts}}", "{{counts}}"),
        )],
    },
    Panel {
        title: both("Énergie par jour", "Energy by day"),
        about: both(
            "Consommée, et injectée vers le bas.",
            "Consumed, and injected downwards.",
        ),
        drawing: Drawing::Bars("1d"),
        unit: "kwatth",
        size: HALF,
        queries: &[
            (
                "increase(linky_energy_watt_hours_total{METER}[1d]) / 1000",
                both("consommée", "consumed"),
            ),
            (
                "-increase(linky_energy_injected_watt_hours_total{METER}[1d]) / 1000",
                both("injectée", "injected"),
            ),
        ],
    },
    Panel {
        title: both("Puissance apparente", "Apparent power"),
        about: both(
            "Celle que compte le disjoncteur, et ce qui est souscrit.",
            "What the breaker counts, and what is subscribed.",
        ),
        drawing: Drawing::Lines,
        unit: "voltamp",
        size: HALF,
        queries: &[
            (
                "linky_apparent_power_voltamperes{METER}",
                both("soutirée", "withdrawn"),
            ),
            (
                "-linky_apparent_power_injected_voltamperes{METER}",
                both("injectée", "injected"),
            ),
            ("linky_phase_apparent_power_voltamperes{METER}", PHASE),
            (
                "linky_subscribed_power_voltamperes{METER}",
                both("souscrite", "subscribed"),
            ),
        ],
    },
    Panel {
        title: both("Marge avant coupure", "Margin before the cut-off"),
        about: both(
            "Pour longtemps, et pour une minute.",
            "For good, and for a minute.",
        ),
        drawing: Drawing::Lines,
        unit: "voltamp",
        size: HALF,
        queries: &[
            (
                "linky_power_headroom_voltamperes{METER}",
                both("longtemps", "for good"),
            ),
            (
                "linky_power_headroom_60s_voltamperes{METER}",
                both("une minute", "a minute"),
            ),
        ],
    },
    Panel {
        title: both("Tension", "Voltage"),
        about: NONE,
        drawing: Drawing::Lines,
        unit: "volt",
        size: HALF,
        queries: &[("linky_phase_voltage_volts{METER}", PHASE)],
    },
    Panel {
        title: both("Intensité", "Current"),
        about: NONE,
        drawing: Drawing::Lines,
        unit: "amp",
        size: HALF,
        queries: &[("linky_phase_current_amperes{METER}", PHASE)],
    },
    Panel {
        title: both("Alarmes", "Alarms"),
        about: NONE,
        drawing: Drawing::Spans,
        unit: "none",
        size: (24, 7),
        queries: &[
            (
                "linky_breaker_warning{METER}",
                both("coupure imminente", "cut-off imminent"),
            ),
            ("linky_over_power{METER}", both("dépassement", "overrun")),
            (
                "linky_voltage_out_of_range{METER}",
                both("tension hors norme", "voltage out of range"),
            ),
            (
                "linky_phase_lost{METER}",
                both("phase {{phase}} absente", "phase {{phase}} lost"),
            ),
            (
                "1 - linky_online{METER}",
                both("compteur muet", "meter silent"),
            ),
            (
                "linky_topic_conflict{METER}",
                both(
                    "deux services sur le même topic",
                    "two daemons on one topic",
                ),
            ),
            (
                "linky_broker_state{state=~\"disconnected|refused\"}",
                both("broker : {{state}}", "broker: {{state}}"),
            ),
        ],
    },
    Panel {
        title: both("La ligne", "The line"),
        about: both(
            "Trames reçues, et ce qui est rejeté ou écarté, par minute.",
            "Frames received, and what is rejected or held, by minute.",
        ),
        drawing: Drawing::Lines,
        unit: "none",
        size: HALF,
        queries: &[
            (
                "rate(linky_frames_received_total{METER}[$__rate_interval]) * 60",
                both("trames", "frames"),
            ),
            (
                "rate(linky_frames_damaged_total{METER}[$__rate_interval]) * 60",
                both("trames en erreur", "frames in error"),
            ),
            (
                "rate(linky_groups_rejected_total{METER}[$__rate_interval]) * 60",
                both("groupes rejetés", "groups rejected"),
            ),
            (
                "rate(linky_values_held_total{METER}[$__rate_interval]) * 60",
                both("valeurs écartées", "values held"),
            ),
        ],
    },
    Panel {
        title: both("Le service", "The daemon"),
        about: both(
            "Ce qui attend le broker, ce qui est perdu, l’âge de l’état.",
            "What waits for the broker, what is lost, the age of the state.",
        ),
        drawing: Drawing::Lines,
        unit: "none",
        size: HALF,
        queries: &[
            ("linky_history_pending", both("en attente", "pending")),
            (
                "increase(linky_history_dropped_total[$__rate_interval])",
                both("perdus", "dropped"),
            ),
            (
                "increase(linky_updates_lagged_total[$__rate_interval])",
                both("en retard", "lagged"),
            ),
            (
                "time() - linky_update_timestamp_seconds{METER}",
                both("âge (s)", "age (s)"),
            ),
        ],
    },
];
