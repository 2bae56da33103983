//! The history of a process that is killed while it writes.

use std::collections::BTreeSet;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use linky_sensor::store::Log;

/// Small enough for segments to come and go all the time.
const BOUND: u64 = 64 << 10;

const DIRECTORY: &str = "HISTORY_OF_THE_TEST";

fn payload(number: u64) -> Vec<u8> {
    let length = usize::try_from(number * 131 % 1500).unwrap();
    format!("{number} {}", "x".repeat(length)).into_bytes()
}

/// What the process that is killed does: it appends, and acknowledges the oldest, and prints each step.
#[test]
#[ignore = "the process that the test below kills"]
fn writes_until_it_is_killed() {
    let Some(directory) = env::var_os(DIRECTORY) else {
        return;
    };
    let mut log = Log::open(directory.into(), BOUND);
    log.begin().unwrap();
    let mut out = std::io::stdout();
    let mut print = |line: String| out.write_all(line.as_bytes()).unwrap();
    loop {
        for _ in 0..3 {
            let number = log.next();
            log.append(number, &payload(number)).unwrap();
            print(format!("\nappended {number}\n"));
        }
        let acked = if log.pending() > 20 { 4 } else { 2 };
        for record in log.read(0, acked, usize::MAX) {
            log.ack(record.number).unwrap();
            print(format!("\nacked {}\n", record.number));
        }
    }
}

/// The numbers in the output of the process.
fn parse_output(lines: impl Iterator<Item = String>) -> (BTreeSet<u64>, BTreeSet<u64>) {
    let (mut appended, mut acked) = (BTreeSet::new(), BTreeSet::new());
    for line in lines {
        if let Some(number) = line.strip_prefix("appended ") {
            appended.extend(number.parse::<u64>());
        } else if let Some(number) = line.strip_prefix("acked ") {
            acked.extend(number.parse::<u64>());
        }
    }
    (appended, acked)
}

fn start(directory: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["sudden_end::writes_until_it_is_killed", "--exact"])
        .args(["--ignored", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    (child, BufReader::new(out))
}

#[test]
fn a_killed_process_loses_no_appended_record() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path().join("history");
    let mut waiting = BTreeSet::new();
    for round in 0..40_usize {
        let (mut child, mut out) = start(&directory);
        // It is killed wherever it is after so many lines.
        let mut lines = Vec::new();
        while lines.len() < 20 + round * 37 % 211 {
            let mut line = String::new();
            assert!(out.read_line(&mut line).unwrap() > 0, "it ended by itself");
            lines.push(line.trim_end().to_owned());
        }
        child.kill().unwrap();
        child.wait().unwrap();
        lines.extend(out.lines().map_while(Result::ok));
        let (appended, acked) = parse_output(lines.into_iter());
        waiting.extend(appended);
        let mut log = Log::open(directory.clone(), BOUND);
        let records = log.read(0, usize::MAX, usize::MAX);
        for record in &records {
            assert_eq!(record.payload, payload(record.number));
            assert!(!acked.contains(&record.number), "{} again", record.number);
        }
        let numbers: Vec<u64> = records.iter().map(|record| record.number).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next));
        assert_eq!(log.pending(), numbers.len() as u64);
        waiting.retain(|number| !acked.contains(number));
        let there: BTreeSet<u64> = numbers.into_iter().collect();
        // It may have been killed before it printed its last step.
        let lost: Vec<&u64> = waiting.difference(&there).collect();
        assert!(lost.len() <= 1 && lost.first() <= waiting.first().as_ref());
        let unsaid = there.difference(&waiting).count();
        assert!(unsaid <= 1 && unsaid + lost.len() <= 1, "{unsaid} {lost:?}");
        assert_eq!((log.take_dropped(), log.take_damaged()), (0, 0));
        waiting = there;
    }
}
