//! Writing into the buffer of a screen: what lies outside is left out, in ASCII all of it is ASCII.
//!
//! Buffers of ratatui panic outside of their area; everything is drawn through here, so that no size of a terminal can.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Widget};

use super::palette::{Palette, Tint};

/// A buffer to draw in.
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    palette: Palette,
}

impl<'a> Canvas<'a> {
    /// Draws in this buffer.
    pub fn new(buffer: &'a mut Buffer, palette: Palette) -> Self {
        Self { buffer, palette }
    }

    /// All of it.
    pub fn area(&self) -> Rect {
        self.buffer.area
    }

    /// Writes from a column on. Returns the column after.
    pub fn put(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        self.put_within(x, y, area.right().saturating_sub(x), text, style)
    }

    /// Writes at most so many columns. Returns the column after.
    pub fn put_within(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if !area.contains((x, y).into()) {
            return x;
        }
        let width = width.min(area.right() - x);
        let (end, _) = self.buffer.set_stringn(x, y, text, width.into(), style);
        end
    }

    /// Writes so that it ends before a column.
    pub fn put_right(&mut self, right: u16, y: u16, text: &str, style: Style) {
        self.put(right.saturating_sub(width(text)), y, text, style);
    }

    /// Writes pieces in styles of their own, at most so many columns. Returns the column after.
    pub fn put_line(&mut self, x: u16, y: u16, width: u16, line: &Line<'_>) -> u16 {
        let end = x.saturating_add(width);
        let mut at = x;
        for span in line {
            at = self.put_within(at, y, end.saturating_sub(at), &span.content, span.style);
        }
        at
    }

    /// Writes words on as many lines as the area has. Returns how many were used.
    pub fn put_words(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        let mut lines = wrap(text, area.width);
        lines.truncate(area.height.into());
        for (y, line) in (area.y..).zip(&lines) {
            self.put_within(area.x, y, area.width, line, style);
        }
        u16::try_from(lines.len()).unwrap_or(u16::MAX)
    }

    /// A cell, if it is inside.
    pub fn cell(&mut self, x: u16, y: u16) -> Option<&mut Cell> {
        self.buffer.cell_mut((x, y))
    }

    /// Sets one character, in place of what was there.
    pub fn mark(&mut self, x: u16, y: u16, glyph: &str, style: Style) {
        if let Some(cell) = self.cell(x, y) {
            cell.reset();
            cell.set_symbol(glyph).set_style(style);
        }
    }

    /// A frame with a title, something at its right and at its bottom. Returns what is inside.
    pub fn panel(&mut self, area: Rect, title: &str, right: Line<'_>, bottom: Line<'_>) -> Rect {
        let area = area.intersection(self.buffer.area);
        let mut block = Block::bordered()
            .border_set(self.palette.border())
            .border_style(self.palette.frame())
            // What stands in a frame does not look like the frame.
            .title_style(Style::reset());
        if !title.is_empty() {
            let style = self.palette.bold(Tint::ACCENT);
            block = block.title(Line::styled(format!(" {title} "), style));
        }
        // A title comes before what is at its right.
        let room = usize::from(area.width.saturating_sub(width(title) + 6));
        if (1..=room).contains(&right.width()) {
            block = block.title(right.right_aligned());
        }
        if bottom.width() > 0 {
            block = block.title_bottom(bottom);
        }
        let inner = block.inner(area);
        block.render(area, self.buffer);
        inner
    }

    /// Empties an area, for what lies above the rest.
    pub fn clear(&mut self, area: Rect) {
        Clear.render(area.intersection(self.buffer.area), self.buffer);
    }

    /// In ASCII, replaces what still is none: accents of the language.
    pub fn finish(self) {
        if !self.palette.is_ascii() {
            return;
        }
        for cell in &mut self.buffer.content {
            if !cell.symbol().is_ascii() {
                let plain = cell.symbol().chars().next().map_or(" ", plain_letter);
                cell.set_symbol(plain);
            }
        }
    }
}

/// The columns of a text.
pub fn width(text: &str) -> u16 {
    let width = ratatui::text::Span::raw(text).width();
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// The lines of a text that are no wider than so many columns; a longer word has a line of its own.
pub fn wrap(text: &str, columns: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The nearest letter of ASCII.
fn plain_letter(letter: char) -> &'static str {
    match letter {
        'à' | 'â' | 'ä' => "a",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'î' | 'ï' => "i",
        'ô' | 'ö' => "o",
        'ù' | 'û' | 'ü' => "u",
        'ç' => "c",
        'À' | 'Â' => "A",
        'É' | 'È' | 'Ê' => "E",
        'Î' => "I",
        'Ô' => "O",
        'Ç' => "C",
        'œ' => "o",
        '’' | '‘' => "'",
        '«' | '»' | '“' | '”' => "\"",
        '…' | '·' => ".",
        '–' | '—' => "-",
        '≈' => "~",
        '\u{a0}' | '\u{202f}' => " ",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::watch::palette::{Depth, Symbols};

    const ASCII: Palette = Palette {
        depth: Depth::None,
        symbols: Symbols::Ascii,
        is_light: false,
    };

    #[test]
    fn nothing_is_drawn_outside() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 2));
        let mut canvas = Canvas::new(&mut buffer, ASCII);
        assert_eq!(canvas.put(2, 1, "abcdef", Style::new()), 4);
        assert_eq!(canvas.put(9, 9, "x", Style::new()), 9);
        canvas.put_right(1, 0, "abc", Style::new());
        canvas.mark(8, 0, "x", Style::new());
        canvas.panel(
            Rect::new(1, 0, 40, 40),
            "",
            Line::default(),
            Line::default(),
        );
        canvas.clear(Rect::new(0, 0, 99, 99));
        canvas.put(0, 0, "é…à", Style::new());
        canvas.finish();
        assert_eq!(buffer, Buffer::with_lines(["e.a ", "    "]));
    }

    #[test]
    fn words_are_wrapped_and_none_is_lost() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a longword b", 4), ["a", "longword", "b"]);
        assert_eq!(wrap("  ", 4), Vec::<String>::new());
        assert_eq!(wrap("a b", 0), ["a", "b"]);
    }
}
