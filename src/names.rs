//! Every name that the outside world may rely on: D-Bus, MQTT, files, variables, exit codes, the journal.
//!
//! A name written here is public: other people's scripts, dashboards and units hold it. The rest of the crate uses these
//! constants; only the keys of the journal's fields are spelled again, since the macros of `log` take literals (a test
//! in tests/walls.rs compares them). Names that depend on the configuration (a meter's id, the base topic) are built by small
//! functions that take checked values (`config::MeterId`, a checked topic) as text and cannot fail.
//! The keys of the readings are not here but in the one table of quantities.

/// The name owned on the bus.
pub const BUS_NAME: &str = "io.github.linky_sensor.Linky1";

/// The application id with which the machine id is hashed before it is published, as machine-id(5) asks.
pub const APPLICATION_ID: u128 = 0x6b1f_0c2a_9d8e_4f53_b7a4_c1e2_d3f4_0596;

/// The user that the service runs as.
pub const USER: &str = "linky-sensor";

/// The unit of the service.
pub const UNIT: &str = "linky-sensor.service";

/// The root object: `org.freedesktop.DBus.ObjectManager` and [`interface::MANAGER`].
pub const ROOT_PATH: &str = "/io/github/linky_sensor/Linky1";

/// The D-Bus error that Get returns for a value that is null.
pub const ERROR_NOT_AVAILABLE: &str = "io.github.linky_sensor.Linky1.Error.NotAvailable";

/// The object path of the meter with this id.
///
/// ```
/// assert_eq!(linky_sensor::names::meter_path("main"), "/io/github/linky_sensor/Linky1/meter_main");
/// ```
#[must_use]
pub fn meter_path(meter: &str) -> String {
    format!("{ROOT_PATH}/meter_{meter}")
}

/// The id of a meter that the configuration gives none. Topics, object paths and Home Assistant hold it.
pub const DEFAULT_METER: &str = "main";

/// D-Bus interfaces.
pub mod interface {
    macro_rules! interfaces {
        ($($(#[$about:meta])* $constant:ident $name:literal),* $(,)?) => {
            $($(#[$about])* pub const $constant: &str = concat!("io.github.linky_sensor.Linky1.", $name);)*

            /// All of them, the root's first.
            pub const ALL: &[&str] = &[$($constant),*];
        };
    }

    interfaces! {
        /// On the root object: version, state of the broker, history.
        MANAGER "Manager",
        /// Identity, link and counters of a meter.
        METER "Meter",
        /// Power and energy drawn.
        CONSUMPTION "Consumption",
        /// Voltages, currents and powers of each phase.
        PHASES "Phases",
        /// The contract, its periods and its indexes.
        TARIFF "Tariff",
        /// Power and energy injected.
        PRODUCTION "Production",
        /// The meter's own status and messages.
        STATUS "Status",
        /// What brings the breaker near to tripping.
        BREAKER "Breaker",
        /// The quality of the line and of the mains.
        HEALTH "Health",
        /// The supplier's day profiles.
        CALENDAR "Calendar",
        /// The groups of the last frame, as text.
        RAW "Raw",
        /// What the power and the energy were.
        HISTORY "History",
        /// One signal per type of event.
        EVENTS "Events",
    }
}

/// MQTT topics, payloads of availability, and ids.
pub mod topic {
    /// The base of every topic unless configured.
    pub const DEFAULT_BASE: &str = "linky";
    /// The topic prefix of Home Assistant's discovery unless configured.
    pub const DEFAULT_HOME_ASSISTANT_PREFIX: &str = "homeassistant";
    /// The Python linky-sensor's topic of readings.
    pub const PYTHON_DATA: &str = "house/sensors/energy";
    /// The Python linky-sensor's topic of availability.
    pub const PYTHON_STATUS: &str = "house/probes/linky-sensor/status";
    /// The base of the topics of teleinfo2mqtt.
    pub const TELEINFO2MQTT_BASE: &str = "teleinfo";
    /// What teleinfo2mqtt publishes on its status topic with each reading.
    pub const TELEINFO2MQTT_UP: &str = "up";
    /// Payload of an availability topic.
    pub const ONLINE: &str = "online";
    /// Payload of an availability topic, and the last will.
    pub const OFFLINE: &str = "offline";
    /// The word that no meter may take as its id, because [`bridge_availability`] uses it.
    pub const BRIDGE: &str = "bridge";

    /// The reading, retained.
    ///
    /// ```
    /// assert_eq!(linky_sensor::names::topic::state("linky", "main"), "linky/main/state");
    /// ```
    #[must_use]
    pub fn state(base: &str, meter: &str) -> String {
        format!("{base}/{meter}/state")
    }

    /// The day profiles, retained.
    #[must_use]
    pub fn calendar(base: &str, meter: &str) -> String {
        format!("{base}/{meter}/calendar")
    }

    /// Nothing is published here: it is what entities are given that are to be taken away.
    #[must_use]
    pub fn removed(base: &str, meter: &str) -> String {
        format!("{base}/{meter}/removed")
    }

    /// Events, one message each.
    #[must_use]
    pub fn event(base: &str, meter: &str) -> String {
        format!("{base}/{meter}/event")
    }

    /// The points of the load curve, one message each.
    #[must_use]
    pub fn curve(base: &str, meter: &str) -> String {
        format!("{base}/{meter}/curve")
    }

    /// The accepted groups of each frame.
    #[must_use]
    pub fn tic(base: &str, meter: &str) -> String {
        format!("{base}/{meter}/tic")
    }

    /// States, events and points of the load curve that could not be delivered when they were new.
    #[must_use]
    pub fn history(base: &str, meter: &str) -> String {
        format!("{base}/{meter}/history")
    }

    /// Whether the meter is received, retained.
    #[must_use]
    pub fn availability(base: &str, meter: &str) -> String {
        format!("{base}/{meter}/availability")
    }

    /// Whether the daemon with this client id is connected, retained; the topic of the last will.
    #[must_use]
    pub fn bridge_availability(base: &str, client_id: &str) -> String {
        format!("{base}/{BRIDGE}/{client_id}/availability")
    }

    /// Where a command publishes a message, reads it back and removes it. `purpose` is the command.
    #[must_use]
    pub fn trial(base: &str, client_id: &str, purpose: &str) -> String {
        format!("{base}/{BRIDGE}/{client_id}/{purpose}")
    }

    /// Home Assistant publishes here that it has started.
    #[must_use]
    pub fn home_assistant_status(prefix: &str) -> String {
        format!("{prefix}/status")
    }

    /// Where the discovery message of a meter goes, retained.
    #[must_use]
    pub fn home_assistant_discovery(prefix: &str, meter: &str) -> String {
        format!("{prefix}/device/linky_{meter}/config")
    }

    /// The readings of teleinfo2mqtt; the address is the serial number of the meter.
    #[must_use]
    pub fn teleinfo2mqtt_frame(base: &str, address: &str) -> String {
        format!("{base}/{address}")
    }

    /// The status of teleinfo2mqtt.
    #[must_use]
    pub fn teleinfo2mqtt_status(base: &str) -> String {
        format!("{base}/status")
    }

    /// Where teleinfo2mqtt announces the entity of a label, retained.
    #[must_use]
    pub fn teleinfo2mqtt_discovery(prefix: &str, base: &str, address: &str, label: &str) -> String {
        let label = label
            .to_ascii_lowercase()
            .replace('-', "_minus_")
            .replace('+', "_plus_");
        format!("{prefix}/sensor/{base}/{address}_{label}/config")
    }

    /// All of these, as a filter.
    #[must_use]
    pub fn teleinfo2mqtt_announcements(prefix: &str, base: &str) -> String {
        format!("{prefix}/sensor/{base}/+/config")
    }

    /// Where the discovery message of one entity of a meter goes, retained.
    #[must_use]
    pub fn home_assistant_entity(prefix: &str, platform: &str, meter: &str, name: &str) -> String {
        format!("{prefix}/{platform}/linky_{meter}/{name}/config")
    }

    /// The client id used when none is configured: the first eight characters of an id of this host, in hexadecimal,
    /// distinguish two hosts and stay the same across restarts.
    #[must_use]
    pub fn default_client_id(host: &str) -> String {
        let prefix: String = host.chars().take(8).collect();
        format!("linky-sensor-{prefix}")
    }
}

/// The Prometheus endpoint.
pub mod metrics {
    /// Where it answers.
    pub const PATH: &str = "/metrics";
}

/// Files and directories.
pub mod file {
    /// The configuration file.
    pub const CONFIG: &str = "/etc/linky-sensor/linky-sensor.toml";
    /// The files `*.toml` in here are read after [`CONFIG`].
    pub const CONFIG_DROP_INS: &str = "/etc/linky-sensor/linky-sensor.d";
    /// The symlink that our udev rule gives to the TIC adapter.
    pub const DEVICE: &str = "/dev/linky";
    /// The directory is there where systemd is the service manager (sd_booted(3)).
    pub const SYSTEMD_RUNS: &str = "/run/systemd/system";
    /// The LEDs of this computer.
    pub const LEDS: &str = "/sys/class/leds";
    /// Where the daemon keeps its state unless systemd sets [`super::variable::STATE_DIRECTORY`].
    pub const STATE_DIRECTORY: &str = "/var/lib/linky-sensor";
    /// In the runtime directory: the socket on which `capture` is given what the daemon receives.
    pub const CAPTURE_SOCKET: &str = "capture";
    /// Where the daemon and process 1 of a container have their sockets unless [`super::variable::RUNTIME_DIRECTORY`] names another place.
    pub const RUNTIME_DIRECTORY: &str = "/run/linky-sensor";
    /// In the state directory: what could not be delivered to the broker yet.
    pub const HISTORY: &str = "history";
    /// In the state directory: of what the client id was made where the machine has no id, as in a container.
    pub const CLIENT_ID: &str = "client-id";
    /// In the state directory: its existence records that the topic of the client id of earlier versions was removed from
    /// the broker.
    pub const CLIENT_ID_MIGRATED: &str = "client-id-migrated";
    /// In the state directory: what was announced to Home Assistant. No id of a meter has a hyphen.
    pub const ANNOUNCED: &str = "home-assistant.json";
    /// The broker's password, as systemd names the credential.
    pub const PASSWORD_CREDENTIAL: &str = "linky-sensor.mqtt-password";
    /// Where systemd finds credentials kept as they are.
    pub const CREDENTIAL_STORE: &str = "/etc/credstore";
}

/// What `capture` asks of a running daemon: one line, then the capture comes, or a line that begins with [`capture::ERROR`].
pub mod capture {
    /// The only meter.
    pub const ANY: &str = "any";
    /// The meter of the id that follows.
    pub const METER: &str = "meter";
    /// The meter on the port that follows.
    pub const DEVICE: &str = "device";
    /// The beginning of a refusal.
    pub const ERROR: &str = "ERROR ";
}

/// Environment variables, set by systemd, by process 1 of a container, or by Home Assistant.
pub mod variable {
    /// The directory that holds the credentials of this unit.
    pub const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";
    /// The socket of sd_notify(3).
    pub const NOTIFY_SOCKET: &str = "NOTIFY_SOCKET";
    /// The directory for what must survive a restart.
    pub const STATE_DIRECTORY: &str = "STATE_DIRECTORY";
    /// The directory for what need not.
    pub const RUNTIME_DIRECTORY: &str = "RUNTIME_DIRECTORY";
    /// The kind of container that this is, set by engines and by our image.
    pub const CONTAINER: &str = "container";
    /// The silence after which the daemon is ended, in microseconds.
    pub const WATCHDOG_USEC: &str = "WATCHDOG_USEC";
    /// The process that [`WATCHDOG_USEC`] is for.
    pub const WATCHDOG_PID: &str = "WATCHDOG_PID";
    /// The token with which an app of Home Assistant asks the Supervisor.
    pub const SUPERVISOR_TOKEN: &str = "SUPERVISOR_TOKEN";
    /// Its older name.
    pub const HASSIO_TOKEN: &str = "HASSIO_TOKEN";
}

/// The container image, and the app of Home Assistant made from it.
pub mod container {
    /// The user and the group of the daemon, by number: names are the host's.
    pub const USER_ID: u32 = 65532;
    /// In the runtime directory: the socket that the daemon sends its notices to.
    pub const NOTIFY_SOCKET: &str = "notify";
    /// In the runtime directory: the socket of the health check.
    pub const HEALTH_SOCKET: &str = "health";
    /// In the runtime directory of an app: the configuration.
    pub const CONFIG: &str = "linky-sensor.toml";
    /// In the runtime directory of an app: the broker's password.
    pub const PASSWORD: &str = "password";
    /// The kind of container that this is where nobody names it.
    pub const KIND: &str = "oci";
    /// The kind of container that an app of Home Assistant is, in its daemon's environment.
    pub const APP_KIND: &str = "home-assistant";
    /// From the root: the options of an app.
    pub const APP_OPTIONS: &str = "data/options.json";
    /// From the root: the state directory of an app.
    pub const APP_STATE: &str = "data/state";
    /// From the root: files of the user's own, as in `linky-sensor.d`.
    pub const APP_DROP_INS: &str = "config";
    /// Where the Supervisor answers.
    pub const SUPERVISOR: &str = "supervisor:80";
}

/// Exit codes, those of sysexits(3).
pub mod exit {
    /// Done.
    pub const OK: u8 = 0;
    /// The answer is no (`status`: a meter is not received).
    pub const FAILURE: u8 = 1;
    /// The command line is wrong. The unit does not restart on it.
    pub const USAGE: u8 = 64;
    /// What was read is not what it should be.
    pub const DATA: u8 = 65;
    /// A file named by the user is not there or cannot be read.
    pub const NO_INPUT: u8 = 66;
    /// Something that is needed is not there (no bus, no daemon).
    pub const UNAVAILABLE: u8 = 69;
    /// A defect of the program.
    pub const SOFTWARE: u8 = 70;
    /// Reading or writing failed.
    pub const IO: u8 = 74;
    /// The user may not do this.
    pub const NO_PERMISSION: u8 = 77;
    /// The configuration is wrong. The unit does not restart on it.
    pub const CONFIG: u8 = 78;
    /// Ended by a signal: this, plus its number, as a shell shows it.
    pub const SIGNAL: u8 = 128;
}

/// The journal: extra fields, and ids that name a kind of message whatever its words (`journalctl MESSAGE_ID=…`).
pub mod journal {
    // The fields are for tests: the macros of `log` take their keys as literals only.
    /// Field: the id of the meter that a message is about.
    pub const METER: &str = "LINKY_METER";
    /// Field: the state of the link (`no_device`, `no_signal`, `syncing`, `receiving`).
    pub const LINK: &str = "LINKY_LINK";

    /// The daemon is ready.
    pub const STARTED: &str = "248d3146f7ae4d16810103a3c3e537b2";
    /// The daemon is about to end, as asked.
    pub const STOPPING: &str = "5edf5521c36f4eac8b73ba8f15cb4204";
    /// The daemon ends because a part of it did.
    pub const FAILED: &str = "4d38072403c14fb6ac111b7bf4a80afa";
    /// The configuration is wrong.
    pub const CONFIGURATION_ERROR: &str = "de8fcba83da849a1937917f438db0790";
    /// The link to a meter went from one state to another.
    pub const LINK_CHANGED: &str = "4946518483474f44a00ebb9c15059e45";
    /// The meter sends in the other mode.
    pub const MODE_CHANGED: &str = "87298657762d4fe0a0bfdbbc914e5e76";
    /// Another meter answers on this port.
    pub const METER_REPLACED: &str = "8fda8603ae3f4a539910ade8680293a6";
    /// An index went back, or forward faster than is possible.
    pub const INDEX_JUMPED: &str = "04b306ba4010491e8d1682802ff870bf";
    /// The supplier changed the contract.
    pub const CONTRACT_CHANGED: &str = "d6dde99b145745e3b715b1b964747a76";
    /// The breaker opened or closed.
    pub const BREAKER_CHANGED: &str = "01b466cce7ab4a3c9b4573194ec96389";
    /// The breaker is about to open, or not any more.
    pub const BREAKER_WARNING: &str = "943dd41160d1428f9fee94e81e5e3893";
    /// The model of the breaker was found to hold on the meter, or not to.
    pub const BREAKER_MODEL: &str = "50189e77c0e642858c3968e28ff28091";
    /// More than the subscribed power is drawn, or not any more.
    pub const OVER_POWER: &str = "4bc46543c4254450b2cd370e9ec1fbc1";
    /// The supplier changed the subscribed power.
    pub const SUBSCRIBED_POWER_CHANGED: &str = "8a4416d14ea64fd59b67120e938dbe25";
    /// The terminal cover of the meter is open.
    pub const COVER_OPENED: &str = "d3dd82134cc34bbd84bb1711ab992a5c";
    /// A phase was lost or is back.
    pub const PHASE_CHANGED: &str = "592bc2638677495e8c9e6c18531e863d";
    /// The mean voltage of a phase left the range of EN 50160 or is in it again.
    pub const VOLTAGE_CHANGED: &str = "fd7d9cbee0b3476596e43aaf3505bc1b";
    /// The meter lost its time or has it again.
    pub const CLOCK_CHANGED: &str = "d88bad322cbf4b1597d47b3248e07461";
    /// The MQTT session is up.
    pub const BROKER_CONNECTED: &str = "bfdb3500206f4d27b6a01c80289cb273";
    /// The MQTT session is lost.
    pub const BROKER_LOST: &str = "55d626a696154a97903140b9b1026581";
    /// The broker refuses us (a password, a client id, a certificate), or cannot be trusted.
    pub const BROKER_REFUSED: &str = "3a62e1fb00b74de7a58ea408c5dcbf7b";
    /// Another daemon publishes the states of a meter on the same topic, or does not any more.
    pub const TOPIC_CONFLICT: &str = "d7c0b428705e4b1dbf032d2a8ef6d008";
    /// The broker limits something; the states go on.
    pub const BROKER_LIMITS: &str = "6f0c1d5be1a24d6c9a37f2c6b0b8e914";
    /// The broker takes what is published, and it does not arrive.
    pub const BROKER_DENIES: &str = "b1f6a0d7c3e84f0e8d52a9470c6e1b35";
    /// The name is ours on the bus.
    pub const BUS_CONNECTED: &str = "ecbe613da46f485f8ec56babfe508b5f";
    /// The bus, or our name on it, is lost.
    pub const BUS_LOST: &str = "eff92530dcf14dbba36c2f232bf78ea8";
    /// The bus refuses us the name.
    pub const BUS_REFUSED: &str = "b6ba93287af44ab09c1ffab089456c11";
    /// The metrics are served.
    pub const METRICS_SERVED: &str = "5b0e7c1fd2a94c3f8e16b7d09a4c25e3";
    /// The metrics cannot be served at their address.
    pub const METRICS_REFUSED: &str = "c83f6e0b91d74a5ab2e47f1d6c0958a4";
    /// The history is full: the oldest is dropped.
    pub const HISTORY_DROPPED: &str = "5af62c8d325b4d6abbbc0153467d0698";
    /// The state directory cannot be read or written.
    pub const STORE_FAILED: &str = "6aed863ac607430f914ff8437ffc2b89";

    /// All of the ids.
    pub const ALL: [&str; 31] = [
        STARTED,
        STOPPING,
        FAILED,
        CONFIGURATION_ERROR,
        LINK_CHANGED,
        MODE_CHANGED,
        METER_REPLACED,
        INDEX_JUMPED,
        CONTRACT_CHANGED,
        BREAKER_CHANGED,
        BREAKER_WARNING,
        BREAKER_MODEL,
        OVER_POWER,
        SUBSCRIBED_POWER_CHANGED,
        COVER_OPENED,
        PHASE_CHANGED,
        VOLTAGE_CHANGED,
        CLOCK_CHANGED,
        BROKER_CONNECTED,
        BROKER_LOST,
        BROKER_REFUSED,
        TOPIC_CONFLICT,
        BROKER_LIMITS,
        BROKER_DENIES,
        BUS_CONNECTED,
        BUS_LOST,
        BUS_REFUSED,
        METRICS_SERVED,
        METRICS_REFUSED,
        HISTORY_DROPPED,
        STORE_FAILED,
    ];
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{BUS_NAME, ERROR_NOT_AVAILABLE, ROOT_PATH, interface, journal, topic};

    #[test]
    fn the_path_and_the_interfaces_follow_from_the_bus_name() {
        assert_eq!(ROOT_PATH, format!("/{}", BUS_NAME.replace('.', "/")));
        for name in interface::ALL.iter().copied().chain([ERROR_NOT_AVAILABLE]) {
            assert!(name.starts_with(&format!("{BUS_NAME}.")), "{name}");
        }
        assert_eq!(
            interface::ALL.iter().collect::<HashSet<_>>().len(),
            interface::ALL.len()
        );
    }

    #[test]
    fn message_ids_are_distinct_and_as_the_journal_wants_them() {
        assert_eq!(HashSet::from(journal::ALL).len(), journal::ALL.len());
        for id in journal::ALL {
            let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            assert!(id.len() == 32 && id.bytes().all(is_hex), "{id}");
        }
    }

    #[test]
    fn two_hosts_have_two_last_wills() {
        let will =
            |machine| topic::bridge_availability("linky", &topic::default_client_id(machine));
        let (one, two) = (will("0123456789abcdef"), will("fedcba9876543210"));
        assert_eq!(one, "linky/bridge/linky-sensor-01234567/availability");
        assert_ne!(one, two);
    }
}
