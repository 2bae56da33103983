//! The groups of a standard-mode frame, in the order of 54E, 6.2.

use super::calendar::Peak;
use super::clock::Local;
use super::frame::{Groups, SentGroup};
use super::registers::DatedValue;
use super::scenario::Scenario;
use super::state::SimulatedState;
use crate::tic::{Color, Label};

const ERQ: [Label; 4] = [Label::ERQ1, Label::ERQ2, Label::ERQ3, Label::ERQ4];
const IRMS: [Label; 3] = [Label::IRMS1, Label::IRMS2, Label::IRMS3];
const URMS: [Label; 3] = [Label::URMS1, Label::URMS2, Label::URMS3];
const SINSTS: [Label; 3] = [Label::SINSTS1, Label::SINSTS2, Label::SINSTS3];
const SMAXSN: [Label; 4] = [
    Label::SMAXSN,
    Label::SMAXSN1,
    Label::SMAXSN2,
    Label::SMAXSN3,
];
const SMAXSN_1: [Label; 4] = [
    Label::SMAXSN_1,
    Label::SMAXSN1_1,
    Label::SMAXSN2_1,
    Label::SMAXSN3_1,
];
const UMOY: [Label; 3] = [Label::UMOY1, Label::UMOY2, Label::UMOY3];
const MOBILE_PEAKS: [(Label, Label); 2] = [(Label::DPM1, Label::FPM1), (Label::DPM2, Label::FPM2)];

/// V: 230 V and 10 %.
const OVERVOLTAGE: u32 = 253;

const NO_MESSAGE: &str = "     PAS DE          MESSAGE";
const MESSAGE: &str = "COUPURE PREVUE MARDI DE 9H A 11H";
const SHORT_MESSAGE: &str = "COUPURE MARDI 9H";

/// The whole frame. `short_message`: MSG2 is sent in this one.
pub(super) fn groups(
    scenario: &Scenario,
    state: &SimulatedState,
    short_message: bool,
) -> Vec<SentGroup> {
    let phases = usize::from(scenario.phases.count());
    // With one phase only the totals exist: SINSTS1 and SMAXSN1 are not sent.
    let (phase_powers, maxima) = if phases == 1 { (0, 1) } else { (3, 4) };
    let is_degraded = scenario.is_clock_degraded(state.unix);
    let horodate = |unix| Local::at(unix).horodate(is_degraded);
    let (registers, measures, tariff, calendar) = (
        &state.registers,
        &state.measures,
        &state.tariff,
        &state.calendar,
    );

    let mut groups = Groups::default();
    groups.text(Label::ADSC, &scenario.address());
    groups.number(Label::VTIC, 2);
    groups.dated(Label::DATE, horodate(state.unix), 0);
    groups.text(Label::NGTF, calendar.name());
    groups.text(Label::LTARF, calendar.period_name(tariff.index));

    groups.number(Label::EAST, registers.total());
    numbers(&mut groups, Label::SUPPLIER, &registers.supplier);
    numbers(&mut groups, Label::DISTRIBUTOR, &registers.distributor);
    if scenario.producer {
        groups.number(Label::EAIT, registers.injected);
        numbers(&mut groups, &ERQ, &registers.reactive);
    }

    numbers(&mut groups, IRMS.iter().take(phases), &measures.current);
    numbers(&mut groups, URMS.iter().take(phases), &measures.voltage);
    groups.number(Label::PREF, scenario.power_kva.into());
    groups.number(Label::PCOUP, scenario.power_kva.into());
    groups.number(Label::SINSTS, measures.withdrawn);
    numbers(
        &mut groups,
        SINSTS.iter().take(phase_powers),
        &measures.phase_withdrawn,
    );

    let dated = |groups: &mut Groups, label: Label, value: DatedValue| {
        groups.dated(label, horodate(value.at), value.value);
    };
    for (label, highest) in SMAXSN
        .into_iter()
        .zip(&registers.highest_withdrawn)
        .take(maxima)
    {
        dated(&mut groups, label, highest.today);
    }
    for (label, highest) in SMAXSN_1
        .into_iter()
        .zip(&registers.highest_withdrawn)
        .take(maxima)
    {
        dated(&mut groups, label, highest.day_before);
    }
    if scenario.producer {
        groups.number(Label::SINSTI, measures.injected);
        dated(&mut groups, Label::SMAXIN, registers.highest_injected.today);
        dated(
            &mut groups,
            Label::SMAXIN_1,
            registers.highest_injected.day_before,
        );
    }
    dated(&mut groups, Label::CCASN, registers.load_withdrawn.last);
    dated(&mut groups, Label::CCASN_1, registers.load_withdrawn.before);
    if scenario.producer {
        dated(&mut groups, Label::CCAIN, registers.load_injected.last);
        dated(&mut groups, Label::CCAIN_1, registers.load_injected.before);
    }
    for (label, mean) in UMOY.into_iter().zip(&registers.mean_voltage).take(phases) {
        dated(&mut groups, label, mean.last);
    }

    groups.text(Label::STGE, &format!("{:08X}", status(scenario, state)));
    for ((start, end), number) in MOBILE_PEAKS.into_iter().zip(1..) {
        // An announced peak goes before the one in progress, which is in the status register too.
        let peak = tariff.announced.filter(|peak| peak.number == number);
        if let Some(peak) = peak.or(tariff.running.filter(|peak| peak.number == number)) {
            groups.dated(start, peak.start(), 0);
            groups.dated(end, peak.end(), 0);
        }
    }
    groups.text(
        Label::MSG1,
        if scenario.messages {
            MESSAGE
        } else {
            NO_MESSAGE
        },
    );
    if short_message {
        groups.text(Label::MSG2, SHORT_MESSAGE);
    }
    groups.text(Label::PRM, &format!("{:014}", scenario.prm));
    groups.number(Label::RELAIS, u32::from(tariff.contact_closed));
    groups.number(Label::NTARF, tariff.index.into());
    groups.number(Label::NJOURF, 0);
    groups.number(Label::NJOURF_1, 0);
    groups.text(
        Label::PJOURF_1,
        &profile(scenario.maker, calendar.day_profile()),
    );
    if let Some(peak) = &tariff.announced {
        groups.text(
            Label::PPOINTE,
            &profile(scenario.maker, calendar.peak_profile(peak)),
        );
    }
    groups.into_vec()
}

fn numbers<'a>(groups: &mut Groups, labels: impl IntoIterator<Item = &'a Label>, values: &[u32]) {
    for (label, value) in labels.into_iter().zip(values) {
        groups.number(*label, *value);
    }
}

/// STGE (54E, 6.2.3.14).
fn status(scenario: &Scenario, state: &SimulatedState) -> u32 {
    let (measures, tariff) = (&state.measures, &state.tariff);
    let phases = u32::from(scenario.phases.count());
    let subscribed = u32::from(scenario.power_kva) * 1_000 / phases;
    let over_power = measures
        .phase_withdrawn
        .iter()
        .any(|&power| power > subscribed);
    let over_voltage = measures.voltage.iter().any(|&volts| volts > OVERVOLTAGE);
    let color = |color| match color {
        None => 0,
        Some(Color::Blue) => 1,
        Some(Color::White) => 2,
        Some(Color::Red) => 3,
    };
    let peak = |peak: Option<Peak>| peak.map_or(0, |peak| u32::from(peak.number));
    // Standard mode, Euridis with security, PLC New/Lock: what the meters in the field show.
    0x003A_0000
        | u32::from(!tariff.contact_closed)
        // Open on excess power.
        | u32::from(state.is_breaker_open) << 1
        | u32::from(scenario.is_cover_open(state.unix)) << 4
        | u32::from(over_voltage) << 6
        | u32::from(over_power) << 7
        | u32::from(scenario.producer) << 8
        | u32::from(measures.active < 0) << 9
        | (u32::from(tariff.index) - 1) << 10
        | (u32::from(tariff.distributor) - 1) << 14
        | u32::from(scenario.is_clock_degraded(state.unix)) << 16
        | color(tariff.color_today) << 24
        | color(tariff.color_tomorrow) << 26
        | peak(tariff.announced) << 28
        | peak(tariff.running) << 30
}

/// Eleven blocks `HHMMSSSS`. Some makers write the hour in hexadecimal.
fn profile(maker: u8, slots: &[(u32, u16)]) -> String {
    let block = |&(second, word): &(u32, u16)| {
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        match maker {
            2 | 81 | 84 => format!("{hour:02X}{minute:02X}{word:04X}"),
            _ => format!("{hour:02}{minute:02}{word:04X}"),
        }
    };
    let unused = std::iter::repeat_with(|| "NONUTILE".to_owned());
    slots
        .iter()
        .map(block)
        .chain(unused)
        .take(11)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_of_a_profile_is_written_by_the_maker() {
        let slots = [(0, 0xC001), (23_400, 0x8002), (81_000, 0xC001)];
        assert!(profile(4, &slots).starts_with("0000C001 06308002 2230C001 NONUTILE"));
        assert!(profile(2, &slots).starts_with("0000C001 061E8002 161EC001 NONUTILE"));
        assert_eq!(profile(4, &slots).len(), Label::PJOURF_1.data_len());
    }

    #[test]
    fn messages_fit() {
        assert_eq!(MESSAGE.len(), Label::MSG1.data_len());
        assert_eq!(SHORT_MESSAGE.len(), Label::MSG2.data_len());
    }
}
