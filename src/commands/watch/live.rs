//! The live screen: news, keys, signals and the clock, one after the other, in the one runtime.
//!
//! The keyboard is read by a thread, since reading it blocks; everything else waits here. The screen is drawn once a
//! second, and at once after a key.

use std::io;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::background;
use super::palette::Depth;
use super::screen::{ScreenAction, WatchScreen};
use super::terminal::LiveTerminal;
use super::wall::now;
use crate::dbus::News;
use crate::names::exit;

/// Keys that wait.
const INPUT_MAX: usize = 64;
/// News that are taken before the keys have their turn.
const NEWS_AT_ONCE: usize = 64;

/// How the screen was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// By a key.
    Key,
    /// By a signal, or because the terminal is gone: the exit code.
    Signal(u8),
}

/// The signals that matter.
struct EndSignals {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
    go_on: Signal,
}

impl EndSignals {
    fn new() -> io::Result<Self> {
        let of = |number: i32| signal(SignalKind::from_raw(number));
        Ok(Self {
            terminate: of(nix::libc::SIGTERM)?,
            hangup: of(nix::libc::SIGHUP)?,
            interrupt: of(nix::libc::SIGINT)?,
            go_on: of(nix::libc::SIGCONT)?,
        })
    }

    /// The code of the signal that ends; `None` for the one that goes on.
    async fn next(&mut self) -> Option<u8> {
        tokio::select! {
            _ = self.terminate.recv() => Some(exit::SIGNAL + 15),
            _ = self.hangup.recv() => Some(exit::SIGNAL + 1),
            _ = self.interrupt.recv() => Some(exit::SIGNAL + 2),
            _ = self.go_on.recv() => None,
        }
    }
}

/// Shows the screen until the user leaves.
///
/// # Errors
/// If the terminal is none, or is gone.
pub async fn run(screen: &mut WatchScreen, mut news: mpsc::Receiver<News>) -> io::Result<Leave> {
    let mut signals = EndSignals::new()?;
    let mut terminal = LiveTerminal::open()?;
    if screen.depth() != Depth::None && background::is_light() == Some(true) {
        screen.set_light();
    }
    let (sender, mut input) = mpsc::channel(INPUT_MAX);
    std::thread::spawn(move || read_input(&sender));
    let mut clock = interval(Duration::from_secs(1));
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut is_due = true;
    loop {
        if is_due {
            terminal.draw(|buffer| screen.draw(buffer, now()))?;
        }
        is_due = tokio::select! {
            one = news.recv() => {
                let Some(one) = one else { return Ok(Leave::Signal(exit::IO)) };
                take_news(screen, one, &mut news)
            }
            _ = clock.tick() => screen.tick(now()),
            event = input.recv() => {
                // The keyboard is gone, and with it the terminal.
                let Some(event) = event else { return Ok(Leave::Signal(exit::SIGNAL + 1)) };
                match screen.on_input(&event, now()) {
                    ScreenAction::Nothing => false,
                    ScreenAction::Draw => true,
                    ScreenAction::DrawAnew => {
                        terminal.clear()?;
                        true
                    }
                    ScreenAction::Suspend => {
                        terminal.suspend()?;
                        true
                    }
                    ScreenAction::Quit => return Ok(Leave::Key),
                }
            }
            code = signals.next() => match code {
                Some(code) => return Ok(Leave::Signal(code)),
                None => {
                    terminal.resume()?;
                    true
                }
            },
        };
    }
}

/// News that come together are drawn together. Returns whether they are to be seen before the next second.
fn take_news(screen: &mut WatchScreen, first: News, more: &mut mpsc::Receiver<News>) -> bool {
    let rest = std::iter::from_fn(|| more.try_recv().ok());
    let mut is_urgent = false;
    for one in std::iter::once(first).chain(rest).take(NEWS_AT_ONCE) {
        is_urgent |= !matches!(one, News::Values(..) | News::Daemon(_) | News::Energy(..));
        screen.apply(one, now());
    }
    is_urgent
}

fn read_input(sender: &mpsc::Sender<Event>) {
    while let Ok(event) = event::read() {
        if sender.blocking_send(event).is_err() {
            return;
        }
    }
}
