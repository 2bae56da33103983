//! STGE, the status register.
//!
//! ```text
//! status = 8HEXDIG     ; 32 bits, most significant first, in upper case
//! ```
//!
//! | bits | |
//! |---|---|
//! | 0 | dry contact: 0 closed, 1 open |
//! | 1-3 | breaker, see [`Breaker`] |
//! | 4 | cover of the distributor's terminals: 1 open |
//! | 6 | overvoltage on a phase |
//! | 7 | power above the subscribed one |
//! | 8 | 0 consumer, 1 producer |
//! | 9 | active energy: 1 negative |
//! | 10-13 | supplier index in force, less one |
//! | 14-15 | distributor index in force, less one |
//! | 16 | clock: 1 degraded |
//! | 17 | output: 0 historique, 1 standard |
//! | 19-20 | Euridis output, see [`Euridis`] |
//! | 21-22 | power-line communication, see [`Plc`] |
//! | 23 | power-line communication: 1 synchronised |
//! | 24-25 | Tempo colour of today: 0 none, 1 blue, 2 white, 3 red |
//! | 26-27 | Tempo colour of tomorrow |
//! | 28-29 | mobile peak that is announced: 0 none, 1 to 3 |
//! | 30-31 | mobile peak in progress: 0 none, 1 to 3 |
//!
//! Bits 5 and 18 are not used. A reserved code is `None`, never an error. Source: 54E 6.2.3.14.

use super::digits::parse_hex;
use super::tariff::Color;

/// The register.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Status(u32);

/// State of the breaker, with the cause if it is open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Breaker {
    /// Closed.
    Closed,
    /// Open on excess power.
    OpenOverPower,
    /// Open on overvoltage.
    OpenOverVoltage,
    /// Open for load shedding.
    OpenLoadShedding,
    /// Open by an order through PLC or Euridis.
    OpenByOrder,
    /// Open on overheating, with a current above the maximum switching current.
    OpenOverheatingHighCurrent,
    /// Open on overheating, with a current below the maximum switching current.
    OpenOverheatingLowCurrent,
}

/// State of the Euridis output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Euridis {
    /// Disabled.
    Disabled,
    /// Enabled without security.
    Insecure,
    /// Enabled with security.
    Secure,
}

/// State of the power-line communication.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Plc {
    /// New/Unlock.
    NewUnlocked,
    /// New/Lock.
    NewLocked,
    /// Registered.
    Registered,
}

impl Status {
    /// A register of a known value.
    pub const fn new(raw: u32) -> Status {
        Status(raw)
    }

    /// Parses the eight digits of STGE; `None` for anything else.
    ///
    /// ```
    /// use linky_sensor::tic::{Breaker, Status};
    ///
    /// let status = Status::parse(b"003A4401").unwrap();
    /// assert_eq!(status.breaker(), Some(Breaker::Closed));
    /// assert_eq!(status.tariff_index(), Some(2));
    /// assert!(status.is_standard() && !status.over_power());
    /// ```
    pub fn parse(data: &[u8]) -> Option<Status> {
        if data.len() == 8 {
            parse_hex(data).map(Status)
        } else {
            None
        }
    }

    /// The 32 bits.
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// Bit 0: the dry contact is open. The opposite of relay 1 of RELAIS.
    pub const fn dry_contact_open(self) -> bool {
        self.bit(0)
    }

    /// Bits 1 to 3.
    pub const fn breaker(self) -> Option<Breaker> {
        match self.bits(1, 3) {
            0 => Some(Breaker::Closed),
            1 => Some(Breaker::OpenOverPower),
            2 => Some(Breaker::OpenOverVoltage),
            3 => Some(Breaker::OpenLoadShedding),
            4 => Some(Breaker::OpenByOrder),
            5 => Some(Breaker::OpenOverheatingHighCurrent),
            6 => Some(Breaker::OpenOverheatingLowCurrent),
            _ => None,
        }
    }

    /// Bit 4: the cover of the distributor's terminals is open.
    pub const fn terminal_cover_open(self) -> bool {
        self.bit(4)
    }

    /// Bit 6: overvoltage on a phase.
    pub const fn over_voltage(self) -> bool {
        self.bit(6)
    }

    /// Bit 7: the power exceeds the subscribed one.
    pub const fn over_power(self) -> bool {
        self.bit(7)
    }

    /// Bit 8: the meter is set up for a producer.
    pub const fn is_producer(self) -> bool {
        self.bit(8)
    }

    /// Bit 9: the active energy is negative. Normal on a consumer's meter that injects.
    pub const fn is_injecting(self) -> bool {
        self.bit(9)
    }

    /// Bits 10 to 13: supplier index in force, 1 to 10. Equal to NTARF.
    pub const fn tariff_index(self) -> Option<u8> {
        match self.bits(10, 4) {
            code @ 0..=9 => Some(code + 1),
            _ => None,
        }
    }

    /// Bits 14 and 15: distributor index in force, 1 to 4.
    pub const fn distributor_index(self) -> u8 {
        self.bits(14, 2) + 1
    }

    /// Bit 16: the clock of the meter is degraded.
    pub const fn clock_degraded(self) -> bool {
        self.bit(16)
    }

    /// Bit 17: the output is in standard mode.
    pub const fn is_standard(self) -> bool {
        self.bit(17)
    }

    /// Bits 19 and 20.
    pub const fn euridis(self) -> Option<Euridis> {
        match self.bits(19, 2) {
            0 => Some(Euridis::Disabled),
            1 => Some(Euridis::Insecure),
            3 => Some(Euridis::Secure),
            _ => None,
        }
    }

    /// Bits 21 and 22.
    pub const fn plc(self) -> Option<Plc> {
        match self.bits(21, 2) {
            0 => Some(Plc::NewUnlocked),
            1 => Some(Plc::NewLocked),
            2 => Some(Plc::Registered),
            _ => None,
        }
    }

    /// Bit 23: the power-line communication is synchronised.
    pub const fn plc_synchronised(self) -> bool {
        self.bit(23)
    }

    /// Bits 24 and 25: Tempo colour of today; `None` if not announced.
    pub const fn color_today(self) -> Option<Color> {
        color(self.bits(24, 2))
    }

    /// Bits 26 and 27: Tempo colour of tomorrow; `None` if not announced.
    pub const fn color_tomorrow(self) -> Option<Color> {
        color(self.bits(26, 2))
    }

    /// Bits 28 and 29: the mobile peak that is announced, 1 to 3; 0 if none.
    pub const fn peak_notice(self) -> u8 {
        self.bits(28, 2)
    }

    /// Bits 30 and 31: the mobile peak in progress, 1 to 3; 0 if none.
    pub const fn peak(self) -> u8 {
        self.bits(30, 2)
    }

    const fn bit(self, at: u32) -> bool {
        self.0 >> at & 1 == 1
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most four bits are selected"
    )]
    const fn bits(self, at: u32, count: u32) -> u8 {
        (self.0 >> at & ((1 << count) - 1)) as u8
    }
}

const fn color(code: u8) -> Option<Color> {
    match code {
        1 => Some(Color::Blue),
        2 => Some(Color::White),
        3 => Some(Color::Red),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &str) -> Status {
        Status::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_ordinary_state_of_a_meter() {
        let status = status("003A0001");
        assert!(
            status.dry_contact_open()
                && status.is_standard()
                && !status.is_producer()
                && !status.clock_degraded()
        );
        assert!(
            !status.terminal_cover_open()
                && !status.over_voltage()
                && !status.over_power()
                && !status.is_injecting()
        );
        assert_eq!(status.breaker(), Some(Breaker::Closed));
        assert_eq!(
            (status.tariff_index(), status.distributor_index()),
            (Some(1), 1)
        );
        assert_eq!(
            (status.euridis(), status.plc()),
            (Some(Euridis::Secure), Some(Plc::NewLocked))
        );
        assert!(!status.plc_synchronised());
        assert_eq!(
            (
                status.color_today(),
                status.color_tomorrow(),
                status.peak_notice(),
                status.peak()
            ),
            (None, None, 0, 0)
        );
    }

    #[test]
    fn a_white_day_with_a_mobile_peak_running() {
        let status = status("463A0800");
        assert!(!status.dry_contact_open());
        assert_eq!(status.tariff_index(), Some(3));
        assert_eq!(
            (status.color_today(), status.color_tomorrow()),
            (Some(Color::White), Some(Color::Blue))
        );
        assert_eq!((status.peak_notice(), status.peak()), (0, 1));
    }

    #[test]
    fn a_producer_on_a_red_day() {
        let status = status("AF3A9100");
        assert!(status.is_producer());
        assert_eq!(
            (status.tariff_index(), status.distributor_index()),
            (Some(5), 3)
        );
        assert_eq!(
            (status.color_today(), status.color_tomorrow()),
            (Some(Color::Red), Some(Color::Red))
        );
        assert_eq!((status.peak_notice(), status.peak()), (2, 2));
    }

    #[test]
    fn other_bits_of_real_meters() {
        let cover = status("000B0411");
        assert!(cover.terminal_cover_open() && cover.clock_degraded());
        assert_eq!(
            (cover.euridis(), cover.plc()),
            (Some(Euridis::Insecure), Some(Plc::NewUnlocked))
        );
        let registered = status("00DA0401");
        assert_eq!(registered.plc(), Some(Plc::Registered));
        assert!(registered.plc_synchronised());
        assert!(status("003A4201").is_injecting());
        assert!(status("003A4481").over_power());
        assert!(status("003A0041").over_voltage());
        assert_eq!(
            status("003A000D").breaker(),
            Some(Breaker::OpenOverheatingLowCurrent)
        );
    }

    #[test]
    fn reserved_codes_are_unknown() {
        let status = status("FFFFFFFF");
        assert_eq!(
            (status.breaker(), status.tariff_index(), status.plc()),
            (None, None, None)
        );
        assert_eq!(Status::new(2 << 19).euridis(), None);
    }

    #[test]
    fn eight_upper_case_digits_only() {
        for wrong in ["003a0001", "003A00G1", "03A0001", "0003A0001", ""] {
            assert_eq!(Status::parse(wrong.as_bytes()), None, "{wrong}");
        }
        assert_eq!(status("003A0001").raw(), 0x003A_0001);
    }
}
