//! The part of systemd that watches a service, as systemd.service(5) and sd_notify(3) describe it: the service is
//! restarted when it has given no sign of life for WatchdogSec, or asks for it.

use std::thread;
use std::time::{Duration, Instant};

use super::support::daemon::Daemon;

const UNIT: &str = include_str!("../../systemd/linky-sensor.service");

/// WatchdogSec of our unit.
pub fn watchdog_of_the_unit() -> Duration {
    let seconds = UNIT
        .lines()
        .find_map(|line| line.strip_prefix("WatchdogSec=")?.strip_suffix('s'));
    Duration::from_secs(seconds.unwrap().parse().unwrap())
}

/// The variable of the environment for this limit.
pub fn variable(limit: Duration) -> String {
    limit.as_micros().to_string()
}

/// Who watches a daemon that is ready.
pub struct Watch<'a, 'b> {
    pub daemon: &'a mut Daemon<'b>,
    limit: Duration,
    /// So many notices were read.
    read: usize,
    sign_of_life: Instant,
    signs: usize,
}

impl<'a, 'b> Watch<'a, 'b> {
    /// Restarts it, if it could, after so long without a sign of life.
    pub fn over(daemon: &'a mut Daemon<'b>, limit: Duration) -> Self {
        Self {
            read: daemon.notices().len(),
            daemon,
            limit,
            sign_of_life: Instant::now(),
            signs: 0,
        }
    }

    /// Why it would be restarted now, if it would.
    fn verdict(&mut self) -> Option<String> {
        let now = Instant::now();
        let notices = self.daemon.notices();
        for notice in notices.iter().skip(self.read) {
            match notice.as_str() {
                "WATCHDOG=1" => {
                    self.sign_of_life = now;
                    self.signs += 1;
                }
                "WATCHDOG=trigger" => return Some("it asks for it".to_owned()),
                _ => {}
            }
        }
        self.read = notices.len();
        let silence = now - self.sign_of_life;
        (silence > self.limit).then(|| format!("no sign of life for {silence:?}"))
    }

    /// Waits until it gives a sign of life.
    pub fn until_alive(&mut self) {
        let (deadline, before) = (Instant::now() + self.limit, self.signs);
        while self.signs == before {
            assert_eq!(self.verdict(), None);
            assert!(Instant::now() < deadline);
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until it would be restarted: why, and after how long.
    pub fn until_restart(&mut self, at_most: Duration) -> (String, Duration) {
        let began = Instant::now();
        loop {
            if let Some(why) = self.verdict() {
                return (why, began.elapsed());
            }
            assert!(began.elapsed() < at_most, "it is not restarted");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// For so long it is not to be restarted. Returns how often it gave a sign of life.
    pub fn lives_for(&mut self, time: Duration, who: &str) -> usize {
        let (end, before) = (Instant::now() + time, self.signs);
        while Instant::now() < end {
            if let Some(why) = self.verdict() {
                panic!("{who}: {why}");
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.signs - before
    }
}
