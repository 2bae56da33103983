//! A meter that plays its frames into a pty, at the pace of the line.

use std::fs::File;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use linky_sensor::config::Device;
use linky_sensor::tic::{Frame, Label, Mode, push_group, with_parity};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

/// A frame of a single-phase meter, 38 groups; `n` is its EAST.
pub fn standard(n: u32) -> Vec<u8> {
    let now = Some("H260115120000");
    let mut frame = vec![0x02];
    let mut group = |label: &str, horodate: Option<&str>, data: &str| {
        push_group(Mode::Standard, label, horodate, data, &mut frame);
    };
    group("ADSC", None, "991876000001");
    group("VTIC", None, "02");
    group("DATE", now, "");
    group("NGTF", None, "      BASE      ");
    group("LTARF", None, "      BASE      ");
    group("EAST", None, &format!("{n:09}"));
    for index in 1..=10 {
        group(&format!("EASF{index:02}"), None, "000000042");
    }
    for index in 1..=4 {
        group(&format!("EASD{index:02}"), None, "000000042");
    }
    group("IRMS1", None, "002");
    group("URMS1", None, "231");
    group("PREF", None, "06");
    group("PCOUP", None, "06");
    group("SINSTS", None, "00450");
    group("SMAXSN", now, "01230");
    group("SMAXSN-1", now, "02340");
    group("CCASN", now, "00450");
    group("CCASN-1", now, "00440");
    group("UMOY1", now, "231");
    group("STGE", None, "003A0001");
    group("MSG1", None, "PAS DE          MESSAGE         ");
    group("PRM", None, "99000000000001");
    group("RELAIS", None, "000");
    group("NTARF", None, "01");
    group("NJOURF", None, "00");
    group("NJOURF+1", None, "00");
    group(
        "PJOURF+1",
        None,
        &format!("00004001{}", " NONUTILE".repeat(10)),
    );
    on_the_wire(frame)
}

/// A frame of a single-phase meter, base tariff; `n` is its BASE.
pub fn historique(n: u32) -> Vec<u8> {
    let mut frame = vec![0x02];
    let mut group = |label: &str, data: &str| {
        push_group(Mode::Historique, label, None, data, &mut frame);
    };
    group("ADCO", "991876000001");
    group("OPTARIF", "BASE");
    group("ISOUSC", "30");
    group("BASE", &format!("{n:09}"));
    group("PTEC", "TH..");
    group("IINST", "002");
    group("IMAX", "090");
    group("PAPP", "00450");
    group("MOTDETAT", "000000");
    on_the_wire(frame)
}

pub fn on_the_wire(mut frame: Vec<u8>) -> Vec<u8> {
    frame.push(0x03);
    frame
        .iter()
        .map(|&character| with_parity(character))
        .collect()
}

/// The number that [`standard`] or [`historique`] put into a frame, which must be whole.
pub fn number(frame: &Frame) -> u32 {
    assert!(!frame.is_damaged(), "{frame:?}");
    let (label, groups) = match frame.mode() {
        Mode::Standard => (Label::EAST, 38),
        Mode::Historique => (Label::BASE, 9),
    };
    assert_eq!(frame.groups().count(), groups);
    frame.get(label).expect("the numbered group").number()
}

/// A pty with its master: what is written there comes out of the device.
pub struct Pty {
    pub master: File,
    /// Keeps the pty alive while no reader has it open.
    pub _slave: OwnedFd,
    pub path: PathBuf,
}

impl Pty {
    pub fn new() -> Self {
        let pty = nix::pty::openpty(None, None).unwrap();
        let mut raw = tcgetattr(&pty.slave).unwrap();
        cfmakeraw(&mut raw);
        tcsetattr(&pty.slave, SetArg::TCSANOW, &raw).unwrap();
        let path = nix::unistd::ttyname(&pty.slave).unwrap();
        Self {
            master: File::from(pty.master),
            _slave: pty.slave,
            path,
        }
    }

    pub fn device(&self) -> Device {
        Device::Path(self.path.clone())
    }

    pub fn writer(&self) -> File {
        self.master.try_clone().unwrap()
    }
}

/// Writes as an 8-byte FIFO delivers, `speed` times faster than `mode`, until switched off.
pub fn play(
    mut to: impl Write + Send + 'static,
    mode: Mode,
    speed: u32,
    mut frames: impl FnMut(u32) -> Vec<u8> + Send + 'static,
) -> Meter {
    let off = Arc::new(AtomicBool::new(false));
    let is_off = Arc::clone(&off);
    let character = Duration::from_secs(10) / mode.baud() / speed;
    // Eight bytes, or what arrives before such a FIFO times out; and the pause after a group.
    let (burst, pause) = match mode {
        Mode::Standard => (8, Duration::ZERO),
        Mode::Historique => (2, Duration::from_millis(20) / speed),
    };
    let thread = std::thread::spawn(move || {
        let mut due = Instant::now();
        let mut ends = Vec::new();
        for n in 0.. {
            for group in frames(n).split_inclusive(|byte| byte & 0x7F == b'\r') {
                for burst in group.chunks(burst) {
                    due += character * u32::try_from(burst.len()).unwrap();
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    if is_off.load(Ordering::Relaxed) || to.write_all(burst).is_err() {
                        return ends;
                    }
                }
                due += pause;
            }
            ends.push(Instant::now());
            due += Duration::from_millis(20) / speed;
        }
        ends
    });
    Meter {
        off,
        thread: Some(thread),
    }
}

/// A meter that plays; it ends with its test.
pub struct Meter {
    off: Arc<AtomicBool>,
    thread: Option<JoinHandle<Vec<Instant>>>,
}

impl Meter {
    /// Switches it off; when each frame ended.
    pub fn off(mut self) -> Vec<Instant> {
        self.off.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.off.store(true, Ordering::Relaxed);
    }
}
