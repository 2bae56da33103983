//! The simulated meter: an iterator of frames in simulated time.
//!
//! Time advances as on the wire: a frame takes ten bits a character at the speed of its mode, then comes a pause. A frame
//! holds the values at its first byte. The simulation begins at midnight, a day or two before the first frame, so that
//! yesterday's maximum, the load curve and the mean voltages are those of the house.

use std::time::Duration;

use super::breaker::SimulatedBreaker;
use super::calendar::PlanCalendar;
use super::clock::Local;
use super::event::{ScenarioChange, ScenarioEvent};
use super::frame::{self, FrameKind, SentFrame, SentGroup};
use super::historique;
use super::household::House;
use super::measure::Measures;
use super::noise::{Channel, Noise};
use super::plan::Phases;
use super::random::Random;
use super::registers::Registers;
use super::scenario::{Scenario, ScenarioError};
use super::standard;
use super::state::SimulatedState;
use crate::tic::Mode;

/// Historique three-phase: seconds for which short frames go on after the last overrun.
const SHORT_FRAMES_AFTER: i64 = 60;
/// Short frames between two long ones.
const SHORT_FRAMES: u32 = 20;
/// Seconds from the start until MSG2 is sent.
const SHORT_MESSAGE_AFTER: i64 = 30;

/// Noise of the scenario: several groups of each frame are damaged.
const DAMAGE: Noise = Noise {
    bit_error: 0.003,
    burst: 0.002,
    lost: 0.0,
    doubled: 0.0,
    swapped: 0.0,
    stuck: 0.0,
    cut: 0.0,
    strip_parity: false,
};

/// A simulated meter: an endless iterator of frames.
#[derive(Debug)]
pub struct SimulatedMeter {
    scenario: Scenario,
    house: House,
    state: SimulatedState,
    pauses: Random,
    /// Microseconds on the wire since the first frame.
    elapsed: u64,
    /// The last second at which a current exceeded the subscribed one, Unix time.
    exceeded: Option<i64>,
    breaker: SimulatedBreaker,
    /// What noise of the scenario does.
    damage: Channel,
    /// Events of the scenario that were applied.
    applied: usize,
    short_frames: u32,
    short_message_sent: bool,
}

impl SimulatedMeter {
    /// A meter at the start of its scenario.
    ///
    /// # Errors
    /// Those of [`Scenario::check`].
    pub fn new(mut scenario: Scenario) -> Result<Self, ScenarioError> {
        scenario.check()?;
        scenario.events.sort_by_key(|event| event.at);
        let birth = {
            let yesterday = scenario.start - 2 * 86_400;
            yesterday - i64::from(Local::at(yesterday).second)
        };
        let local = Local::at(birth);
        let mut calendar = PlanCalendar::new(scenario.contract, scenario.seed);
        let tariff = calendar.tariff(local);
        let registers = Registers::new(&scenario);
        let state = SimulatedState {
            unix: birth,
            local,
            calendar,
            tariff,
            measures: Measures::default(),
            registers,
            is_breaker_open: false,
        };
        let mut meter = Self {
            house: House::new(&scenario),
            pauses: Random::new(!scenario.seed),
            state,
            elapsed: 0,
            exceeded: None,
            breaker: SimulatedBreaker::new(&scenario),
            damage: Channel::new(DAMAGE, scenario.seed),
            applied: 0,
            short_frames: 0,
            short_message_sent: false,
            scenario,
        };
        meter.advance_by_minutes(meter.scenario.start);
        Ok(meter)
    }

    /// Advances by `seconds` without sending anything, in steps of a minute.
    pub fn let_pass(&mut self, seconds: u32) {
        self.elapsed += u64::from(seconds) * 1_000_000;
        self.advance_by_minutes(self.second_at(self.elapsed));
    }

    /// Something happens now, or `at` seconds from now.
    ///
    /// # Errors
    /// It cannot happen to this meter.
    pub fn push_event(&mut self, event: ScenarioEvent) -> Result<(), ScenarioError> {
        self.scenario.check_event(&event)?;
        let now = self.state.unix - self.scenario.start;
        let event = ScenarioEvent {
            at: event
                .at
                .saturating_add(u32::try_from(now).unwrap_or(u32::MAX)),
            ..event
        };
        self.house.push_event(event);
        let pending = self.scenario.events.iter().skip(self.applied);
        let earlier = pending.take_while(|other| other.at <= event.at).count();
        self.scenario.events.insert(self.applied + earlier, event);
        Ok(())
    }

    /// The scenario.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The active power at this second of the meter, W, negative when injected.
    #[must_use]
    pub const fn true_power(&self) -> i32 {
        self.state.measures.active
    }

    /// The meter's second at a time on the wire.
    fn second_at(&self, elapsed: u64) -> i64 {
        self.scenario.start + i64::try_from(elapsed / 1_000_000).unwrap_or(i64::MAX)
    }

    /// The time on the wire when this second of the meter begins.
    fn elapsed_at(&self, second: i64) -> u64 {
        (second - self.scenario.start).max(0).unsigned_abs() * 1_000_000
    }

    /// The events whose time has come and that change the meter itself, or stop the line.
    fn apply_events(&mut self) {
        while let Some(&event) = self.scenario.events.get(self.applied)
            && i64::from(event.at) <= self.state.unix - self.scenario.start
        {
            self.applied += 1;
            match event.change {
                ScenarioChange::Swap { index } => {
                    self.scenario.serial = (self.scenario.serial + 1) % 1_000_000;
                    self.state.registers =
                        Registers::replaced(&self.scenario, index, self.state.unix);
                    self.breaker = SimulatedBreaker::new(&self.scenario);
                    self.state.is_breaker_open = false;
                }
                ScenarioChange::Mode(mode) => self.scenario.mode = mode,
                ScenarioChange::Contract(contract) => {
                    self.scenario.contract = contract;
                    self.state.calendar = PlanCalendar::new(contract, self.scenario.seed);
                    self.state.tariff = self.state.calendar.tariff(self.state.local);
                }
                ScenarioChange::Silence { duration } => {
                    let end = self.scenario.start + i64::from(event.at) + i64::from(duration);
                    self.elapsed = self.elapsed.max(self.elapsed_at(end));
                    self.advance_by_seconds();
                }
                // The house, the clock and the line ask which of these are on.
                ScenarioChange::Overrun { .. }
                | ScenarioChange::Voltage { .. }
                | ScenarioChange::PhaseLoss { .. }
                | ScenarioChange::DegradedClock { .. }
                | ScenarioChange::OpenCover { .. }
                | ScenarioChange::Noise { .. } => {}
            }
        }
    }

    /// Up to the time on the wire, in steps of a second.
    fn advance_by_seconds(&mut self) {
        while self.state.unix < self.second_at(self.elapsed) {
            self.advance_to(self.state.unix + 1);
        }
    }

    fn advance_by_minutes(&mut self, until: i64) {
        while self.state.unix < until {
            let next_minute = self.state.unix - self.state.unix.rem_euclid(60) + 60;
            self.advance_to(next_minute.min(until));
        }
    }

    /// One step, at most to the next full minute.
    fn advance_to(&mut self, to: i64) {
        let state = &mut self.state;
        let seconds = u32::try_from(to - state.unix).unwrap_or(0);
        let local = Local::at(to);
        let tariff = state.calendar.tariff(local);
        let flows = |house: &House, breaker: &SimulatedBreaker| {
            house.flows(to, local, tariff.contact_closed, breaker.is_open())
        };
        state.measures = Measures::of(&flows(&self.house, &self.breaker));
        if local.day != state.local.day {
            state.registers.begin_day(to);
        }
        // The energy of this step belongs to the tariff before it.
        state
            .registers
            .add(to, seconds, &state.measures, &state.tariff);
        if self.breaker.push(to, &state.registers.highest_withdrawn) {
            self.house.end_overruns(to);
            state.measures = Measures::of(&flows(&self.house, &self.breaker));
        }
        state.is_breaker_open = self.breaker.is_open();
        (state.unix, state.local, state.tariff) = (to, local, tariff);
        if state
            .measures
            .current
            .iter()
            .any(|&current| current > self.scenario.subscribed_current())
        {
            self.exceeded = Some(to);
        }
    }

    fn sends_short_frames(&self) -> bool {
        self.scenario.mode == Mode::Historique
            && self.scenario.phases == Phases::Three
            && self
                .exceeded
                .is_some_and(|last| self.state.unix - last <= SHORT_FRAMES_AFTER)
    }

    fn groups(&mut self) -> (Vec<SentGroup>, FrameKind) {
        if self.scenario.mode == Mode::Standard {
            let due = self.state.unix - self.scenario.start >= SHORT_MESSAGE_AFTER;
            let short_message = self.scenario.messages && due && !self.short_message_sent;
            self.short_message_sent |= short_message;
            return (
                standard::groups(&self.scenario, &self.state, short_message),
                FrameKind::Long,
            );
        }
        if self.sends_short_frames() && self.short_frames < SHORT_FRAMES {
            self.short_frames += 1;
            return (
                historique::short(&self.scenario, &self.state),
                FrameKind::Short,
            );
        }
        self.short_frames = 0;
        (
            historique::long(&self.scenario, &self.state),
            FrameKind::Long,
        )
    }

    /// Microseconds that these characters take on the wire.
    fn wire_time(&self, characters: usize) -> u64 {
        u64::try_from(characters).unwrap_or(0) * 10_000_000 / u64::from(self.scenario.mode.baud())
    }

    /// Characters sent in these microseconds.
    fn characters_in(&self, micros: u64) -> usize {
        usize::try_from(micros * u64::from(self.scenario.mode.baud()) / 10_000_000)
            .unwrap_or(usize::MAX)
    }
}

impl Iterator for SimulatedMeter {
    type Item = SentFrame;

    /// The next frame; never `None`.
    fn next(&mut self) -> Option<SentFrame> {
        self.apply_events();
        let mode = self.scenario.mode;
        let (time, began) = (self.state.unix, self.elapsed);
        let true_power = self.state.measures.active;
        let (mut groups, mut kind) = self.groups();
        let mut bytes = frame::encode(self.scenario.mode, &groups);

        let was_short = self.sends_short_frames();
        let end = self.second_at(began + self.wire_time(bytes.len()));
        while self.state.unix < end {
            self.advance_to(self.state.unix + 1);
            if self.sends_short_frames() && !was_short {
                let sent =
                    self.characters_in(self.elapsed_at(self.state.unix).saturating_sub(began));
                let kept;
                (bytes, kept) = frame::encode_cut(self.scenario.mode, &groups, sent);
                groups.truncate(kept);
                kind = FrameKind::Cut;
                break;
            }
        }

        let pause = 16_700 + u64::from(self.pauses.below(16_701));
        self.elapsed = began + self.wire_time(bytes.len()) + pause;
        self.advance_by_seconds();
        if self.scenario.is_noisy(time) {
            bytes = self.damage.pass(&bytes);
        }
        Some(SentFrame {
            time,
            mode,
            at: Duration::from_micros(began),
            pause: Duration::from_micros(pause),
            bytes,
            groups,
            kind,
            true_power,
        })
    }
}
