mod damage;

use std::collections::BTreeMap;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const BOUND: u64 = 64 << 10;

/// A log in a directory of its own.
struct TestLog {
    directory: TempDir,
    bound: u64,
    log: Log,
}

impl TestLog {
    fn new() -> Self {
        Self::bounded(BOUND)
    }

    fn bounded(bound: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut log = Log::open(directory.path().join("history"), bound);
        log.begin().unwrap();
        Self {
            directory,
            bound,
            log,
        }
    }

    fn reopen(&mut self) {
        self.log = Log::open(self.path(""), self.bound);
    }

    fn path(&self, file: &str) -> PathBuf {
        self.directory.path().join("history").join(file)
    }

    fn append(&mut self, payload: &[u8]) -> u64 {
        let number = self.log.next();
        self.log.append(number, payload).unwrap();
        number
    }

    /// Appends `count` records.
    fn fill(&mut self, count: u64, payload: impl Fn(u64) -> Vec<u8>) {
        for _ in 0..count {
            let payload = payload(self.log.next());
            self.append(&payload);
        }
    }

    fn all(&mut self) -> Vec<Record> {
        self.log.read(0, usize::MAX, usize::MAX)
    }

    fn numbers(&mut self) -> Vec<u64> {
        self.all().iter().map(|record| record.number).collect()
    }

    /// The names of the files, but for the position.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != "position").collect();
        names.sort();
        names
    }

    fn size(&self) -> u64 {
        let length = |name: String| fs::metadata(self.path(&name)).unwrap().len();
        self.files().into_iter().map(length).sum()
    }

    fn newest(&self) -> PathBuf {
        self.path(self.files().last().unwrap())
    }
}

/// A payload that contains its number, of varying length.
fn payload(number: u64) -> Vec<u8> {
    let length = usize::try_from(number * 7 % 40).unwrap();
    format!("{number}:{}", "x".repeat(length)).into_bytes()
}

// ---- delivery ------------------------------------------------------------------------------

#[test]
fn records_are_read_in_the_order_of_appending_until_they_are_acked() {
    let mut scene = TestLog::new();
    for number in 0..5 {
        assert_eq!(scene.append(&payload(number)), number);
    }
    assert_eq!(scene.log.pending(), 5);
    let two = scene.log.read(0, 2, usize::MAX);
    assert_eq!(two.iter().map(|r| r.number).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(two[1].payload, payload(1));
    assert_eq!(scene.log.read(2, 9, usize::MAX).len(), 3);
    assert_eq!(scene.log.read(5, 9, usize::MAX), []);
    scene.log.ack(1).unwrap();
    assert_eq!(scene.numbers(), [0, 2, 3, 4]);
    scene.log.ack(0).unwrap();
    scene.reopen();
    assert_eq!(scene.numbers(), [2, 3, 4], "a restart goes on");
    assert_eq!((scene.log.pending(), scene.log.next()), (3, 5));
}

#[test]
fn a_log_that_is_delivered_is_empty_and_its_numbers_go_on() {
    let mut scene = TestLog::new();
    scene.fill(200, payload);
    assert!(scene.files().len() > 1);
    (0..200).for_each(|number| scene.log.ack(number).unwrap());
    assert_eq!(scene.files(), [""; 0]);
    assert_eq!(scene.log.pending(), 0);
    assert_eq!(scene.append(b"next"), 200);
    assert_eq!(scene.numbers(), [200]);
    scene.log.ack(200).unwrap();
    scene.reopen();
    assert_eq!(scene.log.next(), 201);
    assert!(scene.log.has_begun());
}

#[test]
fn a_read_is_bounded_in_records_and_in_bytes() {
    let mut scene = TestLog::new();
    scene.fill(10, |_| vec![7; 1000]);
    assert_eq!(scene.log.read(0, 4, usize::MAX).len(), 4);
    assert_eq!(scene.log.read(4, 99, 2500).len(), 3);
    assert_eq!(scene.log.read(7, 99, 1).len(), 1, "one at least");
}

#[test]
fn nothing_is_written_before_recording_begins() {
    let directory = tempfile::tempdir().unwrap();
    let mut log = Log::open(directory.path().join("history"), BOUND);
    assert!(!log.has_begun());
    assert_eq!((log.pending(), log.read(0, 9, 9)), (0, vec![]));
    log.sync().unwrap();
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    log.begin().unwrap();
    assert!(Log::open(directory.path().join("history"), BOUND).has_begun());
}

#[test]
fn skipped_numbers_are_not_pending() {
    let mut scene = TestLog::new();
    for number in [0, 5, 6, 300] {
        scene.log.append(number, b"x").unwrap();
    }
    assert_eq!(scene.log.pending(), 4);
    scene.reopen();
    assert_eq!(scene.numbers(), [0, 5, 6, 300]);
    assert_eq!(scene.log.pending(), 4);
}

// ---- bound ---------------------------------------------------------------------------------

#[test]
fn the_oldest_is_dropped_and_counted_when_the_bound_is_reached() {
    let mut scene = TestLog::new();
    for number in 0..2000 {
        scene.append(&[b'x'; 100]);
        assert!(scene.size() <= BOUND, "at {number}");
    }
    let kept = scene.numbers();
    let (first, dropped) = (kept[0], scene.log.take_dropped());
    assert_eq!(kept, (first..2000).collect::<Vec<_>>(), "the newest, all");
    assert_eq!(dropped, first);
    assert_eq!(scene.log.pending(), 2000 - first);
    assert!(scene.size() > BOUND * 14 / 16, "{}", scene.size());
    scene.reopen();
    assert_eq!(scene.numbers()[0], first);
}

#[test]
fn a_million_records_leave_no_more_than_the_bound() {
    let mut scene = TestLog::bounded(1 << 20);
    for number in 0..1_000_000 {
        scene.log.append(number, b"a state of a meter").unwrap();
    }
    assert!(scene.size() <= 1 << 20);
    let kept = scene.numbers();
    assert_eq!(kept.last(), Some(&999_999));
    assert_eq!(
        scene.log.take_dropped() + kept.len() as u64,
        1_000_000,
        "each is there or counted"
    );
}

#[test]
fn a_lower_bound_applies_at_the_next_start() {
    let mut scene = TestLog::bounded(1 << 20);
    scene.fill(5000, |_| vec![b'x'; 100]);
    scene.bound = 400 << 10;
    scene.reopen();
    assert!(scene.size() <= 400 << 10);
    assert_eq!(scene.numbers().last(), Some(&4999));
    assert!(scene.log.take_dropped() > 0);
}

#[test]
fn a_record_longer_than_the_bound_is_refused() {
    let mut scene = TestLog::new();
    let too_long = vec![0; usize::try_from(BOUND).unwrap()];
    assert!(scene.log.append(0, &too_long).is_err());
    assert_eq!((scene.log.take_dropped(), scene.log.pending()), (1, 0));
    assert_eq!(scene.append(&[1; 8000]), 1, "longer than a segment");
    assert_eq!(scene.append(b"x"), 2);
    assert_eq!(scene.numbers(), [1, 2]);
}

#[test]
fn records_dropped_while_reading_are_skipped() {
    let mut scene = TestLog::new();
    scene.fill(500, |_| vec![b'x'; 100]);
    assert_eq!(scene.log.read(0, 3, usize::MAX).len(), 3);
    scene.fill(500, |_| vec![b'x'; 100]);
    let first = scene.log.take_dropped();
    assert!(first > 3);
    let rest = scene.log.read(3, usize::MAX, usize::MAX);
    assert_eq!((rest[0].number, rest.len() as u64), (first, 1000 - first));
}

// ---- all of it -----------------------------------------------------------------------------

#[derive(Clone, Debug)]
enum LogStep {
    Append(usize),
    Read(usize),
    Rewind,
    Ack(prop::sample::Index),
    Reopen,
    Sync,
}

fn steps() -> impl Strategy<Value = Vec<LogStep>> {
    let step = prop_oneof![
        8 => (0_usize..6000).prop_map(LogStep::Append),
        3 => (1_usize..9).prop_map(LogStep::Read),
        1 => Just(LogStep::Rewind),
        6 => any::<prop::sample::Index>().prop_map(LogStep::Ack),
        1 => Just(LogStep::Reopen),
        1 => Just(LogStep::Sync),
    ];
    prop::collection::vec(step, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any sequence of steps reads the records that were appended and not acked, oldest first; missing ones were counted
    /// as dropped.
    #[test]
    fn it_is_a_queue(steps in steps()) {
        let mut scene = TestLog::new();
        let mut waiting: BTreeMap<u64, usize> = BTreeMap::new();
        let mut acked_since_open: Vec<u64> = Vec::new();
        let mut from = 0;
        for step in steps {
            match step {
                LogStep::Append(size) => {
                    let number = scene.append(&vec![b'x'; size]);
                    waiting.insert(number, size);
                }
                LogStep::Read(count) => {
                    let records = scene.log.read(from, count, usize::MAX);
                    let expected: Vec<_> = waiting.range(from..).take(count).collect();
                    let read: Vec<(u64, usize)> =
                        records.iter().map(|r| (r.number, r.payload.len())).collect();
                    prop_assert_eq!(read, expected.iter().map(|(n, s)| (**n, **s)).collect::<Vec<_>>());
                    if let Some(last) = records.last() {
                        from = last.number + 1;
                    }
                }
                LogStep::Rewind => from = 0,
                LogStep::Ack(index) if !waiting.is_empty() => {
                    let number = *waiting.keys().nth(index.index(waiting.len())).unwrap();
                    waiting.remove(&number);
                    acked_since_open.push(number);
                    scene.log.ack(number).unwrap();
                }
                LogStep::Ack(_) => {}
                LogStep::Reopen => {
                    scene.reopen();
                    // Those behind one that is not acked are delivered again.
                    let head = waiting.keys().next().copied().unwrap_or(u64::MAX);
                    for number in acked_since_open.drain(..).filter(|number| *number > head) {
                        let again = scene.log.read(number, 1, usize::MAX);
                        waiting.insert(number, again[0].payload.len());
                    }
                    from = 0;
                }
                LogStep::Sync => scene.log.sync().unwrap(),
            }
            let dropped = scene.log.take_dropped();
            for _ in 0..dropped {
                waiting.pop_first();
            }
            prop_assert!(scene.size() <= BOUND);
            prop_assert_eq!(scene.log.pending(), waiting.len() as u64);
        }
        let left: Vec<u64> = waiting.keys().copied().collect();
        prop_assert_eq!(scene.numbers(), left);
    }
}
