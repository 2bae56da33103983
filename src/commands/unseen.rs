//! A terminal on which what is typed is not seen.

use std::io;
use std::thread;

use nix::sys::signal::{SigSet, Signal, raise};
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};

/// The terminal of standard input without echo, put back when dropped, and before a signal ends the process.
pub struct Unseen(Termios);

impl Unseen {
    /// Switches the echo off, and drops what was typed before.
    ///
    /// # Errors
    /// Standard input is no terminal, or no thread can be made to wait for a signal.
    pub fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let deadly = [
            Signal::SIGINT,
            Signal::SIGTERM,
            Signal::SIGQUIT,
            Signal::SIGHUP,
        ];
        let deadly: SigSet = deadly.into_iter().collect();
        deadly.thread_block()?;
        let shown = before.clone();
        thread::Builder::new()
            .name("echo".to_owned())
            .spawn(move || {
                let Ok(signal) = deadly.wait() else { return };
                drop(Self(shown));
                let _ = deadly.thread_unblock();
                let _ = raise(signal);
            })?;
        let mut unseen = before.clone();
        unseen.local_flags.remove(LocalFlags::ECHO);
        tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &unseen)?;
        Ok(Self(before))
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &self.0);
    }
}
