//! Why a port cannot be read, where the daemon runs in a container: what helps is done outside of it.
//!
//! Input: a [`Refusal`] and the home. Output: one line as `refusal` has it, or `None` where its own holds here too.

use super::refusal::Refusal;
use crate::home::Home;
use crate::names::file::DEVICE;
use std::path::Path;

/// The line for this home.
pub fn text(refusal: &Refusal, home: Home) -> Option<String> {
    let (path, what, in_container, in_app) = match refusal {
        Refusal::Missing(path) if path == Path::new(DEVICE) => (
            path,
            "no such device here".to_owned(),
            format!("start the container with --device PORT:{DEVICE}, where PORT is the adapter's name in /dev/serial/by-id"),
            "no TIC adapter is recognised: plug it in and restart the app, or choose its port as `device` in the options of \
             the app",
        ),
        Refusal::Missing(path) | Refusal::NotAPort(path) => (
            path,
            "no such port here".to_owned(),
            "plug the adapter in, and start the container with --device of its name in /dev/serial/by-id".to_owned(),
            "plug the adapter in, or choose another port as `device` in the options of the app",
        ),
        Refusal::Gone(path) | Refusal::HungUp(path) => (
            path,
            "the device went away".to_owned(),
            "plug the adapter in again, then restart the container: it keeps the device of its start".to_owned(),
            "plug the adapter in again; if that does not help, restart the app",
        ),
        Refusal::Permission { device, group, .. } => (
            device,
            format!("no permission: it belongs to the group {group}"),
            format!(
                "start the container with --group-add {group} (podman without root: --group-add keep-groups, and its user in \
                 that group)"
            ),
            "restart the app: it takes the groups of the ports at its start",
        ),
        Refusal::Policy { device, .. } => (
            device,
            "the container may not use this device".to_owned(),
            format!("start it with --device {}", device.display()),
            "choose this port as `device` in the options of the app",
        ),
        Refusal::Held(path) => (
            path,
            "held by another process".to_owned(),
            format!(
                "`sudo fuser -v {}` on the host names it; stop it",
                path.display()
            ),
            "another app or integration reads it, such as Teleinfo; stop that",
        ),
        Refusal::Open(path, why) => (
            path,
            why.clone(),
            "look at it on the host".to_owned(),
            "choose another port as `device` in the options of the app",
        ),
        Refusal::Console(_)
        | Refusal::LoginPrompt { .. }
        | Refusal::LoginPromptUnknown(_)
        | Refusal::Closed(_)
        | Refusal::Network { .. } => return None,
    };
    let advice = match home {
        Home::Machine => return None,
        Home::Container => in_container,
        Home::App => in_app.to_owned(),
    };
    Some(format!("{}: {what}; {advice}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals() -> Vec<Refusal> {
        let device = || "/dev/ttyUSB0".into();
        vec![
            Refusal::Missing(DEVICE.into()),
            Refusal::Missing(device()),
            Refusal::Gone(device()),
            Refusal::NotAPort(device()),
            Refusal::Permission {
                device: device(),
                user: "65532".to_owned(),
                group: "20".to_owned(),
                mode: 0o660,
                member: false,
            },
            Refusal::Policy {
                device: device(),
                driver: None,
            },
            Refusal::Held(device()),
            Refusal::Open(device(), "too many open files".to_owned()),
            Refusal::HungUp(device()),
        ]
    }

    #[test]
    fn no_advice_needs_what_a_container_lacks() {
        for home in [Home::Container, Home::App] {
            for refusal in refusals() {
                let text = text(&refusal, home).unwrap();
                assert!(text.starts_with("/dev/") && !text.contains('\n'), "{text}");
                for absent in ["adduser", "systemctl", "the service", "linky-sensor doctor"] {
                    assert!(!text.contains(absent), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_group_of_the_host_is_named_by_its_number() {
        let permission = &refusals()[4];
        let line = text(permission, Home::Container).unwrap();
        assert!(line.contains("--group-add 20 "), "{line}");
    }

    #[test]
    fn on_a_machine_the_text_is_the_usual_one() {
        for refusal in refusals() {
            assert_eq!(text(&refusal, Home::Machine), None);
        }
    }
}
