//! What the labels are for: the columns of the list of labels that the grammar does not need.
//!
//! Code that treats several labels alike asks for their [`Role`], phase or [`Sent`]; it keeps no
//! list of labels of its own.

use super::data::tariff::TariffOption;

/// What a label carries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// The serial number of the meter: another one is another meter.
    Meter,
    /// The number of the delivery point.
    DeliveryPoint,
    /// The clock of the meter.
    Clock,
    /// The name of the supplier's calendar.
    CalendarName,
    /// A text, code or number of the contract, of the tariff in force or of the operator.
    Text,
    /// The total energy index of a direction.
    Total(Flow),
    /// An energy index of the supplier's calendar, 1 to 10: they add up to the total withdrawn.
    Supplier(u8),
    /// An energy index of the distributor's calendar, 1 to 4: they add up to the total withdrawn.
    Distributor(u8),
    /// The reactive energy of a quadrant, 1 to 4.
    Reactive(u8),
    /// An energy index of a tariff option in historique mode, 1 to 6. The indexes of one option add
    /// up to the total withdrawn.
    Option(TariffOption, u8),
    /// A current of the moment, in A.
    Current,
    /// A voltage of the moment, in V.
    Voltage,
    /// An apparent power of the moment, in VA, of one phase or of the meter.
    ApparentPower,
    /// The highest power of today, dated: it grows until midnight.
    Maximum(Flow),
    /// The highest power of the day before, dated.
    DayBefore(Flow),
    /// A point of the load curve, dated.
    LoadCurve(Flow),
    /// A mean over the last period, dated.
    Mean,
    /// Bits, numbers and maxima that change with the tariff, the breaker or the relays.
    Register,
    /// The announced start of mobile peak 1 to 3, dated.
    PeakStart(u8),
    /// The announced end of mobile peak 1 to 3, dated.
    PeakEnd(u8),
    /// What the supplier's calendar does over a day.
    DayProfile,
    /// A text that is sent in a single frame.
    Once,
}

impl Role {
    /// True for an energy index: a number that only grows.
    pub const fn is_index(self) -> bool {
        matches!(
            self,
            Role::Total(_)
                | Role::Supplier(_)
                | Role::Distributor(_)
                | Role::Reactive(_)
                | Role::Option(..)
        )
    }
}

/// The direction of the energy, as the customer's meter counts it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Flow {
    /// From the network to the customer.
    Withdrawn,
    /// From the customer to the network: only a producer's meter sends its labels.
    Injected,
}

impl Flow {
    /// `withdrawn` or `injected`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Flow::Withdrawn => "withdrawn",
            Flow::Injected => "injected",
        }
    }
}

/// In which frames a label is sent, by a meter that has it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sent {
    /// In every frame.
    Always,
    /// In every frame but the short ones of a three-phase meter in historique mode.
    Long,
    /// Only in some: its absence means nothing for the meter.
    Occasional,
    /// Only while the current exceeds the subscribed one (historique mode).
    Overrun,
}
