//! One meter at its end of the line: frames, damaged by noise, at their time.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::simulator::{Channel, Noise, Pace, ScenarioError, ScenarioEvent, SimulatedMeter, Speed};

/// How a meter sends.
#[derive(Clone, Debug)]
pub struct SendPlan {
    /// What the line damages.
    pub noise: Noise,
    /// The speed of time.
    pub speed: Speed,
    /// The most frames.
    pub frames: usize,
    /// The meter's time at which it ends.
    pub until: Duration,
    /// Seconds of the meter's time between two frames in which nothing is sent.
    pub step: u32,
}

impl SendPlan {
    /// Sends until the plan is done or `stop` is set. Each of `events` happens as it comes; `refused` takes those that
    /// cannot happen to this meter.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn send(
        &self,
        mut meter: SimulatedMeter,
        out: &mut dyn Write,
        stop: &AtomicBool,
        events: &Receiver<ScenarioEvent>,
        mut refused: impl FnMut(ScenarioError),
    ) -> io::Result<()> {
        let mut channel = Channel::new(self.noise, meter.scenario().seed);
        let mut pace = Pace::new(self.speed);
        for _ in 0..self.frames {
            for event in events.try_iter() {
                if let Err(error) = meter.push_event(event) {
                    refused(error);
                }
            }
            let Some(frame) = meter.next().filter(|frame| frame.at < self.until) else {
                break;
            };
            if stop.load(Ordering::Relaxed) {
                break;
            }
            pace.send(&frame, &channel.pass(&frame.bytes), out, stop)?;
            if self.step > 0 {
                meter.let_pass(self.step);
            }
        }
        out.flush()
    }
}
