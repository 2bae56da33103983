//! The columns of a row of the table of quantities that are Home Assistant's: how it shows the quantity, and whether the
//! entity is enabled when it first appears.

use core::fmt;

/// How Home Assistant shows a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeAssistant {
    /// Not announced.
    NotAnnounced,
    /// A line of the device block, no entity.
    DeviceInfo,
    /// An entity.
    Entity(Entity),
}

/// The columns of an entity of Home Assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entity {
    /// `binary_sensor` rather than `sensor`.
    pub binary: bool,
    /// The device class, empty if there is none that fits.
    pub class: &'static str,
    /// The state class, `None` for what is no measurement.
    pub state: Option<StateClass>,
    /// Shown among the diagnostics.
    pub diagnostic: bool,
    /// What its id is made of, if that is not its own key: entities keep their history when another quantity feeds them.
    pub under: Option<&'static str>,
    /// The name of its icon in the Material Design set; `None` where the class has one.
    pub icon: Option<&'static str>,
}

/// The state classes of Home Assistant that are used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateClass {
    /// A present value.
    Measurement,
    /// A counter that only grows, and may start anew.
    TotalIncreasing,
}

impl HomeAssistant {
    /// A sensor of this device class.
    pub const fn sensor(class: &'static str) -> Self {
        Self::Entity(Entity {
            binary: false,
            class,
            state: None,
            diagnostic: false,
            under: None,
            icon: None,
        })
    }

    /// A binary sensor of this device class.
    pub const fn binary(class: &'static str) -> Self {
        let mut this = Self::sensor(class);
        if let Self::Entity(entity) = &mut this {
            entity.binary = true;
        }
        this
    }

    /// The same, as a present value.
    pub const fn measurement(mut self) -> Self {
        if let Self::Entity(entity) = &mut self {
            entity.state = Some(StateClass::Measurement);
        }
        self
    }

    /// The same, as a counter.
    pub const fn total(mut self) -> Self {
        if let Self::Entity(entity) = &mut self {
            entity.state = Some(StateClass::TotalIncreasing);
        }
        self
    }

    /// The same, among the diagnostics.
    pub const fn diagnostic(mut self) -> Self {
        if let Self::Entity(entity) = &mut self {
            entity.diagnostic = true;
        }
        self
    }

    /// The same, under an id that is not made of its own key.
    pub const fn under(mut self, id: &'static str) -> Self {
        if let Self::Entity(entity) = &mut self {
            entity.under = Some(id);
        }
        self
    }

    /// The same, with this icon.
    pub const fn icon(mut self, name: &'static str) -> Self {
        if let Self::Entity(entity) = &mut self {
            entity.icon = Some(name);
        }
        self
    }
}

/// As in the reference: `S energy TI D`, `B problem`, `device info`, `-`.
impl fmt::Display for HomeAssistant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entity = match self {
            Self::NotAnnounced => return f.write_str("-"),
            Self::DeviceInfo => return f.write_str("device info"),
            Self::Entity(entity) => entity,
        };
        f.write_str(if entity.binary { "B" } else { "S" })?;
        if !entity.class.is_empty() {
            write!(f, " {}", entity.class)?;
        }
        match entity.state {
            Some(StateClass::Measurement) => f.write_str(" M")?,
            Some(StateClass::TotalIncreasing) => f.write_str(" TI")?,
            None => {}
        }
        if entity.diagnostic {
            f.write_str(" D")?;
        }
        match entity.under {
            Some(id) => write!(f, " under the id {id}"),
            None => Ok(()),
        }
    }
}

/// Whether an entity is enabled when it first appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enabled {
    /// Always.
    Yes,
    /// Left to the user.
    No,
    /// With a Tempo contract.
    Tempo,
    /// With an EJP contract.
    Ejp,
    /// With a meter that counts what is injected.
    Producer,
    /// The indexes that the contract uses.
    Contract,
    /// There is no entity.
    Never,
}

impl fmt::Display for Enabled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Tempo => "Tempo",
            Self::Ejp => "EJP",
            Self::Producer => "producer",
            Self::Contract => "contract",
            Self::Never => "-",
        })
    }
}
