//! One connection to the broker: packets written and read, and the signs of life in between.
//!
//! Packets are collected and written together: a state and its events are one write. [`Connection::next`] is cancel-safe:
//! bytes leave the collection only when the system took them, and what was read stays until it is returned as a packet.
//! A PINGREQ is sent when nothing was written, or nothing received, for the keep-alive: the first is what the broker
//! demands, the second finds a connection that is dead.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::select;
use tokio::time::{Instant, sleep_until};

use super::codec::{
    self, Encoder, MalformedPacket, Packet, ProtocolVersion, PublishAnswer, PublishPacket,
};
use super::incoming::Incoming;
use super::reason_code::ReasonCode;
use crate::config::Qos;

/// The time for the answer to a PINGREQ.
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// The time to receive what is left when nothing can be written any more.
const LAST_RECEIPT_TIMEOUT: Duration = Duration::from_secs(1);

/// What is read at once.
const READ_SIZE: usize = 4096;

/// The memory that an empty buffer keeps.
const IDLE_CAPACITY: usize = 16 * 1024;

/// A connection over TCP or TLS.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> ByteStream for T {}

/// Why a connection can no longer be used.
#[derive(Debug)]
pub enum ConnectionLoss {
    /// The broker closed it.
    Closed,
    /// It is broken.
    Broken(io::Error),
    /// No answer to a PINGREQ.
    Silent,
    /// What came is no packet.
    Malformed,
    /// The broker ended the session for this reason.
    Ended(ReasonCode, Option<String>),
}

impl From<MalformedPacket> for ConnectionLoss {
    fn from(_: MalformedPacket) -> Self {
        Self::Malformed
    }
}

/// See the module.
pub struct Connection {
    stream: Box<dyn ByteStream>,
    encoder: Encoder,
    keep_alive: Duration,
    outgoing: BytesMut,
    /// The bytes of `outgoing` that were written.
    written: usize,
    received: BytesMut,
    /// The bytes to come of a message that is too large.
    skipped: usize,
    /// Messages of QoS 0 in `outgoing`.
    unacknowledged: usize,
    /// The same, written and not reported yet.
    reported: usize,
    last_write: Instant,
    last_receipt: Instant,
    /// A PINGREQ without an answer.
    pinged: Option<Instant>,
    /// Since when nothing can be written, and why.
    cut: Option<(Instant, ConnectionLoss)>,
}

impl Connection {
    /// A connection over this stream, on which nothing was exchanged yet.
    pub fn new(
        stream: Box<dyn ByteStream>,
        version: ProtocolVersion,
        keep_alive: Duration,
    ) -> Self {
        let now = Instant::now();
        Self {
            stream,
            encoder: Encoder(version),
            keep_alive,
            outgoing: BytesMut::new(),
            written: 0,
            received: BytesMut::new(),
            skipped: 0,
            unacknowledged: 0,
            reported: 0,
            last_write: now,
            last_receipt: now,
            pinged: None,
            cut: None,
        }
    }

    /// The broker wants a sign of life more often.
    pub fn set_keep_alive(&mut self, keep_alive: Duration) {
        self.keep_alive = keep_alive;
    }

    /// The writer of packets, and where they are collected.
    pub fn encoder(&mut self) -> (Encoder, &mut BytesMut) {
        (self.encoder, &mut self.outgoing)
    }

    /// The size of a message as it would be written, in bytes.
    pub fn size(&self, publish: &PublishPacket<'_>) -> usize {
        self.encoder.publish_size(publish)
    }

    /// Collects a message.
    pub fn publish(&mut self, publish: &PublishPacket<'_>) {
        self.encoder.publish(publish, &mut self.outgoing);
        self.unacknowledged += usize::from(publish.qos == Qos::AtMostOnce);
    }

    /// Writes what was collected, and waits for the next packet. Cancel-safe.
    ///
    /// # Errors
    /// The connection can no longer be used.
    pub async fn next(&mut self) -> Result<Packet, ConnectionLoss> {
        loop {
            if let Some(packet) = self.take()? {
                return Ok(packet);
            }
            let due = self.ping_due();
            select! {
                progress = poll_fn(|context| self.poll_progress(context)) => progress?,
                () = sleep_until(due) => self.ping()?,
            }
        }
    }

    /// Writes all that was collected.
    ///
    /// # Errors
    /// The connection can no longer be used.
    pub async fn flush(&mut self) -> Result<(), ConnectionLoss> {
        poll_fn(|context| self.poll_flush(context)).await
    }

    /// The next of the packets that were received; PINGRESP, the answers within QoS 2 and to what the broker
    /// publishes stay here.
    ///
    /// # Errors
    /// What came is no packet, or ends the session.
    pub fn take(&mut self) -> Result<Option<Packet>, ConnectionLoss> {
        if self.reported > 0 {
            self.reported -= 1;
            return Ok(Some(Packet::Acknowledged(0, ReasonCode::SUCCESS)));
        }
        while let Some(packet) = codec::decode(&mut self.received, self.encoder.0)? {
            match packet {
                Packet::PingResp => {}
                Packet::TooLarge(rest) => self.skipped = rest,
                Packet::Release(packet_id) => {
                    let answer = PublishAnswer::Complete(packet_id);
                    self.encoder.answer(answer, &mut self.outgoing);
                }
                Packet::Publish(publication, Some(answer)) => {
                    self.encoder.answer(answer, &mut self.outgoing);
                    return Ok(Some(Packet::Publish(publication, None)));
                }
                Packet::PubRec(packet_id, reason) if !reason.is_failure() => {
                    self.encoder.release(packet_id, &mut self.outgoing);
                }
                Packet::PubRec(packet_id, reason) => {
                    return Ok(Some(Packet::Acknowledged(packet_id, reason)));
                }
                Packet::Disconnect(reason, text) => {
                    return Err(ConnectionLoss::Ended(reason, text));
                }
                packet => return Ok(Some(packet)),
            }
        }
        Ok(None)
    }

    fn ping_due(&self) -> Instant {
        if let Some((since, _)) = &self.cut {
            return *since + LAST_RECEIPT_TIMEOUT;
        }
        match self.pinged {
            Some(pinged) => (pinged + PING_TIMEOUT).min(self.last_write + self.keep_alive),
            None => self.last_write.min(self.last_receipt) + self.keep_alive,
        }
    }

    fn ping(&mut self) -> Result<(), ConnectionLoss> {
        if let Some((_, loss)) = self.cut.take() {
            return Err(loss);
        }
        let now = Instant::now();
        if self
            .pinged
            .is_some_and(|pinged| pinged + PING_TIMEOUT <= now)
        {
            return Err(ConnectionLoss::Silent);
        }
        self.encoder.ping(&mut self.outgoing);
        // A broker that takes nothing must not be asked in a loop.
        self.last_write = now;
        self.pinged.get_or_insert(now);
        Ok(())
    }

    /// Ready when something was received, or messages of QoS 0 were written.
    fn poll_progress(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ConnectionLoss>> {
        if self.written < self.outgoing.len()
            && let Poll::Ready(flushed) = self.poll_flush(context)
        {
            if let Err(loss) = flushed {
                // The reason of the broker, and acknowledgements, may have arrived before its end closed.
                self.outgoing.clear();
                self.written = 0;
                self.cut = Some((Instant::now(), loss));
            }
            if self.reported > 0 {
                return Poll::Ready(Ok(()));
            }
        }
        self.poll_receive(context)
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ConnectionLoss>> {
        while let Some(rest) = self
            .outgoing
            .get(self.written..)
            .filter(|rest| !rest.is_empty())
        {
            match Pin::new(&mut self.stream).poll_write(context, rest) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(ConnectionLoss::Closed)),
                Poll::Ready(Ok(count)) => {
                    self.written += count;
                    self.last_write = Instant::now();
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(ConnectionLoss::Broken(error))),
            }
        }
        self.outgoing.clear();
        if self.outgoing.capacity() > IDLE_CAPACITY {
            self.outgoing = BytesMut::new();
        }
        self.written = 0;
        self.reported += std::mem::take(&mut self.unacknowledged);
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        flushed.map_err(ConnectionLoss::Broken)
    }

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ConnectionLoss>> {
        let mut bytes = [const { MaybeUninit::uninit() }; READ_SIZE];
        let mut buffer = ReadBuf::uninit(&mut bytes);
        match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Err(ConnectionLoss::Broken(error))),
            Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                Poll::Ready(Err(ConnectionLoss::Closed))
            }
            Poll::Ready(Ok(())) => {
                if self.received.is_empty() && self.received.capacity() > IDLE_CAPACITY {
                    self.received = BytesMut::new();
                }
                let skipped = self.skipped.min(buffer.filled().len());
                self.skipped -= skipped;
                let rest = buffer.filled().get(skipped..).unwrap_or_default();
                self.received.extend_from_slice(rest);
                self.last_receipt = Instant::now();
                self.pinged = None;
                Poll::Ready(Ok(()))
            }
        }
    }
}

/// What of a packet matters outside; `None`: nothing.
pub fn incoming(packet: Packet) -> Option<Incoming> {
    match packet {
        Packet::Acknowledged(packet_id, reason) => {
            Some(Incoming::Acknowledged { packet_id, reason })
        }
        Packet::Publish(publication, _) => Some(Incoming::Publication(publication)),
        Packet::SubAck(reasons) => Some(Incoming::Subscribed(reasons)),
        Packet::ConnAck(_)
        | Packet::TooLarge(_)
        | Packet::PubRec(..)
        | Packet::Release(_)
        | Packet::PingResp
        | Packet::Disconnect(..) => None,
    }
}
