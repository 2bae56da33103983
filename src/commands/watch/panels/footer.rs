//! The last line: the keys, and the version of the daemon.

use ratatui::layout::Rect;

use crate::commands::watch::canvas::{Canvas, width};
use crate::commands::watch::palette::Tint;
use crate::commands::watch::power_history::PlotRange;
use crate::commands::watch::scene::Scene;

/// Draws the line.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, is_frozen: bool) {
    let (words, palette) = (scene.words, scene.palette);
    let y = area.bottom().saturating_sub(1);
    let range = match scene.range {
        PlotRange::Quarter => "24 h",
        PlotRange::Day => "15 min",
    };
    let freeze = if is_frozen {
        words.go_on()
    } else {
        words.freeze()
    };
    let mut keys = vec![
        ("q".to_owned(), words.quit()),
        ("t".to_owned(), range.to_owned()),
        (scene.glyph("⇥", "tab").to_owned(), words.other_meter()),
        ("e".to_owned(), words.expand()),
        (words.space_key(), freeze),
        ("l".to_owned(), words.other_language()),
        ("?".to_owned(), words.help_word()),
    ];
    if scene.model.meters.len() < 2 {
        keys.remove(2);
    }
    let mut x = area.x + 1;
    for (key, word) in keys {
        if x + width(&key) + width(&word) + 2 > area.right() {
            return;
        }
        x = canvas.put(x, y, &key, palette.bold(Tint::ACCENT));
        x = canvas.put(x + 1, y, &word, palette.quiet()) + 2;
    }
    let Some(daemon) = &scene.model.daemon else {
        return;
    };
    let version = format!("linky-sensor {}", daemon.version);
    if x + width(&version) + 2 < area.right() {
        canvas.put_right(area.right() - 1, y, &version, palette.frame());
    }
}
