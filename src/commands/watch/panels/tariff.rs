//! The tariff: what counts now and until when, and the hours of today and tomorrow as two bands.
//!
//! The price is the height of a band as well as its colour, and the colour of a Tempo day is written.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::commands::watch::advice::advice;
use crate::commands::watch::canvas::Canvas;
use crate::commands::watch::palette::Tint;
use crate::commands::watch::plan::{Price, color_named};
use crate::commands::watch::scale;
use crate::commands::watch::scene::{Scene, color_ink};
use crate::commands::watch::wall;
use crate::meter::{Key, TariffPeriod};
use crate::tic::Mode;
use crate::tic::civil::DAY;

/// The widest that a band is drawn.
const BAND_MAX: u16 = 72;

/// Where the bands are.
#[derive(Clone, Copy)]
struct BandPlace {
    x: u16,
    width: u16,
}

/// Draws the panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, with_advice: bool) {
    let (words, palette) = (scene.words, scene.palette);
    let right = Line::from(scene.quiet(match contract_name(scene) {
        name if name.is_empty() => name,
        name => format!(" {name} "),
    }));
    let inside = canvas.panel(area, &words.title_tariff(), right, Line::default());
    let is_roomy = inside.height >= 9;
    let x = inside.x + 1;
    let mut y = inside.y + u16::from(is_roomy);
    let columns = inside.width.saturating_sub(2);
    let Some(now) = now_line(scene) else {
        canvas.put_within(x, y, columns, &words.tariff_unknown(), palette.quiet());
        return;
    };
    canvas.put_line(x, y, columns, &now);
    y += 1;
    canvas.put_line(x, y, columns, &next_line(scene, columns));
    y += 1 + u16::from(is_roomy || inside.height == 6);
    let days = if scene.plan().is_known() || scene.plan().is_tempo() {
        draw_days(canvas, (x, y), columns, inside, scene)
    } else {
        draw_seen(canvas, (x, y), columns, inside, scene)
    };
    if with_advice && let Some((sentence, ink)) = advice(scene) {
        let y = days + u16::from(days + 3 <= inside.bottom());
        let mark = scene.glyph("✦ ", "* ");
        let rest = Rect {
            x,
            y,
            width: columns,
            height: inside.bottom().saturating_sub(y),
        };
        canvas.put_words(rest, &format!("{mark}{sentence}"), palette.ink(ink));
    }
}

fn contract_name(scene: &Scene<'_>) -> String {
    let has_code = scene.meter.text(Key::MODE) == Mode::Historique.as_str();
    let kind = has_code.then(|| scene.meter.text(Key::CONTRACT_TYPE));
    scene
        .words
        .contract_name(scene.meter.text(Key::CONTRACT), kind)
}

/// The name of the period in force: ours, or that of the meter for an unusual contract. Empty if it is not known.
pub fn name_now(scene: &Scene<'_>) -> String {
    let named = scene.words.period_name(scene.meter.text(Key::TARIFF));
    if !named.is_empty() {
        return named.to_owned();
    }
    let label = scene.meter.text(Key::TARIFF_NAME).split_whitespace();
    label.collect::<Vec<_>>().join(" ")
}

/// What counts now: `● Heures creuses   BLANC`.
pub fn now_line(scene: &Scene<'_>) -> Option<Line<'static>> {
    let Scene {
        meter,
        words,
        palette,
        ..
    } = *scene;
    let name = name_now(scene);
    if name.is_empty() {
        return None;
    }
    let tint = scene.index_tint(meter.tariff_index());
    let color = color_named(meter.text(Key::COLOR_TODAY));
    let dot = color.map_or(tint, color_ink);
    let mut line = vec![
        scene.styled(scene.glyph("● ", "* "), palette.bold(dot)),
        scene.strong(name),
    ];
    if let Some(color) = color {
        line.push(scene.styled("  ", Style::new()));
        let name = words.color_name(meter.text(Key::COLOR_TODAY));
        line.push(scene.styled(format!(" {name} "), palette.chip(color_ink(color))));
    }
    Some(Line::from(line))
}

/// What comes next: `→ HP rouge 06:00 (7 h 58)`.
pub fn next_line(scene: &Scene<'_>, columns: u16) -> Line<'static> {
    let Scene { meter, words, .. } = *scene;
    let is_wide = columns > 34;
    let indent = if is_wide { "  " } else { "" };
    if let Some(next) = scene.plan().next() {
        let name = words.period_short(&next.word);
        let wait = u64::try_from(next.at - scene.clock()).unwrap_or(0);
        let arrow = scene.glyph("→", "->");
        let what = format!(
            "{indent}{arrow} {name}{}",
            if name.is_empty() { "" } else { " " }
        );
        let (before, after) = if is_wide {
            (words.comma_in(), String::new())
        } else {
            (" (".to_owned(), ")".to_owned())
        };
        return Line::from(vec![
            scene.quiet(what),
            scene.styled(wall::clock(next.at), Style::new()),
            scene.quiet(before),
            scene.strong(words.span(wait)),
            scene.quiet(after),
        ]);
    }
    if meter.text(Key::MODE) == Mode::Historique.as_str() {
        let text = if is_wide {
            words.no_hours_long()
        } else {
            words.no_hours()
        };
        return Line::from(scene.quiet(format!("{indent}{text}")));
    }
    Line::default()
}

/// Today and tomorrow, as planned. Returns the line after.
fn draw_days(
    canvas: &mut Canvas<'_>,
    (x, mut y): (u16, u16),
    columns: u16,
    inside: Rect,
    scene: &Scene<'_>,
) -> u16 {
    let (plan, words, palette) = (scene.plan(), scene.words, scene.palette);
    let label = if plan.is_tempo() { 14 } else { 6 };
    let place = BandPlace {
        x: x + label,
        width: columns.saturating_sub(label).min(BAND_MAX),
    };
    let days = [
        (words.today_short(), Style::new(), Key::COLOR_TODAY),
        (words.tomorrow_short(), palette.quiet(), Key::COLOR_TOMORROW),
    ];
    for (day, (name, style, color)) in (0..).zip(days) {
        if y + 1 >= inside.bottom() {
            break;
        }
        canvas.put(x, y, &name, style);
        if plan.is_tempo() {
            let word = scene.meter.text(color);
            let chip =
                color_named(word).map_or(palette.quiet(), |color| palette.chip(color_ink(color)));
            let name = words.color_name(word);
            canvas.put(x + 6, y, &format!("{name:^7}"), chip);
        }
        let start = plan.day(day);
        let length = plan.day(day + 1) - start;
        if plan.is_known() {
            draw_band(canvas, place, y, scene, |share| {
                let hour = plan.at(start + length * share / i64::from(u16::MAX))?;
                let tint = match (hour.period, hour.index) {
                    (Some(period), _) => scene.tint(Some(period)),
                    (None, Some(index)) => scene.index_tint(index),
                    (None, None) => Tint::GREY,
                };
                Some((hour.price, tint))
            });
        }
        if day == 0 && plan.is_known() {
            draw_now(canvas, place, y, scene, (scene.clock() - start, length));
        }
        y += 1 + u16::from(inside.height >= 11);
    }
    if plan.is_known() && y < inside.bottom() {
        let first = wall::second(plan.day(0)) / 3600;
        draw_hours(canvas, place, y, scene, first);
        y += 1;
    }
    y
}

/// What counted in the last day, where the meter does not send its hours. Returns the line after.
fn draw_seen(
    canvas: &mut Canvas<'_>,
    (x, y): (u16, u16),
    columns: u16,
    inside: Rect,
    scene: &Scene<'_>,
) -> u16 {
    let power = &scene.meter.power;
    if !power.has_day() || y + 1 >= inside.bottom() {
        return y;
    }
    let (plan, now) = (scene.plan(), scene.now);
    canvas.put(x, y, &scene.words.seen(), Style::new());
    let place = BandPlace {
        x: x + 6,
        width: columns.saturating_sub(6).min(BAND_MAX),
    };
    let midnight = wall::midnight(now, 0);
    draw_band(canvas, place, y, scene, |share| {
        let at = midnight + DAY * share / i64::from(u16::MAX);
        let index = power.tariff_at(if at > now { at - DAY } else { at })?;
        Some((plan.price_of(index), scene.index_tint(index)))
    });
    draw_now(canvas, place, y, scene, (now - midnight, DAY));
    draw_hours(canvas, place, y + 1, scene, 0);
    y + 2
}

/// `hour` gives the price and the colour at a share of the day, in parts of `u16::MAX`.
fn draw_band(
    canvas: &mut Canvas<'_>,
    place: BandPlace,
    y: u16,
    scene: &Scene<'_>,
    hour: impl Fn(i64) -> Option<(Price, Tint)>,
) {
    for column in 0..place.width {
        let middle = i64::from(column) * 2 + 1;
        let share = i64::from(u16::MAX) * middle / (i64::from(place.width) * 2);
        if let Some((price, tint)) = hour(share) {
            let glyph = band_glyph(price, scene);
            canvas.mark(place.x + column, y, glyph, scene.palette.ink(tint));
        }
    }
}

fn band_glyph(price: Price, scene: &Scene<'_>) -> &'static str {
    match (price, scene.palette.is_ascii()) {
        (Price::Low, false) => "▂",
        (Price::High, false) => "▆",
        (Price::Top, false) => "█",
        (Price::Low, true) => "_",
        (Price::High, true) => "=",
        (Price::Top, true) => "#",
    }
}

fn draw_now(
    canvas: &mut Canvas<'_>,
    place: BandPlace,
    y: u16,
    scene: &Scene<'_>,
    (at, day): (i64, i64),
) {
    let column = scale::part(at, day, place.width).min(place.width.saturating_sub(1));
    let glyph = scene.glyph("┃", "|");
    canvas.mark(place.x + column, y, glyph, scene.palette.strong());
}

/// The hours under the bands, the first of which is `first`.
fn draw_hours(canvas: &mut Canvas<'_>, place: BandPlace, y: u16, scene: &Scene<'_>, first: i64) {
    let step = if place.width >= 40 { 3 } else { 6 };
    for hour in (0..=24).step_by(step) {
        let text = match (first + hour) % 24 {
            0 if hour == 24 => "24".to_owned(),
            hour => hour.to_string(),
        };
        let length = u16::try_from(text.len()).unwrap_or(0);
        let column = scale::part(hour, 24, place.width);
        let back = match hour {
            0 => 0,
            24 => length,
            _ => length / 2,
        };
        let x = (place.x + column).saturating_sub(back);
        canvas.put(x, y, &text, scene.palette.quiet());
    }
}

/// The price and the colour of an index that counted in the past.
pub fn strip(scene: &Scene<'_>, index: u8) -> (&'static str, Tint) {
    let glyph = match (scene.plan().price_of(index), scene.palette.is_ascii()) {
        (Price::Low, false) => "▁",
        (Price::High, false) => "▃",
        (Price::Top, false) => "▅",
        (Price::Low, true) => "_",
        (Price::High, true) => "=",
        (Price::Top, true) => "#",
    };
    (glyph, scene.index_tint(index))
}

/// The symbol of each price, for the legend.
pub fn legend(scene: &Scene<'_>) -> [(&'static str, Option<TariffPeriod>); 3] {
    [
        (band_glyph(Price::Low, scene), Some(TariffPeriod::OffPeak)),
        (band_glyph(Price::High, scene), Some(TariffPeriod::Peak)),
        (band_glyph(Price::Top, scene), Some(TariffPeriod::EjpPeak)),
    ]
}
