//! `demo` on a terminal: this screen, of a meter that has a past, and afterwards nothing of it is left.

use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::stage::Tmux;
use crate::support::daemon::{WAIT_TIMEOUT, within};
use crate::support::program;

/// Runs it in this terminal, with its files in this directory.
fn begin(tmux: &Tmux, directory: &Path, options: &str) {
    tmux.resize(120, 40);
    let (place, program) = (directory.display(), program::PATH);
    tmux.type_line(&format!(
        "TMPDIR={place} {program} --lang en demo {options}; echo code $?"
    ));
}

/// The processes that use this directory.
fn processes(directory: &Path) -> Vec<String> {
    let place = format!("{}/linky-sensor-demo", directory.display());
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let arguments =
        entries.filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok());
    arguments.filter(|it| it.contains(&place)).collect()
}

fn assert_nothing_is_left(directory: &Path) {
    within(WAIT_TIMEOUT, "its programs have ended", || {
        processes(directory).is_empty().then_some(())
    });
    let files = std::fs::read_dir(directory).unwrap();
    assert_eq!(files.count(), 0);
}

#[test]
fn the_demo_opens_the_screen_with_a_past_and_ends_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let tmux = Tmux::new();
    begin(&tmux, directory.path(), "--contract tempo");
    for text in [" live", "demo", "24 h", "TEMPO", "yesterday"] {
        tmux.until(text);
    }
    assert!(!tmux.screen().contains("The plot begins now."));
    assert!(!processes(directory.path()).is_empty());
    tmux.press(&["q"]);
    tmux.until("demo --plain");
    let screen = tmux.until("code 0");
    assert!(screen.contains("demo: "), "{screen}");
    assert!(
        !screen.contains("warn:") && !screen.contains("error:"),
        "{screen}"
    );
    tmux.assert_restored();
    assert_nothing_is_left(directory.path());
}

#[test]
fn a_signal_ends_the_demo_in_order_too() {
    let directory = tempfile::tempdir().unwrap();
    let tmux = Tmux::new();
    begin(&tmux, directory.path(), "");
    tmux.until(" live");
    kill(Pid::from_raw(tmux.child()), Signal::SIGTERM).unwrap();
    tmux.until("code 0");
    tmux.assert_restored();
    assert_nothing_is_left(directory.path());
}

#[test]
fn with_plain_a_terminal_has_the_text() {
    let directory = tempfile::tempdir().unwrap();
    let tmux = Tmux::new();
    begin(&tmux, directory.path(), "--plain");
    tmux.until("busctl --address=");
    tmux.until(" VA ");
    assert_eq!(tmux.asked("#{alternate_on}"), "0");
    tmux.press(&["C-c"]);
    tmux.until("code 0");
    assert_nothing_is_left(directory.path());
}
