//! A scraper of the metrics, over a socket of its own.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use super::daemon::WAIT_TIMEOUT;

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// The value of a sample, by its name with the labels.
    pub fn sample(&self, name: &str) -> Option<&str> {
        self.body
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
    }
}

/// Sends these bytes, and reads until the end. `None` if nothing is answered, or nobody listens.
pub fn send(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
    // An answer may come before everything is written.
    let _ = stream.write_all(request);
    answer_on(&mut stream)
}

/// The same, and ends this half of the connection.
pub fn send_all(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
    let _ = stream.write_all(request);
    let _ = stream.shutdown(Shutdown::Write);
    answer_on(&mut stream)
}

/// What comes until the end.
pub fn answer_on(stream: &mut TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    // A connection that is reset behind the answer was answered all the same.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some(Answer {
        status: head.split(' ').nth(1)?.parse().ok()?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// A scrape in the older format.
pub fn scrape(address: SocketAddr) -> Option<Answer> {
    scrape_as(address, "text/plain")
}

/// A scrape that accepts this.
pub fn scrape_as(address: SocketAddr, accept: &str) -> Option<Answer> {
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nAccept: {accept}\r\n\r\n");
    send(address, request.as_bytes())
}
