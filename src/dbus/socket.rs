//! The socket under a connection, which reads no more than can be answered.
//!
//! Anyone may call on the system bus, as often and at such a length as the bus permits. zbus reads all that comes, starts a
//! task for each call and keeps each answer until it is written; a few programs that flood would take all memory and
//! all of the runtime's time. So this socket stands between zbus and the bus:
//!
//! - While [`OPEN_CALLS_MAX`] calls are not answered, nothing more is read: it waits at the bus, which has limits of its own.
//! - A call or a signal that is longer than [`MESSAGE_SIZE_MAX`] is skipped unread: nothing that we serve has a long argument.
//! - So is a call that wants no answer: nothing that we serve changes anything.
//! - A bus that takes no answer for [`DEADLINE`] hangs: reading ends with an error, and with it the connection.
//!
//! D-Bus specification, "Message Format": the first sixteen bytes of a message give its kind, its flags and its length.

use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;
use tokio::time::timeout;
use zbus::Message;
use zbus::connection::socket::{ReadHalf, Socket, Split, WriteHalf};
use zbus::message::Type;

use super::deadline::DEADLINE;

/// Calls that may be unanswered at once.
const OPEN_CALLS_MAX: usize = 4;

/// The longest call or signal that is read, in bytes.
const MESSAGE_SIZE_MAX: u64 = 64 * 1024;

/// The beginning of a message, with its length, in bytes.
const HEADER_SIZE: usize = 16;

/// A socket of the runtime's, before it is split.
#[derive(Debug)]
pub struct ThrottledSocket(pub UnixStream);

impl Socket for ThrottledSocket {
    type ReadHalf = SocketReader;
    type WriteHalf = SocketWriter;

    fn split(self) -> Split<SocketReader, SocketWriter> {
        let (read, write) = self.0.into_split();
        let calls = Arc::new(OpenCalls::default());
        let reader = SocketReader {
            bytes: ByteReader(read),
            calls: calls.clone(),
        };
        Split::new(
            reader,
            SocketWriter {
                socket: write,
                calls,
            },
        )
    }
}

/// The calls that are not answered yet.
#[derive(Debug, Default)]
struct OpenCalls {
    open: AtomicUsize,
    answered: Notify,
}

impl OpenCalls {
    /// Waits until there is room for one more.
    async fn room(&self) -> io::Result<()> {
        while self.open.load(Ordering::Relaxed) >= OPEN_CALLS_MAX {
            let answered = timeout(DEADLINE, self.answered.notified());
            answered.await.map_err(|_| io::ErrorKind::TimedOut)?;
        }
        Ok(())
    }

    fn begin(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    fn end(&self) {
        let less = |open: usize| open.checked_sub(1);
        let _ = self
            .open
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        self.answered.notify_one();
    }
}

/// The first bytes of a message.
#[derive(Debug, PartialEq, Eq)]
struct MessageHeader {
    /// A call or a signal: what anyone may send at any time.
    is_unsolicited: bool,
    is_call: bool,
    wants_answer: bool,
    /// Of the whole message, in bytes.
    length: u64,
}

impl MessageHeader {
    fn parse(bytes: [u8; HEADER_SIZE]) -> Self {
        let [endian, kind, flags, _, a, b, c, d, .., e, f, g, h] = bytes;
        let number = |bytes| match endian {
            b'B' => u32::from_be_bytes(bytes),
            _ => u32::from_le_bytes(bytes),
        };
        let (body, fields) = (number([a, b, c, d]), number([e, f, g, h]));
        Self {
            is_unsolicited: kind == Type::MethodCall as u8 || kind == Type::Signal as u8,
            is_call: kind == Type::MethodCall as u8,
            wants_answer: flags & 1 == 0,
            length: HEADER_SIZE as u64 + u64::from(fields).next_multiple_of(8) + u64::from(body),
        }
    }

    fn is_useful(&self) -> bool {
        let is_short = !self.is_unsolicited || self.length <= MESSAGE_SIZE_MAX;
        is_short && (self.wants_answer || !self.is_call)
    }
}

/// The receiving half without the limits.
#[derive(Debug)]
struct ByteReader(OwnedReadHalf);

#[async_trait]
impl ReadHalf for ByteReader {
    async fn recvmsg(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        loop {
            self.0.readable().await?;
            match self.0.try_read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read.map(|length| (length, Vec::new())),
            }
        }
    }
}

impl ByteReader {
    /// Reads until `bytes` has the wanted length.
    async fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        let mut buffer = [0; HEADER_SIZE];
        while let Some(missing @ 1..) = wanted.checked_sub(bytes.len()) {
            let room = buffer
                .get_mut(..missing.min(HEADER_SIZE))
                .unwrap_or_default();
            let (length, _) = self.recvmsg(room).await?;
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            bytes.extend(buffer.iter().take(length));
        }
        Ok(())
    }

    /// Skips `length` bytes, those in `bytes` first.
    async fn skip(&mut self, bytes: &mut Vec<u8>, length: u64) -> io::Result<()> {
        let read = length.min(bytes.len() as u64);
        bytes.drain(..usize::try_from(read).unwrap_or(bytes.len()));
        let (mut left, mut buffer) = (length - read, [0; 4096]);
        while left > 0 {
            let wanted = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
            let room = buffer.get_mut(..wanted).unwrap_or_default();
            let (length, _) = self.recvmsg(room).await?;
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left = left.saturating_sub(length as u64);
        }
        Ok(())
    }
}

/// The half that receives.
#[derive(Debug)]
pub struct SocketReader {
    bytes: ByteReader,
    calls: Arc<OpenCalls>,
}

#[async_trait]
impl ReadHalf for SocketReader {
    /// What the handshake is read by.
    async fn recvmsg(&mut self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        self.bytes.recvmsg(buffer).await
    }

    async fn receive_message(
        &mut self,
        seq: u64,
        already: &mut Vec<u8>,
        already_files: &mut Vec<OwnedFd>,
    ) -> zbus::Result<Message> {
        loop {
            self.calls.room().await?;
            self.bytes.fill(already, HEADER_SIZE).await?;
            let Some(bytes) = already.first_chunk() else {
                continue;
            };
            let header = MessageHeader::parse(*bytes);
            if !header.is_useful() {
                self.bytes.skip(already, header.length).await?;
                continue;
            }
            let message = self
                .bytes
                .receive_message(seq, already, already_files)
                .await?;
            if header.is_call {
                self.calls.begin();
            }
            return Ok(message);
        }
    }
}

/// The half that sends.
#[derive(Debug)]
pub struct SocketWriter {
    socket: OwnedWriteHalf,
    calls: Arc<OpenCalls>,
}

impl SocketWriter {
    async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.socket.writable().await?;
            match self.socket.try_write(bytes) {
                Ok(length) => bytes = bytes.get(length..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[async_trait]
impl WriteHalf for SocketWriter {
    /// What the handshake is written by.
    async fn sendmsg(&mut self, buffer: &[u8], _: &[BorrowedFd<'_>]) -> io::Result<usize> {
        self.write(buffer).await?;
        Ok(buffer.len())
    }

    async fn send_message(&mut self, message: &Message) -> zbus::Result<()> {
        self.write(message.data()).await?;
        if matches!(message.message_type(), Type::MethodReturn | Type::Error) {
            self.calls.end();
        }
        Ok(())
    }

    /// Those of a frame in one write.
    async fn send_messages(&mut self, messages: &[Message]) -> zbus::Result<()> {
        let data: Vec<&[u8]> = messages.iter().map(|message| &**message.data()).collect();
        Ok(self.write(&data.concat()).await?)
    }

    async fn close(&mut self) -> io::Result<()> {
        // Dropping the BusConnection shuts it down.
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream as Plain;

    use zbus::message::{Builder, Flags};

    use super::*;
    use crate::names::{ROOT_PATH, interface};

    fn call(member: &str) -> Builder<'_> {
        Message::method_call(ROOT_PATH, member).interface(interface::METER)
    }

    /// The halves of a socket, and its far end.
    fn halves() -> (SocketReader, SocketWriter, Plain) {
        let (near, far) = Plain::pair().unwrap();
        near.set_nonblocking(true).unwrap();
        let (reader, writer) = ThrottledSocket(UnixStream::from_std(near).unwrap())
            .split()
            .take();
        (reader, writer, far)
    }

    async fn next(reader: &mut SocketReader, already: &mut Vec<u8>) -> zbus::Result<String> {
        let message = reader.receive_message(1, already, &mut Vec::new()).await?;
        Ok(message.header().member().unwrap().to_string())
    }

    #[test]
    fn a_header_gives_the_kind_and_the_length() {
        let text = "x".repeat(1_001);
        let asked = call("Get").build(&text).unwrap();
        let answer = Message::method_return(&asked.header());
        for (message, is_call) in [(&asked, true), (&answer.build(&text).unwrap(), false)] {
            let header = MessageHeader::parse(*message.data().first_chunk().unwrap());
            assert_eq!(header.length, message.data().len() as u64);
            assert_eq!((header.is_call, header.is_unsolicited), (is_call, is_call));
            assert!(header.is_useful());
        }
        let mut swapped = *asked.data().first_chunk::<HEADER_SIZE>().unwrap();
        swapped[0] = b'B';
        swapped[4..8].reverse();
        swapped[12..16].reverse();
        assert_eq!(
            MessageHeader::parse(swapped).length,
            asked.data().len() as u64
        );
    }

    #[tokio::test]
    async fn what_is_of_no_use_is_skipped() {
        let (mut reader, _writer, mut far) = halves();
        let long = call("Long").build(&"x".repeat(100_000)).unwrap();
        let quiet = call("Quiet").with_flags(Flags::NO_REPLY_EXPECTED);
        let quiet = quiet.build(&()).unwrap();
        let good = call("Good").build(&()).unwrap();
        let bytes = [
            &**quiet.data(),
            long.data(),
            good.data(),
            quiet.data(),
            good.data(),
        ]
        .concat();
        // As the handshake leaves them: some bytes are read already.
        let mut already = bytes[..quiet.data().len() + 40].to_vec();
        let rest = bytes[already.len()..].to_vec();
        let sending = std::thread::spawn(move || far.write_all(&rest).map(|()| far));
        for _ in 0..2 {
            assert_eq!(next(&mut reader, &mut already).await.unwrap(), "Good");
        }
        drop(sending.join().unwrap());
        assert!(
            next(&mut reader, &mut already).await.is_err(),
            "it is closed"
        );
    }

    #[tokio::test]
    async fn no_more_is_read_than_is_answered() {
        let (mut reader, mut writer, mut far) = halves();
        let (good, mut already) = (call("Good").build(&()).unwrap(), Vec::new());
        for _ in 0..OPEN_CALLS_MAX + 2 {
            far.write_all(good.data()).unwrap();
        }
        for _ in 0..OPEN_CALLS_MAX {
            next(&mut reader, &mut already).await.unwrap();
        }
        let answer = Message::method_return(&good.header());
        writer
            .send_message(&answer.build(&()).unwrap())
            .await
            .unwrap();
        next(&mut reader, &mut already).await.unwrap();
        let stuck = next(&mut reader, &mut already).await.unwrap_err();
        assert!(
            matches!(stuck, zbus::Error::InputOutput(error) if error.kind() == io::ErrorKind::TimedOut)
        );
    }
}
