//! Why there is no TLS with a broker, in words that say what to do.
//!
//! Input: an error of the client library. Output: a [`Cause`]. The library hands on OpenSSL's own text and no number, so
//! the text is read: the result of the verification stands in brackets at its end (X509_verify_cert_error_string(3)), an
//! alert of the broker is `SSL alert number` and the number of RFC 8446, 6.2. What is not recognised is shown as it is.
//!
//! What only a person can put right is a refusal. A connection that was closed may be a broker that starts, and a
//! certificate that is not valid yet a computer that does not know the time yet: those are only losses.

use std::error::Error as _;
use std::io;

use rumqttc::tokio_native_tls::native_tls;
use rumqttc::{ConnectionError, Error as WireError, StateError};

use super::broker::Cause;

const DEMANDS: &str =
    "If it demands a client certificate: set client-certificate and client-key in [mqtt]";

/// An attempt over TLS failed. In TLS 1.3 a broker looks at our certificate after the handshake, and when it refuses,
/// what it says is often lost with the connection.
pub fn attempt_failed(error: &ConnectionError, shows_certificate: bool) -> Cause {
    let is_cut = matches!(
        error,
        ConnectionError::MqttState(
            StateError::ConnectionAborted | StateError::Deserialization(WireError::Io(_))
        )
    );
    match Cause::from(error) {
        Cause::Lost(_) if is_cut => Cause::Lost(format!(
            "it ended the connection as soon as there was TLS. {}",
            if shows_certificate {
                "It may refuse our client certificate: see its log"
            } else {
                DEMANDS
            }
        )),
        cause => cause,
    }
}

/// The handshake failed.
pub fn failed(error: &native_tls::Error) -> Cause {
    let text = error.to_string();
    let is_closed = error
        .source()
        .is_some_and(|source| source.downcast_ref::<io::Error>().is_some());
    if is_closed || text.to_ascii_lowercase().contains("unexpected eof") {
        return Cause::Lost(format!(
            "it ended the connection before there was TLS ({text}). Does it speak TLS on this port?"
        ));
    }
    let verification = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once(" ("));
    match verification {
        Some((_, result)) => untrusted(result),
        None => refused(&text),
    }
}

/// A connection broke, with TLS or without.
pub fn broken(error: &io::Error) -> Cause {
    let text = error.to_string();
    if text.contains("SSL routines") {
        refused(&text)
    } else {
        Cause::Lost(text)
    }
}

/// Its certificate does not stand the verification.
fn untrusted(result: &str) -> Cause {
    let lower = result.to_ascii_lowercase();
    if lower.contains("not yet valid") {
        return Cause::Lost(
            "its certificate is not yet valid. Is the clock of this computer right?".to_owned(),
        );
    }
    let advice = if lower.contains("expired") {
        "Renew it at the broker"
    } else if lower.contains("mismatch") {
        "Write in url, in [mqtt], a name that is in the certificate"
    } else if lower.contains("issuer") || lower.contains("self-signed") || lower.contains("verify")
    {
        "Set ca-file in [mqtt] to the certificate of the authority that signed it; without ca-file, those of the package ca-certificates are trusted"
    } else {
        "Replace it at the broker"
    };
    Cause::Refused(format!(
        "its certificate is not trusted: {result}. {advice}"
    ))
}

/// The broker said no, or what it said is no TLS of ours.
fn refused(text: &str) -> Cause {
    const NO_TLS: [&str; 4] = [
        "wrong version number",
        "packet length too long",
        "record layer failure",
        "http request",
    ];
    let ours = |what| format!("it refuses our client certificate: {what}");
    let what = match alert(text) {
        // handshake_failure: with TLS 1.2, also that of a broker that was shown no certificate.
        Some(40) => format!("it refuses the handshake. {DEMANDS}"),
        Some(116) => "it demands a client certificate: set client-certificate and client-key in [mqtt]".to_owned(),
        Some(44) => ours("it is revoked. Get another"),
        Some(45) => ours("it has expired. Renew it"),
        Some(48) => ours("it does not know the authority that signed it. Get one signed by the broker's"),
        Some(42 | 43 | 46 | 49) => ours("see the log of the broker"),
        Some(70 | 71) => "it speaks only an old TLS. It must speak TLS 1.2 or newer".to_owned(),
        _ if text.contains("unsupported protocol") => "it speaks only an old TLS. It must speak TLS 1.2 or newer".to_owned(),
        _ if NO_TLS.iter().any(|reason| text.contains(reason)) => {
            "it speaks no TLS on this port. Give the port that does in url, in [mqtt]; 8883 is usual".to_owned()
        }
        _ => return Cause::Lost(format!("TLS failed: {}", reason(text))),
    };
    Cause::Refused(what)
}

/// The number of the alert that the broker sent.
fn alert(text: &str) -> Option<u8> {
    let (_, rest) = text.split_once("SSL alert number ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    rest.get(..end.unwrap_or(rest.len()))?.parse().ok()
}

/// The reason in `error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:…`; else all of it.
fn reason(text: &str) -> &str {
    let reason = text.split(':').nth(4);
    reason
        .filter(|_| text.starts_with("error:"))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verification_says_what_to_do() {
        for (result, advice) in [
            ("certificate has expired", "Renew it"),
            ("hostname mismatch", "Write in url"),
            ("IP address mismatch", "Write in url"),
            ("self-signed certificate", "Set ca-file"),
            ("unable to get local issuer certificate", "Set ca-file"),
            ("EE certificate key too weak", "Replace it"),
        ] {
            let Cause::Refused(why) = untrusted(result) else {
                panic!("{result} heals by itself");
            };
            assert!(why.contains(result) && why.contains(advice), "{why}");
        }
        let early = untrusted("certificate is not yet valid");
        assert!(matches!(early, Cause::Lost(why) if why.contains("clock")));
    }

    #[test]
    fn an_alert_is_known_by_its_number() {
        let line = |number| {
            format!(
                "error:0A000418:SSL routines:ssl3_read_bytes:x:../ssl/s3.c:1:SSL alert number {number}"
            )
        };
        for (number, word) in [
            (40, "client-key"),
            (45, "expired"),
            (48, "authority"),
            (70, "1.2"),
            (116, "demands a client certificate"),
        ] {
            let cause = refused(&line(number));
            assert!(
                matches!(&cause, Cause::Refused(why) if why.contains(word)),
                "{cause:?}"
            );
        }
        let unknown = refused(&line(80));
        assert!(
            matches!(&unknown, Cause::Lost(why) if why == "TLS failed: x"),
            "{unknown:?}"
        );
    }

    #[test]
    fn what_is_not_of_tls_is_only_lost() {
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(broken(&reset), Cause::Lost(reset.to_string()));
    }
}
