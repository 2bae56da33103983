//! Bounds the lines of one kind: what flaps does not fill the journal.
//!
//! Of each kind of line of each meter, [`LINES_MAX`] are logged in [`PERIOD`]; of those that follow, the newest is kept, and
//! logged with the first Update of the meter after the period, with the number of those that were left out.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::journal_line::Line;

/// Lines of one kind about one meter that are logged at once, at most.
const LINES_MAX: u32 = 10;

/// For how long they are counted.
const PERIOD: Duration = Duration::from_secs(30);

/// See the module.
#[derive(Debug, Default)]
pub struct FloodGuard {
    /// By the number of the meter and the kind.
    kinds: BTreeMap<(usize, &'static str), Recent>,
}

#[derive(Debug)]
struct Recent {
    since: Instant,
    logged: u32,
    left_out: u32,
    newest: Option<Line>,
}

impl FloodGuard {
    /// Takes a line about a meter, by its number. Returns it if it is to be logged.
    pub fn admit(&mut self, meter: usize, line: Line, now: Instant) -> Option<Line> {
        let recent = self.kinds.entry((meter, line.kind)).or_insert(Recent {
            since: now,
            logged: 0,
            left_out: 0,
            newest: None,
        });
        if recent.newest.is_none() && now.duration_since(recent.since) >= PERIOD {
            (recent.since, recent.logged) = (now, 0);
        }
        if recent.logged < LINES_MAX {
            recent.logged += 1;
            return Some(line);
        }
        recent.left_out += u32::from(recent.newest.is_some());
        recent.newest = Some(line);
        None
    }

    /// The lines about a meter that were kept until the end of their period.
    pub fn take_due(&mut self, meter: usize, now: Instant) -> Vec<Line> {
        let of_the_meter = self.kinds.range_mut((meter, "")..(meter + 1, ""));
        let due = of_the_meter.filter_map(|(_, recent)| {
            if now.duration_since(recent.since) < PERIOD {
                return None;
            }
            let mut line = recent.newest.take()?;
            (recent.since, recent.logged) = (now, 1);
            match std::mem::take(&mut recent.left_out) {
                0 => {}
                1 => line.text.push_str(" (a line before it was left out)"),
                count => line
                    .text
                    .push_str(&format!(" ({count} lines before it were left out)")),
            }
            Some(line)
        });
        due.collect()
    }
}

#[cfg(test)]
mod tests {
    use log::Level;

    use super::*;
    use crate::names::journal;

    fn line(kind: &'static str, text: String) -> Line {
        Line {
            level: Level::Info,
            kind,
            text,
        }
    }

    /// What is logged of a flap a second for so many seconds, each with its second.
    fn flapping(
        guard: &mut FloodGuard,
        meter: usize,
        start: Instant,
        seconds: u64,
    ) -> Vec<(u64, String)> {
        let mut logged = Vec::new();
        for second in 0..seconds {
            let now = start + Duration::from_secs(second);
            let line = line(journal::VOLTAGE_CHANGED, format!("flap {second}"));
            let lines = guard.take_due(meter, now).into_iter();
            let lines = lines.chain(guard.admit(meter, line, now));
            logged.extend(lines.map(|line| (second, line.text)));
        }
        logged
    }

    #[test]
    fn at_most_a_dozen_lines_of_a_kind_come_in_half_a_minute() {
        let mut guard = FloodGuard::default();
        let logged = flapping(&mut guard, 0, Instant::now(), 600);
        for (second, _) in &logged {
            let later = logged
                .iter()
                .filter(|(other, _)| (*second..second + 30).contains(other));
            assert!(later.count() <= 12, "{logged:?}");
        }
        assert_eq!(logged[10].1, "flap 29 (19 lines before it were left out)");
    }

    #[test]
    fn the_last_of_what_flapped_is_logged() {
        let (mut guard, start) = (FloodGuard::default(), Instant::now());
        assert_eq!(flapping(&mut guard, 0, start, 12).len(), 10);
        assert!(
            guard
                .take_due(0, start + Duration::from_secs(29))
                .is_empty()
        );
        let due = guard.take_due(0, start + PERIOD);
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].text, "flap 11 (a line before it was left out)");
        assert!(guard.take_due(0, start + 2 * PERIOD).is_empty());
    }

    #[test]
    fn other_kinds_and_other_meters_have_their_own_bound() {
        let (mut guard, now) = (FloodGuard::default(), Instant::now());
        flapping(&mut guard, 0, now, 20);
        assert_eq!(flapping(&mut guard, 1, now, 20).len(), 10);
        let other = line(journal::PHASE_CHANGED, "phase 2 lost".to_owned());
        assert!(guard.admit(0, other, now).is_some());
    }
}
