//! Reads a port for a moment, as the daemon would, and keeps what is seen.
//!
//! Ends with the first whole frame without an error, with the first refusal of the port, or after [`LISTEN_MAX`]. Each
//! second is shown as it passes: whether bytes came, and at which speed.

use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::config::Device;
use crate::meter::{CharacterCounts, GroupCounts, Input, LineFault};
use crate::serial::{
    LineDecoder, PlainText, PortCheck, PortEvent, PortReader, PortSettings, Refusal, stop_pair,
};
use crate::tic::{Frame, Mode, Parity};

/// The longest time to read: enough to try both speeds and receive a whole frame in either mode.
pub const LISTEN_MAX: Duration = Duration::from_secs(12);

/// The longest wait for a server that does not answer. Each step of a connection has a shorter limit of its own.
const CONNECT_MAX: Duration = Duration::from_secs(60);

/// Frames that are kept, at most: more than come in that time.
const FRAMES_MAX: usize = 32;

/// Allows every port: the refusals were looked for already.
struct AllowAll;

impl PortCheck for AllowAll {
    fn refusal(&self, _: &Path) -> Option<Refusal> {
        None
    }
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Reception {
    /// From the opening of the port to the end.
    pub elapsed: Duration,
    /// All bytes.
    pub bytes: u64,
    /// Whether another program changed the settings of the port.
    pub is_changed: bool,
    /// A group was good.
    pub has_groups: bool,
    /// The groups of all frames.
    pub groups: GroupCounts,
    /// The last frames with a good group, in order.
    pub frames: VecDeque<Frame>,
    /// What came in plain text.
    pub quote: Option<String>,
    /// It asks for a name or a password.
    pub is_login: bool,
    /// The characters without a good group, at the speed of each mode.
    characters: [CharacterCounts; 2],
}

impl Reception {
    /// What the characters of a line without a good group point to.
    pub fn fault(&self) -> Option<LineFault> {
        let [fast, slow] = &self.characters;
        LineFault::of_characters(fast, slow)
    }

    /// Seconds of the reading, for people.
    pub fn seconds(&self) -> u64 {
        self.elapsed.min(LISTEN_MAX).as_secs()
    }

    fn push_bytes(&mut self, bytes: &[u8], speed: Mode) {
        self.bytes += bytes.len() as u64;
        let [fast, slow] = &mut self.characters;
        match speed {
            Mode::Standard => fast.push(bytes),
            Mode::Historique => slow.push(bytes),
        }
    }

    /// Takes a frame. Returns whether it is whole and good.
    fn push_frame(&mut self, frame: Frame) -> bool {
        let good = u32::try_from(frame.groups().len()).unwrap_or(u32::MAX);
        self.groups.add(good, frame.rejected());
        let is_whole = good > 0 && !frame.is_damaged() && !frame.is_short();
        if good > 0 {
            if self.frames.len() >= FRAMES_MAX {
                self.frames.pop_front();
            }
            self.frames.push_back(frame);
        }
        is_whole
    }
}

/// Reads a port. `show` is called for each second: the speed, and whether bytes came.
///
/// # Errors
/// The port cannot be opened, or was lost.
pub fn listen(device: &Device, mut show: impl FnMut(Mode, bool)) -> Result<Reception, Refusal> {
    let settings = PortSettings {
        device: device.clone(),
        mode: None,
        parity: Parity::Auto,
    };
    let (_stopper, stop) = stop_pair();
    let begun = Instant::now();
    let mut line = LineDecoder::new(settings, begun);
    let mut port = PortReader::new(device.clone(), line.speed(), &AllowAll, &stop);
    let mut reception = Reception::default();
    let mut text = PlainText::default();
    let mut opened = None;
    let mut second = Second::default();
    while let Some((at, event)) = port.next(line.read_at(), line.report_at()) {
        let speed = line.speed();
        match event {
            PortEvent::Unavailable(refusal) => return Err(refusal),
            PortEvent::Opened => opened = Some(at),
            PortEvent::Bytes(bytes) => {
                reception.push_bytes(bytes, speed);
                text.push(bytes);
                second.bytes = true;
            }
            PortEvent::Reconnected | PortEvent::NoData | PortEvent::Timer => {}
        }
        let inputs = line.push(event, at);
        let frames = inputs.into_iter().filter_map(|input| match input {
            Input::Frame(frame) => Some(frame),
            _ => None,
        });
        let mut is_whole = false;
        for frame in frames {
            is_whole |= reception.push_frame(frame);
        }
        if line.is_correct() {
            reception.has_groups = true;
            port.confirm();
        }
        reception.is_changed |= port.is_changed_by_another();
        reception.elapsed = opened.map_or(Duration::ZERO, |opened| at - opened);
        let is_over = match opened {
            Some(opened) => at - opened >= LISTEN_MAX,
            None => at - begun >= CONNECT_MAX,
        };
        if opened.is_some() && (second.is_over(reception.elapsed) || is_whole || is_over) {
            show(speed, second.bytes);
            second = Second::at(reception.elapsed);
        }
        if is_whole || is_over {
            break;
        }
        port.set_speed(line.speed());
    }
    reception.is_login = text.is_login();
    reception.quote = text.quote().filter(|_| !reception.has_groups);
    Ok(reception)
}

/// What is shown as one sign.
#[derive(Default)]
struct Second {
    begun: Duration,
    bytes: bool,
}

impl Second {
    fn at(begun: Duration) -> Self {
        Self {
            begun,
            bytes: false,
        }
    }

    fn is_over(&self, now: Duration) -> bool {
        now.saturating_sub(self.begun) >= Duration::from_secs(1)
    }
}
