//! What can be found about a port, and its text.

use std::path::PathBuf;

use super::adapter::Adapter;
use super::check_state::CheckState;
use super::holders::Holder;
use super::ports::{self, ListedPort};
use crate::net::HostError;
use crate::serial::Refusal;
use crate::words::Words;

/// What was found about a port.
#[derive(Debug)]
pub enum PortFinding {
    /// It is free, or was until now.
    Free(Adapter),
    /// Another program changed its settings while it was read.
    Changed(Adapter),
    /// A server serves it.
    Server(String),
    /// The daemon has it open: its name, and where that leads to.
    OfService(PathBuf, Option<PathBuf>),
    /// The daemon cannot open it, though it looks free.
    NotOpen(PathBuf),
    /// There is no port on this machine.
    NoAdapter,
    /// None is named, and these are there.
    Unnamed(Vec<ListedPort>),
    /// What was named is no port of this machine, and these are.
    Elsewhere(Refusal, Vec<ListedPort>),
    /// Others have it open.
    Held(PathBuf, Vec<Holder>),
    /// It cannot or must not be opened.
    Refused(Refusal),
}

impl PortFinding {
    /// How the check ended.
    pub fn state(&self) -> CheckState {
        match self {
            Self::Free(_) | Self::Server(_) | Self::OfService(..) => CheckState::Ok,
            Self::Changed(_) => CheckState::Warning,
            Self::Unnamed(ports) if ports.iter().any(ListedPort::is_free) => CheckState::Warning,
            Self::Held(..)
            | Self::Refused(_)
            | Self::Elsewhere(..)
            | Self::NotOpen(_)
            | Self::NoAdapter
            | Self::Unnamed(_) => CheckState::Failed,
        }
    }

    /// The word for it in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Free(_) => "free",
            Self::Changed(_) => "settings_changed",
            Self::Server(_) => "server",
            Self::OfService(..) => "of_service",
            Self::NotOpen(_) => "not_open",
            Self::NoAdapter => "no_adapter",
            Self::Unnamed(_) => "unnamed",
            Self::Held(..) => "held",
            Self::Refused(refusal) | Self::Elsewhere(refusal, _) => refusal_word(refusal),
        }
    }

    /// What it is, for people.
    pub fn text(&self, words: Words) -> String {
        match self {
            Self::Free(adapter) => words.port_free(&adapter.text(words)),
            Self::Changed(adapter) => words.port_changed(&adapter.text(words)),
            Self::Server(address) => words.port_server(address),
            Self::OfService(device, target) => {
                let mut name = device.display().to_string();
                if let Some(target) = target.as_ref().filter(|target| *target != device) {
                    let arrow = words.symbol("→", "->");
                    name.push_str(&format!(" {arrow} {}", target.display()));
                }
                words.port_of_service(&name)
            }
            Self::NotOpen(device) => words.port_not_open(&device.display().to_string()),
            Self::NoAdapter => words.port_none(),
            Self::Unnamed(ports) => {
                let free = ports.iter().filter(|port| port.is_free()).count();
                let title = match free {
                    0 => words.port_none_free(),
                    free => words.port_unnamed(free as u64),
                };
                title + &rows(ports, words)
            }
            Self::Elsewhere(refusal, ports) => {
                let what = refusal_text(refusal, words);
                match ports.as_slice() {
                    [] => words.port_nowhere(&what),
                    ports => words.port_elsewhere(&what) + &rows(ports, words),
                }
            }
            Self::Held(device, holders) => words.port_held_by(
                &device.display().to_string(),
                &super::holders::names(holders, words),
            ),
            Self::Refused(refusal) => refusal_text(refusal, words),
        }
    }
}

/// A line for each port, the free ones numbered.
fn rows(ports: &[ListedPort], words: Words) -> String {
    let mut text = String::new();
    for (number, port) in (1..).zip(ports) {
        let mark = if port.is_free() {
            number.to_string()
        } else {
            words.symbol("–", "-").to_owned()
        };
        let what = port.text(words);
        text.push_str(&format!("\n{mark}  {what}   {}", port.device.display()));
    }
    text
}

fn refusal_word(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Missing(_) => "missing",
        Refusal::Gone(_) => "gone",
        Refusal::NotAPort(_) => "not_a_port",
        Refusal::Console(_) => "console",
        Refusal::LoginPrompt { .. } => "login_prompt",
        Refusal::LoginPromptUnknown(_) => "login_prompt_unknown",
        Refusal::Permission { .. } => "permission",
        Refusal::Policy { .. } => "policy",
        Refusal::Held(_) => "held",
        Refusal::Open(..) => "error",
        Refusal::HungUp(_) => "hung_up",
        Refusal::Closed(_) => "closed",
        Refusal::Network { .. } => "unreachable",
    }
}

/// What a refusal is, for people.
pub fn refusal_text(refusal: &Refusal, words: Words) -> String {
    let shown = |path: &PathBuf| path.display().to_string();
    match refusal {
        Refusal::Missing(device) | Refusal::NotAPort(device)
            if ports::is_virtual_console(device) =>
        {
            words.port_virtual_console(&shown(device))
        }
        Refusal::Missing(device) if super::is_link_of_package(device) => {
            words.port_unrecognised(&shown(device))
        }
        Refusal::Missing(device) => words.port_missing(&shown(device)),
        Refusal::Gone(device) => words.port_gone(&shown(device)),
        Refusal::NotAPort(device) => words.port_not_serial(&shown(device)),
        Refusal::Console(device) => words.port_console(&shown(device)),
        Refusal::LoginPrompt { device, unit } => words.port_login(&shown(device), unit),
        Refusal::LoginPromptUnknown(device) => words.port_login_unknown(&shown(device)),
        Refusal::Permission {
            device,
            user,
            group,
            mode,
            ..
        } => words.port_permission(&shown(device), user, group, &format!("{mode:04o}")),
        Refusal::Policy { device, .. } => words.port_policy(&shown(device)),
        Refusal::Held(device) => words.port_held(&shown(device)),
        Refusal::Open(device, cause) => words.port_error(&shown(device), cause),
        Refusal::HungUp(device) => words.port_hung_up(&shown(device)),
        Refusal::Closed(address) => words.port_closed(address),
        Refusal::Network { address, cause } => words.port_error(address, &host_text(cause, words)),
    }
}

/// Why a host cannot be reached.
pub fn host_text(error: &HostError, words: Words) -> String {
    match error {
        HostError::Lookup(host, _) => words.host_unknown(host),
        HostError::LookupTimeout(host, _) => words.host_lookup_timeout(host),
        HostError::Connect { failures, .. } => {
            if let [(_, error)] = failures.as_slice() {
                return words.system_error(error.kind(), &error.to_string());
            }
            let causes = failures.iter().map(|(address, error)| {
                let cause = words.system_error(error.kind(), &error.to_string());
                words.host_refused(&address.to_string(), &cause)
            });
            causes.collect::<Vec<_>>().join("; ")
        }
        HostError::Thread(_) => words.host_no_thread(),
    }
}
