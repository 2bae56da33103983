//! The machine that the doctor runs on, as far as advice depends on it.

use std::fs;

use crate::home::Home;

/// What is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Which serial port its header has.
    pub board: Board,
    /// Where the program runs.
    pub home: Home,
}

/// A Raspberry Pi by the serial port of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Board {
    /// No Raspberry Pi.
    Other,
    /// A full port: Pi 1, 2, Zero.
    FullPort,
    /// The mini-UART, unless Bluetooth is off: Pi 3, 4, Zero W, Zero 2 W.
    MiniUart,
    /// Pi 5: its port must be switched on.
    Pi5,
}

impl Machine {
    /// This one.
    pub fn here() -> Self {
        let model = fs::read_to_string("/proc/device-tree/model").unwrap_or_default();
        Self {
            board: Board::of_model(&model),
            home: Home::current(),
        }
    }

    /// A remedy as it is typed here: root needs no sudo in a container.
    pub fn fitted(&self, remedy: &str) -> String {
        match self.home {
            Home::Machine => remedy.to_owned(),
            Home::Container | Home::App => remedy.replace("sudo ", ""),
        }
    }
}

impl Board {
    /// By the text of the device tree.
    pub fn of_model(model: &str) -> Self {
        let Some(name) = model.strip_prefix("Raspberry Pi ") else {
            return Self::Other;
        };
        let name = name.trim_start_matches("Compute Module ");
        match name.chars().next() {
            Some('5') => Self::Pi5,
            Some('3' | '4') => Self::MiniUart,
            _ if name.starts_with("Zero W") || name.starts_with("Zero 2") => Self::MiniUart,
            _ => Self::FullPort,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_is_known_by_its_model() {
        for (model, board) in [
            ("Raspberry Pi 5 Model B Rev 1.0\0", Board::Pi5),
            ("Raspberry Pi Compute Module 5 Rev 1.0", Board::Pi5),
            ("Raspberry Pi 4 Model B Rev 1.4\0", Board::MiniUart),
            ("Raspberry Pi 3 Model A Plus Rev 1.0", Board::MiniUart),
            ("Raspberry Pi Zero W Rev 1.1", Board::MiniUart),
            ("Raspberry Pi Zero 2 W Rev 1.0", Board::MiniUart),
            ("Raspberry Pi Zero Rev 1.3", Board::FullPort),
            ("Raspberry Pi 2 Model B Rev 1.1", Board::FullPort),
            ("Raspberry Pi Model B Plus Rev 1.2", Board::FullPort),
            ("Radxa ROCK 4C+", Board::Other),
            ("", Board::Other),
        ] {
            assert_eq!(Board::of_model(model), board, "{model}");
        }
    }

    #[test]
    fn in_a_container_root_needs_no_sudo() {
        let mut machine = Machine {
            board: Board::Other,
            home: Home::Machine,
        };
        assert_eq!(machine.fitted("sudo x"), "sudo x");
        machine.home = Home::Container;
        assert_eq!(machine.fitted("sudo x, sudo y"), "x, y");
    }
}
