//! A terminal of a few lines or columns: the figure first, then as much as there is room for.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::obstacle;
use super::silence;
use super::tariff;
use crate::commands::watch::advice::advice;
use crate::commands::watch::bars::{self, BarPlace};
use crate::commands::watch::canvas::Canvas;
use crate::commands::watch::palette::Tint;
use crate::commands::watch::scene::Scene;
use crate::meter::Key;

/// Draws as many lines as there are.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    if area.is_empty() {
        return;
    }
    if scene.model.obstacle.is_some() || scene.model.meters.is_empty() {
        draw_obstacle(canvas, area, scene);
        return;
    }
    let mut y = area.y;
    canvas.put_line(area.x, y, area.width, &first_line(scene, area.width));
    y += 1;
    if scene.meter.power_now().is_none() {
        silence::draw(canvas, below(area, y), scene);
        return;
    }
    if let (Some((withdrawn, injected)), true) = (scene.meter.power_now(), area.height > 1) {
        let place = BarPlace {
            x: area.x,
            y,
            width: area.width,
        };
        let limit = scene.scale_limit();
        let value = (withdrawn.max(injected), limit + limit / 4);
        bars::gauge(canvas, place, value, scene.palette, |power| {
            if injected > withdrawn {
                Tint::SUN
            } else {
                scene.level(power)
            }
        });
        y += 1;
    }
    let lines = [tariff::now_line(scene), Some(tariff::next_line(scene, 0))];
    for line in lines.into_iter().flatten().filter(|line| line.width() > 0) {
        if y < area.bottom() {
            canvas.put_line(area.x, y, area.width, &line);
            y += 1;
        }
    }
    if let Some((sentence, ink)) = advice(scene) {
        canvas.put_words(below(area, y), &sentence, scene.palette.ink(ink));
    }
}

/// What is left of an area from a line on.
fn below(area: Rect, y: u16) -> Rect {
    Rect {
        y,
        height: area.bottom().saturating_sub(y),
        ..area
    }
}

/// What stands in the way, and the commands that show why, as far as there is room.
fn draw_obstacle(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let palette = scene.palette;
    let text = obstacle::text(scene.model.obstacle.as_ref(), scene.is_once, scene.words);
    let mut y = area.y + canvas.put_words(area, &text.what, palette.bold(Tint::ALARM));
    y += canvas.put_words(below(area, y), &text.remedy, palette.quiet());
    for (y, command) in (y..area.bottom()).zip(text.commands) {
        canvas.put_within(area.x + 1, y, area.width, command, palette.strong());
    }
}

/// `3,210 VA  54%  maison`, without the meter where there is one.
fn first_line(scene: &Scene<'_>, columns: u16) -> Line<'static> {
    let Scene {
        meter,
        words,
        palette,
        ..
    } = *scene;
    let mut line = match meter.power_now() {
        Some((withdrawn, injected)) if injected > withdrawn => {
            let arrow = scene.glyph("↗", "^");
            let text = format!("{arrow} {} VA", words.integer(injected));
            vec![scene.styled(text, palette.bold(Tint::SUN))]
        }
        Some((withdrawn, _)) => {
            let text = format!("{} VA", words.integer(withdrawn));
            let mut line = vec![scene.styled(text, palette.bold(scene.level(withdrawn)))];
            if let Some(limit) = meter.limit() {
                let share = words.percent(withdrawn.saturating_mul(100) / limit);
                line.push(scene.quiet(format!("  {share}")));
            }
            line
        }
        None => vec![scene.styled(
            words.link_word(meter.text(Key::LINK)),
            palette.bold(Tint::ALARM),
        )],
    };
    if let (Some(energy), true) = (meter.int(Key::ENERGY_TODAY), columns >= 30) {
        line.push(scene.quiet(format!("  {}", words.kilowatt_hours(energy, 1))));
    }
    if scene.model.meters.len() > 1 {
        line.push(scene.quiet(format!("  {}", meter.id)));
    }
    Line::from(line)
}
