//! Which hosts a request over loopback may name: a guard against DNS rebinding. Pure.
//!
//! A web page can make the browser of this machine send a request here: its owner lets a name of theirs lead to 127.0.0.1, and
//! the browser then takes the answer for the page's own. So a request that came over loopback is answered only if its `Host` is
//! one that no stranger can own.

use std::net::{IpAddr, Ipv6Addr};

/// Domains that nobody owns on the internet (RFC 6761, RFC 6762, RFC 8375); engines of containers name their host below
/// `internal`.
const PRIVATE_DOMAINS: [&str; 4] = [".localhost", ".local", ".home.arpa", ".internal"];

/// Whether a `Host`, with or without a port, is an address, a name without a dot, or a name in a domain that nobody owns.
pub fn is_private_host(host: &str) -> bool {
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if let Some((address, _)) = bracketed {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let is_private = name.parse::<IpAddr>().is_ok()
        || !name.contains('.')
        || PRIVATE_DOMAINS.iter().any(|domain| name.ends_with(domain));
    is_private && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_stranger_can_own_is_private() {
        for host in [
            "",
            "127.0.0.1",
            "127.0.0.1:9867",
            "[::1]",
            "[::1]:9867",
            "192.168.1.4:9867",
            "localhost:9867",
            "LOCALHOST.",
            "linky",
            "pi.local:9867",
            "metrics.localhost",
            "host.containers.internal:9867",
        ] {
            assert!(is_private_host(host), "{host}");
        }
        for host in [
            "attacker.example:9867",
            "attacker.example",
            "127.0.0.1.attacker.example",
            "localhost.attacker.example.",
            "attacker.example:local",
            "[attacker.example]:9867",
        ] {
            assert!(!is_private_host(host), "{host}");
        }
    }
}
