//! The plot of the power, fifteen minutes or a day, with the tariff under it.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::tariff;
use crate::commands::watch::canvas::{Canvas, width};
use crate::commands::watch::palette::Tint;
use crate::commands::watch::plot::{self, PlotScale};
use crate::commands::watch::power_history::PlotRange;
use crate::commands::watch::scale;
use crate::commands::watch::scene::Scene;
use crate::commands::watch::wall;
use crate::tic::civil::DAY;

/// The columns left of the plot.
const MARGIN: u16 = 6;
/// From this many lines on the tariff is drawn under the plot.
const LINES_WITH_STRIP: u16 = 8;
/// The distances of the hours under the plot, in seconds.
const TIME_STEPS: [i64; 10] = [60, 120, 180, 300, 600, 3600, 7200, 10_800, 14_400, 21_600];
/// The least columns between them.
const TIME_GAP: i64 = 9;
/// With fewer columns than this the plot has only begun.
const COLUMNS_BEGUN: usize = 4;

/// Draws the panel; `bottom` is a line for its frame.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, bottom: Line<'_>) {
    let inside = canvas.panel(area, &scene.words.title_history(), ranges(scene), bottom);
    if inside.height < 3 || inside.width < 24 {
        return;
    }
    let has_strip = inside.height >= LINES_WITH_STRIP;
    let plot = Rect {
        x: inside.x + MARGIN,
        y: inside.y,
        width: inside.width - MARGIN - 1,
        height: inside.height - 1 - u16::from(has_strip),
    };
    let power = &scene.meter.power;
    let columns = power.columns(scene.range, scene.now, usize::from(plot.width) * 2);
    let scale = PlotScale::of(&columns);
    draw_grid(canvas, plot, scene, scale);
    let palette = scene.palette;
    plot::draw(canvas, plot, &columns, scale, palette, |value| {
        scene.level(value)
    });
    if has_strip {
        draw_strip(canvas, plot, scene);
    }
    draw_times(canvas, plot, inside, scene);
    if columns.iter().flatten().count() < COLUMNS_BEGUN {
        let middle = plot.y + plot.height / 2;
        canvas.put(
            plot.x + 2,
            middle,
            &scene.words.plot_begins(),
            palette.quiet(),
        );
    }
}

/// The keys of the two ranges, the shown one marked.
fn ranges(scene: &Scene<'_>) -> Line<'static> {
    let palette = scene.palette;
    let range = |range, text: &str| {
        let style = if range == scene.range {
            palette.chip(Tint::ACCENT)
        } else {
            palette.quiet()
        };
        scene.styled(format!(" {text} "), style)
    };
    Line::from(vec![
        scene.styled("t ", palette.bold(Tint::ACCENT)),
        range(PlotRange::Quarter, "15 min"),
        range(PlotRange::Day, "24 h"),
        scene.quiet(" "),
    ])
}

/// Lines at round powers, and at what the contract allows.
fn draw_grid(canvas: &mut Canvas<'_>, plot: Rect, scene: &Scene<'_>, scale: PlotScale) {
    let palette = scene.palette;
    let lines = match plot.height {
        12.. => 5,
        6..12 => 4,
        _ => 2,
    };
    let step = scale::grid_step(scale.span(), lines);
    let mut line = |value: i64, glyph: &str, style| {
        let y = plot.y + scale.line(value, plot.height);
        for x in plot.x..plot.right() {
            canvas.mark(x, y, glyph, style);
        }
        y
    };
    let mut labels = Vec::new();
    let mut value = -(scale.bottom / step) * step;
    while value <= scale.top {
        let y = line(value, scene.glyph("┈", "-"), palette.frame());
        labels.push((y, value));
        value += step;
    }
    if let Some(limit) = scene.meter.limit().filter(|limit| *limit <= scale.top) {
        line(limit, scene.glyph("╌", "="), palette.ink(Tint::ALARM));
    }
    let mut taken = None;
    for (y, value) in labels {
        // Two that fall on one line are one.
        if taken != Some(y) || value == 0 {
            let style = if value < 0 {
                palette.ink(Tint::SUN)
            } else {
                palette.quiet()
            };
            let text = grid_label(scene, value, scale.span());
            canvas.put_right(plot.x - 1, y, &format!("{text:>5}"), style);
        }
        taken = Some(y);
    }
}

fn grid_label(scene: &Scene<'_>, value: i64, span: i64) -> String {
    let words = scene.words;
    let arrow = if value < 0 {
        scene.glyph("↗", "^")
    } else {
        ""
    };
    let size = value.abs();
    match (size, span) {
        (0, _) => "0".to_owned(),
        (_, ..1500) => format!("{arrow}{}", words.integer(size)),
        _ => {
            let decimals = u32::from(size % 1000 != 0);
            format!("{arrow}{}k", words.thousandths(size, decimals))
        }
    }
}

fn draw_strip(canvas: &mut Canvas<'_>, plot: Rect, scene: &Scene<'_>) {
    let palette = scene.palette;
    let y = plot.bottom();
    canvas.put_right(plot.x - 1, y, &scene.words.tariff_short(), palette.quiet());
    let length = scene.range.seconds();
    for column in 0..plot.width {
        let middle = length * (i64::from(column) * 2 + 1) / (i64::from(plot.width) * 2);
        let at = scene.now - length + middle;
        if let Some(index) = scene.meter.power.tariff_at(at) {
            let (glyph, tint) = tariff::strip(scene, index);
            canvas.mark(plot.x + column, y, glyph, palette.ink(tint));
        }
    }
}

fn draw_times(canvas: &mut Canvas<'_>, plot: Rect, inside: Rect, scene: &Scene<'_>) {
    let length = scene.range.seconds();
    let (from, columns) = (scene.now - length, i64::from(plot.width));
    let fits = |step: &&i64| **step * columns / length >= TIME_GAP;
    let step = TIME_STEPS.iter().find(fits).copied().unwrap_or(DAY);
    let y = inside.bottom() - 1;
    let mut at = from + step - wall::local(from).rem_euclid(step);
    while at < scene.now {
        let text = if step < 3600 {
            wall::clock(at)
        } else {
            format!("{} h", wall::second(at) / 3600)
        };
        let column = plot.x + scale::part(at - from, length, plot.width);
        let x = column.saturating_sub(width(&text) / 2);
        if x + width(&text) <= inside.right() {
            canvas.put(x, y, &text, scene.palette.quiet());
        }
        at += step;
    }
}
