//! A disk that is full, and is emptied again.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use linky_sensor::store::Log;

const DISK: &str = "SMALL_DISK_OF_THE_TEST";

#[test]
fn a_full_disk_costs_what_does_not_fit_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    // A name space of its own: the file system goes with the process.
    let script = "mount -t tmpfs -o size=256k tmpfs \"$1\" && \
                  exec \"$2\" --exact disk::on_a_small_disk --ignored --nocapture";
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .arg(directory.path())
        .arg(env::current_exe().unwrap())
        .env(DISK, directory.path())
        .output()
        .expect("unshare is not there: install the package util-linux");
    let (output_text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        !errors.contains("unshare:") && !errors.contains("mount:"),
        "no file system can be mounted (run as root, or allow user namespaces): {errors}"
    );
    assert!(output.status.success(), "{output_text}{errors}");
    assert!(output_text.contains("1 passed"), "{output_text}");
}

#[test]
#[ignore = "needs a disk of 256 kB, which the test above gives it"]
fn on_a_small_disk() {
    let disk = PathBuf::from(env::var_os(DISK).expect("a disk"));
    let ballast = disk.join("ballast");
    fs::write(&ballast, vec![1; 128 << 10]).unwrap();
    let mut log = Log::open(disk.join("history"), 64 << 20);
    log.begin().unwrap();
    let mut written = Vec::new();
    for number in 0..300 {
        if log.append(number, &[7; 1500]).is_ok() {
            written.push(number);
        }
    }
    let kept = written.len() as u64;
    assert!((50..90).contains(&kept), "{kept}");
    assert_eq!((log.take_dropped(), log.pending()), (300 - kept, kept));
    fs::remove_file(&ballast).unwrap();
    for number in 300..320 {
        log.append(number, &[7; 1500]).unwrap();
        written.push(number);
    }
    log.sync().unwrap();
    let mut log = Log::open(disk.join("history"), 64 << 20);
    let records = log.read(0, usize::MAX, usize::MAX);
    let numbers: Vec<u64> = records.iter().map(|record| record.number).collect();
    assert_eq!(numbers, written);
    assert!(records.iter().all(|record| record.payload == [7; 1500]));
    assert_eq!((log.take_dropped(), log.take_damaged()), (0, 0));
    for number in numbers {
        log.ack(number).unwrap();
    }
    assert_eq!(log.pending(), 0);
}
