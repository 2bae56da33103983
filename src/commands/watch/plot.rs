//! The area of a plot: what was withdrawn above zero, what was injected below, in braille, blocks or ASCII.
//!
//! Input: two columns for each cell, in VA. A cell is four dots high. The mean is full, the highest above it faint; the
//! colour of a dot is that of its height. A column that is not known draws nothing.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::palette::{Palette, Symbols, Tint};
use super::power_history::PowerColumn;
use super::scale;

/// The dots of a cell, from its bottom, of its left and right column.
const DOTS: [[u32; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];

/// The ends of the scale, in VA: above zero, and below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlotScale {
    /// Above; positive.
    pub top: i64,
    /// Below; zero or positive.
    pub bottom: i64,
}

impl PlotScale {
    /// A scale for these columns.
    pub fn of(columns: &[Option<PowerColumn>]) -> Self {
        let known = || columns.iter().flatten();
        let highest = known().map(|column| column.mean.max(column.highest));
        let lowest = known().map(|column| column.injected).max().unwrap_or(0);
        let room = |value: i64| scale::round_top(value + value / 32);
        Self {
            top: room(highest.max().unwrap_or(0)),
            bottom: if lowest > 0 { room(lowest) } else { 0 },
        }
    }

    /// All of it.
    pub fn span(self) -> i64 {
        self.top + self.bottom
    }

    /// The line of a value, in an area of so many lines.
    pub fn line(self, value: i64, lines: u16) -> u16 {
        let from_top = scale::part(self.top - value, self.span(), lines.saturating_mul(8)) / 8;
        from_top.min(lines.saturating_sub(1))
    }
}

/// What is in a cell.
#[derive(Default)]
struct CellDots {
    full: u32,
    faint: u32,
    is_below: bool,
}

/// Draws the columns into an area. `ink` is the colour at a value.
pub fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    columns: &[Option<PowerColumn>],
    scale: PlotScale,
    palette: Palette,
    ink: impl Fn(i64) -> Tint,
) {
    let dots = area.height.saturating_mul(4);
    let height = |value: i64| scale::part(value, scale.span(), dots);
    let zero = height(scale.bottom);
    for (x, pair) in (area.x..area.right()).zip(columns.chunks(2)) {
        for row in 0..area.height {
            let base = row * 4;
            let cell = cell_dots(pair, base, zero, &height);
            let value = i64::from(base + 4) * scale.span() / i64::from(dots.max(1)) - scale.bottom;
            let color = if cell.is_below { Tint::SUN } else { ink(value) };
            let y = area.bottom() - 1 - row;
            mark(canvas, (x, y), &cell, palette, color);
        }
    }
}

fn cell_dots(
    pair: &[Option<PowerColumn>],
    base: u16,
    zero: u16,
    height: &impl Fn(i64) -> u16,
) -> CellDots {
    let mut cell = CellDots::default();
    for (column, bits) in pair.iter().zip(DOTS) {
        let Some(column) = column else { continue };
        // What is not nothing is seen.
        let up = height(column.mean).max(u16::from(column.mean > 0));
        let tip = height(column.highest).max(up);
        let down = height(column.injected).min(zero);
        for (dot, bit) in (base..).zip(bits) {
            if (zero..zero + up).contains(&dot) {
                cell.full |= bit;
            } else if (zero..zero + tip).contains(&dot) {
                cell.faint |= bit;
            } else if (zero - down..zero).contains(&dot) {
                cell.full |= bit;
                cell.is_below = true;
            }
        }
    }
    cell
}

fn mark(
    canvas: &mut Canvas<'_>,
    (x, y): (u16, u16),
    cell: &CellDots,
    palette: Palette,
    color: Tint,
) {
    let (full, faint) = (cell.full.count_ones(), cell.faint.count_ones());
    let braille = |bits: u32| char::from_u32(0x2800 + bits).unwrap_or(' ').to_string();
    let glyph = match palette.symbols {
        Symbols::Braille if full > 0 => braille(cell.full),
        Symbols::Braille if faint > 0 => braille(cell.faint),
        Symbols::Braille => return,
        Symbols::Blocks if cell.is_below => match full {
            7.. => "█",
            4..7 => "▀",
            _ => "▔",
        }
        .to_owned(),
        Symbols::Blocks => match (full, faint) {
            (7.., _) => "█",
            (5..7, _) => "▆",
            (3..5, _) => "▄",
            (1..3, _) => "▂",
            (0, 4..) => "░",
            _ => return,
        }
        .to_owned(),
        Symbols::Ascii => match (full, faint) {
            (6.., _) => "#",
            (3..6, _) => "=",
            (1..3, _) => "_",
            (0, 4..) => ".",
            _ => return,
        }
        .to_owned(),
    };
    let style = if full > 0 {
        palette.ink(color)
    } else {
        palette.faint(color)
    };
    canvas.mark(x, y, &glyph, style);
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::commands::watch::palette::Depth;

    fn column(mean: i64, highest: i64, injected: i64) -> Option<PowerColumn> {
        Some(PowerColumn {
            mean,
            highest,
            injected,
        })
    }

    fn drawn(symbols: Symbols, columns: &[Option<PowerColumn>], scale: PlotScale) -> Vec<String> {
        let palette = Palette {
            depth: Depth::True,
            symbols,
            is_light: false,
        };
        let area = Rect::new(0, 0, 3, 2);
        let mut buffer = Buffer::empty(area);
        let mut canvas = Canvas::new(&mut buffer, palette);
        draw(&mut canvas, area, columns, scale, palette, |_| Tint::GOOD);
        let row = |y| (0..3).map(move |x| (x, y));
        (0..2)
            .map(|y| row(y).map(|at| buffer[at].symbol()).collect())
            .collect()
    }

    #[test]
    fn the_mean_is_full_and_what_is_not_known_is_empty() {
        let scale = PlotScale { top: 8, bottom: 0 };
        let columns = [
            column(8, 8, 0),
            column(4, 4, 0),
            None,
            column(2, 8, 0),
            None,
            None,
        ];
        assert_eq!(drawn(Symbols::Braille, &columns, scale), ["⡇⢸ ", "⣿⢠ "]);
        assert_eq!(drawn(Symbols::Ascii, &columns, scale), ["=. ", "#_ "]);
        assert_eq!(drawn(Symbols::Blocks, &columns, scale), ["▄░ ", "█▂ "]);
    }

    #[test]
    fn what_is_injected_hangs_below_zero() {
        let scale = PlotScale { top: 4, bottom: 4 };
        let columns = [column(0, 0, 4), column(0, 0, 2), column(1, 1, 0)];
        assert_eq!(drawn(Symbols::Braille, &columns, scale), [" ⡀ ", "⡟  "]);
    }

    #[test]
    fn a_scale_holds_what_is_drawn() {
        assert_eq!(
            PlotScale::of(&[]),
            PlotScale {
                top: 100,
                bottom: 0
            }
        );
        let scale = PlotScale::of(&[column(3000, 3100, 0), None, column(0, 0, 1500)]);
        assert_eq!(
            scale,
            PlotScale {
                top: 4000,
                bottom: 2000
            }
        );
        assert_eq!(
            (scale.line(4000, 6), scale.line(-2000, 6), scale.line(0, 6)),
            (0, 5, 4)
        );
        assert_eq!(scale.line(i64::MAX / 2, 0), 0);
    }
}
