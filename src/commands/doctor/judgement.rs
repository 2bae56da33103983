//! What the chain comes to: the first link that is broken is the culprit, and the rest is absolved.

use std::path::Path;

use super::broker_cures;
use super::check_state::CheckState;
use super::configuration_finding::ConfigurationFinding;
use super::cures;
use super::machine::Machine;
use super::meter_finding::MeterFinding;
use super::port_finding::PortFinding;
use super::ports::ListedPort;
use super::remedy::Remedy;
use super::report::Conclusion;
use super::service_finding::ServiceFinding;
use super::session_finding::{SessionFinding, SessionState};
use super::sight::{MeterSight, Sight};
use super::verdict::{BrokerBlame, DoctorVerdict};
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

/// Judges the chain.
pub fn judge(sight: &Sight, machine: &Machine, place: &BrokerPlace<'_>) -> Conclusion {
    let (verdict, remedies) = culprit(sight, machine, place);
    Conclusion { verdict, remedies }
}

fn culprit(
    sight: &Sight,
    machine: &Machine,
    place: &BrokerPlace<'_>,
) -> (DoctorVerdict, Vec<Remedy>) {
    if let ConfigurationFinding::Faults(..) = sight.configuration {
        let remedies = vec![Remedy::CheckConfig, restart(machine)];
        return (DoctorVerdict::Configuration, remedies);
    }
    if let Some(found) = of_service(&sight.service, machine) {
        return found;
    }
    if let ConfigurationFinding::Changed = sight.configuration {
        return (DoctorVerdict::Outdated, vec![Remedy::PutInForce]);
    }
    let broken = sight.meters.iter().find_map(|meter| {
        let found = of_port(meter, machine);
        found.or_else(|| of_meter(meter, &sight.configuration, machine))
    });
    let session = sight.session.as_ref().filter(|_| {
        matches!(
            sight.session_state(),
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
            let (blame, remedies) = of_session(session, machine, place);
            let verdict = DoctorVerdict::Broker {
                is_meter_fine: sight.is_received(),
                blame,
                waiting: sight.waiting,
            };
            (verdict, remedies)
        }
        (None, None) => well(sight, machine),
    }
}

/// Nothing is broken; something may deserve a look.
fn well(sight: &Sight, machine: &Machine) -> (DoctorVerdict, Vec<Remedy>) {
    let mut remedies = Vec::new();
    let is_other_version = matches!(
        sight.service,
        ServiceFinding::Running {
            version: Some(_),
            ..
        }
    );
    if is_other_version {
        remedies.push(restart(machine));
    }
    let is_poor =
        |sight: &MeterSight| matches!(sight.meter, MeterFinding::Live { poor: Some(_), .. });
    if sight.meters.iter().any(is_poor) {
        remedies.extend([Remedy::CheckContacts, Remedy::KeepApart]);
    }
    if !remedies.is_empty() {
        return (DoctorVerdict::Works, remedies);
    }
    if !sight.is_received() {
        return (DoctorVerdict::Starting, Vec::new());
    }
    let is_published = sight.session.as_ref().is_some_and(|session| {
        matches!(
            session.state,
            SessionState::Connected | SessionState::Answers
        )
    });
    (DoctorVerdict::AllWell { is_published }, Vec::new())
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

fn of_port(sight: &MeterSight, machine: &Machine) -> Option<(DoctorVerdict, Vec<Remedy>)> {
    Some(match &sight.port {
        PortFinding::Free(_)
        | PortFinding::Changed(_)
        | PortFinding::Server(_)
        | PortFinding::OfService(..) => return None,
        PortFinding::NoAdapter => (DoctorVerdict::OnlyAdapter, cures::of_no_adapter(machine)),
        PortFinding::Unnamed(ports) => {
            let free = ports.iter().find(|port| port.is_free());
            let listen = free.map(ListedPort::best_name);
            let mut remedies: Vec<Remedy> = listen
                .map(|port| Remedy::ListenTo(port.display().to_string()))
                .into_iter()
                .collect();
            if remedies.is_empty() {
                remedies.push(Remedy::PlugIn);
                remedies.extend(cures::of_board(machine.board));
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
            cures::of_other_ports(ports, machine),
        ),
        PortFinding::Refused(refusal) => (
            DoctorVerdict::PortOfDaemon,
            cures::of_refusal(refusal, machine),
        ),
    })
}

fn of_meter(
    sight: &MeterSight,
    configuration: &ConfigurationFinding,
    machine: &Machine,
) -> Option<(DoctorVerdict, Vec<Remedy>)> {
    Some(match &sight.meter {
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
) -> (BrokerBlame, Vec<Remedy>) {
    let location = |key| config::locate(place.path, KeyPlace::Table("mqtt"), key);
    let url = location("url").map_or(Remedy::SetUrl, Remedy::CheckUrl);
    match &session.state {
        SessionState::Conflict(_) => (BrokerBlame::Conflict, vec![Remedy::SetOtherId]),
        SessionState::NotGiven => {
            let remedies = vec![Remedy::GivePassword, Remedy::PasswordFileInstead];
            (BrokerBlame::Credential, remedies)
        }
        SessionState::OnlyForUs => (
            BrokerBlame::Session,
            vec![Remedy::WaitForBroker, Remedy::SeeJournal],
        ),
        SessionState::Failed { cause, .. } => {
            let blame = blame(*cause);
            let mut remedies = match (blame, place.mqtt) {
                (BrokerBlame::Password, _) => of_password(session, machine, place),
                (_, Some(mqtt)) => broker_cures::of_broker(*cause, mqtt),
                (_, None) => Vec::new(),
            };
            if blame == BrokerBlame::Away && *cause != BrokerCause::Busy {
                remedies.push(url);
            }
            (blame, remedies)
        }
        SessionState::Off
        | SessionState::Connected
        | SessionState::Answers
        | SessionState::Untried => (BrokerBlame::Session, Vec::new()),
    }
}

/// What is to blame for a broker that cannot be used.
fn blame(cause: BrokerCause) -> BrokerBlame {
    match cause {
        BrokerCause::NameUnknown
        | BrokerCause::NotMqtt
        | BrokerCause::Unreachable
        | BrokerCause::RefusedConnection
        | BrokerCause::Timeout
        | BrokerCause::Closed
        | BrokerCause::Busy => BrokerBlame::Away,
        BrokerCause::Tls => BrokerBlame::Tls,
        BrokerCause::BadCredentials | BrokerCause::NoPassword => BrokerBlame::Password,
        BrokerCause::ClientIdTaken => BrokerBlame::ClientId,
        BrokerCause::NotAuthorized | BrokerCause::NoPublish => BrokerBlame::Rights,
        BrokerCause::ClientIdRefused
        | BrokerCause::Refused
        | BrokerCause::Nothing
        | BrokerCause::Disabled => BrokerBlame::Refusal,
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

/// The command that tries the broker with a user.
fn by_hand(mqtt: &MqttSettings, user: &str) -> String {
    let url = &mqtt.url;
    let usual = if url.tls { 8883 } else { 1883 };
    let port = if url.port == usual && !url.tls {
        String::new()
    } else {
        format!(" -p {}", url.port)
    };
    let tls = if url.tls {
        " --capath /etc/ssl/certs"
    } else {
        ""
    };
    format!(
        "mosquitto_sub -h {}{port}{tls} -u {user} -P … -t '{}/#' -C 1",
        url.host, mqtt.base_topic
    )
}
