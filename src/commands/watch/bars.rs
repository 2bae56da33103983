//! Bars of one line: the gauge with its eighths, and thin ones.

use super::canvas::Canvas;
use super::palette::{Depth, Palette, Symbols, Tint};
use super::scale;

/// From an eighth to seven of them.
const EIGHTHS: [&str; 7] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Where a bar is.
#[derive(Clone, Copy, Debug)]
pub struct BarPlace {
    /// Its first column.
    pub x: u16,
    /// Its line.
    pub y: u16,
    /// Its columns.
    pub width: u16,
}

/// A gauge: `value` of `whole`. `ink` is the colour at a value; what lies beyond is shown faintly in the colour that it
/// would have.
pub fn gauge(
    canvas: &mut Canvas<'_>,
    place: BarPlace,
    (value, whole): (i64, i64),
    palette: Palette,
    ink: impl Fn(i64) -> Tint,
) {
    let eighths = scale::part(value, whole, place.width.saturating_mul(8));
    for column in 0..place.width {
        let middle = whole * (i64::from(column) * 2 + 1) / (i64::from(place.width) * 2);
        let color = ink(middle);
        let filled = eighths.saturating_sub(column * 8).min(8);
        let is_half = filled >= 4;
        let (full, faint) = (palette.ink(color), palette.faint(color));
        let has_shades = palette.depth >= Depth::Indexed;
        let (glyph, style) = match (palette.symbols, filled) {
            (Symbols::Ascii, _) => (
                if is_half { "#" } else { "." },
                if is_half { full } else { faint },
            ),
            (_, 8) => ("█", full),
            (Symbols::Blocks, _) if is_half => ("█", full),
            (Symbols::Braille, 1..8) => {
                let glyph = EIGHTHS.get(usize::from(filled) - 1).copied();
                // What is beyond shines through behind the last eighths.
                let behind = faint.fg.filter(|_| has_shades);
                let style = behind.map_or(full, |behind| full.bg(behind));
                (glyph.unwrap_or("█"), style)
            }
            (Symbols::Braille, _) if has_shades => ("█", faint),
            _ => ("░", faint),
        };
        canvas.mark(place.x + column, place.y, glyph, style);
    }
}

/// A thin bar of one colour.
pub fn thin(
    canvas: &mut Canvas<'_>,
    place: BarPlace,
    (value, whole): (i64, i64),
    palette: Palette,
    ink: Tint,
) {
    draw_thin(canvas, place, (value, whole), palette, |_| ink, false);
}

/// A thin gauge: what lies beyond is faint, in the colour that it would have.
pub fn thin_gauge(
    canvas: &mut Canvas<'_>,
    place: BarPlace,
    (value, whole): (i64, i64),
    palette: Palette,
    ink: impl Fn(i64) -> Tint,
) {
    draw_thin(canvas, place, (value, whole), palette, ink, true);
}

fn draw_thin(
    canvas: &mut Canvas<'_>,
    place: BarPlace,
    (value, whole): (i64, i64),
    palette: Palette,
    ink: impl Fn(i64) -> Tint,
    shows_rest: bool,
) {
    let halves = scale::part(value, whole, place.width.saturating_mul(2));
    // What is not nothing is seen.
    let halves = if value > 0 { halves.max(1) } else { 0 };
    let rest = if shows_rest && palette.depth >= Depth::Indexed {
        "━"
    } else {
        "─"
    };
    for column in 0..place.width {
        let middle = whole * (i64::from(column) * 2 + 1) / (i64::from(place.width) * 2);
        let color = ink(middle);
        let beyond = if shows_rest {
            palette.faint(color)
        } else {
            palette.frame()
        };
        let (glyph, style) = match halves.saturating_sub(column * 2).min(2) {
            0 => (palette.glyph(rest, "."), beyond),
            1 => (palette.glyph("╸", "="), palette.ink(color)),
            _ => (palette.glyph("━", "="), palette.ink(color)),
        };
        canvas.mark(place.x + column, place.y, glyph, style);
    }
}
