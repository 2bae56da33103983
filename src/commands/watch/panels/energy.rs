//! The energy of today by tariff, beside yesterday, and by the hour where there is room.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::commands::watch::bars::{self, BarPlace};
use crate::commands::watch::canvas::{Canvas, width};
use crate::commands::watch::palette::Tint;
use crate::commands::watch::scale;
use crate::commands::watch::scene::Scene;
use crate::commands::watch::today::{CountedSince, TodayEnergy};
use crate::commands::watch::wall;
use crate::meter::Key;

/// From this many lines on the hours are drawn.
const LINES_WITH_HOURS: u16 = 10;
/// Indexes that are listed above the hours.
const ROWS_WITH_HOURS: usize = 4;
/// The columns before and after the bar of an index.
const BEFORE_BAR: u16 = 12;
const AFTER_BAR: u16 = 10;
/// Less than this is no difference worth a word, in Wh.
const DIFFERENCE_MIN: i64 = 50;

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let words = scene.words;
    let title = words.title_energy();
    let right = match scene.meter.int(Key::ENERGY) {
        Some(energy) => {
            let energy = words.kilowatt_hours(energy, 3);
            let long = words.index_shown(&energy);
            let fits = width(&title) + width(&long) + 6 <= area.width;
            if fits { long } else { format!(" {energy} ") }
        }
        None => String::new(),
    };
    let right = Line::from(scene.quiet(right));
    let inside = canvas.panel(area, &title, right, Line::default());
    if inside.height < 2 {
        return;
    }
    let columns = inside.width.saturating_sub(2);
    canvas.put_line(inside.x + 1, inside.y, columns, &total_line(scene, columns));
    let has_hours = inside.height >= LINES_WITH_HOURS;
    let y = draw_rows(canvas, inside, scene, has_hours);
    let y = y + u16::from(inside.height >= LINES_WITH_HOURS + 2);
    if has_hours && inside.bottom().saturating_sub(y) >= 4 && scene.meter.energy.is_known() {
        let hours = Rect {
            x: inside.x + 1,
            y,
            width: columns,
            height: inside.bottom() - y,
        };
        draw_hours(canvas, hours, scene);
    }
}

/// `Today 16.3 kWh  ▲ 1.2 kWh more than yesterday`, at the same time of day.
fn total_line(scene: &Scene<'_>, columns: u16) -> Line<'static> {
    let (meter, words, palette) = (scene.meter, scene.words, scene.palette);
    let Some(counted) = TodayEnergy::of(meter, scene.now) else {
        return Line::from(scene.quiet(words.today_unknown()));
    };
    let is_wide = columns > 46;
    let (since, today) = (counted.since, counted.total);
    let mut line = vec![
        scene.quiet(match since {
            CountedSince::Midnight => words.today(),
            CountedSince::Hour(hour) => words.since_hour(&wall::clock(hour)),
            CountedSince::Opening => words.since_opening(),
        }),
        scene.styled(words.kilowatt_hours(today, 1), palette.bold(Tint::ACCENT)),
    ];
    if since != CountedSince::Midnight {
        return Line::from(line);
    }
    let compared = compared(scene, today, is_wide);
    let room = usize::from(columns);
    if Line::from(line.clone()).width() + Line::from(compared.clone()).width() <= room {
        line.extend(compared);
    }
    Line::from(line)
}

/// Beside yesterday at the same time of day; the whole of yesterday where that is not known.
fn compared(scene: &Scene<'_>, today: i64, is_wide: bool) -> Vec<Span<'static>> {
    let (meter, words) = (scene.meter, scene.words);
    let Some(yesterday) = meter.energy.yesterday_until(scene.now) else {
        let whole = meter.int(Key::ENERGY_YESTERDAY);
        let text = whole.map(|energy| words.all_yesterday(&words.kilowatt_hours(energy, 1)));
        return text.map(|text| scene.quiet(text)).into_iter().collect();
    };
    let difference = (today - yesterday).abs();
    if difference < DIFFERENCE_MIN {
        return vec![scene.quiet(words.as_yesterday())];
    }
    let is_more = today > yesterday;
    let (arrow, ink) = if is_more {
        (scene.glyph("▲", "+"), Tint::HOT)
    } else {
        (scene.glyph("▼", "-"), Tint::GOOD)
    };
    let amount = if is_wide {
        words.kilowatt_hours(difference, 1)
    } else {
        words.thousandths(difference, 1)
    };
    vec![
        scene.colored(format!("  {arrow} {amount}"), ink),
        scene.quiet(match (is_wide, is_more) {
            (true, true) => words.more_than_yesterday(),
            (true, false) => words.less_than_yesterday(),
            (false, _) => words.against_yesterday(),
        }),
    ]
}

/// The indexes that counted today, and the one that counts now. Returns the line after.
fn draw_rows(canvas: &mut Canvas<'_>, inside: Rect, scene: &Scene<'_>, has_hours: bool) -> u16 {
    let (meter, words, palette) = (scene.meter, scene.words, scene.palette);
    let Some(today) = TodayEnergy::of(meter, scene.now) else {
        return inside.y + 1;
    };
    let current = meter.tariff_index();
    let injected = today.injected;
    let energies = today.indexes.iter().map(|(_, energy)| *energy);
    let most = energies.chain(injected).max().unwrap_or(0).max(1);
    let limit = if has_hours {
        ROWS_WITH_HOURS
    } else {
        today.indexes.len()
    };
    let x = inside.x + 1;
    let bar = |y| BarPlace {
        x: x + BEFORE_BAR,
        y,
        width: inside.width.saturating_sub(2 + BEFORE_BAR + AFTER_BAR),
    };
    let mut y = inside.y + 1;
    for (index, energy) in today.indexes.into_iter().take(limit) {
        if y >= inside.bottom() {
            return y;
        }
        let (mark, style) = if index == current {
            (scene.glyph("▸", ">"), palette.strong())
        } else {
            (" ", Style::new())
        };
        canvas.put(x, y, mark, palette.bold(Tint::ACCENT));
        canvas.put_within(x + 2, y, BEFORE_BAR - 3, &scene.index_name(index), style);
        bars::thin(
            canvas,
            bar(y),
            (energy, most),
            palette,
            scene.index_tint(index),
        );
        canvas.put_right(
            inside.right() - 1,
            y,
            &words.kilowatt_hours(energy, 1),
            Style::new(),
        );
        y += 1;
    }
    if let (Some(energy), true) = (injected, y < inside.bottom()) {
        let style = palette.bold(Tint::SUN);
        canvas.put_within(x + 2, y, BEFORE_BAR - 3, &words.injected_energy(), style);
        bars::thin(canvas, bar(y), (energy, most), palette, Tint::SUN);
        canvas.put_right(
            inside.right() - 1,
            y,
            &words.kilowatt_hours(energy, 1),
            style,
        );
        y += 1;
    }
    y
}

/// The energy of each hour of today, yesterday's faint beside it.
fn draw_hours(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    const MARGIN: u16 = 6;
    let (energy, words, palette) = (&scene.meter.energy, scene.words, scene.palette);
    let pitch = (area.width.saturating_sub(MARGIN) / 24).clamp(1, 4);
    let height = area.height - 1;
    let starts = [-1, 0].map(|day| wall::midnight(scene.now, day));
    let of = |start: i64, hour: i64| {
        let (from, to) = (start + hour * 3600, start + (hour + 1) * 3600);
        (energy.withdrawn(from, to), energy.injected(from, to))
    };
    let all = (0..24).flat_map(|hour| starts.map(|start| of(start, hour)));
    let most = all
        .map(|(withdrawn, injected)| withdrawn.max(injected))
        .max()
        .unwrap_or(0)
        .max(100);
    for hour in 0..24_i64 {
        let offset = u16::try_from(hour).unwrap_or(0) * pitch;
        let x = area.x + MARGIN + offset;
        let [yesterday, today] = starts.map(|start| of(start, hour));
        let bar = |x, columns, value| HourBar {
            x,
            columns,
            eighths: scale::part(value, most, height * 8).max(u16::from(value > 0)),
        };
        if pitch > 1 {
            let ghost = bar(x, pitch - u16::from(pitch > 2), yesterday.0);
            draw_hour(canvas, area, &ghost, scene, palette.faint(Tint::GREY), true);
        }
        let (value, ink) = if today.1 > today.0 {
            (today.1, Tint::SUN)
        } else {
            let from = starts.last().copied().unwrap_or(0) + hour * 3600;
            let index = energy.main_index(from, from + 3600).unwrap_or(0);
            (today.0, scene.index_tint(index))
        };
        let columns = if pitch == 2 {
            1
        } else {
            pitch - u16::from(pitch > 2)
        };
        draw_hour(
            canvas,
            area,
            &bar(x, columns, value),
            scene,
            palette.ink(ink),
            false,
        );
    }
    let right = area.x + MARGIN - 1;
    canvas.put_right(right, area.y, &words.thousandths(most, 1), palette.quiet());
    canvas.put_right(right, area.y + 1, "kWh", palette.quiet());
    let step = if pitch >= 2 { 3 } else { 6 };
    for hour in (0..24).step_by(step) {
        let x = area.x + MARGIN + hour * pitch;
        canvas.put(x, area.bottom() - 1, &format!("{hour} h"), palette.quiet());
    }
}

/// The bar of an hour.
struct HourBar {
    x: u16,
    columns: u16,
    eighths: u16,
}

fn draw_hour(
    canvas: &mut Canvas<'_>,
    area: Rect,
    bar: &HourBar,
    scene: &Scene<'_>,
    style: Style,
    is_ghost: bool,
) {
    const LEVELS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
    for row in 0..area.height - 1 {
        let filled = bar.eighths.saturating_sub(row * 8).min(8);
        let Some(glyph) = LEVELS.get(usize::from(filled).wrapping_sub(1)) else {
            return;
        };
        let glyph = scene.glyph(glyph, if is_ghost { "." } else { "#" });
        for x in bar.x..bar.x + bar.columns {
            canvas.mark(x, area.bottom() - 2 - row, glyph, style);
        }
    }
}
