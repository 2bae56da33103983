//! From the write of ETX to the arrival of the state at a subscriber: both ends are in this process, with one clock.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::names::topic;
use rumqttc::{Client, Event, MqttOptions, Packet, QoS};

use super::stage::METER;

const ETX: u8 = 0x03;
const PARITY: u8 = 0x80;

#[derive(Debug, Default)]
struct Shared {
    /// The end of a frame whose state has not arrived.
    etx: Option<Instant>,
    took: Vec<Duration>,
    wrote: Option<Instant>,
    longest_gap: Duration,
}

/// Follows the states of the meter.
#[derive(Clone, Debug, Default)]
pub struct Subscriber(Arc<Mutex<Shared>>);

impl Subscriber {
    /// Subscribes at the broker of this machine with this port. The thread behind it lives until the broker ends.
    ///
    /// # Errors
    /// The client has no room for the subscription.
    pub fn connect(port: u16) -> Result<Self, rumqttc::ClientError> {
        let mut options = MqttOptions::new("bench", "127.0.0.1", port);
        options.set_max_packet_size(1 << 20, 1 << 20);
        let (client, mut connection) = Client::new(options, 4);
        client.subscribe(topic::state(topic::DEFAULT_BASE, METER), QoS::AtMostOnce)?;
        let subscriber = Self::default();
        let arrivals = subscriber.clone();
        thread::spawn(move || {
            let _client = client;
            for event in connection.iter() {
                match event {
                    Ok(Event::Incoming(Packet::Publish(_))) => arrivals.arrived(Instant::now()),
                    Ok(_) => {}
                    Err(_) => return,
                }
            }
        });
        Ok(subscriber)
    }

    /// Starts the measurement again.
    pub fn forget(&self) {
        *self.lock() = Shared::default();
    }

    /// The longest time between two writes to the line. Longer than its pace explains, and this machine was too busy
    /// to be a line: what was late is then sent in one go, earlier than any reader can expect.
    pub fn longest_gap(&self) -> Duration {
        self.lock().longest_gap
    }

    /// What was measured.
    pub fn latencies(&self) -> Latencies {
        let mut took = self.lock().took.clone();
        took.sort_unstable();
        Latencies(took)
    }

    fn sent(&self, bytes: &[u8], now: Instant) {
        let mut shared = self.lock();
        if let Some(before) = shared.wrote.replace(now) {
            shared.longest_gap = shared.longest_gap.max(now - before);
        }
        if bytes.iter().any(|byte| byte & !PARITY == ETX) {
            shared.etx = Some(now);
        }
    }

    fn arrived(&self, now: Instant) {
        let mut shared = self.lock();
        if let Some(etx) = shared.etx.take() {
            shared.took.push(now - etx);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Latencies, the shortest first.
#[derive(Debug)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// How many states arrived.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The latency that so many percent do not exceed: 100 is the longest.
    pub fn percentile(&self, percent: usize) -> Duration {
        let at = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(at).copied().unwrap_or_default()
    }
}

/// A line on which the moment of each ETX is noted.
#[derive(Debug)]
pub struct Stamped<W> {
    line: W,
    subscriber: Subscriber,
}

impl<W> Stamped<W> {
    /// Notes it for this subscriber.
    pub fn new(line: W, subscriber: Subscriber) -> Self {
        Self { line, subscriber }
    }
}

impl<W: Write> Write for Stamped<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.subscriber.sent(bytes, Instant::now());
        self.line.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.line.flush()
    }
}
