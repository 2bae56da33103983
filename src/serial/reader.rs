//! The loop: sleep, read, decode, tell.
//!
//! All decisions are made by small machines that know no clock (`seeking`, `pacing`, `hearing`, `backoff`); this file gives
//! them the time and carries their answers out.

use super::backoff::Backoff;
use super::hearing::Hearing;
use super::pacing::Pacing;
use super::port::{Got, Port};
use super::refusal::Refusal;
use super::scout::{Scout, listen};
use super::seeking::{Heard, Seeking, Step};
use super::{PortCheck, PortSettings, Stop};
use crate::config::Device;
use crate::meter::Input;
use crate::tic::{Decoder, Frame, Label, Mode};
use std::time::{Duration, Instant};

/// The sink is called at least this often.
const BEAT: Duration = Duration::from_secs(1);
/// A connection that gives nothing for so long may be dead without anybody knowing: it is made anew.
const HUNG: Duration = Duration::from_secs(60);

/// Reads `settings.device` into `sink` until `stop` is asked for; returns only then, within 80 ms.
pub fn read(
    settings: &PortSettings,
    check: &dyn PortCheck,
    stop: &Stop,
    sink: &mut dyn FnMut(Input),
) {
    let mut voice = Voice {
        sink,
        spoke: Instant::now(),
    };
    let mut backoff = Backoff::new();
    let mut speed = settings.mode.unwrap_or(Mode::Standard);
    let mut why: Option<String> = None;
    while !stop.is_asked() {
        let mut connecting = || {
            voice.beat(|| match &why {
                Some(why) => unavailable(why.clone()),
                None => Input::Connecting {
                    detail: format!("{}: connecting", settings.device),
                },
            });
        };
        let cause = match Port::open(&settings.device, speed, check, stop, &mut connecting) {
            None => return,
            Some(Err(refusal)) => refusal,
            Some(Ok(port)) => {
                log::debug!("{} is open", settings.device);
                let mut line = Line::new(port, settings, speed, &mut voice);
                let Some(end) = line.listen(check, stop, &mut backoff) else {
                    return;
                };
                speed = line.seeking.speed();
                end
            }
        };
        let cause = why.insert(cause.to_string());
        log::debug!("{cause}");
        voice.say(unavailable(cause.clone()));
        let due = Instant::now() + backoff.next_wait();
        voice.sleep_until(due, stop, || unavailable(cause.clone()));
    }
}

fn unavailable(detail: String) -> Input {
    Input::Unavailable { detail }
}

/// The sink, and when it was last called.
struct Voice<'a> {
    sink: &'a mut dyn FnMut(Input),
    spoke: Instant,
}

impl Voice<'_> {
    fn say(&mut self, input: Input) {
        (self.sink)(input);
        self.spoke = Instant::now();
    }

    /// Says `input`, but what is due each second stays due.
    fn say_aside(&mut self, input: Input) {
        (self.sink)(input);
    }

    /// Says `input` if nothing was said for a second.
    fn beat(&mut self, input: impl FnOnce() -> Input) {
        if self.spoke.elapsed() >= BEAT {
            self.say(input());
        }
    }

    /// Sleeps, and beats meanwhile; a stop ends it at once.
    fn sleep_until(&mut self, due: Instant, stop: &Stop, input: impl Fn() -> Input) {
        while !stop.is_asked() {
            let now = Instant::now();
            if now >= due {
                return;
            }
            stop.sleep(due.min(self.spoke + BEAT).saturating_duration_since(now));
            self.beat(&input);
        }
    }
}

/// What the bytes go through.
enum Ear {
    /// The mode is sought.
    Scout(Box<Scout>),
    /// The mode is known.
    Decoder(Decoder),
}

/// An open port and all that is known about it.
struct Line<'a, 'v> {
    port: Port,
    settings: &'a PortSettings,
    voice: &'a mut Voice<'v>,
    opened: Instant,
    /// When the connection was made, if it is one.
    connected: Duration,
    ear: Ear,
    seeking: Seeking,
    pacing: Pacing,
    hearing: Hearing,
    progress: Progress,
}

/// How far the line is from a frame.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// No correct group yet, or none for ten seconds.
    Nothing,
    /// Correct groups come.
    Groups,
    /// Frames come.
    Frames,
}

impl<'a, 'v> Line<'a, 'v> {
    fn new(port: Port, settings: &'a PortSettings, speed: Mode, voice: &'a mut Voice<'v>) -> Self {
        voice.say(Input::Opened {
            detail: format!("listening on {}", settings.device),
        });
        let advice = match settings.device {
            Device::Path(_) => "check the two wires to I1 and I2 of the meter, and the adapter",
            Device::Tcp { .. } => "check that the server reads its port, and the wires behind it",
        };
        let ear = match settings.mode {
            Some(mode) => Ear::Decoder(Decoder::new(mode, settings.parity)),
            None => Ear::Scout(Box::new(Scout::new(settings.parity))),
        };
        Self {
            pacing: Pacing::new(speed, !port.is_network()),
            port,
            settings,
            voice,
            opened: Instant::now(),
            connected: Duration::ZERO,
            ear,
            seeking: Seeking::new(settings.mode, speed, Duration::ZERO),
            hearing: Hearing::new(advice, Duration::ZERO),
            progress: Progress::Nothing,
        }
    }

    /// The time, as the machines count it.
    fn now(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Reads until the port is lost: why. `None`: stopped.
    fn listen(
        &mut self,
        check: &dyn PortCheck,
        stop: &Stop,
        backoff: &mut Backoff,
    ) -> Option<Refusal> {
        let mut buffer = [0; 4096];
        loop {
            self.nap(stop);
            if stop.is_asked() {
                return None;
            }
            let heard = match self.port.read(&mut buffer) {
                Got::Gone => return Some(self.lost("the server closed the connection")),
                Got::Nothing => self.hear_nothing(),
                Got::Bytes(count) => {
                    backoff.reset();
                    self.hear(buffer.get(..count).unwrap_or_default())
                }
            };
            let now = self.now();
            if self.hangs(now)
                && let Err(refusal) = self.connect_again(check, stop)?
            {
                return Some(refusal);
            }
            let step = self.seeking.push(heard, now);
            if !self.obey(step) {
                return Some(self.lost("the server closed the connection"));
            }
            self.report(heard);
        }
    }

    fn hangs(&self, now: Duration) -> bool {
        let silent = self.hearing.since_byte(now);
        self.port.is_network() && silent.min(now.saturating_sub(self.connected)) >= HUNG
    }

    /// Nobody is told unless it fails: behind a server that works, a silent meter looks the same as a dead connection. `None`:
    /// stopped.
    fn connect_again(&mut self, check: &dyn PortCheck, stop: &Stop) -> Option<Result<(), Refusal>> {
        log::debug!(
            "{}: no byte for {HUNG:?}; connecting again",
            self.settings.device
        );
        // First, since some servers have one client only.
        self.port.close();
        let (opened, hearing, voice) = (self.opened, &self.hearing, &mut *self.voice);
        let mut connecting = || {
            voice.beat(|| Input::Tick {
                detail: hearing.detail(opened.elapsed()),
            });
        };
        let speed = self.seeking.speed();
        let port = Port::open(&self.settings.device, speed, check, stop, &mut connecting)?;
        self.connected = self.now();
        Some(port.map(|port| self.port = port))
    }

    fn lost(&self, why: &str) -> Refusal {
        match &self.settings.device {
            Device::Path(path) => Refusal::HungUp(path.clone()),
            tcp @ Device::Tcp { .. } => Refusal::Closed {
                address: tcp.to_string(),
                why: why.to_owned(),
            },
        }
    }

    fn nap(&mut self, stop: &Stop) {
        let open = match &self.ear {
            Ear::Decoder(decoder) => decoder.open_len(),
            Ear::Scout(_) => 0,
        };
        let nap = self.pacing.nap(open, self.now());
        let (opened, hearing) = (self.opened, &self.hearing);
        let tick = || Input::Tick {
            detail: hearing.detail(opened.elapsed()),
        };
        self.voice.sleep_until(Instant::now() + nap, stop, tick);
    }

    fn hear(&mut self, bytes: &[u8]) -> Heard {
        let correct = match &mut self.ear {
            Ear::Scout(scout) => scout.push(bytes),
            Ear::Decoder(_) => self.decode(bytes),
        };
        self.pacing.push_bytes(bytes.len());
        self.hearing.push_bytes(correct.is_some(), self.now());
        correct.map_or(Heard::Noise(bytes.len()), Heard::Correct)
    }

    /// Tells the frames in `bytes`; the mode, if there was a correct group.
    fn decode(&mut self, bytes: &[u8]) -> Option<Mode> {
        let now = self.now();
        let Ear::Decoder(decoder) = &mut self.ear else {
            return None;
        };
        let (correct, frames) = listen(decoder, bytes);
        for frame in frames {
            self.pacing
                .push_frame(frame.wire_len(), is_three_phase_historique(&frame), now);
            // Frames of noise alone come often, and must not hide what is known about the noise.
            if frame.groups().len() == 0 {
                self.voice.say_aside(Input::Frame(frame));
            } else {
                self.progress = Progress::Frames;
                self.voice.say(Input::Frame(frame));
            }
        }
        correct.then(|| decoder.mode())
    }

    fn hear_nothing(&mut self) -> Heard {
        let (heard, begins) = self.hearing.push_nothing(self.now());
        if begins {
            self.pacing.push_silence();
            if let Ear::Decoder(decoder) = &mut self.ear {
                for frame in decoder.silence() {
                    self.voice.say(Input::Frame(frame));
                }
            }
        }
        heard
    }

    /// False: the device is gone.
    fn obey(&mut self, step: Step) -> bool {
        match step {
            Step::Stay => true,
            Step::Try(speed) => {
                log::debug!("{}: trying {} baud", self.settings.device, speed.baud());
                self.ear = Ear::Scout(Box::new(Scout::new(self.settings.parity)));
                self.port.set_speed(speed)
            }
            Step::Found(mode) => {
                log::debug!("{}: the meter speaks {mode}", self.settings.device);
                self.pacing = Pacing::new(mode, !self.port.is_network());
                let decoder = Ear::Decoder(Decoder::new(mode, self.settings.parity));
                if let Ear::Scout(scout) = std::mem::replace(&mut self.ear, decoder) {
                    self.decode(&scout.into_heard());
                }
                true
            }
        }
    }

    /// Tells what is worth telling besides frames, at least once a second.
    fn report(&mut self, heard: Heard) {
        let now = self.now();
        if self.hearing.is_lost(now) {
            self.progress = Progress::Nothing;
        }
        match (heard, self.progress) {
            (Heard::Correct(mode), Progress::Nothing) => {
                self.progress = Progress::Groups;
                self.voice.say(syncing(mode));
            }
            (Heard::Correct(mode), Progress::Groups) => self.voice.beat(|| syncing(mode)),
            _ => {
                let hearing = &self.hearing;
                self.voice.beat(|| Input::Tick {
                    detail: hearing.detail(now),
                });
            }
        }
    }
}

fn syncing(mode: Mode) -> Input {
    let detail = format!("correct groups arrive ({mode} mode); the end of a frame is awaited");
    Input::Syncing { detail }
}

/// Such a meter may send a short frame of a few groups in place of a long one, and it is urgent: a phase is overloaded.
fn is_three_phase_historique(frame: &Frame) -> bool {
    frame.mode() == Mode::Historique
        && frame
            .groups()
            .filter_map(|group| group.label())
            .any(Label::is_three_phase)
}
