//! `linky-sensor demo`: the whole chain on this machine, without hardware and without root.
//!
//! A simulated meter on a pty, a D-Bus daemon and a mosquitto of its own, and the daemon between them. On a terminal the
//! screen of `watch` is shown on that bus; else, or with `--plain`, what is published, as it comes. Everything lives in a
//! temporary directory and ends with the command.

mod child;
mod error;
mod meter;
mod past;
mod setup;
mod view;

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};

use self::setup::DemoSetup;
use self::view::DemoView;
use super::choice::one_of;
use super::console::{CommandError, Console};
use super::watch::watch_started;
use crate::names::exit;
use crate::simulator::{Phases, Scenario, TariffPlan};
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
    /// On a terminal too, print what is published, instead of the screen of watch
    #[arg(long)]
    plain: bool,
}

impl Demo {
    /// Runs the demo until its time is over, the screen is left or Ctrl-C.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| CommandError::of(exit::IO, console.words(), "tokio", error))?;
        runtime.block_on(self.play(console))?;
        Ok(exit::OK)
    }

    async fn play(&self, console: &mut Console) -> Result<(), CommandError> {
        let words = console.words();
        let limit = self.seconds.map_or(ONE_YEAR, Duration::from_secs);
        let end = Instant::now() + limit.min(ONE_YEAR);
        let stop = wait_for_signal()
            .map_err(|error| CommandError::of(exit::IO, words, "signal", error))?;
        let has_screen = !self.plain && io::stdout().is_terminal();
        if has_screen {
            writeln!(console, "{}", words.demo_past())?;
            console.flush()?;
        }
        let mut setup = DemoSetup::start(self.scenario(has_screen), has_screen)
            .map_err(|error| error.explained(words))?;
        setup.describe(words, console)?;
        console.flush()?;
        if has_screen {
            show_screen(&mut setup, end, stop, console).await?;
        } else {
            show_lines(&setup, end, stop, console).await?;
        }
        writeln!(console, "\n{}", words.demo_stopping())?;
        console.flush()?;
        drop(setup);
        if has_screen {
            let program = std::env::args().next().unwrap_or_default();
            writeln!(console, "{}", words.demo_goodbye(&program))?;
        }
        Ok(())
    }

    fn scenario(&self, has_past: bool) -> Scenario {
        let past = if has_past { past::PAST } else { 0 };
        Scenario {
            mode: self.mode,
            phases: self.phases,
            contract: self.contract,
            start: past::now() - past,
            ..Scenario::default()
        }
    }
}

/// The screen of `watch`, until the user leaves it, the time is over, or a signal comes.
async fn show_screen(
    setup: &mut DemoSetup,
    end: Instant,
    stop: impl Future<Output = ()>,
    console: &mut Console,
) -> Result<(), CommandError> {
    let words = console.words();
    tokio::select! {
        () = stop => {}
        () = sleep_until(end) => {}
        left = watch_started(setup.bus(), console) => {
            left?;
        }
    }
    if let Some(log) = setup.log_of_ended_daemon() {
        let message = format!("{}\n{log}", words.demo_daemon_ended());
        return Err(CommandError::new(exit::SOFTWARE, message));
    }
    Ok(())
}

/// What is published, as it comes, until the time is over or a signal comes.
async fn show_lines(
    setup: &DemoSetup,
    end: Instant,
    stop: impl Future<Output = ()>,
    console: &mut Console,
) -> Result<(), CommandError> {
    setup.describe_subscription(console)?;
    console.flush()?;
    let (sender, mut lines) = mpsc::channel(64);
    let _subscriber = setup
        .subscribe(sender)
        .map_err(|error| error.explained(console.words()))?;
    let mut view = DemoView::default();
    let mut shown_on_bus = false;
    let mut stop = Box::pin(stop);
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
    Ok(())
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
