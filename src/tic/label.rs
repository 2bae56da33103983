//! The one list of labels, in the order of emission of each mode, with the exact grammar of each.
//!
//! A [`Label`] is an index into the list: one byte, cheap to copy and to compare, good as an index
//! of an array. A label that is not listed is no error (a later revision of the protocol may add
//! some): its group is kept raw, without a `Label`.
//!
//! Each row gives the constant, the name on the wire, the grammar of what follows it, and the
//! meaning. The names on the wire keep `-` and `+`; the constants have `_` there. No name is in
//! both modes. Source: Enedis-NOI-CPT_54E, 6.2 (standard) and Enedis-NOI-CPT_02E with 54E, 6.1
//! (historique).
//!
//! Names are found by their first eight characters and their length; see `lookup`.

use core::fmt;

use super::grammar::{
    Grammar, Kind, announced, dated, digits, empty, hex, number, option, period, profile, schedule,
    text, tomorrow, within,
};
use super::lookup::{Lookup, key_of};
use super::mode::Mode;

/// A label of the list; see the constants.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(u8);

struct Row {
    mode: Mode,
    name: &'static str,
    key: u64,
    grammar: Grammar,
}

impl Row {
    const fn new(mode: Mode, name: &'static str, grammar: Grammar) -> Row {
        let key = key_of(name.as_bytes());
        Row {
            mode,
            name,
            key,
            grammar,
        }
    }
}

macro_rules! labels {
    ($( $mode:ident {
        $( $constant:ident $name:literal $grammar:expr, $meaning:literal; )*
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

        const NAMES: [&str; Label::COUNT] = [ $( $( $name, )* )* ];

        static ROWS: [Row; Label::COUNT] = [
            $( $( Row::new(Mode::$mode, $name, $grammar), )* )*
        ];
    };
}

labels! {
    Standard {
        ADSC      "ADSC"      digits(12),           "serial number of the meter (personal)";
        VTIC      "VTIC"      number(2),            "version of the output, 02";
        DATE      "DATE"      dated(empty()),       "clock of the meter; the data is empty";
        NGTF      "NGTF"      text(16),             "name of the supplier's calendar";
        LTARF     "LTARF"     text(16),             "name of the tariff period in force";
        EAST      "EAST"      number(9),            "energy withdrawn, total, Wh";
        EASF01    "EASF01"    number(9),            "energy withdrawn, supplier index 1, Wh";
        EASF02    "EASF02"    number(9),            "energy withdrawn, supplier index 2, Wh";
        EASF03    "EASF03"    number(9),            "energy withdrawn, supplier index 3, Wh";
        EASF04    "EASF04"    number(9),            "energy withdrawn, supplier index 4, Wh";
        EASF05    "EASF05"    number(9),            "energy withdrawn, supplier index 5, Wh";
        EASF06    "EASF06"    number(9),            "energy withdrawn, supplier index 6, Wh";
        EASF07    "EASF07"    number(9),            "energy withdrawn, supplier index 7, Wh";
        EASF08    "EASF08"    number(9),            "energy withdrawn, supplier index 8, Wh";
        EASF09    "EASF09"    number(9),            "energy withdrawn, supplier index 9, Wh";
        EASF10    "EASF10"    number(9),            "energy withdrawn, supplier index 10, Wh";
        EASD01    "EASD01"    number(9),            "energy withdrawn, distributor index 1, Wh";
        EASD02    "EASD02"    number(9),            "energy withdrawn, distributor index 2, Wh";
        EASD03    "EASD03"    number(9),            "energy withdrawn, distributor index 3, Wh";
        EASD04    "EASD04"    number(9),            "energy withdrawn, distributor index 4, Wh";
        EAIT      "EAIT"      number(9),            "energy injected, total, Wh";
        ERQ1      "ERQ1"      number(9),            "reactive energy, quadrant 1, varh";
        ERQ2      "ERQ2"      number(9),            "reactive energy, quadrant 2, varh";
        ERQ3      "ERQ3"      number(9),            "reactive energy, quadrant 3, varh";
        ERQ4      "ERQ4"      number(9),            "reactive energy, quadrant 4, varh";
        IRMS1     "IRMS1"     number(3),            "current, phase 1, A";
        IRMS2     "IRMS2"     number(3),            "current, phase 2, A";
        IRMS3     "IRMS3"     number(3),            "current, phase 3, A";
        URMS1     "URMS1"     number(3),            "voltage, phase 1, V";
        URMS2     "URMS2"     number(3),            "voltage, phase 2, V";
        URMS3     "URMS3"     number(3),            "voltage, phase 3, V";
        PREF      "PREF"      number(2),            "subscribed power, kVA";
        PCOUP     "PCOUP"     number(2),            "power above which the breaker opens, kVA";
        SINSTS    "SINSTS"    number(5),            "apparent power withdrawn, VA";
        SINSTS1   "SINSTS1"   number(5),            "apparent power withdrawn, phase 1, VA";
        SINSTS2   "SINSTS2"   number(5),            "apparent power withdrawn, phase 2, VA";
        SINSTS3   "SINSTS3"   number(5),            "apparent power withdrawn, phase 3, VA";
        SMAXSN    "SMAXSN"    dated(number(5)),     "highest power withdrawn today, VA";
        SMAXSN1   "SMAXSN1"   dated(number(5)),     "highest power withdrawn today, phase 1, VA";
        SMAXSN2   "SMAXSN2"   dated(number(5)),     "highest power withdrawn today, phase 2, VA";
        SMAXSN3   "SMAXSN3"   dated(number(5)),     "highest power withdrawn today, phase 3, VA";
        SMAXSN_1  "SMAXSN-1"  dated(number(5)),     "highest power withdrawn, day before, VA";
        SMAXSN1_1 "SMAXSN1-1" dated(number(5)),     "highest power withdrawn, day before, phase 1, VA";
        SMAXSN2_1 "SMAXSN2-1" dated(number(5)),     "highest power withdrawn, day before, phase 2, VA";
        SMAXSN3_1 "SMAXSN3-1" dated(number(5)),     "highest power withdrawn, day before, phase 3, VA";
        SINSTI    "SINSTI"    number(5),            "apparent power injected, VA";
        SMAXIN    "SMAXIN"    dated(number(5)),     "highest power injected today, VA";
        SMAXIN_1  "SMAXIN-1"  dated(number(5)),     "highest power injected, day before, VA";
        CCASN     "CCASN"     dated(number(5)),     "mean power withdrawn over the last period, W";
        CCASN_1   "CCASN-1"   dated(number(5)),     "mean power withdrawn over the period before, W";
        CCAIN     "CCAIN"     dated(number(5)),     "mean power injected over the last period, W";
        CCAIN_1   "CCAIN-1"   dated(number(5)),     "mean power injected over the period before, W";
        UMOY1     "UMOY1"     dated(number(3)),     "mean voltage, phase 1, V";
        UMOY2     "UMOY2"     dated(number(3)),     "mean voltage, phase 2, V";
        UMOY3     "UMOY3"     dated(number(3)),     "mean voltage, phase 3, V";
        STGE      "STGE"      hex(8),               "status register";
        DPM1      "DPM1"      announced(number(2)), "start of mobile peak 1";
        FPM1      "FPM1"      announced(number(2)), "end of mobile peak 1";
        DPM2      "DPM2"      announced(number(2)), "start of mobile peak 2";
        FPM2      "FPM2"      announced(number(2)), "end of mobile peak 2";
        DPM3      "DPM3"      announced(number(2)), "start of mobile peak 3";
        FPM3      "FPM3"      announced(number(2)), "end of mobile peak 3";
        MSG1      "MSG1"      text(32),             "short message";
        MSG2      "MSG2"      text(16),             "ultra-short message";
        PRM       "PRM"       digits(14),           "number of the delivery point (personal)";
        RELAIS    "RELAIS"    within(3, 0, 255),    "state of the eight relays";
        NTARF     "NTARF"     within(2, 1, 10),     "supplier index in force";
        NJOURF    "NJOURF"    within(2, 0, 9),      "number of today in the supplier's calendar";
        NJOURF_1  "NJOURF+1"  within(2, 0, 9),      "number of tomorrow in the supplier's calendar";
        PJOURF_1  "PJOURF+1"  profile(98),          "profile of tomorrow";
        PPOINTE   "PPOINTE"   profile(98),          "profile of the next peak day";
    }
    Historique {
        ADCO      "ADCO"      digits(12),           "serial number of the meter (personal)";
        OPTARIF   "OPTARIF"   option(4),            "tariff option";
        ISOUSC    "ISOUSC"    number(2),            "subscribed current, A";
        BASE      "BASE"      number(9),            "energy, option Base, Wh";
        HCHC      "HCHC"      number(9),            "energy, off-peak hours, Wh";
        HCHP      "HCHP"      number(9),            "energy, peak hours, Wh";
        EJPHN     "EJPHN"     number(9),            "energy, EJP, normal hours, Wh";
        EJPHPM    "EJPHPM"    number(9),            "energy, EJP, mobile peak, Wh";
        BBRHCJB   "BBRHCJB"   number(9),            "energy, Tempo, blue, off-peak, Wh";
        BBRHPJB   "BBRHPJB"   number(9),            "energy, Tempo, blue, peak, Wh";
        BBRHCJW   "BBRHCJW"   number(9),            "energy, Tempo, white, off-peak, Wh";
        BBRHPJW   "BBRHPJW"   number(9),            "energy, Tempo, white, peak, Wh";
        BBRHCJR   "BBRHCJR"   number(9),            "energy, Tempo, red, off-peak, Wh";
        BBRHPJR   "BBRHPJR"   number(9),            "energy, Tempo, red, peak, Wh";
        PEJP      "PEJP"      number(2),            "notice of an EJP peak, min";
        PTEC      "PTEC"      period(4),            "tariff period in force";
        DEMAIN    "DEMAIN"    tomorrow(4),          "Tempo colour of tomorrow";
        IINST     "IINST"     number(3),            "current, A";
        IINST1    "IINST1"    number(3),            "current, phase 1, A";
        IINST2    "IINST2"    number(3),            "current, phase 2, A";
        IINST3    "IINST3"    number(3),            "current, phase 3, A";
        ADPS      "ADPS"      number(3),            "current above the subscribed one, A";
        ADIR1     "ADIR1"     number(3),            "current above the subscribed one, phase 1, A";
        ADIR2     "ADIR2"     number(3),            "current above the subscribed one, phase 2, A";
        ADIR3     "ADIR3"     number(3),            "current above the subscribed one, phase 3, A";
        IMAX      "IMAX"      number(3),            "highest current, A";
        IMAX1     "IMAX1"     number(3),            "highest current, phase 1, A";
        IMAX2     "IMAX2"     number(3),            "highest current, phase 2, A";
        IMAX3     "IMAX3"     number(3),            "highest current, phase 3, A";
        PMAX      "PMAX"      number(5),            "highest power (the documents disagree on its unit)";
        PAPP      "PAPP"      number(5),            "apparent power, VA";
        HHPHC     "HHPHC"     schedule(1),          "group of off-peak schedules";
        MOTDETAT  "MOTDETAT"  text(6),              "status word, reserved for the operator";
        PPOT      "PPOT"      hex(2),               "phases without voltage";
    }
}

impl Label {
    /// How many labels there are, both modes together; `index()` is below it.
    pub const COUNT: usize = Place::PPOT as usize + 1;

    /// Looks a name up among the labels of a mode.
    pub fn find(mode: Mode, name: &[u8]) -> Option<Label> {
        Label::find_word(mode, key_of(name), name)
    }

    /// The same, for a name that lies at the beginning of a word of eight characters.
    #[inline]
    pub(super) fn find_word(mode: Mode, word: u64, name: &[u8]) -> Option<Label> {
        let key = if name.len() < 8 {
            word & !(u64::MAX << (8 * name.len()))
        } else {
            word
        };
        let lookup = match mode {
            Mode::Standard => &STANDARD,
            Mode::Historique => &HISTORIQUE,
        };
        let place = lookup.place(key, name.len());
        let row = ROWS.get(usize::from(place))?;
        // Nine characters or more: the key does not tell all.
        let same = row.key == key
            && row.name.len() == name.len()
            && (name.len() <= 8 || row.name.as_bytes() == name);
        same.then_some(Label(place))
    }

    /// The labels of a mode, in the order in which a meter sends them.
    pub fn all(mode: Mode) -> impl Iterator<Item = Label> {
        (0u8..)
            .zip(&ROWS)
            .filter(move |(_, row)| row.mode == mode)
            .map(|(place, _)| Label(place))
    }

    /// Place in the list, below [`Label::COUNT`].
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The name on the wire, such as `SMAXSN-1`.
    #[inline]
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
    pub fn kind(self) -> Kind {
        self.grammar().kind()
    }

    /// True for the serial number of the meter and the number of the delivery point: personal data.
    pub const fn is_identifier(self) -> bool {
        matches!(self, Label::ADSC | Label::PRM | Label::ADCO)
    }

    #[inline]
    pub(super) fn grammar(self) -> &'static Grammar {
        &self.row().grammar
    }

    #[inline]
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

static STANDARD: Lookup = Lookup::new(NAMES.split_at(FIRST_HISTORIQUE).0, 0);
static HISTORIQUE: Lookup = Lookup::new(NAMES.split_at(FIRST_HISTORIQUE).1, Label::ADCO.0);

const FIRST_HISTORIQUE: usize = Label::ADCO.index();

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
                assert_eq!(Label::find(mode, label.name().as_bytes()), Some(label));
                assert_eq!(Label::find(other, label.name().as_bytes()), None);
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
            assert_eq!(Label::find(Mode::Standard, name.as_bytes()), None, "{name}");
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
            .map(|name| wire_len(Label::find(Mode::Historique, name.as_bytes()).unwrap()))
            .iter()
            .sum();
        assert_eq!(base + 2, 141);
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
