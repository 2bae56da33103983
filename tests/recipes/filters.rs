//! The filters of jq, on states of a real daemon and of houses that answer.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use linky_sensor::simulator::{Phases, Scenario};
use serde_json::{Value, json};

use super::recipe;
use super::support::broker::Broker;
use super::support::daemon::{Home, config, meter};
use super::support::line::Playing;
use super::support::record::Record;

/// A running filter.
struct Filter {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Filter {
    fn start(flags: &str, name: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new("jq")
            .args(["--unbuffered", flags])
            .arg(recipe(name))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("jq is not there: install the package jq");
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            input,
            output,
        }
    }

    fn give(&mut self, state: &Value) {
        writeln!(self.input, "{state}").unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// All that is left to come, once its input has ended.
    fn rest(mut self) -> Vec<String> {
        drop(self.input);
        let lines = self.output.lines().map(Result::unwrap).collect();
        assert!(self.child.wait().unwrap().success());
        lines
    }
}

/// What a filter makes of these states.
fn filtered(flags: &str, name: &str, arguments: &[&str], states: &[Value]) -> Vec<String> {
    let mut filter = Filter::start(flags, name, arguments);
    for state in states {
        filter.give(state);
    }
    filter.rest()
}

/// The first state of a meter, and one in which its power is known.
fn states(phases: Phases) -> [Value; 2] {
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let scenario = Scenario {
        phases,
        power_kva: 9,
        overrun: true,
        ..Scenario::default()
    };
    let _meter = Playing::on(&device, scenario);
    let broker = Broker::start();
    let mut record = Record::at(&broker);
    let home = Home::new(&config(&[meter("main", &device)], broker.port));
    let _daemon = home.start_ready();
    let first = record.until_state(0, "main", "a state", |_| true);
    let known = record.until_state(0, "main", "its power", |state| {
        state["power"].is_number() && state["energy_counter"].is_number()
    });
    [first, known]
}

#[test]
fn venus_os_gets_the_power_with_its_parts_and_nothing_while_it_is_not_known() {
    let [first, one] = states(Phases::One);
    let [_, three] = states(Phases::Three);
    assert!(first["power"].is_null());
    let lines = filtered("-cf", "venus.jq", &[], &[first, one.clone(), three.clone()]);
    let made: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(made.len(), 2, "{made:?}");
    let grid = &made[0]["grid"];
    assert_eq!(grid["power"], one["power"]);
    assert_eq!(grid["L1"]["power"], one["power"]);
    assert_eq!(grid["L1"]["voltage"], one["voltage_l1"]);
    let energy = one["energy_counter"].as_f64().unwrap() / 1000.0;
    assert!((grid["energy_forward"].as_f64().unwrap() - energy).abs() < 0.001);
    let grid = &made[1]["grid"];
    let part = |phase: &str| grid[phase]["power"].as_i64().unwrap();
    let sum = part("L1") + part("L2") + part("L3");
    let whole = three["power"].as_i64().unwrap();
    assert!(sum.abs_diff(whole) <= 2, "{grid}");
}

#[test]
fn evcc_gets_the_power_with_its_sign_and_an_error_while_it_is_not_known() {
    let yaml = std::fs::read_to_string(recipe("evcc.yaml")).unwrap();
    let expressions: Vec<&str> = yaml
        .lines()
        .filter_map(|line| line.trim().strip_prefix("jq: "))
        .collect();
    assert_eq!(expressions.len(), 5);
    let injecting = json!({"power": -450, "energy_counter": 12_345_678, "current_l1": 2, "current_l2": 0, "current_l3": 1});
    let unknown = json!({"power": null, "energy_counter": null, "current_l1": null});
    for (expression, expected) in expressions.iter().zip(["-450", "12345.678", "2", "0", "1"]) {
        let mut outputs = [&injecting, &unknown].map(|state| {
            let command = Command::new("jq")
                .args(["-n", &format!("{state} | {expression}")])
                .output();
            command.expect("jq is not there: install the package jq")
        });
        let [known, unknown] = &mut outputs;
        assert_eq!(String::from_utf8_lossy(&known.stdout).trim(), expected);
        assert!(!unknown.status.success(), "{expression}");
    }
}

#[test]
fn a_load_is_shed_at_once_and_comes_back_after_a_minute_with_room() {
    let state = |headroom: i64| json!({"power_headroom": headroom, "breaker_warning": false});
    let unknown = json!({"power_headroom": null, "breaker_warning": null});
    let warning = json!({"power_headroom": null, "breaker_warning": true});
    let of = |states: &[Value]| filtered("-nrf", "shed.jq", &["--argjson", "load", "2400"], states);
    let minute = vec![state(2600); 6];
    assert_eq!(of(&minute[..5]), Vec::<String>::new(), "not yet");
    assert_eq!(of(&minute), ["ON"]);
    assert_eq!(of(&vec![state(2599); 20]), Vec::<String>::new());
    assert_eq!(of(&vec![unknown.clone(); 20]), Vec::<String>::new());
    let too_much = [&minute[..], &[state(-1), state(-2)], &minute].concat();
    assert_eq!(of(&too_much), ["ON", "OFF", "ON"]);
    let warned = [&minute[..], &[warning, unknown]].concat();
    assert_eq!(of(&warned), ["ON", "OFF"]);
    let gap = [&minute[..3], &[state(0)], &minute[..5]].concat();
    assert_eq!(of(&gap), Vec::<String>::new(), "six in a row");
}

/// A house with a car that follows its limit two states later.
struct House {
    limit_va: i64,
    car: [i64; 3],
}

impl House {
    /// The state with so much drawn by all else, and what is drawn in all.
    fn state(&mut self, other: i64) -> (Value, i64) {
        let drawn = other + self.car[0] * 230;
        self.car.rotate_left(1);
        let headroom = self.limit_va - drawn;
        (
            json!({"power_headroom": headroom, "breaker_warning": false}),
            drawn,
        )
    }
}

#[test]
fn a_car_takes_what_is_left_and_gives_way_to_the_house() {
    let mut filter = Filter::start("-nf", "charge.jq", &["--argjson", "max", "32"]);
    let mut house = House {
        limit_va: 7800,
        car: [0; 3],
    };
    // A quiet night, a kettle of 2000 VA, an oven that stays, quiet again.
    let course = [
        (300, 60),
        (2300, 12),
        (300, 30),
        (6000, 30),
        (7500, 30),
        (300, 60),
    ];
    let mut ends = Vec::new();
    for (other, states) in course {
        let (mut excess, mut limit) = (0, 0);
        for _ in 0..states {
            let (state, drawn) = house.state(other);
            excess = if drawn > house.limit_va {
                excess + 1
            } else {
                0
            };
            assert!(excess <= 4, "{excess} states too much at {other} VA");
            filter.give(&state);
            limit = filter.line().parse().unwrap();
            assert!(limit == 0 || (6..=32).contains(&limit), "{limit} A");
            house.car[2] = limit;
        }
        ends.push(limit);
    }
    assert_eq!(ends, [31, 22, 31, 6, 0, 31]);
}

#[test]
fn a_car_pauses_when_the_breaker_warns_and_waits_at_the_least_for_a_silent_meter() {
    let room = json!({"power_headroom": 5000, "breaker_warning": false});
    let unknown = json!({"power_headroom": null, "breaker_warning": null});
    let warning = json!({"power_headroom": 100, "breaker_warning": true});
    let states = [
        room.clone(),
        room.clone(),
        room,
        unknown.clone(),
        unknown,
        warning,
    ];
    let lines = filtered("-nf", "charge.jq", &["--argjson", "max", "16"], &states);
    assert_eq!(lines, ["0", "0", "16", "6", "6", "0"]);
}
