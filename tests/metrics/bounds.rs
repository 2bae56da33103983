//! Clients that are slow, silent, wrong or many.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

use linky_sensor::simulator::Scenario;

use super::support::broker::{Broker, free_port};
use super::support::daemon::{Daemon, Home, WAIT_TIMEOUT, config, meter, within};
use super::support::line::Playing;
use super::support::record::Record;
use super::support::scrape::{answer_on, scrape, send, send_all};

/// A daemon with metrics, a meter that plays, and a broker.
struct House {
    _directory: tempfile::TempDir,
    _meter: Playing,
    broker: Broker,
    home: Home,
    address: SocketAddr,
}

impl House {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let device = directory.path().join("linky");
        let playing = Playing::on(&device, Scenario::default());
        let broker = Broker::start();
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let settings = config(&[meter("main", &device)], broker.port)
            + &format!("[metrics]\nlisten = \"{address}\"\n");
        Self {
            _directory: directory,
            _meter: playing,
            broker,
            home: Home::new(&settings),
            address,
        }
    }

    /// Its daemon, once it is scraped.
    fn start(&self) -> Daemon<'_> {
        let daemon = self.home.start_ready();
        within(WAIT_TIMEOUT, "a scrape", || scrape(self.address));
        daemon
    }
}

#[test]
fn what_is_no_scrape_is_refused_with_its_status() {
    let house = House::new();
    let _daemon = house.start();
    for (request, status) in [
        ("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", 200),
        ("GET /metrics HTTP/1.0\r\n\r\n", 200),
        ("GET http://h/metrics?a=b HTTP/1.1\r\nHost: h\r\n\r\n", 200),
        ("GET /metrics HTTP/1.1\r\n\r\n", 400),
        ("GET /metrics\r\n\r\n", 400),
        ("\x16\x03\x01\x02\n\n", 400),
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 404),
        (
            "GET /metrics/../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n",
            404,
        ),
        (
            "POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na=b",
            405,
        ),
        (
            "GET /metrics HTTP/1.1\r\nHost: attacker.example:9867\r\n\r\n",
            421,
        ),
        ("GET /metrics HTTP/1.1\r\nHost: localhost:9867\r\n\r\n", 200),
        ("OPTIONS /metrics HTTP/1.1\r\nHost: h\r\n\r\n", 405),
        ("GET /metrics HTTP/2.0\r\nHost: h\r\n\r\n", 505),
    ] {
        let answer = send(house.address, request.as_bytes()).unwrap();
        assert_eq!(answer.status, status, "{request:?}");
        assert_eq!(answer.field("connection"), Some("close"), "{request:?}");
        let allowed = answer.field("allow");
        assert_eq!(
            allowed,
            (status == 405).then_some("GET, HEAD"),
            "{request:?}"
        );
        assert_eq!(
            status == 200,
            answer.body.contains("linky_online"),
            "{request:?}"
        );
    }
    let half = send_all(house.address, b"GET /metrics HT").unwrap();
    assert_eq!(half.status, 400, "a client that ends in the middle");
}

#[test]
fn a_head_is_answered_without_its_body() {
    let house = House::new();
    let _daemon = house.start();
    for (path, status) in [("/metrics", 200), ("/", 404)] {
        let request = format!("HEAD {path} HTTP/1.1\r\nHost: h\r\n\r\n");
        let answer = send(house.address, request.as_bytes()).unwrap();
        assert_eq!((answer.status, &*answer.body), (status, ""));
        let length: usize = answer.field("content-length").unwrap().parse().unwrap();
        assert!(length > 0);
    }
}

#[test]
fn a_head_that_is_too_large_is_refused_and_the_answer_arrives() {
    let house = House::new();
    let _daemon = house.start();
    let padded = |length: usize| {
        let pad = "a".repeat(length);
        format!("GET /metrics HTTP/1.1\r\nHost: h\r\nPad: {pad}\r\n\r\n")
    };
    assert_eq!(
        send(house.address, padded(7000).as_bytes()).unwrap().status,
        200
    );
    for request in [padded(9000), padded(60_000), "\n".repeat(20_000)] {
        assert_eq!(send(house.address, request.as_bytes()).unwrap().status, 431);
    }
    // One that never ends is cut.
    let mut stream = TcpStream::connect(house.address).unwrap();
    stream.set_write_timeout(Some(WAIT_TIMEOUT)).unwrap();
    let chunk = [b'a'; 4096];
    let written = (0..100_000).take_while(|_| stream.write_all(&chunk).is_ok());
    assert!(written.count() < 100_000, "it took 400 MB");
}

#[test]
fn a_request_that_does_not_come_in_time_is_answered_so() {
    let house = House::new();
    let _daemon = house.start();
    let silent = TcpStream::connect(house.address).unwrap();
    let slow = TcpStream::connect(house.address).unwrap();
    slow.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let mut drip = slow.try_clone().unwrap();
        let stop = &stop;
        scope.spawn(move || {
            // A byte now and then never makes a request.
            while !stop.load(Ordering::Relaxed) && drip.write_all(b"G").is_ok() {
                thread::sleep(std::time::Duration::from_millis(200));
            }
        });
        let began = Instant::now();
        for mut stream in [slow, silent] {
            stream.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
            assert_eq!(answer_on(&mut stream).unwrap().status, 408);
        }
        assert!(began.elapsed() < WAIT_TIMEOUT);
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn many_silent_clients_keep_nobody_from_being_answered() {
    let house = House::new();
    let daemon = house.start();
    let before = daemon.memory("VmRSS");
    let held: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(house.address).unwrap();
            let _ = stream.write_all(b"GET /metrics HTTP/1.1\r\n");
            stream
        })
        .collect();
    for _ in 0..5 {
        assert_eq!(scrape(house.address).unwrap().status, 200);
    }
    let sockets = std::fs::read_dir(format!("/proc/{}/fd", daemon.id())).unwrap();
    let sockets = sockets.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    let sockets = sockets.filter(|link| link.to_string_lossy().starts_with("socket:"));
    assert!(
        sockets.count() < 8 + 10,
        "no more than it serves, and its own"
    );
    let grown = daemon.memory("VmRSS").saturating_sub(before);
    assert!(grown < 4096, "{grown} kB");
    drop(held);
}

/// A client that never reads its answer costs nothing but its connection.
#[test]
fn a_client_that_does_not_read_is_left() {
    let house = House::new();
    let _daemon = house.start();
    let request = b"GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n";
    let mut deaf = TcpStream::connect(house.address).unwrap();
    deaf.write_all(request).unwrap();
    assert_eq!(scrape(house.address).unwrap().status, 200);
    deaf.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
    // The end comes whether it was read or not.
    let mut rest = Vec::new();
    let _ = deaf.read_to_end(&mut rest);
}

#[test]
fn a_flood_of_scrapes_holds_no_other_output_up() {
    let house = House::new();
    let mut daemon = house.start();
    let mut record = Record::at(&house.broker);
    let (stop, answered) = (AtomicBool::new(false), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let is_answered = scrape(house.address).is_some();
                    answered.fetch_add(u32::from(is_answered), Ordering::Relaxed);
                }
            });
        }
        // Frames come ten times faster than real: each has its state.
        let from = record.now();
        let first = record.until_state(from, "main", "a state", |_| true);
        let first = first["frames_received"].as_u64().unwrap();
        record.until_state(from, "main", "thirty more frames", |state| {
            state["frames_received"].as_u64().unwrap() >= first + 30
        });
        stop.store(true, Ordering::Relaxed);
    });
    assert!(answered.load(Ordering::Relaxed) > 10, "and scrapes too");
    let answer = scrape(house.address).unwrap();
    assert_eq!(answer.sample("linky_updates_lagged_total"), Some("0"));
    daemon.stop();
}
