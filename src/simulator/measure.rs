//! What the meter measures of the flows of one second: currents, voltages, apparent powers, and the net of the phases.
//!
//! A current has no sign. An apparent power has one here, that of the active power of its phase: in a three-phase meter
//! a phase that injects counts negative, the signed sum is what the meter withdraws or injects, and the phases do not
//! add up on the wire (54E, SINSTS).

use super::household::PhaseFlow;

/// The measurements of one second. Those of a phase that does not exist are zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Measures {
    /// IRMS, A.
    pub current: [u32; 3],
    /// URMS, V.
    pub voltage: [u32; 3],
    /// SINSTS1 to 3, VA: 0 for a phase that injects.
    pub phase_withdrawn: [u32; 3],
    /// SINSTS, VA.
    pub withdrawn: u32,
    /// SINSTI, VA.
    pub injected: u32,
    /// Net active power, W, negative when injected.
    pub active: i32,
    /// Net reactive power, var.
    pub reactive: i32,
}

impl Measures {
    pub fn of(flows: &[PhaseFlow; 3]) -> Self {
        let mut measures = Self::default();
        let mut net = 0;
        for (phase, flow) in flows
            .iter()
            .enumerate()
            .filter(|(_, flow)| flow.decivolts > 0)
        {
            let apparent = apparent(flow);
            net += if flow.active < 0 { -apparent } else { apparent };
            measures.active += flow.active;
            measures.reactive += flow.reactive;
            let rows = [
                (
                    &mut measures.current,
                    (apparent * 10 + flow.decivolts / 2) / flow.decivolts,
                ),
                (&mut measures.voltage, (flow.decivolts + 5) / 10),
                (
                    &mut measures.phase_withdrawn,
                    if flow.active < 0 { 0 } else { apparent },
                ),
            ];
            for (row, value) in rows {
                if let Some(place) = row.get_mut(phase) {
                    *place = value.unsigned_abs();
                }
            }
        }
        measures.withdrawn = net.max(0).unsigned_abs();
        measures.injected = net.min(0).unsigned_abs();
        measures
    }
}

/// VA, whatever the direction.
fn apparent(flow: &PhaseFlow) -> i32 {
    let square = |power: i32| i64::from(power) * i64::from(power);
    let sum = square(flow.active) + square(flow.reactive) + square(flow.distortion);
    i32::try_from(sum.isqrt()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn current_times_voltage_is_the_apparent_power() {
        let one = PhaseFlow {
            active: 2_990,
            reactive: 400,
            distortion: 0,
            decivolts: 2_304,
        };
        let measures = Measures::of(&[one, PhaseFlow::default(), PhaseFlow::default()]);
        assert_eq!(
            (measures.withdrawn, measures.current, measures.voltage),
            (3_016, [13, 0, 0], [230, 0, 0])
        );
    }

    #[test]
    fn a_phase_that_injects_counts_negative() {
        let flow = |active| PhaseFlow {
            active,
            reactive: 0,
            distortion: 0,
            decivolts: 2_300,
        };
        let measures = Measures::of(&[flow(-485), flow(531), flow(0)]);
        assert_eq!(
            (
                measures.withdrawn,
                measures.injected,
                measures.phase_withdrawn
            ),
            (46, 0, [0, 531, 0])
        );
        let measures = Measures::of(&[flow(-900), flow(300), flow(100)]);
        assert_eq!(
            (measures.withdrawn, measures.injected, measures.active),
            (0, 500, -500)
        );
    }
}
