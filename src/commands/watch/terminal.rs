//! The terminal: taken over, and given back on every way out.
//!
//! What is changed: the alternate screen, the cursor, raw mode, clicks of the mouse. It is put right again when this is
//! dropped, by the hook of a panic (which aborts, and drops nothing), and before the process is stopped. Clicks alone are
//! asked for: every movement of the mouse would be traffic over ssh.

use std::io::{self, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::style::Print;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// Clicks of the mouse, in a form that holds large columns (xterm's ctlseqs, "Mouse Tracking").
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";

/// Whether there is something to put right.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// The terminal of standard output, given back when dropped.
pub struct LiveTerminal {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl LiveTerminal {
    /// Takes it over.
    ///
    /// # Errors
    /// If it is none, or is gone.
    pub fn open() -> io::Result<Self> {
        HOOK.call_once(restore_on_panic);
        take()?;
        let backend = CrosstermBackend::new(io::stdout());
        let terminal = Terminal::new(backend).inspect_err(|_| restore())?;
        Ok(Self { terminal })
    }

    /// Draws what has changed.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        self.terminal.draw(|frame| draw(frame.buffer_mut()))?;
        Ok(())
    }

    /// Draws all of it the next time.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn clear(&mut self) -> io::Result<()> {
        // Terminal::clear asks the terminal for its cursor, and the answer would go to the thread that reads the keys.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    /// Gives the terminal to the shell and stops, until the shell goes on with this process.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn suspend(&mut self) -> io::Result<()> {
        restore();
        // The whole job, as the key would have done.
        kill(Pid::from_raw(0), Signal::SIGTSTP)?;
        self.resume()
    }

    /// Takes the terminal over again.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn resume(&mut self) -> io::Result<()> {
        take()?;
        self.clear()
    }
}

impl Drop for LiveTerminal {
    fn drop(&mut self) {
        restore();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    IS_TAKEN.store(true, Ordering::SeqCst);
    let taken = execute!(io::stdout(), EnterAlternateScreen, Hide, Print(MOUSE_ON));
    taken.inspect_err(|_| restore())
}

/// Puts right what was changed. A terminal that is gone needs nothing.
fn restore() {
    if IS_TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = execute!(out, Print(MOUSE_OFF), LeaveAlternateScreen, Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// The message of a panic belongs on the normal screen.
fn restore_on_panic() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        usual(panic);
    }));
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::LiveTerminal;

    /// Set for the program that panics, in a terminal of its own.
    const IN_TERMINAL: &str = "LINKY_TEST_IN_TERMINAL";

    /// The shipped program aborts on a panic: nothing is dropped, only the hook runs.
    #[test]
    fn a_panic_gives_the_terminal_back_before_its_message() {
        if std::env::var_os(IN_TERMINAL).is_some() {
            std::mem::forget(LiveTerminal::open().unwrap());
            panic!("a defect, on purpose");
        }
        let name =
            "commands::watch::terminal::tests::a_panic_gives_the_terminal_back_before_its_message";
        let program = std::env::current_exe().unwrap();
        let command = format!("{} --exact {name} --nocapture; stty -a", program.display());
        let output = Command::new("script")
            .args(["-q", "-c", &command, "/dev/null"])
            .env(IN_TERMINAL, "1")
            .env("RUST_BACKTRACE", "0")
            .output()
            .expect("script runs: install the package bsdutils");
        let seen = String::from_utf8_lossy(&output.stdout);
        let at = |text: &str| {
            seen.find(text)
                .unwrap_or_else(|| panic!("no {text:?}: {seen:?}"))
        };
        let message = at("a defect, on purpose");
        for restored in ["\x1b[?1049l", "\x1b[?1000l", "\x1b[?1006l", "\x1b[?25h"] {
            assert!(at(restored) < message, "{restored:?}: {seen:?}");
        }
        assert!(
            seen.contains(" icanon") && seen.contains(" echo "),
            "{seen}"
        );
    }
}
