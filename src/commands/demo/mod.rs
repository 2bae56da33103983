//! `linky-sensor demo`: the whole chain on this machine, without hardware and without root.
//!
//! A simulated meter on a pty, a D-Bus daemon and a mosquitto of its own, the daemon between them, and what it publishes
//! shown as it comes. Everything lives in a temporary directory and ends with the command.

mod child;
mod setup;
mod view;

use std::io::{self, Write};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use self::child::failed;
use self::setup::{DemoSetup, MeterOptions};
use self::view::DemoView;
use super::choice::one_of;
use super::console::{CommandError, Console};
use crate::names::exit;
use crate::simulator::{Phases, TariffPlan};
use crate::tic::Mode;

/// The longest demo, and how long it runs without `--seconds`.
const ONE_YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// What to demonstrate.
#[derive(Clone, Debug, clap::Args)]
pub struct Demo {
    /// End after this many seconds
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// The simulated meter's mode
    #[arg(long, default_value = "standard", value_parser = one_of(&Mode::ALL, Mode::as_str))]
    mode: Mode,
    /// The simulated meter's phases
    #[arg(long, default_value = "1", value_parser = one_of(&Phases::ALL, Phases::as_str))]
    phases: Phases,
    /// The simulated meter's contract
    #[arg(long, default_value = "off-peak", value_parser = one_of(&TariffPlan::ALL, TariffPlan::as_str))]
    contract: TariffPlan,
}

impl Demo {
    /// Runs the demo until its time is over or Ctrl-C.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed("the runtime", &error))?;
        runtime.block_on(self.play(console))?;
        Ok(exit::OK)
    }

    async fn play(&self, console: &mut Console) -> Result<(), CommandError> {
        let limit = self.seconds.map_or(ONE_YEAR, Duration::from_secs);
        let end = Instant::now() + limit.min(ONE_YEAR);
        let mut stop = Box::pin(wait_for_signal().map_err(|error| failed("signals", &error))?);
        let setup = DemoSetup::start(&MeterOptions {
            mode: self.mode.as_str(),
            phases: self.phases.as_str(),
            contract: self.contract.as_str(),
        })?;
        setup.describe(console)?;
        console.flush()?;
        let (sender, mut lines) = mpsc::channel(64);
        let _subscriber = setup.subscribe(sender)?;
        let mut view = DemoView::default();
        let mut shown_on_bus = false;
        loop {
            let line = tokio::select! {
                () = &mut stop => break,
                line = timeout_at(end, lines.recv()) => line,
            };
            let Ok(Some(line)) = line else { break };
            let is_receiving = view.show(&line, console)?;
            console.flush()?;
            if is_receiving && !shown_on_bus {
                setup.show_on_bus(console)?;
                shown_on_bus = true;
            }
        }
        writeln!(console, "\nStopping.")?;
        console.flush()?;
        Ok(())
    }
}

/// Resolves on Ctrl-C, SIGTERM, or when the terminal is closed.
fn wait_for_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate, mut hangup) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
        signal(SignalKind::hangup())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}
