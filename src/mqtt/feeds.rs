//! The Updates of all meters in one stream, each with the place of its meter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use log::warn;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::meter::Update;

/// Updates that wait to be taken. Few: the broadcast behind them holds the rest.
const WAITING: usize = 4;

/// The merged stream. Dropping it ends the tasks behind it.
pub struct Feeds {
    updates: mpsc::Receiver<(usize, Arc<Update>)>,
    _tasks: JoinSet<()>,
}

impl Feeds {
    /// Merges the streams; their places are those of the list. What a stream lost is added to `lagged`.
    pub fn merge(
        streams: impl IntoIterator<Item = broadcast::Receiver<Arc<Update>>>,
        lagged: &Arc<AtomicU64>,
    ) -> Self {
        let (sender, updates) = mpsc::channel(WAITING);
        let mut tasks = JoinSet::new();
        for (place, stream) in streams.into_iter().enumerate() {
            tasks.spawn(forward(place, stream, sender.clone(), lagged.clone()));
        }
        Self {
            updates,
            _tasks: tasks,
        }
    }

    /// The next Update; `None` for ever when all streams have ended. Nothing is lost if it is not awaited to the end.
    pub async fn next(&mut self) -> Option<(usize, Arc<Update>)> {
        self.updates.recv().await
    }

    /// An Update that was told before now and is still on its way; `None` when there is none left.
    pub async fn rest(&mut self) -> Option<(usize, Arc<Update>)> {
        // The tasks behind this get a turn.
        tokio::task::yield_now().await;
        self.updates.try_recv().ok()
    }
}

async fn forward(
    place: usize,
    mut stream: broadcast::Receiver<Arc<Update>>,
    sender: mpsc::Sender<(usize, Arc<Update>)>,
    lagged: Arc<AtomicU64>,
) {
    loop {
        let update = match stream.recv().await {
            Ok(update) => update,
            Err(RecvError::Lagged(missed)) => {
                if lagged.fetch_add(missed, Ordering::Relaxed) == 0 {
                    warn!("MQTT did not keep up with a meter: some states were missed");
                }
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        if sender.send((place, update)).await.is_err() {
            return;
        }
    }
}
