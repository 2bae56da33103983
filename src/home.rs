//! Where the program runs, and the advice that differs by it: as the service of the package, in a container, or as an app
//! of Home Assistant.
//!
//! The only place that finds it out. Messages of the service name `sudo`, `systemctl` and users; in a container there are none
//! of these, and what helps is done outside.

use std::path::Path;
use std::sync::OnceLock;

use crate::names::{container, file, variable};

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// On a machine of its own, or of its user: a service of systemd, or started by hand.
    Machine,
    /// In a container.
    Container,
    /// In the container of an app of Home Assistant.
    App,
}

impl Home {
    /// That of this process, which never changes.
    #[must_use]
    pub fn current() -> Self {
        static CURRENT: OnceLock<Home> = OnceLock::new();
        *CURRENT.get_or_init(|| {
            let container = std::env::var(variable::CONTAINER).ok();
            let has_token = std::env::var_os(variable::SUPERVISOR_TOKEN).is_some();
            let has_systemd = Path::new(file::SYSTEMD_RUNS).is_dir();
            Self::of(container.as_deref(), has_token, has_systemd)
        })
    }

    /// `container`: what engines and our image set. A container with systemd in it is a machine to us.
    fn of(container: Option<&str>, has_token: bool, has_systemd: bool) -> Self {
        match container.filter(|kind| !kind.is_empty() && !has_systemd) {
            None => Self::Machine,
            Some(kind) if has_token || kind == container::APP_KIND => Self::App,
            Some(_) => Self::Container,
        }
    }

    /// How the configuration is read again.
    #[must_use]
    pub fn restart(self) -> &'static str {
        match self {
            Self::Machine => "sudo systemctl restart linky-sensor",
            Self::Container => "restart the container",
            Self::App => "restart the app",
        }
    }

    /// How the broker's password is given.
    #[must_use]
    pub fn store_password(self) -> &'static str {
        match self {
            Self::Machine => "store the password with: sudo linky-sensor set-password",
            Self::Container => {
                "put the password into a file, mount it into the container, and name it there in password-file of [mqtt]"
            }
            Self::App => "set mqtt_username and mqtt_password in the options of the app",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_what_its_engine_makes_it() {
        let of = Home::of;
        assert_eq!(of(None, false, true), Home::Machine);
        assert_eq!(of(None, false, false), Home::Machine, "without systemd");
        assert_eq!(of(Some(""), false, false), Home::Machine);
        assert_eq!(of(Some("oci"), false, false), Home::Container);
        assert_eq!(
            of(Some("lxc"), false, true),
            Home::Machine,
            "a whole system"
        );
        assert_eq!(
            of(Some("oci"), true, false),
            Home::App,
            "a command beside the daemon"
        );
        assert_eq!(
            of(Some(container::APP_KIND), false, false),
            Home::App,
            "the daemon"
        );
    }

    #[test]
    fn no_advice_of_a_container_needs_a_service_manager() {
        for home in [Home::Container, Home::App] {
            for advice in [home.restart(), home.store_password()] {
                assert!(
                    !advice.contains("sudo") && !advice.contains("systemctl"),
                    "{advice}"
                );
            }
        }
    }
}
