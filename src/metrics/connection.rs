//! One connection: one request, one answer, the end.
//!
//! Nothing is kept between two scrapes, so that there is no state to bound but this. The time for the head, for the answer
//! and for the end are bounded each, and so are the bytes that are read: a client that is slow, silent or endless costs a buffer
//! for some seconds.

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::page::Page;
use super::request::{HttpRefusal, head_end, parse_head};
use crate::names;

/// The time for a client to send its request.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// The time for a client to take the answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// The time for a client to close; what it still sends meanwhile is read, or its system would discard the answer.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The size of a request's head.
const HEAD_MAX: usize = 8 * 1024;

/// The bytes that are read after the head, and thrown away.
const REST_MAX: usize = 64 * 1024;

/// What is read at once.
const READ_SIZE: usize = 1024;

/// Answers one request, if there is one.
pub async fn serve(stream: TcpStream, page: &Page) {
    // A socket without an address is closed already.
    let is_loopback = stream
        .local_addr()
        .is_ok_and(|address| address.ip().to_canonical().is_loopback());
    let answer = match timeout(HEAD_TIMEOUT, read_head(&stream)).await {
        Ok(Ok(Some(head))) => answer(&head, is_loopback, page),
        Ok(Ok(None)) => refuse(HttpRefusal::HeadTooLarge, false),
        // The client is gone.
        Ok(Err(_)) => return,
        Err(_) => refuse(HttpRefusal::Timeout, false),
    };
    if let Ok(Ok(())) = timeout(ANSWER_TIMEOUT, write(&stream, answer.as_bytes())).await {
        let _ = timeout(CLOSE_TIMEOUT, close(stream)).await;
    }
}

/// The head of the request, or what came of it before the client ended; `None` if it is too large.
async fn read_head(stream: &TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::with_capacity(READ_SIZE);
    loop {
        let (chunk, length) = read(stream).await?;
        head.extend(chunk.iter().take(length));
        if let Some(end) = head_end(&head) {
            head.truncate(end);
            return Ok((end <= HEAD_MAX).then_some(head));
        }
        if head.len() > HEAD_MAX {
            return Ok(None);
        }
        if length == 0 {
            return if head.is_empty() {
                Err(io::ErrorKind::UnexpectedEof.into())
            } else {
                Ok(Some(head))
            };
        }
    }
}

/// Some bytes; none at the end.
async fn read(stream: &TcpStream) -> io::Result<([u8; READ_SIZE], usize)> {
    let mut chunk = [0; READ_SIZE];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            result => return result.map(|length| (chunk, length)),
        }
    }
}

async fn write(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Ends our half, and waits for the client to end its own.
async fn close(stream: TcpStream) -> io::Result<()> {
    let stream = stream.into_std()?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let stream = TcpStream::from_std(stream)?;
    let mut rest = 0;
    while rest < REST_MAX {
        match read(&stream).await?.1 {
            0 => break,
            length => rest += length,
        }
    }
    Ok(())
}

fn answer(head: &[u8], is_loopback: bool, page: &Page) -> String {
    match parse_head(head, is_loopback) {
        Ok(request) => {
            let text = page.text(request.format);
            respond(
                "200 OK",
                request.format.content_type(),
                &text,
                request.is_head,
            )
        }
        Err(refusal) => refuse(refusal, head.starts_with(b"HEAD ")),
    }
}

fn refuse(refusal: HttpRefusal, is_head: bool) -> String {
    let status = refusal.status();
    let body = match refusal {
        HttpRefusal::NotFound => format!("{status}: the metrics are at {}\n", names::metrics::PATH),
        HttpRefusal::ForeignHost => {
            format!("{status}: over loopback ask for localhost or the address\n")
        }
        _ => format!("{status}\n"),
    };
    respond(status, "text/plain; charset=utf-8", &body, is_head)
}

fn respond(status: &str, content_type: &str, body: &str, is_head: bool) -> String {
    let allow = if status.starts_with("405") {
        "Allow: GET, HEAD\r\n"
    } else {
        ""
    };
    let length = body.len();
    let body = if is_head { "" } else { body };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n{allow}\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{body}"
    )
}
