//! The socket between process 1 of a container and the health check of its engine.
//!
//! Each connection is answered with two lines, whether the daemon lives and its status, and closed. An answer needs process
//! 1 to run: a file could be old.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// For the whole of an answer, on either side. Less than the time that the image gives to its health check.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// The pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// More than any answer.
const ANSWER_MAX: u64 = 64 * 1024;

const ALIVE: &str = "alive";
const NOT_ALIVE: &str = "not alive";

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthAnswer {
    /// Whether the container does its work, or waits for what it needs.
    pub is_alive: bool,
    /// A line for people.
    pub status: String,
}

/// Answers until the task is dropped. One connection at a time: each is short.
pub async fn serve(listener: UnixListener, answer: watch::Receiver<HealthAnswer>) {
    loop {
        let Ok((mut stream, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let text = {
            let answer = answer.borrow();
            let first = if answer.is_alive { ALIVE } else { NOT_ALIVE };
            format!("{first}\n{}\n", answer.status)
        };
        // Who does not read it has no answer.
        let _ = timeout(ANSWER_TIMEOUT, stream.write_all(text.as_bytes())).await;
    }
}

/// Asks for the health.
///
/// # Errors
/// No answer, or not one of ours.
pub async fn ask(path: &Path) -> io::Result<HealthAnswer> {
    let mut text = String::new();
    let answered = timeout(ANSWER_TIMEOUT, async {
        let stream = UnixStream::connect(path).await?;
        stream.take(ANSWER_MAX).read_to_string(&mut text).await
    });
    match answered.await {
        Ok(answered) => answered?,
        Err(_) => return Err(io::ErrorKind::TimedOut.into()),
    };
    let (first, status) = text.split_once('\n').unwrap_or((&text, ""));
    let is_alive = match first {
        ALIVE => true,
        NOT_ALIVE => false,
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    Ok(HealthAnswer {
        is_alive,
        status: status.trim_end().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_health_is_answered() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("health");
        assert!(ask(&path).await.is_err(), "nothing listens");
        let starting = HealthAnswer {
            is_alive: false,
            status: "starting".to_owned(),
        };
        let (sender, receiver) = watch::channel(starting.clone());
        let server = tokio::spawn(serve(UnixListener::bind(&path).unwrap(), receiver));
        assert_eq!(ask(&path).await.unwrap(), starting);
        let received = HealthAnswer {
            is_alive: true,
            status: "main: receiving, 1230 VA; broker connected".to_owned(),
        };
        sender.send_replace(received.clone());
        assert_eq!(ask(&path).await.unwrap(), received);
        server.abort();
    }

    #[tokio::test]
    async fn who_does_not_answer_is_not_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("health");
        let _hanging = UnixListener::bind(&path).unwrap();
        let error = ask(&path).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn another_server_is_no_health() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("health");
        let listener = UnixListener::bind(&path).unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.write_all(b"220 mail\r\n").await;
        });
        let error = ask(&path).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
