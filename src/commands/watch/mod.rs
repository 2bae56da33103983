//! `linky-sensor watch`: the running daemon, live, in the terminal.
//!
//! ```text
//!  D-Bus ── follow ── news ──> screen { model, range, meter … } ──> layout ──> panels ──> canvas ──> buffer
//!  keyboard, mouse ── input ─────^                                                                     │
//!                                                  terminal (alternate screen, restored on each way out) <─┤
//!                                                  text (--once, no terminal: lines), JSON               <─┘
//! ```
//!
//! It is a client of the bus alone: it opens no port, changes nothing, and waits for a daemon that is not there. The time
//! is an argument everywhere. This is the only module that knows ratatui.

mod advice;
mod background;
mod bars;
mod canvas;
mod energy_hours;
mod figures;
mod layout;
mod lines;
mod live;
mod model;
mod palette;
mod panels;
mod plan;
mod plot;
mod power_history;
mod scale;
mod scene;
mod screen;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod today;
mod wall;

use std::io::{IsTerminal, Write};
use std::time::Duration;

use ratatui::crossterm::terminal::size;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use self::lines::{LineWriter, MeterLine};
use self::live::Leave;
use self::model::{MeterView, WatchModel};
use self::palette::{Depth, Palette};
use self::power_history::PlotRange;
use self::screen::WatchScreen;
use self::wall::now;
use super::console::{CommandError, Console};
use crate::dbus::{Bus, News, follow};
use crate::names::exit;
use crate::words::Words;

/// How long `--once` waits for an answer.
const ONCE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a daemon that is being started may take until its meters are received.
const START_TIMEOUT: Duration = Duration::from_secs(20);
/// News that wait to be drawn.
const NEWS_MAX: usize = 256;
/// The size of a frame where there is no terminal.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct WatchCommand {
    /// The bus of the daemon: system, session, or a D-Bus address
    #[arg(long, default_value = "system", value_name = "BUS")]
    bus: Bus,
    /// The meter that is shown first
    #[arg(long, value_name = "ID")]
    meter: Option<String>,
    /// Show 24 hours first, instead of 15 minutes
    #[arg(long)]
    day: bool,
    /// Print one frame as plain text, and end
    #[arg(long)]
    once: bool,
    /// The size of that frame in columns and lines, such as 120x40
    #[arg(long, value_name = "SIZE", value_parser = parse_size, requires = "once")]
    size: Option<(u16, u16)>,
    /// Print JSON: a line for each update of a meter
    #[arg(long)]
    json: bool,
}

impl WatchCommand {
    /// Shows the daemon until the user leaves. Without a terminal, prints a line for each update.
    pub fn run(self, console: &mut Console) -> Result<u8, CommandError> {
        let mut screen = new_screen(console.words(), self.once);
        if self.day {
            screen.show_range(PlotRange::Day);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| CommandError::new(exit::IO, error))?;
        runtime.block_on(self.show(&mut screen, console))
    }

    async fn show(
        &self,
        screen: &mut WatchScreen,
        console: &mut Console,
    ) -> Result<u8, CommandError> {
        let (sender, mut news) = mpsc::channel(NEWS_MAX);
        tokio::spawn(follow(self.bus.clone(), sender));
        let is_terminal = std::io::stdout().is_terminal();
        if self.once {
            return self.print_once(screen, &mut news, console).await;
        }
        if self.json || !is_terminal {
            return print_lines(screen, &mut news, console, self.json).await;
        }
        self.wait_for_answer(screen, &mut news).await;
        show_live(screen, news, console).await
    }

    /// Takes news until the daemon has answered, or there is none.
    async fn wait_for_answer(&self, screen: &mut WatchScreen, news: &mut mpsc::Receiver<News>) {
        take_news(screen, news, ONCE_TIMEOUT, |_| true).await;
        if let Some(id) = &self.meter {
            screen.show_meter(id);
        }
    }

    async fn print_once(
        &self,
        screen: &mut WatchScreen,
        news: &mut mpsc::Receiver<News>,
        console: &mut Console,
    ) -> Result<u8, CommandError> {
        self.wait_for_answer(screen, news).await;
        let model = screen.model();
        let is_received = model.meters.iter().all(MeterView::is_receiving);
        let is_well = model.obstacle.is_none() && !model.meters.is_empty() && is_received;
        if let Some(id) = &self.meter
            && screen.meter().is_none_or(|meter| meter.id != *id)
            && model.obstacle.is_none()
        {
            let ids: Vec<&str> = model.meters.iter().map(|meter| meter.id.as_str()).collect();
            let message = format!("no meter has the id {id}; there are: {}", ids.join(", "));
            let message = console.words().translated(&message);
            return Err(CommandError::new(exit::USAGE, message));
        }
        if self.json {
            for meter in &model.meters {
                serde_json::to_writer(&mut *console, &MeterLine(meter))
                    .map_err(std::io::Error::from)?;
                writeln!(console)?;
            }
        } else {
            let frame = text::frame(screen, self.frame_size(), now());
            write!(console, "{frame}")?;
        }
        Ok(if is_well { exit::OK } else { exit::FAILURE })
    }

    /// As asked for; else that of the terminal, less the line of the shell.
    fn frame_size(&self) -> (u16, u16) {
        let is_terminal = std::io::stdout().is_terminal();
        let terminal = || is_terminal.then(|| size().ok()).flatten();
        let less = |(width, height): (u16, u16)| (width.max(1), height.saturating_sub(1).max(1));
        self.size
            .or_else(|| terminal().map(less))
            .unwrap_or(USUAL_SIZE)
    }
}

/// Shows a daemon that is just being started, its last day first, until the user leaves. It is shown once its meters are
/// received, or after a time that would be long for that.
pub async fn watch_started(bus: Bus, console: &mut Console) -> Result<u8, CommandError> {
    let mut screen = new_screen(console.words(), false);
    screen.show_range(PlotRange::Day);
    let (sender, mut news) = mpsc::channel(NEWS_MAX);
    tokio::spawn(follow(bus, sender));
    take_news(&mut screen, &mut news, START_TIMEOUT, |model| {
        !model.meters.is_empty() && model.meters.iter().all(MeterView::is_receiving)
    })
    .await;
    show_live(&mut screen, news, console).await
}

fn new_screen(words: Words, is_once: bool) -> WatchScreen {
    let variable = |name: &str| std::env::var(name).ok();
    let mut palette = Palette::detect(variable, words.is_ascii());
    if is_once {
        // What would be faint is shaded.
        palette.depth = Depth::None;
    }
    let mut screen = WatchScreen::new(words.language(), palette);
    if is_once {
        screen.show_once();
    }
    screen
}

/// Takes news until the daemon has answered, or is known not to, and what it answered is enough; or the time is over.
async fn take_news(
    screen: &mut WatchScreen,
    news: &mut mpsc::Receiver<News>,
    timeout: Duration,
    is_enough: impl Fn(&WatchModel) -> bool,
) {
    let end = Instant::now() + timeout;
    let mut is_answered = false;
    while let Ok(Some(one)) = timeout_at(end, news.recv()).await {
        is_answered |= matches!(one, News::Everything(..) | News::Unavailable(_));
        screen.apply(one, now());
        if is_answered && is_enough(screen.model()) {
            break;
        }
    }
}

/// The live screen, and a last line on the normal one.
async fn show_live(
    screen: &mut WatchScreen,
    news: mpsc::Receiver<News>,
    console: &mut Console,
) -> Result<u8, CommandError> {
    match live::run(screen, news).await? {
        Leave::Key => {
            if let Some(goodbye) = text::goodbye(screen, now()) {
                writeln!(console, "{goodbye}")?;
            }
            Ok(exit::OK)
        }
        Leave::Signal(code) => Ok(code),
    }
}

async fn print_lines(
    screen: &mut WatchScreen,
    news: &mut mpsc::Receiver<News>,
    console: &mut Console,
    as_json: bool,
) -> Result<u8, CommandError> {
    let mut lines = LineWriter::default();
    let mut clock = interval(Duration::from_secs(1));
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            one = news.recv() => {
                let Some(one) = one else { return Ok(exit::IO) };
                lines.take_note(&one);
                screen.apply(one, now());
            }
            _ = clock.tick() => lines.write(console, screen, now(), as_json)?,
        }
    }
}

/// How many columns the terminal of standard output has; `None`: it is none, or does not know.
pub fn columns() -> Option<usize> {
    let is_terminal = std::io::stdout().is_terminal();
    let (columns, _) = is_terminal.then(|| size().ok()).flatten()?;
    (columns > 0).then_some(usize::from(columns))
}

fn parse_size(text: &str) -> Result<(u16, u16), &'static str> {
    const EXPECTED: &str = "expected columns and lines, such as 120x40, each from 1 to 500";
    let (width, height) = text.split_once('x').ok_or(EXPECTED)?;
    let side = |text: &str| {
        let side: u16 = text.parse().map_err(|_| EXPECTED)?;
        (1..=500).contains(&side).then_some(side).ok_or(EXPECTED)
    };
    Ok((side(width)?, side(height)?))
}
