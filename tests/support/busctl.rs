//! Another program on the bus: what busctl is answered, and all that it receives.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::Value;

use super::daemon::WAIT_TIMEOUT;

const SERVICE: &str = "io.github.linky_sensor.Linky1";

/// The properties of an interface: the signature and the value of each.
pub type Properties = BTreeMap<String, (String, Value)>;

/// busctl on a bus.
pub struct Busctl {
    address: String,
}

impl Busctl {
    /// On the bus at this address.
    pub fn at(address: &str) -> Self {
        Self {
            address: address.to_owned(),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new("busctl");
        command
            .arg(format!("--address={}", self.address))
            .args(["--json=short", "--no-pager"])
            .stdin(Stdio::null());
        command
    }

    /// Runs it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command()
            .args(arguments)
            .output()
            .expect("busctl is not there: install the package systemd")
    }

    /// The first value that a method of the daemon answers; `None` if it answers an error, or is not there.
    pub fn call(
        &self,
        path: &str,
        interface: &str,
        method: &str,
        arguments: &[&str],
    ) -> Option<Value> {
        let output = self.run(&[&["call", SERVICE, path, interface, method], arguments].concat());
        let answer: Value = serde_json::from_slice(&output.stdout).ok()?;
        Some(answer["data"][0].clone())
    }

    /// All properties of an interface of the daemon; none if it is not there.
    pub fn properties(&self, path: &str, interface: &str) -> Properties {
        let answer = self.call(
            path,
            "org.freedesktop.DBus.Properties",
            "GetAll",
            &["s", interface],
        );
        answer.as_ref().map(properties).unwrap_or_default()
    }
}

/// From the JSON of an `a{sv}`.
pub fn properties(of: &Value) -> Properties {
    let entries = of.as_object().into_iter().flatten();
    entries
        .map(|(name, variant)| {
            let signature = variant["type"].as_str().expect("a variant has a type");
            (
                name.clone(),
                (signature.to_owned(), variant["data"].clone()),
            )
        })
        .collect()
}

/// All that passes over a bus from now on. Ends when dropped.
pub struct Monitor {
    child: Child,
    lines: Receiver<String>,
}

impl Monitor {
    /// Returns once it receives.
    pub fn at(address: &str) -> Self {
        let mut child = Busctl::at(address)
            .command()
            .arg("monitor")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("busctl is not there: install the package systemd");
        let (sender, lines) = channel();
        let (ready, is_ready) = channel();
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let errors = BufReader::new(child.stderr.take().expect("it is piped"));
        thread::spawn(move || {
            errors
                .lines()
                .map_while(Result::ok)
                .for_each(|line| drop(ready.send(line)));
        });
        thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .for_each(|line| drop(sender.send(line)));
        });
        let printed = is_ready.recv_timeout(WAIT_TIMEOUT);
        let monitor = Self { child, lines };
        assert!(
            printed
                .as_ref()
                .is_ok_and(|printed| printed.starts_with("Monitoring")),
            "busctl does not listen: {printed:?}"
        );
        monitor
    }

    /// What has come since the last time, as busctl writes it.
    pub fn rest(&self) -> Vec<String> {
        self.lines.try_iter().collect()
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
