//! The thread with real files: what it is given is on disk when it has ended, and a disk that fails ends nothing.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A memory with this in it.
fn memory(value: u32) -> Memory {
    let mut memory = Memory::default();
    memory.insert("part", value.into());
    memory
}

fn loaded(directory: &Path, meter: &str) -> Memory {
    MemoryFile::new(directory, meter).load().unwrap()
}

/// The thread for two meters, without a history.
fn started(directory: &Path) -> (StoreHandle, JoinHandle<()>, Arc<AtomicUsize>) {
    let pulses = Arc::new(AtomicUsize::new(0));
    let counted = pulses.clone();
    let files = ["main", "roof"].map(|meter| MemoryFile::new(directory, meter));
    let (store, history, thread) = StoreHandle::start(files.into(), None, move || {
        counted.fetch_add(1, Ordering::Relaxed);
    })
    .unwrap();
    assert!(history.is_none());
    (store, thread, pulses)
}

#[test]
fn all_that_was_given_is_on_disk_when_the_last_handle_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let (store, thread, pulses) = started(directory.path());
    let other = store.clone();
    for value in 0..20 {
        store.save(0, memory(value));
        other.save(1, memory(100 + value));
    }
    let marker = store.marker(directory.path().join("migrated"));
    assert!(!marker.is_set());
    marker.set();
    drop((store, other, marker));
    thread.join().unwrap();
    assert_eq!(loaded(directory.path(), "main"), memory(19));
    assert_eq!(loaded(directory.path(), "roof"), memory(119));
    assert!(directory.path().join("migrated").exists());
    assert!(pulses.load(Ordering::Relaxed) > 40, "one for each job");
}

#[test]
fn a_marker_is_set_for_every_later_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("migrated");
    for is_set in [false, true] {
        let (store, thread, _) = started(directory.path());
        let marker = store.marker(path.clone());
        assert_eq!(marker.is_set(), is_set);
        marker.set();
        drop((store, marker));
        thread.join().unwrap();
    }
}

#[test]
fn the_number_of_no_meter_and_a_place_that_is_not_there_end_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (store, thread, _) = started(directory.path());
    store.save(2, memory(1));
    store.save(usize::MAX, memory(1));
    store.marker(directory.path().join("absent/migrated")).set();
    store.save(0, memory(2));
    drop(store);
    thread.join().unwrap();
    assert_eq!(loaded(directory.path(), "main"), memory(2));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_directory_that_comes_back_is_written_to_again() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let (store, thread, pulses) = started(&state);
    store.save(0, memory(1));
    // The pulse after the job: it was tried.
    let deadline = Instant::now() + Duration::from_secs(60);
    while pulses.load(Ordering::Relaxed) < 2 {
        assert!(Instant::now() < deadline);
        thread::yield_now();
    }
    fs::create_dir(&state).unwrap();
    store.save(0, memory(1));
    drop(store);
    thread.join().unwrap();
    assert_eq!(loaded(&state, "main"), memory(1), "the same memory");
}
