//! The screen: which meter and range are shown, what lies above, and what each key does.
//!
//! Input: news, keys, the time. Output: a buffer. It has no terminal: the live one, `--once` and the tests draw with the
//! same code.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent, MouseEventKind,
};
use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::layout;
use super::model::{MeterView, WatchModel};
use super::palette::{Depth, Palette};
use super::panels::header::TabColumns;
use super::panels::{footer, header, help};
use super::power_history::PlotRange;
use super::scene::Scene;
use crate::config::Language;
use crate::dbus::News;
use crate::words::Words;

/// What follows from a key or a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScreenAction {
    /// Nothing is to be drawn.
    Nothing,
    /// The screen is another.
    Draw,
    /// The terminal may show something else: draw all of it.
    DrawAnew,
    /// Stop this process until the shell goes on with it.
    Suspend,
    /// Leave.
    Quit,
}

/// See the module.
pub struct WatchScreen {
    model: WatchModel,
    /// What was known, and when, when it was frozen.
    frozen: Option<(WatchModel, i64)>,
    language: Language,
    palette: Palette,
    range: PlotRange,
    shown: usize,
    is_once: bool,
    has_help: bool,
    is_expanded: bool,
    tabs: Vec<TabColumns>,
    plot: Rect,
}

impl WatchScreen {
    /// A screen on which nothing is known yet.
    pub fn new(language: Language, palette: Palette) -> Self {
        Self {
            model: WatchModel::default(),
            frozen: None,
            language,
            palette,
            range: PlotRange::default(),
            shown: 0,
            is_once: false,
            has_help: false,
            is_expanded: false,
            tabs: Vec::new(),
            plot: Rect::default(),
        }
    }

    /// Shows this range.
    pub fn show_range(&mut self, range: PlotRange) {
        self.range = range;
    }

    /// Shows a single frame, and waits for nothing.
    pub fn show_once(&mut self) {
        self.is_once = true;
    }

    /// Shows the meter with this id, once it is there.
    pub fn show_meter(&mut self, id: &str) -> bool {
        let place = self.model.meters.iter().position(|meter| meter.id == id);
        self.shown = place.unwrap_or(self.shown);
        place.is_some()
    }

    /// The colours of the terminal.
    pub fn depth(&self) -> Depth {
        self.palette.depth
    }

    /// The background of the terminal is light.
    pub fn set_light(&mut self) {
        self.palette.is_light = true;
    }

    /// What is known.
    pub fn model(&self) -> &WatchModel {
        &self.model
    }

    /// The words, in ASCII if the symbols are.
    pub fn words(&self) -> Words {
        Words::new(self.language, self.palette.is_ascii())
    }

    /// Takes news.
    pub fn apply(&mut self, news: News, now: i64) {
        self.model.apply(news, now);
        if self.shown >= self.model.meters.len() {
            self.shown = 0;
        }
    }

    /// A second has gone by. Returns whether the screen is another.
    pub fn tick(&mut self, now: i64) -> bool {
        self.model.tick(now);
        self.frozen.is_none()
    }

    /// The meter that is shown.
    pub fn meter(&self) -> Option<&MeterView> {
        self.model.meters.get(self.shown)
    }

    /// A scene of the meter that is shown, if there is one.
    pub fn scene(&self, now: i64) -> Option<Scene<'_>> {
        Some(self.scene_of_meter(self.meter()?, now))
    }

    /// A scene of any meter.
    pub fn scene_of_meter<'a>(&'a self, meter: &'a MeterView, now: i64) -> Scene<'a> {
        self.scene_of(&self.model, meter, now)
    }

    fn scene_of<'a>(&self, model: &'a WatchModel, meter: &'a MeterView, now: i64) -> Scene<'a> {
        Scene {
            model,
            meter,
            words: self.words(),
            palette: self.palette,
            now,
            range: self.range,
            is_once: self.is_once,
        }
    }

    /// Draws all of it.
    pub fn draw(&mut self, buffer: &mut Buffer, now: i64) {
        let (model, now) = match &self.frozen {
            Some((model, then)) => (model, *then),
            None => (&self.model, now),
        };
        let nobody = MeterView::new("");
        let meter = model.meters.get(self.shown).unwrap_or(&nobody);
        let scene = self.scene_of(model, meter, now);
        let mut canvas = Canvas::new(buffer, self.palette);
        let area = canvas.area();
        let is_frozen = self.frozen.is_some();
        let (mut tabs, mut plot) = (Vec::new(), Rect::default());
        if layout::is_narrow(area) {
            layout::draw_narrow(&mut canvas, area, &scene);
        } else {
            tabs = header::draw(&mut canvas, area, &scene, is_frozen);
            footer::draw(&mut canvas, area, &scene, is_frozen);
            let body = Rect {
                y: area.y + 1,
                height: area.height - 2,
                ..area
            };
            plot = layout::draw(&mut canvas, body, &scene, self.is_expanded);
        }
        if self.has_help {
            help::draw(&mut canvas, area, &scene);
        }
        canvas.finish();
        (self.tabs, self.plot) = (tabs, plot);
    }

    /// Takes a key, a click or a change of the terminal's size.
    pub fn on_input(&mut self, event: &Event, now: i64) -> ScreenAction {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.on_key(key, now),
            Event::Mouse(mouse) => self.on_mouse(mouse),
            Event::Resize(..) => ScreenAction::Draw,
            _ => ScreenAction::Nothing,
        }
    }

    fn on_key(&mut self, key: &KeyEvent, now: i64) -> ScreenAction {
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match (key.code, is_control) {
            (KeyCode::Char('c' | 'd'), true) => return ScreenAction::Quit,
            (KeyCode::Char('l'), true) => return ScreenAction::DrawAnew,
            (KeyCode::Char('z'), true) => return ScreenAction::Suspend,
            (_, true) => return ScreenAction::Nothing,
            (KeyCode::Char('q'), _) => return ScreenAction::Quit,
            (KeyCode::Esc, _) if self.has_help => self.has_help = false,
            (KeyCode::Esc, _) if self.is_expanded => self.is_expanded = false,
            (KeyCode::Esc, _) => return ScreenAction::Quit,
            (KeyCode::Char('?' | 'h') | KeyCode::F(1), _) => self.has_help = !self.has_help,
            (KeyCode::Char('t'), _) => self.range = self.range.other(),
            (KeyCode::Char('e') | KeyCode::Enter, _) => self.is_expanded = !self.is_expanded,
            (KeyCode::Char('s'), _) => self.palette.symbols = self.palette.symbols.next(),
            (KeyCode::Char(' '), _) => {
                let frozen = self.frozen.take();
                self.frozen = frozen.is_none().then(|| (self.model.clone(), now));
            }
            (KeyCode::Char('l'), _) => {
                self.language = match self.language {
                    Language::French => Language::English,
                    Language::English => Language::French,
                };
            }
            (KeyCode::Tab | KeyCode::Right, _) => self.step(1),
            (KeyCode::BackTab | KeyCode::Left, _) => {
                self.step(self.model.meters.len().saturating_sub(1));
            }
            (KeyCode::Char(digit), _) => {
                match digit.to_digit(10).and_then(|digit| digit.checked_sub(1)) {
                    Some(place) => self.show(usize::try_from(place).unwrap_or(usize::MAX)),
                    None => return ScreenAction::Nothing,
                }
            }
            _ => return ScreenAction::Nothing,
        }
        ScreenAction::Draw
    }

    fn on_mouse(&mut self, mouse: &MouseEvent) -> ScreenAction {
        if !matches!(mouse.kind, MouseEventKind::Down(_)) {
            return ScreenAction::Nothing;
        }
        let tab = self.tabs.iter().position(|tab| tab.contains(&mouse.column));
        match tab {
            Some(place) if mouse.row == 0 => self.show(place),
            _ if self.has_help => self.has_help = false,
            _ if !self.plot.contains((mouse.column, mouse.row).into()) => {
                return ScreenAction::Nothing;
            }
            _ if mouse.row == self.plot.y => self.range = self.range.other(),
            _ => self.is_expanded = !self.is_expanded,
        }
        ScreenAction::Draw
    }

    fn step(&mut self, by: usize) {
        let count = self.model.meters.len().max(1);
        self.shown = (self.shown + by) % count;
    }

    fn show(&mut self, place: usize) {
        if place < self.model.meters.len() {
            self.shown = place;
        }
    }
}
