//! The first line: the meters as tabs, the date and the time, the link.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::commands::watch::canvas::{Canvas, width};
use crate::commands::watch::model::{MeterView, WatchModel};
use crate::commands::watch::palette::Tint;
use crate::commands::watch::scene::Scene;
use crate::commands::watch::wall;
use crate::meter::Key;

/// From this width on the other meters show their power.
const WIDTH_WITH_POWER: u16 = 100;

/// The columns of a tab.
pub type TabColumns = core::ops::Range<u16>;

/// Draws the line. Returns where the tabs are, for the mouse.
pub fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    scene: &Scene<'_>,
    is_frozen: bool,
) -> Vec<TabColumns> {
    let mut x = canvas.put(area.x, area.y, " Linky ", scene.palette.chip(Tint::ACCENT)) + 1;
    let model = scene.model;
    let mut tabs = Vec::new();
    for (number, meter) in (1..).zip(&model.meters) {
        let start = x;
        x = draw_tab(canvas, (x, area.y), scene, meter, (number, area.width));
        tabs.push(start..x);
    }
    if !model.meters.is_empty() {
        draw_clock(canvas, area, scene, x, is_frozen);
    }
    tabs
}

fn draw_tab(
    canvas: &mut Canvas<'_>,
    (x, y): (u16, u16),
    scene: &Scene<'_>,
    meter: &MeterView,
    (number, columns): (usize, u16),
) -> u16 {
    let palette = scene.palette;
    let is_shown = meter.id == scene.meter.id;
    let has_others = scene.model.meters.len() > 1;
    let mut x = x + 1;
    if has_others && number < 10 {
        let style = if is_shown {
            palette.bold(Tint::ACCENT)
        } else {
            palette.quiet()
        };
        x = canvas.put(x, y, &format!("{number} "), style);
    }
    let style = if is_shown {
        palette.strong().add_modifier(Modifier::UNDERLINED)
    } else {
        palette.quiet()
    };
    x = canvas.put(x, y, &meter.id, style);
    if columns >= WIDTH_WITH_POWER && has_others {
        let (text, ink) = power_of(scene, meter);
        let style = if is_shown {
            palette.bold(ink)
        } else {
            palette.ink(ink)
        };
        x = canvas.put(x + 1, y, &text, style);
    }
    x + 1
}

fn power_of(scene: &Scene<'_>, meter: &MeterView) -> (String, Tint) {
    let words = scene.words;
    match meter.power_now() {
        Some((withdrawn, injected)) if injected > withdrawn => {
            let arrow = scene.glyph("↗", "^");
            (format!("{arrow}{} VA", words.integer(injected)), Tint::SUN)
        }
        Some((withdrawn, _)) => {
            let limit = meter.limit().unwrap_or(scene.scale_limit());
            (
                format!("{} VA", words.integer(withdrawn)),
                scene.palette.level(withdrawn, limit),
            )
        }
        None => ("-".to_owned(), Tint::ALARM),
    }
}

/// The word of the link at the right, with a sign of life; the date and the time if there is room.
fn draw_clock(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, tabs: u16, is_frozen: bool) {
    let (words, palette) = (scene.words, scene.palette);
    let link = scene.meter.text(Key::LINK);
    let (word, ink) = match (is_absent(scene.model), link) {
        (true, _) => (words.no_service(), Tint::ALARM),
        (false, "receiving") => (words.link_word(link), Tint::GOOD),
        (false, "syncing") => (words.link_word(link), Tint::WARN),
        (false, _) => (words.link_word(link), Tint::ALARM),
    };
    let right = area.right().saturating_sub(1);
    let x = right.saturating_sub(width(word));
    if x < tabs + 3 {
        return;
    }
    canvas.put(x, area.y, word, palette.bold(ink));
    let dot = if scene.meter.is_odd_frame() {
        scene.glyph("○", "o")
    } else {
        scene.glyph("●", "*")
    };
    canvas.put(x - 2, area.y, dot, palette.bold(ink));
    let clock = scene.clock();
    let time = wall::clock_with_seconds(clock);
    let date = words.date(wall::date(clock));
    let style = if is_frozen {
        palette.quiet()
    } else {
        Style::new()
    };
    for text in [format!("{date}  {time}"), time] {
        if x > tabs + 5 + width(&text) {
            canvas.put_right(x - 4, area.y, &text, style);
            return;
        }
    }
}

fn is_absent(model: &WatchModel) -> bool {
    model.obstacle.is_some()
}
