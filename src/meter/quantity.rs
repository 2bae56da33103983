//! The one list of quantities: everything that this project publishes, a row each.
//!
//! The rows drive the JSON, the D-Bus properties and their introspection, the Home Assistant
//! discovery, `list-fields`, the JSON schema and the reference in `docs/`. There is no second list.
//!
//! A row reads: `NAME "key" interface kind, "unit" columns: "English" / "French";` and below it
//! `[standard source] [historique source] home-assistant, enabled-by-default;`. The columns are those of the few rows that
//! have them: `phase n`, `number n` (of a tariff index or a relay), `counts NAME` (the quantity whose index a counter
//! counts on), `today NAME` (the counter whose energy since midnight it is), `as "Property"` (another name on D-Bus).

use super::entity::{Enabled, HomeAssistant};
use super::link_cause::LinkCause;
use super::row::{Interface, Kind, Quantity};
use super::source::{Source, from, horodate as time, number, read, relay, rule, stge, text};
use super::tariff::contract::Contract as ContractKind;
use super::tariff::period::TariffPeriod;
use crate::tic::Label as L;

use Enabled::{Contract, Ejp, Never, No, Producer, Tempo, Yes};
use Kind::{Bool, Count, Enum, Int, Signed, Text, Time, Uint64};
use read::{
    breaker, color, device_type, euridis, flag, int, maker, period_color, period_index,
    period_off_peak, period_peak, period_tariff, plc, thousands, tomorrow, year,
};

const NONE: Source = Source::NONE;
const OWN: Source = Source::OWN;
const NOT: HomeAssistant = HomeAssistant::NotAnnounced;
const DEVICE: HomeAssistant = HomeAssistant::DeviceInfo;

const fn sensor(class: &'static str) -> HomeAssistant {
    HomeAssistant::sensor(class)
}

const fn binary(class: &'static str) -> HomeAssistant {
    HomeAssistant::binary(class)
}

/// The place of a quantity in [`TABLE`]: a [`Reading`](super::Reading) can be asked only for what exists.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(u8);

impl Key {
    /// Every quantity, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).zip(&TABLE).map(|(place, _)| Self(place))
    }

    /// The quantity at this place in the table.
    pub fn at(place: usize) -> Option<Self> {
        let key = Self(u8::try_from(place).ok()?);
        (place < TABLE.len()).then_some(key)
    }

    /// The quantity with this JSON key.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|key| key.row().key == name)
    }

    /// Its row.
    #[expect(
        clippy::indexing_slicing,
        reason = "a Key is made only from the rows of TABLE"
    )]
    pub fn row(self) -> &'static Quantity {
        &TABLE[usize::from(self.0)]
    }

    /// Its place in the table.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.row().key)
    }
}

macro_rules! optional {
    () => {
        None
    };
    ($value:literal) => {
        Some($value)
    };
}

macro_rules! counted {
    () => {
        None
    };
    ($name:ident) => {
        Some(Key::$name)
    };
}

macro_rules! quantities {
    ($($name:ident $key:literal $on:ident $kind:expr, $unit:literal
        $(phase $phase:literal)? $(number $number:literal)? $(counts $counted:ident)? $(today $today:ident)? $(as $property:literal)?: $english:literal / $french:literal;
        [$standard:expr] [$historique:expr] $home:expr, $enabled:ident;)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "a position carries the name of its constant")]
        #[repr(u8)]
        enum Position { $($name),* }

        impl Key {
            $(#[doc = $english] pub const $name: Self = Self(Position::$name as u8);)*

            /// The quantity whose index it counts on, if it is a counter.
            pub fn counts(self) -> Option<Self> {
                const COUNTS: [Option<Key>; COUNT] = [$(counted!($($counted)?)),*];
                COUNTS.get(self.index()).copied().flatten()
            }

            /// The counter whose energy since midnight it is, if it is one.
            pub fn since_midnight(self) -> Option<Self> {
                const TODAY: [Option<Key>; COUNT] = [$(counted!($($today)?)),*];
                TODAY.get(self.index()).copied().flatten()
            }
        }

        /// How many quantities there are.
        pub const COUNT: usize = [$($key),*].len();

        /// The rows. See the module.
        pub static TABLE: [Quantity; COUNT] = [$(Quantity {
            key: $key, json_key: concat!("\"", $key, "\":"), interface: Interface::$on, kind: $kind, unit: $unit, english: $english, french: $french,
            phase: optional!($($phase)?), number: optional!($($number)?),
            renamed: optional!($($property)?),
            standard: $standard, historique: $historique, home_assistant: $home, enabled: $enabled,
        }),*];
    };
}

quantities! {
    // The state itself
    SCHEMA "schema" Json Int, "": "version of this shape" / "version du schéma";
        [OWN] [OWN] NOT, Never;
    METER "meter" Json Text, "": "id of the meter in the configuration" / "identifiant du compteur";
        [OWN] [OWN] NOT, Never;
    BOOT "boot" Json Text, "": "random id of this start of the daemon; with seq it names a state for ever" / "identifiant du démarrage";
        [OWN] [OWN] NOT, Never;
    SEQ "seq" Json Int, "": "number of the Update since that start" / "numéro de la mise à jour";
        [OWN] [OWN] NOT, Never;
    TIME "time" Json Time, "" as "Updated": "host clock at the end of the frame, UTC, ms; always present, never changed afterwards" / "heure de réception";
        [OWN] [OWN] NOT, Never;

    // Meter
    MODE "mode" Meter Enum(&["standard", "historique"]), "": "TIC mode" / "Mode TIC";
        [OWN.described("detected")] [OWN.described("detected")] sensor("enum").diagnostic().icon("swap-horizontal"), No;
    LINK "link" Meter Enum(&["no_device", "no_signal", "syncing", "receiving"]), "": "Link to the meter" / "Liaison avec le compteur";
        [OWN.described("rule")] [OWN.described("rule")] binary("connectivity").diagnostic(), Yes;
    LINK_DETAIL "link_detail" Meter Text, "": "cause of the link state in one line, may be empty" / "détail de la liaison";
        [OWN] [OWN] NOT, Never;
    LINK_CAUSE "link_cause" Meter Enum(&LinkCause::WORDS), "": "cause of the link state as a word, for programs and translators" / "cause de la liaison";
        [OWN] [OWN] NOT, Never;
    METER_TIME "meter_time" Meter Time, "": "Meter clock" / "Horloge du compteur";
        [time(&[L::DATE])] [NONE] sensor("timestamp").diagnostic(), No;
    CLOCK_DRIFT "clock_drift" Meter Signed, "s": "Clock drift" / "Dérive d'horloge";
        [rule(&[L::DATE], "DATE - host")] [NONE] sensor("duration").measurement().diagnostic(), No;
    CLOCK_DEGRADED "clock_degraded" Meter Bool, "": "Clock degraded" / "Horloge dégradée";
        [rule(&[L::STGE, L::DATE], "STGE 16, lower-case season")] [NONE] binary("problem").diagnostic(), No;
    PHASES "phases" Meter Int, "": "number of phases (1 or 3)" / "nombre de phases";
        [OWN.described("labels seen, with hysteresis")] [OWN.described("same")] NOT, Never;
    PRODUCER "producer" Meter Bool, "": "Producer mode" / "Mode producteur";
        [stge("STGE 8", |c| flag(c.status().is_producer()))] [NONE] binary("").diagnostic().icon("solar-power"), No;
    TIC_VERSION "tic_version" Meter Int, "": "TIC version" / "Version TIC";
        [number(&[L::VTIC])] [NONE] sensor("").diagnostic().icon("information-outline"), No;
    MANUFACTURER "manufacturer" Meter Text, "": "Manufacturer (name, else code)" / "Fabricant";
        [from(&[L::ADSC], maker).described("ADSC 1-2")] [from(&[L::ADCO], maker).described("ADCO 1-2")] DEVICE, Never;
    MANUFACTURE_YEAR "manufacture_year" Meter Int, "": "Year of manufacture" / "Année de fabrication";
        [from(&[L::ADSC], year).described("ADSC 3-4")] [from(&[L::ADCO], year).described("ADCO 3-4")] NOT, Never;
    DEVICE_TYPE "device_type" Meter Int, "": "Euridis device type" / "Type d'appareil";
        [from(&[L::ADSC], device_type).described("ADSC 5-6")] [from(&[L::ADCO], device_type).described("ADCO 5-6")] NOT, Never;
    SERIAL_NUMBER "serial_number" Private Text, "": "Serial number" / "Numéro de série";
        [text(&[L::ADSC])] [text(&[L::ADCO])] DEVICE, Never;
    DELIVERY_POINT "delivery_point" Private Text, "": "Delivery point (PRM)" / "Point de livraison (PRM)";
        [text(&[L::PRM])] [NONE] sensor("").diagnostic().icon("map-marker"), No;
    MESSAGE "message" Meter Text, "": "Message" / "Message";
        [text(&[L::MSG1])] [NONE] sensor("").diagnostic().icon("message-text"), No;
    MESSAGE_SHORT "message_short" Meter Text, "": "Short message" / "Message ultra court";
        [text(&[L::MSG2])] [NONE] sensor("").diagnostic().icon("message-text-outline"), No;
    STATUS_WORD "status_word" Meter Text, "": "Status word" / "Mot d'état";
        [NONE] [text(&[L::MOTDETAT])] sensor("").diagnostic().icon("hexadecimal"), No;
    FRAMES_RECEIVED "frames_received" Meter Count, "": "Frames received" / "Trames reçues";
        [OWN] [OWN] sensor("").total().diagnostic().icon("counter"), No;
    FRAMES_DAMAGED "frames_damaged" Meter Count, "": "Frames in error" / "Trames en erreur";
        [OWN] [OWN] sensor("").total().diagnostic().icon("alert-circle-outline"), No;
    GROUPS_REJECTED "groups_rejected" Meter Count, "": "Groups rejected" / "Groupes rejetés";
        [OWN] [OWN] sensor("").total().diagnostic().icon("alert-circle-outline"), No;
    PARITY_ERRORS "parity_errors" Meter Count, "": "Parity errors" / "Erreurs de parité";
        [OWN] [OWN] NOT, Never;
    CHECKSUM_ERRORS "checksum_errors" Meter Count, "": "Checksum errors" / "Erreurs de somme de contrôle";
        [OWN] [OWN] NOT, Never;
    FORMAT_ERRORS "format_errors" Meter Count, "": "Format errors (length, grammar, characters)" / "Erreurs de format";
        [OWN] [OWN] NOT, Never;
    VALUES_HELD "values_held" Meter Count, "": "Values set aside" / "Valeurs écartées";
        [OWN] [OWN] sensor("").total().diagnostic().icon("filter-remove"), No;

    // Consumption
    ENERGY "energy" Consumption Uint64, "Wh": "Total index" / "Index total";
        [number(&[L::EAST])] [rule(L::OPTIONS, "BASE, else the sum of the indexes (never a partial sum)")] sensor("energy").diagnostic().under("energy_index"), No;
    ENERGY_COUNTER "energy_counter" Consumption Uint64, "Wh" counts ENERGY: "Energy consumed" / "Énergie consommée";
        [rule(&[L::EAST], "index + offset")] [rule(L::OPTIONS, "index + offset")] sensor("energy").total().under("energy"), Yes;
    APPARENT_POWER "apparent_power" Consumption Int, "VA": "Apparent power" / "Puissance apparente";
        [number(&[L::SINSTS])] [number(&[L::PAPP])] sensor("apparent_power").measurement(), Yes;
    POWER "power" Consumption Signed, "W": "Power (estimated)" / "Puissance (estimée)";
        [rule(&[L::EAST], "index increments")] [rule(L::OPTIONS, "same")] sensor("power").measurement(), Yes;
    ENERGY_TODAY "energy_today" Consumption Int, "Wh" today ENERGY_COUNTER: "Energy consumed today" / "Énergie consommée aujourd’hui";
        [rule(&[L::EAST], "counter since midnight of the meter")] [rule(L::OPTIONS, "host clock")] sensor("energy").total(), No;
    ENERGY_YESTERDAY "energy_yesterday" Consumption Int, "Wh": "Energy consumed yesterday" / "Énergie consommée hier";
        [rule(&[L::EAST], "counter of the day before")] [rule(L::OPTIONS, "same")] NOT, Never;
    APPARENT_POWER_MAX "apparent_power_max" Consumption Int, "VA": "Maximum power today" / "Puissance maximale du jour";
        [number(&[L::SMAXSN])] [NONE] sensor("apparent_power"), Yes;
    APPARENT_POWER_MAX_TIME "apparent_power_max_time" Consumption Time, "": "Time of the maximum power" / "Heure de la puissance maximale";
        [time(&[L::SMAXSN])] [NONE] sensor("timestamp"), No;
    APPARENT_POWER_MAX_PREVIOUS "apparent_power_max_previous" Consumption Int, "VA": "Previous maximum power" / "Puissance maximale précédente";
        [number(&[L::SMAXSN_1])] [NONE] sensor("apparent_power"), No;
    APPARENT_POWER_MAX_PREVIOUS_TIME "apparent_power_max_previous_time" Consumption Time, "": "Time of the previous maximum power" / "Heure de la puissance maximale précédente";
        [time(&[L::SMAXSN_1])] [NONE] sensor("timestamp"), No;
    POWER_AVERAGE "power_average" Consumption Int, "W": "Average power (load curve)" / "Puissance moyenne (courbe de charge)";
        [number(&[L::CCASN])] [NONE] sensor("power").measurement(), No;
    POWER_AVERAGE_TIME "power_average_time" Consumption Time, "": "Time of the average power" / "Heure de la puissance moyenne";
        [time(&[L::CCASN])] [NONE] sensor("timestamp"), No;
    POWER_AVERAGE_PREVIOUS "power_average_previous" Consumption Int, "W": "Previous average power" / "Puissance moyenne précédente";
        [number(&[L::CCASN_1])] [NONE] NOT, Never;
    POWER_AVERAGE_PREVIOUS_TIME "power_average_previous_time" Consumption Time, "": "Time of the previous average power" / "Heure de la puissance moyenne précédente";
        [time(&[L::CCASN_1])] [NONE] NOT, Never;
    SUBSCRIBED_POWER "subscribed_power" Consumption Int, "VA": "Subscribed power" / "Puissance souscrite";
        [from(&[L::PREF], thousands).described("PREF x 1000")] [rule(&[L::ISOUSC], "ISOUSC x 200 (x 3 in three-phase)")] sensor("apparent_power").diagnostic(), Yes;
    SUBSCRIBED_CURRENT "subscribed_current" Consumption Int, "A": "Subscribed current" / "Intensité souscrite";
        [NONE] [number(&[L::ISOUSC])] sensor("current").diagnostic(), No;
    CUTOFF_POWER "cutoff_power" Consumption Int, "VA": "Cut-off power" / "Puissance de coupure";
        [from(&[L::PCOUP], thousands).described("PCOUP x 1000")] [NONE] sensor("apparent_power").diagnostic(), No;
    MAXIMUM_POWER "maximum_power" Consumption Int, "": "Maximum power (PMAX)" / "Puissance maximale (PMAX)";
        [NONE] [number(&[L::PMAX]).described("PMAX (unit uncertain)")] sensor("").diagnostic().icon("gauge-full"), No;

    // Phases
    CURRENT_L1 "current_l1" Phases Int, "A" phase 1: "Current phase 1" / "Intensité phase 1";
        [number(&[L::IRMS1])] [number(&[L::IINST, L::IINST1])] sensor("current").measurement(), Yes;
    CURRENT_L2 "current_l2" Phases Int, "A" phase 2: "Current phase 2" / "Intensité phase 2";
        [number(&[L::IRMS2])] [number(&[L::IINST2])] sensor("current").measurement(), Yes;
    CURRENT_L3 "current_l3" Phases Int, "A" phase 3: "Current phase 3" / "Intensité phase 3";
        [number(&[L::IRMS3])] [number(&[L::IINST3])] sensor("current").measurement(), Yes;
    VOLTAGE_L1 "voltage_l1" Phases Int, "V" phase 1: "Voltage phase 1" / "Tension phase 1";
        [number(&[L::URMS1])] [NONE] sensor("voltage").measurement(), Yes;
    VOLTAGE_L2 "voltage_l2" Phases Int, "V" phase 2: "Voltage phase 2" / "Tension phase 2";
        [number(&[L::URMS2])] [NONE] sensor("voltage").measurement(), Yes;
    VOLTAGE_L3 "voltage_l3" Phases Int, "V" phase 3: "Voltage phase 3" / "Tension phase 3";
        [number(&[L::URMS3])] [NONE] sensor("voltage").measurement(), Yes;
    VOLTAGE_MEAN_L1 "voltage_mean_l1" Phases Int, "V" phase 1: "Mean voltage phase 1" / "Tension moyenne phase 1";
        [number(&[L::UMOY1])] [NONE] sensor("voltage").measurement(), No;
    VOLTAGE_MEAN_L2 "voltage_mean_l2" Phases Int, "V" phase 2: "Mean voltage phase 2" / "Tension moyenne phase 2";
        [number(&[L::UMOY2])] [NONE] sensor("voltage").measurement(), No;
    VOLTAGE_MEAN_L3 "voltage_mean_l3" Phases Int, "V" phase 3: "Mean voltage phase 3" / "Tension moyenne phase 3";
        [number(&[L::UMOY3])] [NONE] sensor("voltage").measurement(), No;
    VOLTAGE_MEAN_L1_TIME "voltage_mean_l1_time" Phases Time, "" phase 1: "Time of the mean voltage phase 1" / "Heure de la tension moyenne phase 1";
        [time(&[L::UMOY1])] [NONE] NOT, Never;
    VOLTAGE_MEAN_L2_TIME "voltage_mean_l2_time" Phases Time, "" phase 2: "Time of the mean voltage phase 2" / "Heure de la tension moyenne phase 2";
        [time(&[L::UMOY2])] [NONE] NOT, Never;
    VOLTAGE_MEAN_L3_TIME "voltage_mean_l3_time" Phases Time, "" phase 3: "Time of the mean voltage phase 3" / "Heure de la tension moyenne phase 3";
        [time(&[L::UMOY3])] [NONE] NOT, Never;
    APPARENT_POWER_L1 "apparent_power_l1" Phases Int, "VA" phase 1: "Apparent power phase 1" / "Puissance apparente phase 1";
        [number(&[L::SINSTS1])] [NONE] sensor("apparent_power").measurement(), Yes;
    APPARENT_POWER_L2 "apparent_power_l2" Phases Int, "VA" phase 2: "Apparent power phase 2" / "Puissance apparente phase 2";
        [number(&[L::SINSTS2])] [NONE] sensor("apparent_power").measurement(), Yes;
    APPARENT_POWER_L3 "apparent_power_l3" Phases Int, "VA" phase 3: "Apparent power phase 3" / "Puissance apparente phase 3";
        [number(&[L::SINSTS3])] [NONE] sensor("apparent_power").measurement(), Yes;
    APPARENT_POWER_MAX_L1 "apparent_power_max_l1" Phases Int, "VA" phase 1: "Maximum power today phase 1" / "Puissance maximale du jour phase 1";
        [number(&[L::SMAXSN1])] [NONE] sensor("apparent_power"), No;
    APPARENT_POWER_MAX_L2 "apparent_power_max_l2" Phases Int, "VA" phase 2: "Maximum power today phase 2" / "Puissance maximale du jour phase 2";
        [number(&[L::SMAXSN2])] [NONE] sensor("apparent_power"), No;
    APPARENT_POWER_MAX_L3 "apparent_power_max_l3" Phases Int, "VA" phase 3: "Maximum power today phase 3" / "Puissance maximale du jour phase 3";
        [number(&[L::SMAXSN3])] [NONE] sensor("apparent_power"), No;
    APPARENT_POWER_MAX_L1_TIME "apparent_power_max_l1_time" Phases Time, "" phase 1: "Time of the maximum power phase 1" / "Heure de la puissance maximale phase 1";
        [time(&[L::SMAXSN1])] [NONE] NOT, Never;
    APPARENT_POWER_MAX_L2_TIME "apparent_power_max_l2_time" Phases Time, "" phase 2: "Time of the maximum power phase 2" / "Heure de la puissance maximale phase 2";
        [time(&[L::SMAXSN2])] [NONE] NOT, Never;
    APPARENT_POWER_MAX_L3_TIME "apparent_power_max_l3_time" Phases Time, "" phase 3: "Time of the maximum power phase 3" / "Heure de la puissance maximale phase 3";
        [time(&[L::SMAXSN3])] [NONE] NOT, Never;
    APPARENT_POWER_MAX_PREVIOUS_L1 "apparent_power_max_previous_l1" Phases Int, "VA" phase 1: "Previous maximum power phase 1" / "Puissance maximale précédente phase 1";
        [number(&[L::SMAXSN1_1])] [NONE] sensor("apparent_power"), No;
    APPARENT_POWER_MAX_PREVIOUS_L2 "apparent_power_max_previous_l2" Phases Int, "VA" phase 2: "Previous maximum power phase 2" / "Puissance maximale précédente phase 2";
        [number(&[L::SMAXSN2_1])] [NONE] sensor("apparent_power"), No;
    APPARENT_POWER_MAX_PREVIOUS_L3 "apparent_power_max_previous_l3" Phases Int, "VA" phase 3: "Previous maximum power phase 3" / "Puissance maximale précédente phase 3";
        [number(&[L::SMAXSN3_1])] [NONE] sensor("apparent_power"), No;
    APPARENT_POWER_MAX_PREVIOUS_L1_TIME "apparent_power_max_previous_l1_time" Phases Time, "" phase 1: "Time of the previous maximum power phase 1" / "Heure de la puissance maximale précédente phase 1";
        [time(&[L::SMAXSN1_1])] [NONE] NOT, Never;
    APPARENT_POWER_MAX_PREVIOUS_L2_TIME "apparent_power_max_previous_l2_time" Phases Time, "" phase 2: "Time of the previous maximum power phase 2" / "Heure de la puissance maximale précédente phase 2";
        [time(&[L::SMAXSN2_1])] [NONE] NOT, Never;
    APPARENT_POWER_MAX_PREVIOUS_L3_TIME "apparent_power_max_previous_l3_time" Phases Time, "" phase 3: "Time of the previous maximum power phase 3" / "Heure de la puissance maximale précédente phase 3";
        [time(&[L::SMAXSN3_1])] [NONE] NOT, Never;
    CURRENT_MAX_L1 "current_max_l1" Phases Int, "A" phase 1: "Maximum current phase 1" / "Intensité maximale phase 1";
        [NONE] [number(&[L::IMAX, L::IMAX1])] sensor("current").diagnostic(), No;
    CURRENT_MAX_L2 "current_max_l2" Phases Int, "A" phase 2: "Maximum current phase 2" / "Intensité maximale phase 2";
        [NONE] [number(&[L::IMAX2])] sensor("current").diagnostic(), No;
    CURRENT_MAX_L3 "current_max_l3" Phases Int, "A" phase 3: "Maximum current phase 3" / "Intensité maximale phase 3";
        [NONE] [number(&[L::IMAX3])] sensor("current").diagnostic(), No;
    PHASE_LOST_L1 "phase_lost_l1" Phases Bool, "" phase 1: "Phase 1 lost" / "Phase 1 absente";
        [NONE] [from(&[L::PPOT], |c| flag(c.number() >> 1 & 1 == 1))] binary("problem").diagnostic(), Yes;
    PHASE_LOST_L2 "phase_lost_l2" Phases Bool, "" phase 2: "Phase 2 lost" / "Phase 2 absente";
        [NONE] [from(&[L::PPOT], |c| flag(c.number() >> 2 & 1 == 1))] binary("problem").diagnostic(), Yes;
    PHASE_LOST_L3 "phase_lost_l3" Phases Bool, "" phase 3: "Phase 3 lost" / "Phase 3 absente";
        [NONE] [from(&[L::PPOT], |c| flag(c.number() >> 3 & 1 == 1))] binary("problem").diagnostic(), Yes;

    // Tariff
    CONTRACT "contract" Tariff Text, "": "Tariff option" / "Option tarifaire";
        [text(&[L::NGTF]).described("NGTF trimmed")] [text(&[L::OPTARIF])] sensor("").diagnostic().icon("file-document-outline"), No;
    CONTRACT_TYPE "contract_type" Tariff Enum(&ContractKind::WORDS), "": "Type of contract" / "Type de contrat";
        [rule(&[L::NGTF], "NGTF, by its usual names")] [rule(&[L::OPTARIF], "OPTARIF")] sensor("enum").diagnostic().icon("file-document-outline"), Yes;
    TARIFF_NAME "tariff_name" Tariff Text, "": "Tariff period" / "Période tarifaire";
        [text(&[L::LTARF]).described("LTARF trimmed")] [text(&[L::PTEC])] sensor("").icon("tag-outline"), No;
    TARIFF "tariff" Tariff Enum(&TariffPeriod::WORDS), "": "Tariff period in force" / "Période tarifaire en cours";
        [rule(&[L::LTARF], "period of NTARF: LTARF seen with it, order of the indexes of NGTF")] [from(&[L::PTEC], period_tariff)] sensor("enum").icon("tag"), Yes;
    TARIFF_INDEX "tariff_index" Tariff Int, "": "Tariff index in force" / "Index tarifaire en cours";
        [number(&[L::NTARF])] [from(&[L::PTEC], period_index).described("HC.. 1; HP.. 2; HN.. 1; PM.. 2; Tempo HCJB HPJB HCJW HPJW HCJR HPJR 1..6; TH.. null")] sensor("").diagnostic().icon("numeric"), No;
    OFF_PEAK "off_peak" Tariff Bool, "": "Off-peak hours in force" / "Heures creuses en cours";
        [rule(&[L::LTARF], "by the tariff period, never the contact")] [from(&[L::PTEC], period_off_peak)] binary("").icon("weather-night"), Yes;
    NEXT_TARIFF "next_tariff" Tariff Enum(&TariffPeriod::WORDS), "": "Next tariff" / "Prochain tarif";
        [rule(&[L::PJOURF_1], "PJOURF+1 (of the day before for today), DPM, FPM, colour announced")] [NONE] sensor("enum").icon("tag-arrow-right"), No;
    NEXT_TARIFF_TIME "next_tariff_time" Tariff Time, "": "Next tariff change" / "Prochain changement de tarif";
        [rule(&[L::PJOURF_1], "same")] [NONE] sensor("timestamp"), No;
    NEXT_OFF_PEAK_TIME "next_off_peak_time" Tariff Time, "": "Next off-peak hours" / "Prochaines heures creuses";
        [rule(&[L::PJOURF_1], "same")] [NONE] sensor("timestamp"), Yes;
    ENERGY_TARIFF_1 "energy_tariff_1" Tariff Uint64, "Wh" number 1: "Index of tariff 1" / "Index du tarif 1";
        [number(&[L::EASF01])] [number(&[L::HCHC, L::EJPHN, L::BBRHCJB])] sensor("energy").diagnostic().under("energy_tariff_1_index"), No;
    ENERGY_COUNTER_TARIFF_1 "energy_counter_tariff_1" Tariff Uint64, "Wh" number 1 counts ENERGY_TARIFF_1: "Energy, tariff 1" / "Énergie, index 1";
        [rule(&[L::EASF01], "index + offset")] [rule(&[L::HCHC, L::EJPHN, L::BBRHCJB], "index + offset")] sensor("energy").total().under("energy_tariff_1"), Contract;
    ENERGY_TARIFF_2 "energy_tariff_2" Tariff Uint64, "Wh" number 2: "Index of tariff 2" / "Index du tarif 2";
        [number(&[L::EASF02])] [number(&[L::HCHP, L::EJPHPM, L::BBRHPJB])] sensor("energy").diagnostic().under("energy_tariff_2_index"), No;
    ENERGY_COUNTER_TARIFF_2 "energy_counter_tariff_2" Tariff Uint64, "Wh" number 2 counts ENERGY_TARIFF_2: "Energy, tariff 2" / "Énergie, index 2";
        [rule(&[L::EASF02], "index + offset")] [rule(&[L::HCHP, L::EJPHPM, L::BBRHPJB], "index + offset")] sensor("energy").total().under("energy_tariff_2"), Contract;
    ENERGY_TARIFF_3 "energy_tariff_3" Tariff Uint64, "Wh" number 3: "Index of tariff 3" / "Index du tarif 3";
        [number(&[L::EASF03])] [number(&[L::BBRHCJW])] sensor("energy").diagnostic().under("energy_tariff_3_index"), No;
    ENERGY_COUNTER_TARIFF_3 "energy_counter_tariff_3" Tariff Uint64, "Wh" number 3 counts ENERGY_TARIFF_3: "Energy, tariff 3" / "Énergie, index 3";
        [rule(&[L::EASF03], "index + offset")] [rule(&[L::BBRHCJW], "index + offset")] sensor("energy").total().under("energy_tariff_3"), Contract;
    ENERGY_TARIFF_4 "energy_tariff_4" Tariff Uint64, "Wh" number 4: "Index of tariff 4" / "Index du tarif 4";
        [number(&[L::EASF04])] [number(&[L::BBRHPJW])] sensor("energy").diagnostic().under("energy_tariff_4_index"), No;
    ENERGY_COUNTER_TARIFF_4 "energy_counter_tariff_4" Tariff Uint64, "Wh" number 4 counts ENERGY_TARIFF_4: "Energy, tariff 4" / "Énergie, index 4";
        [rule(&[L::EASF04], "index + offset")] [rule(&[L::BBRHPJW], "index + offset")] sensor("energy").total().under("energy_tariff_4"), Contract;
    ENERGY_TARIFF_5 "energy_tariff_5" Tariff Uint64, "Wh" number 5: "Index of tariff 5" / "Index du tarif 5";
        [number(&[L::EASF05])] [number(&[L::BBRHCJR])] sensor("energy").diagnostic().under("energy_tariff_5_index"), No;
    ENERGY_COUNTER_TARIFF_5 "energy_counter_tariff_5" Tariff Uint64, "Wh" number 5 counts ENERGY_TARIFF_5: "Energy, tariff 5" / "Énergie, index 5";
        [rule(&[L::EASF05], "index + offset")] [rule(&[L::BBRHCJR], "index + offset")] sensor("energy").total().under("energy_tariff_5"), Contract;
    ENERGY_TARIFF_6 "energy_tariff_6" Tariff Uint64, "Wh" number 6: "Index of tariff 6" / "Index du tarif 6";
        [number(&[L::EASF06])] [number(&[L::BBRHPJR])] sensor("energy").diagnostic().under("energy_tariff_6_index"), No;
    ENERGY_COUNTER_TARIFF_6 "energy_counter_tariff_6" Tariff Uint64, "Wh" number 6 counts ENERGY_TARIFF_6: "Energy, tariff 6" / "Énergie, index 6";
        [rule(&[L::EASF06], "index + offset")] [rule(&[L::BBRHPJR], "index + offset")] sensor("energy").total().under("energy_tariff_6"), Contract;
    ENERGY_TARIFF_7 "energy_tariff_7" Tariff Uint64, "Wh" number 7: "Index of tariff 7" / "Index du tarif 7";
        [number(&[L::EASF07])] [NONE] sensor("energy").diagnostic().under("energy_tariff_7_index"), No;
    ENERGY_COUNTER_TARIFF_7 "energy_counter_tariff_7" Tariff Uint64, "Wh" number 7 counts ENERGY_TARIFF_7: "Energy, tariff 7" / "Énergie, index 7";
        [rule(&[L::EASF07], "index + offset")] [NONE] sensor("energy").total().under("energy_tariff_7"), Contract;
    ENERGY_TARIFF_8 "energy_tariff_8" Tariff Uint64, "Wh" number 8: "Index of tariff 8" / "Index du tarif 8";
        [number(&[L::EASF08])] [NONE] sensor("energy").diagnostic().under("energy_tariff_8_index"), No;
    ENERGY_COUNTER_TARIFF_8 "energy_counter_tariff_8" Tariff Uint64, "Wh" number 8 counts ENERGY_TARIFF_8: "Energy, tariff 8" / "Énergie, index 8";
        [rule(&[L::EASF08], "index + offset")] [NONE] sensor("energy").total().under("energy_tariff_8"), Contract;
    ENERGY_TARIFF_9 "energy_tariff_9" Tariff Uint64, "Wh" number 9: "Index of tariff 9" / "Index du tarif 9";
        [number(&[L::EASF09])] [NONE] sensor("energy").diagnostic().under("energy_tariff_9_index"), No;
    ENERGY_COUNTER_TARIFF_9 "energy_counter_tariff_9" Tariff Uint64, "Wh" number 9 counts ENERGY_TARIFF_9: "Energy, tariff 9" / "Énergie, index 9";
        [rule(&[L::EASF09], "index + offset")] [NONE] sensor("energy").total().under("energy_tariff_9"), Contract;
    ENERGY_TARIFF_10 "energy_tariff_10" Tariff Uint64, "Wh" number 10: "Index of tariff 10" / "Index du tarif 10";
        [number(&[L::EASF10])] [NONE] sensor("energy").diagnostic().under("energy_tariff_10_index"), No;
    ENERGY_COUNTER_TARIFF_10 "energy_counter_tariff_10" Tariff Uint64, "Wh" number 10 counts ENERGY_TARIFF_10: "Energy, tariff 10" / "Énergie, index 10";
        [rule(&[L::EASF10], "index + offset")] [NONE] sensor("energy").total().under("energy_tariff_10"), Contract;
    ENERGY_TODAY_TARIFF_1 "energy_today_tariff_1" Tariff Int, "Wh" number 1 today ENERGY_COUNTER_TARIFF_1: "Energy today, tariff 1" / "Énergie aujourd’hui, index 1";
        [rule(&[L::EASF01], "counter since midnight")] [rule(&[L::HCHC, L::EJPHN, L::BBRHCJB], "same")] sensor("energy").total(), No;
    ENERGY_TODAY_TARIFF_2 "energy_today_tariff_2" Tariff Int, "Wh" number 2 today ENERGY_COUNTER_TARIFF_2: "Energy today, tariff 2" / "Énergie aujourd’hui, index 2";
        [rule(&[L::EASF02], "counter since midnight")] [rule(&[L::HCHP, L::EJPHPM, L::BBRHPJB], "same")] sensor("energy").total(), No;
    ENERGY_TODAY_TARIFF_3 "energy_today_tariff_3" Tariff Int, "Wh" number 3 today ENERGY_COUNTER_TARIFF_3: "Energy today, tariff 3" / "Énergie aujourd’hui, index 3";
        [rule(&[L::EASF03], "counter since midnight")] [rule(&[L::BBRHCJW], "same")] sensor("energy").total(), No;
    ENERGY_TODAY_TARIFF_4 "energy_today_tariff_4" Tariff Int, "Wh" number 4 today ENERGY_COUNTER_TARIFF_4: "Energy today, tariff 4" / "Énergie aujourd’hui, index 4";
        [rule(&[L::EASF04], "counter since midnight")] [rule(&[L::BBRHPJW], "same")] sensor("energy").total(), No;
    ENERGY_TODAY_TARIFF_5 "energy_today_tariff_5" Tariff Int, "Wh" number 5 today ENERGY_COUNTER_TARIFF_5: "Energy today, tariff 5" / "Énergie aujourd’hui, index 5";
        [rule(&[L::EASF05], "counter since midnight")] [rule(&[L::BBRHCJR], "same")] sensor("energy").total(), No;
    ENERGY_TODAY_TARIFF_6 "energy_today_tariff_6" Tariff Int, "Wh" number 6 today ENERGY_COUNTER_TARIFF_6: "Energy today, tariff 6" / "Énergie aujourd’hui, index 6";
        [rule(&[L::EASF06], "counter since midnight")] [rule(&[L::BBRHPJR], "same")] sensor("energy").total(), No;
    ENERGY_TODAY_TARIFF_7 "energy_today_tariff_7" Tariff Int, "Wh" number 7 today ENERGY_COUNTER_TARIFF_7: "Energy today, tariff 7" / "Énergie aujourd’hui, index 7";
        [rule(&[L::EASF07], "counter since midnight")] [NONE] sensor("energy").total(), No;
    ENERGY_TODAY_TARIFF_8 "energy_today_tariff_8" Tariff Int, "Wh" number 8 today ENERGY_COUNTER_TARIFF_8: "Energy today, tariff 8" / "Énergie aujourd’hui, index 8";
        [rule(&[L::EASF08], "counter since midnight")] [NONE] sensor("energy").total(), No;
    ENERGY_TODAY_TARIFF_9 "energy_today_tariff_9" Tariff Int, "Wh" number 9 today ENERGY_COUNTER_TARIFF_9: "Energy today, tariff 9" / "Énergie aujourd’hui, index 9";
        [rule(&[L::EASF09], "counter since midnight")] [NONE] sensor("energy").total(), No;
    ENERGY_TODAY_TARIFF_10 "energy_today_tariff_10" Tariff Int, "Wh" number 10 today ENERGY_COUNTER_TARIFF_10: "Energy today, tariff 10" / "Énergie aujourd’hui, index 10";
        [rule(&[L::EASF10], "counter since midnight")] [NONE] sensor("energy").total(), No;
    DISTRIBUTOR_INDEX "distributor_index" Tariff Int, "": "Distributor index in force" / "Index distributeur en cours";
        [stge("STGE 14-15, plus 1", |c| int(c.status().distributor_index()))] [NONE] sensor("").diagnostic().icon("numeric"), No;
    ENERGY_DISTRIBUTOR_1 "energy_distributor_1" Tariff Uint64, "Wh": "Energy, distributor index 1" / "Énergie, index distributeur 1";
        [number(&[L::EASD01])] [NONE] sensor("energy").total().diagnostic(), No;
    ENERGY_DISTRIBUTOR_2 "energy_distributor_2" Tariff Uint64, "Wh": "Energy, distributor index 2" / "Énergie, index distributeur 2";
        [number(&[L::EASD02])] [NONE] sensor("energy").total().diagnostic(), No;
    ENERGY_DISTRIBUTOR_3 "energy_distributor_3" Tariff Uint64, "Wh": "Energy, distributor index 3" / "Énergie, index distributeur 3";
        [number(&[L::EASD03])] [NONE] sensor("energy").total().diagnostic(), No;
    ENERGY_DISTRIBUTOR_4 "energy_distributor_4" Tariff Uint64, "Wh": "Energy, distributor index 4" / "Énergie, index distributeur 4";
        [number(&[L::EASD04])] [NONE] sensor("energy").total().diagnostic(), No;
    COLOR_TODAY "color_today" Tariff Enum(&["blue", "white", "red"]), "": "Colour of the day" / "Couleur du jour";
        [rule(&[L::NTARF, L::NGTF], "colour of the index in force")] [from(&[L::PTEC], period_color)] sensor("enum").icon("calendar-today"), Tempo;
    COLOR_TOMORROW "color_tomorrow" Tariff Enum(&["blue", "white", "red"]), "": "Colour of tomorrow" / "Couleur de demain";
        [stge("STGE 26-27", |c| color(c.status().color_tomorrow()))] [from(&[L::DEMAIN], tomorrow).described("DEMAIN (---- is null)")] sensor("enum").icon("calendar-arrow-right"), Tempo;
    MOBILE_PEAK_NOTICE "mobile_peak_notice" Tariff Int, "": "EJP notice" / "Préavis EJP";
        [stge("STGE 28-29", |c| int(c.status().peak_notice()))] [rule(&[L::PEJP], "1 while PEJP")] binary("").under("mobile_peak_notice_active").icon("bell-alert"), Ejp;
    MOBILE_PEAK_NOTICE_MINUTES "mobile_peak_notice_minutes" Tariff Int, "min": "EJP notice (minutes)" / "Préavis EJP (minutes)";
        [NONE] [number(&[L::PEJP])] sensor("duration"), No;
    MOBILE_PEAK "mobile_peak" Tariff Int, "": "EJP mobile peak" / "Pointe mobile EJP";
        [stge("STGE 30-31", |c| int(c.status().peak()))] [from(&[L::PTEC], period_peak).described("1 while PTEC is PM..")] binary("").under("mobile_peak_active").icon("flash-alert"), Ejp;
    MOBILE_PEAK_1_START "mobile_peak_1_start" Tariff Time, "": "Start of mobile peak 1" / "Début de la pointe mobile 1";
        [time(&[L::DPM1])] [NONE] sensor("timestamp").diagnostic(), No;
    MOBILE_PEAK_2_START "mobile_peak_2_start" Tariff Time, "": "Start of mobile peak 2" / "Début de la pointe mobile 2";
        [time(&[L::DPM2])] [NONE] sensor("timestamp").diagnostic(), No;
    MOBILE_PEAK_3_START "mobile_peak_3_start" Tariff Time, "": "Start of mobile peak 3" / "Début de la pointe mobile 3";
        [time(&[L::DPM3])] [NONE] sensor("timestamp").diagnostic(), No;
    MOBILE_PEAK_1_END "mobile_peak_1_end" Tariff Time, "": "End of mobile peak 1" / "Fin de la pointe mobile 1";
        [time(&[L::FPM1])] [NONE] sensor("timestamp").diagnostic(), No;
    MOBILE_PEAK_2_END "mobile_peak_2_end" Tariff Time, "": "End of mobile peak 2" / "Fin de la pointe mobile 2";
        [time(&[L::FPM2])] [NONE] sensor("timestamp").diagnostic(), No;
    MOBILE_PEAK_3_END "mobile_peak_3_end" Tariff Time, "": "End of mobile peak 3" / "Fin de la pointe mobile 3";
        [time(&[L::FPM3])] [NONE] sensor("timestamp").diagnostic(), No;
    DAY_NUMBER "day_number" Tariff Int, "": "Tariff day number" / "Numéro du jour tarifaire";
        [number(&[L::NJOURF])] [NONE] sensor("").diagnostic().icon("calendar"), No;
    DAY_NUMBER_TOMORROW "day_number_tomorrow" Tariff Int, "": "Number of the next tariff day" / "Numéro du jour tarifaire suivant";
        [number(&[L::NJOURF_1])] [NONE] sensor("").diagnostic().icon("calendar-arrow-right"), No;
    SCHEDULE_GROUP "schedule_group" Tariff Text, "": "Schedule group" / "Groupe horaire";
        [NONE] [text(&[L::HHPHC])] sensor("").diagnostic().icon("clock-outline"), No;

    // Production
    ENERGY_INJECTED "energy_injected" Production Uint64, "Wh": "Injection index" / "Index d'injection";
        [number(&[L::EAIT])] [NONE] sensor("energy").diagnostic().under("energy_injected_index"), No;
    ENERGY_COUNTER_INJECTED "energy_counter_injected" Production Uint64, "Wh" counts ENERGY_INJECTED: "Energy injected" / "Énergie injectée";
        [rule(&[L::EAIT], "index + offset")] [NONE] sensor("energy").total().under("energy_injected"), Yes;
    ENERGY_INJECTED_TODAY "energy_injected_today" Production Int, "Wh" today ENERGY_COUNTER_INJECTED: "Energy injected today" / "Énergie injectée aujourd’hui";
        [rule(&[L::EAIT], "counter since midnight")] [NONE] sensor("energy").total(), No;
    APPARENT_POWER_INJECTED "apparent_power_injected" Production Int, "VA": "Apparent power injected" / "Puissance apparente injectée";
        [number(&[L::SINSTI])] [NONE] sensor("apparent_power").measurement(), Yes;
    APPARENT_POWER_INJECTED_MAX "apparent_power_injected_max" Production Int, "VA": "Maximum injection today" / "Injection maximale du jour";
        [number(&[L::SMAXIN])] [NONE] sensor("apparent_power"), Yes;
    APPARENT_POWER_INJECTED_MAX_TIME "apparent_power_injected_max_time" Production Time, "": "Time of the maximum injection" / "Heure de l'injection maximale";
        [time(&[L::SMAXIN])] [NONE] sensor("timestamp"), No;
    APPARENT_POWER_INJECTED_MAX_PREVIOUS "apparent_power_injected_max_previous" Production Int, "VA": "Previous maximum injection" / "Injection maximale précédente";
        [number(&[L::SMAXIN_1])] [NONE] sensor("apparent_power"), No;
    APPARENT_POWER_INJECTED_MAX_PREVIOUS_TIME "apparent_power_injected_max_previous_time" Production Time, "": "Time of the previous maximum injection" / "Heure de l'injection maximale précédente";
        [time(&[L::SMAXIN_1])] [NONE] NOT, Never;
    POWER_AVERAGE_INJECTED "power_average_injected" Production Int, "W": "Average power injected" / "Puissance moyenne injectée";
        [number(&[L::CCAIN])] [NONE] sensor("power").measurement(), No;
    POWER_AVERAGE_INJECTED_TIME "power_average_injected_time" Production Time, "": "Time of the average power injected" / "Heure de la puissance moyenne injectée";
        [time(&[L::CCAIN])] [NONE] NOT, Never;
    POWER_AVERAGE_INJECTED_PREVIOUS "power_average_injected_previous" Production Int, "W": "Previous average power injected" / "Puissance moyenne injectée précédente";
        [number(&[L::CCAIN_1])] [NONE] NOT, Never;
    POWER_AVERAGE_INJECTED_PREVIOUS_TIME "power_average_injected_previous_time" Production Time, "": "Time of the previous average power injected" / "Heure de la puissance moyenne injectée précédente";
        [time(&[L::CCAIN_1])] [NONE] NOT, Never;
    REACTIVE_ENERGY_Q1 "reactive_energy_q1" Production Uint64, "varh": "Reactive energy, quadrant 1" / "Énergie réactive, quadrant 1";
        [number(&[L::ERQ1])] [NONE] sensor("reactive_energy").total().diagnostic(), No;
    REACTIVE_ENERGY_Q2 "reactive_energy_q2" Production Uint64, "varh": "Reactive energy, quadrant 2" / "Énergie réactive, quadrant 2";
        [number(&[L::ERQ2])] [NONE] sensor("reactive_energy").total().diagnostic(), No;
    REACTIVE_ENERGY_Q3 "reactive_energy_q3" Production Uint64, "varh": "Reactive energy, quadrant 3" / "Énergie réactive, quadrant 3";
        [number(&[L::ERQ3])] [NONE] sensor("reactive_energy").total().diagnostic(), No;
    REACTIVE_ENERGY_Q4 "reactive_energy_q4" Production Uint64, "varh": "Reactive energy, quadrant 4" / "Énergie réactive, quadrant 4";
        [number(&[L::ERQ4])] [NONE] sensor("reactive_energy").total().diagnostic(), No;

    // Status
    STATUS_REGISTER "status_register" Status Text, "": "Status register" / "Registre de statuts";
        [text(&[L::STGE]).described("STGE, 8 hexadecimal digits")] [NONE] sensor("").diagnostic().icon("hexadecimal"), No;
    DRY_CONTACT "dry_contact" Status Bool, "": "Dry contact" / "Contact sec";
        [stge("STGE bit 0 inverted (true = closed)", |c| flag(!c.status().dry_contact_open()))] [NONE] binary("").icon("water-boiler"), Yes;
    BREAKER "breaker" Status Enum(&["closed", "over_power", "over_voltage", "load_shedding", "remote_order", "overheat_high_current", "overheat_low_current"]), "": "Cut-off by the meter" / "Coupure par le compteur";
        [stge("STGE 1-3", breaker)] [NONE] sensor("enum").icon("electric-switch"), Yes;
    TERMINAL_COVER_OPEN "terminal_cover_open" Status Bool, "": "Terminal cover" / "Cache-bornes";
        [stge("STGE 4", |c| flag(c.status().terminal_cover_open()))] [NONE] binary("opening").diagnostic(), No;
    OVER_VOLTAGE "over_voltage" Status Bool, "": "Overvoltage" / "Surtension";
        [stge("STGE 6", |c| flag(c.status().over_voltage()))] [NONE] binary("problem"), Yes;
    OVER_POWER "over_power" Status Bool, "": "Power overrun" / "Dépassement de puissance";
        [stge("STGE 7", |c| flag(c.status().over_power()))] [rule(L::OVERRUN, "ADPS, ADIR1..3 (expires)")] binary("problem"), Yes;
    OVERRUN_CURRENT_L1 "overrun_current_l1" Status Int, "A" phase 1: "Overrun current phase 1" / "Intensité de dépassement phase 1";
        [NONE] [number(&[L::ADPS, L::ADIR1])] sensor("current"), No;
    OVERRUN_CURRENT_L2 "overrun_current_l2" Status Int, "A" phase 2: "Overrun current phase 2" / "Intensité de dépassement phase 2";
        [NONE] [number(&[L::ADIR2])] sensor("current"), No;
    OVERRUN_CURRENT_L3 "overrun_current_l3" Status Int, "A" phase 3: "Overrun current phase 3" / "Intensité de dépassement phase 3";
        [NONE] [number(&[L::ADIR3])] sensor("current"), No;
    INJECTING "injecting" Status Bool, "": "Injecting" / "Injection en cours";
        [stge("STGE 9", |c| flag(c.status().is_injecting()))] [NONE] binary("").icon("transmission-tower-import"), Producer;
    EURIDIS "euridis" Status Enum(&["disabled", "enabled", "secure"]), "": "Euridis output" / "Sortie Euridis";
        [stge("STGE 19-20", euridis)] [NONE] sensor("enum").diagnostic().icon("serial-port"), No;
    PLC_STATUS "plc_status" Status Enum(&["new_unlocked", "new_locked", "registered"]), "": "PLC status" / "Statut CPL";
        [stge("STGE 21-22", plc)] [NONE] sensor("enum").diagnostic().icon("access-point-network"), No;
    PLC_SYNCHRONISED "plc_synchronised" Status Bool, "": "PLC synchronised" / "CPL synchronisé";
        [stge("STGE 23", |c| flag(c.status().plc_synchronised()))] [NONE] binary("").diagnostic().icon("sync"), No;
    RELAY_1 "relay_1" Status Bool, "" number 1: "Relay 1" / "Relais 1";
        [relay("RELAIS bit 0 (true = closed)", |c| flag(c.relays().is_closed(1)))] [NONE] binary("").icon("electric-switch"), No;
    RELAY_2 "relay_2" Status Bool, "" number 2: "Relay 2" / "Relais 2";
        [relay("RELAIS bit 1 (true = closed)", |c| flag(c.relays().is_closed(2)))] [NONE] binary("").icon("electric-switch"), No;
    RELAY_3 "relay_3" Status Bool, "" number 3: "Relay 3" / "Relais 3";
        [relay("RELAIS bit 2 (true = closed)", |c| flag(c.relays().is_closed(3)))] [NONE] binary("").icon("electric-switch"), No;
    RELAY_4 "relay_4" Status Bool, "" number 4: "Relay 4" / "Relais 4";
        [relay("RELAIS bit 3 (true = closed)", |c| flag(c.relays().is_closed(4)))] [NONE] binary("").icon("electric-switch"), No;
    RELAY_5 "relay_5" Status Bool, "" number 5: "Relay 5" / "Relais 5";
        [relay("RELAIS bit 4 (true = closed)", |c| flag(c.relays().is_closed(5)))] [NONE] binary("").icon("electric-switch"), No;
    RELAY_6 "relay_6" Status Bool, "" number 6: "Relay 6" / "Relais 6";
        [relay("RELAIS bit 5 (true = closed)", |c| flag(c.relays().is_closed(6)))] [NONE] binary("").icon("electric-switch"), No;
    RELAY_7 "relay_7" Status Bool, "" number 7: "Relay 7" / "Relais 7";
        [relay("RELAIS bit 6 (true = closed)", |c| flag(c.relays().is_closed(7)))] [NONE] binary("").icon("electric-switch"), No;
    RELAY_8 "relay_8" Status Bool, "" number 8: "Relay 8" / "Relais 8";
        [relay("RELAIS bit 7 (true = closed)", |c| flag(c.relays().is_closed(8)))] [NONE] binary("").icon("electric-switch"), No;

    // Breaker
    BREAKER_LOAD "breaker_load" Breaker Int, "%": "Breaker load" / "Charge du disjoncteur";
        [rule(&[L::PCOUP], "54E chapter 7")] [rule(&[L::ISOUSC], "ISOUSC")] sensor("").measurement().icon("gauge"), No;
    BREAKER_TRIP_IN "breaker_trip_in" Breaker Int, "s": "Cut-off in" / "Coupure dans";
        [rule(&[L::PCOUP], "54E chapter 7")] [NONE] sensor("duration"), No;
    BREAKER_WARNING "breaker_warning" Breaker Bool, "": "Cut-off imminent" / "Coupure imminente";
        [rule(&[L::PCOUP], "54E chapter 7")] [rule(&[L::ISOUSC], "ISOUSC (estimate)")] binary("problem"), No;
    POWER_HEADROOM "power_headroom" Breaker Signed, "VA": "Power available" / "Puissance disponible";
        [rule(&[L::PCOUP], "1.3 PCOUP - SINSTS, smallest phase; negative: to shed")] [rule(&[L::ISOUSC], "260 ISOUSC - PAPP")] sensor("apparent_power").measurement(), No;
    POWER_HEADROOM_60S "power_headroom_60s" Breaker Signed, "VA": "Power available for a minute" / "Puissance disponible une minute";
        [rule(&[L::PCOUP], "the same for one minute")] [NONE] sensor("apparent_power").measurement(), No;

    // Health
    LINK_QUALITY "link_quality" Health Int, "%": "Link quality" / "Qualité de la liaison";
        [rule(&[L::ADSC], "share of good groups over 5 minutes")] [rule(&[L::ADCO], "same")] sensor("").measurement().diagnostic().icon("signal"), No;
    VOLTAGE_OUT_OF_RANGE "voltage_out_of_range" Health Bool, "": "Voltage out of range" / "Tension hors norme";
        [rule(&[L::UMOY1, L::URMS1], "10-minute mean URMS outside 207 to 253 V")] [NONE] binary("problem"), No;
}
