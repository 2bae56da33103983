//! The events: a change of a quantity that an automation may wait for. `event_watch` finds most of them.

use super::row::pascal_case;

macro_rules! events {
    ($($kind:ident $name:literal,)*) => {
        /// The events, in the order in which they are given. Each is named as it is published.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $(#[doc = $name] $kind,)*
        }

        impl EventKind {
            /// Every event.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$kind),*];

            /// The `event_type` of the JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

events! {
    LinkChanged "link_changed",
    ModeChanged "mode_changed",
    TariffChanged "tariff_changed",
    ContractChanged "contract_changed",
    SubscribedPowerChanged "subscribed_power_changed",
    MeterReplaced "meter_replaced",
    IndexJumped "index_jumped",
    ColorTodayChanged "color_today_changed",
    ColorTomorrowChanged "color_tomorrow_changed",
    PeakAnnounced "peak_announced",
    PeakStarted "peak_started",
    PeakEnded "peak_ended",
    OverPowerStarted "over_power_started",
    OverPowerEnded "over_power_ended",
    BreakerChanged "breaker_changed",
    DryContactChanged "dry_contact_changed",
    RelayChanged "relay_changed",
    MessageReceived "message_received",
    ClockDegraded "clock_degraded",
    ClockRestored "clock_restored",
    BreakerWarningStarted "breaker_warning_started",
    BreakerWarningEnded "breaker_warning_ended",
    CoverOpened "cover_opened",
    PhaseLost "phase_lost",
    PhaseRestored "phase_restored",
    VoltageOutOfRange "voltage_out_of_range",
    VoltageRestored "voltage_restored",
}

impl EventKind {
    /// The member of the D-Bus interface `….Events`, in `PascalCase`.
    pub fn signal(self) -> String {
        pascal_case(self.as_str())
    }
}

/// Something that happened, with what was before and after. The time, boot and seq are those of its Update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Before, as text; empty if there was nothing.
    pub from: String,
    /// After, as text; empty if there is nothing.
    pub to: String,
}

impl Event {
    /// An event with both sides as text.
    pub fn new(kind: EventKind, from: impl Into<String>, to: impl Into<String>) -> Self {
        Self {
            kind,
            from: from.into(),
            to: to.into(),
        }
    }
}
