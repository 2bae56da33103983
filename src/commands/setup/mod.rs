//! `linky-sensor setup`: finds the adapter and the broker, proves both, writes a drop-in, restarts the service.
//!
//! Input: this machine, the configuration, and answers on a terminal or options. Output: `linky-sensor.d/setup.toml`, the
//! broker's password as a credential, and a service that receives the meter.
//!
//! | file | |
//! |---|---|
//! | `dialogue` | asks on a terminal, and shows what is found |
//! | `script` | `--yes`: the same by options alone |
//! | `present` | the configuration that is there |
//! | `plan` | what is to be in force, and its text |
//! | `port`, `broker` | finds and proves them |
//! | `authority` | whether the service can use the file of an authority |
//! | `writing` | the drop-in and the password |
//! | `service`, `outcome_text` | the restart, the first frame, and their texts |
//!
//! Invariants: nothing is written or restarted before the last yes. Each answer was tried; one that failed is taken only if the
//! user keeps it all the same. The password is on no command line and on no screen. A port that the service reads is not
//! opened.

mod authority;
mod broker;
mod dialogue;
mod outcome_text;
mod plan;
mod port;
mod present;
mod script;
mod service;
mod writing;

use std::io::{self, IsTerminal};

use nix::unistd::Uid;

use self::broker::BrokerOption;
use self::plan::{PasswordPlan, SetupPlan};
use self::present::{PlanFault, Present};
use self::service::{Expected, Restart, Start};
use self::writing::NotWritten;
use super::console::{CommandError, Console};
use super::credential;
use super::doctor::{self, Machine};
use crate::config::{Device, MeterId};
use crate::home::Home;
use crate::names::exit;
use crate::words::Words;

/// The options: answers, and what is done with them.
#[derive(Clone, Debug, clap::Args)]
pub struct Setup {
    /// Ask nothing: take the options, what is configured, and what is found
    #[arg(long)]
    yes: bool,
    /// Write nothing and restart nothing: show what would be written
    #[arg(long)]
    dry_run: bool,
    /// The name of the meter for programs: a-z, 0-9 and _
    #[arg(long, value_name = "ID", value_parser = MeterId::parse)]
    id: Option<MeterId>,
    /// The port of the adapter, or tcp://host:port
    #[arg(long, value_name = "DEVICE", value_parser = Device::parse)]
    device: Option<Device>,
    /// The broker: its host, mqtt://host:port or mqtts://host:port; none for no MQTT
    #[arg(long, value_name = "URL", value_parser = BrokerOption::parse)]
    broker: Option<BrokerOption>,
    /// The file of the authority that signed the certificate of an mqtts:// broker, in PEM; empty for those of the system
    #[arg(long, value_name = "FILE")]
    ca_file: Option<String>,
    /// The user of the broker; empty for none
    #[arg(long, value_name = "NAME")]
    username: Option<String>,
    /// Read the password of the broker from standard input
    #[arg(long, requires = "yes")]
    password_stdin: bool,
}

/// What both ways of setting up are given.
struct SetupContext<'a> {
    options: &'a Setup,
    present: &'a Present,
    machine: &'a Machine,
    /// Whether anything is written at all.
    is_written: bool,
}

impl Setup {
    /// Asks, or takes the options, and does it. Returns `OK` if the service works, or nothing was to be done.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let words = console.words();
        let machine = Machine::here();
        self.check_place(machine.home, words)?;
        let present = Present::read(console.config())
            .map_err(|error| CommandError::new(exit::CONFIG, words.faults(&error)))?;
        let context = SetupContext {
            options: &self,
            present: &present,
            machine: &machine,
            is_written: self.is_written(machine.home),
        };
        if self.yes {
            script::run(&context, console)
        } else {
            dialogue::run(&context, console)
        }
    }

    /// In a container the files are the engine's.
    fn is_written(&self, home: Home) -> bool {
        !self.dry_run && home == Home::Machine
    }

    fn check_place(&self, home: Home, words: Words) -> Result<(), CommandError> {
        if home == Home::App {
            return Err(CommandError::new(exit::UNAVAILABLE, words.setup_in_app()));
        }
        if !self.yes && !io::stdin().is_terminal() {
            return Err(CommandError::new(exit::USAGE, words.setup_needs_terminal()));
        }
        if self.is_written(home) && !Uid::effective().is_root() {
            let message = words.setup_needs_root();
            return Err(CommandError::new(exit::NO_PERMISSION, message));
        }
        Ok(())
    }
}

impl SetupContext<'_> {
    /// Whether the plan is in force already.
    fn is_unchanged(&self, plan: &SetupPlan, text: &str) -> bool {
        self.present.text.as_deref() == Some(text) && plan.password == PasswordPlan::Keep
    }

    /// What becomes of the stored password without a user: a password alone is refused.
    fn without_user(&self) -> PasswordPlan {
        if credential::path().exists() {
            PasswordPlan::Remove
        } else {
            PasswordPlan::Keep
        }
    }

    /// Asks systemd to restart the service.
    fn restart(&self, words: Words) -> Result<Restart, CommandError> {
        service::restart().map_err(|error| outcome_text::not_restarted(&error, words))
    }

    /// Follows the service after its restart, until what was planned works; `before` is the id of its former process. The
    /// meter is waited for if `is_received`: it was received just now.
    fn follow(
        &self,
        before: Option<u32>,
        plan: &SetupPlan,
        is_received: bool,
        words: Words,
    ) -> Result<Start, CommandError> {
        if !self.present.settings.dbus.enabled {
            return Ok(Start::NotFollowed);
        }
        let expected = Expected {
            meter: plan.id.as_str(),
            is_received,
            is_published: plan.broker.is_some(),
        };
        service::wait(before, &expected).map_err(|error| outcome_text::not_restarted(&error, words))
    }
}

impl PlanFault {
    fn into_error(self, words: Words) -> CommandError {
        match self {
            Self::Wrong(error) => CommandError::new(exit::CONFIG, words.faults(&error)),
            Self::Overruled(key, location) => {
                let location = location.map(|location| doctor::location_text(&location, words));
                let message = words.setup_overruled(key, &location.unwrap_or_default());
                CommandError::new(exit::CONFIG, message)
            }
        }
    }
}

impl NotWritten {
    fn into_error(self, words: Words) -> CommandError {
        let cause = words.system_error(self.error.kind(), &self.error.to_string());
        let message = words.failed_for(&self.path.display().to_string(), &cause);
        CommandError::new(exit::IO, message)
    }
}
