//! A name server: what the resolver of the system asks over UDP (RFC 1035, 4.1) is answered from a table that the test
//! changes. It needs name spaces of its own, for its port and for what tells the resolver where to ask.

use std::collections::HashMap;
use std::fs;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The resolver asks on no other port.
const ADDRESS: (&str, u16) = ("127.0.0.1", 53);

const HEADER_LENGTH: usize = 12;
/// The question behind the header, as a name.
const NAME_OF_THE_QUESTION: [u8; 2] = [0xC0, 12];
const TYPE_A: u16 = 1;
const TYPE_AAAA: u16 = 28;

/// What a name is answered with. One that is not in the table does not exist.
#[derive(Clone, Debug)]
pub enum Answer {
    /// These, each to who asks for its family.
    Addresses(Vec<IpAddr>),
    /// NXDOMAIN
    NoSuchName,
    /// SERVFAIL
    Failure,
    /// None at all.
    Silence,
}

#[derive(Default)]
struct Table {
    /// In lower case; with how often each was asked for since it was set.
    names: HashMap<String, (Answer, u32)>,
    delay: Duration,
}

/// A query, where it came from and when.
type Waiting = (Instant, SocketAddr, Vec<u8>);

/// See the module. Silent when dropped.
pub struct NameServer {
    table: Arc<Mutex<Table>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    _files: TempDir,
}

impl NameServer {
    /// The resolver of all processes here asks this one only, with these options of resolv.conf(5).
    pub fn start(options: &str) -> Self {
        let net = |process: &str| fs::read_link(format!("/proc/{process}/ns/net")).ok();
        let parent = nix::unistd::getppid().to_string();
        assert_ne!(net("self"), net(&parent), "a name space is shared");
        let files = tempfile::tempdir().unwrap();
        let resolv = format!("nameserver {}\nsearch .\noptions {options}\n", ADDRESS.0);
        mount(files.path(), "resolv.conf", &resolv);
        mount(files.path(), "nsswitch.conf", "hosts: files dns\n");
        let socket = UdpSocket::bind(ADDRESS).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(10)))
            .unwrap();
        let (table, stop) = (Arc::<Mutex<Table>>::default(), Arc::<AtomicBool>::default());
        let (asked, asked_to_stop) = (table.clone(), stop.clone());
        let thread = thread::spawn(move || serve(&socket, &asked, &asked_to_stop));
        Self {
            table,
            stop,
            thread: Some(thread),
            _files: files,
        }
    }

    /// From now on this is the answer.
    pub fn set(&self, name: &str, answer: Answer) {
        let mut table = self.table.lock().unwrap();
        table.names.insert(name.to_owned(), (answer, 0));
    }

    /// The same, of one address.
    pub fn set_address(&self, name: &str, address: &str) {
        self.set(name, Answer::Addresses(vec![address.parse().unwrap()]));
    }

    /// Every query is answered so late from now on, by what the table has then.
    pub fn delay(&self, delay: Duration) {
        self.table.lock().unwrap().delay = delay;
    }

    /// No query is answered until the delay is another.
    pub fn hold(&self) {
        self.delay(Duration::MAX);
    }

    /// How often the IPv4 address of a name was asked for since the name was set.
    pub fn asked(&self, name: &str) -> u32 {
        self.table.lock().unwrap().names[name].1
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Puts a file in the place of one in /etc. It goes with the name space.
fn mount(files: &Path, name: &str, text: &str) {
    let path = files.join(name);
    fs::write(&path, text).unwrap();
    let mounted = Command::new("mount")
        .arg("--bind")
        .arg(&path)
        .arg(Path::new("/etc").join(name))
        .status()
        .expect("mount is not there: install the package mount");
    assert!(mounted.success(), "/etc/{name}: {mounted}");
}

fn serve(socket: &UdpSocket, table: &Mutex<Table>, stop: &AtomicBool) {
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut buffer = [0; 512];
    while !stop.load(Ordering::Relaxed) {
        // Otherwise nothing came, or who asked before has gone.
        if let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let query = buffer[..length].to_vec();
            count(&query, &mut table.lock().unwrap());
            waiting.push((Instant::now(), from, query));
        }
        let table = table.lock().unwrap();
        waiting.retain(|(at, from, query)| {
            let is_due = at.elapsed() >= table.delay;
            if is_due && let Some(answer) = answer(query, &table) {
                let _ = socket.send_to(&answer, from);
            }
            !is_due
        });
    }
}

/// The name in lower case, the type, and where the question ends.
fn question(query: &[u8]) -> (String, u16, usize) {
    let (mut labels, mut at) = (Vec::new(), HEADER_LENGTH);
    while query[at] != 0 {
        let end = at + 1 + usize::from(query[at]);
        labels.push(String::from_utf8_lossy(&query[at + 1..end]).to_ascii_lowercase());
        at = end;
    }
    let kind = u16::from_be_bytes([query[at + 1], query[at + 2]]);
    (labels.join("."), kind, at + 5)
}

fn count(query: &[u8], table: &mut Table) {
    let (name, kind, _) = question(query);
    if let Some((_, asked)) = table.names.get_mut(&name) {
        *asked += u32::from(kind == TYPE_A);
    }
}

fn answer(query: &[u8], table: &Table) -> Option<Vec<u8>> {
    let (name, kind, end) = question(query);
    let (code, addresses) = match table.names.get(&name).map(|(answer, _)| answer) {
        Some(Answer::Addresses(addresses)) => (0, addresses.as_slice()),
        Some(Answer::Failure) => (2, [].as_slice()),
        Some(Answer::NoSuchName) | None => (3, [].as_slice()),
        Some(Answer::Silence) => return None,
    };
    let records: Vec<Vec<u8>> = addresses
        .iter()
        .filter_map(|address| match (address, kind) {
            (IpAddr::V4(address), TYPE_A) => Some(address.octets().to_vec()),
            (IpAddr::V6(address), TYPE_AAAA) => Some(address.octets().to_vec()),
            _ => None,
        })
        .collect();
    // A response, recursion desired and available.
    let mut answer = [&query[..2], &[0x81, 0x80 | code]].concat();
    for count in [1, records.len(), 0, 0] {
        answer.extend(u16::try_from(count).unwrap().to_be_bytes());
    }
    answer.extend(&query[HEADER_LENGTH..end]);
    for record in records {
        answer.extend(NAME_OF_THE_QUESTION);
        answer.extend(kind.to_be_bytes());
        // Class IN, valid for no time.
        answer.extend([0, 1, 0, 0, 0, 0]);
        answer.extend(u16::try_from(record.len()).unwrap().to_be_bytes());
        answer.extend(record);
    }
    Some(answer)
}
