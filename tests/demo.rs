//! `linky-sensor demo`: it shows the chain, warns of nothing, and leaves nothing behind.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

#[path = "support/program.rs"]
mod program;

const WAIT_TIMEOUT: Duration = Duration::from_secs(240);

fn within<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The processes whose arguments have this text.
fn processes(text: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let arguments =
        entries.filter_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok());
    arguments.filter(|it| it.contains(text)).collect()
}

fn ended(demo: &mut Child) {
    let status = within("the demo ends", || demo.try_wait().unwrap());
    assert!(status.success(), "{status}");
}

/// Ctrl-C reaches every process of the terminal's foreground group.
#[test]
fn ctrl_c_ends_it_in_order_and_nothing_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let (log, shown) = (directory.path().join("log"), directory.path().join("shown"));
    let mut demo = program::command()
        .args(["demo", "--seconds", "300"])
        .env("TMPDIR", directory.path())
        .stdin(Stdio::null())
        .stdout(fs::File::create(&shown).unwrap())
        .stderr(fs::File::create(&log).unwrap())
        .process_group(0)
        .spawn()
        .unwrap();
    let place = format!("{}/linky-sensor-demo", directory.path().display());
    within("the meter is received", || {
        let shown = fs::read_to_string(&shown).unwrap();
        let is_received = shown.contains("busctl") && !processes(&place).is_empty();
        is_received.then_some(())
    });
    killpg(Pid::from_raw(demo.id().cast_signed()), Signal::SIGINT).unwrap();
    ended(&mut demo);
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("receiving"), "{log}");
    assert!(!log.contains("warn:") && !log.contains("error:"), "{log}");
    assert_eq!(processes(&place), Vec::<String>::new());
}
