//! A broker of MQTT 3.1.1, or of MQTT 5 where it is asked to, that does what mosquitto cannot do.
#![allow(dead_code, reason = "each test uses its own part")]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use super::daemon::WAIT_TIMEOUT;

/// What it does with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// What a broker does.
    Take,
    /// It acknowledges the message, and nobody gets it.
    ThrowAway,
    /// It answers to CONNECT of MQTT 5 with these properties, and to the other packets in this version.
    Accept(Vec<u8>),
    /// It acknowledges the message of MQTT 5 with this code, and nobody gets it.
    Refuse(u8),
    /// It closes the connection.
    Close,
    /// It answers with these bytes, and closes the connection.
    Answer(Vec<u8>),
}

/// CONNECT, as far as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenConnect {
    /// 4 is MQTT 3.1.1, 5 is MQTT 5.
    pub level: u8,
    pub keep_alive: u16,
    /// Whether there is a last will, and whether it is retained.
    pub will: Option<bool>,
}

/// PUBLISH, without its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenPublish {
    pub topic: String,
    pub retain: bool,
    pub size: usize,
}

/// A packet that it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Connect(SeenConnect),
    Publish(SeenPublish),
}

type Rule = dyn Fn(&Seen) -> Reaction + Send + Sync;

/// See the module. Takes no new connection when dropped.
pub struct ScriptedBroker {
    pub port: u16,
    seen: Receiver<Seen>,
    rule: Arc<Mutex<Arc<Rule>>>,
}

impl ScriptedBroker {
    /// A broker that reacts by this rule.
    pub fn new(rule: impl Fn(&Seen) -> Reaction + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let rule: Arc<Mutex<Arc<Rule>>> = Arc::new(Mutex::new(Arc::new(rule)));
        let (sender, seen) = channel();
        let shared = rule.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (sender, rule) = (sender.clone(), shared.clone());
                thread::spawn(move || drop(serve(stream, &sender, &rule)));
            }
        });
        Self { port, seen, rule }
    }

    /// Reacts by this rule from now on.
    pub fn react(&self, rule: impl Fn(&Seen) -> Reaction + Send + Sync + 'static) {
        *self.rule.lock().unwrap() = Arc::new(rule);
    }

    /// The first packet of which this gives something; those before are passed over.
    pub fn until<T>(&self, wanted: impl Fn(Seen) -> Option<T>) -> T {
        let deadline = Instant::now() + 2 * WAIT_TIMEOUT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let seen = self.seen.recv_timeout(left).expect("it does not come");
            if let Some(found) = wanted(seen) {
                return found;
            }
        }
    }

    /// The next CONNECT.
    pub fn connect(&self) -> SeenConnect {
        self.until(|seen| match seen {
            Seen::Connect(connect) => Some(connect),
            Seen::Publish(_) => None,
        })
    }

    /// The next message on this topic.
    pub fn publish(&self, topic: &str) -> SeenPublish {
        self.until(|seen| match seen {
            Seen::Publish(publish) => Some(publish).filter(|publish| publish.topic == topic),
            Seen::Connect(_) => None,
        })
    }
}

/// Refuses CONNECT with this code of MQTT 3.1.1.
pub fn refuse(code: u8) -> Reaction {
    Reaction::Answer(vec![0x20, 2, 0, code])
}

/// Refuses MQTT 5 as a broker of MQTT 3.1.1 does, else `None`.
pub fn refuse_version_5(seen: &Seen) -> Option<Reaction> {
    matches!(seen, Seen::Connect(connect) if connect.level == 5).then(|| refuse(1))
}

fn serve(mut stream: TcpStream, seen: &Sender<Seen>, rule: &Mutex<Arc<Rule>>) -> io::Result<()> {
    let react = |packet: Seen| {
        let rule = rule.lock().unwrap().clone();
        let reaction = rule(&packet);
        // Without a receiver the test is over.
        drop(seen.send(packet));
        reaction
    };
    let mut topics: Vec<Vec<u8>> = Vec::new();
    let mut properties = 0;
    loop {
        let (first, body) = read_packet(&mut stream)?;
        match first >> 4 {
            1 => match react(Seen::Connect(connect(&body))) {
                Reaction::Answer(bytes) => return stream.write_all(&bytes),
                Reaction::Close | Reaction::Refuse(_) => return Ok(()),
                Reaction::Accept(limits) => {
                    // An empty list of properties is one byte.
                    properties = 1;
                    let length = u8::try_from(limits.len()).unwrap();
                    stream.write_all(&[0x20, 3 + length, 0, 0, length])?;
                    stream.write_all(&limits)?;
                }
                Reaction::Take | Reaction::ThrowAway => stream.write_all(&[0x20, 2, 0, 0])?,
            },
            3 => {
                let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
                let topic = body[2..2 + length].to_vec();
                let qos = first >> 1 & 3;
                let rest = &body[2 + length..];
                let publish = Seen::Publish(SeenPublish {
                    topic: String::from_utf8(topic.clone()).unwrap(),
                    retain: first & 1 != 0,
                    size: body.len(),
                });
                let reaction = react(publish);
                if let Reaction::Close | Reaction::Answer(_) = reaction {
                    return Ok(());
                }
                let payload = if qos == 0 { rest } else { &rest[2..] };
                if reaction == Reaction::Take && topics.contains(&topic) && body.len() < 100 {
                    let mut echo = vec![0x30, u8::try_from(2 + length + payload.len()).unwrap()];
                    echo.extend(&body[..2 + length]);
                    echo.extend(payload);
                    stream.write_all(&echo)?;
                }
                if let Reaction::Refuse(code) = reaction {
                    stream.write_all(&[0x40, 3, rest[0], rest[1], code])?;
                } else if qos > 0 {
                    stream.write_all(&[0x40, 2, rest[0], rest[1]])?;
                }
            }
            8 => {
                let mut answer = vec![body[0], body[1]];
                answer.extend(vec![0; properties]);
                let mut rest = &body[2 + properties..];
                while rest.len() > 2 {
                    let length = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
                    topics.push(rest[2..2 + length].to_vec());
                    answer.push(0);
                    rest = &rest[3 + length..];
                }
                stream.write_all(&[0x90, u8::try_from(answer.len()).unwrap()])?;
                stream.write_all(&answer)?;
            }
            12 => stream.write_all(&[0xd0, 0])?,
            _ => return Ok(()),
        }
    }
}

fn connect(body: &[u8]) -> SeenConnect {
    let flags = body[7];
    SeenConnect {
        level: body[6],
        keep_alive: u16::from_be_bytes([body[8], body[9]]),
        will: (flags & 4 != 0).then_some(flags & 32 != 0),
    }
}

fn read_packet(stream: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut byte = [0];
    stream.read_exact(&mut byte)?;
    let (first, mut length, mut shift) = (byte[0], 0, 0);
    loop {
        stream.read_exact(&mut byte)?;
        length |= usize::from(byte[0] & 127) << shift;
        shift += 7;
        if byte[0] & 128 == 0 {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((first, body))
}
