//! What Home Assistant gives to its app, made into what the daemon is started with.
//!
//! Input: `/data/options.json`, the Supervisor's broker, the ports. Output: the configuration and the password in the runtime
//! directory, and the state directory `/data/state`. The Supervisor is asked until it answers: at the start of the
//! machine, or during its own update, it comes later than its apps.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::configuration::configuration;
use super::health_socket::HealthAnswer;
use super::options::AppOptions;
use super::supervisor::{OfferedBroker, offered_broker};
use super::{DaemonSetup, failed, serial_port, user};
use crate::commands::console::CommandError;
use crate::config;
use crate::names::{container, exit, variable};

/// The pause after the first answer that decides nothing; each next one is twice as long.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Whether this is the container of an app.
pub fn is_app(root: &Path) -> bool {
    let has_token = std::env::var_os(variable::SUPERVISOR_TOKEN).is_some();
    has_token && root.join(container::APP_OPTIONS).exists()
}

/// Makes what the daemon is started with. `health` is kept up to date while the Supervisor is waited for.
///
/// # Errors
/// The options are wrong, there is no broker, or a file cannot be written.
pub async fn set_up(
    root: &Path,
    supervisor: &str,
    runtime: &Path,
    health: &watch::Sender<HealthAnswer>,
) -> Result<DaemonSetup, CommandError> {
    let options = AppOptions::read(&root.join(container::APP_OPTIONS))?;
    let offered = match &options.mqtt_url {
        Some(_) => None,
        None => Some(broker(supervisor, health).await?),
    };
    let port = serial_port::choose(&options, root);
    log::info!("{}", port.reason);
    let config = runtime.join(container::CONFIG);
    let password_file = runtime.join(container::PASSWORD);
    let made = configuration(&options, &port.device, offered, &password_file)?;
    config::parse("the options of the app", &made.toml)
        .map_err(|error| CommandError::new(exit::CONFIG, error))?;
    user::write_own(&config, &made.toml).map_err(|error| failed(&config, &error))?;
    if let Some(password) = &made.password {
        user::write_own(&password_file, password)
            .map_err(|error| failed(&password_file, &error))?;
    }
    link_drop_ins(
        &root.join(container::APP_DROP_INS),
        &config.with_extension("d"),
    )?;
    let state = root.join(container::APP_STATE);
    user::make_own(&state).map_err(|error| failed(&state, &error))?;
    Ok(DaemonSetup {
        groups: serial_port::groups(&port.device, root),
        verbose: options.verbose(),
        kind: Some(container::APP_KIND),
        config,
        state,
    })
}

/// The broker of the Supervisor, as soon as it answers.
async fn broker(
    supervisor: &str,
    health: &watch::Sender<HealthAnswer>,
) -> Result<OfferedBroker, CommandError> {
    let token = std::env::var(variable::SUPERVISOR_TOKEN).map_err(|_| {
        CommandError::new(
            exit::CONFIG,
            format_args!(
                "{} is not set: this is no app of Home Assistant; leave --home-assistant out, or set mqtt_url",
                variable::SUPERVISOR_TOKEN
            ),
        )
    })?;
    let mut pause = PAUSE_MIN;
    let mut logged = String::new();
    loop {
        let why = match offered_broker(supervisor, &token).await {
            Ok(Some(broker)) => return Ok(broker),
            Ok(None) => {
                let why = "no broker: install the Mosquitto app and start it, or set mqtt_url in the options of this app";
                return Err(CommandError::new(exit::CONFIG, why));
            }
            Err(error) => format!("the Supervisor is asked for the broker again: {error}"),
        };
        if why != logged {
            log::warn!("{why}");
            logged.clone_from(&why);
        }
        health.send_replace(HealthAnswer {
            is_alive: true,
            status: why,
        });
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Files of the user's own, if the app has a directory for them, are read after the configuration.
fn link_drop_ins(directory: &Path, link: &PathBuf) -> Result<(), CommandError> {
    let _ = fs::remove_file(link);
    if directory.is_dir() {
        symlink(directory, link).map_err(|error| failed(link, &error))?;
    }
    Ok(())
}
