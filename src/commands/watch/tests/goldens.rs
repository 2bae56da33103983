//! Every size and state in both languages, as text. `UPDATE_GOLDEN=1 cargo test --lib commands::watch` writes them anew.

use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;

use super::keys::press;
use super::samples::{self, EVENING, NOON, PALETTE};
use crate::commands::watch::palette::{Depth, Palette, Symbols};
use crate::commands::watch::power_history::PlotRange;
use crate::commands::watch::screen::WatchScreen;
use crate::commands::watch::text;
use crate::config::Language;
use crate::dbus::{Error, News};

const LANGUAGES: [Language; 2] = [Language::French, Language::English];

fn assert_is_kept(name: &str, screen: &mut WatchScreen, size: (u16, u16), now: i64) {
    let frame = text::frame(screen, size, now);
    let language = screen.words().language().as_str();
    assert_is_kept_text(&format!("{name}.{language}.txt"), &frame);
}

fn assert_is_kept_text(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/watch")
        .join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, kept,
        "{file} is another: UPDATE_GOLDEN=1 cargo test --lib commands::watch"
    );
}

fn with_symbols(symbols: Symbols) -> Palette {
    Palette { symbols, ..PALETTE }
}

#[test]
fn every_size_is_kept() {
    for language in LANGUAGES {
        for (width, height) in [(80, 24), (120, 40), (200, 60), (60, 16), (36, 8), (36, 1)] {
            let mut screen = samples::three(language, PALETTE, "maison", EVENING);
            if width >= 120 {
                screen.show_range(PlotRange::Day);
            }
            let name = format!("size-{width}x{height}");
            assert_is_kept(&name, &mut screen, (width, height), EVENING);
        }
    }
}

#[test]
fn every_kind_of_meter_is_kept() {
    for language in LANGUAGES {
        let mut screen = samples::three(language, PALETTE, "solaire", NOON);
        screen.show_range(PlotRange::Day);
        assert_is_kept("producer-80x24", &mut screen, (80, 24), NOON);
        assert_is_kept("producer-120x40", &mut screen, (120, 40), NOON);
        let mut screen = samples::three(language, PALETTE, "grange", EVENING);
        screen.show_range(PlotRange::Day);
        assert_is_kept("historique-80x24", &mut screen, (80, 24), EVENING);
    }
}

#[test]
fn every_set_of_symbols_is_kept() {
    for language in LANGUAGES {
        for (name, symbols) in [("blocks", Symbols::Blocks), ("ascii", Symbols::Ascii)] {
            let mut screen = samples::three(language, with_symbols(symbols), "maison", EVENING);
            screen.show_range(PlotRange::Day);
            assert_is_kept(&format!("{name}-80x24"), &mut screen, (80, 24), EVENING);
            assert_is_kept(&format!("{name}-120x40"), &mut screen, (120, 40), EVENING);
        }
    }
}

#[test]
fn in_ascii_all_is_ascii() {
    for language in LANGUAGES {
        for (id, now) in [("maison", EVENING), ("solaire", NOON), ("grange", EVENING)] {
            for size in [(80, 24), (120, 40), (200, 60), (60, 16), (36, 8)] {
                let mut screen = samples::three(language, with_symbols(Symbols::Ascii), id, now);
                assert!(text::frame(&mut screen, size, now).is_ascii());
            }
        }
    }
}

/// What a screen may show instead of a meter that is received, each by its name.
fn states(language: Language) -> Vec<(&'static str, WatchScreen)> {
    let with = |meter| samples::screen(language, PALETTE, vec![meter], EVENING);
    let mut silent = with(samples::maison());
    let news = News::Everything(samples::overview("refused"), vec![samples::maison_silent()]);
    silent.apply(news, EVENING);
    let mut states = vec![
        ("over", with(samples::maison_over())),
        ("silent", silent),
        ("begun", with(samples::bare("main", &[]))),
        (
            "no-meter",
            samples::screen(language, PALETTE, Vec::new(), EVENING),
        ),
        ("connecting", WatchScreen::new(language, PALETTE)),
    ];
    for (name, error) in [
        ("no-daemon", Error::NotRunning),
        ("refused", Error::CallDenied("policy".into())),
        ("lost", Error::Lost),
        (
            "no-bus",
            Error::NoBus {
                bus: "the system bus".into(),
                cause: "gone".into(),
            },
        ),
    ] {
        let mut screen = with(samples::maison());
        screen.apply(News::Unavailable(error), EVENING);
        states.push((name, screen));
    }
    states
}

#[test]
fn every_state_is_kept() {
    for language in LANGUAGES {
        for (name, mut screen) in states(language) {
            for (width, height) in [(80, 24), (120, 40), (60, 16), (36, 8)] {
                let name = format!("{name}-{width}x{height}");
                assert_is_kept(&name, &mut screen, (width, height), EVENING);
            }
        }
    }
}

#[test]
fn a_single_frame_promises_no_other() {
    for language in LANGUAGES {
        for (name, mut screen) in states(language) {
            screen.show_once();
            let is_obstacle = screen.model().obstacle.is_some() || screen.model().meters.is_empty();
            for size in [(80, 24), (36, 8)] {
                let frame = text::frame(&mut screen, size, EVENING);
                let promises = ["I wait", "Waiting", "J'attends"].map(|word| frame.contains(word));
                assert_eq!(promises, [false; 3], "{name}: {frame}");
                let is_named = frame.contains("--once");
                assert_eq!(is_named, is_obstacle && size.1 == 24, "{name}: {frame}");
            }
        }
    }
}

#[test]
fn what_keys_open_is_kept() {
    for language in LANGUAGES {
        for (name, key) in [("help", '?'), ("expanded", 'e'), ("frozen", ' ')] {
            let mut screen = samples::three(language, PALETTE, "maison", EVENING);
            press(&mut screen, KeyCode::Char(key));
            for (width, height) in [(80, 24), (120, 40), (60, 16)] {
                let name = format!("{name}-{width}x{height}");
                assert_is_kept(&name, &mut screen, (width, height), EVENING);
            }
        }
    }
}

/// The colours of a screen, a line for each line: where each begins, and which it is.
fn colours(screen: &mut WatchScreen, (width, height): (u16, u16)) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    screen.draw(&mut buffer, EVENING);
    let mut text = String::new();
    for row in 0..height {
        let mut last = None;
        for column in 0..width {
            let style = buffer.cell((column, row)).unwrap().style();
            if last.replace(style) != Some(style) {
                let (ink, paper) = (style.fg.unwrap(), style.bg.unwrap());
                let weight = style.add_modifier;
                text.push_str(&format!("{column}:{ink}/{paper}{weight:?} "));
            }
        }
        text.push('\n');
    }
    text.replace("Modifier(0x0)", "")
}

#[test]
fn every_depth_of_colour_is_kept() {
    for (name, depth) in [
        ("true", Depth::True),
        ("256", Depth::Indexed),
        ("16", Depth::Sixteen),
        ("none", Depth::None),
    ] {
        let palette = Palette { depth, ..PALETTE };
        let mut screen = samples::three(Language::French, palette, "maison", EVENING);
        let text = colours(&mut screen, (80, 24));
        assert_is_kept_text(&format!("colours-{name}-80x24.txt"), &text);
    }
}

/// Nothing is carried by a colour alone: without any, the text is the same.
#[test]
fn without_colours_the_text_is_nearly_the_same() {
    let colored = Palette {
        depth: Depth::True,
        ..PALETTE
    };
    let frame = |palette| {
        let mut screen = samples::three(Language::French, palette, "maison", EVENING);
        text::frame(&mut screen, (120, 40), EVENING)
    };
    // The rest of a gauge is shaded where it cannot be faint.
    let shaded = |frame: String| {
        frame.replace(
            ['█', '░', '━', '─', '╸', '▎', '▏', '▍', '▌', '▋', '▊', '▉'],
            " ",
        )
    };
    assert_eq!(shaded(frame(colored)), shaded(frame(PALETTE)));
}

#[test]
fn no_size_of_a_terminal_is_too_small_or_too_odd() {
    for symbols in [Symbols::Braille, Symbols::Blocks, Symbols::Ascii] {
        for (id, now) in [("maison", EVENING), ("solaire", NOON), ("grange", EVENING)] {
            let mut screen = samples::three(Language::French, with_symbols(symbols), id, now);
            for width in (1..130).step_by(7).chain([39, 40, 75, 76, 99, 100, 300]) {
                for height in [1, 2, 3, 9, 10, 11, 13, 15, 17, 22, 29, 30, 33, 51, 52, 90] {
                    let frame = text::frame(&mut screen, (width, height), now);
                    assert_eq!(frame.lines().count(), usize::from(height));
                }
            }
        }
    }
}

#[test]
fn the_last_line_is_a_goodbye() {
    let mut screen = samples::three(Language::French, PALETTE, "maison", EVENING);
    assert_eq!(
        text::goodbye(&screen, EVENING)
            .unwrap()
            .replace(['\u{202f}', '\u{a0}'], " "),
        "maison : 3 208 VA, 16,3 kWh aujourd'hui, heures creuses jusqu'à 06:00. Bonne nuit !"
    );
    screen.show_meter("solaire");
    let english = samples::three(Language::English, PALETTE, "solaire", NOON);
    assert_eq!(
        text::goodbye(&english, NOON).unwrap(),
        "solaire: gives 3,139 VA, 6.7 kWh today, peak hours until 22:30. Have a nice day!"
    );
    assert_eq!(
        text::goodbye(&WatchScreen::new(Language::English, PALETTE), NOON),
        None
    );
}
