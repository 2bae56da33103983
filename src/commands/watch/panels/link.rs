//! How well the meter is received, the broker, and what happened.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::commands::watch::canvas::{Canvas, width};
use crate::commands::watch::model::{LogLine, Occurrence};
use crate::commands::watch::palette::Tint;
use crate::commands::watch::scene::Scene;
use crate::commands::watch::wall;
use crate::meter::{EventKind, Key};

/// How grave something in the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gravity {
    Usual,
    Notable,
    Grave,
}

/// Draws reception and log in one panel.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let title = scene.words.title_link_and_log();
    let inside = canvas.panel(area, &title, broker(scene), Line::default());
    let columns = inside.width.saturating_sub(2);
    canvas.put_line(
        inside.x + 1,
        inside.y,
        columns,
        &quality_line(scene, columns),
    );
    let mut y = inside.y + 1;
    if let (Some(cause), 3..) = (broker_cause(scene), inside.height) {
        let style = scene.palette.ink(Tint::HOT);
        canvas.put_within(inside.x + 1, y, columns, &cause, style);
        y += 1;
    }
    let log = Rect {
        x: inside.x + 1,
        y,
        width: columns,
        height: inside.bottom().saturating_sub(y),
    };
    draw_log(canvas, log, scene);
}

/// Draws reception alone, with more about the meter.
pub fn draw_reception(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let Scene {
        meter,
        words,
        palette,
        ..
    } = *scene;
    let inside = canvas.panel(area, &words.title_link(), broker(scene), Line::default());
    let (x, columns) = (inside.x + 1, inside.width.saturating_sub(2));
    canvas.put_line(x, inside.y, columns, &quality_line(scene, columns));
    let count = |key| words.integer(meter.int(key).unwrap_or(0));
    let maker = meter
        .text(Key::MANUFACTURER)
        .split(' ')
        .next()
        .unwrap_or_default();
    let year = meter
        .int(Key::MANUFACTURE_YEAR)
        .map(|year| year.to_string());
    let breaker = meter.text(Key::BREAKER);
    let breaker_style = match breaker {
        "closed" => palette.ink(Tint::GOOD),
        "" => palette.quiet(),
        _ => palette.bold(Tint::ALARM),
    };
    let load = meter.int(Key::BREAKER_LOAD).map(|load| words.percent(load));
    let drift = meter
        .int(Key::CLOCK_DRIFT)
        .map(|drift| format!("{drift} s"));
    let rows = [
        (
            words.groups_rejected(),
            Some(count(Key::GROUPS_REJECTED)),
            Style::new(),
        ),
        (
            words.values_held(),
            Some(count(Key::VALUES_HELD)),
            Style::new(),
        ),
        (
            words.maker_of(),
            Some(format!("{maker} {}", year.unwrap_or_default())),
            Style::new(),
        ),
        (
            words.breaker_word(),
            Some(words.breaker_state(breaker).to_owned()),
            breaker_style,
        ),
        (words.breaker_load(), load, Style::new()),
        (words.clock_drift(), drift, Style::new()),
    ];
    let known = rows
        .into_iter()
        .filter_map(|(name, value, style)| Some((name, value?, style)));
    for (y, (name, value, style)) in (inside.y + 1..inside.bottom()).zip(known) {
        let end = canvas.put_within(x, y, columns, name.trim_end(), palette.quiet());
        canvas.put_within(
            end + 1,
            y,
            (x + columns).saturating_sub(end + 1),
            &value,
            style,
        );
    }
}

/// Draws the log alone.
pub fn draw_events(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let title = scene.words.title_log();
    let inside = canvas.panel(area, &title, Line::default(), Line::default());
    let log = Rect {
        x: inside.x + 1,
        width: inside.width.saturating_sub(2),
        ..inside
    };
    draw_log(canvas, log, scene);
}

/// The session with the broker, for the frame.
fn broker(scene: &Scene<'_>) -> Line<'static> {
    let state = scene
        .model
        .daemon
        .as_ref()
        .map_or("", |daemon| daemon.broker.as_str());
    let ink = match state {
        "connected" => Tint::GOOD,
        "refused" => Tint::ALARM,
        _ => Tint::HOT,
    };
    match scene.words.broker_state(state) {
        "" => Line::default(),
        text => Line::from(scene.colored(format!(" {text} "), ink)),
    }
}

/// Why there is no session: `MQTT: connection refused.`
fn broker_cause(scene: &Scene<'_>) -> Option<String> {
    let daemon = scene.model.daemon.as_ref()?;
    let cause = scene.words.broker_cause(&daemon.broker_cause, Some("MQTT"));
    cause.map(|(why, _)| why)
}

/// `▮▮▮▮▮ 14 frames, 0 damaged`; where that has no room, the damaged ones alone if there are any.
fn quality_line(scene: &Scene<'_>, columns: u16) -> Line<'static> {
    let Scene {
        meter,
        words,
        palette,
        ..
    } = *scene;
    let received = meter.int(Key::FRAMES_RECEIVED).unwrap_or(0);
    let damaged = meter.int(Key::FRAMES_DAMAGED).unwrap_or(0);
    // Until the daemon has its five minutes: by the frames.
    let by_frames = (received - damaged) * 100 / received.max(1);
    let quality = meter.int(Key::LINK_QUALITY).unwrap_or(by_frames);
    let ink = match quality {
        _ if !meter.is_receiving() => Tint::ALARM,
        99.. => Tint::GOOD,
        90..99 => Tint::WARN,
        _ => Tint::ALARM,
    };
    let bars = if meter.is_receiving() {
        quality / 20
    } else {
        0
    };
    let mut line = Vec::new();
    for bar in 0..5 {
        line.push(if bar < bars {
            scene.colored(scene.glyph("▮", "#"), ink)
        } else {
            scene.quiet(scene.glyph("▯", "."))
        });
    }
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    let frames = words.frames(count(received), &words.integer(received));
    let text = words.frames_damaged(count(damaged), &words.integer(damaged));
    let style = if damaged > 0 {
        palette.ink(Tint::WARN)
    } else {
        palette.quiet()
    };
    let both = width(&frames) + width(&text) + 6 <= columns;
    if both || damaged == 0 {
        line.push(scene.styled(format!(" {frames}"), Style::new()));
    }
    if both {
        line.push(scene.styled(text, style));
    } else if damaged > 0 {
        line.push(scene.styled(text.replacen(',', "", 1), style));
    }
    Line::from(line)
}

fn draw_log(canvas: &mut Canvas<'_>, area: Rect, scene: &Scene<'_>) {
    let (words, palette) = (scene.words, scene.palette);
    let today = wall::midnight(scene.now, 0);
    let log = &scene.meter.log;
    for (y, line) in (area.y..area.bottom()).zip(log.iter().rev()) {
        let when = if line.at >= today {
            wall::clock(line.at)
        } else {
            words.yesterday()
        };
        let style = match gravity(line) {
            Gravity::Usual => Style::new(),
            Gravity::Notable => palette.ink(Tint::WARN),
            Gravity::Grave => palette.ink(Tint::ALARM),
        };
        let text = Line::from(vec![
            scene.quiet(format!("{when:>5} ")),
            scene.styled(text(scene, line), style),
        ]);
        canvas.put_line(area.x, y, area.width, &text);
    }
    if log.is_empty() && area.height > 0 {
        canvas.put_within(
            area.x,
            area.y,
            area.width,
            &words.nothing_happened(),
            palette.quiet(),
        );
    }
}

fn gravity(line: &LogLine) -> Gravity {
    let Occurrence::Event(kind, _, to) = &line.what else {
        return Gravity::Usual;
    };
    match (kind, to.as_str()) {
        (EventKind::LinkChanged, "receiving" | "syncing") => Gravity::Usual,
        (EventKind::BreakerChanged, "closed") => Gravity::Usual,
        (
            EventKind::LinkChanged
            | EventKind::BreakerChanged
            | EventKind::OverPowerStarted
            | EventKind::BreakerWarningStarted
            | EventKind::PhaseLost,
            _,
        ) => Gravity::Grave,
        (EventKind::ColorTodayChanged | EventKind::ColorTomorrowChanged, "red") => Gravity::Notable,
        (
            EventKind::PeakAnnounced
            | EventKind::PeakStarted
            | EventKind::MessageReceived
            | EventKind::MeterReplaced
            | EventKind::IndexJumped
            | EventKind::CoverOpened
            | EventKind::VoltageOutOfRange
            | EventKind::ClockDegraded,
            _,
        ) => Gravity::Notable,
        _ => Gravity::Usual,
    }
}

fn text(scene: &Scene<'_>, line: &LogLine) -> String {
    let words = scene.words;
    let arrow = scene.glyph("→", "->");
    match &line.what {
        Occurrence::Tariff(index) => words.event_tariff(arrow, &scene.index_name(*index)),
        Occurrence::Event(EventKind::TariffChanged, _, to) => {
            let label: Vec<&str> = to.split_whitespace().collect();
            words.event_tariff(arrow, &label.join(" "))
        }
        Occurrence::Event(kind, from, to) => words.event(kind.as_str(), from, to),
    }
}
