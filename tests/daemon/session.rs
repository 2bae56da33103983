//! A broker that refuses the password, one that is away for one reason and then for another, and one whose name is not
//! known at first.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use linky_sensor::simulator::Scenario;

use super::support::broker::Broker;
use super::support::bus::PrivateBus;
use super::support::busctl::Busctl;
use super::support::daemon::{Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::Playing;
use super::support::record::Record;
use super::{ROOT, interface};

/// The longest pause between two attempts is 30 s; the rest is the slowness of a machine.
const RETRY: Duration = Duration::from_secs(45);

/// CONNACK of MQTT 5, refused: bad user name or password.
const BAD_PASSWORD: [u8; 5] = [0x20, 3, 0, 0x86, 0];

#[test]
fn a_wrong_password_is_logged_once_with_its_remedy_and_tried_again_slowly() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let (bus, port) = (
        PrivateBus::permissive(),
        server.local_addr().unwrap().port(),
    );
    let absent = meter("main", "/nowhere/linky".as_ref());
    let home = Home::new(&config(&[absent], port)).on_bus(bus.address());
    let mut daemon = home.start_ready();
    let mut attempts = Vec::new();
    for _ in 0..2 {
        let (mut client, _) = server.accept().unwrap();
        attempts.push(Instant::now());
        let mut connect = [0; 512];
        assert!(client.read(&mut connect).unwrap() > 0);
        client.write_all(&BAD_PASSWORD).unwrap();
        let busctl = Busctl::at(&bus.address());
        within(WAIT_TIMEOUT, "the refusal on the bus", || {
            let manager = busctl.properties(ROOT, &interface("Manager"));
            let is_refused = manager.get("BrokerState")?.1 == "refused";
            let has_cause = manager.get("BrokerCause")?.1 == "bad_credentials";
            (is_refused && has_cause).then_some(())
        });
    }
    let pause = attempts[1] - attempts[0];
    assert!(pause >= Duration::from_secs(28), "too early: {pause:?}");
    within(WAIT_TIMEOUT, "the refusal for systemd", || {
        let newest = daemon
            .notices()
            .iter()
            .rfind(|line| line.starts_with("STATUS="));
        newest?.ends_with("broker refused").then_some(())
    });
    let log = home.log();
    let printed: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("it refuses the user name or the password"))
        .collect();
    assert_eq!(printed.len(), 1, "{log}");
    assert!(
        printed[0].contains("linky-sensor set-password"),
        "{}",
        printed[0]
    );
}

#[test]
fn each_cause_is_logged_once() {
    let mut broker = Broker::with_password("linky", "secret");
    broker.stop();
    let absent = meter("main", "/nowhere/linky".as_ref());
    let home = Home::new(&config(&[absent], broker.port));
    let mut daemon = home.start_ready();
    let printed = |wanted: &str| {
        let log = home.log();
        let is_said = |line: &&str| line.contains("no session with") && line.contains(wanted);
        log.lines().filter(is_said).count()
    };
    let until_payload = |wanted: &str| {
        within(WAIT_TIMEOUT, wanted, || (printed(wanted) > 0).then_some(()));
    };
    let (down, refused) = ("Connection refused", "it refuses the user name");
    until_payload(down);
    broker.start_again();
    until_payload(refused);
    daemon.stop();
    assert_eq!((printed(down), printed(refused)), (1, 1), "{}", home.log());
}

const HOSTS: &str = "HOSTS_OF_THE_TEST";

#[test]
fn a_name_that_is_not_known_at_first_is_found_later() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let hosts = file("hosts", "127.0.0.1 localhost\n");
    // Nobody answers there, at once.
    let resolver = file(
        "resolv.conf",
        "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
    );
    // A name space of its own: what is mounted there goes with the process.
    let script = "mount --bind \"$1\" /etc/hosts && mount --bind \"$2\" /etc/resolv.conf && \
                  exec \"$3\" --exact session::with_hosts_of_its_own --ignored --nocapture";
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .args([&hosts, &resolver])
        .arg(env::current_exe().unwrap())
        .env(HOSTS, &hosts)
        .output()
        .expect("unshare is not there: install the package util-linux");
    let printed = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}{complaints}"
    );
}

#[test]
#[ignore = "needs an /etc/hosts of its own, which the test above gives it"]
fn with_hosts_of_its_own() {
    let hosts = PathBuf::from(env::var_os(HOSTS).expect("a file"));
    let (broker, directory) = (Broker::start(), tempfile::tempdir().unwrap());
    let device = directory.path().join("linky");
    let _meter = Playing::on(&device, Scenario::default());
    let config = config(&[meter("main", &device)], broker.port);
    let home = Home::new(&config.replace("127.0.0.1", "broker.example"));
    let mut record = Record::at(&broker);
    let mut daemon = home.start_ready();
    daemon.until_notice("STATUS=main: receiving");
    within(WAIT_TIMEOUT, "a word about the name", || {
        let log = home.log();
        let mut lines = log.lines();
        lines
            .any(|line| line.contains("no session with") && line.contains("broker.example"))
            .then_some(())
    });
    fs::write(&hosts, "127.0.0.1 localhost broker.example\n").unwrap();
    record.until_from(0, RETRY, "a state", |received| {
        received.topic == "linky/main/state"
    });
    record.until_payload(0, "linky/main/availability", "online");
    println!("{}", home.log());
}
