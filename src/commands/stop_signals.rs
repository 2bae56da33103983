//! Ctrl-C, SIGTERM, and a terminal that goes away: a command that has something to put in order stops by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::sys::signal::{SigSet, Signal};

/// Set by these signals. To be called before any other thread starts.
pub fn stop_on_signals() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    call_on_signals(move || flag.store(true, Ordering::Relaxed));
    stop
}

/// Calls this once, on a thread of its own, at the first of these signals. To be called before any other thread starts.
pub fn call_on_signals(stop: impl FnOnce() + Send + 'static) {
    let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP]
        .into_iter()
        .collect();
    if signals.thread_block().is_ok() {
        thread::spawn(move || {
            // If the wait fails no signal can stop the command: stop at once.
            let _ = signals.wait();
            stop();
        });
    }
}
