//! From what happens to a port to the inputs of a meter: which mode, frames, silence, noise.
//!
//! Input: each [`PortEvent`] with its time. Output: [`Input`]s, at least one for an event at `report_at`; when to read next
//! (`read_at`), when an event is needed at the latest (`report_at`), and the speed of the port.
//!
//! Pure: time is an argument. The decisions are those of `mode_detector`, `pacing` and `line_monitor`, whose time is
//! counted from the opening of the port.

use super::PortSettings;
use super::decoder_stage::DecoderStage;
use super::line_monitor::{LineMonitor, LineObservation};
use super::line_trouble::{LineTrouble, Quotation};
use super::mode_detector::{ModeDetector, ModeStep};
use super::pacing::Pacing;
use super::port_reader::PortEvent;
use crate::config::Device;
use crate::meter::{Input, LinkDetail};
use crate::tic::{Frame, Label, Mode};
use std::time::{Duration, Instant};

/// The longest time between two inputs, but for frames that come at a longer interval: the watchdog and the timeouts of the
/// meter depend on it.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// The same for those: a reader that sleeps until a frame ends is not to wake in between.
const REPORT_INTERVAL_MAX: Duration = Duration::from_secs(3);
/// A frame that is later than this after the others is reported as late.
const FRAME_DELAY_MAX: Duration = Duration::from_millis(200);

/// Decodes what one port receives, over all its openings.
pub struct LineDecoder {
    settings: PortSettings,
    /// Of the port, named by its mode. The one found last is tried first after the next opening.
    speed: Mode,
    state: LineState,
    read_at: Instant,
    /// The last input that a meter can rely on: a frame without a group is none.
    reported: Instant,
    /// The last event had a correct group.
    is_correct: bool,
}

enum LineState {
    /// Not yet open for the first time.
    Connecting,
    /// Why it is not open.
    Unavailable(LinkDetail),
    Open(Box<OpenLine>),
}

/// An open port.
struct OpenLine {
    opened: Instant,
    stage: DecoderStage,
    detector: ModeDetector,
    pacing: Pacing,
    monitor: LineMonitor,
    progress: Progress,
}

/// How far the line is from a frame.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// No correct group yet, or none for ten seconds.
    Nothing,
    /// Correct groups arrive.
    Groups,
    /// Frames arrive.
    Frames,
}

impl LineDecoder {
    /// For a port that is not yet open at `now`.
    #[must_use]
    pub fn new(settings: PortSettings, now: Instant) -> Self {
        Self {
            speed: settings.mode.unwrap_or(Mode::Standard),
            settings,
            state: LineState::Connecting,
            read_at: now,
            reported: now,
            is_correct: false,
        }
    }

    /// The speed at which the port is to receive.
    #[must_use]
    pub fn speed(&self) -> Mode {
        self.speed
    }

    /// Whether the last event brought a correct group.
    #[must_use]
    pub fn is_correct(&self) -> bool {
        self.is_correct
    }

    /// When to read next: bytes that arrive before are left to the system's buffer.
    #[must_use]
    pub fn read_at(&self) -> Instant {
        self.read_at
    }

    /// When the next event is due, if only a [`PortEvent::Timer`].
    #[must_use]
    pub fn report_at(&self) -> Instant {
        let interval = match &self.state {
            LineState::Open(line) => line.pacing.interval(),
            LineState::Connecting | LineState::Unavailable(_) => None,
        };
        let interval = interval.map_or(REPORT_INTERVAL, |frames| frames + FRAME_DELAY_MAX);
        self.reported + interval.clamp(REPORT_INTERVAL, REPORT_INTERVAL_MAX)
    }

    /// Takes in what happened at `at`. Most events give no input, and then nothing is allocated.
    pub fn push(&mut self, event: PortEvent<'_>, at: Instant) -> Vec<Input> {
        let mut inputs = Vec::new();
        let mut observation = LineObservation::NoData;
        match (event, &mut self.state) {
            (PortEvent::Unavailable(refusal), state) => {
                let quote = match state {
                    LineState::Open(line) => line.monitor.quote(),
                    LineState::Connecting | LineState::Unavailable(_) => None,
                };
                let text = match quote {
                    Some(quote) => format!("{refusal}{}", Quotation(&quote)),
                    None => refusal.to_string(),
                };
                let detail = LinkDetail::new(refusal.cause(), text);
                inputs.push(unavailable(&detail));
                self.state = LineState::Unavailable(detail);
            }
            (PortEvent::Opened, _) => {
                inputs.push(Input::Opened {
                    detail: LineTrouble::Opened(&self.settings.device.to_string()).into(),
                });
                self.state =
                    LineState::Open(Box::new(OpenLine::new(&self.settings, self.speed, at)));
                self.read_at = at;
            }
            (PortEvent::Reconnected, LineState::Open(line)) => {
                line.restart(&self.settings, self.speed, at);
                self.read_at = at;
            }
            (PortEvent::Bytes(bytes), LineState::Open(line)) => {
                observation = line.push_bytes(bytes, at, &mut inputs);
                self.speed = line.detect(observation, &self.settings, at, &mut inputs);
                self.read_at = line.read_at(at);
            }
            (PortEvent::NoData, LineState::Open(line)) => {
                observation = line.push_no_data(at, &mut inputs);
                self.speed = line.detect(observation, &self.settings, at, &mut inputs);
                self.read_at = line.read_at(at);
            }
            // Nothing is received on a port that is not open.
            (
                PortEvent::Timer | PortEvent::Reconnected | PortEvent::Bytes(_) | PortEvent::NoData,
                _,
            ) => {}
        }
        self.is_correct = matches!(observation, LineObservation::Correct(_));
        self.report(observation, at, &mut inputs);
        inputs
    }

    /// Adds what is new besides frames, or what is due when no input has come for long.
    fn report(&mut self, observation: LineObservation, at: Instant, inputs: &mut Vec<Input>) {
        let due = at >= self.report_at() && !inputs.iter().any(is_report);
        match &mut self.state {
            LineState::Connecting if due => inputs.push(Input::Connecting {
                detail: LineTrouble::Connecting(&self.settings.device.to_string()).into(),
            }),
            LineState::Unavailable(detail) if due => inputs.push(unavailable(detail)),
            LineState::Open(line) => inputs.extend(line.report(observation, due, at)),
            LineState::Connecting | LineState::Unavailable(_) => {}
        }
        if inputs.iter().any(is_report) {
            self.reported = at;
        }
    }
}

impl OpenLine {
    fn new(settings: &PortSettings, speed: Mode, opened: Instant) -> Self {
        let advice = match settings.device {
            Device::Path(_) => "check the two wires to I1 and I2 of the meter, and the adapter",
            Device::Tcp { .. } => "check that the server reads its port, and the wires behind it",
        };
        Self {
            opened,
            stage: DecoderStage::new(settings.mode, settings.parity),
            detector: ModeDetector::new(settings.mode, speed, Duration::ZERO),
            pacing: Pacing::new(speed, !is_network(&settings.device)),
            monitor: LineMonitor::new(advice, Duration::ZERO),
            progress: Progress::Nothing,
        }
    }

    /// Starts anew on another connection; the silence is that of both.
    fn restart(&mut self, settings: &PortSettings, speed: Mode, at: Instant) {
        self.stage = DecoderStage::new(settings.mode, settings.parity);
        self.detector = ModeDetector::new(settings.mode, speed, self.since_opened(at));
        self.pacing = Pacing::new(speed, !is_network(&settings.device));
    }

    /// The time that the detector, the pacing and the monitor are given.
    fn since_opened(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.opened)
    }

    fn read_at(&self, at: Instant) -> Instant {
        at + self
            .pacing
            .sleep_time(self.stage.open_len(), self.since_opened(at))
    }

    fn push_bytes(
        &mut self,
        bytes: &[u8],
        at: Instant,
        inputs: &mut Vec<Input>,
    ) -> LineObservation {
        let now = self.since_opened(at);
        let (frames, mode) = self.stage.push(bytes);
        self.push_frames(frames, now, inputs);
        self.pacing.push_bytes(bytes.len());
        self.monitor
            .push_bytes(bytes, self.detector.speed(), mode.is_some(), now);
        mode.map_or(
            LineObservation::Noise(bytes.len()),
            LineObservation::Correct,
        )
    }

    fn push_no_data(&mut self, at: Instant, inputs: &mut Vec<Input>) -> LineObservation {
        let (observation, begins) = self.monitor.push_no_data(self.since_opened(at));
        if begins {
            self.pacing.push_silence();
            inputs.extend(self.stage.push_silence().into_iter().map(Input::Frame));
        }
        observation
    }

    fn push_frames(&mut self, frames: Vec<Frame>, now: Duration, inputs: &mut Vec<Input>) {
        for frame in frames {
            self.pacing
                .push_frame(frame.wire_len(), is_three_phase_historique(&frame), now);
            if frame.groups().len() > 0 {
                self.progress = Progress::Frames;
            }
            inputs.push(Input::Frame(frame));
        }
    }

    /// Follows the mode of the line. Returns the speed that the port is to have.
    fn detect(
        &mut self,
        observation: LineObservation,
        settings: &PortSettings,
        at: Instant,
        inputs: &mut Vec<Input>,
    ) -> Mode {
        let now = self.since_opened(at);
        match self.detector.push(observation, now) {
            ModeStep::Stay => {}
            ModeStep::Probe => self.stage = DecoderStage::new(None, settings.parity),
            ModeStep::Found(mode) => {
                log::debug!("{}: the line is in {mode} mode", settings.device);
                self.pacing = Pacing::new(mode, !is_network(&settings.device));
                let frames = self.stage.start_decoder(mode, settings.parity);
                self.push_frames(frames, now, inputs);
            }
        }
        self.detector.speed()
    }

    /// What to report besides frames: the first correct group at once, the state of the line if that is `due`.
    fn report(&mut self, observation: LineObservation, due: bool, at: Instant) -> Option<Input> {
        let now = self.since_opened(at);
        if self.monitor.is_lost(now) {
            self.progress = Progress::Nothing;
        }
        match (observation, self.progress) {
            (LineObservation::Correct(mode), Progress::Nothing) => {
                self.progress = Progress::Groups;
                Some(syncing(mode))
            }
            (LineObservation::Correct(mode), Progress::Groups) if due => Some(syncing(mode)),
            _ if due => Some(Input::Tick {
                detail: self
                    .monitor
                    .trouble(now)
                    .map(LinkDetail::from)
                    .unwrap_or_default(),
            }),
            _ => None,
        }
    }
}

/// Frames of noise alone come often, and must not hide what is known about the noise.
fn is_report(input: &Input) -> bool {
    !matches!(input, Input::Frame(frame) if frame.groups().len() == 0)
}

fn unavailable(detail: &LinkDetail) -> Input {
    Input::Unavailable {
        detail: detail.clone(),
    }
}

fn syncing(mode: Mode) -> Input {
    Input::Syncing {
        detail: LineTrouble::FrameOpen(mode).into(),
    }
}

fn is_network(device: &Device) -> bool {
    matches!(device, Device::Tcp { .. })
}

/// Such a meter may send a short frame of a few groups in place of a long one, and it is urgent: a phase is overloaded.
fn is_three_phase_historique(frame: &Frame) -> bool {
    frame.mode() == Mode::Historique
        && frame
            .groups()
            .filter_map(|group| group.label())
            .any(Label::is_three_phase)
}

#[cfg(test)]
mod tests;
