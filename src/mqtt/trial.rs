//! A short session: whether a broker takes this user, and whether what is published there comes back.
//!
//! ```text
//! connect ─▶ subscribe ─▶ publish a message ─▶ it comes back ─▶ remove it ─▶ disconnect
//! ```
//! Input: the settings, and a password that need not be stored. Output: what was proven, or the step that failed and its cause.
//!
//! Invariants: the client id is not the daemon's, whose session goes on. There is no last will. The message is on a topic that
//! nothing else uses, and its removal is published whatever came of the other steps. Each step has a time limit.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::client_id::known_client_id;
use super::codec::TopicFilter;
use super::connection_error;
use super::disconnect_reason::DisconnectReason;
use super::handshake;
use super::incoming::Incoming;
use super::message::Message;
use super::wire::Wire;
use crate::config::{MqttSettings, Qos, Secret};
use crate::names::topic;
use crate::sink::BrokerCause;

/// The time for each answer of the broker in the session.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The time to remove the message and to disconnect.
const END_TIMEOUT: Duration = Duration::from_secs(3);

/// Messages that are taken while one answer is waited for, at most: much may be retained under the prefix of Home Assistant.
const INCOMING_MAX: usize = 100_000;

/// The packet ids of the two messages.
const PUBLISHED: u16 = 1;
const REMOVED: u16 = 2;

/// What was seen at a broker that takes and delivers what is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerTrial {
    /// The topic of the message that came back.
    pub topic: String,
    /// Devices of others are announced to Home Assistant there.
    pub has_home_assistant: bool,
}

/// Why a broker is of no use as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrialFailure {
    /// There is no session, for this cause; the text has the details, in English.
    NoSession(BrokerCause, String),
    /// There is one, and what is published on this topic does not come back.
    NotPublished(BrokerCause, String),
}

impl TrialFailure {
    /// The cause, as the daemon publishes it for its own session.
    #[must_use]
    pub fn cause(&self) -> BrokerCause {
        match self {
            Self::NoSession(cause, _) | Self::NotPublished(cause, _) => *cause,
        }
    }

    /// What the verification of the broker's certificate found, if it is signed by no authority that is trusted. In English.
    #[must_use]
    pub fn unknown_authority(&self) -> Option<&str> {
        match self {
            Self::NoSession(BrokerCause::Tls, why) => handshake::unknown_authority(why),
            _ => None,
        }
    }
}

impl From<DisconnectReason> for TrialFailure {
    fn from(reason: DisconnectReason) -> Self {
        match reason {
            DisconnectReason::Lost(cause, why) | DisconnectReason::Refused(cause, why) => {
                Self::NoSession(cause, why)
            }
        }
    }
}

/// Tries a broker with a password; `purpose` is the command, and a part of the topic. Blocks, for a minute or so where nothing
/// answers, and longer where its name has several addresses that give no answer: each is tried.
///
/// # Errors
/// The step that failed, and why.
pub fn try_broker(
    settings: &MqttSettings,
    password: Option<Secret>,
    purpose: &str,
) -> Result<BrokerTrial, TrialFailure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| TrialFailure::NoSession(BrokerCause::Unreachable, error.to_string()))?;
    let trial = runtime.block_on(attempt(settings, password, purpose));
    // A look-up that has no answer must not be waited for.
    runtime.shutdown_background();
    trial
}

async fn attempt(
    settings: &MqttSettings,
    password: Option<Secret>,
    purpose: &str,
) -> Result<BrokerTrial, TrialFailure> {
    let drawn = || topic::default_client_id(&std::process::id().to_string());
    let own = known_client_id(settings).unwrap_or_else(drawn);
    let client = format!("{own}-{purpose}");
    let topic = topic::trial(&settings.base_topic, &own, purpose);
    let mut wire = Wire::of_trial(settings, &client, password);
    connect(&mut wire).await?;
    let mut trial = Trial {
        topic: &topic,
        prefix: &settings.home_assistant.prefix,
        wire,
        has_home_assistant: false,
    };
    let proven = trial.prove(&client).await;
    trial.end().await;
    proven?;
    let has_home_assistant = trial.has_home_assistant;
    Ok(BrokerTrial {
        topic,
        has_home_assistant,
    })
}

/// Connects. After an address that gives no answer the other ones of the name are tried, once each.
async fn connect(wire: &mut Wire) -> Result<(), DisconnectReason> {
    let mut failed = Vec::new();
    let mut refusal = None;
    while let Err(reason) = wire.connect().await {
        match wire.failed_address() {
            Some(address)
                if !failed.contains(&address) && failed.len() + 1 < address.address_count() =>
            {
                failed.push(address);
                if matches!(reason, DisconnectReason::Refused(..)) {
                    refusal.get_or_insert(reason);
                }
            }
            // A refusal has a remedy.
            Some(_) => return Err(refusal.unwrap_or(reason)),
            // What answers to CONNECT is what the service will use.
            None => return Err(reason),
        }
    }
    Ok(())
}

struct Trial<'a> {
    topic: &'a str,
    /// Of Home Assistant's announcements.
    prefix: &'a str,
    wire: Wire,
    has_home_assistant: bool,
}

impl Trial<'_> {
    /// Publishes and reads back.
    async fn prove(&mut self, client: &str) -> Result<(), TrialFailure> {
        let topics = [
            TopicFilter::new(self.topic),
            TopicFilter::new(format!("{}/+/+/config", self.prefix)),
            TopicFilter::new(format!("{}/+/+/+/config", self.prefix)),
        ];
        self.wire.subscribe(&topics);
        let is_answer = |incoming: &Incoming| matches!(incoming, Incoming::Subscribed(_));
        if let Some(Incoming::Subscribed(reasons)) = self.until(client, is_answer).await?
            && reasons.first().is_some_and(|reason| reason.is_failure())
        {
            return Err(self.denied(BrokerCause::NotAuthorized));
        }
        let message = self.message(b"?");
        self.wire.publish(PUBLISHED, &message, self.qos());
        let topic = self.topic.to_owned();
        let is_over = move |incoming: &Incoming| match incoming {
            Incoming::Publication(publication) => {
                publication.topic == topic && !publication.payload.is_empty()
            }
            Incoming::Acknowledged { packet_id, reason } => {
                *packet_id == PUBLISHED && reason.is_failure()
            }
            Incoming::Subscribed(_) => false,
        };
        match self.until(client, is_over).await? {
            Some(Incoming::Publication(_)) => Ok(()),
            Some(_) => Err(self.denied(BrokerCause::NotAuthorized)),
            None => Err(self.denied(BrokerCause::NoPublish)),
        }
    }

    fn denied(&self, cause: BrokerCause) -> TrialFailure {
        TrialFailure::NotPublished(cause, self.topic.to_owned())
    }

    /// Retained as states are, as far as the broker keeps anything.
    fn message(&self, payload: &'static [u8]) -> Message {
        let mut message = Message::retained(&self.topic.into(), payload);
        message.retain = self.wire.limits().retain;
        message
    }

    fn qos(&self) -> Qos {
        match self.wire.limits().qos_max {
            Qos::AtMostOnce => Qos::AtMostOnce,
            _ => Qos::AtLeastOnce,
        }
    }

    /// The first answer that is wanted; `None`: there is none in time.
    async fn until(
        &mut self,
        client: &str,
        is_wanted: impl Fn(&Incoming) -> bool,
    ) -> Result<Option<Incoming>, TrialFailure> {
        let deadline = Instant::now() + ANSWER_TIMEOUT;
        for _ in 0..INCOMING_MAX {
            let incoming = match timeout_at(deadline, self.wire.next_incoming()).await {
                Ok(Ok(incoming)) => incoming,
                Ok(Err(loss)) => return Err(connection_error::lost(&loss, client).into()),
                Err(_) => return Ok(None),
            };
            if let Incoming::Publication(publication) = &incoming {
                self.has_home_assistant |= self.is_announcement(&publication.topic);
            }
            if is_wanted(&incoming) {
                return Ok(Some(incoming));
            }
        }
        Ok(None)
    }

    /// Whether this topic is one of Home Assistant's announcements, and none of ours.
    fn is_announcement(&self, topic: &str) -> bool {
        let below = topic.strip_prefix(self.prefix);
        below.is_some_and(|below| below.ends_with("/config") && !below.contains("/linky_"))
    }

    /// Removes the message, if the broker keeps any, and disconnects. Without an answer it is left at that.
    async fn end(&mut self) {
        let deadline = Instant::now() + END_TIMEOUT;
        if self.wire.limits().retain {
            let removal = self.message(b"");
            self.wire.publish(REMOVED, &removal, self.qos());
            let needs_answer = self.qos() != Qos::AtMostOnce;
            for _ in 0..INCOMING_MAX {
                match timeout_at(deadline, self.wire.next_incoming()).await {
                    Ok(Ok(Incoming::Acknowledged { packet_id, .. }))
                        if packet_id == REMOVED || !needs_answer =>
                    {
                        break;
                    }
                    Ok(Ok(_)) => {}
                    Ok(Err(_)) | Err(_) => break,
                }
            }
        }
        // The broker ends the session by itself if this fails.
        let _ = timeout_at(deadline, self.wire.disconnect()).await;
    }
}
