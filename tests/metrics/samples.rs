//! The text, by the lines that a scraper reads.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use linky_sensor::meter::Snapshot;
use linky_sensor::metrics;
use linky_sensor::sink::{Health, Pulse, Shutdown, ShutdownTrigger, Stream};

use super::support::broker::free_port;
use super::support::daemon::{WAIT_TIMEOUT, within};
use super::support::meter::{Fed, standard};
use super::support::scrape::{Answer, scrape, scrape_as};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0";

/// The endpoint on a thread of its own. Ended when dropped.
struct Endpoint {
    address: SocketAddr,
    stop: Option<ShutdownTrigger>,
    thread: Option<JoinHandle<()>>,
}

impl Endpoint {
    /// Of meters that have these states.
    fn of(states: Vec<Arc<Snapshot>>) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let (stop, shutdown) = Shutdown::new();
        let names = states.iter().map(|_| "House \"A\"".to_owned()).collect();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let health = Health::default();
            let subscription = Stream::new(states).subscribe("test", &health);
            let running = metrics::run(
                subscription,
                health,
                shutdown,
                Pulse::default(),
                address,
                names,
            );
            runtime.block_on(running);
        });
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn scrape(&self, accept: &str) -> Answer {
        within(WAIT_TIMEOUT, "a scrape", || scrape_as(self.address, accept))
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn usual() -> Arc<Snapshot> {
    let mut meter = Fed::new(false);
    meter
        .settle(&standard(&[("RELAIS", "", "001")]))
        .snapshot
        .clone()
}

#[test]
fn what_is_known_has_samples_and_nothing_else_has() {
    let endpoint = Endpoint::of(vec![usual()]);
    let answer = endpoint.scrape(OPEN_METRICS);
    assert_eq!(answer.status, 200);
    for line in [
        "linky_meter_info{meter=\"main\",name=\"House \\\"A\\\"\",manufacturer=\"99\",contract=\"BASE\"} 1",
        "linky_online{meter=\"main\"} 1",
        "linky_link_state{meter=\"main\",state=\"receiving\"} 1",
        "linky_link_state{meter=\"main\",state=\"no_signal\"} 0",
        "linky_broker_state{state=\"disabled\"} 1",
        "linky_topic_conflict{meter=\"main\"} 0",
        "linky_frames_received_total{meter=\"main\"} 4",
        "linky_energy_watt_hours_total{meter=\"main\"} 12345678",
        "linky_energy_index_watt_hours{meter=\"main\"} 12345678",
        "linky_energy_tariff_watt_hours_total{meter=\"main\",tariff=\"1\"} 12345678",
        "linky_apparent_power_voltamperes{meter=\"main\"} 450",
        "linky_phase_voltage_volts{meter=\"main\",phase=\"1\"} 231",
        "linky_relay{meter=\"main\",relay=\"1\"} 1",
        "linky_relay{meter=\"main\",relay=\"8\"} 0",
        "linky_tariff_info{meter=\"main\",tariff=\"1\",counts=\"base\"} 1",
        "linky_update_timestamp_seconds{meter=\"main\"} 1795518955",
        "linky_contract_type_state{meter=\"main\",state=\"base\"} 1",
    ] {
        let found = answer.body.lines().any(|found| found == line);
        assert!(found, "{line}\n{}", answer.body);
    }
    assert!(!answer.body.contains("energy_injected"), "no such quantity");
    assert!(!answer.body.contains("linky_power_watts{"), "not known yet");
}

#[test]
fn texts_are_in_no_sample_and_identifiers_never_even_if_other_outputs_may() {
    let mut meter = Fed::new(true);
    let state = meter.settle(&standard(&[])).snapshot.clone();
    let serial = linky_sensor::meter::Key::SERIAL_NUMBER;
    assert!(state.reading.get(serial).is_some(), "the state has it");
    let endpoint = Endpoint::of(vec![state]);
    for accept in [OPEN_METRICS, "text/plain"] {
        let body = endpoint.scrape(accept).body;
        for text in ["991876000001", "00000000000001", "PAS DE", "003A0001"] {
            assert!(!body.contains(text), "{text}");
        }
    }
}

#[test]
fn a_meter_that_falls_silent_keeps_its_states_and_loses_its_values() {
    let mut meter = Fed::new(false);
    meter.settle(&standard(&[]));
    let silent = meter.silence(60).snapshot.clone();
    let answer = Endpoint::of(vec![silent]).scrape("");
    assert_eq!(answer.sample("linky_online{meter=\"main\"}"), Some("0"));
    let no_signal = "linky_link_state{meter=\"main\",state=\"no_signal\"}";
    assert_eq!(answer.sample(no_signal), Some("1"));
    let time = "linky_update_timestamp_seconds{meter=\"main\"}";
    assert_eq!(answer.sample(time), Some("1795519015"));
    assert!(!answer.body.contains("linky_energy_watt_hours"));
    assert!(!answer.body.contains("linky_apparent_power"));
}

#[test]
fn the_format_is_the_one_that_the_scraper_prefers() {
    let endpoint = Endpoint::of(vec![usual()]);
    let open = endpoint.scrape(&format!("{OPEN_METRICS},text/plain;q=0.5"));
    let older = scrape(endpoint.address).unwrap();
    let media = |answer: &Answer| answer.field("content-type").unwrap().to_owned();
    assert_eq!(
        media(&open),
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    assert_eq!(media(&older), "text/plain; version=0.0.4; charset=utf-8");
    assert!(open.body.ends_with("# EOF\n") && !older.body.contains("# EOF"));
    for answer in [&open, &older] {
        let length = answer.body.len().to_string();
        assert_eq!(answer.field("content-length"), Some(&*length));
        assert_eq!(answer.field("connection"), Some("close"));
    }
    let samples = |answer: &Answer| -> BTreeSet<String> {
        let lines = answer.body.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(samples(&open), samples(&older), "the same samples");
}

/// What the formats demand of every text: the header of a family first, all of its samples behind it, none twice.
#[test]
fn every_sample_is_in_its_family_once() {
    let mut second = Fed::new(false);
    let states = vec![usual(), second.settle(&standard(&[])).snapshot.clone()];
    let endpoint = Endpoint::of(states);
    for (accept, is_open) in [(OPEN_METRICS, true), ("text/plain", false)] {
        let body = endpoint.scrape(accept).body;
        let mut types: BTreeMap<String, String> = BTreeMap::new();
        let (mut family, mut helped, mut units) = (String::new(), BTreeSet::new(), 0);
        for line in body.lines().filter(|line| *line != "# EOF") {
            let words: Vec<&str> = line.splitn(4, ' ').collect();
            match words[..] {
                ["#", "HELP", name, help] => {
                    assert!(helped.insert(name.to_owned()) && !help.is_empty(), "{line}");
                    family = name.to_owned();
                }
                ["#", "TYPE", name, kind] => {
                    assert_eq!(name, family);
                    assert_eq!(types.insert(name.to_owned(), kind.to_owned()), None);
                }
                ["#", "UNIT", name, unit] => {
                    assert!(is_open && name == family && name.ends_with(unit), "{line}");
                    units += 1;
                }
                _ => {
                    let suffix = match (is_open, &*types[&family]) {
                        (true, "counter") => "_total",
                        (true, "info") => "_info",
                        _ => "",
                    };
                    let rest = line
                        .strip_prefix(&*family)
                        .unwrap_or_else(|| panic!("{line}"));
                    let rest = rest
                        .strip_prefix(suffix)
                        .unwrap_or_else(|| panic!("{line}"));
                    assert!(rest.starts_with(['{', ' ']), "{line}");
                    let value: f64 = line.rsplit_once(' ').unwrap().1.parse().unwrap();
                    assert!(value.is_finite(), "{line}");
                }
            }
        }
        assert_eq!(units > 0, is_open);
        assert!(types.len() > 40, "{types:?}");
    }
}
