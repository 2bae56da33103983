//! A house: a meter, a bus, a daemon's home; and a terminal in which a shell runs.

use std::path::PathBuf;
use std::process::{Command, Output};

use linky_sensor::simulator::{Scenario, TariffPlan};
use tempfile::TempDir;

use crate::support::bus::PrivateBus;
use crate::support::daemon::{Home, WAIT_TIMEOUT, meter, within};
use crate::support::line::Playing;
use crate::support::program;

/// A simulated meter, a bus, and where a daemon may live.
pub struct House {
    pub bus: PrivateBus,
    pub home: Home,
    device: PathBuf,
    playing: Option<Playing>,
    _directory: TempDir,
}

impl House {
    /// With a Tempo contract, on a bus with our policy.
    pub fn new() -> Self {
        Self::on(PrivateBus::system())
    }

    /// The same on another bus.
    pub fn on(bus: PrivateBus) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let device = directory.path().join("linky");
        let config = format!("{}[mqtt]\nenabled = false\n", meter("maison", &device));
        let home = Home::new(&config).on_bus(bus.address());
        let mut house = Self {
            bus,
            home,
            device,
            playing: None,
            _directory: directory,
        };
        house.plug_in();
        house
    }

    /// The meter sends.
    pub fn plug_in(&mut self) {
        let scenario = Scenario {
            contract: TariffPlan::Tempo,
            ..Scenario::default()
        };
        self.playing = Some(Playing::at_speed(&self.device, scenario, 4.0));
    }

    /// The adapter is pulled out.
    pub fn unplug(&mut self) {
        self.playing = None;
    }

    /// The command that watches it, for a shell.
    pub fn command(&self) -> String {
        let address = self.bus.address();
        format!("{} --lang en watch --bus {address}", program::PATH)
    }

    /// What it prints with these arguments.
    pub fn printed(&self, arguments: &[&str]) -> Output {
        let mut command = program::command();
        command.args(["watch", "--bus", &self.bus.address()]);
        command.args(arguments).output().unwrap()
    }

    /// Waits until its power and its contract are known.
    pub fn until_received(&self) {
        within(WAIT_TIMEOUT, "the meter is received", || {
            let output = self.printed(&["--once", "--json"]);
            let text = String::from_utf8_lossy(&output.stdout);
            let is_known = ["\"apparent_power\"", "\"subscribed_power\"", "\"contract\""]
                .iter()
                .all(|key| text.contains(key));
            is_known.then_some(())
        });
    }
}

/// A terminal of 80 by 24 with a shell in it, ended when dropped.
pub struct Tmux {
    directory: TempDir,
}

impl Tmux {
    /// Starts it; the shell shows `ready>`.
    pub fn new() -> Self {
        let tmux = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        let shell =
            "env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 TERM=tmux-256color PS1='ready> ' sh -i";
        tmux.run(&["new-session", "-d", "-x", "80", "-y", "24", shell]);
        tmux.until("ready>");
        tmux
    }

    fn run(&self, arguments: &[&str]) -> String {
        let socket = self.directory.path().join("tmux");
        let output = Command::new("tmux")
            .args(["-f", "/dev/null", "-u", "-S"])
            .arg(socket)
            .args(arguments)
            .env("LC_ALL", "C.UTF-8")
            .output()
            .expect("tmux runs: install the package tmux");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux {arguments:?}: {error}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Presses keys, by the names that tmux has for them.
    pub fn press(&self, keys: &[&str]) {
        let mut arguments = vec!["send-keys"];
        arguments.extend(keys);
        self.run(&arguments);
    }

    /// Types a line.
    pub fn type_line(&self, line: &str) {
        self.run(&["send-keys", "-l", line]);
        self.press(&["Enter"]);
    }

    /// What is seen.
    pub fn screen(&self) -> String {
        self.run(&["capture-pane", "-p"])
    }

    /// Waits until a text is seen; returns the screen.
    pub fn until(&self, text: &str) -> String {
        self.until_screen(text, |screen| screen.contains(text))
    }

    /// Waits until the screen is so; returns it.
    pub fn until_screen(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let mut last = String::new();
        let deadline = std::time::Instant::now() + WAIT_TIMEOUT;
        while std::time::Instant::now() < deadline {
            last = self.screen();
            if is_so(&last) {
                return last;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("not seen: {what}\n{last}");
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, lines: u16) {
        let (columns, lines) = (columns.to_string(), lines.to_string());
        self.run(&["resize-window", "-x", &columns, "-y", &lines]);
    }

    /// A format of tmux, such as `#{alternate_on}`.
    pub fn asked(&self, format: &str) -> String {
        self.run(&["display-message", "-p", format])
            .trim()
            .to_owned()
    }

    /// The id of the program that the shell runs.
    pub fn child(&self) -> i32 {
        let shell = self.asked("#{pane_pid}");
        let children = format!("/proc/{shell}/task/{shell}/children");
        within(WAIT_TIMEOUT, "the shell runs a program", || {
            let children = std::fs::read_to_string(&children).ok()?;
            children.split_whitespace().next()?.parse().ok()
        })
    }

    /// The shell has the terminal again, as it was: the screen, the cursor, no mouse, echo and lines.
    pub fn assert_restored(&self) {
        let flags = "#{alternate_on} #{mouse_any_flag} #{mouse_sgr_flag} #{cursor_flag}";
        let expected = "0 0 0 1";
        self.until_screen("the terminal is given back", |_| {
            self.asked(flags) == expected
        });
        self.type_line("clear; stty -a");
        let settings = self.until("extproc");
        let has = |word: &str| settings.split([' ', '\n', ';']).any(|one| one == word);
        for word in ["icanon", "echo", "isig", "icrnl", "opost"] {
            assert!(has(word), "{word}: {settings}");
        }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let socket = self.directory.path().join("tmux");
        let _ = Command::new("tmux")
            .arg("-S")
            .arg(socket)
            .arg("kill-server")
            .output();
    }
}
