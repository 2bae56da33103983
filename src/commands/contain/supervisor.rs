//! The MQTT broker that Home Assistant's Supervisor offers: one request of HTTP, `GET /services/mqtt`.
//!
//! Input: its address and the token that it gives to the app. Output: the broker, none, or why there is no answer. HTTP/1.0
//! and a closed connection are all that is needed, so that the answer has no chunks and no library for HTTP is in the
//! program. An answer is bounded in size and time.

use std::fmt;
use std::io;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For all of it: look-up, connection, answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// A hundred times what it sends.
const ANSWER_MAX: u64 = 64 * 1024;

/// The broker that the Supervisor offers to apps.
#[derive(Clone, PartialEq, Eq)]
pub struct OfferedBroker {
    /// `mqtt://host:port`, or `mqtts://host:port`.
    pub url: String,
    /// The user, and the password if there is one.
    pub login: Option<(String, Option<String>)>,
}

impl fmt::Debug for OfferedBroker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.login.as_ref().map(|(user, _)| user);
        write!(f, "{} for {user:?}", self.url)
    }
}

/// Why there is no answer that names a broker or none.
#[derive(Debug)]
pub enum SupervisorError {
    /// The token cannot be sent.
    Token,
    /// No answer in time.
    Timeout,
    /// No connection, or it broke.
    Connection(io::Error),
    /// More than any answer.
    TooLarge,
    /// Not what the Supervisor answers.
    NotUnderstood(String),
    /// The token is not accepted.
    Unauthorized,
    /// Another status of HTTP, and the message with it.
    Status(u16, String),
}

impl fmt::Display for SupervisorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token => f.write_str("its token has characters that HTTP does not carry"),
            Self::Timeout => write!(f, "no answer within {} s", ANSWER_TIMEOUT.as_secs()),
            Self::Connection(error) => write!(f, "{error}"),
            Self::TooLarge => write!(f, "an answer of more than {ANSWER_MAX} bytes"),
            Self::NotUnderstood(why) => write!(f, "an answer that is none of its own: {why}"),
            Self::Unauthorized => f.write_str("it does not accept the token (HTTP 401)"),
            Self::Status(status, message) => write!(f, "HTTP {status} {message}"),
        }
    }
}

/// Asks for the broker. `None`: the Supervisor has none to offer.
///
/// # Errors
/// There is no answer that decides it; it may come later.
pub async fn offered_broker(
    address: &str,
    token: &str,
) -> Result<Option<OfferedBroker>, SupervisorError> {
    ask_within(ANSWER_TIMEOUT, address, token).await
}

async fn ask_within(
    limit: Duration,
    address: &str,
    token: &str,
) -> Result<Option<OfferedBroker>, SupervisorError> {
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(SupervisorError::Token);
    }
    match timeout(limit, exchange(address, token)).await {
        Ok(answer) => read_answer(&answer?),
        Err(_) => Err(SupervisorError::Timeout),
    }
}

/// Sends the request and reads until the Supervisor closes.
async fn exchange(address: &str, token: &str) -> Result<Vec<u8>, SupervisorError> {
    let mut stream = TcpStream::connect(address)
        .await
        .map_err(SupervisorError::Connection)?;
    let request = format!(
        "GET /services/mqtt HTTP/1.0\r\nHost: supervisor\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\r\n"
    );
    let mut answer = Vec::new();
    let exchanged = async {
        stream.write_all(request.as_bytes()).await?;
        stream.take(ANSWER_MAX + 1).read_to_end(&mut answer).await
    };
    exchanged.await.map_err(SupervisorError::Connection)?;
    if answer.len() as u64 > ANSWER_MAX {
        return Err(SupervisorError::TooLarge);
    }
    Ok(answer)
}

#[derive(Deserialize)]
struct SupervisorAnswer {
    result: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    data: Option<BrokerData>,
}

/// `port` is a number; the old form had a text.
#[derive(Deserialize)]
struct BrokerData {
    host: String,
    port: serde_json::Value,
    #[serde(default)]
    ssl: bool,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
}

fn read_answer(answer: &[u8]) -> Result<Option<OfferedBroker>, SupervisorError> {
    let not_understood = |why: &str| SupervisorError::NotUnderstood(why.to_owned());
    let text = std::str::from_utf8(answer).map_err(|_| not_understood("it is not UTF-8"))?;
    let (head, body) = text
        .split_once("\r\n\r\n")
        .ok_or_else(|| not_understood("it is not HTTP, or not whole"))?;
    let status = read_status(head).ok_or_else(|| not_understood("it is not HTTP"))?;
    let answer: Result<SupervisorAnswer, _> = serde_json::from_str(body);
    match (status, answer) {
        (401, _) => Err(SupervisorError::Unauthorized),
        // "Service not enabled": no app has registered itself as the broker.
        (400, _) => Ok(None),
        (200, Ok(answer)) if answer.result == "ok" => match answer.data {
            Some(data) => data.read().map(Some),
            None => Ok(None),
        },
        (200, Err(_)) => Err(not_understood("it is not the JSON of a broker")),
        (status, answer) => {
            let message = answer.ok().and_then(|answer| answer.message);
            let message: String = message.unwrap_or_default().chars().take(200).collect();
            Err(SupervisorError::Status(
                status,
                message.escape_debug().to_string(),
            ))
        }
    }
}

/// The status of `HTTP/1.1 200 OK`.
fn read_status(head: &str) -> Option<u16> {
    let rest = head.strip_prefix("HTTP/1.")?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

impl BrokerData {
    fn read(self) -> Result<OfferedBroker, SupervisorError> {
        let port = match &self.port {
            serde_json::Value::String(text) => text.parse().ok(),
            number => number.as_u64().and_then(|port| u16::try_from(port).ok()),
        };
        let Some(port) = port.filter(|port| *port != 0) else {
            let why = "the port of the broker is not from 1 to 65535";
            return Err(SupervisorError::NotUnderstood(why.to_owned()));
        };
        let scheme = if self.ssl { "mqtts" } else { "mqtt" };
        let host = match self.host.parse::<std::net::Ipv6Addr>() {
            Ok(address) => format!("[{address}]"),
            Err(_) => self.host,
        };
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let password = given(self.password);
        Ok(OfferedBroker {
            url: format!("{scheme}://{host}:{port}"),
            login: given(self.username).map(|user| (user, password)),
        })
    }
}

#[cfg(test)]
#[path = "supervisor/tests.rs"]
mod tests;
