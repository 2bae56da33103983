//! Logs that are cut, damaged, or not writable.

use super::*;

/// Asserts that a damaged file of three records gives the first of them, unchanged, and returns how many.
fn assert_a_prefix(scene: &mut TestLog, what: &str) -> usize {
    let records = scene.all();
    for (record, number) in records.iter().zip(0..) {
        assert_eq!(
            (record.number, &record.payload),
            (number, &payload(number)),
            "{what}"
        );
    }
    let count = records.len();
    assert_eq!(scene.log.pending(), count as u64, "{what}");
    let added = scene.append(b"after");
    let last = scene.all().pop().unwrap();
    assert_eq!(
        (last.number, &*last.payload),
        (added, &b"after"[..]),
        "{what}"
    );
    scene.reopen();
    assert_eq!(scene.all().len(), count + 1, "{what}");
    count
}

#[test]
fn a_tail_cut_at_any_byte_loses_the_record_it_is_in() {
    let mut ends = Vec::new();
    let mut whole = TestLog::new();
    for number in 0..3 {
        whole.append(&payload(number));
        ends.push(fs::metadata(whole.newest()).unwrap().len());
    }
    let bytes = fs::read(whole.newest()).unwrap();
    for length in 0..=bytes.len() {
        let mut scene = TestLog::new();
        fs::write(scene.path("00000000000000000000.log"), &bytes[..length]).unwrap();
        scene.reopen();
        let complete = ends.iter().filter(|end| **end <= length as u64).count();
        assert_eq!(assert_a_prefix(&mut scene, &length.to_string()), complete);
        assert_eq!(scene.log.take_dropped(), 0);
    }
}

#[test]
fn a_flipped_bit_loses_its_record_and_those_behind_it() {
    let mut whole = TestLog::new();
    whole.fill(3, payload);
    let bytes = fs::read(whole.newest()).unwrap();
    let first = RecordHeader::SIZE + payload(0).len();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            let mut scene = TestLog::new();
            fs::write(scene.path("00000000000000000000.log"), &damaged).unwrap();
            scene.reopen();
            let count = assert_a_prefix(&mut scene, &format!("{at}.{bit}"));
            assert_eq!(count == 0, at < first, "{at}.{bit}");
        }
    }
}

#[test]
fn a_tail_of_zeros_is_cut() {
    let mut scene = TestLog::new();
    scene.fill(3, payload);
    let mut bytes = fs::read(scene.newest()).unwrap();
    bytes.extend([0; 5000]);
    fs::write(scene.newest(), bytes).unwrap();
    scene.reopen();
    assert_eq!(assert_a_prefix(&mut scene, "zeros"), 3);
    assert_eq!(scene.files().len(), 1, "it goes on in the same file");
}

#[test]
fn a_damaged_segment_is_kept_aside_and_the_others_are_read() {
    let mut scene = TestLog::new();
    scene.fill(500, payload);
    let damaged = scene.path(&scene.files()[1]);
    let mut bytes = fs::read(&damaged).unwrap();
    let half = bytes.len() / 2;
    bytes[half] ^= 0x10;
    fs::write(&damaged, &bytes).unwrap();
    scene.reopen();
    let read = scene.numbers();
    let dropped = scene.log.take_dropped();
    assert_eq!(scene.log.take_damaged(), 1);
    assert_eq!(read.len() as u64 + dropped, 500);
    assert!(dropped > 10 && read.is_sorted() && read.last() == Some(&499));
    assert_eq!(scene.log.pending(), read.len() as u64);
    for number in read {
        scene.log.ack(number).unwrap();
    }
    assert_eq!(scene.files(), ["log.damaged"]);
    assert_eq!(fs::read(scene.path("log.damaged")).unwrap(), bytes);
}

#[test]
fn a_missing_segment_does_not_affect_the_others() {
    let mut scene = TestLog::new();
    scene.fill(500, payload);
    let files = scene.files();
    fs::remove_file(scene.path(&files[1])).unwrap();
    let read = scene.numbers();
    assert_eq!(read.len() as u64 + scene.log.take_dropped(), 500);
    assert!(read.is_sorted() && read.last() == Some(&499) && read[0] == 0);
}

#[test]
fn without_a_position_all_records_are_read() {
    let mut scene = TestLog::new();
    scene.fill(3, payload);
    scene.log.ack(0).unwrap();
    for damage in [Some("7\n"), None] {
        match damage {
            Some(text) => fs::write(scene.path("position"), text).unwrap(),
            None => fs::remove_file(scene.path("position")).unwrap(),
        }
        scene.reopen();
        assert!(scene.log.has_begun());
        assert_eq!(scene.numbers(), [0, 1, 2]);
    }
}

#[test]
fn foreign_files_are_left_alone() {
    let mut scene = TestLog::new();
    scene.append(b"x");
    for name in ["7.log", "notes.log", "00000000000000000009.txt"] {
        fs::write(scene.path(name), "mine").unwrap();
    }
    scene.reopen();
    scene.log.ack(0).unwrap();
    assert_eq!(scene.files().len(), 3);
}

#[test]
fn a_directory_that_cannot_be_created_is_retried() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("history");
    fs::write(&path, "a file is in the way").unwrap();
    let mut log = Log::open(path.clone(), BOUND);
    assert!(log.begin().is_err());
    assert!(log.append(0, b"x").is_err());
    assert!(log.ack(0).is_ok());
    assert_eq!((log.take_dropped(), log.pending()), (1, 0));
    fs::remove_file(&path).unwrap();
    log.append(1, b"y").unwrap();
    assert_eq!(log.read(0, 9, 9).len(), 1, "it is tried again");
}
