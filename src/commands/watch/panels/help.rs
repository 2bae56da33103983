//! The help: every key, and what the colours and heights mean. It lies above the rest.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::tariff;
use crate::commands::watch::canvas::Canvas;
use crate::commands::watch::palette::Tint;
use crate::commands::watch::scene::Scene;

const WIDTH: u16 = 66;
const HEIGHT: u16 = 18;
/// The column of the explanations.
const EXPLANATION: u16 = 20;

/// Draws it in the middle.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let (words, palette) = (scene.words, scene.palette);
    let (width, height) = (WIDTH.min(area.width), HEIGHT.min(area.height));
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    canvas.clear(place);
    let inside = canvas.panel(place, &words.title_help(), Line::default(), Line::default());
    let arrows = scene.glyph("← →", "< >");
    let range = scene.glyph("1…9", "1-9");
    let rows = [
        (words.keys_quit(), words.quit()),
        ("t".to_owned(), words.explain_range()),
        (format!("Tab  {range}  {arrows}"), words.explain_meter()),
        (words.keys_expand(), words.explain_expand()),
        (words.space_key(), words.explain_freeze()),
        ("l".to_owned(), words.explain_language()),
        ("s".to_owned(), words.explain_symbols()),
        ("Ctrl-L  Ctrl-Z".to_owned(), words.explain_terminal()),
    ];
    let x = inside.x + 2;
    let columns = inside.right().saturating_sub(x + EXPLANATION - 2);
    let bottom = inside.bottom();
    let mut y = inside.y + u16::from(height == HEIGHT);
    for (keys, explanation) in rows {
        if y >= bottom {
            return;
        }
        canvas.put_within(x, y, EXPLANATION - 2, &keys, palette.bold(Tint::ACCENT));
        canvas.put_within(x + EXPLANATION - 2, y, columns, &explanation, Style::new());
        y += 1;
    }
    let mut line = vec![scene.quiet(words.legend_power())];
    for (share, name) in [100, 500, 750, 900, 1100].into_iter().zip(words.levels()) {
        let ink = palette.level(share, 1000);
        line.push(scene.colored(format!(" {} ", scene.glyph("█", "#")), ink));
        line.push(scene.styled(name, Style::new()));
    }
    let prices = tariff::legend(scene).into_iter().zip(words.prices());
    let mut heights = vec![scene.quiet(words.legend_tariff())];
    for ((glyph, period), name) in prices {
        heights.push(scene.colored(format!(" {glyph} "), scene.tint(period)));
        heights.push(scene.styled(name, Style::new()));
    }
    let nothing = vec![scene.quiet(words.nothing_is_sent())];
    for (gap, line) in [(1, line), (0, heights), (1, nothing)] {
        y += gap;
        if y < bottom {
            canvas.put_line(x, y, inside.right().saturating_sub(x), &Line::from(line));
        }
        y += 1;
    }
}
