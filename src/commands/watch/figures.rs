//! Figures that are read from the door: three lines high in half blocks, or five.

use ratatui::style::Style;

use super::canvas::Canvas;
use super::palette::Palette;

/// The shapes of 0 to 9: five lines of three dots, the highest bit at the left.
const SHAPES: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b001, 0b001, 0b001],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];

/// How large they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureSize {
    /// Three lines; not in ASCII, which has no half blocks.
    Three,
    /// Five lines.
    Five,
}

impl FigureSize {
    /// The lines.
    pub fn lines(self) -> u16 {
        match self {
            Self::Three => 3,
            Self::Five => 5,
        }
    }

    /// The columns of a figure with the gap after it.
    fn pitch(self) -> u16 {
        match self {
            Self::Three => 4,
            Self::Five => 7,
        }
    }
}

/// Draws a number, thousands apart. Returns the column after it.
pub fn draw(
    canvas: &mut Canvas<'_>,
    (x, y): (u16, u16),
    number: u64,
    size: FigureSize,
    palette: Palette,
    style: Style,
) -> u16 {
    let digits = number.to_string();
    let mut at = x;
    for (place, digit) in digits.bytes().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            at += size.pitch() / 4;
        }
        let shape = SHAPES.get(usize::from(digit.wrapping_sub(b'0')));
        if let Some(shape) = shape {
            draw_shape(canvas, (at, y), shape, size, palette, style);
        }
        at += size.pitch();
    }
    at
}

fn draw_shape(
    canvas: &mut Canvas<'_>,
    (x, y): (u16, u16),
    shape: &[u8; 5],
    size: FigureSize,
    palette: Palette,
    style: Style,
) {
    let is_lit = |dot: u16, line: u16| {
        let bits = shape.get(usize::from(line)).copied().unwrap_or(0);
        bits >> (2 - dot) & 1 == 1
    };
    for line in 0..size.lines() {
        for dot in 0..3 {
            match size {
                FigureSize::Five if is_lit(dot, line) => {
                    canvas.put(x + 2 * dot, y + line, palette.glyph("██", "##"), style);
                }
                FigureSize::Five => {}
                FigureSize::Three => {
                    let glyph = match (is_lit(dot, 2 * line), is_lit(dot, 2 * line + 1)) {
                        (true, true) => "█",
                        (true, false) => "▀",
                        (false, true) => "▄",
                        (false, false) => continue,
                    };
                    canvas.put(x + dot, y + line, glyph, style);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;
    use crate::commands::watch::palette::{Depth, Symbols};

    #[test]
    fn figures_are_three_or_five_lines_high() {
        let palette = Palette {
            depth: Depth::None,
            symbols: Symbols::Braille,
            is_light: false,
        };
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 3));
        let mut canvas = Canvas::new(&mut buffer, palette);
        let end = draw(
            &mut canvas,
            (0, 0),
            3208,
            FigureSize::Three,
            palette,
            Style::new(),
        );
        assert_eq!(end, 17);
        assert_eq!(
            buffer,
            Buffer::with_lines([
                "▀▀█  ▀▀█ █▀█ █▀█    ",
                "▀▀█  █▀▀ █ █ █▀█    ",
                "▀▀▀  ▀▀▀ ▀▀▀ ▀▀▀    ",
            ])
        );
        let ascii = Palette {
            symbols: Symbols::Ascii,
            ..palette
        };
        let mut buffer = Buffer::empty(Rect::new(0, 0, 7, 5));
        let mut canvas = Canvas::new(&mut buffer, ascii);
        draw(
            &mut canvas,
            (0, 0),
            7,
            FigureSize::Five,
            ascii,
            Style::new(),
        );
        let lines = ["###### ", "    ## ", "    ## ", "    ## ", "    ## "];
        assert_eq!(buffer, Buffer::with_lines(lines));
        let mut canvas = Canvas::new(&mut buffer, ascii);
        draw(
            &mut canvas,
            (5, 3),
            u64::MAX,
            FigureSize::Five,
            ascii,
            Style::new(),
        );
    }
}
