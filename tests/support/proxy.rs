//! A way to a TCP server that breaks as planned, or on demand.
#![allow(dead_code, reason = "each test uses its own part")]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// How long a slow way holds what it passes.
const SLOWNESS: Duration = Duration::from_millis(200);

/// What becomes of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Open,
    /// They are held back, both ways; no end notices.
    Held,
    /// They pass slowly: 4 kB every 200 ms, each way.
    Slow,
    /// Connections are closed as soon as they are made.
    Cut,
}

/// Passes each connection on, and breaks it as planned. Takes no new one when dropped.
pub struct Proxy {
    pub port: u16,
    broken: Arc<AtomicUsize>,
    listener: TcpListener,
    gate: Arc<Gate>,
}

struct Gate {
    way: Mutex<Way>,
    changed: Condvar,
    /// Both ends of all connections, to be closed when the way is cut.
    ends: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// A way to `target` whose first connections break, one after the other, when so many bytes have come back from the
    /// server: what the client sent until then has arrived, and the rest of the answers is lost. Later ones hold.
    pub fn to(target: u16, breaks_after: &'static [usize]) -> Self {
        Self::on("127.0.0.1:0".parse().unwrap(), target, breaks_after)
    }

    /// A way that begins at this address, and does not break by itself.
    pub fn at(address: SocketAddr, target: u16) -> Self {
        Self::on(address, target, &[])
    }

    fn on(address: SocketAddr, target: u16, breaks_after: &'static [usize]) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let port = listener.local_addr().unwrap().port();
        let broken = Arc::new(AtomicUsize::new(0));
        let gate = Arc::new(Gate {
            way: Mutex::new(Way::Open),
            changed: Condvar::new(),
            ends: Mutex::default(),
        });
        let (accepting, counter) = (listener.try_clone().unwrap(), broken.clone());
        let passing = gate.clone();
        thread::spawn(move || {
            let mut plan = breaks_after.iter().copied();
            for client in accepting.incoming() {
                let Ok(client) = client else { return };
                if *passing.way.lock().unwrap() == Way::Cut {
                    continue;
                }
                if let Ok(server) = TcpStream::connect(("127.0.0.1", target)) {
                    pass(client, server, plan.next(), counter.clone(), &passing);
                }
            }
        });
        Self {
            port,
            broken,
            listener,
            gate,
        }
    }

    /// How many connections were broken as planned.
    pub fn broken(&self) -> usize {
        self.broken.load(Ordering::SeqCst)
    }

    /// Holds everything back from now on.
    pub fn hold(&self) {
        self.set(Way::Held);
    }

    /// Passes everything on, but slowly: a thin line, or a broker that is busy.
    pub fn slow(&self) {
        self.set(Way::Slow);
    }

    /// Closes every connection, and each new one.
    pub fn cut(&self) {
        self.set(Way::Cut);
        for end in self.gate.ends.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// Lets everything pass again, what was held back first.
    pub fn mend(&self) {
        self.set(Way::Open);
    }

    fn set(&self, way: Way) {
        *self.gate.way.lock().unwrap() = way;
        self.gate.changed.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
        // Wakes the accepting thread, which finds the listener gone.
        let _ = self.listener.set_nonblocking(true);
        let address = self.listener.local_addr().unwrap();
        let _ = TcpStream::connect(address);
    }
}

fn pass(
    client: TcpStream,
    server: TcpStream,
    limit: Option<usize>,
    broken: Arc<AtomicUsize>,
    gate: &Arc<Gate>,
) {
    let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    gate.ends
        .lock()
        .unwrap()
        .extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
    let (there, back) = (gate.clone(), gate.clone());
    thread::spawn(move || {
        copy(from_client, &to_server, usize::MAX, &there);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let is_cut = copy(
            server.try_clone().unwrap(),
            &client,
            limit.unwrap_or(usize::MAX),
            &back,
        );
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
        if is_cut {
            broken.fetch_add(1, Ordering::SeqCst);
        }
    });
}

/// Copies until the end, or until `limit` bytes are copied. Whether the limit ended it.
fn copy(mut from: TcpStream, mut to: &TcpStream, mut limit: usize, gate: &Gate) -> bool {
    let mut buffer = [0; 4096];
    while limit > 0 {
        let room = buffer.len().min(limit);
        match from.read(&mut buffer[..room]) {
            Ok(0) | Err(_) => return false,
            Ok(count) => {
                if *gate.way.lock().unwrap() == Way::Slow {
                    thread::sleep(SLOWNESS);
                }
                let way = gate.way.lock().unwrap();
                drop(gate.changed.wait_while(way, |way| *way == Way::Held));
                if to.write_all(&buffer[..count]).is_err() {
                    return false;
                }
                limit -= count;
            }
        }
    }
    true
}
