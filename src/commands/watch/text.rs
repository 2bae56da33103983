//! A screen as text: lines without colours, for `--once`, and the one sentence on leaving.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use super::panels::tariff;
use super::screen::WatchScreen;
use super::wall;
use crate::meter::Key;

/// The lines of a buffer, without the spaces at their ends.
pub fn lines(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut text = String::new();
    for y in area.y..area.bottom() {
        let cells = (area.x..area.right()).filter_map(|x| buffer.cell((x, y)));
        let line: String = cells.map(Cell::symbol).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// One frame of this size.
pub fn frame(screen: &mut WatchScreen, (width, height): (u16, u16), now: i64) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    screen.draw(&mut buffer, now);
    lines(&buffer)
}

/// `maison: 315 VA, 16.5 kWh today, off-peak until 06:00. Good night!`; nothing if nothing was seen.
pub fn goodbye(screen: &WatchScreen, now: i64) -> Option<String> {
    let scene = screen.scene(now)?;
    let (meter, words) = (scene.meter, scene.words);
    let mut seen = Vec::new();
    match meter.power_now() {
        Some((withdrawn, injected)) if injected > withdrawn => {
            seen.push(words.gives(&words.integer(injected)));
        }
        Some((withdrawn, _)) => seen.push(format!("{} VA", words.integer(withdrawn))),
        None => {}
    }
    if let Some(energy) = meter.int(Key::ENERGY_TODAY) {
        seen.push(words.energy_of_today(&words.kilowatt_hours(energy, 1)));
    }
    if let Some(next) = scene.plan().next() {
        let name = tariff::name_now(&scene).to_lowercase();
        seen.push(words.tariff_until(&name, &wall::clock(next.at)));
    }
    if seen.is_empty() {
        return None;
    }
    let wish = words.wish(wall::second(scene.clock()) / 3600);
    Some(words.goodbye(&meter.id, &seen.join(", "), wish))
}
