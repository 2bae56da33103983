//! The phases: current against what the contract allows of each, voltage around 230 V.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::commands::watch::bars::{self, BarPlace};
use crate::commands::watch::canvas::{Canvas, width};
use crate::commands::watch::palette::Tint;
use crate::commands::watch::scale;
use crate::commands::watch::scene::{NOMINAL_VOLTAGE, Scene};
use crate::meter::Key;

/// The ends of the scale of voltages: 230 V and a tenth of it either way (EN 50160).
const LOWEST: i64 = 207;
const HIGHEST: i64 = 253;
/// A voltage within these is shown as good.
const GOOD: core::ops::RangeInclusive<i64> = 216..=246;

const KEYS: [(Key, Key); 3] = [
    (Key::CURRENT_L1, Key::VOLTAGE_L1),
    (Key::CURRENT_L2, Key::VOLTAGE_L2),
    (Key::CURRENT_L3, Key::VOLTAGE_L3),
];

/// The lines that the panel wants, with its frame.
pub fn lines(phases: u16) -> u16 {
    (2 + 2 * phases).max(4)
}

/// Draws the panel: two lines for each phase, or one where it is narrow.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let phases = scene.phases();
    let title = scene.words.title_phases(phases == 1);
    let inside = canvas.panel(area, title, Line::default(), Line::default());
    let is_narrow = inside.width < 30;
    let mut y = inside.y;
    for (number, (current, voltage)) in (1..=phases).zip(KEYS) {
        if y >= inside.bottom() {
            return;
        }
        let name = if phases == 1 {
            String::new()
        } else {
            format!("L{number} ")
        };
        let amperes = scene.meter.int(current);
        let volts = scene.meter.int(voltage);
        if is_narrow {
            draw_short(canvas, inside, y, scene, &name, (amperes, volts));
            y += 1;
            continue;
        }
        let x = canvas.put(inside.x + 1, y, &name, scene.palette.strong());
        let place = BarPlace {
            x,
            y,
            width: inside.width.saturating_sub(9 + width(&name)),
        };
        if let Some(amperes) = amperes {
            draw_current(canvas, place, scene, amperes);
            let text = format!("{amperes} A");
            canvas.put_right(inside.right() - 1, y, &text, scene.palette.strong());
        }
        if let (Some(volts), true) = (volts, y + 1 < inside.bottom()) {
            draw_voltage(canvas, BarPlace { y: y + 1, ..place }, scene, volts);
            let text = format!("{volts} V");
            canvas.put_right(inside.right() - 1, y + 1, &text, Style::new());
        }
        y += 2 + u16::from(inside.height >= 3 * phases + 2);
    }
}

fn draw_short(
    canvas: &mut Canvas<'_>,
    inside: Rect,
    y: u16,
    scene: &Scene<'_>,
    name: &str,
    (amperes, volts): (Option<i64>, Option<i64>),
) {
    let x = canvas.put(inside.x, y, name, scene.palette.strong());
    let mut right = inside.right();
    if let Some(volts) = volts {
        canvas.put_right(right, y, &format!("{volts} V"), scene.palette.quiet());
        right = right.saturating_sub(6);
    }
    if let Some(amperes) = amperes {
        let bar = right.saturating_sub(x + 6);
        draw_current(canvas, BarPlace { x, y, width: bar }, scene, amperes);
        canvas.put_right(right, y, &format!("{amperes} A"), Style::new());
    }
}

fn draw_current(canvas: &mut Canvas<'_>, place: BarPlace, scene: &Scene<'_>, amperes: i64) {
    let phases = i64::from(scene.phases());
    let power = amperes * NOMINAL_VOLTAGE * phases;
    let limit = scene.scale_limit();
    let whole = limit + limit / 4;
    bars::thin_gauge(canvas, place, (power, whole), scene.palette, |power| {
        scene.level(power)
    });
}

fn draw_voltage(canvas: &mut Canvas<'_>, place: BarPlace, scene: &Scene<'_>, volts: i64) {
    let palette = scene.palette;
    let last = place.width.saturating_sub(1);
    for column in 0..place.width {
        let is_middle = column == last / 2;
        let glyph = if is_middle {
            scene.glyph("┼", "+")
        } else {
            scene.glyph("─", "-")
        };
        canvas.mark(place.x + column, place.y, glyph, palette.frame());
    }
    let column = scale::part(volts - LOWEST, HIGHEST - LOWEST, last);
    let ink = if GOOD.contains(&volts) {
        Tint::GOOD
    } else {
        Tint::WARN
    };
    canvas.mark(
        place.x + column,
        place.y,
        scene.glyph("●", "o"),
        palette.bold(ink),
    );
}
