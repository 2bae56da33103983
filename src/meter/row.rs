//! The columns of a row of the table of quantities.

use core::fmt;

use super::entity::{Enabled, Entity, HomeAssistant};
use super::source::Source;
use crate::names::interface;
use crate::tic::Mode;

/// A row: everything that any output needs to know of a quantity.
#[derive(Debug)]
pub struct Quantity {
    /// The JSON key: `snake_case` English, the same in both modes.
    pub key: &'static str,
    /// The same as JSON has it before a value: `"key":`.
    pub json_key: &'static str,
    /// Where on D-Bus it is.
    pub interface: Interface,
    /// Its type.
    pub kind: Kind,
    /// Its unit, empty if it has none.
    pub unit: &'static str,
    /// The phase that it belongs to, 1 to 3, if it belongs to one.
    pub phase: Option<u8>,
    /// Its number, if it is one of several: of a tariff index 1 to 10, of a relay 1 to 8.
    pub number: Option<u8>,
    /// Its name on D-Bus, if that is not made of the key.
    pub renamed: Option<&'static str>,
    /// Its English name; the one of a phase ends in ` phase n` or begins with `Phase n`.
    pub english: &'static str,
    /// Its French name.
    pub french: &'static str,
    /// Where it comes from in standard mode.
    pub standard: Source,
    /// Where it comes from in historique mode.
    pub historique: Source,
    /// How Home Assistant shows it.
    pub home_assistant: HomeAssistant,
    /// Whether its entity is enabled when it appears.
    pub enabled: Enabled,
}

impl Quantity {
    /// Where it comes from in `mode`.
    pub fn source(&self, mode: Mode) -> &Source {
        match mode {
            Mode::Standard => &self.standard,
            Mode::Historique => &self.historique,
        }
    }

    /// Whether it identifies the customer or the meter, and is withheld unless the user asks for it.
    pub fn is_private(&self) -> bool {
        self.interface == Interface::Private
    }

    /// Whether it is a number. Those that only identify a state are none.
    pub fn is_number(&self) -> bool {
        let has_number = matches!(
            self.kind,
            Kind::Int | Kind::Uint64 | Kind::Count | Kind::Signed
        );
        has_number && self.interface != Interface::Json
    }

    /// The D-Bus property: the key in `PascalCase`, unless it is renamed.
    pub fn property(&self) -> String {
        match self.renamed {
            Some(name) => name.to_owned(),
            None => pascal_case(self.key),
        }
    }

    /// What the ids of its Home Assistant entity are made of.
    pub fn entity_id(&self) -> &'static str {
        match self.home_assistant {
            HomeAssistant::Entity(Entity {
                under: Some(id), ..
            }) => id,
            _ => self.key,
        }
    }

    /// The full name of its D-Bus interface; `None` for what is in the JSON alone. A row of the JSON that has a name on D-Bus is the
    /// meter's.
    pub fn interface_on_bus(&self) -> Option<&'static str> {
        match self.interface {
            Interface::Json if self.renamed.is_some() => Interface::Meter.name(),
            on => on.name(),
        }
    }
}

/// `snake_case` to `PascalCase`, the spelling of D-Bus.
pub fn pascal_case(snake_case: &str) -> String {
    snake_case.split('_').map(capitalised).collect()
}

/// With a capital.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Where a quantity is: an interface of the meter's object on D-Bus, and with the others in the JSON. The interfaces that hold no
/// quantity are here too: this is the one list of those of a meter's object that are made of what the meter sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// The JSON state only: which state this is.
    Json,
    /// The meter itself.
    Meter,
    /// Also the meter, and personal data.
    Private,
    /// What is withdrawn.
    Consumption,
    /// Phase by phase.
    Phases,
    /// The contract and its indexes.
    Tariff,
    /// What is injected.
    Production,
    /// The status register and the relays.
    Status,
    /// The model of the breaker.
    Breaker,
    /// The line, and the quality of the mains.
    Health,
    /// The day profiles; no quantity.
    Calendar,
    /// The signals; no quantity.
    Events,
}

/// What makes an interface appear on the object of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appearance {
    /// It is always there.
    Always,
    /// The state has one of its quantities.
    Quantity,
    /// A day profile is known.
    Calendar,
}

impl Interface {
    /// Those of a meter's object, in the order of the documents.
    pub const ON_BUS: [Self; 10] = [
        Self::Meter,
        Self::Consumption,
        Self::Phases,
        Self::Tariff,
        Self::Production,
        Self::Status,
        Self::Breaker,
        Self::Health,
        Self::Calendar,
        Self::Events,
    ];

    /// The full name, and what it is, for people; `None` for the JSON alone.
    fn description(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::Json => return None,
            Self::Meter | Self::Private => (
                interface::METER,
                "The meter, and how well it is received. Always there.",
            ),
            Self::Consumption => (interface::CONSUMPTION, "What is drawn from the network."),
            Self::Phases => (
                interface::PHASES,
                "Phase by phase; a meter with one phase has L1 only.",
            ),
            Self::Tariff => (
                interface::TARIFF,
                "The contract, its periods and its indexes.",
            ),
            Self::Production => (interface::PRODUCTION, "What is injected into the network."),
            Self::Status => (interface::STATUS, "The status register and the relays."),
            Self::Breaker => (interface::BREAKER, "How near the breaker is to tripping."),
            Self::Health => (interface::HEALTH, "How good the line and the mains are."),
            Self::Calendar => (
                interface::CALENDAR,
                "The day profiles of the supplier's calendar.",
            ),
            Self::Events => (
                interface::EVENTS,
                "What happens: one signal per kind of event, with the time (microseconds since the epoch, UTC), \
                 what was before and what is now, as text; and the points of the load curve, each once: the end of \
                 the period, its length in seconds (0: not known), the mean power in W, withdrawn or injected. \
                 Always there.",
            ),
        })
    }

    /// The full name on D-Bus; `None` for the JSON alone.
    pub fn name(self) -> Option<&'static str> {
        self.description().map(|(name, _)| name)
    }

    /// What it is, for people; empty for the JSON alone.
    pub fn about(self) -> &'static str {
        self.description().map_or("", |(_, about)| about)
    }

    /// The last word of the name, as in `….Linky1.Consumption`; `None` for the JSON alone.
    pub fn short_name(self) -> Option<&'static str> {
        self.name()?.rsplit('.').next()
    }

    /// What makes it appear.
    pub fn appearance(self) -> Appearance {
        match self {
            Self::Json | Self::Meter | Self::Private | Self::Events => Appearance::Always,
            Self::Calendar => Appearance::Calendar,
            _ => Appearance::Quantity,
        }
    }
}

/// The type of a quantity, the same in every output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 0 to 4 294 967 295; D-Bus `u`.
    Int,
    /// 0 to 2^64 - 1; D-Bus `t`.
    Uint64,
    /// A number that grows since the daemon started; D-Bus `t`, without a change signal.
    Count,
    /// Signed; D-Bus `i`.
    Signed,
    /// D-Bus `b`.
    Bool,
    /// D-Bus `s`.
    Text,
    /// JSON RFC 3339; D-Bus `t`, microseconds since the epoch.
    Time,
    /// One of these words; D-Bus `s`.
    Enum(&'static [&'static str]),
}

impl Kind {
    /// The D-Bus signature.
    pub fn signature(self) -> &'static str {
        match self {
            Self::Int => "u",
            Self::Uint64 | Self::Count | Self::Time => "t",
            Self::Signed => "i",
            Self::Bool => "b",
            Self::Text | Self::Enum(_) => "s",
        }
    }
}

/// As in the reference: `int`, `uint64`, `enum closed over_power …`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int => "int",
            Self::Uint64 => "uint64",
            Self::Count => "count",
            Self::Signed => "signed",
            Self::Bool => "bool",
            Self::Text => "text",
            Self::Time => "time",
            Self::Enum(words) => return write!(f, "enum {}", words.join(" ")),
        })
    }
}
