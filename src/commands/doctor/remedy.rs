//! What to do: one step each, with the command to paste where there is one.

use super::holders::{self, Holder};
use super::machine::{Board, Machine};
use crate::meter::LineFault;
use crate::serial::Refusal;
use crate::words::Words;
use std::path::Path;

/// A step.
#[derive(Debug)]
pub enum Remedy {
    /// Plug the dongle in.
    PlugIn,
    /// Free the port of a Raspberry Pi.
    FreePiPort,
    /// Give the header the full port.
    DisableBluetooth,
    /// Switch the port of a Pi 5 on.
    EnablePi5Port,
    /// List the ports.
    ListPorts,
    /// Unplug and plug.
    Replug,
    /// Take the console away from this tty.
    RemoveConsole(String),
    /// End the login prompt of this unit.
    DisableLogin(String),
    /// Run the doctor again.
    AskAgain,
    /// Join a group: user and group.
    JoinGroup(String, String),
    /// Give a device file back to its group.
    GiveBack(String),
    /// Run this command as root.
    AsRoot(String),
    /// Allow the unit devices of this family.
    AllowDriver(String),
    /// Give a container this device.
    MapDevice(String),
    /// Stop those who hold the port.
    StopHolder(Vec<Holder>),
    /// Find out who holds it.
    NameHolder,
    /// Ask the daemon.
    AskService,
    /// Stop the daemon.
    StopService,
    /// Look after the server.
    CheckServer,
    /// Find the program that changes the settings.
    FindStty,
    /// Read the kernel's messages.
    SeeError,
    /// The terminals of the meter.
    CheckTerminals,
    /// The ends of the wires.
    StripWires,
    /// The wires at the adapter.
    CheckAdapterWires,
    /// A loose wire.
    Tighten,
    /// An inverted signal.
    Invert,
    /// Perhaps another port.
    Compare,
    /// Nothing, without parity.
    NothingForParity,
    /// Contacts and length.
    CheckContacts,
    /// The resistors of the adapter.
    CheckResistors,
    /// Away from mains cables.
    KeepApart,
    /// An adapter that can follow.
    ChangeAdapter,
    /// The speed of a server.
    SetServerSpeed,
    /// A computer with less to do.
    Relieve,
    /// Eight bits.
    SetEightBits,
    /// A login prompt at the other end.
    StopLogin(String),
    /// Something else answers.
    CheckWhatAnswers,
    /// Something leaves labels out.
    FindFilter,
    /// The clock is set from afar.
    WaitForClock,
}

impl Remedy {
    /// The word for it in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::PlugIn => "plug_in",
            Self::FreePiPort => "free_pi_port",
            Self::DisableBluetooth => "disable_bluetooth",
            Self::EnablePi5Port => "enable_pi5_port",
            Self::ListPorts => "list_ports",
            Self::Replug => "replug",
            Self::RemoveConsole(_) => "remove_console",
            Self::DisableLogin(_) => "disable_login",
            Self::AskAgain => "ask_again",
            Self::JoinGroup(..) => "join_group",
            Self::GiveBack(_) => "give_back",
            Self::AsRoot(_) => "as_root",
            Self::AllowDriver(_) => "allow_driver",
            Self::MapDevice(_) => "map_device",
            Self::StopHolder(_) => "stop_holder",
            Self::NameHolder => "name_holder",
            Self::AskService => "ask_service",
            Self::StopService => "stop_service",
            Self::CheckServer => "check_server",
            Self::FindStty => "find_stty",
            Self::SeeError => "see_error",
            Self::CheckTerminals => "check_terminals",
            Self::StripWires => "strip_wires",
            Self::CheckAdapterWires => "check_adapter_wires",
            Self::Tighten => "tighten",
            Self::Invert => "invert",
            Self::Compare => "compare",
            Self::NothingForParity => "nothing",
            Self::CheckContacts => "check_contacts",
            Self::CheckResistors => "check_resistors",
            Self::KeepApart => "keep_apart",
            Self::ChangeAdapter => "change_adapter",
            Self::SetServerSpeed => "set_server_speed",
            Self::Relieve => "relieve",
            Self::SetEightBits => "set_eight_bits",
            Self::StopLogin(_) => "stop_login",
            Self::CheckWhatAnswers => "check_what_answers",
            Self::FindFilter => "find_filter",
            Self::WaitForClock => "wait_for_clock",
        }
    }

    /// The step, for people; more lines than one for a long one.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::PlugIn => words.do_plug_in(),
            Self::FreePiPort => words.do_free_pi_port(),
            Self::DisableBluetooth => words.do_disable_bluetooth(),
            Self::EnablePi5Port => words.do_enable_pi5_port(),
            Self::ListPorts => words.do_list_ports(),
            Self::Replug => words.do_replug(),
            Self::RemoveConsole(tty) => words.do_remove_console(tty),
            Self::DisableLogin(unit) => words.do_disable_login(unit),
            Self::AskAgain => words.do_ask_again(),
            Self::JoinGroup(user, group) => words.do_join_group(user, group),
            Self::GiveBack(device) => words.do_give_back(device),
            Self::AsRoot(command) => words.do_as_root(command),
            Self::AllowDriver(family) => words.do_allow_driver(family),
            Self::MapDevice(device) => words.do_map_device(device),
            Self::StopHolder(holders) => words.do_stop_holder(&holders::names(holders, words)),
            Self::NameHolder => words.do_name_holder(),
            Self::AskService => words.do_ask_service(),
            Self::StopService => words.do_stop_service(),
            Self::CheckServer => words.do_check_server(),
            Self::FindStty => words.do_find_stty(),
            Self::SeeError => words.do_see_error(),
            Self::CheckTerminals => words.do_check_terminals(),
            Self::StripWires => words.do_strip_wires(),
            Self::CheckAdapterWires => words.do_check_adapter_wires(),
            Self::Tighten => words.do_tighten(),
            Self::Invert => words.do_invert(),
            Self::Compare => words.do_compare(),
            Self::NothingForParity => words.do_nothing_for_parity(),
            Self::CheckContacts => words.do_check_contacts(),
            Self::CheckResistors => words.do_check_resistors(),
            Self::KeepApart => words.do_keep_apart(),
            Self::ChangeAdapter => words.do_change_adapter(),
            Self::SetServerSpeed => words.do_set_server_speed(),
            Self::Relieve => words.do_relieve(),
            Self::SetEightBits => words.do_set_eight_bits(),
            Self::StopLogin(unit) => words.do_stop_login(unit),
            Self::CheckWhatAnswers => words.do_check_what_answers(),
            Self::FindFilter => words.do_find_filter(),
            Self::WaitForClock => words.do_wait_for_clock(),
        }
    }
}

/// What to do about a board on the header of this machine.
pub fn of_board(board: Board) -> Vec<Remedy> {
    match board {
        Board::Other => Vec::new(),
        Board::FullPort => vec![Remedy::FreePiPort],
        Board::MiniUart => vec![Remedy::FreePiPort, Remedy::DisableBluetooth],
        Board::Pi5 => vec![Remedy::FreePiPort, Remedy::EnablePi5Port],
    }
}

/// What to do about a port that cannot be opened.
pub fn of_refusal(refusal: &Refusal, machine: &Machine) -> Vec<Remedy> {
    let shown = |path: &Path| path.display().to_string();
    let mut remedies = match refusal {
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
    if machine.is_container {
        let device = match refusal {
            Refusal::Missing(device) | Refusal::Permission { device, .. } => Some(device),
            _ => None,
        };
        if let Some(device) = device {
            remedies.insert(0, Remedy::MapDevice(shown(device)));
        }
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
