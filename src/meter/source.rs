//! Where a quantity comes from: the labels, and how their content becomes a value.
//!
//! Most quantities are one group read in one way; the source of such a row does it. A quantity that no
//! single group gives (the sum of the indexes, the phases) is a [rule](Source::rule): its row names the
//! labels that it needs, for presence, and `derive` fills it.

use core::fmt;

use super::group_value::GroupValue;
use super::value::Value;
use crate::tic::Label;

/// Where a quantity comes from in one mode.
pub struct Source {
    labels: &'static [Label],
    read: Option<read::Read>,
    wording: &'static str,
    horodate: bool,
}

impl Source {
    /// This mode does not give it.
    pub const NONE: Self = Self {
        labels: &[],
        read: None,
        wording: "-",
        horodate: false,
    };
    /// The daemon itself knows it.
    pub const OWN: Self = Self {
        labels: &[],
        read: None,
        wording: "",
        horodate: false,
    };

    /// The labels that give it, or that its rule needs. Of several that are read, one is sent.
    pub fn labels(&self) -> &'static [Label] {
        self.labels
    }

    /// How the content of its label is read; `None` for a rule and for what the daemon knows.
    pub fn read(&self) -> Option<read::Read> {
        self.read
    }

    /// Whether this mode gives it at all.
    pub fn exists(&self) -> bool {
        self.wording != Self::NONE.wording
    }

    /// The same source with a wording for the reference, in place of the names of its labels.
    pub const fn described(mut self, wording: &'static str) -> Self {
        self.wording = wording;
        self
    }
}

/// The content of the first of these labels that is known, read in this way.
pub const fn from(labels: &'static [Label], read: read::Read) -> Source {
    Source {
        labels,
        read: Some(read),
        wording: "",
        horodate: false,
    }
}

/// The number of a group.
pub const fn number(labels: &'static [Label]) -> Source {
    from(labels, read::number)
}

/// The text of a group, trimmed.
pub const fn text(labels: &'static [Label]) -> Source {
    from(labels, read::text)
}

/// The horodate of a group.
pub const fn horodate(labels: &'static [Label]) -> Source {
    Source {
        labels,
        read: Some(read::time),
        wording: "",
        horodate: true,
    }
}

/// Bits of the status register.
pub const fn stge(wording: &'static str, read: read::Read) -> Source {
    from(&[Label::STGE], read).described(wording)
}

/// A bit of the relays.
pub const fn relay(wording: &'static str, read: read::Read) -> Source {
    from(&[Label::RELAIS], read).described(wording)
}

/// Made from these labels by `derive`.
pub const fn rule(labels: &'static [Label], wording: &'static str) -> Source {
    Source {
        labels,
        read: None,
        wording,
        horodate: false,
    }
}

/// As in the reference: `EAST`, `SMAXSN horodate`, `IINST, IINST1`.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.wording.is_empty() || self.read.is_none() {
            return f.write_str(self.wording);
        }
        for (n, label) in self.labels.iter().enumerate() {
            write!(f, "{}{}", if n == 0 { "" } else { ", " }, label.name())?;
        }
        f.write_str(if self.horodate { " horodate" } else { "" })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({self})")
    }
}

/// The ways of reading the content of a group. `None` is a code that the specification reserves, or an empty text.
pub mod read {
    use super::{GroupValue, Value};
    use crate::meter::tariff::period::TariffPeriod;
    use crate::tic::{Breaker, Color, Euridis, Period, Plc, Tomorrow};

    /// From the content of a group to a value.
    pub type Read = fn(&GroupValue) -> Option<Value>;

    /// A flag, as a value.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "every way of reading may find no value"
    )]
    pub fn flag(is: bool) -> Option<Value> {
        Some(Value::Bool(is))
    }

    /// A small number, as a value.
    pub fn int(number: impl Into<Option<u8>>) -> Option<Value> {
        number.into().map(|n| Value::Int(n.into()))
    }

    /// A colour, as a value.
    pub fn color(color: Option<Color>) -> Option<Value> {
        color.map(|color| {
            Value::Enum(match color {
                Color::Blue => "blue",
                Color::White => "white",
                Color::Red => "red",
            })
        })
    }

    /// The number.
    #[expect(clippy::unnecessary_wraps, reason = "see `flag`")]
    pub fn number(content: &GroupValue) -> Option<Value> {
        Some(Value::Int(content.number().into()))
    }

    /// The number, from kVA to VA.
    #[expect(clippy::unnecessary_wraps, reason = "see `flag`")]
    pub fn thousands(content: &GroupValue) -> Option<Value> {
        Some(Value::Int(u64::from(content.number()) * 1000))
    }

    /// The text, trimmed.
    pub fn text(content: &GroupValue) -> Option<Value> {
        let text = content.trimmed();
        (!text.is_empty()).then(|| Value::Text(text.clone()))
    }

    /// The horodate.
    pub fn time(content: &GroupValue) -> Option<Value> {
        content
            .horodate()
            .map(|horodate| Value::Time(horodate.into()))
    }

    /// The manufacturer's name, else the code.
    pub fn maker(content: &GroupValue) -> Option<Value> {
        let address = content.address()?;
        Some(Value::Text(match address.maker_name() {
            Some(name) => name.into(),
            None => format!("{:02}", address.maker()).into(),
        }))
    }

    /// The year of manufacture.
    pub fn year(content: &GroupValue) -> Option<Value> {
        content
            .address()
            .map(|address| Value::Int(address.year().into()))
    }

    /// The Euridis type of the meter.
    pub fn device_type(content: &GroupValue) -> Option<Value> {
        content
            .address()
            .and_then(|address| int(address.device_type()))
    }

    /// The index that the period of the historique mode counts on.
    pub fn period_index(content: &GroupValue) -> Option<Value> {
        int(content.period()?.index())
    }

    /// A tariff period, as a value.
    pub fn tariff(period: TariffPeriod) -> Value {
        Value::Enum(period.as_str())
    }

    /// The period of the historique mode.
    pub fn period_tariff(content: &GroupValue) -> Option<Value> {
        Some(tariff(content.period()?.into()))
    }

    /// Whether the period of the historique mode is off-peak.
    pub fn period_off_peak(content: &GroupValue) -> Option<Value> {
        let period = TariffPeriod::from(content.period()?);
        period.is_off_peak().map(Value::Bool)
    }

    /// The Tempo colour of the period.
    pub fn period_color(content: &GroupValue) -> Option<Value> {
        match content.period()? {
            Period::Tempo {
                color: of_the_day, ..
            } => color(Some(of_the_day)),
            _ => None,
        }
    }

    /// One while the EJP peak runs.
    pub fn period_peak(content: &GroupValue) -> Option<Value> {
        int(u8::from(content.period()? == Period::EjpPeak))
    }

    /// The colour of tomorrow in historique mode.
    pub fn tomorrow(content: &GroupValue) -> Option<Value> {
        color(Tomorrow::parse(content.text().as_bytes())?.color())
    }

    /// The state of the breaker.
    pub fn breaker(content: &GroupValue) -> Option<Value> {
        content.status().breaker().map(|breaker| {
            Value::Enum(match breaker {
                Breaker::Closed => "closed",
                Breaker::OpenOverPower => "over_power",
                Breaker::OpenOverVoltage => "over_voltage",
                Breaker::OpenLoadShedding => "load_shedding",
                Breaker::OpenByOrder => "remote_order",
                Breaker::OpenOverheatingHighCurrent => "overheat_high_current",
                Breaker::OpenOverheatingLowCurrent => "overheat_low_current",
            })
        })
    }

    /// The state of the Euridis output.
    pub fn euridis(content: &GroupValue) -> Option<Value> {
        content.status().euridis().map(|euridis| {
            Value::Enum(match euridis {
                Euridis::Disabled => "disabled",
                Euridis::Insecure => "enabled",
                Euridis::Secure => "secure",
            })
        })
    }

    /// The state of the power line communication.
    pub fn plc(content: &GroupValue) -> Option<Value> {
        content.status().plc().map(|plc| {
            Value::Enum(match plc {
                Plc::NewUnlocked => "new_unlocked",
                Plc::NewLocked => "new_locked",
                Plc::Registered => "registered",
            })
        })
    }
}
