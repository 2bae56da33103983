//! Sessions over TLS, and refusals.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use linky_sensor::simulator::Scenario;

use super::mqtt;
use super::support::broker::{Broker, Subscriber, free_port};
use super::support::certificates::{Authority, Pair, THIS_MACHINE};
use super::support::daemon::{Daemon, Home, WAIT_TIMEOUT, meter, within};
use super::support::line::Playing;

const STATE: &str = "linky/main/state";

/// The time between two attempts after a refusal.
const REFUSED_RETRY: Duration = Duration::from_secs(30);

/// A broker that shows this certificate.
fn broker(port: u16, shown: &Pair, more: &str) -> Broker {
    broker_up_to("TLSv1.3", port, shown, more)
}

/// The same, with no newer version of TLS.
fn broker_up_to(newest: &str, port: u16, shown: &Pair, more: &str) -> Broker {
    let (certificate, key) = (shown.certificate.display(), shown.key.display());
    Broker::with_tls(
        port,
        newest,
        &format!("certfile {certificate}\nkeyfile {key}\n{more}"),
    )
}

/// The rules of a broker that wants a certificate signed by this authority.
fn demanding(authority: &Authority) -> String {
    let authority = authority.certificate();
    format!("cafile {}\nrequire_certificate true\n", authority.display())
}

/// A home for a daemon without a meter.
fn home(url: &str, authority: Option<&Path>, client: Option<&Pair>) -> Home {
    let meter = meter("main", Path::new("/nonexistent"));
    Home::new(&(meter + &mqtt(url, authority, client)))
}

/// Waits for this reason in the log line about the missing session.
fn await_reason(home: &Home, wanted: &str) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    loop {
        let log = home.log();
        let mut reasons = log.lines().filter(|line| line.contains("no session with"));
        if reasons.any(|line| line.contains(wanted)) {
            return;
        }
        assert!(Instant::now() < deadline, "not logged: {wanted}\n{log}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until the status line has this state of the broker.
fn await_broker(daemon: &mut Daemon<'_>, state: &str) {
    await_broker_within(daemon, state, WAIT_TIMEOUT);
}

fn await_broker_within(daemon: &mut Daemon<'_>, state: &str, timeout: Duration) {
    let ending = format!("broker {state}");
    within(timeout, &ending, || {
        let mut notices = daemon.notices().iter();
        notices.any(|line| line.ends_with(&ending)).then_some(())
    });
}

#[test]
fn a_state_arrives_over_tls() {
    let authority = Authority::new();
    let server = authority.sign("server", THIS_MACHINE);
    let client = authority.sign("client", "DNS:client");
    let directory = tempfile::tempdir().unwrap();
    let device = directory.path().join("linky");
    let _meter = Playing::on(&device, Scenario::default());
    for (host, rules, client) in [
        ("localhost", String::new(), None),
        ("127.0.0.1", demanding(&authority), Some(&client)),
    ] {
        let port = free_port();
        let broker = broker(port, &server, &rules);
        let subscriber = Subscriber::at(&broker);
        let url = format!("mqtts://{host}:{port}");
        let section = mqtt(&url, Some(&authority.certificate()), client);
        let home = Home::new(&(meter("main", &device) + &section));
        let mut daemon = home.start_ready();
        subscriber
            .until(|received| received.topic == STATE && received.json()["energy"].is_number());
        daemon.stop();
        subscriber.until(|received| {
            received.topic.starts_with("linky/bridge/") && received.payload == "offline"
        });
        assert!(
            home.log().contains(&format!("connected to {url}")),
            "{}",
            home.log()
        );
    }
}

#[test]
fn an_untrusted_broker_is_refused_with_the_remedy() {
    let authority = Authority::new();
    let ca = authority.certificate();
    let cases = [
        (
            authority.sign_expired("expired", THIS_MACHINE),
            Some(&*ca),
            "certificate has expired. Renew it",
        ),
        (
            authority.sign("elsewhere", "DNS:elsewhere.example.org"),
            Some(&*ca),
            "hostname mismatch. Write in url",
        ),
        (
            authority.self_signed("own"),
            Some(&*ca),
            "self-signed certificate. Set ca-file",
        ),
        (
            authority.sign("server", THIS_MACHINE),
            None,
            "unable to get local issuer certificate. Set ca-file",
        ),
    ];
    for (shown, ca, wanted) in cases {
        let port = free_port();
        let broker = broker(port, &shown, "");
        let subscriber = Subscriber::at(&broker);
        let home = home(&format!("mqtts://localhost:{port}"), ca, None);
        let mut daemon = home.start_ready();
        await_reason(&home, wanted);
        await_broker(&mut daemon, "refused");
        daemon.stop();
        assert_eq!(
            home.log().matches("no session with").count(),
            1,
            "{}",
            home.log()
        );
        assert!(subscriber.rest().is_empty(), "something was published");
    }
}

#[test]
fn a_self_signed_certificate_may_be_trusted_by_name() {
    let authority = Authority::new();
    let own = authority.self_signed("own");
    let port = free_port();
    let _broker = broker(port, &own, "");
    let home = home(
        &format!("mqtts://localhost:{port}"),
        Some(&own.certificate),
        None,
    );
    await_broker(&mut home.start_ready(), "connected");
}

#[test]
fn a_refused_client_certificate_is_reported_with_its_reason() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let server = authority.sign("server", THIS_MACHINE);
    let foreign = stranger.sign("client", "DNS:client");
    let expired = authority.sign_expired("client", "DNS:client");
    for (client, wanted) in [
        (
            None,
            "it refuses the handshake. If it demands a client certificate: set",
        ),
        (
            Some(&foreign),
            "it refuses our client certificate: its authority is unknown there",
        ),
        (
            Some(&expired),
            "it refuses our client certificate: it has expired",
        ),
    ] {
        let port = free_port();
        // In TLS 1.3 the alert follows the handshake, and may be lost.
        let _broker = broker_up_to("TLSv1.2", port, &server, &demanding(&authority));
        let url = format!("mqtts://localhost:{port}");
        let home = home(&url, Some(&authority.certificate()), client);
        let mut daemon = home.start_ready();
        await_reason(&home, wanted);
        await_broker(&mut daemon, "refused");
    }
}

#[test]
fn a_client_certificate_refused_after_the_handshake_is_reported() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let server = authority.sign("server", THIS_MACHINE);
    let foreign = stranger.sign("client", "DNS:client");
    for (client, wanted) in [
        (
            None,
            "client certificate: set client-certificate and client-key",
        ),
        (Some(&foreign), "refuse"),
    ] {
        let port = free_port();
        let _broker = broker(port, &server, &demanding(&authority));
        let url = format!("mqtts://localhost:{port}");
        let home = home(&url, Some(&authority.certificate()), client);
        let _daemon = home.start_ready();
        await_reason(&home, wanted);
        assert!(!home.log().contains("connected to"), "{}", home.log());
    }
}

#[test]
fn a_renewed_certificate_needs_no_restart() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let server = authority.sign("server", THIS_MACHINE);
    let client = stranger.sign("client", "DNS:client");
    let port = free_port();
    let url = format!("mqtts://localhost:{port}");
    let home = home(&url, Some(&authority.certificate()), Some(&client));
    let mut daemon = home.start_ready();
    await_reason(&home, "Connection refused");
    let renewed = authority.sign("client", "DNS:client");
    fs::copy(&renewed.key, &client.key).unwrap();
    fs::copy(&renewed.certificate, &client.certificate).unwrap();
    let _broker = broker(port, &server, &demanding(&authority));
    await_broker(&mut daemon, "connected");
}

#[test]
fn a_daemon_starts_without_its_files_and_connects_when_they_are_there() {
    let authority = Authority::new();
    let server = authority.sign("server", THIS_MACHINE);
    let directory = tempfile::tempdir().unwrap();
    let ca = directory.path().join("ca.pem");
    let port = free_port();
    let _broker = broker(port, &server, "");
    let home = home(&format!("mqtts://localhost:{port}"), Some(&ca), None);
    let mut daemon = home.start_ready();
    await_reason(&home, &format!("ca-file {}: no such file", ca.display()));
    await_broker(&mut daemon, "refused");
    fs::copy(authority.certificate(), &ca).unwrap();
    await_broker_within(&mut daemon, "connected", REFUSED_RETRY + WAIT_TIMEOUT);
}

#[test]
fn nothing_is_published_to_a_broker_without_tls() {
    let broker = Broker::start();
    let subscriber = Subscriber::at(&broker);
    let home_at = |port| home(&format!("mqtts://localhost:{port}"), None, None);
    let home = home_at(broker.port);
    let mut daemon = home.start_ready();
    await_reason(&home, "Is this its port for TLS?");
    daemon.stop();
    assert!(subscriber.rest().is_empty(), "something was published");

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = home_at(listener.local_addr().unwrap().port());
    let mut daemon = home.start_ready();
    let (mut client, _) = listener.accept().unwrap();
    client.write_all(b"220 this is something else\r\n").unwrap();
    await_reason(&home, "there is no TLS on this port");
    await_broker(&mut daemon, "refused");
    let mut received = Vec::new();
    match client.read_to_end(&mut received) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
        _ => {}
    }
    // The record of a handshake, and no word of MQTT.
    assert_eq!(received[..2], [0x16, 0x03]);
    assert!(!received.windows(4).any(|word| word == b"MQTT"));
}

#[test]
fn a_broker_that_does_not_answer_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let home =
        home(&format!("mqtts://localhost:{port}"), None, None).with("WATCHDOG_USEC", "2000000");
    let mut daemon = home.start_ready();
    let silent: TcpStream = listener.accept().unwrap().0;
    await_reason(&home, "no answer");
    let again = listener.accept().unwrap().0;
    let fed = daemon.notices().iter().filter(|line| *line == "WATCHDOG=1");
    assert!(fed.count() >= 2, "the watchdog was not fed while it waited");
    daemon.stop();
    drop((silent, again));
}
