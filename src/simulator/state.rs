//! The values of the meter from which the groups of a frame are made.

use super::calendar::{PlanCalendar, Tariff};
use super::clock::Local;
use super::measure::Measures;
use super::registers::Registers;

/// The values of the meter at one second.
#[derive(Debug)]
pub(super) struct SimulatedState {
    pub unix: i64,
    pub local: Local,
    pub calendar: PlanCalendar,
    pub tariff: Tariff,
    pub measures: Measures,
    pub registers: Registers,
    pub is_breaker_open: bool,
}
