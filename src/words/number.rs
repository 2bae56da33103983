//! Figures as each language writes them.
//!
//! French: `1 234,5 kWh` with a narrow no-break space (U+202F) between thousands, `54 %`, a comma. English: `1,234.5`,
//! `54%`. In ASCII the space is a plain one. Energies come in Wh and powers in VA or W, as integers: what is shown is
//! rounded half away from zero, and a figure that is not known is not printed here.

use super::Words;
use crate::config::Language;

impl Words {
    /// An integer, thousands apart.
    pub fn integer(self, value: i64) -> String {
        let digits = value.unsigned_abs().to_string();
        let separator = self.pick(self.symbol("\u{202f}", " "), ",");
        let mut text = String::from(if value < 0 { "-" } else { "" });
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(separator);
            }
            text.push(digit);
        }
        text
    }

    /// A count, thousands apart.
    pub fn count(self, value: u64) -> String {
        self.integer(i64::try_from(value).unwrap_or(i64::MAX))
    }

    /// Thousandths, with up to three decimals: 1234 with one decimal is `1.2`.
    pub fn thousandths(self, value: i64, decimals: u32) -> String {
        let decimals = decimals.min(3);
        let unit = 10_u64.pow(3 - decimals);
        let rounded = (value.unsigned_abs() + unit / 2) / unit;
        let one = 10_u64.pow(decimals);
        let whole = i64::try_from(rounded / one).unwrap_or(i64::MAX);
        let sign = if value < 0 && rounded > 0 { "-" } else { "" };
        let whole = self.integer(whole);
        if decimals == 0 {
            return format!("{sign}{whole}");
        }
        let point = self.pick(",", ".");
        let width = decimals as usize;
        format!("{sign}{whole}{point}{:0width$}", rounded % one)
    }

    /// A power in VA.
    pub fn volt_amperes(self, volt_amperes: i64) -> String {
        format!("{} VA", self.integer(volt_amperes))
    }

    /// An energy in Wh as kWh: three decimals for an index, one for a day.
    pub fn kilowatt_hours(self, watt_hours: i64, decimals: u32) -> String {
        format!("{} kWh", self.thousandths(watt_hours, decimals))
    }

    /// A power in VA as kVA, with a decimal only if it has one: `6 kVA`, `4.6 kVA`.
    pub fn kilovolt_amperes(self, volt_amperes: i64) -> String {
        let decimals = u32::from(volt_amperes % 1000 != 0);
        format!("{} kVA", self.thousandths(volt_amperes, decimals))
    }

    /// A share in per cent.
    pub fn percent(self, value: i64) -> String {
        match self.language() {
            Language::French => format!("{} %", self.integer(value)),
            Language::English => format!("{}%", self.integer(value)),
        }
    }

    /// A span in the two largest units that it has: `45 s`, `47 min`, `7 h 59`, `3 j 4 h` (`3 d 4 h`).
    pub fn span(self, seconds: u64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        match (days, hours, minutes) {
            (0, 0, 0) => format!("{seconds} s"),
            (0, 0, _) => format!("{minutes} min"),
            (0, _, _) => format!("{hours} h {:02}", minutes % 60),
            _ => format!("{days} {} {} h", self.pick("j", "d"), hours % 24),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRENCH: Words = Words::new(Language::French, false);
    const ENGLISH: Words = Words::new(Language::English, false);

    #[test]
    fn figures_are_written_as_in_the_language() {
        assert_eq!(FRENCH.integer(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(ENGLISH.integer(-1_234), "-1,234");
        assert_eq!(ENGLISH.integer(i64::MIN), "-9,223,372,036,854,775,808");
        assert_eq!(Words::new(Language::French, true).integer(12_345), "12 345");
        assert_eq!(
            FRENCH.kilowatt_hours(38_158_509, 3),
            "38\u{202f}158,509 kWh"
        );
        assert_eq!(ENGLISH.kilowatt_hours(16_349, 1), "16.3 kWh");
        assert_eq!(ENGLISH.kilowatt_hours(-49, 1), "0.0 kWh");
        assert_eq!(ENGLISH.kilowatt_hours(-50, 1), "-0.1 kWh");
        assert_eq!(ENGLISH.thousandths(1500, 0), "2");
        assert_eq!(FRENCH.kilovolt_amperes(6000), "6 kVA");
        assert_eq!(FRENCH.kilovolt_amperes(4600), "4,6 kVA");
        assert_eq!(FRENCH.percent(54), "54 %");
        assert_eq!(ENGLISH.percent(54), "54%");
    }

    #[test]
    fn a_span_has_two_units_at_most() {
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (28_740, "7 h 59"),
            (86_400, "1 j 0 h"),
            (277_200, "3 j 5 h"),
        ] {
            assert_eq!(FRENCH.span(seconds), text);
        }
        assert_eq!(ENGLISH.span(277_200), "3 d 5 h");
    }
}
