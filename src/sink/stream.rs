//! The Updates of all meters in one stream.
//!
//! A reader's thread that wakes a task writes to the runtime's eventfd, once for each task. So publishing wakes one
//! subscription only, and that one wakes the others, which costs no system call inside the runtime. A subscription that
//! is not waiting looks into the broadcast before it waits, so nothing is missed.

use std::pin::pin;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::TryRecvError};

use super::health::Health;
use crate::meter::{Snapshot, Update};

/// Updates that may wait for a sink, for each meter.
const WAITING_PER_METER_MAX: usize = 256;

/// Where the readers publish, and the sinks subscribe. A clone is another handle of the same.
#[derive(Clone, Debug)]
pub struct Stream {
    updates: broadcast::Sender<Arc<Update>>,
    wakers: Arc<Wakers>,
    /// The state of each meter before its first Update.
    initial: Arc<[Arc<Snapshot>]>,
}

impl Stream {
    /// A stream of meters that have these states before their first Updates, in the order of their numbers.
    #[must_use]
    pub fn new(initial: impl IntoIterator<Item = Arc<Snapshot>>) -> Self {
        let initial: Arc<[_]> = initial.into_iter().collect();
        Self {
            updates: broadcast::Sender::new(WAITING_PER_METER_MAX * initial.len().max(1)),
            wakers: Arc::default(),
            initial,
        }
    }

    /// Gives an Update to all subscriptions. Never waits; without a subscription it is lost.
    pub fn publish(&self, update: Arc<Update>) {
        // An error is a configuration without sinks.
        if self.updates.send(update).is_ok() {
            self.wakers.published.notify_one();
        }
    }

    /// The Updates from now on. `sink` names in the log who missed some, `health` counts them.
    #[must_use]
    pub fn subscribe(&self, sink: &'static str, health: &Health) -> Subscription {
        Subscription {
            sink,
            updates: self.updates.subscribe(),
            wakers: self.wakers.clone(),
            newest: self.initial.to_vec(),
            health: health.clone(),
            has_lagged: false,
        }
    }
}

#[derive(Debug, Default)]
struct Wakers {
    /// Wakes one of the waiting subscriptions: there is an Update.
    published: Notify,
    /// Wakes all others, from the first.
    relayed: Notify,
}

/// One sink's view of the stream.
#[derive(Debug)]
pub struct Subscription {
    sink: &'static str,
    updates: broadcast::Receiver<Arc<Update>>,
    wakers: Arc<Wakers>,
    newest: Vec<Arc<Snapshot>>,
    health: Health,
    has_lagged: bool,
}

impl Subscription {
    /// The newest state of each meter that this subscription gave, by the number of the meter ([`Update::meter`]). Before
    /// the first Update of a meter, its state from before.
    #[must_use]
    pub fn newest(&self) -> &[Arc<Snapshot>] {
        &self.newest
    }

    /// The next Update. Cancel-safe: one that is not awaited to the end takes nothing. When all readers have ended it
    /// never returns: a sink ends by its [`Shutdown`](super::Shutdown).
    pub async fn next(&mut self) -> Arc<Update> {
        loop {
            if let Some(update) = self.try_next() {
                return update;
            }
            self.published().await;
        }
    }

    /// Waits for an Update that was not taken yet. May return without one.
    async fn published(&self) {
        let mut published = pin!(self.wakers.published.notified());
        let mut relayed = pin!(self.wakers.relayed.notified());
        published.as_mut().enable();
        relayed.as_mut().enable();
        // What was published until here is found, what is published from here on wakes.
        if !self.updates.is_empty() {
            return;
        }
        tokio::select! {
            biased;
            () = published => self.wakers.relayed.notify_waiters(),
            () = relayed => {}
        }
    }

    /// The next Update, if there is one already.
    pub fn try_next(&mut self) -> Option<Arc<Update>> {
        loop {
            match self.updates.try_recv() {
                Ok(update) => return Some(self.take(update)),
                Err(TryRecvError::Lagged(missed)) => self.count_lag(missed),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            }
        }
    }

    fn take(&mut self, update: Arc<Update>) -> Arc<Update> {
        if let Some(newest) = self.newest.get_mut(update.meter) {
            newest.clone_from(&update.snapshot);
        }
        update
    }

    fn count_lag(&mut self, missed: u64) {
        self.health.add_lagged(missed);
        if !std::mem::replace(&mut self.has_lagged, true) {
            log::warn!(
                "{} did not keep up with the meters: {missed} states were missed. This is logged once; \
                 UpdatesLagged on D-Bus counts on",
                self.sink
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;
    use crate::meter::{Identity, Input, LinkCause, LinkDetail, Memory, Meter, Moment};

    fn meter(number: usize) -> Meter {
        let identity = Identity {
            number,
            id: format!("m{number}").into(),
            boot: "b".into(),
            shows_identifiers: false,
        };
        Meter::new(identity, &Memory::default())
    }

    /// An Update, each with another detail, a minute after the last: no more are published of a link that flaps.
    fn change(meter: &mut Meter) -> Arc<Update> {
        let seq = meter.last().seq;
        let detail = LinkDetail::new(LinkCause::NoPort, format!("cause {seq}"));
        let now = Moment {
            mono: Duration::from_secs(60 * seq),
            ..Moment::default()
        };
        meter.push(Input::Unavailable { detail }, now).unwrap()
    }

    #[tokio::test]
    async fn the_updates_of_all_meters_come_in_order_each_with_its_meter() {
        let mut meters = [meter(0), meter(1)];
        let stream = Stream::new(meters.iter().map(|meter| meter.last().clone()));
        let mut subscription = stream.subscribe("test", &Health::default());
        let ids: Vec<_> = subscription.newest().iter().map(|s| s.id.clone()).collect();
        assert_eq!(ids, ["m0".into(), "m1".into()]);
        for number in [1, 0, 1] {
            stream.publish(change(&mut meters[number]));
        }
        for number in [1, 0, 1] {
            let update = subscription.next().await;
            assert_eq!(update.meter, number);
            assert_eq!(subscription.newest()[number].seq, update.snapshot.seq);
        }
        assert_eq!(subscription.newest()[1].seq, 2);
        assert!(subscription.try_next().is_none());
    }

    #[tokio::test]
    async fn an_update_from_another_thread_reaches_every_subscription_that_waits() {
        let mut meter = meter(0);
        let stream = Stream::new([meter.last().clone()]);
        let mut sinks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let mut subscription = stream.subscribe("test", &Health::default());
            sinks.spawn(async move {
                for seq in 1..=100 {
                    assert_eq!(subscription.next().await.snapshot.seq, seq);
                }
            });
        }
        let reader = std::thread::spawn(move || {
            for number in 0..100 {
                stream.publish(change(&mut meter));
                if number % 3 == 0 {
                    std::thread::yield_now();
                }
            }
            stream
        });
        let ended = async { while sinks.join_next().await.transpose().unwrap().is_some() {} };
        timeout(Duration::from_secs(10), ended).await.unwrap();
        drop(reader.join());
    }

    #[tokio::test]
    async fn what_is_not_awaited_to_the_end_takes_nothing() {
        let mut meter = meter(0);
        let stream = Stream::new([meter.last().clone()]);
        let mut subscription = stream.subscribe("test", &Health::default());
        let short = Duration::from_millis(1);
        assert!(timeout(short, subscription.next()).await.is_err());
        stream.publish(change(&mut meter));
        assert_eq!(subscription.next().await.snapshot.seq, 1);
        drop(stream);
        assert!(
            timeout(short, subscription.next()).await.is_err(),
            "it has ended"
        );
    }

    #[test]
    fn a_sink_that_lags_is_counted_and_gets_the_newest() {
        let mut meter = meter(0);
        let health = Health::default();
        let stream = Stream::new([meter.last().clone()]);
        let mut slow = stream.subscribe("slow", &health);
        let mut also_slow = stream.subscribe("also slow", &health);
        for _ in 0..WAITING_PER_METER_MAX + 3 {
            stream.publish(change(&mut meter));
        }
        assert_eq!(slow.try_next().unwrap().snapshot.seq, 4);
        assert_eq!(health.updates_lagged(), 3);
        assert!(also_slow.try_next().is_some());
        assert_eq!(health.updates_lagged(), 6, "of all sinks");
        while slow.try_next().is_some() {}
        assert_eq!(slow.newest()[0].seq, meter.last().seq);
    }
}
