//! Servers of a port, which take their time; a broker that is not found.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use tokio::net::TcpSocket;

use super::chain::House;
use super::stage::{Lang, NO_BUS, compare, ended, on_port, replaced, run, without_counts};
use super::support::daemon::WAIT_TIMEOUT;
use super::support::line::Wired;

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
    let doctor = on_port(&format!("tcp://{address}"), Lang::En, NO_BUS);
    let deadline = Instant::now() + WAIT_TIMEOUT;
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
    let printed = ended(doctor);
    assert_eq!(printed.code, 0, "{}", printed.text);
    assert!(printed.text.contains("standard mode"), "{}", printed.text);
    drop(meter);
}

#[test]
fn a_server_that_refuses_is_reported() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    drop(server);
    for lang in Lang::BOTH {
        let printed = ended(on_port(&format!("tcp://{address}"), lang, NO_BUS));
        assert_eq!(printed.code, 1);
        compare(
            "server-refuses",
            lang,
            &replaced(&printed.text, &[(&address, "HOST")]),
        );
    }
}

#[test]
fn a_server_that_has_another_client_is_quoted() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap().to_string();
    let answering = thread::spawn(move || {
        let mut open = Vec::new();
        for _ in Lang::BOTH {
            let (mut client, _) = server.accept().unwrap();
            client.write_all(b"Port already in use\r\n").unwrap();
            open.push(client);
        }
        open
    });
    let runs = Lang::BOTH.map(|lang| (lang, on_port(&format!("tcp://{address}"), lang, NO_BUS)));
    for (lang, doctor) in runs {
        let printed = ended(doctor);
        assert_eq!(printed.code, 1);
        let text = without_counts(&replaced(&printed.text, &[(&address, "HOST")]), &[]);
        compare("server-busy", lang, &text);
    }
    drop(answering);
}

#[test]
fn a_broker_whose_name_is_not_found_is_explained_in_french() {
    let house = House::new("", "url = \"mqtt://linky.invalid\"\n");
    let printed = run(house.command(&["--lang", "fr"])).text;
    // What the resolver answers depends on the name servers of the machine.
    let why = "(la recherche de linky.invalid a échoué\u{a0}: ";
    assert!(printed.replace(" :", "\u{a0}:").contains(why), "{printed}");
}
