//! The supplier's calendar: the tariff in force, the peaks announced, and their names on the wire.
//!
//! A pure function of the contract, the seed and the legal time. An EJP peak day is a red day of Tempo. Both are announced
//! at 18:00 the day before, as a mobile peak (DPM, FPM, PPOINTE); a Tempo colour also at 20:00, in STGE and DEMAIN. A
//! Tempo day, the "today" of the meter, runs from 06:00 to 06:00.

use super::clock::{self, Local};
use super::coloured_days::ColouredDays;
use super::plan::TariffPlan;
use crate::tic::Color;

const fn hour(hour: u32) -> u32 {
    hour * 3_600
}

const OFF_PEAK_FROM: u32 = hour(22) + 1_800;
const OFF_PEAK_UNTIL: u32 = hour(6) + 1_800;
const TEMPO_OFF_PEAK_FROM: u32 = hour(22);
const TEMPO_DAY: u32 = hour(6);
const EJP_FROM: u32 = hour(7);
const EJP_UNTIL: u32 = hour(1);
const EJP_NOTICE: u32 = 1_800;
const PEAK_ANNOUNCED: u32 = hour(18);
const COLOR_ANNOUNCED: u32 = hour(20);
const DISTRIBUTOR_OFF_PEAK: std::ops::Range<u32> = hour(6)..hour(22);

/// The tariff at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tariff {
    /// Supplier index in force, 1 to 6.
    pub index: u8,
    /// Distributor index in force: winter off-peak 1, winter peak 2, summer off-peak 3, summer peak 4.
    pub distributor: u8,
    /// The dry contact, which is relay 1, is closed: cheap hours.
    pub contact_closed: bool,
    /// Tempo: the colour in force.
    pub color_today: Option<Color>,
    /// Tempo: the colour that comes next, once announced.
    pub color_tomorrow: Option<Color>,
    /// The mobile peak in progress.
    pub running: Option<Peak>,
    /// The mobile peak that is announced and has not begun.
    pub announced: Option<Peak>,
    /// EJP: the last half hour before a peak.
    pub ejp_notice: bool,
}

/// A mobile peak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Peak {
    /// 1 for a white day and for EJP, 2 for a red day.
    pub number: u8,
    start: (i64, u32),
    end: (i64, u32),
}

impl Peak {
    fn tempo(day: i64, color: Color) -> Option<Self> {
        let number = match color {
            Color::Blue => return None,
            Color::White => 1,
            Color::Red => 2,
        };
        Some(Self {
            number,
            start: (day, TEMPO_DAY),
            end: (day + 1, TEMPO_DAY),
        })
    }

    const fn ejp(day: i64) -> Self {
        Self {
            number: 1,
            start: (day, EJP_FROM),
            end: (day + 1, EJP_UNTIL),
        }
    }

    /// The horodate of DPM.
    pub fn start(&self) -> String {
        clock::written(' ', self.start.0, self.start.1)
    }

    /// The horodate of FPM.
    pub fn end(&self) -> String {
        clock::written(' ', self.end.0, self.end.1)
    }
}

/// The calendar of one meter.
#[derive(Debug)]
pub(super) struct PlanCalendar {
    contract: TariffPlan,
    coloured_days: ColouredDays,
}

impl PlanCalendar {
    pub fn new(contract: TariffPlan, seed: u64) -> Self {
        Self {
            contract,
            coloured_days: ColouredDays::new(seed),
        }
    }

    /// The tariff at `now`.
    pub fn tariff(&mut self, now: Local) -> Tariff {
        let distributor = if now.is_winter() { 1 } else { 3 }
            + u8::from(DISTRIBUTOR_OFF_PEAK.contains(&now.second));
        let plain = Tariff {
            index: 1,
            distributor,
            contact_closed: false,
            color_today: None,
            color_tomorrow: None,
            running: None,
            announced: None,
            ejp_notice: false,
        };
        match self.contract {
            TariffPlan::Base => plain,
            TariffPlan::OffPeak => {
                let off_peak = !(OFF_PEAK_UNTIL..OFF_PEAK_FROM).contains(&now.second);
                Tariff {
                    index: if off_peak { 1 } else { 2 },
                    contact_closed: off_peak,
                    ..plain
                }
            }
            TariffPlan::Tempo => self.tempo(now, plain),
            TariffPlan::Ejp => self.ejp(now, plain),
        }
    }

    fn tempo(&mut self, now: Local, plain: Tariff) -> Tariff {
        let early = now.second < TEMPO_DAY;
        let day = now.day - i64::from(early);
        let today = self.coloured_days.color(day);
        let tomorrow = self.coloured_days.color(day + 1);
        let off_peak = early || now.second >= TEMPO_OFF_PEAK_FROM;
        let first = match today {
            Color::Blue => 1,
            Color::White => 3,
            Color::Red => 5,
        };
        Tariff {
            index: first + u8::from(!off_peak),
            contact_closed: off_peak,
            color_today: Some(today),
            color_tomorrow: (early || now.second >= COLOR_ANNOUNCED).then_some(tomorrow),
            running: Peak::tempo(day, today),
            announced: Peak::tempo(day + 1, tomorrow)
                .filter(|_| early || now.second >= PEAK_ANNOUNCED),
            ..plain
        }
    }

    fn ejp(&mut self, now: Local, plain: Tariff) -> Tariff {
        let mut peak =
            |day| (self.coloured_days.color(day) == Color::Red).then_some(Peak::ejp(day));
        let running = match now.second {
            EJP_FROM.. => peak(now.day),
            ..EJP_UNTIL => peak(now.day - 1),
            _ => None,
        };
        let announced = match now.second {
            PEAK_ANNOUNCED.. => peak(now.day + 1),
            ..EJP_FROM => peak(now.day),
            _ => None,
        };
        let notice = now.second < EJP_FROM && now.second >= EJP_FROM - EJP_NOTICE;
        Tariff {
            index: 1 + u8::from(running.is_some()),
            running,
            announced,
            ejp_notice: notice && announced.is_some(),
            ..plain
        }
    }

    /// NGTF, 16 characters.
    pub const fn name(&self) -> &'static str {
        match self.contract {
            TariffPlan::Base => "      BASE      ",
            TariffPlan::OffPeak => "H PLEINE/CREUSE ",
            TariffPlan::Tempo => "     TEMPO      ",
            TariffPlan::Ejp => "      EJP       ",
        }
    }

    /// LTARF of a supplier index, 16 characters.
    pub const fn period_name(&self, index: u8) -> &'static str {
        match (self.contract, index) {
            (TariffPlan::Base, _) => "      BASE      ",
            (TariffPlan::OffPeak, 1) => " HEURE  CREUSE  ",
            (TariffPlan::OffPeak, _) => "  HEURE  PLEINE ",
            (TariffPlan::Tempo, 1) => "    HC  BLEU    ",
            (TariffPlan::Tempo, 2) => "    HP  BLEU    ",
            (TariffPlan::Tempo, 3) => "   HC  BLANC    ",
            (TariffPlan::Tempo, 4) => "   HP  BLANC    ",
            (TariffPlan::Tempo, 5) => "   HC  ROUGE    ",
            (TariffPlan::Tempo, _) => "   HP  ROUGE    ",
            (TariffPlan::Ejp, 1) => " HEURES NORMALES",
            (TariffPlan::Ejp, _) => " POINTE  MOBILE ",
        }
    }

    /// OPTARIF. The Tempo programme is A for circuit 1, P0 for circuit 2.
    pub const fn option_code(&self) -> &'static str {
        match self.contract {
            TariffPlan::Base => "BASE",
            TariffPlan::OffPeak => "HC..",
            TariffPlan::Tempo => "BBR(",
            TariffPlan::Ejp => "EJP.",
        }
    }

    /// PTEC of a supplier index.
    pub const fn period_code(&self, index: u8) -> &'static str {
        match (self.contract, index) {
            (TariffPlan::Base, _) => "TH..",
            (TariffPlan::OffPeak, 1) => "HC..",
            (TariffPlan::OffPeak, _) => "HP..",
            (TariffPlan::Tempo, 1) => "HCJB",
            (TariffPlan::Tempo, 2) => "HPJB",
            (TariffPlan::Tempo, 3) => "HCJW",
            (TariffPlan::Tempo, 4) => "HPJW",
            (TariffPlan::Tempo, 5) => "HCJR",
            (TariffPlan::Tempo, _) => "HPJR",
            (TariffPlan::Ejp, 1) => "HN..",
            (TariffPlan::Ejp, _) => "PM..",
        }
    }

    /// PJOURF+1 of an ordinary day: the second at which each index starts, and its four hexadecimal digits SSSS.
    pub const fn day_profile(&self) -> &'static [(u32, u16)] {
        match self.contract {
            TariffPlan::Base | TariffPlan::Ejp => &[(0, 0x8001)],
            TariffPlan::OffPeak => &[
                (0, 0xC001),
                (OFF_PEAK_UNTIL, 0x8002),
                (OFF_PEAK_FROM, 0xC001),
            ],
            TariffPlan::Tempo => &[
                (0, 0x4001),
                (TEMPO_DAY, 0x4002),
                (TEMPO_OFF_PEAK_FROM, 0x4001),
            ],
        }
    }

    /// PPOINTE: the same for a peak day.
    pub const fn peak_profile(&self, peak: &Peak) -> &'static [(u32, u16)] {
        match (self.contract, peak.number) {
            (TariffPlan::Tempo, 1) => &[
                (0, 0x4003),
                (TEMPO_DAY, 0x4004),
                (TEMPO_OFF_PEAK_FROM, 0x4003),
            ],
            (TariffPlan::Tempo, _) => &[
                (0, 0x4005),
                (TEMPO_DAY, 0x4006),
                (TEMPO_OFF_PEAK_FROM, 0x4005),
            ],
            _ => &[(0, 0x8001), (EJP_FROM, 0x8002)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock::parse_start;
    use super::*;
    use crate::tic::civil;

    fn at(calendar: &mut PlanCalendar, text: &str) -> Tariff {
        calendar.tariff(Local::at(parse_start(text, 0).unwrap()))
    }

    /// The first day of this colour after a blue day, from November 2025.
    fn first_day(calendar: &mut PlanCalendar, color: Color) -> i64 {
        let november = civil::days_from_civil(2025, 11, 1);
        (november..)
            .find(|&day| {
                calendar.coloured_days.color(day) == color
                    && calendar.coloured_days.color(day - 1) == Color::Blue
            })
            .unwrap()
    }

    fn on(calendar: &mut PlanCalendar, day: i64, second: u32) -> Tariff {
        calendar.tariff(Local {
            day,
            second,
            summer: false,
        })
    }

    #[test]
    fn off_peak_hours_change_on_the_second() {
        let mut calendar = PlanCalendar::new(TariffPlan::OffPeak, 0);
        assert_eq!(at(&mut calendar, "2026-01-15T22:29:59").index, 2);
        let night = at(&mut calendar, "2026-01-15T22:30:00");
        assert_eq!(
            (night.index, night.contact_closed, night.distributor),
            (1, true, 1)
        );
        assert_eq!(at(&mut calendar, "2026-07-15T06:30:00").distributor, 4);
    }

    #[test]
    fn a_red_day_is_announced_then_runs_until_six() {
        let mut calendar = PlanCalendar::new(TariffPlan::Tempo, 7);
        let red = first_day(&mut calendar, Color::Red);
        assert_eq!(on(&mut calendar, red - 1, hour(18) - 1).announced, None);
        let evening = on(&mut calendar, red - 1, hour(18));
        assert_eq!(
            (evening.announced.unwrap().number, evening.color_tomorrow),
            (2, None)
        );
        let night = on(&mut calendar, red - 1, hour(20));
        assert_eq!(
            (night.color_today, night.color_tomorrow),
            (Some(Color::Blue), Some(Color::Red))
        );
        assert_eq!(on(&mut calendar, red, hour(6) - 1).index, 1);
        let morning = on(&mut calendar, red, hour(6));
        assert_eq!(
            (
                morning.index,
                morning.running.unwrap().number,
                morning.announced
            ),
            (6, 2, None)
        );
        let last = on(&mut calendar, red + 1, hour(6) - 1);
        assert_eq!((last.index, last.color_today), (5, Some(Color::Red)));
    }

    #[test]
    fn an_ejp_day_runs_from_seven_to_one() {
        let mut calendar = PlanCalendar::new(TariffPlan::Ejp, 3);
        let peak = first_day(&mut calendar, Color::Red);
        let state = |calendar: &mut PlanCalendar, day, second| {
            let tariff = on(calendar, day, second);
            (
                tariff.index,
                tariff.running.is_some(),
                tariff.announced.is_some(),
                tariff.ejp_notice,
            )
        };
        assert_eq!(
            state(&mut calendar, peak - 1, hour(18)),
            (1, false, true, false)
        );
        assert_eq!(
            state(&mut calendar, peak, hour(6) + 1_800),
            (1, false, true, true)
        );
        assert_eq!(state(&mut calendar, peak, hour(7)), (2, true, false, false));
        assert_eq!(on(&mut calendar, peak + 1, hour(1) - 1).index, 2);
        assert_eq!(on(&mut calendar, peak + 1, hour(1)).index, 1);
    }

    #[test]
    fn texts_have_the_length_of_their_groups() {
        for contract in TariffPlan::ALL {
            let calendar = PlanCalendar::new(contract, 0);
            assert_eq!(
                (calendar.name().len(), calendar.option_code().len()),
                (16, 4)
            );
            for index in 1..=6 {
                assert_eq!(
                    (
                        calendar.period_name(index).len(),
                        calendar.period_code(index).len()
                    ),
                    (16, 4)
                );
            }
        }
    }
}
