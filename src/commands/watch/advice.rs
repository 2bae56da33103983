//! The one sentence that helps: the most urgent of what is known, or none.

use super::palette::Tint;
use super::plan::Price;
use super::scene::Scene;
use super::wall;
use crate::meter::Key;

/// From this much on what is injected is worth using, in VA.
const INJECTION_WORTH_USING: i64 = 800;
/// Off-peak hours that begin within this time are worth waiting for, in seconds.
const WORTH_WAITING: i64 = 5 * 3600;

/// The sentence, and its colour.
pub fn advice(scene: &Scene<'_>) -> Option<(String, Tint)> {
    let Scene { meter, words, .. } = *scene;
    let (power, injected) = meter.power_now()?;
    let plan = scene.plan();
    let clock = scene.clock();
    let trip = meter.int(Key::BREAKER_TRIP_IN);
    if let (Some(true), Some(seconds)) = (meter.flag(Key::BREAKER_WARNING), trip) {
        let span = words.span(u64::try_from(seconds).unwrap_or(0));
        return Some((words.advice_trip(&span), Tint::ALARM));
    }
    let is_over = meter.flag(Key::OVER_POWER) == Some(true);
    if is_over || meter.limit().is_some_and(|limit| power > limit) {
        return Some((words.advice_over(), Tint::ALARM));
    }
    if injected > INJECTION_WORTH_USING {
        let given = words.kilovolt_amperes(injected / 100 * 100);
        return Some((words.advice_injecting(&given), Tint::SUN));
    }
    let until = plan.next().map(|next| wall::clock(next.at));
    if meter.text(Key::COLOR_TODAY) == "red" && !plan.is_off_peak() {
        let sentence = until.map_or(words.advice_red_day(), |at| words.advice_red_until(&at));
        return Some((sentence, Tint::RED));
    }
    if meter.text(Key::COLOR_TOMORROW) == "red" {
        return Some((words.advice_red_tomorrow(), Tint::RED));
    }
    if plan.is_off_peak() {
        return Some((words.advice_off_peak(&until?), Tint::OFF_PEAK));
    }
    let off_peak = meter.time(Key::NEXT_OFF_PEAK_TIME)?;
    let wait = off_peak - clock;
    let is_soon =
        plan.price_of(meter.tariff_index()) != Price::Low && (1..WORTH_WAITING).contains(&wait);
    let span = words.span(u64::try_from(wait).unwrap_or(0));
    is_soon.then(|| (words.advice_wait(&span), Tint::OFF_PEAK))
}
