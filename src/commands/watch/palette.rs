//! Colours and characters for what a terminal can show.
//!
//! Four depths of colour, three sets of symbols, dark and light. The text is the terminal's own foreground and its
//! background is never painted: palette are of middle lightness, readable on both, darker on a light one. No meaning is in
//! a colour alone.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None, or NO_COLOR is set.
    None,
    /// The sixteen that each terminal has its own of.
    Sixteen,
    /// The palette of 256.
    Indexed,
    /// 24 bits.
    True,
}

/// Which characters the terminal's font has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbols {
    /// Braille, and all that follows.
    Braille,
    /// Blocks and lines.
    Blocks,
    /// ASCII.
    Ascii,
}

impl Symbols {
    /// The next poorer set, and after the poorest the richest.
    pub fn next(self) -> Self {
        match self {
            Self::Braille => Self::Blocks,
            Self::Blocks => Self::Ascii,
            Self::Ascii => Self::Braille,
        }
    }
}

/// A colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tint(pub u8, pub u8, pub u8);

impl Tint {
    /// Lime, the colour of the meter itself: titles, keys, what is chosen.
    pub const ACCENT: Self = Self(176, 206, 52);
    /// All is well.
    pub const GOOD: Self = Self(87, 187, 96);
    /// Between well and worth a look.
    pub const MILD: Self = Self(166, 206, 57);
    /// Worth a look.
    pub const WARN: Self = Self(232, 190, 66);
    /// Near the limit.
    pub const HOT: Self = Self(240, 136, 62);
    /// Beyond it.
    pub const ALARM: Self = Self(240, 78, 75);
    /// Off-peak hours.
    pub const OFF_PEAK: Self = Self(64, 190, 190);
    /// Peak hours.
    pub const PEAK: Self = Self(186, 140, 250);
    /// A blue day.
    pub const BLUE: Self = Self(72, 145, 255);
    /// A white day.
    pub const WHITE: Self = Self(222, 226, 230);
    /// A red day.
    pub const RED: Self = Self(240, 78, 75);
    /// What the house gives.
    pub const SUN: Self = Self(250, 204, 80);
    /// What is not known.
    pub const GREY: Self = Self(130, 134, 142);

    /// So many hundredths of the way to another colour.
    pub fn mix(self, other: Self, hundredths: u16) -> Self {
        let share = u32::from(hundredths.min(100));
        let part = |from: u8, to: u8| {
            let mixed = (u32::from(from) * (100 - share) + u32::from(to) * share + 50) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Self(
            part(self.0, other.0),
            part(self.1, other.1),
            part(self.2, other.2),
        )
    }
}

/// The colours of the power, by the share of what the contract allows, in thousandths.
const LEVELS: [(i64, Tint); 5] = [
    (0, Tint::GOOD),
    (450, Tint::MILD),
    (700, Tint::WARN),
    (880, Tint::HOT),
    (1000, Tint::ALARM),
];

/// The sixteen colours that palette become, and roughly what they are.
const SIXTEEN: [(Color, Tint); 8] = [
    (Color::Green, Tint(140, 200, 60)),
    (Color::Yellow, Tint(220, 180, 60)),
    (Color::Red, Tint(230, 80, 75)),
    (Color::Blue, Tint(60, 120, 240)),
    (Color::Cyan, Tint(60, 190, 190)),
    (Color::Magenta, Tint(186, 140, 250)),
    (Color::Reset, Tint(225, 230, 235)),
    (Color::DarkGray, Tint(90, 90, 95)),
];

/// What this terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Its colours.
    pub depth: Depth,
    /// Its characters.
    pub symbols: Symbols,
    /// Whether its background is light.
    pub is_light: bool,
}

impl Palette {
    /// By the variables of the environment.
    pub fn detect(variable: impl Fn(&str) -> Option<String>, is_ascii: bool) -> Self {
        let set = |name: &str| variable(name).unwrap_or_default();
        let term = set("TERM");
        let depth = if !set("NO_COLOR").is_empty() || term == "dumb" {
            Depth::None
        } else if ["truecolor", "24bit"].contains(&set("COLORTERM").as_str()) {
            Depth::True
        } else if ["256", "kitty", "ghostty", "alacritty", "foot"]
            .iter()
            .any(|name| term.contains(name))
        {
            Depth::Indexed
        } else {
            Depth::Sixteen
        };
        let symbols = match (is_ascii, term.as_str()) {
            (true, _) => Symbols::Ascii,
            // The console of the kernel has no braille in its font.
            (false, "linux") => Symbols::Blocks,
            (false, _) => Symbols::Braille,
        };
        // `15;0`: the colours of text and background, as some terminals set it.
        let colors = set("COLORFGBG");
        let background = colors.rsplit(';').next().unwrap_or_default();
        Self {
            depth,
            symbols,
            is_light: ["7", "15"].contains(&background),
        }
    }

    /// Whether only ASCII may be written.
    pub fn is_ascii(self) -> bool {
        self.symbols == Symbols::Ascii
    }

    /// A character, or its replacement in ASCII.
    pub fn glyph<'t>(self, symbol: &'t str, ascii: &'t str) -> &'t str {
        if self.is_ascii() { ascii } else { symbol }
    }

    fn color(self, ink: Tint) -> Color {
        let ink = if self.is_light {
            ink.mix(Tint(0, 0, 0), 38)
        } else {
            ink
        };
        match self.depth {
            Depth::None => Color::Reset,
            Depth::True => Color::Rgb(ink.0, ink.1, ink.2),
            Depth::Indexed => Color::Indexed(indexed(ink)),
            Depth::Sixteen => {
                let distance = |other: &Tint| {
                    let part = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
                    part(ink.0, other.0) + part(ink.1, other.1) + part(ink.2, other.2)
                };
                let nearest = SIXTEEN.iter().min_by_key(|(_, other)| distance(other));
                nearest.map_or(Color::Reset, |(color, _)| *color)
            }
        }
    }

    /// A colour for text and shapes.
    pub fn ink(self, ink: Tint) -> Style {
        Style::new().fg(self.color(ink))
    }

    /// The same, bold.
    pub fn bold(self, ink: Tint) -> Style {
        self.ink(ink).add_modifier(Modifier::BOLD)
    }

    /// Bold in the terminal's own colour.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is less important.
    pub fn quiet(self) -> Style {
        match self.depth {
            Depth::True | Depth::Indexed => self.ink(Tint(138, 144, 154)),
            _ => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// Frames and lines of a grid.
    pub fn frame(self) -> Style {
        let grey = if self.is_light { 255 } else { 92 };
        match self.depth {
            Depth::True | Depth::Indexed => self.ink(Tint(grey - 20, grey - 12, grey)),
            _ => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// A colour from afar: what may still come, and what was.
    pub fn faint(self, ink: Tint) -> Style {
        let back = if self.is_light { 255 } else { 18 };
        match self.depth {
            Depth::True => {
                let Tint(red, green, blue) = ink.mix(Tint(back, back, back), 72);
                Style::new().fg(Color::Rgb(red, green, blue))
            }
            Depth::Indexed => {
                Style::new().fg(Color::Indexed(if self.is_light { 252 } else { 238 }))
            }
            Depth::Sixteen => Style::new().fg(Color::DarkGray),
            Depth::None => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// A label in a box of this colour: the terminal's background is the colour of its text.
    pub fn chip(self, ink: Tint) -> Style {
        self.bold(ink).add_modifier(Modifier::REVERSED)
    }

    /// The colour of the same day at night.
    pub fn night(self, ink: Tint) -> Tint {
        match self.depth {
            Depth::True | Depth::Indexed => ink.mix(Tint(60, 66, 80), 45),
            _ => ink,
        }
    }

    /// From calm to alarm: `value` of what `limit` allows.
    pub fn level(self, value: i64, limit: i64) -> Tint {
        let share = value.max(0).saturating_mul(1000) / limit.max(1);
        let above = LEVELS.iter().position(|(from, _)| *from > share);
        let Some(above) = above else {
            return Tint::ALARM;
        };
        let below = LEVELS.get(above.saturating_sub(1));
        match (below, LEVELS.get(above)) {
            (Some((from, ink)), Some((to, next))) if self.depth == Depth::True => {
                let hundredths = (share - from) * 100 / (to - from);
                ink.mix(*next, u16::try_from(hundredths).unwrap_or(0))
            }
            (Some((_, ink)), _) => *ink,
            _ => Tint::GOOD,
        }
    }

    /// The lines of a frame.
    pub fn border(self) -> border::Set<'static> {
        match self.symbols {
            Symbols::Braille => border::ROUNDED,
            Symbols::Blocks => border::PLAIN,
            Symbols::Ascii => border::Set {
                top_left: "+",
                top_right: "+",
                bottom_left: "+",
                bottom_right: "+",
                vertical_left: "|",
                vertical_right: "|",
                horizontal_top: "-",
                horizontal_bottom: "-",
            },
        }
    }
}

/// The nearest of the palette of 256: its cube of six steps, or its greys.
fn indexed(Tint(red, green, blue): Tint) -> u8 {
    let (low, high) = (red.min(green).min(blue), red.max(green).max(blue));
    if high - low < 20 {
        return 232 + (high.saturating_sub(8) / 10).min(23);
    }
    let step = |part: u8| match part {
        0..48 => 0,
        48..115 => 1,
        _ => (part - 35) / 40,
    };
    16 + 36 * step(red) + 6 * step(green) + step(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(set: &[(&str, &str)]) -> Palette {
        let variable = |name: &str| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Palette::detect(variable, false)
    }

    #[test]
    fn the_environment_gives_the_depth() {
        for (set, depth) in [
            (&[("TERM", "xterm-256color")][..], Depth::Indexed),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                Depth::True,
            ),
            (
                &[("TERM", "xterm-256color"), ("NO_COLOR", "1")],
                Depth::None,
            ),
            (&[("TERM", "vt220")], Depth::Sixteen),
            (&[("TERM", "dumb")], Depth::None),
        ] {
            assert_eq!(detected(set).depth, depth, "{set:?}");
        }
        assert_eq!(detected(&[("TERM", "linux")]).symbols, Symbols::Blocks);
        assert!(detected(&[("COLORFGBG", "0;15")]).is_light);
        assert!(!detected(&[("COLORFGBG", "15;0")]).is_light);
        assert_eq!(Palette::detect(|_| None, true).symbols, Symbols::Ascii);
    }

    #[test]
    fn no_ink_is_white_or_black_and_no_background_is_painted() {
        let all = [
            Tint::ACCENT,
            Tint::GOOD,
            Tint::MILD,
            Tint::WARN,
            Tint::HOT,
            Tint::ALARM,
            Tint::OFF_PEAK,
            Tint::PEAK,
            Tint::BLUE,
            Tint::WHITE,
            Tint::RED,
            Tint::SUN,
            Tint::GREY,
        ];
        for depth in [Depth::None, Depth::Sixteen, Depth::Indexed, Depth::True] {
            for is_light in [false, true] {
                let palette = Palette {
                    depth,
                    is_light,
                    symbols: Symbols::Braille,
                };
                for ink in all {
                    for style in [
                        palette.ink(ink),
                        palette.bold(ink),
                        palette.faint(ink),
                        palette.chip(ink),
                    ] {
                        assert_eq!(style.bg, None);
                        assert!(![Some(Color::White), Some(Color::Black)].contains(&style.fg));
                    }
                }
            }
        }
    }

    #[test]
    fn the_level_goes_from_calm_to_alarm() {
        let palette = Palette {
            depth: Depth::True,
            symbols: Symbols::Braille,
            is_light: false,
        };
        assert_eq!(palette.level(0, 6000), Tint::GOOD);
        assert_eq!(palette.level(-5, 6000), Tint::GOOD);
        assert_eq!(palette.level(6000, 6000), Tint::ALARM);
        assert_eq!(palette.level(i64::MAX, 0), Tint::ALARM);
        assert_eq!(palette.level(4200, 6000), Tint::WARN);
        let few = Palette {
            depth: Depth::Sixteen,
            ..palette
        };
        assert_eq!(few.level(4000, 6000), Tint::MILD);
    }
}
