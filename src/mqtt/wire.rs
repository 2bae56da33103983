//! The way to the broker: connects step by step, and holds the connection of the session.
//!
//! ```text
//!  files ─▶ host ─▶ TCP (net) ─▶ TLS ─▶ CONNECT, CONNACK ─▶ session        each step with a time limit of its own
//! ```
//! An address without an answer to CONNECT is tried last in the next attempt; a refusal is an answer.
//!
//! What the broker refuses is given up if that may help ([`ConnectOffer`]), and asked again at once. Nothing is sent again
//! by itself: the [`Outbox`](super::outbox::Outbox) is the only record of what is in flight.

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_native_tls::TlsConnector;

use super::codec::{
    BrokerLimits, ConnectPacket, LastWill, Packet, ProtocolVersion, PublishPacket, TopicFilter,
};
use super::connection::{ByteStream, Connection, ConnectionLoss, incoming};
use super::connection_error::{self, Credentials};
use super::disconnect_reason::DisconnectReason;
use super::handshake;
use super::in_flight::PACKET_ID_RANGE;
use super::incoming::Incoming;
use super::message::Message;
use super::offer::{ConnectOffer, ConnectTerms};
use super::session_files::{FileContents, SessionFiles};
use crate::config::{MqttSettings, Qos, Secret};
use crate::names::topic;
use crate::net::{HostAddress, HostConnector, HostStream};
use crate::sink::BrokerCause;

/// The packet id of the subscription: outside the range of those of messages.
const SUBSCRIBE_ID: u16 = PACKET_ID_RANGE + 1;

/// The time for the handshake of TLS. A small computer needs seconds.
const TLS_TIMEOUT: Duration = Duration::from_secs(15);

/// The time for the answer to CONNECT.
const CONNACK_TIMEOUT: Duration = Duration::from_secs(15);

/// The time to write the end of a session that is not used.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Offers that are made in one attempt, at most.
const OFFERS_MAX: usize = 8;

/// See the module.
pub struct Wire {
    settings: MqttSettings,
    client_id: String,
    /// The topic of the last will.
    bridge: String,
    host: HostConnector,
    /// See [`failed_address`](Self::failed_address).
    failed: Option<HostAddress>,
    files: SessionFiles,
    shows_certificate: bool,
    offer: ConnectOffer,
    limits: BrokerLimits,
    connection: Option<Connection>,
}

/// The answer to CONNECT.
enum ConnectAnswer {
    Accepted(Box<Connection>, BrokerLimits),
    Refused {
        code: u8,
        form: ProtocolVersion,
        text: Option<String>,
    },
    /// None; the connection was lost.
    Lost(ConnectionLoss),
}

impl Wire {
    /// A wire that is not connected. The topic `bridge` gets the last will.
    pub fn new(settings: &MqttSettings, client_id: &str, bridge: &str) -> Self {
        Self {
            host: HostConnector::new(&settings.url.host, settings.url.port),
            failed: None,
            files: SessionFiles::new(settings),
            shows_certificate: settings.client_certificate.is_some()
                && settings.client_key.is_some(),
            offer: ConnectOffer::new(settings.keep_alive),
            limits: BrokerLimits::default(),
            connection: None,
            settings: settings.clone(),
            client_id: client_id.to_owned(),
            bridge: bridge.to_owned(),
        }
    }

    /// A wire for a short session: without a last will, and with this password in place of the configured one.
    pub fn of_trial(settings: &MqttSettings, client_id: &str, password: Option<Secret>) -> Self {
        Self {
            offer: ConnectOffer::without_will(settings.keep_alive),
            files: SessionFiles::with_password(settings, password),
            ..Self::new(settings, client_id, "")
        }
    }

    /// Connects, with the password and the files of TLS as they are now. Not cancel-safe.
    ///
    /// # Errors
    /// Why there is no session.
    pub async fn connect(&mut self) -> Result<(), DisconnectReason> {
        self.failed = None;
        let FileContents {
            password,
            connector,
        } = self.files.read().await?;
        for _ in 0..OFFERS_MAX {
            let (stream, address) = match self.reach(connector.as_ref()).await {
                Ok(reached) => reached,
                Err(reason) => {
                    self.offer.on_unreachable();
                    return Err(reason);
                }
            };
            let answer = self.ask(stream, password.as_ref()).await;
            if !matches!(answer, ConnectAnswer::Lost(_)) {
                self.host.answered(address);
                self.failed = None;
            }
            let (reason, is_offered_again) = match answer {
                ConnectAnswer::Accepted(mut connection, limits) => {
                    if self.offer.on_accepted() {
                        self.limits = limits;
                        self.connection = Some(*connection);
                        return Ok(());
                    }
                    // Without DISCONNECT the broker would publish the last will.
                    let (encoder, out) = connection.encoder();
                    encoder.disconnect(out);
                    drop(timeout(DISCONNECT_TIMEOUT, connection.flush()).await);
                    continue;
                }
                ConnectAnswer::Refused { code, form, text } => {
                    let reason = self.refusal(code, text.as_deref(), password.as_ref());
                    (reason, self.offer.on_refused(code, form))
                }
                ConnectAnswer::Lost(loss) => {
                    // The address answered to another offer, which is made again.
                    if self.offer.on_closed() {
                        continue;
                    }
                    let tls = connector.as_ref();
                    let shows_certificate = tls.map(|_| self.shows_certificate);
                    let reason = connection_error::unanswered(loss, shows_certificate);
                    (self.unanswered(address, reason), false)
                }
            };
            if !is_offered_again {
                return Err(reason);
            }
        }
        let why = "it refuses every offer".to_owned();
        Err(DisconnectReason::Lost(BrokerCause::Refused, why))
    }

    /// The connection, up to TLS.
    async fn reach(
        &mut self,
        connector: Option<&TlsConnector>,
    ) -> Result<(Box<dyn ByteStream>, HostAddress), DisconnectReason> {
        let (done, outcome) = oneshot::channel();
        // Without a receiver the connection is no longer wanted.
        self.host.start(move |result| drop(done.send(result)))?;
        let HostStream { stream, address } = match outcome.await {
            Ok(reached) => reached?,
            Err(_) => {
                let why = "the connection failed".to_owned();
                return Err(DisconnectReason::Lost(BrokerCause::Unreachable, why));
            }
        };
        let stream = tokio_stream(stream).map_err(|error| handshake::broken(&error))?;
        let Some(connector) = connector else {
            return Ok((Box::new(stream), address));
        };
        // A certificate has no final dot, and no zone.
        let host = self.settings.url.host.trim_end_matches('.');
        let host = host.split_once('%').map_or(host, |(address, _)| address);
        let reason = match timeout(TLS_TIMEOUT, connector.connect(host, stream)).await {
            Ok(Ok(stream)) => return Ok((Box::new(stream), address)),
            Ok(Err(error)) => handshake::failed(&error),
            Err(_) => {
                let why = format!(
                    "no answer to the handshake of TLS within {} s. Is this its port for TLS?",
                    TLS_TIMEOUT.as_secs()
                );
                DisconnectReason::Lost(BrokerCause::Tls, why)
            }
        };
        Err(self.unanswered(address, reason))
    }

    /// There is no answer to CONNECT from this address, for this reason: the next attempt begins with another one, if there
    /// is any, and the reason has the address.
    fn unanswered(&mut self, address: HostAddress, reason: DisconnectReason) -> DisconnectReason {
        self.host.failed(address);
        self.failed = Some(address);
        match address.one_of_several() {
            Some(address) => reason.at(address),
            None => reason,
        }
    }

    /// The address that gave no answer in the last attempt.
    pub fn failed_address(&self) -> Option<HostAddress> {
        self.failed
    }

    /// CONNECT and its answer.
    async fn ask(
        &mut self,
        stream: Box<dyn ByteStream>,
        password: Option<&Secret>,
    ) -> ConnectAnswer {
        let ConnectTerms {
            version,
            keep_alive,
            will,
        } = self.offer.terms();
        let mut connection = Connection::new(stream, version, keep_alive);
        let packet = ConnectPacket {
            client_id: &self.client_id,
            keep_alive: u16::try_from(keep_alive.as_secs()).unwrap_or(u16::MAX),
            last_will: will.map(|(qos, retain)| LastWill {
                topic: &self.bridge,
                payload: topic::OFFLINE,
                qos,
                retain,
            }),
            username: self.settings.username.as_deref(),
            password: password.map(Secret::expose),
        };
        let (encoder, out) = connection.encoder();
        encoder.connect(&packet, out);
        match timeout(CONNACK_TIMEOUT, connection.next()).await {
            Ok(Ok(Packet::ConnAck(answer))) => {
                let is_other = version == ProtocolVersion::V5 && answer.version != version;
                if answer.code == 0 && !is_other {
                    if let Some(seconds) = answer.limits.keep_alive.filter(|seconds| *seconds > 0) {
                        let wanted = Duration::from_secs(seconds.into());
                        connection.set_keep_alive(wanted.min(keep_alive));
                    }
                    return ConnectAnswer::Accepted(Box::new(connection), answer.limits);
                }
                ConnectAnswer::Refused {
                    code: answer.code,
                    form: answer.version,
                    text: answer.reason,
                }
            }
            Ok(Ok(_)) => ConnectAnswer::Lost(ConnectionLoss::Malformed),
            Ok(Err(loss)) => ConnectAnswer::Lost(loss),
            Err(_) => ConnectAnswer::Lost(ConnectionLoss::Silent),
        }
    }

    fn refusal(&self, code: u8, text: Option<&str>, password: Option<&Secret>) -> DisconnectReason {
        let credentials = match (&self.settings.username, password) {
            (None, _) => Credentials::None,
            (Some(user), None) => Credentials::WithoutPassword(user),
            (Some(_), Some(_)) => Credentials::Complete,
        };
        let reason = connection_error::ConnectRefusal {
            code,
            text,
            credentials,
            client_id: &self.client_id,
            will: &self.bridge,
            keep_alive: self.offer.full().keep_alive,
        };
        reason.into()
    }

    /// What the broker limits in this session.
    pub fn limits(&self) -> BrokerLimits {
        self.limits
    }

    /// What the broker accepted, and the full offer.
    pub fn terms(&self) -> (ConnectTerms, ConnectTerms) {
        (self.offer.terms(), self.offer.full())
    }

    /// The size of a message as it would be written, in bytes.
    pub fn size(&self, message: &Message, qos: Qos) -> usize {
        let connection = self.connection.as_ref();
        connection.map_or(0, |connection| connection.size(&packet(0, message, qos)))
    }

    /// Adds a message to those that [`next_incoming`](Self::next_incoming) writes.
    pub fn publish(&mut self, packet_id: u16, message: &Message, qos: Qos) {
        if let Some(connection) = &mut self.connection {
            connection.publish(&packet(packet_id, message, qos));
        }
    }

    /// Adds a subscription to these topics.
    pub fn subscribe(&mut self, topics: &[TopicFilter]) {
        if let Some(connection) = &mut self.connection
            && !topics.is_empty()
        {
            let (encoder, out) = connection.encoder();
            encoder.subscribe(SUBSCRIBE_ID, topics, out);
        }
    }

    /// Writes what was added, and waits for what the broker sends. Cancel-safe.
    ///
    /// # Errors
    /// Why the session is lost.
    pub async fn next_incoming(&mut self) -> Result<Incoming, ConnectionLoss> {
        let Some(connection) = &mut self.connection else {
            return Err(ConnectionLoss::Closed);
        };
        loop {
            if let Some(incoming) = incoming(connection.next().await?) {
                return Ok(incoming);
            }
        }
    }

    /// Ends the session in order.
    ///
    /// # Errors
    /// Why the session is lost.
    pub async fn disconnect(&mut self) -> Result<(), ConnectionLoss> {
        let Some(connection) = &mut self.connection else {
            return Ok(());
        };
        let (encoder, out) = connection.encoder();
        encoder.disconnect(out);
        connection.flush().await
    }

    /// Closes the connection and forgets everything that was sent. Returns what had arrived; of what was about to be
    /// written, nothing counts.
    pub fn close(&mut self) -> Vec<Incoming> {
        let mut arrived = Vec::new();
        if let Some(mut connection) = self.connection.take() {
            while let Ok(Some(packet)) = connection.take() {
                arrived.extend(incoming(packet));
            }
        }
        arrived
    }
}

fn packet(packet_id: u16, message: &Message, qos: Qos) -> PublishPacket<'_> {
    PublishPacket {
        topic: &message.topic,
        payload: message.payload.clone(),
        qos,
        retain: message.retain,
        packet_id,
    }
}

fn tokio_stream(stream: std::net::TcpStream) -> io::Result<TcpStream> {
    stream.set_nonblocking(true)?;
    TcpStream::from_std(stream)
}
