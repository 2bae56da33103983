//! The power: in figures that are read from the door, against what the contract allows, and where it flows.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::silence;
use crate::commands::watch::bars::{self, BarPlace};
use crate::commands::watch::canvas::{Canvas, width};
use crate::commands::watch::figures::{self, FigureSize};
use crate::commands::watch::palette::Tint;
use crate::commands::watch::scene::{NOMINAL_VOLTAGE, Scene};
use crate::commands::watch::wall;
use crate::meter::Key;

/// From this width on there is a gap between large figures and what is beside them.
const WIDTH_WITH_GAP: u16 = 66;
/// From this load on the breaker is worth a line, in per cent.
const BREAKER_LOAD_SHOWN: i64 = 50;

/// The power now.
#[derive(Clone, Copy)]
struct PowerFlow {
    withdrawn: i64,
    injected: i64,
    is_injecting: bool,
}

impl PowerFlow {
    fn shown(self) -> i64 {
        if self.is_injecting {
            self.injected
        } else {
            self.withdrawn
        }
    }
}

/// Draws the panel; `bottom` is a line for its frame.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>, bottom: Line<'_>) {
    let mode = match scene.meter.text(Key::MODE) {
        "" => String::new(),
        mode => format!(" TIC {mode} "),
    };
    let right = Line::from(scene.quiet(mode));
    let inside = canvas.panel(area, &scene.words.title_power(), right, bottom);
    let Some((withdrawn, injected)) = scene.meter.power_now() else {
        silence::draw(canvas, inside, scene);
        return;
    };
    let flow = PowerFlow {
        withdrawn,
        injected,
        is_injecting: injected > withdrawn,
    };
    let is_large = inside.height >= 9 && inside.width >= 56;
    let size = if is_large {
        FigureSize::Five
    } else {
        FigureSize::Three
    };
    let (x, y) = (inside.x + 1, inside.y + u16::from(is_large));
    let end = draw_figures(canvas, (x, y), scene, flow, size);
    draw_facts(canvas, Rect { y, ..inside }, scene, flow, (size, end));
    let gauge = y + size.lines() + u16::from(is_large);
    draw_gauge(canvas, inside, gauge, scene, flow);
    if gauge + 2 < inside.bottom() {
        draw_flow(canvas, inside, gauge + 2, scene, flow);
    }
}

fn color(scene: &Scene<'_>, flow: PowerFlow) -> Tint {
    if flow.is_injecting {
        Tint::SUN
    } else {
        scene.level(flow.withdrawn)
    }
}

/// Returns the column after the unit.
fn draw_figures(
    canvas: &mut Canvas<'_>,
    (x, y): (u16, u16),
    scene: &Scene<'_>,
    flow: PowerFlow,
    size: FigureSize,
) -> u16 {
    let palette = scene.palette;
    let style = palette.bold(color(scene, flow));
    let arrow = scene.glyph("↗", "^");
    if palette.is_ascii() && size == FigureSize::Three {
        let figure = scene.words.integer(flow.shown());
        let arrow = if flow.is_injecting { arrow } else { "" };
        return canvas.put(x, y + 1, &format!("{arrow}{figure} VA"), style);
    }
    let number = u64::try_from(flow.shown()).unwrap_or(0);
    let end = figures::draw(canvas, (x, y), number, size, palette, style);
    let unit = match size {
        FigureSize::Three => y + 1,
        FigureSize::Five => y + 4,
    };
    if flow.is_injecting {
        canvas.put(end, unit - 1, arrow, style);
    }
    canvas.put(end, unit, "VA", style)
}

fn draw_facts(
    canvas: &mut Canvas<'_>,
    inside: Rect,
    scene: &Scene<'_>,
    flow: PowerFlow,
    (size, end): (FigureSize, u16),
) {
    let (gap, column) = match size {
        FigureSize::Three => (2, inside.x + 22),
        FigureSize::Five if inside.width < WIDTH_WITH_GAP => (2, inside.x),
        FigureSize::Five => (4, inside.x + 38),
    };
    let x = (end + gap).max(column);
    let room = inside.right().saturating_sub(x + 1);
    let facts = facts(scene, flow, size, room).into_iter();
    let fitting = facts
        .map(|fact| shortened(fact, room))
        .filter(|fact| fact.width() > 0);
    for (y, fact) in (inside.y..).zip(fitting.take(size.lines().into())) {
        canvas.put_line(x, y, room, &fact);
    }
}

/// Without what is at its end, until it fits: a name and its value are the least.
fn shortened(mut fact: Line<'static>, room: u16) -> Line<'static> {
    while fact.width() > room.into() {
        // A pair of name and value, or what follows the value.
        let rest = fact.spans.len().saturating_sub(1);
        fact.spans.truncate(rest - rest % 2);
    }
    fact
}

/// What there is to know beside the figure, the most important first.
fn facts(scene: &Scene<'_>, flow: PowerFlow, size: FigureSize, room: u16) -> Vec<Line<'static>> {
    let Scene { meter, words, .. } = *scene;
    let mut facts = Vec::new();
    let volt_amperes = |power: i64| scene.strong(format!("{} VA", words.integer(power)));
    if flow.is_injecting {
        facts.push(Line::from(scene.strong(words.injected_into_grid())));
        facts.extend(highest(
            scene,
            Key::APPARENT_POWER_INJECTED_MAX,
            Key::APPARENT_POWER_INJECTED_MAX_TIME,
        ));
        facts.push(Line::from(vec![
            scene.quiet(words.withdrawn_now()),
            volt_amperes(flow.withdrawn),
        ]));
    } else {
        facts.extend(share(scene, flow, room));
        facts.extend(headroom(scene, flow, room));
        facts.extend(breaker(scene, room));
        facts.extend(highest(
            scene,
            Key::APPARENT_POWER_MAX,
            Key::APPARENT_POWER_MAX_TIME,
        ));
    }
    if let Some(power) = meter.int(Key::POWER_AVERAGE) {
        let mut line = vec![
            scene.quiet(words.mean_power()),
            scene.strong(format!("{} W", words.integer(power))),
        ];
        line.extend(at(scene, Key::POWER_AVERAGE_TIME));
        facts.push(Line::from(line));
    }
    if let (FigureSize::Five, 1, Some(volts), Some(amperes)) = (
        size,
        scene.phases(),
        meter.int(Key::VOLTAGE_L1),
        meter.int(Key::CURRENT_L1),
    ) {
        facts.push(Line::from(vec![
            scene.quiet(words.voltage_of()),
            scene.strong(format!("{volts} V")),
            scene.quiet(words.current_of()),
            scene.strong(format!("{amperes} A")),
        ]));
    }
    facts
}

/// The watts, and the share of what the contract allows.
fn share(scene: &Scene<'_>, flow: PowerFlow, room: u16) -> Option<Line<'static>> {
    let Scene { meter, words, .. } = *scene;
    let watts = meter.int(Key::POWER);
    let watts = watts.map(|power| scene.strong(format!("{} W", words.integer(power))));
    let Some(limit) = meter.limit() else {
        return watts.map(Line::from);
    };
    let percent = words.percent(flow.withdrawn.saturating_mul(100) / limit);
    let of = vec![
        scene.strong(percent.clone()),
        scene.quiet(words.of_limit()),
        scene.strong(words.kilovolt_amperes(limit)),
    ];
    let Some(watts) = watts else {
        return Some(Line::from(of));
    };
    let both = |rest: Vec<Span<'static>>| {
        let dot = scene.quiet(format!(" {} ", scene.glyph("·", "-")));
        let line: Vec<_> = [watts.clone(), dot].into_iter().chain(rest).collect();
        Line::from(line)
    };
    let long = both(of);
    let fits = long.width() <= room.into();
    Some(if fits {
        long
    } else {
        both(vec![scene.strong(percent)])
    })
}

/// What may still be switched on, or what is too much.
fn headroom(scene: &Scene<'_>, flow: PowerFlow, room: u16) -> Option<Line<'static>> {
    let words = scene.words;
    let left = scene.meter.limit()? - flow.withdrawn;
    let power = format!("{} VA", words.integer(left.abs()));
    let mut line = if left < 0 {
        let style = scene.palette.bold(Tint::ALARM);
        vec![scene.quiet(words.excess()), scene.styled(power, style)]
    } else {
        vec![scene.quiet(words.spare()), scene.strong(power)]
    };
    if scene.phases() == 1 && room >= 21 {
        let amperes = left.abs() / NOMINAL_VOLTAGE;
        let dot = scene.glyph("·", "-");
        line.push(scene.quiet(format!(" {dot} {amperes} A")));
    }
    Some(Line::from(line))
}

/// How near the breaker is to opening, once it is worth knowing.
fn breaker(scene: &Scene<'_>, room: u16) -> Option<Line<'static>> {
    let Scene { meter, words, .. } = *scene;
    let load = meter.int(Key::BREAKER_LOAD)?;
    let is_warned = meter.flag(Key::BREAKER_WARNING) == Some(true);
    if load < BREAKER_LOAD_SHOWN && !is_warned {
        return None;
    }
    let style = scene
        .palette
        .bold(if is_warned { Tint::ALARM } else { Tint::HOT });
    let load = vec![
        scene.quiet(words.breaker_load()),
        scene.styled(words.percent(load), style),
    ];
    let Some(seconds) = meter.int(Key::BREAKER_TRIP_IN) else {
        return Some(Line::from(load));
    };
    let span = words.span(u64::try_from(seconds).unwrap_or(0));
    let trip = scene.styled(words.trips_in(&span), style);
    let both: Vec<_> = load
        .into_iter()
        .chain([scene.quiet(", "), trip.clone()])
        .collect();
    let long = Line::from(both);
    let fits = long.width() <= room.into();
    Some(if fits { long } else { Line::from(trip) })
}

fn highest(scene: &Scene<'_>, power: Key, time: Key) -> Option<Line<'static>> {
    let highest = scene.meter.int(power)?;
    let mut line = vec![
        scene.quiet("max "),
        scene.strong(format!("{} VA", scene.words.integer(highest))),
    ];
    line.extend(at(scene, time));
    Some(Line::from(line))
}

fn at(scene: &Scene<'_>, time: Key) -> Option<Span<'static>> {
    let time = wall::clock(scene.meter.time(time)?);
    Some(scene.quiet(scene.words.at_time(&time)))
}

/// The gauge ends at five quarters of the limit, so that what is too much has room.
fn draw_gauge(canvas: &mut Canvas<'_>, inside: Rect, y: u16, scene: &Scene<'_>, flow: PowerFlow) {
    let (Some(limit), true) = (scene.meter.limit(), y < inside.bottom()) else {
        return;
    };
    let (palette, words) = (scene.palette, scene.words);
    let place = BarPlace {
        x: inside.x + 1,
        y,
        width: inside.width.saturating_sub(2),
    };
    let whole = limit + limit / 4;
    bars::gauge(canvas, place, (flow.shown(), whole), palette, |power| {
        if flow.is_injecting {
            Tint::SUN
        } else {
            scene.level(power)
        }
    });
    if y + 1 >= inside.bottom() {
        return;
    }
    let column = |power: i64| {
        let column = super::super::scale::part(power, whole, place.width);
        place.x + column.min(place.width.saturating_sub(1))
    };
    canvas.put(place.x, y + 1, "0", palette.quiet());
    let half = words.kilovolt_amperes(limit / 2);
    let middle = column(limit / 2).saturating_sub(width(&half) / 2);
    canvas.put(middle, y + 1, &half, palette.quiet());
    let subscribed = scene.meter.int(Key::SUBSCRIBED_POWER).unwrap_or(limit);
    let mark = scene.glyph("▲", "^");
    let short = format!("{mark} {}", words.kilovolt_amperes(subscribed));
    let long = format!("{short} {}", words.subscribed());
    let x = column(subscribed);
    let fits = x + width(&long) <= place.x + place.width;
    let text = if fits { &long } else { &short };
    let end = canvas.put(x, y + 1, text, palette.bold(Tint::ALARM));
    // Where the meter cuts off, if that is not what is subscribed.
    let cut = column(limit);
    if limit != subscribed && cut > end {
        canvas.put(cut, y + 1, scene.glyph("╿", "|"), palette.bold(Tint::ALARM));
    }
}

/// What that power is like at home, and where it flows: the arrows come closer as it rises.
fn draw_flow(canvas: &mut Canvas<'_>, inside: Rect, y: u16, scene: &Scene<'_>, flow: PowerFlow) {
    let (palette, words) = (scene.palette, scene.words);
    let limit = scene.scale_limit();
    let like = if flow.is_injecting && flow.withdrawn < 50 {
        words.like_sun()
    } else if scene
        .meter
        .limit()
        .is_some_and(|limit| flow.withdrawn > limit)
    {
        words.like_too_much()
    } else {
        words.like(flow.withdrawn).to_owned()
    };
    let style = palette.quiet().add_modifier(Modifier::ITALIC);
    let (left, columns) = (inside.x + 1, inside.width.saturating_sub(2));
    canvas.put_within(left, y, columns, &like, style);
    let room = columns.saturating_sub(width(&like) + 2);
    let grid = if room > 30 {
        words.grid()
    } else {
        String::new()
    };
    let house = scene.glyph("⌂", "house").to_owned();
    let (first, last) = if flow.is_injecting {
        (house, grid)
    } else {
        (grid, house)
    };
    let ends = [&first, &last].map(|end| width(end) + u16::from(!end.is_empty()));
    let line = room.saturating_sub(ends.iter().sum()).min(28);
    if line < 6 || !scene.meter.is_receiving() {
        return;
    }
    let gap = 9 - i64::from(super::super::scale::part(flow.shown(), limit, 7));
    let mut x = left + columns - line - ends.iter().sum::<u16>();
    x = canvas.put(x, y, &first, palette.quiet()) + u16::from(!first.is_empty());
    for column in 0..line {
        let is_arrow = (i64::from(column) - scene.now).rem_euclid(gap) == 0 && flow.shown() > 0;
        let (glyph, style) = if is_arrow {
            (scene.glyph("▸", ">"), palette.bold(color(scene, flow)))
        } else {
            (scene.glyph("─", "-"), palette.frame())
        };
        canvas.mark(x + column, y, glyph, style);
    }
    canvas.put(
        x + line + u16::from(!last.is_empty()),
        y,
        &last,
        palette.quiet(),
    );
}
