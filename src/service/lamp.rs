//! The lamps: an LED of this computer for each meter that names one. It is on while correct frames come (annex A of the
//! specification: until ten seconds pass without one), and off otherwise and at the stop.
//!
//! Input: the Updates. Output: `brightness` of the LED, written when the link changes. A trigger of the kernel, such as
//! the activity of the card, is ended by the first 0.
//!
//! The kernel takes the value and sets the LED later, so that the write does not hold the runtime up. A write that fails is
//! logged once, with what to do, and tried again at each change.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::MeterSettings;
use crate::meter::{Link, Snapshot};
use crate::names::file;
use crate::sink::{PULSE_INTERVAL, Pulse, Shutdown, Subscription};

/// The lamps of all meters.
#[derive(Debug)]
pub struct Lamps(Vec<Lamp>);

impl Lamps {
    /// Those of the meters that name an LED below `leds`; `None` if no meter does.
    pub fn new(meters: &[MeterSettings], leds: &Path) -> Option<Self> {
        let lamp = |(meter, configured): (usize, &MeterSettings)| {
            let name = configured.led.as_ref()?;
            Some(Lamp {
                meter,
                directory: leds.join(name),
                is_on: None,
                failure_is_logged: false,
            })
        };
        let lamps: Vec<Lamp> = meters.iter().enumerate().filter_map(lamp).collect();
        (!lamps.is_empty()).then_some(Self(lamps))
    }

    /// Follows the links until the shutdown.
    pub async fn run(
        mut self,
        mut subscription: Subscription,
        mut shutdown: Shutdown,
        pulse: Pulse,
    ) {
        loop {
            pulse.beat();
            self.show(|meter| is_received(subscription.newest(), meter));
            tokio::select! {
                _ = subscription.next() => {}
                () = tokio::time::sleep(PULSE_INTERVAL) => {}
                () = shutdown.requested() => break,
            }
        }
        self.show(|_| false);
    }

    /// Sets each to what is so of its meter, by number.
    fn show(&mut self, is_on: impl Fn(usize) -> bool) {
        for lamp in &mut self.0 {
            lamp.set(is_on(lamp.meter));
        }
    }
}

fn is_received(meters: &[Arc<Snapshot>], number: usize) -> bool {
    meters
        .get(number)
        .is_some_and(|state| state.link == Link::Receiving)
}

#[derive(Debug)]
struct Lamp {
    /// The number of its meter.
    meter: usize,
    directory: PathBuf,
    /// As it was set last, or was tried to.
    is_on: Option<bool>,
    failure_is_logged: bool,
}

impl Lamp {
    fn set(&mut self, is_on: bool) {
        if self.is_on == Some(is_on) {
            return;
        }
        let is_first = self.is_on.replace(is_on).is_none();
        if let Err(error) = self.write(is_first, is_on)
            && !std::mem::replace(&mut self.failure_is_logged, true)
        {
            log::warn!("{}", self.advice(&error));
        }
    }

    fn write(&self, is_first: bool, is_on: bool) -> io::Result<()> {
        let brightness = self.directory.join("brightness");
        if is_first || !is_on {
            write_existing(&brightness, "0")?;
        }
        if is_on {
            let highest = fs::read_to_string(self.directory.join("max_brightness"));
            let highest = highest.as_ref().map_or("1", |text| text.trim());
            write_existing(&brightness, highest)?;
        }
        Ok(())
    }

    fn advice(&self, error: &io::Error) -> String {
        let led = self.directory.display();
        match error.kind() {
            io::ErrorKind::NotFound => {
                let leds = self.directory.parent().unwrap_or(Path::new(file::LEDS));
                format!(
                    "there is no LED {led}: the names are in {}; the lamp stays off",
                    leds.display()
                )
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => format!(
                "the LED {led} cannot be set ({error}): it needs the udev rule and the drop-in of the unit that \
                 linky-sensor.toml(5) shows at the key led; the lamp stays as it is"
            ),
            _ => format!("the LED {led} cannot be set: {error}; the lamp stays as it is"),
        }
    }
}

/// Writes to a file that is there: sysfs makes none, and neither do we where an LED is missing.
fn write_existing(path: &Path, text: &str) -> io::Result<()> {
    use io::Write;
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::config::Settings;
    use crate::meter::{Identity, Input, LinkCause, LinkDetail, Memory, Meter, Moment};
    use crate::sink::{Health, Stream};
    use crate::tic::{Decoder, Mode, Parity, push_group};

    fn settings(led: &str) -> Vec<MeterSettings> {
        let mut meters = Settings::default().meters;
        meters[0].led = Some(led.to_owned());
        meters
    }

    /// An LED as sysfs has it, lit by a trigger.
    fn led(leds: &Path, name: &str, highest: &str) -> PathBuf {
        let directory = leds.join(name);
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("brightness"), "1").unwrap();
        fs::write(directory.join("max_brightness"), format!("{highest}\n")).unwrap();
        directory.join("brightness")
    }

    fn frame() -> Input {
        let mut bytes = vec![0x02];
        push_group(Mode::Standard, "VTIC", None, "02", &mut bytes);
        bytes.push(0x03);
        let mut decoder = Decoder::new(Mode::Standard, Parity::Ignore);
        Input::Frame(decoder.push(&bytes).remove(0))
    }

    /// Waits until the file begins with this. A regular file keeps what a shorter text does not overwrite; sysfs does not.
    async fn until(brightness: &Path, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !fs::read_to_string(brightness).unwrap().starts_with(text) {
            assert!(Instant::now() < deadline, "never {text}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    #[tokio::test]
    async fn the_lamp_is_on_while_frames_come_and_off_at_the_stop() {
        let leds = tempfile::tempdir().unwrap();
        let brightness = led(leds.path(), "ACT", "255");
        let identity = Identity::new("main", "b");
        let mut meter = Meter::new(identity, &Memory::default());
        let mut push = |input, second| {
            let mono = Duration::from_secs(second);
            let now = Moment { wall: None, mono };
            meter.push(input, now).unwrap()
        };
        let opened = Input::Opened {
            detail: LinkDetail::default(),
        };
        let silence = Input::Tick {
            detail: LinkDetail::new(LinkCause::NoByte, "no byte"),
        };
        let first = push(opened, 0);
        let stream = Stream::new([first.snapshot.clone()]);
        let (trigger, shutdown) = Shutdown::new();
        let lamps = Lamps::new(&settings("ACT"), leds.path()).unwrap();
        let subscription = stream.subscribe("the lamps", &Health::default());
        let task = tokio::spawn(lamps.run(subscription, shutdown, Pulse::default()));
        until(&brightness, "0").await;
        let publish = |update: Arc<_>| stream.publish(update);
        publish(push(frame(), 1));
        until(&brightness, "255").await;
        publish(push(silence, 11));
        until(&brightness, "0").await;
        publish(push(frame(), 20));
        until(&brightness, "255").await;
        trigger.request();
        task.await.unwrap();
        until(&brightness, "0").await;
    }

    #[test]
    fn a_missing_led_and_a_refused_one_have_messages_of_their_own_and_none_is_made() {
        let leds = tempfile::tempdir().unwrap();
        let Lamps(mut lamps) = Lamps::new(&settings("ACT"), leds.path()).unwrap();
        let lamp = &mut lamps[0];
        lamp.set(true);
        assert!(lamp.failure_is_logged && !leds.path().join("ACT").exists());
        let advice = |kind: io::ErrorKind| lamp.advice(&kind.into());
        assert!(advice(io::ErrorKind::NotFound).contains("there is no LED"));
        for kind in [
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::ReadOnlyFilesystem,
        ] {
            assert!(advice(kind).contains("udev rule"), "{kind}");
        }
    }

    #[test]
    fn without_a_name_there_is_no_lamp() {
        let meters = Settings::default().meters;
        assert!(Lamps::new(&meters, Path::new(file::LEDS)).is_none());
    }
}
