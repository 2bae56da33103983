//! The thread that writes: no reader and no sink waits for a disk.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::MemoryFile;
use crate::meter::Memory;
use crate::names::journal;

/// So many savings may wait; one more is dropped, for the next holds all that it held.
const WAITING: usize = 16;

/// Where to send what is to be kept. Cloned for each meter.
#[derive(Clone, Debug)]
pub struct Keeper {
    sender: SyncSender<(usize, Memory)>,
}

impl Keeper {
    /// Starts the thread for these files. It ends, with all written, when the last `Keeper` is dropped.
    ///
    /// # Errors
    /// The thread cannot be made.
    pub fn start(files: Vec<MemoryFile>) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = sync_channel(WAITING);
        let thread = thread::Builder::new()
            .name("store".into())
            .spawn(move || keep(files, &receiver))?;
        Ok((Self { sender }, thread))
    }

    /// Saves what the meter of this number remembers, soon.
    pub fn save(&self, meter: usize, memory: Memory) {
        let _ = self.sender.try_send((meter, memory));
    }
}

fn keep(mut files: Vec<MemoryFile>, receiver: &Receiver<(usize, Memory)>) {
    let mut works = true;
    while let Ok((meter, memory)) = receiver.recv() {
        let Some(file) = files.get_mut(meter) else {
            continue;
        };
        let saved = file.save(&memory);
        if let (true, Err(error)) = (works, &saved) {
            log::warn!(MESSAGE_ID = journal::STORE_FAILED; "the state directory cannot be written: {error}; what a meter remembers is lost at the next start");
        }
        works = saved.is_ok();
    }
}
