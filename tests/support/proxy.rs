//! A way to a TCP server that breaks as planned.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Passes each connection on, and breaks it as planned. Takes no new one when dropped.
pub struct Proxy {
    pub port: u16,
    broken: Arc<AtomicUsize>,
    listener: TcpListener,
}

impl Proxy {
    /// A way to `target` whose first connections break, one after the other, when so many bytes have come back from the
    /// server: what the client sent until then has arrived, and the rest of the answers is lost. Later ones hold.
    pub fn to(target: u16, breaks_after: &'static [usize]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let broken = Arc::new(AtomicUsize::new(0));
        let (accepting, counter) = (listener.try_clone().unwrap(), broken.clone());
        thread::spawn(move || {
            let mut plan = breaks_after.iter().copied();
            for client in accepting.incoming() {
                let Ok(client) = client else { return };
                if let Ok(server) = TcpStream::connect(("127.0.0.1", target)) {
                    pass(client, server, plan.next(), counter.clone());
                }
            }
        });
        Self {
            port,
            broken,
            listener,
        }
    }

    /// How many connections were broken as planned.
    pub fn broken(&self) -> usize {
        self.broken.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Wakes the accepting thread, which finds the listener gone.
        let _ = self.listener.set_nonblocking(true);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn pass(client: TcpStream, server: TcpStream, limit: Option<usize>, broken: Arc<AtomicUsize>) {
    let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        copy(from_client, &to_server, usize::MAX);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let is_cut = copy(
            server.try_clone().unwrap(),
            &client,
            limit.unwrap_or(usize::MAX),
        );
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
        if is_cut {
            broken.fetch_add(1, Ordering::SeqCst);
        }
    });
}

/// Copies until the end, or until `limit` bytes are copied. Whether the limit ended it.
fn copy(mut from: TcpStream, mut to: &TcpStream, mut limit: usize) -> bool {
    let mut buffer = [0; 4096];
    while limit > 0 {
        let room = buffer.len().min(limit);
        match from.read(&mut buffer[..room]) {
            Ok(0) | Err(_) => return false,
            Ok(count) => {
                if to.write_all(&buffer[..count]).is_err() {
                    return false;
                }
                limit -= count;
            }
        }
    }
    true
}
