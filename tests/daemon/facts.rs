//! What is to be published, by the words of the reference: which label gives which key, on which interface, of which type.
//!
//! Written apart from the table that the daemon is made from, so that each is a proof of the other. A line reads: label,
//! interface, D-Bus type, key, and how the key is read from the group. `{n}` stands for a phase or the number of a register.

/// How a group gives a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Its digits.
    Number,
    /// Its digits, from kVA to VA.
    Kilo,
    /// Its text, trimmed; nothing if it is blank.
    Text,
    /// Its horodate.
    Horodate,
    /// Two digits of its twelve, by their place: the maker, the year, the type.
    Maker,
    Year,
    Kind,
    /// A bit.
    Bit(u32),
    /// A bit, upside down.
    NotBit(u32),
    /// So many bits from this one, and a number added to them.
    Bits(u32, u32, u64),
    /// So many bits from this one, as one of these words; `-` is no value.
    Words(u32, u32, &'static [&'static str]),
    /// From several groups, by a rule that has the name of the key.
    Rule,
    /// From several frames, or by the room of tariffs: tests of their own judge its value.
    Model,
}

use How::{Bit, Bits, Horodate, Kilo, Kind, Maker, Model, NotBit, Number, Rule, Text, Words, Year};

/// label, interface, type, key, how
pub type Fact = (&'static str, &'static str, &'static str, &'static str, How);

const BREAKER: &[&str] = &[
    "closed",
    "over_power",
    "over_voltage",
    "load_shedding",
    "remote_order",
    "overheat_high_current",
    "overheat_low_current",
    "-",
];
const EURIDIS: &[&str] = &["disabled", "enabled", "-", "secure"];
const PLC: &[&str] = &["new_unlocked", "new_locked", "registered", "-"];
const COLORS: &[&str] = &["-", "blue", "white", "red"];

/// What no group gives, on the interface Meter, always there.
pub const OWN: &[(&str, &str)] = &[
    ("s", "mode"),
    ("s", "link"),
    ("s", "link_detail"),
    ("s", "link_cause"),
    ("u", "phases"),
    ("t", "frames_received"),
    ("t", "frames_damaged"),
    ("t", "groups_rejected"),
    ("t", "parity_errors"),
    ("t", "checksum_errors"),
    ("t", "format_errors"),
    ("t", "values_held"),
];

/// The keys of a state that are no property.
pub const OF_THE_STATE: &[&str] = &["schema", "meter", "boot", "seq", "time"];

#[rustfmt::skip]
pub const STANDARD: &[Fact] = &[
    ("DATE", "Meter", "t", "meter_time", Horodate),
    ("STGE", "Meter", "b", "clock_degraded", Rule),
    ("STGE", "Meter", "b", "producer", Bit(8)),
    ("VTIC", "Meter", "u", "tic_version", Number),
    ("ADSC", "Meter", "s", "manufacturer", Maker),
    ("ADSC", "Meter", "u", "manufacture_year", Year),
    ("ADSC", "Meter", "u", "device_type", Kind),
    ("MSG1", "Meter", "s", "message", Text),
    ("MSG2", "Meter", "s", "message_short", Text),

    ("EAST", "Consumption", "t", "energy", Number),
    ("EAST", "Consumption", "t", "energy_counter", Number),
    ("EAST", "Consumption", "u", "energy_today", Model),
    ("EAST", "Consumption", "u", "energy_yesterday", Model),
    ("SINSTS", "Consumption", "u", "apparent_power", Number),
    ("SMAXSN", "Consumption", "u", "apparent_power_max", Number),
    ("SMAXSN", "Consumption", "t", "apparent_power_max_time", Horodate),
    ("SMAXSN-1", "Consumption", "u", "apparent_power_max_previous", Number),
    ("SMAXSN-1", "Consumption", "t", "apparent_power_max_previous_time", Horodate),
    ("CCASN", "Consumption", "u", "power_average", Number),
    ("CCASN", "Consumption", "t", "power_average_time", Horodate),
    ("CCASN-1", "Consumption", "u", "power_average_previous", Number),
    ("CCASN-1", "Consumption", "t", "power_average_previous_time", Horodate),
    ("PREF", "Consumption", "u", "subscribed_power", Kilo),
    ("PCOUP", "Consumption", "u", "cutoff_power", Kilo),

    ("IRMS{n}", "Phases", "u", "current_l{n}", Number),
    ("URMS{n}", "Phases", "u", "voltage_l{n}", Number),
    ("UMOY{n}", "Phases", "u", "voltage_mean_l{n}", Number),
    ("UMOY{n}", "Phases", "t", "voltage_mean_l{n}_time", Horodate),
    ("SINSTS{n}", "Phases", "u", "apparent_power_l{n}", Number),
    ("SMAXSN{n}", "Phases", "u", "apparent_power_max_l{n}", Number),
    ("SMAXSN{n}", "Phases", "t", "apparent_power_max_l{n}_time", Horodate),
    ("SMAXSN{n}-1", "Phases", "u", "apparent_power_max_previous_l{n}", Number),
    ("SMAXSN{n}-1", "Phases", "t", "apparent_power_max_previous_l{n}_time", Horodate),

    ("NGTF", "Tariff", "s", "contract", Text),
    ("LTARF", "Tariff", "s", "tariff_name", Text),
    ("NTARF", "Tariff", "u", "tariff_index", Number),
    ("EASF0{n}", "Tariff", "t", "energy_tariff_{n}", Number),
    ("EASF0{n}", "Tariff", "t", "energy_counter_tariff_{n}", Number),
    ("EASF0{n}", "Tariff", "u", "energy_today_tariff_{n}", Model),
    ("EASF10", "Tariff", "t", "energy_tariff_10", Number),
    ("EASF10", "Tariff", "t", "energy_counter_tariff_10", Number),
    ("EASF10", "Tariff", "u", "energy_today_tariff_10", Model),
    ("STGE", "Tariff", "u", "distributor_index", Bits(14, 2, 1)),
    ("EASD0{n}", "Tariff", "t", "energy_distributor_{n}", Number),
    ("NTARF", "Tariff", "s", "color_today", Rule),
    ("STGE", "Tariff", "s", "color_tomorrow", Words(26, 2, COLORS)),
    ("STGE", "Tariff", "u", "mobile_peak_notice", Bits(28, 2, 0)),
    ("STGE", "Tariff", "u", "mobile_peak", Bits(30, 2, 0)),
    ("DPM{n}", "Tariff", "t", "mobile_peak_{n}_start", Horodate),
    ("FPM{n}", "Tariff", "t", "mobile_peak_{n}_end", Horodate),
    ("NJOURF", "Tariff", "u", "day_number", Number),
    ("NJOURF+1", "Tariff", "u", "day_number_tomorrow", Number),

    ("EAIT", "Production", "t", "energy_injected", Number),
    ("EAIT", "Production", "t", "energy_counter_injected", Number),
    ("EAIT", "Production", "u", "energy_injected_today", Model),
    ("SINSTI", "Production", "u", "apparent_power_injected", Number),
    ("SMAXIN", "Production", "u", "apparent_power_injected_max", Number),
    ("SMAXIN", "Production", "t", "apparent_power_injected_max_time", Horodate),
    ("SMAXIN-1", "Production", "u", "apparent_power_injected_max_previous", Number),
    ("SMAXIN-1", "Production", "t", "apparent_power_injected_max_previous_time", Horodate),
    ("CCAIN", "Production", "u", "power_average_injected", Number),
    ("CCAIN", "Production", "t", "power_average_injected_time", Horodate),
    ("CCAIN-1", "Production", "u", "power_average_injected_previous", Number),
    ("CCAIN-1", "Production", "t", "power_average_injected_previous_time", Horodate),
    ("ERQ{n}", "Production", "t", "reactive_energy_q{n}", Number),

    ("STGE", "Status", "s", "status_register", Text),
    ("STGE", "Status", "b", "dry_contact", NotBit(0)),
    ("STGE", "Status", "s", "breaker", Words(1, 3, BREAKER)),
    ("STGE", "Status", "b", "terminal_cover_open", Bit(4)),
    ("STGE", "Status", "b", "over_voltage", Bit(6)),
    ("STGE", "Status", "b", "over_power", Bit(7)),
    ("STGE", "Status", "b", "injecting", Bit(9)),
    ("STGE", "Status", "s", "euridis", Words(19, 2, EURIDIS)),
    ("STGE", "Status", "s", "plc_status", Words(21, 2, PLC)),
    ("STGE", "Status", "b", "plc_synchronised", Bit(23)),
    ("RELAIS", "Status", "b", "relay_1", Bit(0)),
    ("RELAIS", "Status", "b", "relay_2", Bit(1)),
    ("RELAIS", "Status", "b", "relay_3", Bit(2)),
    ("RELAIS", "Status", "b", "relay_4", Bit(3)),
    ("RELAIS", "Status", "b", "relay_5", Bit(4)),
    ("RELAIS", "Status", "b", "relay_6", Bit(5)),
    ("RELAIS", "Status", "b", "relay_7", Bit(6)),
    ("RELAIS", "Status", "b", "relay_8", Bit(7)),

    ("DATE", "Meter", "i", "clock_drift", Model),
    ("NGTF", "Tariff", "s", "contract_type", Model),
    ("LTARF", "Tariff", "s", "tariff", Model),
    ("LTARF", "Tariff", "b", "off_peak", Model),
    ("PJOURF+1", "Tariff", "s", "next_tariff", Model),
    ("PJOURF+1", "Tariff", "t", "next_tariff_time", Model),
    ("PJOURF+1", "Tariff", "t", "next_off_peak_time", Model),
    ("ADSC", "Health", "u", "link_quality", Model),
    ("URMS1", "Health", "b", "voltage_out_of_range", Model),
    ("EAST", "Consumption", "i", "power", Model),
    ("PCOUP", "Breaker", "u", "breaker_load", Model),
    ("PCOUP", "Breaker", "u", "breaker_trip_in", Model),
    ("PCOUP", "Breaker", "b", "breaker_warning", Model),
    ("PCOUP", "Breaker", "i", "power_headroom", Model),
    ("PCOUP", "Breaker", "i", "power_headroom_60s", Model),
];

#[rustfmt::skip]
pub const HISTORIQUE: &[Fact] = &[
    ("ADCO", "Meter", "s", "manufacturer", Maker),
    ("ADCO", "Meter", "u", "manufacture_year", Year),
    ("ADCO", "Meter", "u", "device_type", Kind),
    ("MOTDETAT", "Meter", "s", "status_word", Text),

    ("OPTARIF", "Consumption", "t", "energy", Rule),
    ("OPTARIF", "Consumption", "t", "energy_counter", Rule),
    ("OPTARIF", "Consumption", "u", "energy_today", Model),
    ("OPTARIF", "Consumption", "u", "energy_yesterday", Model),
    ("PAPP", "Consumption", "u", "apparent_power", Number),
    ("ISOUSC", "Consumption", "u", "subscribed_power", Rule),
    ("ISOUSC", "Consumption", "u", "subscribed_current", Number),
    ("PMAX", "Consumption", "u", "maximum_power", Number),

    ("IINST", "Phases", "u", "current_l1", Number),
    ("IINST{n}", "Phases", "u", "current_l{n}", Number),
    ("IMAX", "Phases", "u", "current_max_l1", Number),
    ("IMAX{n}", "Phases", "u", "current_max_l{n}", Number),
    ("PPOT", "Phases", "b", "phase_lost_l1", Bit(1)),
    ("PPOT", "Phases", "b", "phase_lost_l2", Bit(2)),
    ("PPOT", "Phases", "b", "phase_lost_l3", Bit(3)),

    ("OPTARIF", "Tariff", "s", "contract", Text),
    ("PTEC", "Tariff", "s", "tariff_name", Text),
    ("PTEC", "Tariff", "u", "tariff_index", Rule),
    ("HCHC", "Tariff", "t", "energy_tariff_1", Number),
    ("HCHC", "Tariff", "t", "energy_counter_tariff_1", Number),
    ("HCHC", "Tariff", "u", "energy_today_tariff_1", Model),
    ("HCHP", "Tariff", "t", "energy_tariff_2", Number),
    ("HCHP", "Tariff", "t", "energy_counter_tariff_2", Number),
    ("HCHP", "Tariff", "u", "energy_today_tariff_2", Model),
    ("EJPHN", "Tariff", "t", "energy_tariff_1", Number),
    ("EJPHN", "Tariff", "t", "energy_counter_tariff_1", Number),
    ("EJPHN", "Tariff", "u", "energy_today_tariff_1", Model),
    ("EJPHPM", "Tariff", "t", "energy_tariff_2", Number),
    ("EJPHPM", "Tariff", "t", "energy_counter_tariff_2", Number),
    ("EJPHPM", "Tariff", "u", "energy_today_tariff_2", Model),
    ("BBRHCJB", "Tariff", "t", "energy_tariff_1", Number),
    ("BBRHCJB", "Tariff", "t", "energy_counter_tariff_1", Number),
    ("BBRHCJB", "Tariff", "u", "energy_today_tariff_1", Model),
    ("BBRHPJB", "Tariff", "t", "energy_tariff_2", Number),
    ("BBRHPJB", "Tariff", "t", "energy_counter_tariff_2", Number),
    ("BBRHPJB", "Tariff", "u", "energy_today_tariff_2", Model),
    ("BBRHCJW", "Tariff", "t", "energy_tariff_3", Number),
    ("BBRHCJW", "Tariff", "t", "energy_counter_tariff_3", Number),
    ("BBRHCJW", "Tariff", "u", "energy_today_tariff_3", Model),
    ("BBRHPJW", "Tariff", "t", "energy_tariff_4", Number),
    ("BBRHPJW", "Tariff", "t", "energy_counter_tariff_4", Number),
    ("BBRHPJW", "Tariff", "u", "energy_today_tariff_4", Model),
    ("BBRHCJR", "Tariff", "t", "energy_tariff_5", Number),
    ("BBRHCJR", "Tariff", "t", "energy_counter_tariff_5", Number),
    ("BBRHCJR", "Tariff", "u", "energy_today_tariff_5", Model),
    ("BBRHPJR", "Tariff", "t", "energy_tariff_6", Number),
    ("BBRHPJR", "Tariff", "t", "energy_counter_tariff_6", Number),
    ("BBRHPJR", "Tariff", "u", "energy_today_tariff_6", Model),
    ("PTEC", "Tariff", "s", "color_today", Rule),
    ("DEMAIN", "Tariff", "s", "color_tomorrow", Rule),
    ("PEJP", "Tariff", "u", "mobile_peak_notice", Rule),
    ("PEJP", "Tariff", "u", "mobile_peak_notice_minutes", Number),
    ("PTEC", "Tariff", "u", "mobile_peak", Rule),
    ("HHPHC", "Tariff", "s", "schedule_group", Text),

    ("ADPS", "Status", "b", "over_power", Rule),
    ("ADPS", "Status", "u", "overrun_current_l1", Number),
    ("ADIR{n}", "Status", "u", "overrun_current_l{n}", Number),

    ("OPTARIF", "Tariff", "s", "contract_type", Model),
    ("PTEC", "Tariff", "s", "tariff", Model),
    ("PTEC", "Tariff", "b", "off_peak", Model),
    ("ADCO", "Health", "u", "link_quality", Model),
    ("OPTARIF", "Consumption", "i", "power", Model),
    ("ISOUSC", "Breaker", "u", "breaker_load", Model),
    ("ISOUSC", "Breaker", "b", "breaker_warning", Model),
    ("ISOUSC", "Breaker", "i", "power_headroom", Model),
];

/// Labels that are sent only now and then: their keys are there before they are.
pub const OCCASIONAL: &[&str] = &[
    "CCASN", "CCASN-1", "DPM1", "DPM2", "DPM3", "FPM1", "FPM2", "FPM3", "MSG2", "PEJP", "ADPS",
    "ADIR1", "ADIR2", "ADIR3",
];

/// The names of the makers that the tests use, by their code; another is shown as its code.
pub const MAKERS: &[(&str, &str)] = &[
    ("02", "Sagemcom"),
    ("04", "Landis+Gyr / Siemens Metering"),
    ("85", "Itron"),
];

/// What is sent again and again, and is believed when it comes twice; so is all that has a horodate.
pub const TWICE: &[&str] = &[
    "ADSC", "VTIC", "NGTF", "LTARF", "PREF", "PCOUP", "MSG1", "PRM", "PJOURF+1", "PPOINTE", "ADCO",
    "OPTARIF", "ISOUSC", "PTEC", "DEMAIN", "HHPHC", "MOTDETAT",
];

/// Bits and numbers that change at any time: believed at once where the parity was checked, else when they come twice.
pub const REGISTERS: &[&str] = &[
    "STGE", "RELAIS", "NTARF", "NJOURF", "NJOURF+1", "MSG2", "IMAX", "IMAX1", "IMAX2", "IMAX3",
    "PMAX", "PEJP", "PPOT",
];

/// Energies whose sum is sent with them: it proves the first of them without parity.
pub const SUMMED: &[&str] = &[
    "EAST", "EASF01", "EASF02", "EASF03", "EASF04", "EASF05", "EASF06", "EASF07", "EASF08",
    "EASF09", "EASF10", "EASD01", "EASD02", "EASD03", "EASD04",
];

/// Powers, currents and voltages: believed at once, for the next frame corrects them. All else is an energy or the clock, of
/// which the first is believed with parity or the second time, and each that follows at once.
pub const MOMENTS: &[&str] = &[
    "SINSTS", "SINSTS1", "SINSTS2", "SINSTS3", "SINSTI", "IRMS1", "IRMS2", "IRMS3", "URMS1",
    "URMS2", "URMS3", "PAPP", "IINST", "IINST1", "IINST2", "IINST3", "ADPS", "ADIR1", "ADIR2",
    "ADIR3",
];
