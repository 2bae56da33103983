//! `linky-sensor doctor`: which ports there are, whether a meter is received on one, and what to do.
//!
//! Without a device it lists the ports that an adapter may be on, and opens none of them. With a device it looks for
//! programs that use it and, if there are none, reads it for a moment.

mod holders;
mod ports;
mod reception;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use self::holders::Holders;
use self::ports::ListedPort;
use super::console::{CommandError, Console};
use crate::config::Device;
use crate::names::{exit, file};
use crate::serial;

/// What to look at.
#[derive(Clone, Debug, clap::Args)]
pub struct Doctor {
    /// The port to read, or tcp://host:port; without it, the ports are listed and none is opened
    device: Option<PathBuf>,
}

impl Doctor {
    /// Lists the ports, or reads one. Returns `OK` if a port can be used, or a meter is received on the one that was named, else
    /// `FAILURE`.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let is_well = match &self.device {
            None => list(console)?,
            Some(device) => examine(device, console)?,
        };
        Ok(if is_well { exit::OK } else { exit::FAILURE })
    }
}

fn list(out: &mut dyn Write) -> io::Result<bool> {
    let ports = ports::all();
    if ports.is_empty() {
        writeln!(out, "There is no serial port on this machine.")?;
        writeln!(
            out,
            "Plug the TIC adapter in; on a Raspberry Pi, enable the serial port with raspi-config."
        )?;
        return Ok(false);
    }
    for port in &ports {
        describe(port, out)?;
    }
    match std::fs::canonicalize(file::DEVICE) {
        Ok(target) => writeln!(
            out,
            "\n{} is {}: no configuration is needed.",
            file::DEVICE,
            target.display()
        )?,
        Err(_) => return advise(&ports, out),
    }
    Ok(true)
}

/// No port is surely a TIC adapter: the user must name it. Returns whether there is one to name.
fn advise(ports: &[ListedPort], out: &mut dyn Write) -> io::Result<bool> {
    let Some(port) = ports.iter().find(|port| port.refusal.is_none()) else {
        writeln!(
            out,
            "\nNone of these can be used. Plug the TIC adapter in, or free a port."
        )?;
        return Ok(false);
    };
    writeln!(
        out,
        "\n{} is not there: none of these is surely a TIC adapter. To try one:\n\n    \
         linky-sensor doctor {port}\n\nAnd to use it, in {}/meter.toml:\n\n    [[meter]]\n    device = \"{port}\"",
        file::DEVICE,
        file::CONFIG_DROP_INS,
        port = port.best_name().display()
    )?;
    Ok(true)
}

fn describe(port: &ListedPort, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", port.device.display())?;
    writeln!(out, "    {}", port.about())?;
    for name in &port.names {
        writeln!(out, "    also {}", name.display())?;
    }
    if let Some(refusal) = &port.refusal {
        writeln!(out, "    not usable: {refusal}")?;
    }
    match holders::of(&port.device) {
        Holders::None => {}
        Holders::Processes(holders) => writeln!(out, "    in use by {}", holders.join(", "))?,
        Holders::Hidden => writeln!(
            out,
            "    who uses it can only be seen by root: sudo linky-sensor doctor"
        )?,
    }
    Ok(())
}

fn examine(device: &Path, out: &mut dyn Write) -> io::Result<bool> {
    let named = Device::parse(&device.to_string_lossy());
    if let Ok(network @ Device::Tcp { .. }) = named {
        return reception::test(&network, out);
    }
    let target = match serial::resolve(device) {
        Ok(target) => target,
        Err(refusal) => {
            writeln!(out, "{refusal}")?;
            return Ok(false);
        }
    };
    if let Some(refusal) = ports::refusal(&target) {
        writeln!(out, "{refusal}")?;
        return Ok(false);
    }
    let Holders::Processes(holders) = holders::of(&target) else {
        return reception::test(&Device::Path(device.to_owned()), out);
    };
    writeln!(
        out,
        "{} is in use by {}.",
        device.display(),
        holders.join(", ")
    )?;
    if holders
        .iter()
        .any(|holder| holder.starts_with("linky-sensor "))
    {
        writeln!(
            out,
            "The service reads it. What it receives: linky-sensor status"
        )?;
    } else {
        writeln!(
            out,
            "Stop that first: two readers would each get a part of the bytes."
        )?;
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_on(device: &Path) -> (bool, String) {
        let mut out = Vec::new();
        let is_well = examine(device, &mut out).unwrap();
        (is_well, String::from_utf8(out).unwrap())
    }

    #[test]
    fn what_is_no_serial_port_is_refused_even_if_another_has_it_open() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for device in [Path::new("/dev/null"), file.path()] {
            let wanted = format!(
                "{}: not a serial port; list the ports with `linky-sensor doctor`\n",
                device.display()
            );
            assert_eq!(run_on(device), (false, wanted));
        }
        let (is_well, text) = run_on(Path::new("/nowhere/tty"));
        assert!(!is_well);
        assert!(text.starts_with("/nowhere/tty: no such device"), "{text}");
    }
}
