//! A Supervisor: it gives the answers of a list, one for each request, and keeps the requests.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::support::daemon::WAIT_TIMEOUT;

/// What it answers.
pub enum Answer {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Nothing, as long as the other side waits.
    Silence,
}

/// An answer of HTTP.
pub fn http(status: &str, body: &str) -> Answer {
    Answer::Bytes(format!("HTTP/1.0 {status}\r\n\r\n{body}").into_bytes())
}

/// The answer that names a broker on loopback.
pub fn broker(port: u16, user: &str, password: &str) -> Answer {
    let data = serde_json::json!({"addon": "core_mosquitto", "host": "127.0.0.1", "port": port, "ssl": false,
        "protocol": "3.1.1", "username": user, "password": password});
    http(
        "200 OK",
        &serde_json::json!({"result": "ok", "data": data}).to_string(),
    )
}

pub struct Supervisor {
    pub address: String,
    requests: Receiver<String>,
}

impl Supervisor {
    pub fn new(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (sender, requests) = channel();
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                stream.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).unwrap_or(0);
                request.truncate(length);
                let _ = sender.send(String::from_utf8_lossy(&request).into_owned());
                match answer {
                    Answer::Bytes(bytes) => drop(stream.write_all(&bytes)),
                    // Until the other side closes.
                    Answer::Silence => drop(stream.read(&mut [0])),
                }
            }
        });
        Self { address, requests }
    }

    pub fn request(&self) -> String {
        self.requests.recv_timeout(WAIT_TIMEOUT).unwrap()
    }

    pub fn has_no_more_requests(&self) -> bool {
        self.requests.recv_timeout(Duration::ZERO).is_err()
    }
}
