use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;

/// A server that reads one request and writes this; the request is the outcome of its task.
async fn server(answer: Vec<u8>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        let _ = stream.write_all(&answer).await;
        request.truncate(length);
        String::from_utf8(request).unwrap()
    });
    (address, task)
}

fn http(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.0 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

async fn answered(answer: Vec<u8>) -> Result<Option<OfferedBroker>, SupervisorError> {
    let (address, _task) = server(answer).await;
    offered_broker(&address, "secret").await
}

#[tokio::test]
async fn the_broker_comes_with_its_login() {
    let body = r#"{"result": "ok", "data": {"addon": "core_mosquitto", "host": "core-mosquitto", "port": 1883,
        "ssl": false, "protocol": "3.1.1", "username": "addons", "password": "a\"b\\c'é"}}"#;
    let (address, task) = server(http("200 OK", body)).await;
    let broker = offered_broker(&address, "s3cret").await.unwrap().unwrap();
    assert_eq!(broker.url, "mqtt://core-mosquitto:1883");
    let login = ("addons".to_owned(), Some("a\"b\\c'é".to_owned()));
    assert_eq!(broker.login, Some(login));
    let request = task.await.unwrap();
    assert!(
        request.starts_with("GET /services/mqtt HTTP/1.0\r\n"),
        "{request}"
    );
    assert!(
        request.contains("\r\nAuthorization: Bearer s3cret\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn other_forms_of_a_broker_are_read() {
    for (data, url, login) in [
        (
            r#""host": "10.0.0.5", "port": "8883", "ssl": true"#,
            "mqtts://10.0.0.5:8883",
            None,
        ),
        (
            r#""host": "fd00::1", "port": 1883, "password": "x""#,
            "mqtt://[fd00::1]:1883",
            None,
        ),
        (
            r#""host": "b", "port": 1, "username": "u", "password": null"#,
            "mqtt://b:1",
            Some(("u".to_owned(), None)),
        ),
    ] {
        let body = format!(r#"{{"result": "ok", "data": {{{data}}}}}"#);
        let broker = answered(http("200 OK", &body)).await.unwrap().unwrap();
        assert_eq!((&*broker.url, broker.login), (url, login));
    }
}

#[tokio::test]
async fn no_broker_is_an_answer() {
    let body = r#"{"result": "error", "message": "Service not enabled"}"#;
    assert!(
        answered(http("400 Bad Request", body))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        answered(http("200 OK", r#"{"result": "ok"}"#))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn what_decides_nothing_is_an_error_of_its_own() {
    let error = answered(http("401 Unauthorized", "")).await.unwrap_err();
    assert!(matches!(error, SupervisorError::Unauthorized), "{error}");
    let body = r#"{"result": "error", "message": "No access to mqtt service!\u001b[2J"}"#;
    let error = answered(http("403 Forbidden", body)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r"HTTP 403 No access to mqtt service!\u{1b}[2J"
    );
    let error = answered(http("502 Bad Gateway", "<html>"))
        .await
        .unwrap_err();
    assert!(matches!(error, SupervisorError::Status(502, _)), "{error}");
    for garbage in [
        &b""[..],
        b"\xff\xfe\x00",
        b"220 mail\r\n\r\n",
        b"HTTP/1.0\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\n\r\n{\"result\": \"ok\", \"data\": {\"host\"",
        b"HTTP/1.0 200 OK\r\n\r\n{\"result\": \"ok\", \"data\": {\"host\": \"b\", \"port\": 0}}",
        b"HTTP/1.0 200 OK\r\n\r\n{\"result\": \"ok\", \"data\": {\"host\": \"b\", \"port\": 70000}}",
        b"HTTP/1.0 200 OK\r\n\r\n{\"result\": \"ok\", \"data\": [1]}",
    ] {
        let error = answered(garbage.to_vec()).await.unwrap_err();
        assert!(matches!(error, SupervisorError::NotUnderstood(_)), "{error}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let error = answered(http("200 OK", &" ".repeat(1 << 20)))
        .await
        .unwrap_err();
    assert!(matches!(error, SupervisorError::TooLarge), "{error}");
}

#[tokio::test]
async fn no_server_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = offered_broker(&address, "x").await.unwrap_err();
    assert!(matches!(error, SupervisorError::Connection(_)), "{error}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let error = ask_within(Duration::from_millis(50), &address, "x")
        .await
        .unwrap_err();
    assert!(matches!(error, SupervisorError::Timeout), "{error}");
}

#[tokio::test]
async fn a_token_cannot_add_lines_to_the_request() {
    let error = offered_broker("127.0.0.1:1", "a\r\nHost: b")
        .await
        .unwrap_err();
    assert!(matches!(error, SupervisorError::Token), "{error}");
}
