//! The registers of the meter: energies, the maxima of two days, load curves and mean voltages.
//!
//! [`Registers::add`] takes a stretch of time during which the measures held. A stretch of one second is exact; a longer
//! one, at most a minute and never across a full minute, is for simulating months quickly.
//!
//! Whole Wh leave one remainder for all registers at once, so that EAST is always the sum of EASF and the sum of EASD.

use super::calendar::Tariff;
use super::measure::Measures;
use super::plan::TariffPlan;
use super::random::Random;
use super::scenario::Scenario;

/// A value and when it was reached: Unix time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct DatedValue {
    pub value: u32,
    pub at: i64,
}

/// All that counts or averages.
#[derive(Debug, Clone)]
pub(super) struct Registers {
    /// EASF01 to 10, Wh.
    pub supplier: [u32; 10],
    /// EASD01 to 04, Wh.
    pub distributor: [u32; 4],
    /// EAIT, Wh.
    pub injected: u32,
    /// ERQ1 to 4, varh.
    pub reactive: [u32; 4],
    /// SMAXSN, and SMAXSN1 to 3.
    pub highest_withdrawn: [Highest; 4],
    /// SMAXIN.
    pub highest_injected: Highest,
    /// CCASN.
    pub load_withdrawn: Mean,
    /// CCAIN.
    pub load_injected: Mean,
    /// UMOY1 to 3.
    pub mean_voltage: [Mean; 3],
    /// Watt-seconds below one Wh: withdrawn, injected, and var-seconds of each quadrant.
    rests: [u32; 6],
}

/// Seconds of a period of the load curve, and of a mean voltage.
const LOAD_PERIOD: i64 = 1_800;
const VOLTAGE_PERIOD: i64 = 600;

impl Registers {
    /// A meter that has counted for some years in the indexes of its contract.
    pub fn new(scenario: &Scenario) -> Self {
        let mut random = Random::new(scenario.seed ^ 0x5245_4749_5354_4552);
        let used = match scenario.contract {
            TariffPlan::Base => 1,
            TariffPlan::OffPeak | TariffPlan::Ejp => 2,
            TariffPlan::Tempo => 6,
        };
        let mut supplier = [0; 10];
        for index in supplier.iter_mut().take(used) {
            *index = 400_000 + random.below(9_000_000);
        }
        let total: u32 = supplier.iter().sum();
        let mut distributor = [total / 5, total / 3, total / 6, 0];
        let [.., last] = &mut distributor;
        *last = total - total / 5 - total / 3 - total / 6;
        let mut quarter = || {
            if scenario.producer {
                10_000 + random.below(400_000)
            } else {
                0
            }
        };
        Self {
            supplier,
            distributor,
            injected: 10 * quarter(),
            reactive: [quarter(), quarter(), quarter(), quarter()],
            highest_withdrawn: [Highest::default(); 4],
            highest_injected: Highest::default(),
            load_withdrawn: Mean::new(LOAD_PERIOD),
            load_injected: Mean::new(LOAD_PERIOD),
            mean_voltage: [Mean::new(VOLTAGE_PERIOD); 3],
            rests: [0; 6],
        }
    }

    /// The meter that replaces another at `now`, Unix time: it counts on from `index`, Wh, and has nothing else.
    pub fn replaced(scenario: &Scenario, index: u32, now: i64) -> Self {
        let mut registers = Self::new(scenario);
        registers.supplier = [index, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        registers.distributor = [index, 0, 0, 0];
        registers.injected = 0;
        registers.reactive = [0; 4];
        let none = DatedValue { value: 0, at: now };
        let highest = registers.highest_withdrawn.iter_mut();
        for highest in highest.chain([&mut registers.highest_injected]) {
            (highest.today, highest.day_before) = (none, none);
        }
        let loads = [&mut registers.load_withdrawn, &mut registers.load_injected];
        for mean in loads.into_iter().chain(&mut registers.mean_voltage) {
            (mean.last, mean.before) = (none, none);
        }
        registers
    }

    /// EAST, Wh.
    pub fn total(&self) -> u32 {
        self.supplier.iter().sum()
    }

    /// Counts `measures` for the `seconds`, at most 60, that end at `now`, Unix time.
    pub fn add(&mut self, now: i64, seconds: u32, measures: &Measures, tariff: &Tariff) {
        let [withdrawn_rest, injected_rest, reactive_rests @ ..] = &mut self.rests;
        let withdrawn = measures.active.max(0).unsigned_abs();
        let injected = measures.active.min(0).unsigned_abs();
        let whole = whole_hours(withdrawn_rest, withdrawn * seconds);
        for register in [
            self.supplier.get_mut(usize::from(tariff.index) - 1),
            self.distributor
                .get_mut(usize::from(tariff.distributor) - 1),
        ] {
            register.into_iter().for_each(|register| *register += whole);
        }
        self.injected += whole_hours(injected_rest, injected * seconds);
        let quadrant = match (measures.active < 0, measures.reactive < 0) {
            (false, false) => 0,
            (true, false) => 1,
            (true, true) => 2,
            (false, true) => 3,
        };
        if let (Some(register), Some(rest)) = (
            self.reactive.get_mut(quadrant),
            reactive_rests.get_mut(quadrant),
        ) {
            *register += whole_hours(rest, measures.reactive.unsigned_abs() * seconds);
        }

        let [phase1, phase2, phase3] = measures.phase_withdrawn;
        for (highest, power) in
            self.highest_withdrawn
                .iter_mut()
                .zip([measures.withdrawn, phase1, phase2, phase3])
        {
            highest.add(now, seconds, power);
        }
        self.highest_injected.add(now, seconds, measures.injected);
        self.load_withdrawn.add(now, seconds, withdrawn);
        self.load_injected.add(now, seconds, injected);
        for (mean, voltage) in self.mean_voltage.iter_mut().zip(measures.voltage) {
            mean.add(now, seconds, voltage);
        }
    }

    /// Midnight, legal time, at `now`: today becomes the day before.
    pub fn begin_day(&mut self, now: i64) {
        self.highest_withdrawn
            .iter_mut()
            .for_each(|highest| highest.begin_day(now));
        self.highest_injected.begin_day(now);
    }
}

/// Takes the whole Wh out of watt-seconds.
const fn whole_hours(rest: &mut u32, added: u32) -> u32 {
    *rest += added;
    let whole = *rest / 3_600;
    *rest %= 3_600;
    whole
}

/// The highest power of a day by the filter that models a breaker: y <- B x^2 + (1 - B) y each second, B = 0.008 (54E).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Highest {
    pub today: DatedValue,
    pub day_before: DatedValue,
    filtered: f64,
}

impl Highest {
    const B: f64 = 0.008;

    pub fn add(&mut self, now: i64, seconds: u32, power: u32) {
        let square = f64::from(power) * f64::from(power);
        for _ in 0..seconds {
            self.filtered += Self::B * (square - self.filtered);
        }
        let value = self.value();
        if value > self.today.value {
            self.today = DatedValue { value, at: now };
        }
    }

    /// VA²: what the breaker compares.
    pub const fn mean_square(&self) -> f64 {
        self.filtered
    }

    fn begin_day(&mut self, now: i64) {
        self.day_before = self.today;
        self.today = DatedValue {
            value: self.value(),
            at: now,
        };
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the root of a mean of squares of u32"
    )]
    fn value(&self) -> u32 {
        self.filtered.sqrt() as u32
    }
}

/// The mean of a value over fixed periods, dated at their end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mean {
    pub last: DatedValue,
    pub before: DatedValue,
    period: i64,
    sum: u32,
    seconds: u32,
}

impl Mean {
    const fn new(period: i64) -> Self {
        let none = DatedValue { value: 0, at: 0 };
        Self {
            last: none,
            before: none,
            period,
            sum: 0,
            seconds: 0,
        }
    }

    fn add(&mut self, now: i64, seconds: u32, value: u32) {
        self.sum += value * seconds;
        self.seconds += seconds;
        if now.rem_euclid(self.period) == 0 {
            self.before = self.last;
            self.last = DatedValue {
                value: (self.sum + self.seconds / 2) / self.seconds.max(1),
                at: now,
            };
            (self.sum, self.seconds) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::calendar::PlanCalendar;
    use super::super::clock::Local;
    use super::*;

    fn tariff(contract: TariffPlan) -> Tariff {
        PlanCalendar::new(contract, 0).tariff(Local {
            day: 20_000,
            second: 43_200,
            summer: false,
        })
    }

    #[test]
    fn a_kilowatt_for_an_hour_is_a_kilowatt_hour_in_its_registers() {
        let scenario = Scenario {
            contract: TariffPlan::OffPeak,
            ..Scenario::default()
        };
        let mut registers = Registers::new(&scenario);
        let before = registers.clone();
        let measures = Measures {
            active: 1_000,
            withdrawn: 1_000,
            ..Measures::default()
        };
        let tariff = tariff(TariffPlan::OffPeak);
        (1..=3_600).for_each(|now| registers.add(now, 1, &measures, &tariff));
        assert_eq!(registers.total() - before.total(), 1_000);
        assert_eq!(registers.supplier[1] - before.supplier[1], 1_000);
        assert_eq!(registers.distributor.iter().sum::<u32>(), registers.total());
        assert_eq!(registers.injected, before.injected);
        assert_eq!(
            registers.load_withdrawn.last,
            DatedValue {
                value: 1_000,
                at: 3_600
            }
        );
        assert_eq!(
            registers.load_withdrawn.before,
            DatedValue {
                value: 1_000,
                at: 1_800
            }
        );
    }

    #[test]
    fn what_is_injected_is_not_withdrawn() {
        let mut registers = Registers::new(&Scenario {
            producer: true,
            ..Scenario::default()
        });
        let before = registers.clone();
        let measures = Measures {
            active: -720,
            reactive: -36,
            injected: 721,
            ..Measures::default()
        };
        (1..=600).for_each(|now| registers.add(now, 1, &measures, &tariff(TariffPlan::Base)));
        assert_eq!(
            (registers.total(), registers.injected),
            (before.total(), before.injected + 120)
        );
        assert_eq!(registers.reactive[2], before.reactive[2] + 6);
        assert_eq!(registers.load_injected.add_up_to(600), 720);
    }

    impl Mean {
        fn add_up_to(&self, seconds: u32) -> u32 {
            self.sum / seconds
        }
    }

    #[test]
    fn a_maximum_lags_behind_and_survives_one_midnight() {
        let mut highest = Highest::default();
        (1..=30).for_each(|now| highest.add(now, 1, 3_000));
        assert!((1_000..2_000).contains(&highest.today.value), "{highest:?}");
        (31..=2_000).for_each(|now| highest.add(now, 1, 3_000));
        assert!(
            (2_990..=3_000).contains(&highest.today.value),
            "{highest:?}"
        );
        let today = highest.today;
        highest.begin_day(2_000);
        assert_eq!((highest.day_before, highest.today.at), (today, 2_000));
        (2_001..=9_000).for_each(|now| highest.add(now, 1, 0));
        highest.begin_day(9_000);
        assert_eq!(
            highest.today,
            DatedValue {
                value: 0,
                at: 9_000
            }
        );
    }
}
