//! Programs on the bus that behave badly: that call as fast as they can, that never read the answers or the signals.
//! They write D-Bus messages by hand, since no library lets one be so rude, nor so fast.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use zbus::Message;
use zbus::message::Flags;

use super::support::bus::PrivateBus;

const SERVICE: &str = "io.github.linky_sensor.Linky1";
const ROOT: &str = "/io/github/linky_sensor/Linky1";
const METER: &str = "/io/github/linky_sensor/Linky1/meter_main";
const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";
const HISTORY: &str = "io.github.linky_sensor.Linky1.History";

/// Where the serial number of a message is in it.
const SERIAL: std::ops::Range<usize> = 8..12;

/// How often a program that cannot go on looks whether it can.
const LOOK: Duration = Duration::from_millis(1);

/// A connection after its Hello call.
fn connect(bus: &PrivateBus) -> UnixStream {
    let mut stream = UnixStream::connect(bus.socket()).unwrap();
    let digits = nix::unistd::getuid().to_string();
    let user: String = digits.bytes().map(|digit| format!("{digit:02x}")).collect();
    stream
        .write_all(format!("\0AUTH EXTERNAL {user}\r\n").as_bytes())
        .unwrap();
    let mut answer = [0; 128];
    let length = stream.read(&mut answer).unwrap();
    assert!(answer[..length].starts_with(b"OK "), "it is let in");
    stream.write_all(b"BEGIN\r\n").unwrap();
    stream.write_all(&call(to_the_bus("Hello"), 1)).unwrap();
    stream
}

fn to_the_bus(member: &str) -> zbus::message::Builder<'_> {
    let bus = "org.freedesktop.DBus";
    Message::method_call("/org/freedesktop/DBus", member)
        .destination(bus)
        .interface(bus)
}

/// The bytes of a call without arguments.
fn call(builder: zbus::message::Builder<'_>, serial: u32) -> Vec<u8> {
    let message = builder.build(&()).unwrap();
    let mut bytes = message.data().to_vec();
    bytes[SERIAL].copy_from_slice(&serial.to_ne_bytes());
    bytes
}

/// A program that listens to all signals of the daemon and never reads one. It is there until this is dropped.
pub struct Deaf {
    _stream: UnixStream,
}

impl Deaf {
    pub fn on(bus: &PrivateBus) -> Self {
        let mut stream = connect(bus);
        let rule = format!("type='signal',path_namespace='{ROOT}'");
        let message = to_the_bus("AddMatch").build(&rule).unwrap();
        stream.write_all(message.data()).unwrap();
        Self { _stream: stream }
    }
}

/// Programs that call, all at the same time, as fast as the bus takes it. They end when this is dropped.
pub struct Crowd {
    stop: Arc<AtomicBool>,
    calls: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

/// What a program asks for: the longest answers that there are.
#[derive(Clone, Copy)]
enum Question {
    /// All objects.
    Objects,
    /// Two days of power by the minute.
    Power,
}

/// In which way a program is rude.
#[derive(Clone, Copy)]
enum Way {
    /// It only asks too often.
    Often,
    /// It never reads an answer.
    Deaf,
    /// It wants no answer.
    Careless,
    /// Its question is a megabyte long.
    Wordy,
}

impl Way {
    const ALL: [Self; 4] = [Self::Often, Self::Deaf, Self::Careless, Self::Wordy];

    fn call(self, question: Question) -> Vec<u8> {
        let (path, interface, member) = match question {
            Question::Objects => (ROOT, OBJECT_MANAGER, "GetManagedObjects"),
            Question::Power => (METER, HISTORY, "GetPower"),
        };
        let builder = Message::method_call(path, member)
            .destination(SERVICE)
            .interface(interface);
        let builder = match self {
            Self::Careless => builder.with_flags(Flags::NO_REPLY_EXPECTED),
            _ => builder,
        };
        let message = match (self, question) {
            (Self::Wordy, _) => builder.build(&"!".repeat(1 << 20)),
            (_, Question::Objects) => builder.build(&()),
            (_, Question::Power) => builder.build(&(0_u64, 60_u32)),
        };
        message.unwrap().data().to_vec()
    }
}

impl Crowd {
    /// So many, of every kind.
    pub fn on(bus: &PrivateBus, programs: usize) -> Self {
        let (stop, calls) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let questions = [Question::Objects, Question::Power].into_iter();
        let ways = questions.flat_map(|question| Way::ALL.map(|way| (way, question)));
        let threads = ways.cycle().take(programs).map(|(way, question)| {
            let stream = connect(bus);
            let (stop, calls) = (stop.clone(), calls.clone());
            thread::spawn(move || flood(stream, way, question, &stop, &calls))
        });
        Self {
            threads: threads.collect(),
            stop,
            calls,
        }
    }

    /// How many calls the bus has taken.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Calls until it is to stop, or the bus throws it out.
fn flood(
    mut stream: UnixStream,
    way: Way,
    question: Question,
    stop: &AtomicBool,
    calls: &AtomicU64,
) {
    stream.set_nonblocking(true).unwrap();
    let (mut message, mut answers) = (way.call(question), [0; 65_536]);
    let (mut serial, mut sent) = (1_u32, message.len());
    while !stop.load(Ordering::Relaxed) {
        if sent == message.len() {
            serial += 1;
            message[SERIAL].copy_from_slice(&serial.to_ne_bytes());
            sent = 0;
        }
        let written = stream.write(&message[sent..]);
        if let Ok(length) = written {
            sent += length;
            calls.fetch_add(u64::from(sent == message.len()), Ordering::Relaxed);
        }
        let read = match way {
            Way::Deaf => Err(ErrorKind::WouldBlock.into()),
            _ => stream.read(&mut answers),
        };
        let has_ended = |done: &Result<usize, std::io::Error>| match done {
            Ok(length) => *length == 0,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        };
        if has_ended(&written) || has_ended(&read) {
            return;
        }
        if written.is_err() && read.is_err() {
            thread::sleep(LOOK);
        }
    }
}
