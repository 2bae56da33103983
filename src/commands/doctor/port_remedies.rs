//! Which remedies there are for a trouble of a port or its line, the most likely first.

use std::path::Path;

use super::machine::{Board, Machine};
use super::ports::ListedPort;
use super::remedy::Remedy;
use crate::home::Home;
use crate::meter::LineFault;
use crate::serial::Refusal;

/// What to do about a board on the header of this machine.
pub fn of_board(board: Board) -> Vec<Remedy> {
    match board {
        Board::Other => Vec::new(),
        Board::FullPort => vec![Remedy::FreePiPort],
        Board::MiniUart => vec![Remedy::FreePiPort, Remedy::DisableBluetooth],
        Board::Pi5 => vec![Remedy::FreePiPort, Remedy::EnablePi5Port],
    }
}

/// What to do where there is no port at all.
pub fn of_no_adapter(machine: &Machine) -> Vec<Remedy> {
    let mut remedies = vec![Remedy::PlugIn];
    let board = of_board(machine.board);
    if board.is_empty() {
        remedies.push(Remedy::FreePiPort);
    }
    remedies.extend(board);
    remedies
}

/// What to do where another port than these was named.
pub fn of_other_ports(ports: &[ListedPort], machine: &Machine) -> Vec<Remedy> {
    let free = ports.iter().filter(|port| port.is_free());
    let mut remedies: Vec<Remedy> = free
        .map(|port| Remedy::ListenTo(port.best_name().display().to_string()))
        .collect();
    if ports.iter().any(ListedPort::is_of_service) {
        remedies.push(Remedy::AskService);
    }
    if remedies.is_empty() {
        return of_no_adapter(machine);
    }
    remedies
}

/// What to do about a port that cannot be opened.
pub fn of_refusal(refusal: &Refusal, machine: &Machine) -> Vec<Remedy> {
    let shown = |path: &Path| path.display().to_string();
    let remedies = match refusal {
        Refusal::Missing(device) if super::is_link_of_package(device) => {
            let mut remedies = vec![Remedy::PlugIn, Remedy::ListPorts];
            remedies.extend(of_board(machine.board));
            remedies
        }
        Refusal::Missing(_) => vec![Remedy::PlugIn, Remedy::ListPorts],
        Refusal::Gone(_) | Refusal::HungUp(_) => vec![Remedy::Replug],
        Refusal::NotAPort(_) => vec![Remedy::ListPorts],
        Refusal::Console(device) => {
            let mut remedies = match machine.board {
                Board::Other => Vec::new(),
                _ => vec![Remedy::FreePiPort],
            };
            remedies.push(Remedy::RemoveConsole(tty_of(device)));
            remedies
        }
        Refusal::LoginPrompt { unit, .. } => vec![Remedy::DisableLogin(unit.clone())],
        Refusal::LoginPromptUnknown(_) => vec![Remedy::AskAgain],
        Refusal::Permission { device, mode, .. } if mode & 0o060 != 0o060 => {
            vec![Remedy::GiveBack(shown(device))]
        }
        Refusal::Permission {
            device,
            member: true,
            ..
        } => vec![Remedy::AsRoot(format!(
            "linky-sensor doctor {}",
            device.display()
        ))],
        Refusal::Permission {
            device,
            user,
            group,
            ..
        } => vec![
            Remedy::AsRoot(format!("linky-sensor doctor {}", device.display())),
            Remedy::JoinGroup(user.clone(), group.clone()),
        ],
        Refusal::Policy { device, .. } => {
            let tty = tty_of(device);
            let family = tty.trim_end_matches(|c: char| c.is_ascii_digit());
            vec![Remedy::AllowDriver(family.to_owned())]
        }
        Refusal::Held(_) => vec![Remedy::NameHolder],
        Refusal::Open(..) => vec![Remedy::SeeError],
        Refusal::Closed(_) | Refusal::Network { .. } => vec![Remedy::CheckServer],
    };
    let device = match refusal {
        Refusal::Missing(device)
        | Refusal::Permission { device, .. }
        | Refusal::Policy { device, .. } => Some(device),
        _ => None,
    };
    match (machine.home, device) {
        (Home::Machine, _) | (_, None) => {}
        (Home::Container, Some(device)) => return vec![Remedy::MapDevice(shown(device))],
        (Home::App, Some(_)) => return vec![Remedy::DeviceOption],
    }
    remedies
}

/// What to do about what the errors of a line point to; `is_server`: it is behind a server.
pub fn of_fault(fault: LineFault, is_server: bool) -> Vec<Remedy> {
    match fault {
        LineFault::Levels => vec![Remedy::CheckContacts, Remedy::CheckResistors],
        LineFault::ParityStripped => vec![Remedy::CheckContacts, Remedy::SetEightBits],
        LineFault::Noise => vec![Remedy::KeepApart, Remedy::CheckContacts],
        LineFault::LostCharacters => vec![Remedy::Relieve],
        LineFault::TooSlow | LineFault::ShortPulses if is_server => {
            vec![Remedy::SetServerSpeed, Remedy::ChangeAdapter]
        }
        LineFault::TooSlow | LineFault::ShortPulses => {
            vec![Remedy::ChangeAdapter, Remedy::CheckContacts]
        }
        LineFault::SlowLine if is_server => vec![Remedy::SetServerSpeed],
        LineFault::SlowLine => vec![Remedy::Tighten, Remedy::Compare],
        LineFault::OneLevel => vec![Remedy::CheckContacts, Remedy::CheckResistors],
        LineFault::Inverted => vec![Remedy::Invert],
    }
}

/// `ttyUSB0` of `/dev/ttyUSB0`.
fn tty_of(device: &Path) -> String {
    let name = device.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
