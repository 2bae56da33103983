//! What to do: one step each, with the command to paste where there is one.

use super::configuration_finding::location_text;
use super::holders::{self, Holder};
use crate::config::Location;
use crate::names;
use crate::words::Words;

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
    /// A phase is lost before the meter.
    CallGrid,
    /// Look at the faults of the configuration.
    CheckConfig,
    /// Restart the daemon with the configuration as it is.
    PutInForce,
    /// Delete the line of the mode.
    DeleteMode(u64),
    /// Look at the mode at the meter.
    SeeMode,
    /// Restart the daemon.
    Restart,
    /// Restart the container that it is in.
    RestartContainer,
    /// Restart the app that it is in.
    RestartApp,
    /// The port, in the options of the app.
    DeviceOption,
    /// The password, in the options of the app.
    PasswordOption,
    /// Start the daemon.
    Start,
    /// Start it, now and with the machine.
    Enable,
    /// Look at what starts it in a container.
    StartInContainer,
    /// Read the journal.
    SeeJournal,
    /// Install the package.
    Install,
    /// Install a bus.
    InstallBus,
    /// Put the policy of the bus in force.
    ReloadPolicy,
    /// Listen to this port.
    ListenTo(String),
    /// Set it up.
    Setup,
    /// Let the user of the daemon open ports.
    AddServiceUser,
    /// The name of the user, at this location.
    CheckUsername(Location),
    /// Give a name and a password.
    SetUsername,
    /// The password.
    CheckPassword,
    /// The password in a file.
    PasswordFile,
    /// Give the daemon the password that is stored.
    GivePassword,
    /// The password in a file, where nothing else helps.
    PasswordFileInstead,
    /// This command.
    TryByHand(String),
    /// The address, at this location.
    CheckUrl(Location),
    /// The address, which is the default.
    SetUrl,
    /// Install a broker.
    InstallBroker,
    /// Whether a broker runs on this host.
    StartBroker(String),
    /// Names in `.local`.
    LocalName,
    /// What TLS lacks.
    CheckTls,
    /// The rules of the broker: base topic, prefix of discovery.
    AllowTopics(String, String),
    /// Another client id.
    SetClientId,
    /// The log of the broker.
    SeeBrokerLog,
    /// Another id of the meter.
    SetOtherId,
    /// Wait.
    WaitForBroker,
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
            Self::CallGrid => "call_grid",
            Self::CheckConfig => "check_config",
            Self::PutInForce => "put_in_force",
            Self::DeleteMode(_) => "delete_mode",
            Self::SeeMode => "see_mode",
            Self::Restart => "restart",
            Self::RestartContainer => "restart_container",
            Self::RestartApp => "restart_app",
            Self::DeviceOption => "device_option",
            Self::PasswordOption => "password_option",
            Self::Start => "start",
            Self::Enable => "enable",
            Self::StartInContainer => "start_in_container",
            Self::SeeJournal => "see_journal",
            Self::Install => "install",
            Self::InstallBus => "install_bus",
            Self::ReloadPolicy => "reload_policy",
            Self::ListenTo(_) => "listen_to",
            Self::Setup => "setup",
            Self::AddServiceUser => "add_service_user",
            Self::CheckUsername(_) => "check_username",
            Self::SetUsername => "set_username",
            Self::CheckPassword => "check_password",
            Self::PasswordFile => "password_file",
            Self::GivePassword => "give_password",
            Self::PasswordFileInstead => "password_file_instead",
            Self::TryByHand(_) => "try_by_hand",
            Self::CheckUrl(_) => "check_url",
            Self::SetUrl => "set_url",
            Self::InstallBroker => "install_broker",
            Self::StartBroker(_) => "start_broker",
            Self::LocalName => "local_name",
            Self::CheckTls => "check_tls",
            Self::AllowTopics(..) => "allow_topics",
            Self::SetClientId => "set_client_id",
            Self::SeeBrokerLog => "see_broker_log",
            Self::SetOtherId => "set_other_id",
            Self::WaitForBroker => "wait_for_broker",
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
            Self::CallGrid => words.do_call_grid(),
            Self::CheckConfig => words.do_check_config(),
            Self::PutInForce => words.do_put_in_force(),
            Self::DeleteMode(line) => words.do_delete_mode(*line),
            Self::SeeMode => words.do_see_mode(),
            Self::Restart => words.do_restart(),
            Self::RestartContainer => words.do_restart_container(),
            Self::RestartApp => words.do_restart_app(),
            Self::DeviceOption => words.do_device_option(),
            Self::PasswordOption => words.do_password_option(),
            Self::Start => words.do_start(),
            Self::Enable => words.do_enable(),
            Self::StartInContainer => words.do_start_in_container(),
            Self::SeeJournal => words.do_see_journal(),
            Self::Install => words.do_install(),
            Self::InstallBus => words.do_install_bus(),
            Self::ReloadPolicy => words.do_reload_policy(&format!("{}.conf", names::BUS_NAME)),
            Self::ListenTo(device) => words.do_listen_to(device),
            Self::Setup => words.do_setup(),
            Self::AddServiceUser => words.do_add_service_user(names::USER),
            Self::CheckUsername(location) => {
                words.do_check_username(&location_text(location, words))
            }
            Self::SetUsername => words.do_set_username(),
            Self::CheckPassword => words.do_check_password(),
            Self::PasswordFile => words.do_password_file(),
            Self::GivePassword => words.do_give_password(),
            Self::PasswordFileInstead => words.do_password_file_instead(),
            Self::TryByHand(command) => words.do_try_by_hand(command),
            Self::CheckUrl(location) => words.do_check_url(&location_text(location, words)),
            Self::SetUrl => words.do_set_url(),
            Self::InstallBroker => words.do_install_broker(),
            Self::StartBroker(host) => words.do_start_broker(host),
            Self::LocalName => words.do_local_name(),
            Self::CheckTls => words.do_check_tls(),
            Self::AllowTopics(base, prefix) => words.do_allow_topics(base, prefix),
            Self::SetClientId => words.do_set_client_id(),
            Self::SeeBrokerLog => words.do_see_broker_log(),
            Self::SetOtherId => words.do_set_other_id(),
            Self::WaitForBroker => words.do_wait_for_broker(),
        }
    }
}
