//! A broker of one's own, and a subscriber to it.
#![allow(dead_code, reason = "each test uses its own part")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use tempfile::TempDir;

use super::daemon::WAIT_TIMEOUT;

const OPENSSL_CONFIG: &str = "openssl.cnf";

/// From 12 000 on: the system gives ports from 32 768 on.
const PORTS: u32 = 20_000;

/// A mosquitto on a free loopback port that remembers nothing when it ends. Ended when dropped.
pub struct Broker {
    pub port: u16,
    directory: TempDir,
    /// Of another broker than mosquitto.
    command: Option<Vec<String>>,
    child: Child,
}

impl Broker {
    /// Another broker than mosquitto: this command listens on this port. The directory goes with it.
    pub fn other(port: u16, directory: TempDir, command: Vec<String>) -> Self {
        let child = run(&command, port);
        Self {
            port,
            directory,
            command: Some(command),
            child,
        }
    }

    /// Anyone may come.
    pub fn start() -> Self {
        Self::with("allow_anonymous true\n", tempfile::tempdir().unwrap())
    }

    /// Only this user may come.
    pub fn with_password(user: &str, password: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("passwords");
        fs::write(&file, "").unwrap();
        let rules = format!("allow_anonymous false\npassword_file {}\n", file.display());
        set_password(&file, user, password);
        Self::with(&rules, directory)
    }

    /// Anyone may come, on this port.
    pub fn on_port(port: u16) -> Self {
        Self::at_port(port, "allow_anonymous true\n", tempfile::tempdir().unwrap())
    }

    /// Anyone may come; with TLS on the second port, up to this version, by these rules.
    pub fn with_tls(port: u16, newest: &str, rules: &str) -> Self {
        let rules = format!("allow_anonymous true\nlistener {port} 127.0.0.1\n{rules}");
        let directory = tempfile::tempdir().unwrap();
        // mosquitto knows only an oldest version.
        let limit = format!(
            "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMaxProtocol = {newest}\n"
        );
        fs::write(directory.path().join(OPENSSL_CONFIG), limit).unwrap();
        Self::with(&rules, directory)
    }

    /// With these rules.
    pub fn ruled(rules: &str) -> Self {
        Self::with(rules, tempfile::tempdir().unwrap())
    }

    /// Anyone may come, and what is retained survives its end.
    pub fn that_remembers() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let rules = format!(
            "allow_anonymous true\npersistence true\npersistence_location {}/\nautosave_on_changes true\nautosave_interval 1\n",
            directory.path().display()
        );
        Self::with(&rules, directory)
    }

    fn with(rules: &str, directory: TempDir) -> Self {
        Self::at_port(free_port(), rules, directory)
    }

    fn at_port(port: u16, rules: &str, directory: TempDir) -> Self {
        write_rules(&directory, port, rules);
        let child = spawn(&directory, port);
        Self {
            port,
            directory,
            command: None,
            child,
        }
    }

    /// Gives a user another password.
    pub fn change_password(&self, user: &str, password: &str) {
        set_password(&self.directory.path().join("passwords"), user, password);
        self.signal(Signal::SIGHUP);
    }

    /// Ends; all that it kept is lost.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts again on the same port, by other rules.
    pub fn start_by(&mut self, rules: &str) {
        write_rules(&self.directory, self.port, rules);
        self.start_again();
    }

    /// Starts again on the same port.
    pub fn start_again(&mut self) {
        self.child = match &self.command {
            None => spawn(&self.directory, self.port),
            Some(command) => run(command, self.port),
        };
    }

    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).unwrap();
        kill(Pid::from_raw(pid), signal).unwrap();
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port of the loopback that nobody listens on, that the system gives to nobody by itself, and that no other test on this
/// machine takes before this process ends: each claims its ports by abstract sockets of their names.
pub fn free_port() -> u16 {
    static CLAIMED: Mutex<Vec<UnixListener>> = Mutex::new(Vec::new());
    let first = std::process::id() % PORTS;
    for number in 0..PORTS {
        let port = 12_000 + u16::try_from((first + number) % PORTS).unwrap();
        let name = SocketAddr::from_abstract_name(format!("linky-sensor-test-port-{port}"));
        let Ok(claim) = UnixListener::bind_addr(&name.unwrap()) else {
            continue;
        };
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            CLAIMED.lock().unwrap().push(claim);
            return port;
        }
    }
    panic!("no port is free");
}

fn write_rules(directory: &TempDir, port: u16, rules: &str) {
    // A broker started by root would become another user, who may not read the directory.
    // Of a subscriber that a busy machine holds up it would drop messages.
    let config =
        format!("listener {port} 127.0.0.1\nuser root\nmax_queued_messages 100000\n{rules}");
    fs::write(directory.path().join("mosquitto.conf"), config).unwrap();
}

fn spawn(directory: &TempDir, port: u16) -> Child {
    let config = directory.path().join("mosquitto.conf");
    let child = ["mosquitto", "/usr/sbin/mosquitto"]
        .into_iter()
        .find_map(|program| {
            Command::new(program)
                .arg("-c")
                .arg(&config)
                .env("OPENSSL_CONF", directory.path().join(OPENSSL_CONFIG))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .ok()
        })
        .expect("mosquitto is not there: install the package mosquitto");
    listening(child, port)
}

fn run(command: &[String], port: u16) -> Child {
    let mut process = Command::new(&command[0]);
    process.args(&command[1..]).stdout(Stdio::null());
    let child = process.stderr(Stdio::null()).spawn();
    listening(child.expect("the broker is not there"), port)
}

/// Waits until the broker listens.
fn listening(child: Child, port: u16) -> Child {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "the broker does not listen");
        thread::sleep(Duration::from_millis(10));
    }
    child
}

fn set_password(file: &PathBuf, user: &str, password: &str) {
    let status = Command::new("mosquitto_passwd")
        .arg("-b")
        .arg(file)
        .args([user, password])
        .stderr(Stdio::null())
        .status()
        .expect("mosquitto_passwd is not there: install the package mosquitto");
    assert!(status.success());
}

/// A message that was received.
#[derive(Clone, Debug)]
pub struct Received {
    pub topic: String,
    pub payload: String,
    /// It was kept by the broker from before.
    pub retained: bool,
    /// When it came.
    pub at: Instant,
}

impl Received {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.payload).unwrap()
    }
}

/// A subscriber to everything. Ends when dropped.
pub struct Subscriber {
    client: Client,
    received: Receiver<Received>,
    listener: Option<JoinHandle<()>>,
}

impl Subscriber {
    /// Returns once it receives.
    pub fn at(broker: &Broker) -> Self {
        Self::as_user(broker, None)
    }

    pub fn as_user(broker: &Broker, user: Option<(&str, &str)>) -> Self {
        Self::on_port(broker.port, user)
    }

    /// The same, of the broker that listens on this port.
    pub fn on_port(port: u16, user: Option<(&str, &str)>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let id = format!("subscriber-{}-{next}", std::process::id());
        let mut options = MqttOptions::new(id, "127.0.0.1", port);
        options.set_max_packet_size(1 << 20, 1 << 20);
        if let Some((user, password)) = user {
            options.set_credentials(user, password);
        }
        let (client, mut connection) = Client::new(options, 16);
        client.subscribe("#", QoS::AtLeastOnce).unwrap();
        let (sender, received) = channel();
        let (ready, is_ready) = channel();
        let listener = thread::spawn(move || {
            let take = |event: Event| match event {
                Event::Incoming(Packet::SubAck(_)) => ready.send(()).unwrap(),
                Event::Incoming(Packet::Publish(publish)) => {
                    let message = Received {
                        payload: String::from_utf8(publish.payload.to_vec()).unwrap(),
                        topic: publish.topic,
                        retained: publish.retain,
                        at: Instant::now(),
                    };
                    // Nobody may be interested any more.
                    let _ = sender.send(message);
                }
                _ => {}
            };
            for event in connection.iter().map_while(Result::ok) {
                take(event);
            }
            // What was read when its acknowledgement could not be written any more: the broker was killed.
            for event in connection.eventloop.state.events.drain(..) {
                take(event);
            }
        });
        is_ready
            .recv_timeout(WAIT_TIMEOUT)
            .expect("no subscription");
        Self {
            client,
            received,
            listener: Some(listener),
        }
    }

    /// The next message.
    pub fn next(&self) -> Received {
        self.received
            .recv_timeout(WAIT_TIMEOUT)
            .expect("nothing is received")
    }

    /// The next message, if one comes in time.
    pub fn next_within(&self, timeout: Duration) -> Option<Received> {
        self.received.recv_timeout(timeout).ok()
    }

    /// The next message on a topic; what comes on others before is passed over.
    pub fn next_on(&self, topic: &str) -> Received {
        self.until(|received| received.topic == topic)
    }

    /// The first message like this; what comes before is passed over.
    pub fn until(&self, is_it: impl Fn(&Received) -> bool) -> Received {
        let deadline = Instant::now() + WAIT_TIMEOUT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let received = self
                .received
                .recv_timeout(left)
                .expect("it is not received");
            if is_it(&received) {
                return received;
            }
        }
    }

    /// What has come and was not taken.
    pub fn rest(&self) -> Vec<Received> {
        self.received.try_iter().collect()
    }

    pub fn publish(&self, topic: &str, payload: &str, retain: bool) {
        let quality = QoS::AtLeastOnce;
        self.client
            .publish(topic, quality, retain, payload)
            .unwrap();
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        let _ = self.client.disconnect();
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}
