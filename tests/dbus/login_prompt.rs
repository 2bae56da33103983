//! What is asked of systemd: whether a login prompt holds a port.

use linky_sensor::dbus;

use crate::support::bus::PrivateBus;

/// A systemd with one active unit.
struct FakeSystemd;

#[zbus::interface(name = "org.freedesktop.systemd1.Manager")]
impl FakeSystemd {
    async fn get_unit(&self, name: &str) -> zbus::fdo::Result<zbus::OwnedObjectPath> {
        let path = match name {
            "serial-getty@ttyS2.service" => std::future::pending().await,
            "serial-getty@ttyS0.service" => "/org/freedesktop/systemd1/unit/s0",
            "serial-getty@ttyS1.service" => "/org/freedesktop/systemd1/unit/s1",
            other => {
                return Err(zbus::fdo::Error::Failed(format!(
                    "Unit {other} not loaded."
                )));
            }
        };
        Ok(zbus::ObjectPath::try_from(path).expect("a path").into())
    }
}

struct FakeUnit(&'static str);

#[zbus::interface(name = "org.freedesktop.systemd1.Unit")]
impl FakeUnit {
    #[zbus(property)]
    fn active_state(&self) -> &str {
        self.0
    }
}

#[tokio::test]
async fn a_port_with_a_login_prompt_is_known() {
    let bus = PrivateBus::permissive();
    let address = bus.bus();
    let ask = |tty| dbus::active_serial_getty(&address, tty);
    assert_eq!(ask("ttyS0").await, Ok(None), "no systemd on the bus");
    let _systemd = zbus::connection::Builder::address(bus.address().as_str())
        .serve_at("/org/freedesktop/systemd1", FakeSystemd)
        .serve_at("/org/freedesktop/systemd1/unit/s0", FakeUnit("active"))
        .serve_at("/org/freedesktop/systemd1/unit/s1", FakeUnit("inactive"))
        .name("org.freedesktop.systemd1")
        .build()
        .await
        .expect("the bus takes it in");
    let unit = Some("serial-getty@ttyS0.service".to_owned());
    assert_eq!(ask("ttyS0").await, Ok(unit));
    assert_eq!(ask("ttyS1").await, Ok(None));
    assert_eq!(ask("ttyAMA0").await, Ok(None));
    let silence = ask("ttyS2").await;
    assert_eq!(silence, Err(dbus::NoAnswer), "silence is no answer");
}
