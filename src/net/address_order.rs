//! The order in which the addresses of a host are tried: those that gave no answer last, the latest of them at the end. Pure.
//!
//! Input: the addresses of a look-up, and which of them answered or did not once there was a connection. An address that
//! takes connections and gives no answer (a hung server, a captive portal, a port forward to nothing) then hides another one
//! for a single attempt. Where none ever failed, the order is that of the look-up.
//!
//! Invariant: at most [`FAILED_MAX`] addresses are remembered, as long as the process runs.

use std::net::SocketAddr;

/// Addresses without an answer that are remembered: those of two look-ups.
const FAILED_MAX: usize = 16;

/// See the module.
#[derive(Debug, Default)]
pub struct AddressOrder {
    /// The addresses whose last connection gave no answer, the latest at the end.
    failed: Vec<SocketAddr>,
}

impl AddressOrder {
    /// Puts the addresses in the order in which they are tried.
    pub fn sort(&self, addresses: &mut [SocketAddr]) {
        addresses.sort_by_key(|address| self.place(*address));
    }

    /// The connection to this address gave no answer.
    pub fn failed(&mut self, address: SocketAddr) {
        self.answered(address);
        if self.failed.len() >= FAILED_MAX {
            self.failed.remove(0);
        }
        self.failed.push(address);
    }

    /// The server at this address answered, were it by a refusal.
    pub fn answered(&mut self, address: SocketAddr) {
        self.failed.retain(|failed| *failed != address);
    }

    /// Whether the last connection to this address gave no answer.
    #[must_use]
    pub fn has_failed(&self, address: SocketAddr) -> bool {
        self.failed.contains(&address)
    }

    /// `None`, which sorts first: it did not fail.
    fn place(&self, address: SocketAddr) -> Option<usize> {
        self.failed.iter().position(|failed| *failed == address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> SocketAddr {
        ([192, 0, 2, last], 1883).into()
    }

    fn sorted<const N: usize>(order: &AddressOrder, lasts: [u8; N]) -> [SocketAddr; N] {
        let mut addresses = lasts.map(address);
        order.sort(&mut addresses);
        addresses
    }

    #[test]
    fn what_gave_no_answer_is_tried_last_until_it_answers() {
        let mut order = AddressOrder::default();
        assert_eq!(sorted(&order, [2, 1, 3]), [2, 1, 3].map(address));
        order.failed(address(2));
        assert_eq!(sorted(&order, [2, 1, 3]), [1, 3, 2].map(address));
        order.failed(address(1));
        assert_eq!(sorted(&order, [2, 1, 3]), [3, 2, 1].map(address));
        order.failed(address(2));
        assert_eq!(sorted(&order, [2, 1, 3]), [3, 1, 2].map(address));
        order.answered(address(1));
        assert_eq!(sorted(&order, [2, 1, 3]), [1, 3, 2].map(address));
        assert!(order.has_failed(address(2)) && !order.has_failed(address(1)));
    }

    #[test]
    fn of_addresses_that_all_give_no_answer_each_has_its_turn() {
        let mut order = AddressOrder::default();
        let tried: Vec<SocketAddr> = (0..6)
            .map(|_| {
                let [first, ..] = sorted(&order, [1, 2, 3]);
                order.failed(first);
                first
            })
            .collect();
        assert_eq!(tried, [1, 2, 3, 1, 2, 3].map(address));
    }

    #[test]
    fn an_address_that_the_resolver_gives_now_and_then_is_remembered_within_bounds() {
        let mut order = AddressOrder::default();
        order.failed(address(1));
        assert_eq!(sorted(&order, [3]), [3].map(address));
        assert_eq!(sorted(&order, [1, 3]), [3, 1].map(address));
        for last in 10..10 + u8::try_from(FAILED_MAX).unwrap() {
            order.failed(address(last));
        }
        assert!(!order.has_failed(address(1)), "the oldest is forgotten");
        assert_eq!(order.failed.len(), FAILED_MAX);
    }
}
