//! `set-password` on a terminal of its own.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use nix::fcntl::{OFlag, open};
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::sys::termios::{LocalFlags, tcgetattr};

#[path = "support/program.rs"]
mod program;

const WAIT_TIMEOUT: Duration = Duration::from_secs(240);

/// Ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn within<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_interruption_at_the_prompt_leaves_the_terminal_as_it_was() {
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let mut screen = posix_openpt(flags | OFlag::O_NONBLOCK).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let name = ptsname_r(&screen).unwrap();
    let terminal = File::from(open(name.as_str(), flags, Mode::empty()).unwrap());
    let is_shown = || {
        let settings = tcgetattr(&terminal).unwrap();
        settings.local_flags.contains(LocalFlags::ECHO)
    };
    assert!(is_shown());
    let side = || terminal.try_clone().unwrap();
    // With a terminal that can interrupt it, whoever started the tests ignores interruptions or not, and as root.
    let command = Command::new("setsid")
        .args(["--ctty", "env", "--default-signal=INT"])
        .args(["unshare", "--map-root-user"])
        .arg(program::PATH)
        .args(program::ENGLISH)
        .arg("set-password")
        .stdin(side())
        .stdout(side())
        .stderr(side())
        .spawn()
        .expect("setsid and unshare are not there: install the package util-linux");
    let mut command = Running(command);
    let mut shown = String::new();
    within("the prompt", || {
        let mut buffer = [0; 256];
        if let Ok(length) = screen.read(&mut buffer) {
            shown.push_str(&String::from_utf8_lossy(buffer.get(..length)?));
        }
        shown.contains("Password").then_some(())
    });
    assert!(!is_shown(), "what is typed is not seen");
    screen.write_all(b"hunter\x03").unwrap();
    let status = within("its end", || command.0.try_wait().unwrap());
    assert_eq!(
        status.signal(),
        Some(Signal::SIGINT as i32),
        "{status}: {shown}"
    );
    assert!(is_shown(), "what is typed is seen again");
}
