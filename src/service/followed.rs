//! A meter as the supervisor and the sinks follow it: its Updates, and its last state.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{broadcast, watch};

use super::journal;
use crate::meter::{Meter, Snapshot, Update};

/// A followed meter.
pub struct Followed {
    updates: broadcast::Sender<Arc<Update>>,
    /// The supervisor's own, until it follows.
    own: Mutex<Option<broadcast::Receiver<Arc<Update>>>>,
    last: Mutex<Arc<Snapshot>>,
}

impl Followed {
    /// A meter, and where its Updates come from.
    pub fn new(meter: &Meter, updates: &broadcast::Sender<Arc<Update>>) -> Self {
        Self {
            updates: updates.clone(),
            // From before the reader starts: its first word is not to be missed.
            own: Mutex::new(Some(updates.subscribe())),
            last: Mutex::new(meter.last().clone()),
        }
    }

    /// Its Updates from now on.
    pub fn updates(&self) -> broadcast::Receiver<Arc<Update>> {
        self.updates.subscribe()
    }

    /// The last state that was followed.
    pub fn last(&self) -> Arc<Snapshot> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Tells the journal what happens, and `changed` when the link does.
    async fn follow(&self, changed: &watch::Sender<()>) {
        let own = self
            .own
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut updates = own.unwrap_or_else(|| self.updates());
        loop {
            match updates.recv().await {
                Ok(update) => {
                    let before = std::mem::replace(
                        &mut *self.last.lock().unwrap_or_else(PoisonError::into_inner),
                        update.snapshot.clone(),
                    );
                    journal::tell(&before, &update);
                    if before.link != update.snapshot.link {
                        let _ = changed.send(());
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
            }
        }
    }
}

/// Follows every meter, for ever.
pub async fn follow_all(meters: &[Followed], changed: &watch::Sender<()>) {
    let mut following: Vec<_> = meters
        .iter()
        .map(|meter| Box::pin(meter.follow(changed)))
        .collect();
    std::future::poll_fn::<(), _>(|context| {
        for meter in &mut following {
            let _ = meter.as_mut().poll(context);
        }
        std::task::Poll::Pending
    })
    .await;
}
