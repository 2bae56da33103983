//! Dates as each language writes them.

use super::Words;
use crate::config::Language;

impl Words {
    /// `mer. 14 janv.`, `Wed 14 Jan`: the day of the week (0 is Sunday), the day, the month (1 to 12).
    pub fn date(self, (weekday, day, month): (i64, u8, u8)) -> String {
        let (weekdays, months) = match self.language() {
            Language::French => (
                ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
                [
                    "janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.",
                    "oct.", "nov.", "déc.",
                ],
            ),
            Language::English => (
                ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
                [
                    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                    "Dec",
                ],
            ),
        };
        let weekday = usize::try_from(weekday).ok();
        let weekday = weekday.and_then(|at| weekdays.get(at)).unwrap_or(&"");
        let month = usize::from(month).checked_sub(1);
        let month = month.and_then(|at| months.get(at)).unwrap_or(&"");
        let first = if day == 1 { self.pick("er", "") } else { "" };
        format!("{weekday} {day}{first} {month}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_its_day_of_the_week() {
        let (french, english) = (
            Words::new(Language::French, false),
            Words::new(Language::English, false),
        );
        assert_eq!(french.date((3, 14, 1)), "mer. 14 janv.");
        assert_eq!(french.date((0, 1, 8)), "dim. 1er août");
        assert_eq!(english.date((0, 1, 8)), "Sun 1 Aug");
        assert_eq!(english.date((9, 1, 13)), " 1 ");
    }
}
