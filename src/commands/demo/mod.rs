//! `linky-sensor demo`: the whole chain on this machine, without hardware and without root.
//!
//! A simulated meter on a pty, a D-Bus daemon and a mosquitto of its own, the daemon between them, and what comes out
//! shown as it comes. Everything lives in a temporary directory and ends with the command.

mod part;
mod view;

use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use self::part::Part;
use crate::names::{self, exit, topic, variable};

/// The id of the demo's meter.
const METER: &str = "main";
/// Where the demo waits for a part to come up, at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// What to demonstrate.
#[derive(Clone, Debug, clap::Args)]
pub struct Demo {
    /// End by itself after so many seconds
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// The simulated meter's mode
    #[arg(long, default_value = "standard", value_parser = ["standard", "historique"])]
    mode: String,
    /// The simulated meter's phases
    #[arg(long, default_value = "1", value_parser = ["1", "3"])]
    phases: String,
    /// The simulated meter's contract
    #[arg(long, default_value = "off-peak", value_parser = ["base", "off-peak", "tempo", "ejp"])]
    contract: String,
}

/// Why the demo cannot run.
#[derive(Debug)]
enum Failure {
    Missing {
        program: &'static str,
        package: &'static str,
    },
    Part {
        name: &'static str,
        error: io::Error,
    },
    Silent(&'static str),
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { program, package } => {
                write!(
                    f,
                    "{program} is not installed: apt install {package}, or run scripts/demo, which does it"
                )
            }
            Self::Part { name, error } => write!(f, "{name}: {error}"),
            Self::Silent(name) => {
                write!(f, "{name} did not come up within {} s", PATIENCE.as_secs())
            }
            Self::Io(error) => error.fmt(f),
        }
    }
}

/// Runs the demo until its time is over or Ctrl-C. Returns the exit code.
pub fn run(demo: &Demo) -> u8 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime
        .map_err(Failure::Io)
        .and_then(|runtime| runtime.block_on(demo.play()))
    {
        Ok(()) => exit::OK,
        Err(Failure::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => exit::OK,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "linky-sensor demo: {failure}");
            match failure {
                Failure::Missing { .. } | Failure::Silent(_) => exit::UNAVAILABLE,
                Failure::Part { .. } | Failure::Io(_) => exit::IO,
            }
        }
    }
}

impl Demo {
    async fn play(&self) -> Result<(), Failure> {
        let end = self
            .seconds
            .map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let mut stop = Box::pin(asked_to_stop()?);
        let stage = Stage::set(self)?;
        stage.introduce()?;
        let (sender, mut lines) = mpsc::channel(64);
        let _subscriber = stage.subscribe(sender)?;
        let mut view = view::View::new(io::stdout());
        let far = Instant::now() + Duration::from_secs(365 * 24 * 3600);
        let mut shown_on_the_bus = false;
        loop {
            let line = tokio::select! {
                () = &mut stop => break,
                line = timeout_at(end.unwrap_or(far), lines.recv()) => line,
            };
            let Ok(Some(line)) = line else { break };
            let receiving = view.show(&line)?;
            if receiving && !shown_on_the_bus {
                stage.ask_the_bus()?;
                shown_on_the_bus = true;
            }
        }
        writeln!(io::stdout(), "\nStopping.")?;
        Ok(())
    }
}

/// Resolves on Ctrl-C or SIGTERM.
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// All that runs. The fields end in this order: the daemon first, so that it says goodbye to bus and broker.
struct Stage {
    _daemon: Part,
    _meter: Part,
    _broker: Part,
    _bus: Part,
    device: PathBuf,
    address: String,
    port: u16,
    mode: String,
    _directory: Directory,
}

impl Stage {
    fn set(demo: &Demo) -> Result<Self, Failure> {
        let directory = Directory::new()?;
        let path = &directory.0;
        let (bus, address) = start_bus(path)?;
        let port = free_port()?;
        let broker = start_broker(path, port)?;
        let device = path.join("linky");
        let ours = std::env::current_exe()?;
        let meter = Part::start(
            "the simulated meter",
            Command::new(&ours)
                .args([
                    "simulate",
                    "--mode",
                    &demo.mode,
                    "--phases",
                    &demo.phases,
                    "--contract",
                    &demo.contract,
                ])
                .arg("--link")
                .arg(&device)
                .stdout(Stdio::null()),
        )?;
        let config = path.join("linky-sensor.toml");
        std::fs::write(&config, configuration(&device, port))?;
        let daemon = Part::start(
            "the daemon",
            Command::new(&ours)
                .args(["run", "--bus", "system", "--config"])
                .arg(&config)
                .env("DBUS_SYSTEM_BUS_ADDRESS", &address)
                .env(variable::STATE_DIRECTORY, path),
        )?;
        let mode = demo.mode.clone();
        Ok(Self {
            _daemon: daemon,
            _meter: meter,
            _broker: broker,
            _bus: bus,
            device,
            address,
            port,
            mode,
            _directory: directory,
        })
    }

    fn introduce(&self) -> io::Result<()> {
        let mut out = io::stdout();
        writeln!(
            out,
            "A simulated meter speaks on   {} ({} mode)",
            self.device.display(),
            self.mode
        )?;
        writeln!(
            out,
            "The daemon publishes it on    mqtt://127.0.0.1:{} and {}",
            self.port, self.address
        )?;
        writeln!(
            out,
            "\n$ mosquitto_sub -p {} -t '{}/#' -v",
            self.port,
            topic::DEFAULT_BASE
        )
    }

    /// Follows everything that is published; each line is a topic and its message.
    fn subscribe(&self, lines: mpsc::Sender<String>) -> Result<Part, Failure> {
        let filter = format!("{}/#", topic::DEFAULT_BASE);
        let mut command = program("mosquitto_sub", "mosquitto-clients")?;
        command
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &self.port.to_string(),
                "-v",
                "-t",
                &filter,
            ])
            .stdout(Stdio::piped());
        let mut subscriber = Part::start("mosquitto_sub", &mut command)?;
        let output = subscriber
            .output()
            .ok_or(Failure::Silent("mosquitto_sub"))?;
        std::thread::spawn(move || forward(output, &lines));
        Ok(subscriber)
    }

    /// Shows the same values on the bus.
    fn ask_the_bus(&self) -> Result<(), Failure> {
        let path = names::meter_path(METER);
        let (interface, properties) = (
            names::interface::CONSUMPTION,
            ["Energy", "ApparentPower", "SubscribedPower"],
        );
        writeln!(
            io::stdout(),
            "\n$ busctl --address={} get-property {} {path} {interface} {}",
            self.address,
            names::BUS_NAME,
            properties.join(" ")
        )?;
        program("busctl", "systemd")?
            .arg(format!("--address={}", self.address))
            .args(["get-property", names::BUS_NAME, &path, interface])
            .args(properties)
            .status()?;
        writeln!(io::stdout())?;
        Ok(())
    }
}

fn forward(output: ChildStdout, lines: &mpsc::Sender<String>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if lines.blocking_send(line).is_err() {
            return;
        }
    }
}

fn start_bus(directory: &Path) -> Result<(Part, String), Failure> {
    let config = directory.join("bus.conf");
    let text = format!(
        "<busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
         <policy context=\"default\"><allow send_destination=\"*\"/><allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>",
        directory.join("bus").display()
    );
    std::fs::write(&config, text)?;
    let mut command = program("dbus-daemon", "dbus")?;
    command
        .arg("--nofork")
        .arg("--print-address")
        .arg(format!("--config-file={}", config.display()))
        .stdout(Stdio::piped())
        // As root it regrets aloud what it may not do in a container.
        .stderr(Stdio::null());
    let mut bus = Part::start("dbus-daemon", &mut command)?;
    let mut address = String::new();
    BufReader::new(bus.output().ok_or(Failure::Silent("dbus-daemon"))?).read_line(&mut address)?;
    match address.trim() {
        "" => Err(Failure::Silent("dbus-daemon")),
        address => Ok((bus, address.to_owned())),
    }
}

fn start_broker(directory: &Path, port: u16) -> Result<Part, Failure> {
    let config = directory.join("mosquitto.conf");
    std::fs::write(
        &config,
        format!("listener {port} 127.0.0.1\nallow_anonymous true\nlog_dest none\n"),
    )?;
    let broker = Part::start(
        "mosquitto",
        program("mosquitto", "mosquitto")?.arg("-c").arg(&config),
    )?;
    let end = std::time::Instant::now() + PATIENCE;
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        if std::time::Instant::now() > end {
            return Err(Failure::Silent("mosquitto"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(broker)
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

/// A program of the system, also from the directories that only root has in its PATH.
fn program(program: &'static str, package: &'static str) -> Result<Command, Failure> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/bin".into()]);
    let found = places
        .map(|place| place.join(program))
        .find(|file| file.is_file());
    found
        .map(Command::new)
        .ok_or(Failure::Missing { program, package })
}

/// A temporary directory, removed at the end.
struct Directory(PathBuf);

impl Directory {
    fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("linky-sensor-demo-{}", std::process::id()));
        std::fs::create_dir(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
