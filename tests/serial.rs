//! The reader against real ptys and a small TCP server: what a meter, a hand on the plug and a supplier do to it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use linky_sensor::config::Device;
use linky_sensor::meter::Input;
use linky_sensor::serial::{PortCheck, PortSettings, Stopper, read, stop_pair};
use linky_sensor::tic::{Frame, Label, Mode, Parity, push_group, with_parity};
use nix::fcntl::{Flock, FlockArg};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use serialport::SerialPort;
use std::fs::File;
use std::io::Write;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

// ---- the meter -----------------------------------------------------------------------------

/// A frame of a single-phase meter, 38 groups; `n` is its EAST.
fn standard(n: u32) -> Vec<u8> {
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
fn historique(n: u32) -> Vec<u8> {
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

fn on_the_wire(mut frame: Vec<u8>) -> Vec<u8> {
    frame.push(0x03);
    frame
        .iter()
        .map(|&character| with_parity(character))
        .collect()
}

/// The number that [`standard`] or [`historique`] put into a frame, which must be whole.
fn number(frame: &Frame) -> u32 {
    assert!(!frame.is_damaged(), "{frame:?}");
    let (label, groups) = match frame.mode() {
        Mode::Standard => (Label::EAST, 38),
        Mode::Historique => (Label::BASE, 9),
    };
    assert_eq!(frame.groups().count(), groups);
    frame.get(label).expect("the numbered group").number()
}

/// A pty with its master: what is written there comes out of the device.
struct Pty {
    master: File,
    /// Keeps the pty alive while no reader has it open.
    _slave: OwnedFd,
    path: PathBuf,
}

impl Pty {
    fn new() -> Self {
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

    fn device(&self) -> Device {
        Device::Path(self.path.clone())
    }

    fn writer(&self) -> File {
        self.master.try_clone().unwrap()
    }
}

/// Writes as an 8-byte FIFO delivers, `speed` times faster than `mode`, until told to end.
fn play(
    mut to: impl Write + Send + 'static,
    mode: Mode,
    speed: u32,
    mut frames: impl FnMut(u32) -> Vec<u8> + Send + 'static,
) -> Meter {
    let off = Arc::new(AtomicBool::new(false));
    let is_off = Arc::clone(&off);
    let character = Duration::from_secs(10) / mode.baud() / speed;
    // Eight bytes, or what comes before such a FIFO loses patience; and the pause after a group.
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
struct Meter {
    off: Arc<AtomicBool>,
    thread: Option<JoinHandle<Vec<Instant>>>,
}

impl Meter {
    /// Switches it off; when each frame ended.
    fn off(mut self) -> Vec<Instant> {
        self.off.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.off.store(true, Ordering::Relaxed);
    }
}

// ---- the reader ----------------------------------------------------------------------------

struct Allow;

impl PortCheck for Allow {
    fn refusal(&self, _: &Path) -> Option<String> {
        None
    }
}

struct Refuse;

impl PortCheck for Refuse {
    fn refusal(&self, device: &Path) -> Option<String> {
        Some(format!(
            "{}: serial-getty@x.service uses it",
            device.display()
        ))
    }
}

/// An input, when it came, and how often the reader's thread had slept by then.
struct Told {
    input: Input,
    at: Instant,
    sleeps: u64,
}

/// A reader in its thread; it ends with its test.
struct Reader {
    stopper: Stopper,
    told: Receiver<Told>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn start(device: Device, mode: Option<Mode>) -> Self {
        Self::start_checked(device, mode, Allow)
    }

    fn start_checked(device: Device, mode: Option<Mode>, check: impl PortCheck + 'static) -> Self {
        let (stopper, stop) = stop_pair();
        let (tell, told) = channel();
        let settings = PortSettings {
            device,
            mode,
            parity: Parity::Auto,
        };
        let thread = std::thread::spawn(move || {
            read(&settings, &check, &stop, &mut |input| {
                let _ = tell.send(Told {
                    input,
                    at: Instant::now(),
                    sleeps: sleeps(),
                });
            });
        });
        Self {
            stopper,
            told,
            thread: Some(thread),
        }
    }

    /// The next input for which `wanted` gives something, within `seconds`.
    fn until<T>(&self, seconds: u64, mut wanted: impl FnMut(&Told) -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(seconds);
        let mut seen = Vec::new();
        loop {
            match self
                .told
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(told) => match wanted(&told) {
                    Some(found) => return found,
                    None => seen.push(told.input),
                },
                Err(RecvTimeoutError::Timeout) => {
                    let tail = &seen[seen.len().saturating_sub(20)..];
                    panic!(
                        "not told within {seconds} s; {} inputs, at last {tail:#?}",
                        seen.len()
                    )
                }
                Err(RecvTimeoutError::Disconnected) => panic!("the reader ended"),
            }
        }
    }

    fn until_unavailable(&self, seconds: u64, words: &str) -> String {
        self.until(seconds, |told| match &told.input {
            Input::Unavailable { detail } if detail.contains(words) => Some(detail.clone()),
            _ => None,
        })
    }

    fn until_opened(&self, seconds: u64) {
        self.until(seconds, |told| {
            matches!(told.input, Input::Opened { .. }).then_some(())
        });
    }

    fn until_syncing(&self, seconds: u64, mode: Mode) {
        self.until(seconds, |told| match &told.input {
            Input::Syncing { detail } => detail.contains(mode.as_str()).then_some(()),
            _ => None,
        });
    }

    fn until_tick(&self, seconds: u64, words: &str) {
        self.until(seconds, |told| match &told.input {
            Input::Tick { detail } => detail.contains(words).then_some(()),
            _ => None,
        });
    }

    /// The number of the next whole frame.
    fn until_frame(&self, seconds: u64, mode: Mode) -> u32 {
        self.until(seconds, |told| match &told.input {
            Input::Frame(frame) if frame.mode() == mode && !frame.is_damaged() => {
                Some(number(frame))
            }
            _ => None,
        })
    }

    /// Asks for the end and waits for it.
    fn stop(&mut self) -> Duration {
        let asked = Instant::now();
        self.stopper.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        asked.elapsed()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stopper.stop();
    }
}

/// How often the calling thread gave the processor away of its own accord: its wake-ups.
fn sleeps() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("voluntary_ctxt_switches"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

// ---- frames --------------------------------------------------------------------------------

/// Eight frames at the meter's own pace: none may be lost or late, and the later ones are slept
/// through.
fn paced(mode: Mode, frames: fn(u32) -> Vec<u8>) {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), None);
    reader.until_opened(5);
    let meter = play(pty.writer(), mode, 1, frames);
    let next = || {
        reader.until(5, |told| match &told.input {
            Input::Frame(frame) => Some((number(frame), told.at, told.sleeps)),
            _ => None,
        })
    };
    let frames: Vec<(u32, Instant, u64)> = (0..8).map(|_| next()).collect();
    let ends = meter.off();
    assert!(frames.iter().map(|frame| frame.0).eq(0..8), "{frames:?}");

    let paced = &frames[3..];
    // The best frame counts: on a busy machine any other may be disturbed. A reader that does not nap wakes for each burst,
    // some seventy times in historique.
    let wake_ups = paced.windows(2).map(|pair| pair[1].2 - pair[0].2);
    let wake_ups = wake_ups.min().unwrap();
    let late: Vec<_> = paced
        .iter()
        .map(|frame| frame.1 - ends[frame.0 as usize])
        .collect();
    println!("{mode}: {wake_ups} wake-ups a frame, late by {late:?}");
    // A calm machine wakes 21 times a frame in historique: the 16 characters of the guard come in bursts of two, and the
    // pauses are napped through in shorter and shorter naps. The rest is room for a busy one.
    assert!(wake_ups < 30, "{wake_ups} wake-ups a frame");
    assert!(
        *late.iter().min().unwrap() < Duration::from_millis(5),
        "{late:?}"
    );
}

#[test]
fn a_standard_meter_costs_few_wake_ups_and_no_frame_is_late() {
    paced(Mode::Standard, standard);
}

#[test]
fn a_historique_meter_costs_few_wake_ups_and_no_frame_is_late() {
    paced(Mode::Historique, historique);
}

#[test]
fn frames_twenty_times_too_fast_are_all_read_as_they_come() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), None);
    reader.until_opened(5);
    let meter = play(pty.writer(), Mode::Standard, 20, standard);
    let mut last = Instant::now();
    for n in 0..100 {
        let (found, at) = reader.until(5, |told| match &told.input {
            Input::Frame(frame) => Some((number(frame), told.at)),
            _ => None,
        });
        assert_eq!(found, n);
        last = at;
    }
    let ends = meter.off();
    assert!(
        last - ends[99] < Duration::from_millis(500),
        "the reader fell behind"
    );
}

#[test]
fn two_thousand_frames_at_once_are_all_read() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), Some(Mode::Standard));
    reader.until_opened(5);
    let mut master = pty.writer();
    let writer =
        std::thread::spawn(move || (0..2000).try_for_each(|n| master.write_all(&standard(n))));
    for n in 0..2000 {
        assert_eq!(reader.until_frame(30, Mode::Standard), n);
    }
    writer.join().unwrap().unwrap();
}

// ---- the mode ------------------------------------------------------------------------------

/// Plays from the middle of a frame and expects the mode within five seconds, and the next frame.
fn finds(mode: Mode, frames: fn(u32) -> Vec<u8>) {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), None);
    reader.until_opened(5);
    let from_the_middle = move |n| frames(n).split_off(if n == 0 { 40 } else { 0 });
    let _meter = play(pty.writer(), mode, 1, from_the_middle);
    reader.until_syncing(5, mode);
    assert_eq!(reader.until_frame(10, mode), 1, "the first whole frame");
}

#[test]
fn the_standard_mode_is_found_in_the_middle_of_a_frame() {
    finds(Mode::Standard, standard);
}

#[test]
fn the_historique_mode_is_found_in_the_middle_of_a_frame() {
    finds(Mode::Historique, historique);
}

#[test]
fn the_speed_is_sought_where_it_matters() {
    // This pty tells the speed that the reader set: at a wrong one the line gives rubbish, as a
    // real one does.
    let (master, slave) = serialport::TTYPort::pair().unwrap();
    let reader = Reader::start(Device::Path(slave.name().unwrap().into()), None);
    reader.until_opened(5);
    let _meter = play(master, Mode::Historique, 1, move |n| {
        match slave.baud_rate() {
            Ok(1200) => historique(n),
            _ => vec![0x80; 60],
        }
    });
    reader.until_syncing(5, Mode::Historique);
    reader.until_frame(5, Mode::Historique);
}

#[test]
fn a_meter_that_changes_its_mode_is_followed() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), None);
    reader.until_opened(5);
    let before = play(pty.writer(), Mode::Standard, 4, standard);
    reader.until_frame(5, Mode::Standard);
    before.off();
    let _after = play(pty.writer(), Mode::Historique, 1, historique);
    reader.until_frame(12, Mode::Historique);
}

#[test]
fn a_mode_that_was_told_is_never_left() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), Some(Mode::Historique));
    reader.until_opened(5);
    let wrong = play(pty.writer(), Mode::Standard, 1, standard);
    reader.until_tick(10, "bytes arrive but no correct group for several seconds");
    wrong.off();
    let _right = play(pty.writer(), Mode::Historique, 4, historique);
    reader.until_frame(5, Mode::Historique);
}

// ---- trouble -------------------------------------------------------------------------------

#[test]
fn a_silent_line_is_told_and_the_reader_beats_every_second() {
    let pty = Pty::new();
    let reader = Reader::start(pty.device(), None);
    let mut last = Instant::now();
    reader.until(15, |told| {
        assert!(
            told.at - last < Duration::from_millis(1500),
            "a beat was missed"
        );
        last = told.at;
        match &told.input {
            Input::Tick { detail } => detail.starts_with("no byte for several").then_some(()),
            _ => None,
        }
    });
}

#[test]
fn an_adapter_unplugged_and_plugged_in_again_is_found_behind_its_link() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("linky");
    let first = Pty::new();
    symlink(&first.path, &link).unwrap();
    let reader = Reader::start(Device::Path(link.clone()), None);
    reader.until_opened(5);
    let meter = play(first.writer(), Mode::Standard, 4, standard);
    reader.until_frame(5, Mode::Standard);

    std::fs::remove_file(&link).unwrap();
    meter.off();
    drop(first);
    reader.until_unavailable(2, "the device went away");
    reader.until_unavailable(5, "no such device");

    let second = Pty::new();
    symlink(&second.path, &link).unwrap();
    let back = Instant::now();
    reader.until_opened(5);
    assert!(
        back.elapsed() < Duration::from_millis(2250),
        "{:?}",
        back.elapsed()
    );
    let _meter = play(second.writer(), Mode::Standard, 4, standard);
    reader.until_frame(5, Mode::Standard);
}

#[test]
fn a_port_that_another_process_holds_is_named_and_awaited() {
    let pty = Pty::new();
    let file = File::options()
        .read(true)
        .write(true)
        .open(&pty.path)
        .unwrap();
    let held = Flock::lock(file, FlockArg::LockExclusiveNonblock).unwrap();
    let reader = Reader::start(pty.device(), None);
    reader.until_unavailable(5, "held by another process; run `sudo linky-sensor doctor`");
    drop(held);
    reader.until_opened(5);
}

#[test]
fn what_is_no_port_is_refused_in_words() {
    let reader = Reader::start(Device::Path("/dev/null".into()), None);
    reader.until_unavailable(5, "/dev/null: not a serial port");
    let reader = Reader::start(Device::Path("/nowhere/ttyUSB0".into()), None);
    reader.until_unavailable(5, "/nowhere/ttyUSB0: no such device");
}

#[test]
fn a_port_that_must_be_left_alone_is_not_opened() {
    let pty = Pty::new();
    let reader = Reader::start_checked(pty.device(), None, Refuse);
    for _ in 0..3 {
        let said = reader.until(5, |told| match &told.input {
            Input::Unavailable { detail } => Some(detail.clone()),
            other => panic!("{other:?}"),
        });
        assert!(said.ends_with("serial-getty@x.service uses it"), "{said}");
    }
}

#[test]
fn a_stop_ends_the_reader_at_once() {
    let pty = Pty::new();
    let _meter = play(pty.writer(), Mode::Standard, 1, standard);
    let quickest = (0..3)
        .map(|_| {
            let mut reader = Reader::start(pty.device(), None);
            for _ in 0..4 {
                reader.until_frame(5, Mode::Standard);
            }
            // The reader has just begun to sleep through the next frame.
            reader.stop()
        })
        .min()
        .unwrap();
    assert!(quickest < Duration::from_millis(100), "{quickest:?}");

    let mut waiting = Reader::start(Device::Path("/nowhere/ttyUSB0".into()), None);
    waiting.until_unavailable(5, "");
    assert!(waiting.stop() < Duration::from_secs(1));
}

// ---- a port behind a network ---------------------------------------------------------------

#[test]
fn a_port_served_over_tcp_is_read_and_called_again() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let reader = Reader::start(
        Device::Tcp {
            host: "127.0.0.1".to_owned(),
            port,
        },
        None,
    );
    for _ in 0..2 {
        let (client, _) = server.accept().unwrap();
        reader.until_opened(5);
        let meter = play(client, Mode::Standard, 4, standard);
        for n in 0..3 {
            assert_eq!(reader.until_frame(5, Mode::Standard), n);
        }
        meter.off();
        reader.until_unavailable(5, "the server closed the connection");
    }
    drop(server);
    reader.until_unavailable(10, "refused");
}
