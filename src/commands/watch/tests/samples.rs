//! Meters with a past, made up: an evening with Tempo, a summer noon with panels, a winter day in historique mode.

use crate::commands::watch::palette::{Depth, Palette, Symbols};
use crate::commands::watch::screen::WatchScreen;
use crate::commands::watch::wall;
use crate::config::Language;
use crate::dbus::{
    DayPlans, FollowedMeter, News, Overview, PastEnergy, PastPower, SeenEvent, SeenMeter,
};
use crate::meter::{EventKind, Key, Reading, Timestamp, Value};

/// 2026-01-14T22:01:48 in France.
pub const EVENING: i64 = 1_768_424_508;
/// 2026-06-21T12:52:25 in France.
pub const NOON: i64 = 1_782_039_145;

/// Braille, without colours: what is faint in a colour is shaded.
pub const PALETTE: Palette = Palette {
    depth: Depth::None,
    symbols: Symbols::Braille,
    is_light: false,
};

pub fn overview(broker: &str) -> Overview {
    Overview {
        version: "0.1.0".into(),
        broker: broker.into(),
        broker_cause: match broker {
            "refused" => "bad_credentials".into(),
            _ => "none".into(),
        },
        topic_conflicts: Vec::new(),
        history_pending: 0,
        history_dropped: 0,
        updates_lagged: 0,
    }
}

fn moment(at: i64) -> Value {
    Value::Instant(Timestamp(at * 1_000_000))
}

fn word(word: &'static str) -> Value {
    Value::Enum(word)
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// A meter with these values and nothing else.
pub fn bare(id: &str, values: &[(Key, Value)]) -> FollowedMeter {
    let mut reading = Reading::default();
    for (key, value) in values {
        reading.set(*key, Some(value.clone()));
    }
    FollowedMeter {
        seen: SeenMeter {
            id: id.to_owned(),
            reading,
        },
        plans: DayPlans::default(),
        fine: None,
        day: None,
        energy: None,
    }
}

/// The steps of a curve: `power` gives what is withdrawn and injected at a moment, `tariff` the index.
fn curve(
    now: i64,
    (length, step): (i64, i64),
    power: impl Fn(i64) -> (i64, i64),
    tariff: impl Fn(i64) -> u8,
) -> Vec<PastPower> {
    let volt_amperes = |power: i64| u32::try_from(power).unwrap();
    (0..length / step)
        .map(|number| {
            let at = now - length + number * step;
            let (withdrawn, injected) = power(at);
            PastPower {
                start: Timestamp(at * 1_000_000),
                mean: volt_amperes(withdrawn),
                highest: volt_amperes(withdrawn + withdrawn / 8),
                injected_mean: volt_amperes(injected),
                injected_highest: volt_amperes(injected),
                tariff_index: tariff(at),
            }
        })
        .collect()
}

/// The energy of the hours of yesterday and today by such a curve.
fn hours(
    now: i64,
    power: impl Fn(i64) -> (i64, i64),
    tariff: impl Fn(i64) -> u8,
) -> Vec<PastEnergy> {
    let start = wall::midnight(now, -1);
    let hour = |number: i64| {
        let at = start + number * 3600;
        let minutes = (0..60).map(|minute| power(at + minute * 60));
        let (withdrawn, injected) = minutes.fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        let row = |index, sum: i64| PastEnergy {
            start: Timestamp(at * 1_000_000),
            index,
            energy: u64::try_from(sum / 60).unwrap(),
        };
        [row(tariff(at), withdrawn), row(255, injected)]
    };
    let count = (now - start) / 3600 + 1;
    (0..count)
        .flat_map(hour)
        .filter(|row| row.energy > 0)
        .collect()
}

/// A house that heats at night, and cooks.
fn evening_power(at: i64) -> (i64, i64) {
    let minute = wall::second(at) / 60;
    let wave = (at / 60 * 37 % 23) * 14;
    let withdrawn = match minute {
        0..360 if minute / 25 % 3 != 2 => 2600 + wave,
        0..360 => 900 + wave,
        420..432 => 1700 + wave,
        720..750 => 1500 + wave,
        1120..1320 => 420 + wave,
        1320.. => 3208,
        _ => 90 + wave / 4,
    };
    (withdrawn, 0)
}

fn tempo_index(at: i64) -> u8 {
    let is_yesterday = at < wall::midnight(EVENING, 0) + 6 * 3600;
    match (is_yesterday, wall::second(at) / 3600) {
        (true, 6..22) => 2,
        (true, _) => 1,
        (false, 6..22) => 4,
        (false, _) => 3,
    }
}

/// Tempo, the evening before a red day.
pub fn maison() -> FollowedMeter {
    let now = EVENING;
    let hours_of_day = vec![(0, 1), (360, 2), (1320, 1)];
    let midnight = wall::midnight(now, 0);
    FollowedMeter {
        plans: DayPlans {
            today: Some(hours_of_day.clone()),
            tomorrow: Some(hours_of_day),
            peak: None,
        },
        fine: Some(curve(now, (900, 2), evening_power, tempo_index)),
        day: Some(curve(now, (86_400, 120), evening_power, tempo_index)),
        energy: Some(hours(now, evening_power, tempo_index)),
        ..bare(
            "maison",
            &[
                (Key::LINK, word("receiving")),
                (Key::LINK_QUALITY, Value::Int(100)),
                (Key::MODE, word("standard")),
                (Key::METER_TIME, moment(now)),
                (Key::PHASES, Value::Int(1)),
                (Key::MANUFACTURER, text("Landis+Gyr (ex)")),
                (Key::MANUFACTURE_YEAR, Value::Int(2021)),
                (Key::FRAMES_RECEIVED, Value::Int(53_214)),
                (Key::FRAMES_DAMAGED, Value::Int(0)),
                (Key::GROUPS_REJECTED, Value::Int(3)),
                (Key::VALUES_HELD, Value::Int(0)),
                (Key::ENERGY, Value::Int(38_158_509)),
                (Key::APPARENT_POWER, Value::Int(3208)),
                (Key::POWER, Value::Signed(3120)),
                (Key::APPARENT_POWER_MAX, Value::Int(3360)),
                (Key::APPARENT_POWER_MAX_TIME, moment(midnight + 7200)),
                (Key::POWER_AVERAGE, Value::Int(442)),
                (Key::POWER_AVERAGE_TIME, moment(midnight + 22 * 3600)),
                (Key::SUBSCRIBED_POWER, Value::Int(6000)),
                (Key::CUTOFF_POWER, Value::Int(6000)),
                (Key::CURRENT_L1, Value::Int(14)),
                (Key::VOLTAGE_L1, Value::Int(231)),
                (Key::CONTRACT, text("TEMPO")),
                (Key::CONTRACT_TYPE, word("tempo")),
                (Key::TARIFF_NAME, text("HC  BLANC")),
                (Key::TARIFF, word("white_off_peak")),
                (Key::TARIFF_INDEX, Value::Int(3)),
                (Key::OFF_PEAK, Value::Bool(true)),
                (Key::NEXT_TARIFF, word("red_peak")),
                (Key::NEXT_TARIFF_TIME, moment(midnight + 30 * 3600)),
                (Key::COLOR_TODAY, word("white")),
                (Key::COLOR_TOMORROW, word("red")),
                (Key::BREAKER, word("closed")),
                (Key::BREAKER_LOAD, Value::Int(0)),
                (Key::CLOCK_DRIFT, Value::Signed(-2)),
                (Key::ENERGY_TODAY, Value::Int(16_349)),
                (Key::ENERGY_YESTERDAY, Value::Int(17_480)),
                (Key::ENERGY_TODAY_TARIFF_1, Value::Int(12_412)),
                (Key::ENERGY_TODAY_TARIFF_3, Value::Int(96)),
                (Key::ENERGY_TODAY_TARIFF_4, Value::Int(3841)),
            ],
        )
    }
}

/// The same, with more than the contract allows, and the breaker about to open.
pub fn maison_over() -> FollowedMeter {
    let mut meter = maison();
    for (key, value) in [
        (Key::APPARENT_POWER, Value::Int(9000)),
        (Key::POWER, Value::Signed(8920)),
        (Key::CURRENT_L1, Value::Int(39)),
        (Key::OVER_POWER, Value::Bool(true)),
        (Key::BREAKER_LOAD, Value::Int(78)),
        (Key::BREAKER_WARNING, Value::Bool(true)),
        (Key::BREAKER_TRIP_IN, Value::Int(42)),
    ] {
        meter.seen.reading.set(key, Some(value));
    }
    meter
}

/// The same, whose adapter was pulled out.
pub fn maison_silent() -> FollowedMeter {
    let mut meter = maison();
    for key in Key::all() {
        let stays = [Key::FRAMES_RECEIVED, Key::FRAMES_DAMAGED].contains(&key);
        if !stays {
            meter.seen.reading.set(key, None);
        }
    }
    let detail =
        "no such device; plug the adapter in, or list the ports with `linky-sensor doctor`";
    meter.seen.reading.set(Key::LINK, Some(word("no_device")));
    meter
        .seen
        .reading
        .set(Key::LINK_CAUSE, Some(word("no_port")));
    meter.seen.reading.set(Key::LINK_DETAIL, Some(text(detail)));
    meter
}

/// A house with panels: it injects at noon.
fn sunny_power(at: i64) -> (i64, i64) {
    let minute = wall::second(at) / 60;
    let sun = 3400 - (minute - 780).pow(2) / 60;
    let use_ = if minute / 40 % 7 == 3 { 1900 } else { 260 };
    let net = use_ - sun.max(0);
    (net.max(0), (-net).max(0))
}

fn off_peak_index(at: i64) -> u8 {
    match wall::second(at) / 60 {
        390..1350 => 2,
        _ => 1,
    }
}

/// Three phases, off-peak hours, panels.
pub fn solaire(now: i64) -> FollowedMeter {
    let hours_of_day = vec![(0, 1), (390, 2), (1350, 1)];
    let midnight = wall::midnight(now, 0);
    let (withdrawn, injected) = sunny_power(now);
    let power = |power: i64| Value::Int(u64::try_from(power).unwrap());
    FollowedMeter {
        plans: DayPlans {
            today: Some(hours_of_day.clone()),
            tomorrow: Some(hours_of_day),
            peak: None,
        },
        fine: Some(curve(now, (900, 2), sunny_power, off_peak_index)),
        day: Some(curve(now, (86_400, 120), sunny_power, off_peak_index)),
        energy: Some(hours(now, sunny_power, off_peak_index)),
        ..bare(
            "solaire",
            &[
                (Key::LINK, word("receiving")),
                (Key::LINK_QUALITY, Value::Int(94)),
                (Key::MODE, word("standard")),
                (Key::METER_TIME, moment(now)),
                (Key::PHASES, Value::Int(3)),
                (Key::PRODUCER, Value::Bool(true)),
                (Key::FRAMES_RECEIVED, Value::Int(1)),
                (Key::FRAMES_DAMAGED, Value::Int(1)),
                (Key::ENERGY, Value::Int(4_079_156)),
                (Key::APPARENT_POWER, power(withdrawn)),
                (Key::POWER, Value::Signed(withdrawn - injected)),
                (Key::APPARENT_POWER_INJECTED, power(injected)),
                (Key::APPARENT_POWER_INJECTED_MAX, power(injected + 260)),
                (
                    Key::APPARENT_POWER_INJECTED_MAX_TIME,
                    moment(midnight + 45_800),
                ),
                (Key::SUBSCRIBED_POWER, Value::Int(12_000)),
                (Key::CURRENT_L1, Value::Int(7)),
                (Key::CURRENT_L2, Value::Int(0)),
                (Key::CURRENT_L3, Value::Int(3)),
                (Key::VOLTAGE_L1, Value::Int(248)),
                (Key::VOLTAGE_L2, Value::Int(233)),
                (Key::VOLTAGE_L3, Value::Int(230)),
                (Key::CONTRACT, text("H PLEINE/CREUSE")),
                (Key::CONTRACT_TYPE, word("off_peak")),
                (Key::TARIFF_NAME, text("HEURE  PLEINE")),
                (Key::TARIFF, word("peak")),
                (Key::TARIFF_INDEX, Value::Int(2)),
                (Key::OFF_PEAK, Value::Bool(false)),
                (Key::NEXT_TARIFF, word("off_peak")),
                (Key::NEXT_TARIFF_TIME, moment(midnight + 81_000)),
                (Key::NEXT_OFF_PEAK_TIME, moment(midnight + 81_000)),
                (Key::ENERGY_TODAY, Value::Int(6720)),
                (Key::ENERGY_TODAY_TARIFF_1, Value::Int(6601)),
                (Key::ENERGY_TODAY_TARIFF_2, Value::Int(119)),
                (Key::ENERGY_INJECTED_TODAY, Value::Int(7513)),
            ],
        )
    }
}

/// Historique mode: no hours, no voltage, no clock.
pub fn grange(now: i64) -> FollowedMeter {
    FollowedMeter {
        day: Some(curve(now, (86_400, 120), evening_power, off_peak_index)),
        ..bare(
            "grange",
            &[
                (Key::LINK, word("receiving")),
                (Key::LINK_QUALITY, Value::Int(99)),
                (Key::MODE, word("historique")),
                (Key::PHASES, Value::Int(1)),
                (Key::FRAMES_RECEIVED, Value::Int(21)),
                (Key::FRAMES_DAMAGED, Value::Int(0)),
                (Key::ENERGY, Value::Int(12_369_912)),
                (Key::APPARENT_POWER, Value::Int(2010)),
                (Key::SUBSCRIBED_POWER, Value::Int(6000)),
                (Key::CURRENT_L1, Value::Int(9)),
                (Key::CONTRACT, text("HC..")),
                (Key::CONTRACT_TYPE, word("off_peak")),
                (Key::TARIFF_NAME, text("HP..")),
                (Key::TARIFF, word("peak")),
                (Key::TARIFF_INDEX, Value::Int(2)),
                (Key::OFF_PEAK, Value::Bool(false)),
                (Key::ENERGY_COUNTER, Value::Int(12_369_912)),
                (Key::ENERGY_COUNTER_TARIFF_2, Value::Int(6_000_000)),
            ],
        )
    }
}

/// What happened at the house with Tempo.
pub fn events() -> Vec<SeenEvent> {
    let midnight = wall::midnight(EVENING, 0);
    let event = |at: i64, kind, to: &str| SeenEvent {
        time: Timestamp((midnight + at) * 1_000_000),
        kind,
        from: String::new(),
        to: to.into(),
    };
    vec![
        event(-7000, EventKind::LinkChanged, "receiving"),
        event(21_600, EventKind::ColorTodayChanged, "white"),
        event(43_200, EventKind::MessageReceived, "  PAS DE   MESSAGE "),
        event(72_000, EventKind::ColorTomorrowChanged, "red"),
        event(79_200, EventKind::TariffChanged, "HC  BLANC"),
    ]
}

/// A screen on which these meters are, and the first is shown.
pub fn screen(
    language: Language,
    palette: Palette,
    meters: Vec<FollowedMeter>,
    now: i64,
) -> WatchScreen {
    let mut screen = WatchScreen::new(language, palette);
    let first = meters.first().map(|meter| meter.seen.id.clone());
    let has_events = first.as_deref() == Some("maison");
    screen.apply(News::Everything(overview("connected"), meters), now);
    if has_events {
        for event in events() {
            screen.apply(News::Event("maison".into(), event), now);
        }
    }
    if let Some(id) = first {
        screen.show_meter(&id);
    }
    screen
}

/// Three meters, in the order of their ids as the bus gives them; the one with this id is shown.
pub fn three(language: Language, palette: Palette, shown: &str, now: i64) -> WatchScreen {
    let meters = vec![grange(now), maison(), solaire(now)];
    let mut screen = screen(language, palette, meters, now);
    for event in events() {
        screen.apply(News::Event("maison".into(), event), now);
    }
    assert!(screen.show_meter(shown));
    screen
}
