//! The MQTT sink on a thread of its own, fed by hand, with a history of its own on the disk.
#![allow(dead_code, reason = "each test uses its own part")]

use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use linky_sensor::config::{BrokerUrl, Interval, MqttSettings, Qos};
use linky_sensor::meter::{Identity, Input, Memory, Meter, Moment, Timestamp};
use linky_sensor::mqtt::MqttSink;
use linky_sensor::sink::{BrokerState, Health, Pulse, Shutdown, ShutdownTrigger, Stream};
use linky_sensor::store::{HistoryCounts, HistoryHandle, Log, StoreHandle};
use linky_sensor::tic::{Decoder, Frame, Mode, Parity, push_group, with_parity};
use tempfile::TempDir;

use super::daemon::WAIT_TIMEOUT;

/// The sink. Stopped when dropped.
pub struct Sink {
    pub health: Health,
    pub pulse: Pulse,
    pub counts: HistoryCounts,
    meter: Meter,
    start: Instant,
    stream: Stream,
    stop: Option<ShutdownTrigger>,
    threads: Vec<JoinHandle<()>>,
    _directory: Option<TempDir>,
}

/// Every frame is published, and kept if it cannot be.
pub fn settings(port: u16) -> MqttSettings {
    MqttSettings {
        url: BrokerUrl::parse(&format!("mqtt://127.0.0.1:{port}")).unwrap(),
        client_id: Some("test".to_owned()),
        interval: Interval::Frame,
        ..MqttSettings::default()
    }
}

impl Sink {
    /// With a history that ends with it.
    pub fn start(settings: &MqttSettings) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut sink = Self::with_history(settings, directory.path(), "b00t");
        sink._directory = Some(directory);
        sink
    }

    /// With a history in this directory, and in its states this boot.
    pub fn with_history(settings: &MqttSettings, directory: &Path, boot: &str) -> Self {
        Self::of_meter("main", settings, directory, boot)
    }

    /// The same, of a meter with this id.
    pub fn of_meter(id: &str, settings: &MqttSettings, directory: &Path, boot: &str) -> Self {
        let identity = Identity {
            number: 0,
            id: id.into(),
            boot: boot.into(),
            // The format has them.
            shows_identifiers: settings.teleinfo2mqtt_compatible.is_some(),
        };
        let meter = Meter::new(identity, &Memory::default());
        let stream = Stream::new([meter.last().clone()]);
        let bound = settings.history.filter(|_| settings.qos != Qos::AtMostOnce);
        let log = bound.map(|bound| Log::open(directory.join("history"), bound));
        let (store, history, thread) = StoreHandle::start(Vec::new(), log, || {}).unwrap();
        let client_id_migrated = store.marker(directory.join("client-id-migrated"));
        let client_id = store.state_file(directory.join("client-id"));
        let announced = store.state_file(directory.join("home-assistant.json"));
        drop(store);
        let counts = history
            .as_ref()
            .map(HistoryHandle::counts)
            .unwrap_or_default();
        let health = Health::with_history(counts.pending.clone(), counts.dropped.clone());
        let sink = MqttSink {
            settings: settings.clone(),
            names: vec!["Linky".to_owned()],
            history,
            announced,
            client_id,
            client_id_migrated,
        };
        let subscription = stream.subscribe("MQTT", &health);
        let pulse = Pulse::default();
        let (stop, shutdown) = Shutdown::new();
        let running = sink.run(subscription, health.clone(), shutdown, pulse.clone());
        let sink = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(running);
        });
        Self {
            health,
            pulse,
            counts,
            meter,
            start: Instant::now(),
            stream,
            stop: Some(stop),
            threads: vec![sink, thread],
            _directory: None,
        }
    }

    /// How many records were dropped.
    pub fn dropped(&self) -> u64 {
        self.counts.dropped.load(Ordering::Relaxed)
    }

    /// How many records wait on disk.
    pub fn pending(&self) -> u64 {
        self.counts.pending.load(Ordering::Relaxed)
    }

    /// Gives the meter an input; the seq of the Update that it makes.
    pub fn push(&mut self, input: Input) -> u64 {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = Moment {
            wall: Some(Timestamp(i64::try_from(wall.as_micros()).unwrap())),
            mono: self.start.elapsed(),
        };
        let update = self.meter.push(input, now).unwrap();
        self.stream.publish(update.clone());
        update.snapshot.seq
    }

    /// A frame ends.
    pub fn frame(&mut self) -> u64 {
        self.push(Input::Frame(frame("      BASE      ")))
    }

    /// A frame of these groups.
    pub fn groups(&mut self, mode: Mode, groups: &[(&str, &str)]) -> u64 {
        self.push(Input::Frame(frame_of(mode, groups)))
    }

    /// The tariff changes: a text is believed when it comes twice.
    pub fn change_tariff(&mut self) -> u64 {
        for _ in 0..2 {
            self.push(Input::Frame(frame("  HEURE CREUSE  ")));
        }
        self.meter.last().seq
    }

    /// Waits for a state of the session.
    pub fn await_state(&self, wanted: BrokerState, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        while self.health.broker() != wanted {
            assert!(Instant::now() < deadline, "it is never {wanted:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until its loop goes on: until its pulse beats once more.
    pub fn await_beat(&self) {
        let begun = Instant::now();
        while self.pulse.last_beat() <= begun {
            assert!(begun.elapsed() < WAIT_TIMEOUT, "its loop does not go on");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks it to stop; how long that took.
    pub fn stop(&mut self) -> Duration {
        let asked = Instant::now();
        drop(self.stop.take());
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
        asked.elapsed()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.stop.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn frame(tariff: &str) -> Frame {
    let groups = [
        ("NGTF", "      BASE      "),
        ("LTARF", tariff),
        ("EAST", "000012345"),
        ("IRMS1", "002"),
        ("URMS1", "231"),
        ("SINSTS", "00450"),
        ("PJOURF+1", &format!("00004001{}", " NONUTILE".repeat(10))),
    ];
    frame_of(Mode::Standard, &groups)
}

fn frame_of(mode: Mode, groups: &[(&str, &str)]) -> Frame {
    let mut bytes = vec![0x02];
    for (label, data) in groups {
        push_group(mode, label, None, data, &mut bytes);
    }
    bytes.push(0x03);
    let bytes: Vec<u8> = bytes.into_iter().map(with_parity).collect();
    Decoder::new(mode, Parity::Check).push(&bytes).remove(0)
}
