//! Who answers the questions: a script at the other end of a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};

use nix::fcntl::{OFlag, open};
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::stat::Mode;
use nix::sys::termios::{LocalFlags, tcgetattr};

use super::daemon::{WAIT_TIMEOUT, within};
use super::program;

/// Our program on a terminal. Ended when dropped.
pub struct Conversation {
    screen: PtyMaster,
    /// Keeps the terminal, also after the end of the command.
    terminal: File,
    child: Child,
    shown: String,
    /// How much of it was awaited.
    at: usize,
}

impl Conversation {
    /// With these arguments and variables, in this language.
    pub fn begin(lang: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let screen = posix_openpt(flags | OFlag::O_NONBLOCK).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let name = ptsname_r(&screen).unwrap();
        let terminal = File::from(open(name.as_str(), flags, Mode::empty()).unwrap());
        let side = || terminal.try_clone().unwrap();
        // With a terminal that can interrupt it, whether or not who started the tests ignores interruptions.
        let child = Command::new("setsid")
            .args(["--ctty", "env", "--default-signal=INT"])
            .arg(program::PATH)
            .args(["--lang", lang])
            .args(arguments)
            .env("LC_ALL", "C.UTF-8")
            .env("NO_COLOR", "1")
            .envs(variables.iter().copied())
            .stdin(side())
            .stdout(side())
            .stderr(side())
            .spawn()
            .expect("setsid is not there: install the package util-linux");
        Self {
            screen,
            terminal,
            child,
            shown: String::new(),
            at: 0,
        }
    }

    fn read(&mut self) {
        let mut buffer = [0; 4096];
        while let Ok(length) = self.screen.read(&mut buffer) {
            if length == 0 {
                break;
            }
            let text = String::from_utf8_lossy(&buffer[..length]);
            self.shown.push_str(&text.replace('\r', ""));
        }
    }

    /// Waits until this is shown, after all that was awaited before.
    pub fn until(&mut self, text: &str) {
        let found = within_shown(self, text);
        self.at = found + text.len();
    }

    /// Waits for a question, and answers it.
    pub fn answer(&mut self, question: &str, answer: &str) {
        self.until(question);
        self.type_line(answer);
    }

    /// Types a line.
    pub fn type_line(&mut self, line: &str) {
        self.screen
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
    }

    /// Types the key that interrupts.
    pub fn interrupt(&mut self) {
        self.screen.write_all(b"\x03").unwrap();
    }

    /// Types the key that ends the input.
    pub fn end_input(&mut self) {
        self.screen.write_all(b"\x04").unwrap();
    }

    /// Whether what is typed is seen.
    pub fn is_echoed(&self) -> bool {
        let settings = tcgetattr(&self.terminal).unwrap();
        settings.local_flags.contains(LocalFlags::ECHO)
    }

    /// Waits until what is typed is seen again.
    pub fn until_echoed(&self) -> bool {
        within(WAIT_TIMEOUT, "the echo", || {
            self.is_echoed().then_some(true)
        })
    }

    /// Waits for its end: the status, and all that was shown.
    pub fn end(mut self) -> (ExitStatus, String) {
        let status = within(WAIT_TIMEOUT, "its end", || {
            self.read();
            self.child.try_wait().unwrap()
        });
        self.read();
        (status, self.shown.clone())
    }

    /// Waits for its end, which is this exit code.
    pub fn end_with(self, code: i32) -> String {
        let (status, shown) = self.end();
        assert_eq!(
            (status.code(), status.signal()),
            (Some(code), None),
            "{shown}"
        );
        shown
    }
}

fn within_shown(conversation: &mut Conversation, text: &str) -> usize {
    let deadline = std::time::Instant::now() + WAIT_TIMEOUT;
    loop {
        // What it shows at its end is read too.
        let ended = conversation.child.try_wait().unwrap();
        conversation.read();
        let at = conversation.at;
        if let Some(found) = conversation.shown[at..].find(text) {
            return at + found;
        }
        assert!(
            ended.is_none() && std::time::Instant::now() < deadline,
            "not shown: {text:?}; {ended:?}\n{}",
            conversation.shown
        );
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
