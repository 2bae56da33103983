//! The threads that are not the runtime's: the readers and the store.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::serial::Stopper;

/// So long may they take to end; then they are left behind.
const PATIENCE: Duration = Duration::from_secs(1);

/// The running threads.
pub struct Threads {
    stopper: Stopper,
    readers: Vec<JoinHandle<()>>,
    store: JoinHandle<()>,
}

impl Threads {
    /// The store's thread, and no reader yet; `stopper` ends the readers.
    pub fn new(stopper: Stopper, store: JoinHandle<()>) -> Self {
        Self {
            stopper,
            readers: Vec::new(),
            store,
        }
    }

    /// A reader that was started.
    pub fn push(&mut self, reader: JoinHandle<()>) {
        self.readers.push(reader);
    }

    /// Whether one ended that was not asked to.
    pub fn any_ended(&self) -> bool {
        self.readers
            .iter()
            .chain([&self.store])
            .any(JoinHandle::is_finished)
    }

    /// Asks the readers to end; does not wait.
    pub fn stop(&self) {
        self.stopper.stop();
    }

    /// Waits until all have ended, the store last: it ends when no reader can give it anything more.
    pub async fn ended(&self) {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end
            && !self
                .readers
                .iter()
                .chain([&self.store])
                .all(JoinHandle::is_finished)
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
