//! Which panels there is room for, and where: from a line of 36 columns to 200 by 60.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;

use super::advice::advice;
use super::canvas::Canvas;
use super::panels::{energy, history, link, narrow, obstacle, phases, power, tariff};
use super::scene::Scene;

/// Fewer columns or lines than these have no room for a frame.
const NARROW: (u16, u16) = (40, 10);
/// From this size on the panels of the large screen fit.
const LARGE: (u16, u16) = (100, 30);
/// The lines of the first row of panels on a small screen.
const TOP_LINES: u16 = 8;

/// Whether there is no room for panels.
pub fn is_narrow(area: Rect) -> bool {
    area.width < NARROW.0 || area.height < NARROW.1
}

/// Draws what fits without panels.
pub fn draw_narrow(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    narrow::draw(canvas, area, scene);
}

/// Draws the panels that fit. Returns where the plot is.
pub fn draw(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>, is_expanded: bool) -> Rect {
    if scene.model.obstacle.is_some() || scene.model.meters.is_empty() {
        obstacle::draw(canvas, body, scene);
        return Rect::default();
    }
    if is_expanded {
        history::draw(canvas, body, scene, advice_line(scene));
        return body;
    }
    if body.width >= LARGE.0 && body.height >= LARGE.1 - 2 {
        draw_large(canvas, body, scene)
    } else {
        draw_small(canvas, body, scene)
    }
}

/// The sentence that helps, for a frame.
fn advice_line(scene: &Scene<'_>) -> Line<'static> {
    match advice(scene) {
        Some((sentence, ink)) => Line::from(vec![
            scene.styled(
                format!(" {} ", scene.glyph("✦", "*")),
                scene.palette.bold(ink),
            ),
            scene.colored(format!("{sentence} "), ink),
        ]),
        None => Line::default(),
    }
}

fn draw_small(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>) -> Rect {
    let top = TOP_LINES.min(body.height);
    let rest = body.height - top;
    let low = match rest {
        14.. => rest / 2,
        10..14 => 5,
        _ => 0,
    };
    let [top, plot, low] = Layout::vertical([
        Constraint::Length(top),
        Constraint::Fill(1),
        Constraint::Length(low),
    ])
    .areas(body);
    if body.width >= 76 {
        let columns = body.width * 2 / 5;
        let [left, right] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(columns)]).areas(top);
        power::draw(canvas, left, scene, Line::default());
        tariff::draw(canvas, right, scene, false);
    } else {
        power::draw(canvas, top, scene, tariff_line(scene));
    }
    if plot.height >= 5 {
        history::draw(canvas, plot, scene, advice_line(scene));
    }
    if low.height >= 4 {
        draw_low(canvas, low, scene);
    }
    plot
}

/// The tariff, for the frame of the power where it has no panel of its own.
fn tariff_line(scene: &Scene<'_>) -> Line<'static> {
    let Some(now) = tariff::now_line(scene) else {
        return Line::default();
    };
    let next = tariff::next_line(scene, 0);
    let space = || scene.quiet(" ");
    let mut all = vec![space()];
    all.extend(now.spans);
    all.push(space());
    if next.width() > 0 {
        all.push(space());
        all.extend(next.spans);
        all.push(space());
    }
    Line::from(all)
}

fn draw_low(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    if scene.phases() == 3 && area.width >= 76 {
        let [left, middle, right] = Layout::horizontal([
            Constraint::Fill(3),
            Constraint::Length(22),
            Constraint::Fill(3),
        ])
        .areas(area);
        energy::draw(canvas, left, scene);
        phases::draw(canvas, middle, scene);
        link::draw(canvas, right, scene);
        return;
    }
    let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(area);
    energy::draw(canvas, left, scene);
    link::draw(canvas, right, scene);
}

fn draw_large(canvas: &mut Canvas<'_>, body: Rect, scene: &Scene<'_>) -> Rect {
    let is_tall = body.height >= 50;
    let top = if is_tall { 13 } else { 12 };
    let low = if is_tall {
        22
    } else {
        (body.height - top) * 10 / 21
    };
    let [top, plot, low] = Layout::vertical([
        Constraint::Length(top),
        Constraint::Fill(1),
        Constraint::Length(low),
    ])
    .areas(body);
    let [left, right] =
        Layout::horizontal([Constraint::Percentage(58), Constraint::Fill(1)]).areas(top);
    power::draw(canvas, left, scene, Line::default());
    tariff::draw(canvas, right, scene, true);
    history::draw(canvas, plot, scene, Line::default());
    let [left, side] =
        Layout::horizontal([Constraint::Percentage(52), Constraint::Fill(1)]).areas(low);
    energy::draw(canvas, left, scene);
    let lines = phases::lines(scene.phases());
    if body.width >= 160 {
        let [middle, log] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(side);
        let [above, below] =
            Layout::vertical([Constraint::Length(lines.max(8)), Constraint::Fill(1)]).areas(middle);
        phases::draw(canvas, above, scene);
        link::draw_reception(canvas, below, scene);
        link::draw_events(canvas, log, scene);
    } else {
        let [above, below] =
            Layout::vertical([Constraint::Length(lines), Constraint::Fill(1)]).areas(side);
        phases::draw(canvas, above, scene);
        link::draw(canvas, below, scene);
    }
    plot
}
