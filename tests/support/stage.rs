//! A machine of one's own, in name spaces that go with the test: its files in /etc, its devices, its network, its root.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use linky_sensor::simulator::{Pty, Scenario};
use tempfile::TempDir;

use super::line::Playing;

/// Set in the name spaces: the directory of the machine.
const STAGE: &str = "STAGE_OF_THE_TEST";

/// Makes the machine, and becomes the test in it.
const SCRIPT: &str = r#"
set -e
stage=$1
shift
mkdir "$stage/etc" "$stage/tty" "$stage/sys" "$stage/old"
for file in passwd group hosts nsswitch.conf resolv.conf ld.so.cache; do
	cp -rL "/etc/$file" "$stage/etc/" 2>/dev/null || true
done
echo 0123456789abcdef0123456789abcdef >"$stage/etc/machine-id"
mount --bind "$stage/etc" /etc
mount --bind "$stage/tty" /sys/class/tty
mount --rbind /dev "$stage/old"
mount -t tmpfs -o mode=755 dev /dev
mkdir -p /dev/pts /dev/serial/by-id
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts /dev/pts
ln -s pts/ptmx /dev/ptmx
for node in null zero full random urandom tty; do
	: >"/dev/$node"
	mount --bind "$stage/old/$node" "/dev/$node"
done
ip link set lo up
exec "$@"
"#;

/// The machine.
pub struct Stage {
    directory: PathBuf,
}

/// Runs a test on a machine of its own. `name` is the path of the test: it is run again there, alone.
pub fn on_stage(name: &str, test: impl FnOnce(&Stage)) {
    if let Some(directory) = env::var_os(STAGE) {
        let directory = PathBuf::from(directory);
        return test(&Stage { directory });
    }
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "--net"])
        .args(["sh", "-c", SCRIPT, "sh"])
        .arg(directory.path())
        .arg(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(STAGE, directory.path())
        .env_remove("container")
        .env_remove("CREDENTIALS_DIRECTORY")
        .stdin(Stdio::null())
        .output()
        .expect("unshare is not there: install the package util-linux");
    let printed = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(
        !complaints.contains("ip: not found"),
        "ip is not there: install the package iproute2"
    );
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}{complaints}"
    );
}

/// The name of an adapter that stays the same.
pub const BY_ID: &str = "/dev/serial/by-id/usb-FTDI_FT230X_Basic_UART_EXAMPLE1-if00-port0";

impl Stage {
    /// Installs the configuration of the package.
    pub fn install(&self) -> &Self {
        fs::create_dir_all("/etc/linky-sensor/linky-sensor.d").unwrap();
        let shipped = include_str!("../../debian/linky-sensor.toml");
        fs::write("/etc/linky-sensor/linky-sensor.toml", shipped).unwrap();
        self
    }

    /// Writes a drop-in.
    pub fn configure(&self, name: &str, text: &str) {
        let path = Path::new("/etc/linky-sensor/linky-sensor.d").join(name);
        fs::write(path, text).unwrap();
    }

    /// Plugs an adapter in, with this end of a line behind it.
    pub fn plug(&self, tty: &str, target: &Path, has_stable_name: bool) {
        let device = Path::new("/dev").join(tty);
        fs::write(&device, "").unwrap();
        let mounted = Command::new("mount")
            .arg("--bind")
            .args([target, &device])
            .status()
            .unwrap();
        assert!(mounted.success(), "{mounted}");
        let usb = self.directory.join("sys").join(tty);
        fs::create_dir_all(usb.join("port")).unwrap();
        fs::write(usb.join("product"), "FT230X Basic UART\n").unwrap();
        fs::write(usb.join("manufacturer"), "FTDI\n").unwrap();
        let entry = Path::new("/sys/class/tty").join(tty);
        fs::create_dir(&entry).unwrap();
        symlink(usb.join("port"), entry.join("device")).unwrap();
        if has_stable_name {
            symlink(&device, BY_ID).unwrap();
        }
    }

    /// The kernel writes its messages to this one.
    pub fn make_console(&self, tty: &str) {
        let console = Path::new("/sys/class/tty/console");
        fs::create_dir_all(console).unwrap();
        fs::write(console.join("active"), format!("{tty}\n")).unwrap();
    }

    /// An adapter with a meter behind it, which sends ten times as fast as real.
    pub fn plug_meter(&self, tty: &str, scenario: Scenario) -> PluggedMeter {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("line");
        let playing = Playing::on(&link, scenario);
        self.plug(tty, &fs::canonicalize(&link).unwrap(), true);
        PluggedMeter {
            _playing: playing,
            _directory: directory,
        }
    }

    /// An adapter with nothing behind it.
    pub fn plug_silence(&self, tty: &str) -> Pty {
        let line = Pty::open(None, std::time::Duration::ZERO).unwrap();
        self.plug(tty, line.path(), true);
        line
    }
}

/// Unplugged when dropped.
pub struct PluggedMeter {
    _playing: Playing,
    _directory: TempDir,
}
