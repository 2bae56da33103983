//! Very many frames as fast as the daemon takes them: does its memory stay what it was?
//!
//! They come through a TCP source. All are the same but for the power, which changes each time, so that nothing is held
//! back; the meter's clock is left out, since at this speed it would be wrong. Both outputs are there, and MQTT at its
//! usual interval.

use std::io::Write;
use std::net::TcpListener;
use std::time::Instant;

use linky_sensor::simulator::{Scenario, SimulatedMeter};
use linky_sensor::tic::{Label, Mode, push_group, with_parity};

use crate::gauge::Gauge;
use crate::support::broker::Broker;
use crate::support::bus::PrivateBus;
use crate::support::daemon::Home;

/// So often the gauges are read.
const STEPS: u64 = 20;
/// What a daemon holds that is warm, after so many readings, is compared with what it holds at the end; medians of so many.
const WARM: usize = 5;
/// A file of the history, once something had to be kept, and a connection that is being made.
const FILES: usize = 2;

pub fn run(frames: u64) {
    let (broker, bus) = (Broker::start(), PrivateBus::permissive());
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let config = format!(
        "[[meter]]\nid = \"main\"\ndevice = \"tcp://127.0.0.1:{port}\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n",
        broker.port
    );
    let home = Home::new(&config).on_bus(bus.address());
    let mut daemon = home.start_ready();
    let (mut line, _) = server.accept().unwrap();
    let pattern = Pattern::new();
    let began = Instant::now();
    let mut bytes = 0;
    let mut readings: Vec<Gauge> = Vec::new();
    for step in 0..STEPS {
        let end = (step + 1) * frames / STEPS;
        for number in step * frames / STEPS..end {
            let frame = pattern.frame(number);
            bytes += frame.len() as u64;
            line.write_all(&frame).unwrap();
        }
        daemon.notices();
        let gauge = Gauge::of(daemon.id());
        println!(
            "{end:>10} frames{:>8} s{:>10} kB{:>6} descriptors",
            began.elapsed().as_secs(),
            gauge.memory,
            gauge.files
        );
        readings.push(gauge);
    }
    let (warm, last) = (
        middle(&readings[WARM..2 * WARM]),
        middle(&readings[readings.len() - WARM..]),
    );
    let growth = last.growth_since(&warm);
    println!("\n{frames} frames, {} MB", bytes / 1_000_000);
    println!("processor: {} ms", last.cpu);
    println!(
        "memory: {} kB in the second quarter, {} kB in the last: {growth:+.1} %",
        warm.memory, last.memory
    );
    assert!(growth < 5.0, "the memory grew by {growth:.1} %");
    assert!(last.files <= warm.files + FILES, "descriptors");
}

/// The reading whose memory is the median.
fn middle(readings: &[Gauge]) -> Gauge {
    let mut readings = readings.to_vec();
    readings.sort_by_key(|gauge| gauge.memory);
    readings[readings.len() / 2]
}

/// A frame, cut where the power stands.
struct Pattern {
    before: Vec<u8>,
    behind: Vec<u8>,
}

impl Pattern {
    fn new() -> Self {
        let sent = SimulatedMeter::new(Scenario::default())
            .unwrap()
            .next()
            .unwrap();
        let (mut before, mut behind) = (vec![0x02], Vec::new());
        let mut into = &mut before;
        for group in &sent.groups {
            let horodate = group.horodate.as_deref();
            match group.label {
                Label::DATE => {}
                Label::SINSTS => into = &mut behind,
                label => push_group(Mode::Standard, label.name(), horodate, &group.data, into),
            }
        }
        behind.push(0x03);
        Self { before, behind }
    }

    fn frame(&self, number: u64) -> Vec<u8> {
        let mut frame = self.before.clone();
        let power = format!("{:05}", number % 3000);
        push_group(Mode::Standard, "SINSTS", None, &power, &mut frame);
        frame.extend(&self.behind);
        frame.iter_mut().for_each(|byte| *byte = with_parity(*byte));
        frame
    }
}
