use proptest::prelude::*;

use super::super::writer::CaptureWriter;
use super::*;

fn read(file: &[u8], cut: usize) -> (Vec<CaptureItem>, CaptureReader) {
    let mut reader = CaptureReader::new();
    let mut items = Vec::new();
    for chunk in file.chunks(cut.max(1)) {
        items.extend(reader.push(chunk).unwrap());
    }
    items.extend(reader.end().unwrap());
    (items, reader)
}

fn bytes_of(items: &[CaptureItem]) -> Vec<u8> {
    let bytes = items.iter().filter_map(|item| match &item.event {
        CaptureEvent::Bytes(bytes) => Some(bytes.clone()),
        _ => None,
    });
    bytes.flatten().collect()
}

fn sample() -> (Vec<u8>, Vec<CaptureItem>) {
    let mut file = Vec::new();
    let mut writer = CaptureWriter::default();
    let (start, speed) = (Some(1_795_518_951_000_000), Some(Mode::Standard));
    writer.push_header(start, speed, &mut file);
    let mut items = vec![CaptureItem {
        at: Some(Duration::ZERO),
        event: CaptureEvent::Start { start, speed },
    }];
    for (millis, event) in [
        (1, CaptureEvent::Opened),
        (20, CaptureEvent::Bytes(b"\x02\nADSC".to_vec())),
        (40, CaptureEvent::Gap(12)),
        (50, CaptureEvent::Speed(Mode::Historique)),
        (60, CaptureEvent::Bytes(vec![0xFF; 1000])),
        (70, CaptureEvent::Closed),
    ] {
        let at = Duration::from_millis(millis);
        writer.push(at, &event, &mut file);
        items.push(CaptureItem {
            at: Some(at),
            event,
        });
    }
    (file, items)
}

#[test]
fn what_was_written_is_read_however_it_is_cut() {
    let (file, items) = sample();
    for cut in [1, 7, 100, file.len()] {
        let (read, reader) = read(&file, cut);
        assert_eq!(read, items);
        assert_eq!(
            (reader.form(), reader.damaged()),
            (Some(CaptureForm::Timed), 0)
        );
    }
}

#[test]
fn other_ends_of_lines_change_nothing() {
    let (file, items) = sample();
    let text = String::from_utf8(file).unwrap().replace('\n', "\r\n");
    assert_eq!(read(text.as_bytes(), 64).0, items);
}

#[test]
fn what_has_no_header_is_raw() {
    for file in [
        &b"\x02\nADCO"[..],
        b"LINKY-CAP",
        b"L",
        b"LINKY-CAPTURES 1\n",
    ] {
        for cut in [1, 64] {
            let (items, reader) = read(file, cut);
            assert_eq!(bytes_of(&items), file);
            assert!(items.iter().all(|item| item.at.is_none()));
            assert_eq!(reader.form(), Some(CaptureForm::Raw));
        }
    }
    assert_eq!(read(b"", 1).0, []);
}

#[test]
fn a_later_version_is_refused() {
    let error = CaptureReader::new().push(b"LINKY-CAPTURE 2\n").unwrap_err();
    assert!(error.to_string().contains("\"2\", expected 1"), "{error}");
}

#[test]
fn a_torn_file_gives_all_that_is_whole() {
    let (file, items) = sample();
    for end in 0..file.len() {
        let torn = &file[..end];
        let (read, _) = read(torn, 64);
        if !torn.starts_with(MAGIC.as_bytes()) {
            assert_eq!(bytes_of(&read), torn);
            continue;
        }
        let whole = bytes_of(&items);
        assert!(whole.starts_with(&bytes_of(&read)), "torn at {end}");
    }
}

#[test]
fn a_line_without_end_takes_no_memory() {
    let mut reader = CaptureReader::new();
    reader.push(b"LINKY-CAPTURE 1\n0 ").unwrap();
    for _ in 0..100 {
        reader.push(&[b'5'; 10_000]).unwrap();
    }
    assert!(reader.line.capacity() <= 2 * LINE_MAX);
    let items = reader.push(b"\n1 41\n").unwrap();
    assert_eq!(bytes_of(&items).len(), (LINE_MAX - 2) / 2 + 1);
    assert_eq!(reader.damaged(), 1);
}

proptest! {
    #[test]
    fn any_bytes_are_read(file in proptest::collection::vec(any::<u8>(), 0..600), cut in 1_usize..50, is_timed: bool) {
        let file = if is_timed { [b"LINKY-CAPTURE 1\n", &file[..]].concat() } else { file };
        let mut reader = CaptureReader::new();
        for chunk in file.chunks(cut) {
            if reader.push(chunk).is_err() {
                return Ok(());
            }
        }
        let _ = reader.end();
    }

    #[test]
    fn a_damaged_file_gives_times_that_do_not_go_back(at in any::<proptest::sample::Index>(), byte: u8) {
        let (mut file, _) = sample();
        let at = at.index(file.len());
        file[at] = byte;
        let mut reader = CaptureReader::new();
        if let Ok(items) = reader.push(&file) {
            let times: Vec<_> = items.iter().filter_map(|item| item.at).collect();
            prop_assert!(times.is_sorted());
        }
    }
}
