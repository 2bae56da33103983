//! What the demo runs: a D-Bus daemon, a broker, a simulated meter and the daemon, each a program of its own, in a
//! temporary directory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::child::{ChildProcess, program};
use super::error::DemoError;
use super::meter::DemoMeter;
use super::past;
use crate::commands::console::{CommandError, Console};
use crate::dbus::Bus;
use crate::names::{self, exit, topic, variable};
use crate::simulator::{Scenario, SimulatedMeter};
use crate::words::Words;

/// The id of the demo's meter: it is shown, and must not be taken for a real one.
const METER: &str = "demo";
/// How long the broker may take until it accepts connections.
const START_TIMEOUT: Duration = Duration::from_secs(10);
/// What the daemon logs while a screen is shown.
const DAEMON_LOG: &str = "daemon.log";

/// All that runs. The fields are dropped in this order: the daemon ends first, while bus and broker are still there.
pub struct DemoSetup {
    daemon: ChildProcess,
    _meter: DemoMeter,
    _broker: ChildProcess,
    _bus: ChildProcess,
    device: PathBuf,
    address: String,
    port: u16,
    mode: &'static str,
    directory: TemporaryDirectory,
}

impl DemoSetup {
    /// Starts everything. For a screen the meter has a past, and the log of the daemon goes to a file.
    pub fn start(scenario: Scenario, has_screen: bool) -> Result<Self, DemoError> {
        let directory = TemporaryDirectory::new().map_err(DemoError::Directory)?;
        let path = &directory.0;
        let (bus, address) = start_bus(path)?;
        let port = free_port().map_err(DemoError::Port)?;
        let broker = start_broker(path, port)?;
        let device = path.join("linky");
        let mode = scenario.mode.as_str();
        let mut meter =
            SimulatedMeter::new(scenario).map_err(|error| DemoError::Meter(error.to_string()))?;
        if has_screen {
            past::live_through(&mut meter, METER, path)?;
        }
        let meter = DemoMeter::start(meter, &device)?;
        let config = path.join("linky-sensor.toml");
        write_file(&config, &configuration(&device, port))?;
        let own_program =
            std::env::current_exe().map_err(|error| DemoError::named("linky-sensor", error))?;
        let mut command = Command::new(own_program);
        command
            .args(["run", "--bus", "system", "--config"])
            .arg(&config)
            .env("DBUS_SYSTEM_BUS_ADDRESS", &address)
            .env(variable::STATE_DIRECTORY, path);
        if has_screen {
            let log = File::create(path.join(DAEMON_LOG));
            command.stderr(log.map_err(|error| DemoError::named(DAEMON_LOG, error))?);
        }
        let daemon = ChildProcess::start("the daemon", &mut command)?;
        Ok(Self {
            daemon,
            _meter: meter,
            _broker: broker,
            _bus: bus,
            device,
            address,
            port,
            mode,
            directory,
        })
    }

    /// The bus.
    pub fn bus(&self) -> Bus {
        Bus::Address(self.address.clone())
    }

    /// What the daemon has logged, if it has ended by itself while a screen was shown.
    pub fn log_of_ended_daemon(&mut self) -> Option<String> {
        let log = self.directory.0.join(DAEMON_LOG);
        let has_ended = self.daemon.has_ended();
        has_ended.then(|| std::fs::read_to_string(log).unwrap_or_default())
    }

    /// Shows where the parts are.
    pub fn describe(&self, words: Words, out: &mut impl Write) -> io::Result<()> {
        let device = self.device.display().to_string();
        let broker = format!("mqtt://127.0.0.1:{}", self.port);
        writeln!(out, "{}", words.demo_meter(&device, self.mode))?;
        writeln!(out, "{}", words.demo_outputs(&broker, &self.address))
    }

    /// Shows the command whose output follows.
    pub fn describe_subscription(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "\n$ mosquitto_sub -p {} -t '{}/#' -v",
            self.port,
            topic::DEFAULT_BASE
        )
    }

    /// Subscribes to everything that is published; each line is a topic and its message.
    pub fn subscribe(&self, lines: mpsc::Sender<String>) -> Result<ChildProcess, DemoError> {
        let mut command = program("mosquitto_sub", "mosquitto-clients")?;
        command
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-v", "-t"])
            .arg(format!("{}/#", topic::DEFAULT_BASE))
            .stdout(Stdio::piped());
        let mut subscriber = ChildProcess::start("mosquitto_sub", &mut command)?;
        let output = subscriber
            .output()
            .ok_or_else(|| no_start("mosquitto_sub"))?;
        std::thread::spawn(move || forward(output, &lines));
        Ok(subscriber)
    }

    /// Shows the same values on the bus, with busctl.
    pub fn show_on_bus(&self, console: &mut Console) -> Result<(), CommandError> {
        let path = names::meter_path(METER);
        let interface = names::interface::CONSUMPTION;
        let properties = ["Energy", "ApparentPower", "SubscribedPower"];
        writeln!(
            console,
            "\n$ busctl --address={} get-property {} {path} {interface} {}",
            self.address,
            names::BUS_NAME,
            properties.join(" ")
        )?;
        // busctl writes to the same standard output, past the buffer.
        console.flush()?;
        let words = console.words();
        program("busctl", "systemd")
            .map_err(|error| error.explained(words))?
            .arg(format!("--address={}", self.address))
            .args(["get-property", names::BUS_NAME, &path, interface])
            .args(properties)
            .status()
            .map_err(|error| CommandError::of(exit::IO, words, "busctl", error))?;
        writeln!(console)?;
        console.flush()?;
        Ok(())
    }
}

fn no_start(name: &str) -> DemoError {
    DemoError::NoStart(name.to_owned(), START_TIMEOUT.as_secs())
}

fn forward(output: ChildStdout, lines: &mpsc::Sender<String>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if lines.blocking_send(line).is_err() {
            return;
        }
    }
}

fn start_bus(directory: &Path) -> Result<(ChildProcess, String), DemoError> {
    let config = directory.join("bus.conf");
    let text = format!(
        "<busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
         <policy context=\"default\"><allow send_destination=\"*\"/><allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>",
        directory.join("bus").display()
    );
    write_file(&config, &text)?;
    let mut command = program("dbus-daemon", "dbus")?;
    command
        .arg("--nofork")
        .arg("--print-address")
        .arg(format!("--config-file={}", config.display()))
        .stdout(Stdio::piped())
        // As root in a container it complains of what it may not do there.
        .stderr(Stdio::null());
    let mut bus = ChildProcess::start("dbus-daemon", &mut command)?;
    let output = bus.output().ok_or_else(|| no_start("dbus-daemon"))?;
    let mut address = String::new();
    BufReader::new(output)
        .read_line(&mut address)
        .map_err(|error| DemoError::named("dbus-daemon", error))?;
    // The path is enough, and shorter than with the guid that follows.
    match address.trim().split(',').next() {
        Some(address) if !address.is_empty() => Ok((bus, address.to_owned())),
        _ => Err(no_start("dbus-daemon")),
    }
}

fn start_broker(directory: &Path, port: u16) -> Result<ChildProcess, DemoError> {
    let config = directory.join("mosquitto.conf");
    write_file(
        &config,
        &format!("listener {port} 127.0.0.1\nallow_anonymous true\nlog_dest none\n"),
    )?;
    let broker = ChildProcess::start(
        "mosquitto",
        program("mosquitto", "mosquitto")?.arg("-c").arg(&config),
    )?;
    await_start("mosquitto", || {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    })?;
    Ok(broker)
}

/// Waits until a program is there.
fn await_start(name: &str, is_there: impl Fn() -> bool) -> Result<(), DemoError> {
    let end = Instant::now() + START_TIMEOUT;
    while !is_there() {
        if Instant::now() > end {
            return Err(no_start(name));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The daemon's configuration: every frame is published, so that something moves.
fn configuration(device: &Path, port: u16) -> String {
    format!(
        "[[meter]]\nid = \"{METER}\"\ndevice = \"{}\"\n\n[mqtt]\nurl = \"mqtt://127.0.0.1:{port}\"\ninterval = \"frame\"\n",
        device.display()
    )
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn write_file(path: &Path, text: &str) -> Result<(), DemoError> {
    std::fs::write(path, text).map_err(|error| DemoError::named(path.display().to_string(), error))
}

/// A temporary directory, removed at the end.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("linky-sensor-demo-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
