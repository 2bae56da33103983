//! The one list of labels, in the order of emission of each mode, with the exact grammar of each.
//!
//! A [`Label`] is an index into the list: one byte, cheap to copy and to compare, good as an index
//! of an array. A label that is not listed is no error (a later revision of the protocol may add
//! some): its group is kept raw, without a `Label`.
//!
//! Each row gives:
//!
//! | column | |
//! |---|---|
//! | constant | as the name, with `_` for `-` and `+` |
//! | name | as on the wire; no name is in both modes |
//! | grammar | what may follow: length and kind of the data, horodate or none |
//! | role | what it carries, see [`Role`] |
//! | phase | L1: phase 1. TRI1 to TRI3: the same and phases 2 and 3, from three-phase meters only. TRI: these only, of no phase. ANY: neither |
//! | sent | in which frames, see [`Sent`] |
//! | meaning | with its unit |
//!
//! Source: 54E 6.2 (standard); 02E, and 54E 6.1 (historique).

use core::fmt;

use super::data::tariff::TariffOption;
use super::grammar::{
    DataKind, Grammar, announced, dated, digits, empty, hex, number, option, period, profile,
    schedule, text, tomorrow, within,
};
use super::mode::Mode;
use super::role::{Flow, Role, Sent};

use Flow::{Injected, Withdrawn};
use Role::{
    ApparentPower, CalendarName, Clock, Current, DayBefore, DayProfile, DeliveryPoint, Distributor,
    LoadCurve, Maximum, Mean, Meter, Once, Option as Index, PeakEnd, PeakStart, Reactive, Register,
    Supplier, Text, Total, Voltage,
};
use Sent::{Always, Long, Occasional, Overrun};
use TariffOption::{Base, Ejp, OffPeak, Tempo};

/// A label of the list; see the constants.
///
/// ```
/// use linky_sensor::tic::{Label, Mode, Role};
///
/// assert_eq!(Label::EASF03.role(), Role::Supplier(3));
/// assert_eq!((Label::IRMS2.phase(), Label::IRMS2.is_three_phase()), (Some(2), true));
/// let dated = Label::all(Mode::Standard).filter(|label| label.has_horodate());
/// assert_eq!(dated.count(), 24);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(u8);

struct Row {
    mode: Mode,
    name: &'static str,
    grammar: Grammar,
    role: Role,
    wires: Wires,
    sent: Sent,
}

/// The phase that a label is about, if it is about one, and whether only three-phase meters send it.
#[derive(Clone, Copy)]
struct Wires {
    phase: Option<u8>,
    three_phase: bool,
}

const ANY: Wires = wires(None, false);
const L1: Wires = wires(Some(1), false);
const TRI: Wires = wires(None, true);
const TRI1: Wires = wires(Some(1), true);
const TRI2: Wires = wires(Some(2), true);
const TRI3: Wires = wires(Some(3), true);

const fn wires(phase: Option<u8>, three_phase: bool) -> Wires {
    Wires { phase, three_phase }
}

macro_rules! labels {
    ($( $mode:ident {
        $( $constant:ident $name:literal
           $grammar:expr, $role:expr, $wires:expr, $sent:expr, $meaning:literal; )*
    } )*) => {
        /// Numbers the rows: a constant of `Label` is the place of its row.
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "as on the wire")]
        enum Place { $( $( $constant, )* )* }

        impl Label {
            $( $(
                #[doc = concat!("`", $name, "` (", stringify!($mode), "): ", $meaning, ".")]
                pub const $constant: Label = Label(Place::$constant as u8);
            )* )*
        }

        /// The label of a name.
        fn find(mode: Mode, name: &str) -> Option<Label> {
            match mode {
                $( Mode::$mode => match name {
                    $( $name => Some(Label::$constant), )*
                    _ => None,
                }, )*
            }
        }

        const TABLE: [Row; Label::COUNT] = [
            $( $( Row {
                mode: Mode::$mode,
                name: $name,
                grammar: $grammar,
                role: $role,
                wires: $wires,
                sent: $sent,
            }, )* )*
        ];
    };
}

/// The labels of the rows for which the condition holds, in the order of the list: a constant.
macro_rules! select {
    ($row:ident => $condition:expr) => {
        const {
            const LEN: usize = {
                let (mut len, mut rest) = (0, TABLE.as_slice());
                while let [$row, others @ ..] = rest {
                    len += if $condition { 1 } else { 0 };
                    rest = others;
                }
                len
            };
            const LABELS: [Label; LEN] = {
                let mut labels = [Label(0); LEN];
                let (mut place, mut rest) = (0, TABLE.as_slice());
                let mut free = labels.as_mut_slice();
                while let [$row, others @ ..] = rest {
                    if $condition && let [first, after @ ..] = free {
                        *first = Label(place);
                        free = after;
                    }
                    place += 1;
                    rest = others;
                }
                labels
            };
            LABELS.as_slice()
        }
    };
}

labels! {
    Standard {
        ADSC      "ADSC"      digits(12),           Meter,                 ANY,  Always,     "serial number of the meter (personal)";
        VTIC      "VTIC"      number(2),            Text,                  ANY,  Always,     "version of the output, 02";
        DATE      "DATE"      dated(empty()),       Clock,                 ANY,  Always,     "clock of the meter; the data is empty";
        NGTF      "NGTF"      text(16),             CalendarName,          ANY,  Always,     "name of the supplier's calendar";
        LTARF     "LTARF"     text(16),             Text,                  ANY,  Always,     "name of the tariff period in force";
        EAST      "EAST"      number(9),            Total(Withdrawn),      ANY,  Always,     "energy withdrawn, total, Wh";
        EASF01    "EASF01"    number(9),            Supplier(1),           ANY,  Always,     "energy withdrawn, supplier index 1, Wh";
        EASF02    "EASF02"    number(9),            Supplier(2),           ANY,  Always,     "energy withdrawn, supplier index 2, Wh";
        EASF03    "EASF03"    number(9),            Supplier(3),           ANY,  Always,     "energy withdrawn, supplier index 3, Wh";
        EASF04    "EASF04"    number(9),            Supplier(4),           ANY,  Always,     "energy withdrawn, supplier index 4, Wh";
        EASF05    "EASF05"    number(9),            Supplier(5),           ANY,  Always,     "energy withdrawn, supplier index 5, Wh";
        EASF06    "EASF06"    number(9),            Supplier(6),           ANY,  Always,     "energy withdrawn, supplier index 6, Wh";
        EASF07    "EASF07"    number(9),            Supplier(7),           ANY,  Always,     "energy withdrawn, supplier index 7, Wh";
        EASF08    "EASF08"    number(9),            Supplier(8),           ANY,  Always,     "energy withdrawn, supplier index 8, Wh";
        EASF09    "EASF09"    number(9),            Supplier(9),           ANY,  Always,     "energy withdrawn, supplier index 9, Wh";
        EASF10    "EASF10"    number(9),            Supplier(10),          ANY,  Always,     "energy withdrawn, supplier index 10, Wh";
        EASD01    "EASD01"    number(9),            Distributor(1),        ANY,  Always,     "energy withdrawn, distributor index 1, Wh";
        EASD02    "EASD02"    number(9),            Distributor(2),        ANY,  Always,     "energy withdrawn, distributor index 2, Wh";
        EASD03    "EASD03"    number(9),            Distributor(3),        ANY,  Always,     "energy withdrawn, distributor index 3, Wh";
        EASD04    "EASD04"    number(9),            Distributor(4),        ANY,  Always,     "energy withdrawn, distributor index 4, Wh";
        EAIT      "EAIT"      number(9),            Total(Injected),       ANY,  Always,     "energy injected, total, Wh";
        ERQ1      "ERQ1"      number(9),            Reactive(1),           ANY,  Always,     "reactive energy, quadrant 1, varh";
        ERQ2      "ERQ2"      number(9),            Reactive(2),           ANY,  Always,     "reactive energy, quadrant 2, varh";
        ERQ3      "ERQ3"      number(9),            Reactive(3),           ANY,  Always,     "reactive energy, quadrant 3, varh";
        ERQ4      "ERQ4"      number(9),            Reactive(4),           ANY,  Always,     "reactive energy, quadrant 4, varh";
        IRMS1     "IRMS1"     number(3),            Current,               L1,   Always,     "current, phase 1, A";
        IRMS2     "IRMS2"     number(3),            Current,               TRI2, Always,     "current, phase 2, A";
        IRMS3     "IRMS3"     number(3),            Current,               TRI3, Always,     "current, phase 3, A";
        URMS1     "URMS1"     number(3),            Voltage,               L1,   Always,     "voltage, phase 1, V";
        URMS2     "URMS2"     number(3),            Voltage,               TRI2, Always,     "voltage, phase 2, V";
        URMS3     "URMS3"     number(3),            Voltage,               TRI3, Always,     "voltage, phase 3, V";
        PREF      "PREF"      number(2),            Text,                  ANY,  Always,     "subscribed power, kVA";
        PCOUP     "PCOUP"     number(2),            Text,                  ANY,  Always,     "power above which the breaker opens, kVA";
        SINSTS    "SINSTS"    number(5),            ApparentPower,         ANY,  Always,     "apparent power withdrawn, VA";
        SINSTS1   "SINSTS1"   number(5),            ApparentPower,         TRI1, Always,     "apparent power withdrawn, phase 1, VA";
        SINSTS2   "SINSTS2"   number(5),            ApparentPower,         TRI2, Always,     "apparent power withdrawn, phase 2, VA";
        SINSTS3   "SINSTS3"   number(5),            ApparentPower,         TRI3, Always,     "apparent power withdrawn, phase 3, VA";
        SMAXSN    "SMAXSN"    dated(number(5)),     Maximum(Withdrawn),    ANY,  Always,     "highest power withdrawn today, VA";
        SMAXSN1   "SMAXSN1"   dated(number(5)),     Maximum(Withdrawn),    TRI1, Always,     "highest power withdrawn today, phase 1, VA";
        SMAXSN2   "SMAXSN2"   dated(number(5)),     Maximum(Withdrawn),    TRI2, Always,     "highest power withdrawn today, phase 2, VA";
        SMAXSN3   "SMAXSN3"   dated(number(5)),     Maximum(Withdrawn),    TRI3, Always,     "highest power withdrawn today, phase 3, VA";
        SMAXSN_1  "SMAXSN-1"  dated(number(5)),     DayBefore(Withdrawn),  ANY,  Always,     "highest power withdrawn, day before, VA";
        SMAXSN1_1 "SMAXSN1-1" dated(number(5)),     DayBefore(Withdrawn),  TRI1, Always,     "highest power withdrawn, day before, phase 1, VA";
        SMAXSN2_1 "SMAXSN2-1" dated(number(5)),     DayBefore(Withdrawn),  TRI2, Always,     "highest power withdrawn, day before, phase 2, VA";
        SMAXSN3_1 "SMAXSN3-1" dated(number(5)),     DayBefore(Withdrawn),  TRI3, Always,     "highest power withdrawn, day before, phase 3, VA";
        SINSTI    "SINSTI"    number(5),            ApparentPower,         ANY,  Always,     "apparent power injected, VA";
        SMAXIN    "SMAXIN"    dated(number(5)),     Maximum(Injected),     ANY,  Always,     "highest power injected today, VA";
        SMAXIN_1  "SMAXIN-1"  dated(number(5)),     DayBefore(Injected),   ANY,  Always,     "highest power injected, day before, VA";
        CCASN     "CCASN"     dated(number(5)),     LoadCurve(Withdrawn),  ANY,  Occasional, "mean power withdrawn over the last period, W";
        CCASN_1   "CCASN-1"   dated(number(5)),     LoadCurve(Withdrawn),  ANY,  Occasional, "mean power withdrawn over the period before, W";
        CCAIN     "CCAIN"     dated(number(5)),     LoadCurve(Injected),   ANY,  Occasional, "mean power injected over the last period, W";
        CCAIN_1   "CCAIN-1"   dated(number(5)),     LoadCurve(Injected),   ANY,  Occasional, "mean power injected over the period before, W";
        UMOY1     "UMOY1"     dated(number(3)),     Mean,                  L1,   Always,     "mean voltage, phase 1, V";
        UMOY2     "UMOY2"     dated(number(3)),     Mean,                  TRI2, Always,     "mean voltage, phase 2, V";
        UMOY3     "UMOY3"     dated(number(3)),     Mean,                  TRI3, Always,     "mean voltage, phase 3, V";
        STGE      "STGE"      hex(8),               Register,              ANY,  Always,     "status register";
        DPM1      "DPM1"      announced(number(2)), PeakStart(1),          ANY,  Occasional, "start of mobile peak 1";
        FPM1      "FPM1"      announced(number(2)), PeakEnd(1),            ANY,  Occasional, "end of mobile peak 1";
        DPM2      "DPM2"      announced(number(2)), PeakStart(2),          ANY,  Occasional, "start of mobile peak 2";
        FPM2      "FPM2"      announced(number(2)), PeakEnd(2),            ANY,  Occasional, "end of mobile peak 2";
        DPM3      "DPM3"      announced(number(2)), PeakStart(3),          ANY,  Occasional, "start of mobile peak 3";
        FPM3      "FPM3"      announced(number(2)), PeakEnd(3),            ANY,  Occasional, "end of mobile peak 3";
        MSG1      "MSG1"      text(32),             Text,                  ANY,  Always,     "short message";
        MSG2      "MSG2"      text(16),             Once,                  ANY,  Occasional, "ultra-short message";
        PRM       "PRM"       digits(14),           DeliveryPoint,         ANY,  Always,     "number of the delivery point (personal)";
        RELAIS    "RELAIS"    within(3, 0, 255),    Register,              ANY,  Always,     "state of the eight relays";
        NTARF     "NTARF"     within(2, 1, 10),     Text,                  ANY,  Always,     "supplier index in force";
        NJOURF    "NJOURF"    within(2, 0, 9),      Register,              ANY,  Always,     "number of today in the supplier's calendar";
        NJOURF_1  "NJOURF+1"  within(2, 0, 9),      Register,              ANY,  Always,     "number of tomorrow in the supplier's calendar";
        PJOURF_1  "PJOURF+1"  profile(98),          DayProfile,            ANY,  Always,     "profile of tomorrow";
        PPOINTE   "PPOINTE"   profile(98),          DayProfile,            ANY,  Always,     "profile of the next peak day";
    }
    Historique {
        ADCO      "ADCO"      digits(12),           Meter,                 ANY,  Always,     "serial number of the meter (personal)";
        OPTARIF   "OPTARIF"   option(4),            Text,                  ANY,  Long,       "tariff option";
        ISOUSC    "ISOUSC"    number(2),            Text,                  ANY,  Long,       "subscribed current, A";
        BASE      "BASE"      number(9),            Index(Base, 1),       ANY,  Long,       "energy, option Base, Wh";
        HCHC      "HCHC"      number(9),            Index(OffPeak, 1),    ANY,  Long,       "energy, off-peak hours, Wh";
        HCHP      "HCHP"      number(9),            Index(OffPeak, 2),    ANY,  Long,       "energy, peak hours, Wh";
        EJPHN     "EJPHN"     number(9),            Index(Ejp, 1),        ANY,  Long,       "energy, EJP, normal hours, Wh";
        EJPHPM    "EJPHPM"    number(9),            Index(Ejp, 2),        ANY,  Long,       "energy, EJP, mobile peak, Wh";
        BBRHCJB   "BBRHCJB"   number(9),            Index(Tempo, 1),      ANY,  Long,       "energy, Tempo, blue, off-peak, Wh";
        BBRHPJB   "BBRHPJB"   number(9),            Index(Tempo, 2),      ANY,  Long,       "energy, Tempo, blue, peak, Wh";
        BBRHCJW   "BBRHCJW"   number(9),            Index(Tempo, 3),      ANY,  Long,       "energy, Tempo, white, off-peak, Wh";
        BBRHPJW   "BBRHPJW"   number(9),            Index(Tempo, 4),      ANY,  Long,       "energy, Tempo, white, peak, Wh";
        BBRHCJR   "BBRHCJR"   number(9),            Index(Tempo, 5),      ANY,  Long,       "energy, Tempo, red, off-peak, Wh";
        BBRHPJR   "BBRHPJR"   number(9),            Index(Tempo, 6),      ANY,  Long,       "energy, Tempo, red, peak, Wh";
        PEJP      "PEJP"      number(2),            Register,              ANY,  Occasional, "notice of an EJP peak, min";
        PTEC      "PTEC"      period(4),            Text,                  ANY,  Long,       "tariff period in force";
        DEMAIN    "DEMAIN"    tomorrow(4),          Text,                  ANY,  Long,       "Tempo colour of tomorrow";
        IINST     "IINST"     number(3),            Current,               L1,   Long,       "current, A";
        IINST1    "IINST1"    number(3),            Current,               TRI1, Always,     "current, phase 1, A";
        IINST2    "IINST2"    number(3),            Current,               TRI2, Always,     "current, phase 2, A";
        IINST3    "IINST3"    number(3),            Current,               TRI3, Always,     "current, phase 3, A";
        ADPS      "ADPS"      number(3),            Current,               L1,   Overrun,    "current above the subscribed one, A";
        ADIR1     "ADIR1"     number(3),            Current,               TRI1, Overrun,    "current above the subscribed one, phase 1, A";
        ADIR2     "ADIR2"     number(3),            Current,               TRI2, Overrun,    "current above the subscribed one, phase 2, A";
        ADIR3     "ADIR3"     number(3),            Current,               TRI3, Overrun,    "current above the subscribed one, phase 3, A";
        IMAX      "IMAX"      number(3),            Register,              L1,   Long,       "highest current, A";
        IMAX1     "IMAX1"     number(3),            Register,              TRI1, Long,       "highest current, phase 1, A";
        IMAX2     "IMAX2"     number(3),            Register,              TRI2, Long,       "highest current, phase 2, A";
        IMAX3     "IMAX3"     number(3),            Register,              TRI3, Long,       "highest current, phase 3, A";
        PMAX      "PMAX"      number(5),            Register,              TRI,  Long,       "highest power (the documents disagree on its unit)";
        PAPP      "PAPP"      number(5),            ApparentPower,         ANY,  Long,       "apparent power, VA";
        HHPHC     "HHPHC"     schedule(1),          Text,                  ANY,  Long,       "group of off-peak schedules";
        MOTDETAT  "MOTDETAT"  text(6),              Text,                  ANY,  Long,       "status word, reserved for the operator";
        PPOT      "PPOT"      hex(2),               Register,              TRI,  Long,       "phases without voltage";
    }
}

impl Label {
    /// The number of labels, both modes together; `index()` is below it.
    pub const COUNT: usize = Place::PPOT as usize + 1;

    /// The energy indexes of the supplier's calendar in standard mode, 1 to 10.
    pub const SUPPLIER: &[Label] = select!(row => matches!(row.role, Supplier(_)));

    /// The energy indexes of the distributor's calendar, 1 to 4.
    pub const DISTRIBUTOR: &[Label] = select!(row => matches!(row.role, Distributor(_)));

    /// The energy indexes of the historique mode, of all tariff options. A meter sends those of one.
    pub const OPTIONS: &[Label] = select!(row => matches!(row.role, Index(..)));

    /// The starts and ends of mobile peaks.
    pub const PEAKS: &[Label] = select!(row => matches!(row.role, PeakStart(_) | PeakEnd(_)));

    /// The overrun warnings of the historique mode.
    pub const OVERRUN: &[Label] = select!(row => matches!(row.sent, Overrun));

    /// The energy indexes that a meter with this tariff option sends in historique mode, in the
    /// order of their numbers. They add up to the total.
    pub const fn of_option(option: TariffOption) -> &'static [Label] {
        match option {
            Base => select!(row => matches!(row.role, Index(Base, _))),
            OffPeak => select!(row => matches!(row.role, Index(OffPeak, _))),
            Ejp => select!(row => matches!(row.role, Index(Ejp, _))),
            Tempo => select!(row => matches!(row.role, Index(Tempo, _))),
        }
    }

    /// The label of a mode that has this name on the wire; `None` if it is not listed.
    ///
    /// ```
    /// use linky_sensor::tic::{Label, Mode};
    ///
    /// assert_eq!(Label::find(Mode::Standard, "NJOURF+1"), Some(Label::NJOURF_1));
    /// assert_eq!(Label::find(Mode::Historique, "NJOURF+1"), None);
    /// ```
    pub fn find(mode: Mode, name: &str) -> Option<Label> {
        find(mode, name)
    }

    /// The labels of a mode, in the order in which a meter sends them.
    pub fn all(mode: Mode) -> impl Iterator<Item = Label> {
        let labels: &[Label] = match mode {
            Mode::Standard => select!(row => matches!(row.mode, Mode::Standard)),
            Mode::Historique => select!(row => matches!(row.mode, Mode::Historique)),
        };
        labels.iter().copied()
    }

    /// Place in the list, below [`Label::COUNT`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The name on the wire, such as `SMAXSN-1`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The mode that it belongs to.
    pub fn mode(self) -> Mode {
        self.row().mode
    }

    /// Exact number of characters of the data.
    pub fn data_len(self) -> usize {
        self.grammar().data_len()
    }

    /// True if a horodate comes before the data: always then, and never otherwise.
    pub fn has_horodate(self) -> bool {
        self.grammar().is_dated()
    }

    /// What the data is made of.
    pub fn kind(self) -> DataKind {
        self.grammar().kind()
    }

    /// What it carries.
    pub fn role(self) -> Role {
        self.row().role
    }

    /// True for the serial number of the meter and the number of the delivery point: personal data.
    pub fn is_identifier(self) -> bool {
        matches!(self.role(), Meter | DeliveryPoint)
    }

    /// The phase that it is about, 1 to 3. What a single-phase meter measures is about phase 1.
    pub fn phase(self) -> Option<u8> {
        self.row().wires.phase
    }

    /// True if only three-phase meters send it.
    pub fn is_three_phase(self) -> bool {
        self.row().wires.three_phase
    }

    /// In which frames it is sent.
    pub fn sent(self) -> Sent {
        self.row().sent
    }

    /// True for the labels of the short frames that a three-phase meter sends during an overrun in
    /// historique mode: ADIR1 to 3 for the phases concerned, ADCO, IINST1 to 3 (02E).
    pub fn is_in_short_frames(self) -> bool {
        self.mode() == Mode::Historique
            && match self.sent() {
                Always => true,
                Overrun => self.is_three_phase(),
                Long | Occasional => false,
            }
    }

    pub(super) fn grammar(self) -> &'static Grammar {
        &self.row().grammar
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a Label is only ever made as the place of a row"
    )]
    fn row(self) -> &'static Row {
        &ROWS[self.index()]
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

static ROWS: [Row; Label::COUNT] = TABLE;

#[cfg(test)]
mod tests {
    use super::*;

    fn wire_len(label: Label) -> usize {
        label.name().len() + label.data_len() + 5 + if label.has_horodate() { 14 } else { 0 }
    }

    #[test]
    fn every_name_is_found_in_its_mode_only() {
        for (mode, other) in [
            (Mode::Standard, Mode::Historique),
            (Mode::Historique, Mode::Standard),
        ] {
            for label in Label::all(mode) {
                assert_eq!(Label::find(mode, label.name()), Some(label));
                assert_eq!(Label::find(other, label.name()), None);
                assert_eq!(label.mode(), mode);
            }
        }
        assert_eq!(Label::all(Mode::Standard).count(), 71);
        assert_eq!(Label::all(Mode::Historique).count(), 34);
        assert_eq!(Label::COUNT, 105);
    }

    #[test]
    fn what_is_not_a_label_is_not_found() {
        for name in [
            "",
            "E",
            "EAS",
            "EASTT",
            "east",
            "SMAXSN1-2",
            "SMAXSN1-",
            "SMAXSN1-1X",
            "\0",
            "ADSC\0",
        ] {
            assert_eq!(Label::find(Mode::Standard, name), None, "{name}");
        }
    }

    /// Sizes that the specification and captures give for whole frames: they hold only if every
    /// length and horodate is right.
    #[test]
    fn the_sizes_of_whole_frames_come_out() {
        let all: usize = Label::all(Mode::Standard).map(wire_len).sum();
        assert_eq!(all + 2, 1727);
        let base = [
            "ADCO", "OPTARIF", "ISOUSC", "BASE", "PTEC", "IINST", "IMAX", "PAPP", "MOTDETAT",
        ];
        let base: usize = base
            .map(|name| wire_len(Label::find(Mode::Historique, name).unwrap()))
            .iter()
            .sum();
        assert_eq!(base + 2, 141);
    }

    fn names(labels: &[Label]) -> Vec<&'static str> {
        labels.iter().map(|label| label.name()).collect()
    }

    fn names_where(mode: Mode, condition: impl Fn(Label) -> bool) -> Vec<&'static str> {
        Label::all(mode)
            .filter(|label| condition(*label))
            .map(Label::name)
            .collect()
    }

    #[test]
    fn the_energy_indexes_are_those_of_nine_digits() {
        for mode in Mode::ALL {
            assert_eq!(
                names_where(mode, |label| label.role().is_index()),
                names_where(mode, |label| label.kind() == DataKind::Number
                    && label.data_len() == 9)
            );
        }
        assert_eq!(Label::SUPPLIER.first(), Some(&Label::EASF01));
        assert_eq!(Label::SUPPLIER.len(), 10);
        assert_eq!(
            names(Label::DISTRIBUTOR),
            ["EASD01", "EASD02", "EASD03", "EASD04"]
        );
        for (numbers, role) in [
            (Label::SUPPLIER, Supplier as fn(u8) -> Role),
            (Label::DISTRIBUTOR, Distributor),
        ] {
            for (label, number) in numbers.iter().zip(1..) {
                assert_eq!(label.role(), role(number));
            }
        }
    }

    #[test]
    fn each_tariff_option_has_its_indexes() {
        assert_eq!(names(Label::of_option(Base)), ["BASE"]);
        assert_eq!(names(Label::of_option(OffPeak)), ["HCHC", "HCHP"]);
        assert_eq!(names(Label::of_option(Ejp)), ["EJPHN", "EJPHPM"]);
        assert_eq!(
            names(Label::of_option(Tempo)),
            [
                "BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR"
            ]
        );
        let options = [Base, OffPeak, Ejp, Tempo].map(Label::of_option).concat();
        assert_eq!(Label::OPTIONS, options);
        for option in [Base, OffPeak, Ejp, Tempo] {
            for (label, number) in Label::of_option(option).iter().zip(1..) {
                assert_eq!(label.role(), Index(option, number));
            }
        }
    }

    #[test]
    fn short_frames_hold_the_currents_and_the_warnings_of_three_phases() {
        assert_eq!(
            names_where(Mode::Historique, Label::is_in_short_frames),
            [
                "ADCO", "IINST1", "IINST2", "IINST3", "ADIR1", "ADIR2", "ADIR3"
            ]
        );
        assert!(names_where(Mode::Standard, Label::is_in_short_frames).is_empty());
        assert_eq!(names(Label::OVERRUN), ["ADPS", "ADIR1", "ADIR2", "ADIR3"]);
    }

    #[test]
    fn the_phase_is_the_last_digit_of_the_name() {
        let measured = [
            "IRMS", "URMS", "UMOY", "SINSTS", "SMAXSN", "IINST", "IMAX", "ADIR",
        ];
        for label in Mode::ALL.into_iter().flat_map(Label::all) {
            let name = label.name().trim_end_matches("-1");
            let digit = measured.iter().find_map(|prefix| name.strip_prefix(prefix));
            let single = [Label::IINST, Label::IMAX, Label::ADPS].contains(&label);
            let expected = match digit {
                Some("1") => Some(1),
                Some("2") => Some(2),
                Some("3") => Some(3),
                _ => single.then_some(1),
            };
            assert_eq!(label.phase(), expected, "{label}");
        }
    }

    #[test]
    fn a_single_phase_meter_has_a_phase_1_and_nothing_of_other_phases() {
        let measured = |mode| {
            names_where(mode, |label| {
                label.phase() == Some(1) && !label.is_three_phase()
            })
        };
        assert_eq!(measured(Mode::Standard), ["IRMS1", "URMS1", "UMOY1"]);
        assert_eq!(measured(Mode::Historique), ["IINST", "ADPS", "IMAX"]);
        for label in Mode::ALL.into_iter().flat_map(Label::all) {
            if matches!(label.phase(), Some(2 | 3)) {
                assert!(label.is_three_phase(), "{label}");
            }
        }
    }

    #[test]
    fn what_identifies_and_what_is_sent_now_and_then() {
        let both = |condition: fn(Label) -> bool| {
            Mode::ALL.map(|mode| names_where(mode, condition)).concat()
        };
        assert_eq!(both(Label::is_identifier), ["ADSC", "PRM", "ADCO"]);
        assert_eq!(
            both(|label| label.sent() == Occasional),
            [
                "CCASN", "CCASN-1", "CCAIN", "CCAIN-1", "DPM1", "FPM1", "DPM2", "FPM2", "DPM3",
                "FPM3", "MSG2", "PEJP"
            ]
        );
    }

    #[test]
    fn labels_keep_the_order_of_emission_and_their_place() {
        let standard: Vec<_> = Label::all(Mode::Standard).collect();
        assert_eq!(standard.first(), Some(&Label::ADSC));
        assert_eq!(standard.last(), Some(&Label::PPOINTE));
        assert!(standard.is_sorted());
        assert_eq!(
            format!("{:?} {}", Label::NJOURF_1, Label::SMAXSN1_1),
            "NJOURF+1 SMAXSN1-1"
        );
    }
}
