//! `linky-sensor doctor PORT` against a port that another may use, and servers that take their time.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::simulator::{Channel, Noise, Pty, Scenario, SimulatedMeter};
use support::line::Wired;
use support::program;
use tokio::net::TcpSocket;

#[path = "../support/mod.rs"]
mod support;

/// Longer than the doctor takes for anything.
const DEADLINE: Duration = Duration::from_secs(60);

/// Runs the doctor on a port, on a machine with this system bus.
fn doctor(port: &str, bus: &Path) -> Child {
    program::command()
        .args(["doctor", port])
        .env(
            "DBUS_SYSTEM_BUS_ADDRESS",
            format!("unix:path={}", bus.display()),
        )
        .stdout(Stdio::piped())
        .spawn()
        .expect("the doctor starts")
}

/// What it printed, and whether its exit code is 0.
fn ended(doctor: Child) -> (bool, String) {
    let Output { status, stdout, .. } = doctor.wait_with_output().unwrap();
    (status.success(), String::from_utf8(stdout).unwrap())
}

/// A server whose queue holds a single connection.
fn server() -> TcpListener {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let server = socket.listen(0).unwrap().into_std().unwrap();
        server.set_nonblocking(false).unwrap();
        server
    })
}

/// Whether the kernel has repeated the SYN of a connection to `server`, which it does after a second.
fn is_repeated(server: SocketAddr) -> bool {
    const SYN_SENT: &str = "02";
    let remote = format!(":{:04X}", server.port());
    let sockets = fs::read_to_string("/proc/net/tcp").unwrap();
    sockets.lines().any(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        columns[2].ends_with(&remote) && columns[3] == SYN_SENT && columns[6] != "00000000"
    })
}

#[test]
fn a_connection_that_takes_seconds_is_waited_for() {
    let server = server();
    let address = server.local_addr().unwrap();
    let _first = TcpStream::connect(address).unwrap();
    let doctor = doctor(&format!("tcp://{address}"), Path::new("/nonexistent"));
    let deadline = Instant::now() + DEADLINE;
    while !is_repeated(address) {
        assert!(Instant::now() < deadline, "no connection is being made");
        thread::sleep(Duration::from_millis(20));
    }
    let _ = server.accept().unwrap();
    // The doctor ends the connection once it has a frame.
    let meter = thread::spawn(move || {
        let (mut line, _) = server.accept().unwrap();
        let mut wired = Wired::usual();
        wired.send_four(&mut line);
    });
    let (success, printed) = ended(doctor);
    assert!(success, "{printed}");
    assert!(printed.contains("standard mode"), "{printed}");
    drop(meter);
}

#[test]
fn a_bad_line_is_reported_with_its_cause() {
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let mut line = Pty::open(Some(&device), Duration::from_millis(100)).unwrap();
    let noise = Noise {
        burst: 0.015,
        ..Noise::default()
    };
    let (mut meter, mut channel) = (
        SimulatedMeter::new(Scenario::default()).unwrap(),
        Channel::new(noise, 1),
    );
    let mut doctor = doctor(device.to_str().unwrap(), Path::new("/nonexistent"));
    while doctor.try_wait().unwrap().is_none() {
        let sent = meter.next().unwrap();
        // What nobody reads yet, or any more, is lost.
        let _ = line.write_all(&channel.pass(&sent.bytes));
        thread::sleep(Duration::from_millis(100)); // the pace of the meter, ten times as fast
    }
    let (success, printed) = ended(doctor);
    assert!(success, "{printed}");
    assert!(printed.contains("The line is bad: "), "{printed}");
    assert!(printed.contains("likely noise"), "{printed}");
}

#[test]
fn a_server_that_refuses_is_reported() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    drop(server);
    let doctor = doctor(&format!("tcp://{address}"), Path::new("/nonexistent"));
    let (success, printed) = ended(doctor);
    assert!(!success, "{printed}");
    assert!(printed.contains("refused"), "{printed}");
}

#[test]
fn a_port_is_not_opened_while_systemd_does_not_answer() {
    let directory = tempfile::tempdir().unwrap();
    let bus = directory.path().join("bus");
    let _silent = UnixListener::bind(&bus).unwrap();
    let device = directory.path().join("linky");
    let _line = Pty::open(Some(&device), Duration::ZERO).unwrap();
    let (success, printed) = ended(doctor(device.to_str().unwrap(), &bus));
    assert!(!success, "{printed}");
    assert!(
        printed.contains("systemd has not answered whether a login prompt uses it"),
        "{printed}"
    );
    assert!(!printed.contains("Reading"), "{printed}");
}
