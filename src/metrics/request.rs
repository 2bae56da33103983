//! The head of an HTTP/1 request (RFC 9112), as far as this endpoint needs it. Pure.
//!
//! ```text
//! head    = *CRLF line *( field CRLF ) CRLF
//! line    = method SP target SP "HTTP/1." DIGIT CRLF     target = "/" path, or http:// host "/" path
//! field   = token ":" value                              CRLF may be a bare LF
//! ```
//! What is not such a head is refused with the status that RFC 9110 has for it. Of the fields only `Host` (it must be there, once)
//! and `Accept` matter. Over loopback only some hosts are answered ([`is_private_host`]).

use super::exposition::TextFormat;
use super::host::is_private_host;
use crate::names;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrapeRequest {
    /// The head of the answer alone.
    pub is_head: bool,
    /// The format that is preferred.
    pub format: TextFormat,
}

/// Why there are no metrics in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpRefusal {
    /// It is no request.
    BadRequest,
    /// There is nothing at that path.
    NotFound,
    /// Only GET and HEAD are answered.
    MethodNotAllowed,
    /// The head did not come in time.
    Timeout,
    /// The head is too large.
    HeadTooLarge,
    /// It came over loopback, and names a host that may be a stranger's.
    ForeignHost,
    /// It is not HTTP/1.
    OtherVersion,
}

impl HttpRefusal {
    /// Status code and reason.
    pub fn status(self) -> &'static str {
        match self {
            Self::BadRequest => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::Timeout => "408 Request Timeout",
            Self::ForeignHost => "421 Misdirected Request",
            Self::HeadTooLarge => "431 Request Header Fields Too Large",
            Self::OtherVersion => "505 HTTP Version Not Supported",
        }
    }
}

/// Where a head ends in these bytes, if it does: behind its empty line. Empty lines before it are part of it.
pub fn head_end(bytes: &[u8]) -> Option<usize> {
    let start = bytes.iter().position(|byte| !b"\r\n".contains(byte))?;
    let mut line_is_empty = false;
    for (place, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'\n' if line_is_empty => return Some(place + 1),
            b'\n' => line_is_empty = true,
            b'\r' => {}
            _ => line_is_empty = false,
        }
    }
    None
}

/// Parses a whole head; `is_loopback`: its connection came over loopback.
///
/// # Errors
/// How it is to be answered instead.
pub fn parse_head(head: &[u8], is_loopback: bool) -> Result<ScrapeRequest, HttpRefusal> {
    let mut lines = head
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .skip_while(|line| line.is_empty());
    let line = lines.next().ok_or(HttpRefusal::BadRequest)?;
    let line = str::from_utf8(line).map_err(|_| HttpRefusal::BadRequest)?;
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(HttpRefusal::BadRequest);
    };
    if !is_token(method.as_bytes()) {
        return Err(HttpRefusal::BadRequest);
    }
    let must_have_host = match version.strip_prefix("HTTP/").map(str::as_bytes) {
        Some(b"1.0") => false,
        Some([b'1', b'.', minor]) if minor.is_ascii_digit() => true,
        Some([major, b'.', minor]) if major.is_ascii_digit() && minor.is_ascii_digit() => {
            return Err(HttpRefusal::OtherVersion);
        }
        _ => return Err(HttpRefusal::BadRequest),
    };
    let (mut hosts, mut is_foreign, mut accept) = (0, false, String::new());
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = parse_field(line).ok_or(HttpRefusal::BadRequest)?;
        if name.eq_ignore_ascii_case(b"host") {
            hosts += 1;
            is_foreign = !is_private_host(&String::from_utf8_lossy(value));
        } else if name.eq_ignore_ascii_case(b"accept") {
            accept.push_str(&String::from_utf8_lossy(value));
            accept.push(',');
        }
    }
    if hosts > 1 || (must_have_host && hosts == 0) {
        return Err(HttpRefusal::BadRequest);
    }
    let path = path(target).ok_or(HttpRefusal::BadRequest)?;
    if is_loopback && is_foreign {
        return Err(HttpRefusal::ForeignHost);
    }
    if path != names::metrics::PATH {
        return Err(HttpRefusal::NotFound);
    }
    if !["GET", "HEAD"].contains(&method) {
        return Err(HttpRefusal::MethodNotAllowed);
    }
    Ok(ScrapeRequest {
        is_head: method == "HEAD",
        format: preferred_format(&accept),
    })
}

/// The path of a target, without the query. `None` if it is no target.
fn path(target: &str) -> Option<&str> {
    let is_visible = |byte: u8| byte.is_ascii_graphic();
    if !target.bytes().all(is_visible) {
        return None;
    }
    let target = match target.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
            let (_, path) = rest.split_at(rest.find('/')?);
            path
        }
        _ => target,
    };
    let (path, _) = target
        .split_at_checked(target.find('?').unwrap_or(target.len()))
        .unwrap_or((target, ""));
    path.starts_with('/').then_some(path)
}

/// Name and value of a field. `None` for one without a name, with a space before the colon, folded over lines or with
/// control characters.
fn parse_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, rest) = line.split_at(colon);
    let value = rest.strip_prefix(b":")?.trim_ascii();
    let is_text = |byte: &u8| *byte == b'\t' || !byte.is_ascii_control();
    (is_token(name) && value.iter().all(is_text)).then_some((name, value))
}

/// RFC 9110, 5.6.2.
fn is_token(text: &[u8]) -> bool {
    let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_allowed)
}

/// OpenMetrics if it is named, in a version that this is, and not wanted less than the older format; else that, which
/// whoever names neither can read.
fn preferred_format(accept: &str) -> TextFormat {
    let (mut open, mut older) = (0, 0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let (mut quality, mut version) = (1000, "");
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim() {
                name if name.eq_ignore_ascii_case("q") => quality = thousandths(value),
                name if name.eq_ignore_ascii_case("version") => version = value,
                _ => {}
            }
        }
        if media.eq_ignore_ascii_case("application/openmetrics-text") {
            if ["", "1.0.0"].contains(&version) {
                open = open.max(quality);
            }
        } else if ["text/plain", "text/*", "*/*"]
            .iter()
            .any(|known| media.eq_ignore_ascii_case(known))
        {
            older = older.max(quality);
        }
    }
    if open > 0 && open >= older {
        TextFormat::OpenMetrics
    } else {
        TextFormat::Prometheus
    }
}

/// A weight of 0 to 1, in thousandths; 0 if it is none.
fn thousandths(weight: &str) -> u32 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let fraction = format!("{fraction:0<3}");
    let is_weight = ["0", "1"].contains(&whole) && fraction.len() == 3;
    let fraction = fraction.parse::<u32>().ok().filter(|_| is_weight);
    fraction.map_or(0, |fraction| {
        (u32::from(whole == "1") * 1000 + fraction).min(1000)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(head: &str) -> Result<ScrapeRequest, HttpRefusal> {
        parse_head(head.as_bytes(), false)
    }

    fn get(fields: &str) -> Result<ScrapeRequest, HttpRefusal> {
        parse(&format!("GET /metrics HTTP/1.1\r\n{fields}\r\n"))
    }

    #[test]
    fn requests() {
        let older = |is_head| {
            Ok(ScrapeRequest {
                is_head,
                format: TextFormat::Prometheus,
            })
        };
        assert_eq!(get("Host: h\r\n"), older(false));
        for head in [
            "HEAD /metrics HTTP/1.1\r\nhost:h\r\n\r\n",
            "HEAD /metrics?name=a HTTP/1.1\r\nHOST:\r\n\r\n",
            "\r\nHEAD http://h:1/metrics HTTP/1.1\r\nHost: h:1\r\n\r\n",
            "HEAD /metrics HTTP/1.0\n\n",
        ] {
            assert_eq!(parse(head), older(true), "{head:?}");
        }
    }

    #[test]
    fn refusals() {
        for (head, expected) in [
            ("", HttpRefusal::BadRequest),
            ("\r\n\r\n", HttpRefusal::BadRequest),
            ("GET /metrics\r\n\r\n", HttpRefusal::BadRequest),
            ("GET  /metrics HTTP/1.0\r\n\r\n", HttpRefusal::BadRequest),
            ("GET /metrics HTTP/1.1\r\n\r\n", HttpRefusal::BadRequest),
            (
                "GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                HttpRefusal::BadRequest,
            ),
            (
                "GET /metrics HTTP/1.0\r\nAccept : a\r\n\r\n",
                HttpRefusal::BadRequest,
            ),
            (
                "GET /metrics HTTP/1.0\r\nA: b\r\n c\r\n\r\n",
                HttpRefusal::BadRequest,
            ),
            (
                "GET /metrics HTTP/1.0\r\nA: b\0\r\n\r\n",
                HttpRefusal::BadRequest,
            ),
            (
                "GET /metrics HTTP/1.0\r\nword\r\n\r\n",
                HttpRefusal::BadRequest,
            ),
            ("GET metrics HTTP/1.0\r\n\r\n", HttpRefusal::BadRequest),
            ("GET * HTTP/1.0\r\n\r\n", HttpRefusal::BadRequest),
            ("GET /metrics FTP/1.0\r\n\r\n", HttpRefusal::BadRequest),
            ("G(T /metrics HTTP/1.0\r\n\r\n", HttpRefusal::BadRequest),
            ("PRI * HTTP/2.0\r\n\r\n", HttpRefusal::OtherVersion),
            ("GET / HTTP/1.0\r\n\r\n", HttpRefusal::NotFound),
            ("GET /metrics/ HTTP/1.0\r\n\r\n", HttpRefusal::NotFound),
            ("GET /metrics HTTP/3.0\r\n\r\n", HttpRefusal::OtherVersion),
            ("POST / HTTP/1.0\r\n\r\n", HttpRefusal::NotFound),
            (
                "POST /metrics HTTP/1.0\r\n\r\n",
                HttpRefusal::MethodNotAllowed,
            ),
            (
                "get /metrics HTTP/1.0\r\n\r\n",
                HttpRefusal::MethodNotAllowed,
            ),
        ] {
            assert_eq!(parse(head), Err(expected), "{head:?}");
        }
    }

    #[test]
    fn over_loopback_no_host_of_the_internet_is_answered() {
        let parse = |host: &str, is_loopback| {
            let head = format!("GET /metrics HTTP/1.1\r\nHost: {host}\r\n\r\n");
            parse_head(head.as_bytes(), is_loopback).map(|_| ())
        };
        assert_eq!(parse("localhost:9867", true), Ok(()));
        let foreign = "attacker.example:9867";
        assert_eq!(parse(foreign, true), Err(HttpRefusal::ForeignHost));
        assert_eq!(parse(foreign, false), Ok(()));
    }

    #[test]
    fn the_format_is_negotiated() {
        let format = |accept: &str| {
            get(&format!("Host: h\r\nAccept: {accept}\r\n"))
                .unwrap()
                .format
        };
        // Prometheus 2.42 and 3.5, as they ask.
        for open in [
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
            "application/openmetrics-text",
            "text/plain; q=0.9, Application/OpenMetrics-Text; VERSION=\"1.0.0\"",
        ] {
            assert_eq!(format(open), TextFormat::OpenMetrics, "{open}");
        }
        for older in [
            "",
            "*/*",
            "text/plain",
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "application/openmetrics-text;version=2.0.0",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;q=0.4,text/plain;q=0.5",
            "application/openmetrics-text;q=much",
        ] {
            assert_eq!(format(older), TextFormat::Prometheus, "{older}");
        }
    }

    #[test]
    fn the_end_of_a_head_is_an_empty_line_behind_another() {
        for (bytes, end) in [
            (&b"GET / HTTP/1.0\r\n\r\nbody"[..], Some(18)),
            (b"\r\n\r\nGET\n\n", Some(9)),
            (b"GET\n\r\n", Some(6)),
            (b"GET\r\n", None),
            (b"\r\n\r\n\r\n", None),
            (b"", None),
        ] {
            assert_eq!(head_end(bytes), end, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_request_or_a_refusal(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_head(&bytes, true);
            if let Some(end) = head_end(&bytes) {
                prop_assert!(end <= bytes.len());
            }
        }

        #[test]
        fn any_text_behind_a_good_line_is_one_too(line in "(GET|HEAD) /metrics HTTP/1.[01]", rest in "([A-Za-z]{0,8}[: ]{0,2}[ -~]{0,20}\r?\n){0,5}") {
            let _ = parse(&format!("{line}\r\n{rest}\r\n"));
        }

        #[test]
        fn any_weight_is_one_of_0_to_1(weight in "[01]?\\.?[0-9a-z]{0,5}") {
            prop_assert!(thousandths(&weight) <= 1000);
        }
    }
}
