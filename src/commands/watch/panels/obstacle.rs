//! There is no daemon, no bus or no meter: what is missing, and the command that shows why.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::commands::watch::canvas::{self, Canvas};
use crate::commands::watch::model::Obstacle;
use crate::commands::watch::palette::Tint;
use crate::commands::watch::scene::Scene;
use crate::words::Words;

/// What stands in the way, and what to do about it.
pub struct ObstacleText {
    /// What is wrong; empty while nothing is yet.
    pub what: String,
    /// What to do, before the commands.
    pub remedy: String,
    /// Commands that are ready to be pasted.
    pub commands: Vec<&'static str>,
    /// What this program does then.
    pub next: String,
}

/// The text for an obstacle; `None` is a daemon without a meter. `is_once`: nothing else is shown, and nothing awaited.
pub fn text(obstacle: Option<&Obstacle>, is_once: bool, words: Words) -> ObstacleText {
    let (what, remedy, commands) = match obstacle {
        Some(Obstacle::Connecting) if is_once => (
            words.watch_no_answer(),
            words.see_journal(),
            vec!["journalctl -u linky-sensor"],
        ),
        Some(Obstacle::Connecting) => (words.connecting(), String::new(), vec![]),
        Some(Obstacle::NoBus(bus)) => (
            words.watch_no_bus(&words.translated(bus)),
            words.is_dbus_there(),
            vec!["systemctl status dbus.socket"],
        ),
        Some(Obstacle::NoDaemon) => (
            words.watch_no_daemon(),
            words.why_and_start(),
            vec![
                "systemctl status linky-sensor",
                "sudo systemctl start linky-sensor",
            ],
        ),
        Some(Obstacle::Refused) => (
            words.watch_refused(),
            words.read_policy_again(),
            vec!["sudo systemctl reload dbus"],
        ),
        Some(Obstacle::Lost) => (
            words.watch_bus_lost(),
            words.is_dbus_there(),
            vec!["systemctl status dbus"],
        ),
        Some(Obstacle::Failed(cause)) => (
            words.watch_bus_answered(cause),
            words.see_journal(),
            vec!["journalctl -u linky-sensor"],
        ),
        None => (
            words.no_meter_configured(),
            words.configure_meter(),
            vec!["linky-sensor doctor", "linky-sensor check-config"],
        ),
    };
    let next = match obstacle {
        _ if is_once => words.not_waiting_for_it(),
        Some(Obstacle::Connecting) => String::new(),
        _ => words.waiting_for_it(),
    };
    ObstacleText {
        what,
        remedy,
        commands,
        next,
    }
}

/// Draws it in the middle.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let obstacle = scene.model.obstacle.as_ref();
    let palette = scene.palette;
    let text = text(obstacle, scene.is_once, scene.words);
    let wrapped = |sentence: &str, style: Style| {
        let lines = canvas::wrap(sentence, area.width.saturating_sub(2));
        lines
            .into_iter()
            .map(move |line| (line, style))
            .collect::<Vec<_>>()
    };
    let blank = || [(String::new(), Style::new())];
    let style = match obstacle {
        Some(Obstacle::Connecting) if !scene.is_once => palette.quiet(),
        _ => palette.bold(Tint::ALARM),
    };
    let mut lines = wrapped(&text.what, style);
    if !text.remedy.is_empty() {
        lines.extend(blank());
        lines.extend(wrapped(&text.remedy, palette.quiet()));
        let commands = text.commands.iter();
        lines.extend(commands.map(|command| ((*command).to_owned(), palette.strong())));
    }
    if !text.next.is_empty() {
        lines.extend(blank());
        lines.extend(wrapped(&text.next, palette.quiet()));
    }
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = area.y + area.height.saturating_sub(count) / 2;
    for (y, (line, style)) in (top..area.bottom()).zip(lines) {
        let x = area.x + area.width.saturating_sub(canvas::width(&line)) / 2;
        canvas.put(x, y, &line, style);
    }
}
