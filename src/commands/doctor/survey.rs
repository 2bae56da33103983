//! Looks at the whole chain: the files, the daemon over D-Bus, the ports, the broker. Opens no port.

use std::path::{Path, PathBuf};

use super::adapter::Adapter;
use super::chain::{SurveyedChain, SurveyedMeter};
use super::configuration_finding::ConfigurationFinding;
use super::daemon::{Daemon, ask_daemon};
use super::device::look_at;
use super::meter_finding::MeterFinding;
use super::port_finding::PortFinding;
use super::ports;
use super::service_finding::ServiceFinding;
use super::{is_link_of_package, session};
use crate::config::{self, ConfigError, Device, KeyPlace, MeterSettings, Settings};
use crate::dbus::SeenMeter;
use crate::meter::{Key, Link, LinkCause, lost_phases_shown};
use crate::serial::{self, Refusal};

/// Below this share of good groups, in percent, a line is poor.
const QUALITY_MIN: u64 = 95;

/// How far the age of a file and that of a process may differ by rounding, in seconds.
const CLOCK_SLACK: u64 = 2;

/// Looks at the meters alone.
pub fn survey_meters(settings: &Settings) -> Vec<SurveyedMeter> {
    let asked = ask_daemon();
    meters(settings, asked.as_ref().ok())
}

fn meters(settings: &Settings, daemon: Option<&Daemon>) -> Vec<SurveyedMeter> {
    let meters = settings.meters.iter();
    meters.map(|meter| survey_meter(meter, daemon)).collect()
}

/// Looks at the chain that the configuration at `path` describes.
pub fn survey(path: &Path) -> SurveyedChain {
    let asked = ask_daemon();
    let settings = match config::load(path) {
        Ok(settings) => settings,
        Err(error) => {
            return SurveyedChain {
                configuration: faults(&error, path),
                service: service(&asked, true),
                meters: Vec::new(),
                session: None,
                waiting: 0,
            };
        }
    };
    let daemon = asked.as_ref().ok();
    let meters = meters(&settings, daemon);
    // The session of a daemon with another configuration may be with another broker.
    let in_force = daemon.filter(|daemon| !is_outdated(daemon, &settings, path));
    let mut chain = SurveyedChain {
        configuration: configuration(&settings, path, &meters, daemon),
        service: service(&asked, settings.dbus.enabled),
        session: Some(session::find(&settings.mqtt, in_force)),
        waiting: daemon.map_or(0, |daemon| daemon.overview.history_pending),
        meters,
    };
    let has_port = |surveyed: &SurveyedMeter| !matches!(surveyed.meter, MeterFinding::WithoutPort);
    if let ServiceFinding::Running { is_patient, .. } = &mut chain.service {
        *is_patient = !chain.meters.iter().any(has_port);
    }
    chain
}

fn faults(error: &ConfigError, path: &Path) -> ConfigurationFinding {
    let first = error.faults().first().map(|fault| fault.location.clone());
    let location = first.unwrap_or_else(|| config::Location::file(path));
    ConfigurationFinding::Faults(error.faults().len(), location)
}

/// A daemon that runs with another configuration deserves a look, and so does a mode that is imposed on a meter which is not
/// received.
fn configuration(
    settings: &Settings,
    path: &Path,
    meters: &[SurveyedMeter],
    daemon: Option<&Daemon>,
) -> ConfigurationFinding {
    if daemon.is_some_and(|daemon| is_outdated(daemon, settings, path)) {
        return ConfigurationFinding::Changed;
    }
    for (meter, surveyed) in settings.meters.iter().zip(meters) {
        let is_unread = matches!(surveyed.meter, MeterFinding::Unread | MeterFinding::NoFrame);
        let id = meter.id.as_str();
        if is_unread
            && let Some(mode) = meter.mode.mode()
            && let Some(location) = config::locate(path, KeyPlace::Meter(id), "mode")
        {
            return ConfigurationFinding::ModeFixed(mode, location);
        }
    }
    match config::files(path) {
        Ok(files) if files.is_empty() => ConfigurationFinding::Defaults,
        _ => ConfigurationFinding::Valid,
    }
}

/// Whether the daemon runs with another configuration: it has other meters, or started before a file was written.
fn is_outdated(daemon: &Daemon, settings: &Settings, path: &Path) -> bool {
    let mut seen: Vec<&str> = daemon
        .meters
        .iter()
        .map(|meter| meter.id.as_str())
        .collect();
    let mut named: Vec<&str> = settings
        .meters
        .iter()
        .map(|meter| meter.id.as_str())
        .collect();
    seen.sort_unstable();
    named.sort_unstable();
    let is_newer = |file: &PathBuf| {
        let written = file
            .metadata()
            .and_then(|metadata| metadata.modified())
            .ok();
        let age = written.and_then(|written| written.elapsed().ok());
        age.zip(daemon.seconds)
            .is_some_and(|(age, seconds)| age.as_secs() + CLOCK_SLACK < seconds)
    };
    seen != named || config::files(path).is_ok_and(|files| files.iter().any(is_newer))
}

fn service(asked: &Result<Daemon, ServiceFinding>, is_on_bus: bool) -> ServiceFinding {
    match asked {
        Err(_) if !is_on_bus => ServiceFinding::OffBus,
        Err(finding) => finding.clone(),
        Ok(daemon) => {
            let version = &daemon.overview.version;
            let is_other = version != env!("CARGO_PKG_VERSION");
            ServiceFinding::Running {
                seconds: daemon.seconds,
                is_patient: false,
                version: is_other.then(|| version.clone()),
            }
        }
    }
}

/// Looks at a meter: through the daemon, else at its port.
fn survey_meter(meter: &MeterSettings, daemon: Option<&Daemon>) -> SurveyedMeter {
    let id = meter.id.as_str().to_owned();
    let seen = daemon.and_then(|daemon| daemon.meters.iter().find(|seen| seen.id == id));
    let word = |key| seen.and_then(|seen| seen.reading.text(key));
    let link = word(Key::LINK);
    let is_open = link.is_some_and(|link| link != Link::NoDevice.as_str());
    let port = if is_open {
        open_port(&meter.device)
    } else {
        closed_port(&meter.device, seen.is_some())
    };
    let meter = match seen {
        None if has_port(&port) && daemon.is_some() => MeterFinding::NotOfService,
        None if has_port(&port) => MeterFinding::Unasked,
        Some(seen) if is_open => through_daemon(seen),
        _ => MeterFinding::WithoutPort,
    };
    SurveyedMeter { id, port, meter }
}

fn has_port(port: &PortFinding) -> bool {
    matches!(
        port,
        PortFinding::Free(_) | PortFinding::Server(_) | PortFinding::OfService(..)
    )
}

fn open_port(device: &Device) -> PortFinding {
    match device {
        Device::Path(path) => {
            PortFinding::OfService(path.clone(), std::fs::canonicalize(path).ok())
        }
        Device::Tcp { .. } => PortFinding::OfService(PathBuf::from(device.to_string()), None),
    }
}

/// A port that the daemon has not open; `is_wanted`: it tries to.
fn closed_port(device: &Device, is_wanted: bool) -> PortFinding {
    let path = match device {
        Device::Path(path) => path,
        Device::Tcp { .. } if is_wanted => {
            return PortFinding::Refused(Refusal::Closed(device.to_string()));
        }
        Device::Tcp { .. } => return PortFinding::Server(device.to_string()),
    };
    match look_at(path) {
        Err(PortFinding::Refused(Refusal::Missing(missing))) if is_link_of_package(&missing) => {
            match ports::all() {
                ports if ports.is_empty() => PortFinding::NoAdapter,
                ports => PortFinding::Unnamed(ports),
            }
        }
        Err(finding) => finding,
        Ok(_) if is_wanted => PortFinding::NotOpen(path.clone()),
        Ok(adapter) => PortFinding::Free(adapter),
    }
}

/// What the daemon receives.
fn through_daemon(seen: &SeenMeter) -> MeterFinding {
    let reading = &seen.reading;
    let cause = reading.text(Key::LINK_CAUSE).unwrap_or_default();
    let is = |known: LinkCause| cause == known.as_str();
    if reading.text(Key::LINK) == Some(Link::Receiving.as_str()) {
        let quality = reading.int(Key::LINK_QUALITY);
        MeterFinding::Live {
            power: reading.int(Key::APPARENT_POWER),
            damaged: reading.int(Key::FRAMES_DAMAGED).unwrap_or_default(),
            poor: quality.filter(|quality| *quality < QUALITY_MIN),
            lost_phases: lost_phases_shown(reading),
        }
    } else if is(LinkCause::NoByte) {
        MeterFinding::Quiet
    } else if is(LinkCause::Login) {
        MeterFinding::Login
    } else if is(LinkCause::NoFrame) {
        MeterFinding::NoFrame
    } else if [LinkCause::NoGroup, LinkCause::WrongSpeed, LinkCause::Noise]
        .into_iter()
        .any(is)
    {
        MeterFinding::Unread
    } else {
        MeterFinding::Starting
    }
}

/// The only free port, where none is named and no daemon reads one: it may be listened to.
pub fn only_candidate(chain: &SurveyedChain) -> Option<(PathBuf, Adapter)> {
    let [
        SurveyedMeter {
            port: PortFinding::Unnamed(ports),
            ..
        },
    ] = chain.meters.as_slice()
    else {
        return None;
    };
    let mut free = ports.iter().filter(|port| port.is_free());
    match (free.next(), free.next()) {
        (Some(port), None) => {
            serial::resolve(port.best_name()).ok()?;
            Some((port.best_name().to_owned(), port.adapter.clone()))
        }
        _ => None,
    }
}
