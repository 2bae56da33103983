//! The groups of historique-mode frames: long ones and, while a three-phase meter exceeds its subscribed current, short
//! ones (02E; 54E, 6.1).

use super::frame::{Groups, SentGroup};
use super::plan::{Phases, TariffPlan};
use super::scenario::Scenario;
use super::state::SimulatedState;
use crate::tic::{Color, Label, TariffOption};

const IINST: [Label; 3] = [Label::IINST1, Label::IINST2, Label::IINST3];
const ADIR: [Label; 3] = [Label::ADIR1, Label::ADIR2, Label::ADIR3];

/// The whole frame.
pub(super) fn long(scenario: &Scenario, state: &SimulatedState) -> Vec<SentGroup> {
    let (measures, tariff, calendar) = (&state.measures, &state.tariff, &state.calendar);
    let mut groups = Groups::default();
    groups.text(Label::ADCO, &scenario.address());
    groups.text(Label::OPTARIF, calendar.option_code());
    groups.number(Label::ISOUSC, scenario.subscribed_current());
    let option = match scenario.contract {
        TariffPlan::Base => TariffOption::Base,
        TariffPlan::OffPeak => TariffOption::OffPeak,
        TariffPlan::Ejp => TariffOption::Ejp,
        TariffPlan::Tempo => TariffOption::Tempo,
    };
    for (label, energy) in Label::of_option(option)
        .iter()
        .zip(state.registers.supplier)
    {
        groups.number(*label, energy);
    }
    if tariff.ejp_notice {
        groups.number(Label::PEJP, 30);
    }
    groups.text(Label::PTEC, calendar.period_code(tariff.index));
    if scenario.contract == TariffPlan::Tempo {
        let tomorrow = match tariff.color_tomorrow {
            None => "----",
            Some(Color::Blue) => "BLEU",
            Some(Color::White) => "BLAN",
            Some(Color::Red) => "ROUG",
        };
        groups.text(Label::DEMAIN, tomorrow);
    }
    // PAPP is rounded to ten.
    let power = (measures.withdrawn + 5) / 10 * 10;
    match scenario.phases {
        Phases::One => {
            let [current, ..] = measures.current;
            groups.number(Label::IINST, current);
            if current > scenario.subscribed_current() {
                groups.number(Label::ADPS, current);
            }
            groups.number(Label::IMAX, 90);
            groups.number(Label::PAPP, power);
        }
        Phases::Three => {
            currents(&mut groups, state);
            for label in [Label::IMAX1, Label::IMAX2, Label::IMAX3] {
                groups.number(label, 60);
            }
            let [highest, ..] = state.registers.highest_withdrawn;
            groups.number(Label::PMAX, highest.day_before.value);
            groups.number(Label::PAPP, power);
        }
    }
    groups.text(Label::HHPHC, "A");
    groups.text(Label::MOTDETAT, "000000");
    if scenario.phases == Phases::Three {
        groups.text(Label::PPOT, &format!("{:02X}", lost_phases(state)));
    }
    groups.into_vec()
}

/// Bit n is set while phase n has no voltage.
fn lost_phases(state: &SimulatedState) -> u8 {
    let voltages = (1..).zip(state.measures.voltage);
    let lost = voltages.filter(|(_, volts)| *volts == 0);
    lost.fold(0, |bits, (phase, _)| bits | 1_u8 << phase)
}

/// A short frame: the phases that exceed, and all currents.
pub(super) fn short(scenario: &Scenario, state: &SimulatedState) -> Vec<SentGroup> {
    let mut groups = Groups::default();
    for (label, current) in ADIR.into_iter().zip(state.measures.current) {
        if current > scenario.subscribed_current() {
            groups.number(label, current);
        }
    }
    groups.text(Label::ADCO, &scenario.address());
    currents(&mut groups, state);
    groups.into_vec()
}

fn currents(groups: &mut Groups, state: &SimulatedState) {
    for (label, current) in IINST.into_iter().zip(state.measures.current) {
        groups.number(label, current);
    }
}
