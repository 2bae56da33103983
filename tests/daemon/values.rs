//! Every figure that a meter sends comes out, on MQTT and on D-Bus, and is what was sent.

use std::collections::BTreeMap;
use std::time::Duration;

use linky_sensor::simulator::{Phases, Scenario, SimulatedMeter, TariffPlan, parse_start};
use linky_sensor::tic::Mode;

use super::expected::Expected;
use super::support::broker::Broker;
use super::support::bus::PrivateBus;
use super::support::busctl::{Busctl, Monitor};
use super::support::daemon::{Home, config, meter, within};
use super::support::line::{self, Wired};
use super::support::record::Record;
use super::{on_bus, on_mqtt};

/// A meter, the wire to it, and what is to happen.
pub struct Case {
    scenario: Scenario,
    /// The legal time of the first frame.
    start: &'static str,
    /// So many seconds of the scenario pass before it.
    after: u32,
    frames: usize,
    /// So many times faster than real.
    times: f64,
    /// Whether bit 7 comes without its parity.
    strips: bool,
    /// Lines of the meter's section.
    configured: &'static str,
    /// What happens after the link has come up.
    events: &'static [(&'static str, &'static str, &'static str)],
    /// The plan for tomorrow: start, index, dry contact. Nothing in historique mode.
    pub tomorrow: Plan,
    /// The plan for an announced peak.
    pub peak: Plan,
}

/// Slots: start, index, dry contact.
pub type Plan = &'static [(&'static str, u8, &'static str)];

impl Case {
    fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            start: "2026-01-15T18:30:00",
            after: 0,
            frames: 12,
            times: 10.0,
            strips: false,
            configured: "",
            events: &[],
            tomorrow: &[],
            peak: &[],
        }
    }
}

#[test]
fn standard_single_phase_base() {
    run(&Case {
        after: 26,
        events: &[("message_received", "", "COUPURE MARDI 9H")],
        tomorrow: &[("00:00", 1, "open")],
        ..Case::new(Scenario {
            messages: true,
            ..Scenario::default()
        })
    });
}

#[test]
fn standard_single_phase_producer_off_peak() {
    run(&Case {
        start: "2026-07-15T06:29:54",
        strips: true,
        configured: "mode = \"standard\"\n",
        events: &[
            ("tariff_changed", "HEURE  CREUSE", "HEURE  PLEINE"),
            ("dry_contact_changed", "closed", "open"),
            ("relay_changed", "1 closed", "1 open"),
        ],
        tomorrow: &[
            ("00:00", 1, "closed"),
            ("06:30", 2, "open"),
            ("22:30", 1, "closed"),
        ],
        ..Case::new(Scenario {
            contract: TariffPlan::OffPeak,
            producer: true,
            maker: 2,
            power_kva: 9,
            ..Scenario::default()
        })
    });
}

#[test]
fn standard_single_phase_producer_at_noon_without_a_clock() {
    run(&Case {
        start: "2026-07-15T13:00:00",
        frames: 6,
        tomorrow: &[("00:00", 1, "open")],
        ..Case::new(Scenario {
            producer: true,
            degraded_clock: true,
            maker: 99,
            ..Scenario::default()
        })
    });
}

#[test]
fn standard_three_phase_tempo_on_the_eve_of_a_red_day() {
    run(&Case {
        start: "2026-01-12T17:59:53",
        times: 15.0,
        configured: "parity = \"check\"\n",
        events: &[("peak_announced", "0", "2")],
        tomorrow: &[
            ("00:00", 1, "tempo"),
            ("06:00", 2, "tempo"),
            ("22:00", 1, "tempo"),
        ],
        peak: &[
            ("00:00", 5, "tempo"),
            ("06:00", 6, "tempo"),
            ("22:00", 5, "tempo"),
        ],
        ..Case::new(Scenario {
            contract: TariffPlan::Tempo,
            phases: Phases::Three,
            power_kva: 18,
            ..Scenario::default()
        })
    });
}

#[test]
fn historique_single_phase_base_with_an_overrun() {
    run(&Case {
        after: 48,
        times: 20.0,
        events: &[("over_power_started", "false", "true")],
        ..Case::new(Scenario {
            mode: Mode::Historique,
            overrun: true,
            maker: 85,
            ..Scenario::default()
        })
    });
}

#[test]
fn historique_single_phase_tempo_learns_the_colour_of_tomorrow() {
    run(&Case {
        start: "2026-01-12T19:59:46",
        times: 20.0,
        strips: true,
        configured: "mode = \"historique\"\nparity = \"ignore\"\n",
        events: &[("color_tomorrow_changed", "", "red")],
        ..Case::new(Scenario {
            mode: Mode::Historique,
            contract: TariffPlan::Tempo,
            power_kva: 9,
            ..Scenario::default()
        })
    });
}

#[test]
fn historique_single_phase_tempo_enters_a_red_day() {
    run(&Case {
        start: "2026-01-13T05:59:46",
        times: 20.0,
        events: &[
            ("tariff_changed", "HCJB", "HPJR"),
            ("color_today_changed", "blue", "red"),
        ],
        ..Case::new(Scenario {
            mode: Mode::Historique,
            contract: TariffPlan::Tempo,
            ..Scenario::default()
        })
    });
}

#[test]
fn historique_single_phase_ejp_gives_notice_of_a_peak() {
    run(&Case {
        start: "2026-01-13T06:29:48",
        times: 20.0,
        events: &[("peak_announced", "0", "1")],
        ..Case::new(Scenario {
            mode: Mode::Historique,
            contract: TariffPlan::Ejp,
            ..Scenario::default()
        })
    });
}

#[test]
fn historique_three_phase_off_peak_with_an_overrun_and_its_end() {
    run(&Case {
        after: 40,
        frames: 330,
        times: 40.0,
        configured: "parity = \"check\"\n",
        events: &[
            ("over_power_started", "false", "true"),
            ("over_power_ended", "true", "false"),
        ],
        ..Case::new(Scenario {
            mode: Mode::Historique,
            contract: TariffPlan::OffPeak,
            phases: Phases::Three,
            power_kva: 12,
            overrun: true,
            ..Scenario::default()
        })
    });
}

/// The longest wait for all states. Those that a slow broker does not acknowledge in 2 s come as history: from 10 s after the
/// connection on, 20 a second.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(240);

/// Sends the frames of a case, and compares all that came out.
fn run(case: &Case) {
    let (bus, broker) = (PrivateBus::system(), Broker::start());
    let monitor = Monitor::at(&bus.address());
    let mut record = Record::at(&broker);
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let began = on_mqtt::host_micros();
    let home = Home::new(&config(
        &[meter("main", &device) + case.configured],
        broker.port,
    ))
    .on_bus(bus.address());
    let _daemon = home.start_ready();
    // A new broker gets no event from before the session.
    record.until_payload(0, "linky/bridge/test/availability", "online");
    let mut line = line::open(&device);
    record.until_state(0, "main", "the port is open", |state| {
        state["link"] == "syncing"
    });

    let scenario = Scenario {
        start: parse_start(case.start, 0).unwrap(),
        ..case.scenario.clone()
    };
    let mut expected = Expected::of(&scenario, !case.strips);
    let mut meter = SimulatedMeter::new(scenario).unwrap();
    meter.let_pass(case.after);
    let mut wired = Wired::new(meter, case.times, case.strips);
    let (mut sent, mut states) = (Vec::new(), BTreeMap::new());
    while sent.len() < case.frames {
        let frame = wired.send(&mut line);
        if expected.push(&frame) {
            states.insert(expected.frames, expected.state());
        }
        sent.push(frame);
    }
    let last = states.last_key_value().unwrap().0;
    within(DELIVERY_TIMEOUT, "every frame", || {
        let published = on_mqtt::states(&mut record);
        let has = |frames| {
            published
                .iter()
                .any(|state| state["frames_received"] == frames)
        };
        let is_unbroken = published
            .windows(2)
            .all(|pair| on_mqtt::seq(&pair[0]) + 1 == on_mqtt::seq(&pair[1]));
        (is_unbroken && has(*last)).then_some(())
    });

    let published = on_mqtt::states(&mut record);
    on_mqtt::are_one_series(&published, began);
    on_mqtt::states_are(&published, &states, &expected);
    let events = on_mqtt::events(&mut record);
    on_mqtt::events_are(&events, case.events);
    within(DELIVERY_TIMEOUT, "the groups of the last frame", || {
        let groups = record.json_on("linky/main/tic").len();
        (groups >= states.len() || on_mqtt::is_late(&mut record)).then_some(())
    });
    let is_late = on_mqtt::is_late(&mut record);
    on_mqtt::groups_are(&record.json_on("linky/main/tic"), &sent, is_late);
    on_mqtt::calendar_is(&record.json_on("linky/main/calendar"), case);

    let state = published.last().unwrap().as_object().unwrap();
    let busctl = Busctl::at(&bus.address());
    let seen = on_bus::properties_are(&busctl, state, case);
    on_bus::interfaces_are(&busctl, state, &seen);
    on_bus::raw_groups_are(&busctl, &sent);
    let points = on_mqtt::points(&mut record);
    on_mqtt::points_are(&points, &sent);
    on_bus::signals_add_up(&monitor, &seen, &events, &points);
}
