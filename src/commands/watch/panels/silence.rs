//! A meter that is not received: what is wrong, what to do, and the cause as the daemon gives it.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::commands::watch::canvas::{Canvas, wrap};
use crate::commands::watch::palette::Tint;
use crate::commands::watch::scene::Scene;
use crate::meter::{Key, Link};

/// Draws it where the power would be.
pub fn draw(canvas: &mut Canvas<'_>, inside: Rect, scene: &Scene<'_>) {
    let (meter, words) = (scene.meter, scene.words);
    let link = meter.text(Key::LINK);
    let (what, remedy) = words
        .link_cause(meter.text(Key::LINK_CAUSE), None)
        .unwrap_or_else(|| {
            let remedy = words.link_remedy(link).to_owned();
            (words.link_trouble(link).to_owned(), Some(remedy))
        });
    let x = inside.x + 1;
    let columns = inside.width.saturating_sub(2);
    let rest = |y: u16| Rect {
        x,
        y,
        width: columns,
        height: inside.bottom().saturating_sub(y),
    };
    let mut y = inside.y + u16::from(inside.height > 5);
    let is_down = [Link::NoDevice.as_str(), Link::NoSignal.as_str()].contains(&link);
    let ink = if is_down { Tint::ALARM } else { Tint::WARN };
    y += canvas.put_words(rest(y), &what, scene.palette.bold(ink));
    y += canvas.put_words(rest(y), &remedy.unwrap_or_default(), Style::new());
    // The daemon's own line names the port; it is English, and whole or not there.
    let detail = meter.text(Key::LINK_DETAIL);
    if wrap(detail, columns).len() <= usize::from(rest(y).height) {
        canvas.put_words(rest(y), detail, scene.palette.quiet());
    }
}
