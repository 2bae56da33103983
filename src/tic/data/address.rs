//! ADSC and ADCO: the Euridis address of the meter, which is its serial number.
//!
//! ```text
//! address = maker year type number
//! maker   = 2DIGIT    ; code of the manufacturer
//! year    = 2DIGIT    ; year of manufacture, from 2000 on
//! type    = 2DIGIT    ; Euridis type of the device
//! number  = 6DIGIT    ; not kept: it identifies the customer
//! ```
//!
//! Source: Euridis association, list of manufacturer codes and device types, V3.04A.

use super::digits::parse_decimal;

/// Maker, year and type of a meter, without its number.
///
/// ```
/// use linky_sensor::tic::Address;
///
/// let address = Address::parse(b"041776000123").unwrap();
/// assert_eq!((address.year(), address.device_type()), (2017, 76));
/// assert_eq!(address.maker_name(), Some("Landis+Gyr / Siemens Metering"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Address {
    maker: u8,
    year: u8,
    device_type: u8,
}

impl Address {
    /// Parses the twelve digits; `None` if they are not twelve digits.
    pub fn parse(data: &[u8]) -> Option<Address> {
        if data.len() != 12 || !data.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let pair = |at| {
            data.get(at..at + 2)
                .and_then(parse_decimal)
                .and_then(|value| u8::try_from(value).ok())
        };
        Some(Address {
            maker: pair(0)?,
            year: pair(2)?,
            device_type: pair(4)?,
        })
    }

    /// Code of the manufacturer, 0 to 99.
    pub const fn maker(self) -> u8 {
        self.maker
    }

    /// Year of manufacture, 2000 to 2099.
    pub const fn year(self) -> u16 {
        2000 + self.year as u16
    }

    /// Euridis type of the device, 0 to 99: 75 single-phase 90 A, 76 three-phase 60 A, …
    pub const fn device_type(self) -> u8 {
        self.device_type
    }

    /// Name of the manufacturer; `None` for a code that is not assigned, which is no error.
    pub const fn maker_name(self) -> Option<&'static str> {
        Some(match self.maker {
            1 => "Crouzet / Monetel",
            2 | 81 | 84 => "Sagemcom",
            3 => "Schlumberger / Actaris / Itron",
            4 => "Landis+Gyr / Siemens Metering",
            5 => "Sauter / Stepper / Zellweger",
            6 | 85 => "Itron",
            7 => "Maec",
            8 => "Matra-Chauvin Arnoux / Enerdis",
            9 => "Faure-Herman",
            10 => "Sevme / SIS",
            11 => "Magnol / Elster / Honeywell",
            12 => "Gaz Thermique",
            14 => "Ghielmetti / Dialog E.S. / Micronique",
            15 => "Mecelec",
            16 => "Legrand / Baco",
            17 => "SERD-Schlumberger",
            18 => "Schneider / Merlin Gerin / Gardy",
            19 => "General Electric / Power Control",
            20 => "Nuovo Pignone / Dresser",
            21 => "SCLE",
            22 => "EDF",
            23 => "GDF",
            24 => "Hager-GE",
            25 => "Delta Dore",
            26 => "RIZ",
            27 => "Iskraemeco",
            28 => "GMT",
            29 => "Analog Device",
            30 => "Michaud",
            31 => "Hexing",
            32 => "Siame",
            33 => "Larsen & Toubro",
            34 | 83 => "Elster / Honeywell",
            35 => "Electronic Afzar Azma",
            36 => "Advanced Electronic Company",
            37 => "AEM",
            38 => "Chint",
            39 => "ZIV",
            70 | 82 => "Landis+Gyr",
            71 => "Stepper",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maker_year_and_type() {
        let address = Address::parse(b"041776000123").unwrap();
        assert_eq!(
            (address.maker(), address.year(), address.device_type()),
            (4, 2017, 76)
        );
        assert_eq!(address.maker_name(), Some("Landis+Gyr / Siemens Metering"));
        assert_eq!(
            Address::parse(b"812164417227").unwrap().maker_name(),
            Some("Sagemcom")
        );
    }

    #[test]
    fn a_code_that_is_not_assigned_has_no_name() {
        for code in ["13", "40", "72", "99", "00"] {
            let address = Address::parse(format!("{code}1776000123").as_bytes()).unwrap();
            assert_eq!(address.maker_name(), None);
        }
    }

    #[test]
    fn twelve_digits_only() {
        for wrong in [
            "",
            "04177600012",
            "0417760001234",
            "04177600012A",
            "0A1776000123",
        ] {
            assert_eq!(Address::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
