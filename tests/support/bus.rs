//! A bus of one's own: a real dbus-daemon, ended when dropped.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use linky_sensor::dbus::Bus;
use tempfile::TempDir;

/// The policy that we ship.
pub const POLICY: &str = include_str!("../../dbus/io.github.linky_sensor.Linky1.conf");

/// What a system bus allows before any package is installed, as in the `system.conf` of dbus.
const SYSTEM_DEFAULTS: &str = r#"
  <type>system</type>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Introspectable"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Properties"/>
  </policy>"#;

/// A running dbus-daemon.
pub struct PrivateBus {
    directory: TempDir,
    daemon: Child,
}

impl PrivateBus {
    /// One with the limits and the refusals of the system bus, and our policy for the user who runs the test.
    pub fn system() -> Self {
        let user = nix::unistd::User::from_uid(nix::unistd::Uid::current())
            .expect("the user database can be read")
            .expect("the current user has a name");
        let user = format!("user=\"{}\"", user.name);
        let policy = POLICY.replace("user=\"linky-sensor\"", &user);
        assert_ne!(policy, POLICY, "the policy names the daemon's user");
        // As root on a system bus, the user who runs the test may listen to everything.
        let listener = format!(
            "<policy {user}><allow send_destination=\"org.freedesktop.DBus\" \
             send_interface=\"org.freedesktop.DBus.Monitoring\"/></policy>"
        );
        Self::start(&format!(
            "{SYSTEM_DEFAULTS}\n{listener}\n{}",
            inside(&policy)
        ))
    }

    /// One with the limits of the system bus, and no other policy than this.
    pub fn with_policy(policy: &str) -> Self {
        Self::start(&format!("{SYSTEM_DEFAULTS}\n{policy}"))
    }

    /// One that allows everything.
    pub fn permissive() -> Self {
        Self::with_policy(
            r#"<policy context="default">
                 <allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
               </policy>"#,
        )
    }

    fn start(settings: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let socket = directory.path().join("bus");
        let config = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n\
             <busconfig>\n  <listen>unix:path={}</listen>\n  <auth>EXTERNAL</auth>\n{settings}\n</busconfig>\n",
            socket.display()
        );
        fs::write(directory.path().join("bus.conf"), config).expect("the directory is writable");
        let daemon = spawn(&directory);
        Self { directory, daemon }
    }

    /// Where it is.
    pub fn address(&self) -> String {
        format!("unix:path={}", self.socket().display())
    }

    /// Where it is.
    pub fn bus(&self) -> Bus {
        Bus::Address(self.address())
    }

    /// Kills it.
    pub fn stop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
        let _ = fs::remove_file(self.socket());
    }

    /// Starts it again at the same address.
    pub fn start_again(&mut self) {
        self.daemon = spawn(&self.directory);
    }

    /// Its process id.
    pub fn pid(&self) -> nix::unistd::Pid {
        nix::unistd::Pid::from_raw(self.daemon.id().cast_signed())
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("bus")
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Returns when it accepts connections: it prints its address then.
fn spawn(directory: &TempDir) -> Child {
    let complaints = directory.path().join("complaints");
    let log = fs::File::create(&complaints).expect("the directory is writable");
    let mut daemon = Command::new("dbus-daemon")
        .arg(format!(
            "--config-file={}/bus.conf",
            directory.path().display()
        ))
        .args(["--nofork", "--nosyslog", "--print-address=1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("dbus-daemon runs: install the package dbus-daemon (or dbus)");
    let stdout = daemon.stdout.take().expect("its output is piped");
    let mut address = String::new();
    BufReader::new(stdout)
        .read_line(&mut address)
        .expect("its output can be read");
    if !address.starts_with("unix:") {
        let _ = daemon.kill();
        let _ = daemon.wait();
        let complaints = fs::read_to_string(&complaints).unwrap_or_default();
        panic!("dbus-daemon does not start: {complaints}");
    }
    daemon
}

/// What is between `<busconfig>` and `</busconfig>`.
fn inside(policy: &str) -> &str {
    let (_, rest) = policy.split_once("<busconfig>").expect("a busconfig");
    rest.split_once("</busconfig>").expect("a busconfig").0
}
