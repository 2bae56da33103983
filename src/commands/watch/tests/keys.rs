//! What keys and clicks do.

use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use super::samples::{self, EVENING, PALETTE};
use crate::commands::watch::screen::{ScreenAction, WatchScreen};
use crate::commands::watch::text;
use crate::config::Language;
use crate::dbus::News;
use crate::meter::{Key, Value};

pub fn press(screen: &mut WatchScreen, code: KeyCode) -> ScreenAction {
    let key = KeyEvent::new(code, KeyModifiers::NONE);
    screen.on_input(&Event::Key(key), EVENING)
}

fn control(screen: &mut WatchScreen, letter: char) -> ScreenAction {
    let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    screen.on_input(&Event::Key(key), EVENING)
}

fn click(screen: &mut WatchScreen, column: u16, row: u16) -> ScreenAction {
    let mouse = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row,
        modifiers: KeyModifiers::NONE,
    };
    screen.on_input(&Event::Mouse(mouse), EVENING)
}

fn frame(screen: &mut WatchScreen) -> String {
    text::frame(screen, (80, 24), EVENING)
}

fn three() -> WatchScreen {
    samples::three(Language::English, PALETTE, "maison", EVENING)
}

fn shown(screen: &WatchScreen) -> &str {
    &screen.meter().unwrap().id
}

#[test]
fn tab_arrows_and_digits_choose_the_meter() {
    let mut screen = three();
    for (code, expected) in [
        (KeyCode::Tab, "solaire"),
        (KeyCode::Right, "grange"),
        (KeyCode::Left, "solaire"),
        (KeyCode::BackTab, "maison"),
        (KeyCode::Char('1'), "grange"),
        (KeyCode::Char('9'), "grange"),
        (KeyCode::Char('0'), "grange"),
    ] {
        press(&mut screen, code);
        assert_eq!(shown(&screen), expected, "{code:?}");
    }
    let mut empty = WatchScreen::new(Language::English, PALETTE);
    assert_eq!(press(&mut empty, KeyCode::Tab), ScreenAction::Draw);
    assert_eq!(press(&mut empty, KeyCode::Left), ScreenAction::Draw);
}

#[test]
fn escape_closes_what_is_open_before_it_leaves() {
    let mut screen = three();
    press(&mut screen, KeyCode::Char('e'));
    press(&mut screen, KeyCode::Char('?'));
    assert!(frame(&mut screen).contains(" Help "));
    assert_eq!(press(&mut screen, KeyCode::Esc), ScreenAction::Draw);
    assert!(!frame(&mut screen).contains(" Help ") && !frame(&mut screen).contains(" Energy "));
    assert_eq!(press(&mut screen, KeyCode::Esc), ScreenAction::Draw);
    assert!(frame(&mut screen).contains(" Energy "));
    assert_eq!(press(&mut screen, KeyCode::Esc), ScreenAction::Quit);
    assert_eq!(press(&mut screen, KeyCode::Char('q')), ScreenAction::Quit);
    assert_eq!(control(&mut screen, 'c'), ScreenAction::Quit);
    assert_eq!(control(&mut screen, 'l'), ScreenAction::DrawAnew);
    assert_eq!(control(&mut screen, 'z'), ScreenAction::Suspend);
    assert_eq!(control(&mut screen, 'q'), ScreenAction::Nothing);
    assert_eq!(
        press(&mut screen, KeyCode::Char('x')),
        ScreenAction::Nothing
    );
}

#[test]
fn a_frozen_screen_stands_while_the_meter_goes_on() {
    let mut screen = three();
    let before = frame(&mut screen);
    press(&mut screen, KeyCode::Char(' '));
    let news = |power| {
        News::Values(
            "maison".into(),
            vec![(Key::APPARENT_POWER, Some(Value::Int(power)))],
        )
    };
    screen.apply(news(77), EVENING);
    assert!(!screen.tick(EVENING + 1));
    let frozen = text::frame(&mut screen, (80, 24), EVENING + 60);
    assert_eq!(frozen.replace("go on", "freeze"), before);
    press(&mut screen, KeyCode::Char(' '));
    assert!(screen.tick(EVENING + 2));
    assert!(frame(&mut screen).contains("1% of 6 kVA"));
}

#[test]
fn range_symbols_and_language_have_their_keys() {
    let mut screen = three();
    press(&mut screen, KeyCode::Char('t'));
    assert!(frame(&mut screen).contains("t 15 min"));
    press(&mut screen, KeyCode::Char('l'));
    assert!(frame(&mut screen).contains("Puissance"));
    press(&mut screen, KeyCode::Char('s'));
    assert!(!frame(&mut screen).contains('⣿') && !frame(&mut screen).is_ascii());
    press(&mut screen, KeyCode::Char('s'));
    assert!(frame(&mut screen).is_ascii());
    press(&mut screen, KeyCode::Char('s'));
    assert!(frame(&mut screen).contains('⣿'));
}

#[test]
fn a_click_chooses_a_meter_the_range_or_the_plot() {
    let mut screen = three();
    assert_eq!(
        click(&mut screen, 12, 0),
        ScreenAction::Nothing,
        "nothing is drawn yet"
    );
    let first = frame(&mut screen).lines().next().unwrap().to_owned();
    let column = |text: &str| u16::try_from(first.find(text).unwrap()).unwrap();
    assert_eq!(click(&mut screen, column("solaire"), 0), ScreenAction::Draw);
    assert_eq!(shown(&screen), "solaire");
    assert_eq!(click(&mut screen, 70, 9), ScreenAction::Draw);
    assert!(frame(&mut screen).contains("t 15 min"));
    click(&mut screen, 30, 12);
    assert!(!frame(&mut screen).contains(" Energy "));
    click(&mut screen, 30, 12);
    assert!(frame(&mut screen).contains(" Energy "));
    assert_eq!(click(&mut screen, 3, 3), ScreenAction::Nothing);
    press(&mut screen, KeyCode::Char('?'));
    click(&mut screen, 3, 3);
    assert!(!frame(&mut screen).contains(" Help "));
}
