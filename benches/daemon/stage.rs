//! What the daemon needs around it, in a directory of its own: a bus with the limits of the system's, a broker, a
//! configuration. Everything ends and goes with the [`Stage`].

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::names::variable;
use tempfile::TempDir;

/// The daemon as it is shipped.
pub const DAEMON: &str = env!("CARGO_BIN_EXE_linky-sensor");
/// The id of the meter.
pub const METER: &str = "main";
const WAIT_TIMEOUT: Duration = Duration::from_secs(60);

/// A program that ends with its owner.
pub struct Part(Child);

impl Part {
    fn start(command: &mut Command) -> io::Result<Self> {
        let program = command.get_program().to_owned();
        let child = command.stdin(Stdio::null()).spawn();
        child.map(Self).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", program.display()))
        })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Bus, broker and configuration.
pub struct Stage {
    _bus: Part,
    bus_address: String,
    _broker: Part,
    /// The port of the broker, on this machine.
    pub broker_port: u16,
    /// The device that the daemon reads.
    pub device: PathBuf,
    directory: TempDir,
}

impl Stage {
    /// Starts bus and broker.
    ///
    /// # Errors
    /// One of them is missing or does not answer.
    pub fn set() -> io::Result<Self> {
        let directory = tempfile::tempdir()?;
        let (bus, bus_address) = start_bus(&directory)?;
        let (broker, broker_port) = start_broker(&directory)?;
        Ok(Self {
            _bus: bus,
            bus_address,
            _broker: broker,
            broker_port,
            device: directory.path().join("meter"),
            directory,
        })
    }

    /// Starts the daemon on [`device`](Self::device).
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start_daemon(&self) -> io::Result<Part> {
        let config = self.directory.path().join("linky-sensor.toml");
        let text = format!(
            "[[meter]]\nid = \"{METER}\"\ndevice = \"{}\"\n\n[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\ninterval = \"frame\"\n",
            self.device.display(),
            self.broker_port
        );
        fs::write(&config, text)?;
        let mut command = Command::new(DAEMON);
        command
            .args(["run", "--bus", "system", "--config"])
            .arg(&config)
            .env("DBUS_SYSTEM_BUS_ADDRESS", &self.bus_address)
            .env(variable::STATE_DIRECTORY, self.directory.path());
        Part::start(&mut command)
    }
}

fn start_bus(directory: &TempDir) -> io::Result<(Part, String)> {
    let config = directory.path().join("bus.conf");
    let text = format!(
        "<busconfig><type>system</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
         <policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/><allow send_destination=\"*\"/>\
         <allow receive_sender=\"*\"/></policy></busconfig>",
        directory.path().join("bus").display()
    );
    fs::write(&config, text)?;
    let mut bus = Part::start(
        Command::new("dbus-daemon")
            .args(["--nofork", "--print-address", "--config-file"])
            .arg(&config)
            .stdout(Stdio::piped()),
    )?;
    let output = bus.0.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut address = String::new();
    BufReader::new(output).read_line(&mut address)?;
    Ok((bus, address.trim().to_owned()))
}

fn start_broker(directory: &TempDir) -> io::Result<(Part, u16)> {
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let config = directory.path().join("mosquitto.conf");
    let text = format!("listener {port} 127.0.0.1\nallow_anonymous true\nlog_dest none\n");
    fs::write(&config, text)?;
    let broker = Part::start(Command::new("mosquitto").arg("-c").arg(&config))?;
    let end = Instant::now() + WAIT_TIMEOUT;
    while let Err(error) = TcpStream::connect(("127.0.0.1", port)) {
        if Instant::now() > end {
            return Err(error);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok((broker, port))
}
