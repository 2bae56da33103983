//! What is wrong with the chain, and what to do: the first link that is broken. Links behind it are not blamed, but for the
//! broker, which breaks by itself.

use std::path::Path;

use super::broker_remedies;
use super::chain::{SurveyedChain, SurveyedMeter};
use super::check_state::CheckState;
use super::configuration_finding::ConfigurationFinding;
use super::machine::Machine;
use super::meter_finding::MeterFinding;
use super::port_finding::PortFinding;
use super::port_remedies;
use super::ports::ListedPort;
use super::remedy::Remedy;
use super::report::Conclusion;
use super::service_finding::ServiceFinding;
use super::session_finding::{SessionFinding, SessionState};
use super::verdict::{BrokerFault, DoctorVerdict};
use crate::config::{self, KeyPlace, MqttSettings};
use crate::home::Home;
use crate::sink::BrokerCause;

/// What advice about the broker depends on.
pub struct BrokerPlace<'a> {
    /// The configuration file.
    pub path: &'a Path,
    /// Its section `[mqtt]`; `None` if it cannot be read.
    pub mqtt: Option<&'a MqttSettings>,
}

/// Finds the broken link, if there is one.
pub fn diagnose(chain: &SurveyedChain, machine: &Machine, place: &BrokerPlace<'_>) -> Conclusion {
    let (verdict, remedies) = verdict(chain, machine, place);
    Conclusion { verdict, remedies }
}

fn verdict(
    chain: &SurveyedChain,
    machine: &Machine,
    place: &BrokerPlace<'_>,
) -> (DoctorVerdict, Vec<Remedy>) {
    if let ConfigurationFinding::Faults(..) = chain.configuration {
        let remedies = vec![Remedy::CheckConfig, restart(machine)];
        return (DoctorVerdict::Configuration, remedies);
    }
    if let Some(found) = of_service(&chain.service, machine) {
        return found;
    }
    if let ConfigurationFinding::Changed = chain.configuration {
        return (DoctorVerdict::Outdated, vec![Remedy::PutInForce]);
    }
    let broken = chain.meters.iter().find_map(|meter| {
        let found = of_port(meter, machine);
        found.or_else(|| of_meter(meter, &chain.configuration, machine))
    });
    let session = chain.session.as_ref().filter(|_| {
        matches!(
            chain.session_state(),
            CheckState::Failed | CheckState::Warning
        )
    });
    match (broken, session) {
        (Some((verdict, mut remedies)), session) => {
            let verdict = match verdict {
                DoctorVerdict::OnlyAdapter if session.is_some() => DoctorVerdict::Adapter,
                verdict => verdict,
            };
            if let Some(session) = session {
                remedies.extend(of_session(session, machine, place).1);
            }
            (verdict, remedies)
        }
        (None, Some(session)) => {
            let (fault, mut remedies) = of_session(session, machine, place);
            remedies.extend(of_grid(chain));
            let verdict = DoctorVerdict::Broker {
                is_meter_fine: chain.is_received(),
                fault,
                waiting: chain.waiting,
            };
            (verdict, remedies)
        }
        (None, None) => well(chain, machine),
    }
}

/// Nothing is broken; something may deserve a look.
fn well(chain: &SurveyedChain, machine: &Machine) -> (DoctorVerdict, Vec<Remedy>) {
    let mut remedies = Vec::new();
    let is_other_version = matches!(
        chain.service,
        ServiceFinding::Running {
            version: Some(_),
            ..
        }
    );
    if is_other_version {
        remedies.push(restart(machine));
    }
    let is_poor = |surveyed: &SurveyedMeter| {
        matches!(surveyed.meter, MeterFinding::Live { poor: Some(_), .. })
    };
    if chain.meters.iter().any(is_poor) {
        remedies.extend([Remedy::CheckContacts, Remedy::KeepApart]);
    }
    if let Some(grid) = of_grid(chain) {
        let verdict = match remedies.as_slice() {
            [] if chain.is_received() => DoctorVerdict::Phase,
            _ => DoctorVerdict::Works,
        };
        remedies.insert(0, grid);
        return (verdict, remedies);
    }
    if !remedies.is_empty() {
        return (DoctorVerdict::Works, remedies);
    }
    if !chain.is_received() {
        return (DoctorVerdict::Starting, Vec::new());
    }
    let is_published = chain.session.as_ref().is_some_and(|session| {
        matches!(
            session.state,
            SessionState::Connected | SessionState::Answers
        )
    });
    (DoctorVerdict::AllWell { is_published }, Vec::new())
}

/// What to do about a phase that is lost before the meter.
fn of_grid(chain: &SurveyedChain) -> Option<Remedy> {
    chain.has_lost_phase().then_some(Remedy::CallGrid)
}

fn restart(machine: &Machine) -> Remedy {
    match machine.home {
        Home::Machine => Remedy::Restart,
        Home::Container => Remedy::RestartContainer,
        Home::App => Remedy::RestartApp,
    }
}

fn of_service(service: &ServiceFinding, machine: &Machine) -> Option<(DoctorVerdict, Vec<Remedy>)> {
    if machine.home != Home::Machine
        && matches!(service, ServiceFinding::NoBus | ServiceFinding::NotRunning)
    {
        let remedies = match machine.home {
            Home::App => vec![Remedy::RestartApp],
            Home::Machine | Home::Container => vec![Remedy::StartInContainer],
        };
        return Some((DoctorVerdict::Service, remedies));
    }
    Some(match service {
        ServiceFinding::Running { .. } => return None,
        ServiceFinding::OffBus => (DoctorVerdict::Bus, vec![Remedy::SeeJournal]),
        ServiceFinding::Starting => (DoctorVerdict::Starting, vec![Remedy::SeeJournal]),
        ServiceFinding::Stopped | ServiceFinding::NotRunning => (
            DoctorVerdict::Service,
            vec![Remedy::Start, Remedy::SeeJournal],
        ),
        ServiceFinding::Disabled => (DoctorVerdict::Service, vec![Remedy::Enable]),
        ServiceFinding::Failed(_) => {
            let remedies = vec![Remedy::SeeJournal, Remedy::CheckConfig, Remedy::Start];
            (DoctorVerdict::Service, remedies)
        }
        ServiceFinding::NotInstalled => (DoctorVerdict::Service, vec![Remedy::Install]),
        ServiceFinding::NoBus => (
            DoctorVerdict::Bus,
            vec![Remedy::InstallBus, Remedy::SeeJournal],
        ),
        ServiceFinding::Denied => (DoctorVerdict::Bus, vec![Remedy::ReloadPolicy]),
        ServiceFinding::Silent => (
            DoctorVerdict::Bus,
            vec![Remedy::SeeJournal, restart(machine)],
        ),
    })
}

fn of_port(surveyed: &SurveyedMeter, machine: &Machine) -> Option<(DoctorVerdict, Vec<Remedy>)> {
    Some(match &surveyed.port {
        PortFinding::Free(_)
        | PortFinding::Changed(_)
        | PortFinding::Server(_)
        | PortFinding::OfService(..) => return None,
        PortFinding::NoAdapter => (
            DoctorVerdict::OnlyAdapter,
            port_remedies::of_no_adapter(machine),
        ),
        PortFinding::Unnamed(ports) => {
            let free = ports.iter().find(|port| port.is_free());
            let listen = free.map(ListedPort::best_name);
            let mut remedies: Vec<Remedy> = listen
                .map(|port| Remedy::ListenTo(port.display().to_string()))
                .into_iter()
                .collect();
            if remedies.is_empty() {
                remedies.push(Remedy::PlugIn);
                remedies.extend(port_remedies::of_board(machine.board));
                (DoctorVerdict::OnlyAdapter, remedies)
            } else {
                remedies.push(Remedy::Setup);
                (DoctorVerdict::Unnamed, remedies)
            }
        }
        PortFinding::NotOpen(_) => {
            let remedies = vec![Remedy::AddServiceUser, Remedy::SeeJournal];
            (DoctorVerdict::PortOfDaemon, remedies)
        }
        PortFinding::Held(_, holders) => {
            let remedies = vec![Remedy::StopHolder(holders.clone())];
            (DoctorVerdict::PortOfDaemon, remedies)
        }
        PortFinding::Elsewhere(_, ports) => (
            DoctorVerdict::PortOfDaemon,
            port_remedies::of_other_ports(ports, machine),
        ),
        PortFinding::Refused(refusal) => (
            DoctorVerdict::PortOfDaemon,
            port_remedies::of_refusal(refusal, machine),
        ),
    })
}

fn of_meter(
    surveyed: &SurveyedMeter,
    configuration: &ConfigurationFinding,
    machine: &Machine,
) -> Option<(DoctorVerdict, Vec<Remedy>)> {
    Some(match &surveyed.meter {
        MeterFinding::Quiet => {
            let remedies = vec![
                Remedy::CheckTerminals,
                Remedy::StripWires,
                Remedy::CheckAdapterWires,
            ];
            (DoctorVerdict::Quiet, remedies)
        }
        MeterFinding::Unread | MeterFinding::NoFrame => {
            if let ConfigurationFinding::ModeFixed(mode, location) = configuration {
                let line = location.line().unwrap_or(1) as u64;
                let remedies = vec![Remedy::DeleteMode(line), restart(machine), Remedy::SeeMode];
                return Some((DoctorVerdict::ModeFixed(*mode), remedies));
            }
            let remedies = vec![Remedy::Tighten, Remedy::ChangeAdapter, Remedy::Invert];
            (DoctorVerdict::Unread, remedies)
        }
        MeterFinding::Login => (DoctorVerdict::PlainText, vec![Remedy::CheckWhatAnswers]),
        _ => return None,
    })
}

fn of_session(
    session: &SessionFinding,
    machine: &Machine,
    place: &BrokerPlace<'_>,
) -> (BrokerFault, Vec<Remedy>) {
    let location = |key| config::locate(place.path, KeyPlace::Table("mqtt"), key);
    let url = location("url").map_or(Remedy::SetUrl, Remedy::CheckUrl);
    match &session.state {
        SessionState::Conflict(_) => (BrokerFault::Conflict, vec![Remedy::SetOtherId]),
        SessionState::NotGiven => {
            let remedies = vec![Remedy::GivePassword, Remedy::PasswordFileInstead];
            (BrokerFault::Credential, remedies)
        }
        SessionState::OnlyForUs => (
            BrokerFault::Session,
            vec![Remedy::WaitForBroker, Remedy::SeeJournal],
        ),
        SessionState::Failed { cause, .. } => {
            let fault = fault_of(*cause);
            let mut remedies = match (fault, place.mqtt) {
                (BrokerFault::Password, _) => of_password(session, machine, place),
                (_, Some(mqtt)) => broker_remedies::of_broker(*cause, mqtt),
                (_, None) => Vec::new(),
            };
            if fault == BrokerFault::Away && *cause != BrokerCause::Busy {
                remedies.push(url);
            }
            (fault, remedies)
        }
        SessionState::Off
        | SessionState::Connected
        | SessionState::Answers
        | SessionState::Untried => (BrokerFault::Session, Vec::new()),
    }
}

/// What is wrong with a broker that cannot be used for this cause.
fn fault_of(cause: BrokerCause) -> BrokerFault {
    match cause {
        BrokerCause::NameUnknown
        | BrokerCause::NotMqtt
        | BrokerCause::Unreachable
        | BrokerCause::RefusedConnection
        | BrokerCause::Timeout
        | BrokerCause::Closed
        | BrokerCause::Busy => BrokerFault::Away,
        BrokerCause::Tls => BrokerFault::Tls,
        BrokerCause::BadCredentials | BrokerCause::NoPassword => BrokerFault::Password,
        BrokerCause::ClientIdTaken => BrokerFault::ClientId,
        BrokerCause::NotAuthorized | BrokerCause::NoPublish => BrokerFault::Rights,
        BrokerCause::ClientIdRefused
        | BrokerCause::Refused
        | BrokerCause::Nothing
        | BrokerCause::Disabled => BrokerFault::Refusal,
    }
}

fn of_password(
    session: &SessionFinding,
    machine: &Machine,
    place: &BrokerPlace<'_>,
) -> Vec<Remedy> {
    let Some(user) = &session.user else {
        return vec![Remedy::SetUsername];
    };
    let mut remedies = Vec::new();
    let location = config::locate(place.path, KeyPlace::Table("mqtt"), "username");
    remedies.extend(location.map(Remedy::CheckUsername));
    remedies.push(match machine.home {
        Home::Machine => Remedy::CheckPassword,
        Home::Container => Remedy::PasswordFile,
        Home::App => Remedy::PasswordOption,
    });
    remedies.extend(
        place
            .mqtt
            .map(|mqtt| Remedy::TryByHand(by_hand(mqtt, user))),
    );
    remedies
}

/// The command that tries the broker with a user, to be typed in a shell.
fn by_hand(mqtt: &MqttSettings, user: &str) -> String {
    let url = &mqtt.url;
    let mut command = format!("mosquitto_sub -h {}", shell_word(&url.host));
    // mosquitto_sub connects to 1883 also with TLS.
    if url.tls || url.port != 1883 {
        command.push_str(&format!(" -p {}", url.port));
    }
    if url.tls {
        command.push_str(" --capath /etc/ssl/certs");
    }
    let topics = format!("{}/#", mqtt.base_topic);
    let (user, topics) = (shell_word(user), shell_word(&topics));
    format!("{command} -u {user} -P … -t {topics} -C 1")
}

/// A word of a command line, in quotes unless a shell leaves all its characters alone.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::BrokerUrl;

    #[test]
    fn the_command_to_try_by_hand_is_one_for_a_shell() {
        for (url, user, expected) in [
            ("mqtt://nas", "linky", "-h nas -u linky"),
            (
                "mqtt://nas:1884",
                "o'neil x",
                r"-h nas -p 1884 -u 'o'\''neil x'",
            ),
            (
                "mqtts://nas",
                "$(id)",
                "-h nas -p 8883 --capath /etc/ssl/certs -u '$(id)'",
            ),
        ] {
            let mqtt = MqttSettings {
                url: BrokerUrl::parse(url).unwrap(),
                ..MqttSettings::default()
            };
            let command = by_hand(&mqtt, user);
            assert_eq!(
                command,
                format!("mosquitto_sub {expected} -P … -t 'linky/#' -C 1")
            );
        }
    }
}
