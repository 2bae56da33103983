//! Why there is no TLS with a broker, and the remedy.
//!
//! Input: an error of a connection. Output: a [`DisconnectReason`]. The library hands on OpenSSL's own text and no number, so
//! the text is parsed:
//!
//! ```text
//! verification = … "(" result ")"               result: X509_verify_cert_error_string(3)
//! alert        = … "SSL alert number " number   number: RFC 8446, 6.2
//! library      = "error:" code ":SSL routines:" function ":" reason ":" …
//! ```
//! Other texts are shown as they are.
//!
//! A failure that lasts until the configuration changes is a refusal. A closed connection may be a broker that is
//! starting, and a certificate that is not valid yet may be due to a clock that is not set yet: those are losses.

use std::error::Error as _;
use std::io;

use tokio_native_tls::native_tls;

use super::disconnect_reason::DisconnectReason;
use crate::sink::BrokerCause;

pub const DEMANDS: &str =
    "If it demands a client certificate: set client-certificate and client-key in [mqtt]";

/// Before what the verification of a certificate found.
const UNTRUSTED: &str = "its certificate is not trusted: ";

/// What to do about a certificate of an authority that is not trusted.
const NAME_AUTHORITY: &str = ". Set ca-file in [mqtt] to the certificate of the authority that signed it; without ca-file, those of the package ca-certificates are trusted";

fn lost(why: impl Into<String>) -> DisconnectReason {
    DisconnectReason::Lost(BrokerCause::Tls, why.into())
}

/// The reason of a failed handshake.
pub fn failed(error: &native_tls::Error) -> DisconnectReason {
    let text = error.to_string();
    let is_closed = error
        .source()
        .is_some_and(|source| source.downcast_ref::<io::Error>().is_some());
    if is_closed || text.to_ascii_lowercase().contains("unexpected eof") {
        return lost(format!(
            "it ended the connection before there was TLS ({text}). Is this its port for TLS?"
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

/// The reason of a broken connection, with TLS or without.
pub fn broken(error: &io::Error) -> DisconnectReason {
    let text = error.to_string();
    if text.contains("SSL routines") {
        refused(&text)
    } else {
        let cause = match error.kind() {
            io::ErrorKind::TimedOut => BrokerCause::Timeout,
            _ => BrokerCause::Closed,
        };
        DisconnectReason::Lost(cause, text)
    }
}

/// The broker's certificate fails the verification with this result.
fn untrusted(result: &str) -> DisconnectReason {
    let lower = result.to_ascii_lowercase();
    if lower.contains("not yet valid") {
        return lost("its certificate is not yet valid. Is the clock of this computer right?");
    }
    // A signature that is wrong is that of an authority with the name of a trusted one, and another key.
    let of_unknown = ["issuer", "self-signed", "verify", "signature failure"];
    let advice = if lower.contains("expired") {
        ". Renew it at the broker"
    } else if lower.contains("mismatch") {
        ". Write in url, in [mqtt], a name that is in the certificate"
    } else if of_unknown.iter().any(|word| lower.contains(word)) {
        NAME_AUTHORITY
    } else {
        ". Replace it at the broker"
    };
    let why = format!("{UNTRUSTED}{result}{advice}");
    DisconnectReason::Refused(BrokerCause::Tls, why)
}

/// What the verification found, if the reason is an authority that is not trusted.
pub fn unknown_authority(why: &str) -> Option<&str> {
    // An address may be before it.
    let (_, result) = why.split_once(UNTRUSTED)?;
    result.strip_suffix(NAME_AUTHORITY)
}

/// The broker sent an alert, or an answer that is no TLS of ours.
fn refused(text: &str) -> DisconnectReason {
    const NO_TLS: [&str; 4] = [
        "wrong version number",
        "packet length too long",
        "record layer failure",
        "http request",
    ];
    let ours = |what| format!("it refuses our client certificate: {what}");
    let what = match alert(text) {
        // handshake_failure: in TLS 1.2 also the answer to a missing client certificate.
        Some(40) => format!("it refuses the handshake. {DEMANDS}"),
        Some(116) => {
            "it demands a client certificate: set client-certificate and client-key in [mqtt]"
                .to_owned()
        }
        Some(44) => ours("it is revoked. Get another"),
        Some(45) => ours("it has expired. Renew it"),
        Some(48) => {
            ours("its authority is unknown there. Get one signed by the broker's authority")
        }
        Some(42 | 43 | 46 | 49) => ours("see the log of the broker"),
        Some(70 | 71) => "it supports only an old TLS. It must support TLS 1.2 or newer".to_owned(),
        _ if text.contains("unsupported protocol") => {
            "it supports only an old TLS. It must support TLS 1.2 or newer".to_owned()
        }
        _ if NO_TLS.iter().any(|reason| text.contains(reason)) => {
            "there is no TLS on this port. Set the TLS port in url, in [mqtt]; 8883 is usual"
                .to_owned()
        }
        _ => return lost(format!("TLS failed: {}", reason(text))),
    };
    DisconnectReason::Refused(BrokerCause::Tls, what)
}

/// The number of the broker's alert.
fn alert(text: &str) -> Option<u8> {
    let (_, rest) = text.split_once("SSL alert number ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    rest.get(..end.unwrap_or(rest.len()))?.parse().ok()
}

/// The reason of a library error, `wrong version number` in `error:0A00010B:SSL routines:…:wrong version number:…`; the
/// whole text of others.
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
    fn a_failed_verification_gives_the_remedy() {
        for (result, advice) in [
            ("certificate has expired", "Renew it"),
            ("hostname mismatch", "Write in url"),
            ("IP address mismatch", "Write in url"),
            ("self-signed certificate", "Set ca-file"),
            ("unable to get local issuer certificate", "Set ca-file"),
            ("certificate signature failure", "Set ca-file"),
            ("EE certificate key too weak", "Replace it"),
        ] {
            let DisconnectReason::Refused(BrokerCause::Tls, why) = untrusted(result) else {
                panic!("{result} is no refusal");
            };
            assert!(why.contains(result) && why.contains(advice), "{why}");
            let found = Some(result).filter(|_| advice == "Set ca-file");
            assert_eq!(unknown_authority(&why), found);
            let of_address = format!("at 192.0.2.1:8883: {why}");
            assert_eq!(unknown_authority(&of_address), found);
        }
        let early = untrusted("certificate is not yet valid");
        assert!(
            matches!(early, DisconnectReason::Lost(BrokerCause::Tls, why) if why.contains("clock"))
        );
    }

    #[test]
    fn an_alert_is_recognised_by_its_number() {
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
                matches!(&cause, DisconnectReason::Refused(BrokerCause::Tls, why) if why.contains(word)),
                "{cause:?}"
            );
        }
        let unknown = refused(&line(80));
        assert!(
            matches!(&unknown, DisconnectReason::Lost(BrokerCause::Tls, why) if why == "TLS failed: x"),
            "{unknown:?}"
        );
    }

    #[test]
    fn an_error_that_is_not_of_tls_is_a_loss() {
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(
            broken(&reset),
            DisconnectReason::Lost(BrokerCause::Closed, reset.to_string())
        );
    }
}
