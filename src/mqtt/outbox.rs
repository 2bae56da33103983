//! The states and events that cannot be delivered now.
//!
//! They go to the history, in order, and come back from it when there is a session: after [`PATIENCE`], so that those
//! who listen are back too, and then one every [`PACE`], while live states flow beside them. Each comes back as it was
//! first given, on the topic of late ones: its time, boot and seq tell when that was. It leaves the history when the
//! broker has acknowledged it.
//!
//! Without a history (`qos = 0`, `history = "off"`) what cannot be delivered is given up, and counted.
//!
//! A record of the history is the id of the meter, a line feed, and the JSON.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::history::History;
use super::message::{Message, Worth};
use crate::config::{MqttSettings, Qos};
use crate::names::topic;

/// So long after the beginning of a session nothing late is sent.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The time between two late messages: 20 a second.
pub const PACE: Duration = Duration::from_millis(50);

/// See the module.
#[derive(Debug)]
pub struct Outbox {
    history: Option<Box<dyn History>>,
    dropped: Arc<AtomicU64>,
    base_topic: String,
    /// When the next late message may be sent, while there is a session.
    due: Option<Duration>,
}

impl Outbox {
    /// An outbox that keeps what it is given in `history`, and adds what it gives up itself to `dropped`.
    pub fn new(
        settings: &MqttSettings,
        history: Option<Box<dyn History>>,
        dropped: Arc<AtomicU64>,
    ) -> Self {
        Self {
            history: history
                .filter(|_| settings.qos != Qos::AtMostOnce && settings.history.is_some()),
            dropped,
            base_topic: settings.base_topic.clone(),
            due: None,
        }
    }

    /// Whether there is a history.
    pub fn keeps(&self) -> bool {
        self.history.is_some()
    }

    /// There is a session.
    pub fn open(&mut self, now: Duration) {
        self.due = Some(now + PATIENCE);
    }

    /// Nothing late is sent any more in this session.
    pub fn rest(&mut self) {
        self.due = None;
    }

    /// The session is lost: what was on its way comes again.
    pub fn close(&mut self) {
        self.rest();
        if let Some(history) = &mut self.history {
            history.rewind();
        }
    }

    /// Keeps a state or an event behind all others; from then on it is worth no more than its copy there. Anything else
    /// is left as it is.
    pub fn keep(&mut self, message: &mut Message) {
        let Worth::Record(meter) = &message.worth else {
            return;
        };
        let number = match &mut self.history {
            Some(history) => {
                let record = [meter.as_bytes(), b"\n", &message.payload].concat();
                history.append(record)
            }
            None => {
                self.dropped.fetch_add(1, Ordering::Relaxed);
                None
            }
        };
        message.worth = number.map_or(Worth::Passing, Worth::Kept);
    }

    /// The next late message, if it is time for one.
    pub fn next(&mut self, now: Duration) -> Option<Message> {
        let due = self.due.as_mut().filter(|due| **due <= now)?;
        // The pace is kept on average, but what was put off for long is not made up for.
        *due = (*due + PACE).max(now + PACE / 2);
        let history = self.history.as_mut()?;
        let Some((number, record)) = history.read() else {
            *due = now + PACE;
            return None;
        };
        let late = parse_record(&record).map(|(meter, json)| {
            let topic = topic::history(&self.base_topic, meter);
            Message::late(topic.into(), json.to_vec(), number)
        });
        if late.is_none() {
            history.settle(number);
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        late
    }

    /// When [`next`](Self::next) has something to do.
    pub fn deadline(&self) -> Option<Duration> {
        let pending = self.history.as_ref().map_or(0, |history| history.pending());
        self.due.filter(|_| pending > 0)
    }

    /// Nothing late can be sent now: it is tried again at the next turn.
    pub fn put_off(&mut self, now: Duration) {
        if let Some(due) = &mut self.due {
            *due = (*due).max(now + PACE);
        }
    }

    /// The broker acknowledged this message.
    pub fn delivered(&mut self, message: &Message) {
        let Some(history) = &mut self.history else {
            return;
        };
        history.begin();
        if let Worth::Kept(number) = message.worth {
            history.settle(number);
        }
    }
}

fn parse_record(record: &[u8]) -> Option<(&str, &[u8])> {
    let end = record.iter().position(|byte| *byte == b'\n')?;
    let (meter, rest) = record.split_at_checked(end)?;
    Some((str::from_utf8(meter).ok()?, rest.get(1..)?))
}

#[cfg(test)]
pub mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A history in memory that is looked at from outside.
    #[derive(Clone, Debug, Default)]
    pub struct Memory(Arc<Mutex<Kept>>);

    #[derive(Debug, Default)]
    pub struct Kept {
        pub records: Vec<(u64, String)>,
        pub has_begun: bool,
        next: u64,
        read: u64,
    }

    impl Memory {
        /// What waits, in order.
        pub fn waiting(&self) -> Vec<String> {
            let kept = self.0.lock().unwrap();
            kept.records.iter().map(|(_, text)| text.clone()).collect()
        }

        pub fn has_begun(&self) -> bool {
            self.0.lock().unwrap().has_begun
        }
    }

    impl History for Memory {
        fn begin(&mut self) {
            self.0.lock().unwrap().has_begun = true;
        }

        fn append(&mut self, record: Vec<u8>) -> Option<u64> {
            let kept = &mut *self.0.lock().unwrap();
            let number = kept.next;
            kept.next += 1;
            let text = String::from_utf8(record).unwrap();
            kept.records.push((number, text));
            Some(number)
        }

        fn pending(&self) -> u64 {
            self.0.lock().unwrap().records.len() as u64
        }

        fn read(&mut self) -> Option<(u64, Vec<u8>)> {
            let kept = &mut *self.0.lock().unwrap();
            let read = kept.read;
            let (number, text) = kept.records.iter().find(|(number, _)| *number >= read)?;
            kept.read = number + 1;
            Some((*number, text.clone().into_bytes()))
        }

        fn rewind(&mut self) {
            self.0.lock().unwrap().read = 0;
        }

        fn settle(&mut self, settled: u64) {
            let kept = &mut *self.0.lock().unwrap();
            kept.records.retain(|(number, _)| *number != settled);
        }
    }

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn event(text: &str) -> Message {
        Message::event(&"t".into(), &"main".into(), text.into())
    }

    fn outbox(settings: &MqttSettings) -> (Outbox, Memory, Arc<AtomicU64>) {
        let (memory, dropped) = (Memory::default(), Arc::<AtomicU64>::default());
        let outbox = Outbox::new(settings, Some(Box::new(memory.clone())), dropped.clone());
        (outbox, memory, dropped)
    }

    fn late(outbox: &mut Outbox, now: Duration) -> Option<String> {
        let message = outbox.next(now)?;
        assert_eq!(&*message.topic, "linky/main/history");
        assert!(!message.retain);
        Some(String::from_utf8(message.payload).unwrap())
    }

    #[test]
    fn late_ones_come_in_order_after_the_patience_at_their_pace() {
        let (mut outbox, memory, _) = outbox(&MqttSettings::default());
        for text in ["{1}", "{2}\n", "{3}"] {
            outbox.keep(&mut event(text));
        }
        assert_eq!(memory.waiting(), ["main\n{1}", "main\n{2}\n", "main\n{3}"]);
        assert_eq!(outbox.next(at(99_000)), None, "no session");
        outbox.open(at(1000));
        assert_eq!(outbox.deadline(), Some(at(11_000)));
        assert_eq!(outbox.next(at(10_999)), None);
        assert_eq!(late(&mut outbox, at(11_000)).unwrap(), "{1}");
        assert_eq!(outbox.next(at(11_049)), None);
        assert_eq!(late(&mut outbox, at(11_050)).unwrap(), "{2}\n");
        outbox.close();
        outbox.open(at(20_000));
        assert_eq!(late(&mut outbox, at(30_000)).unwrap(), "{1}", "again");
    }

    #[test]
    fn what_is_acknowledged_leaves_the_history() {
        let (mut outbox, memory, _) = outbox(&MqttSettings::default());
        assert!(!memory.has_begun());
        let mut message = event("{1}");
        outbox.keep(&mut message);
        outbox.delivered(&message);
        assert!(memory.has_begun());
        assert_eq!(memory.waiting().len(), 0);
        outbox.open(at(0));
        assert_eq!(outbox.deadline(), None, "nothing waits");
    }

    #[test]
    fn without_a_history_what_is_given_up_is_counted() {
        for settings in [
            MqttSettings {
                qos: Qos::AtMostOnce,
                ..MqttSettings::default()
            },
            MqttSettings {
                history: None,
                ..MqttSettings::default()
            },
        ] {
            let (mut outbox, memory, dropped) = outbox(&settings);
            assert!(!outbox.keeps());
            outbox.keep(&mut event("{1}"));
            outbox.keep(&mut Message::standing(&"availability".into(), "online"));
            outbox.delivered(&event("{2}"));
            assert_eq!(dropped.load(Ordering::Relaxed), 1);
            assert_eq!(memory.waiting().len(), 0);
        }
    }

    #[test]
    fn a_record_of_another_shape_is_passed_over() {
        let (mut outbox, mut memory, dropped) = (
            outbox(&MqttSettings::default()).0,
            Memory::default(),
            Arc::<AtomicU64>::default(),
        );
        outbox.history = Some(Box::new(memory.clone()));
        outbox.dropped = dropped.clone();
        memory.append(b"no line feed".to_vec());
        outbox.keep(&mut event("{1}"));
        outbox.open(at(0));
        assert_eq!(outbox.next(at(10_000)), None);
        assert_eq!(late(&mut outbox, at(10_050)).unwrap(), "{1}");
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
        assert_eq!(memory.waiting(), ["main\n{1}"]);
    }
}
