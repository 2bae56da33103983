//! The desk: everything of a session but the wire.
//!
//! What the meters tell comes in, what the wire says comes in, time passes; what is to be sent goes to the client
//! library's channel. The channel is as wide as the window and two more, so it always has room.

use std::sync::Arc;
use std::time::Duration;

use log::debug;
use rumqttc::{AsyncClient, Event, Outgoing, Packet, Publish, QoS};

use super::backoff::Backoff;
use super::broker::{Cause, Voice};
use super::message::Message;
use super::publisher::Publisher;
use super::queue::Queue;
use super::transport;
use super::window::WIDTH;
use crate::config::MqttSettings;
use crate::meter::Update;
use crate::names::topic;

/// The width of the client library's channel: the window, a subscription and a disconnection.
pub const CHANNEL: usize = WIDTH + 2;

/// So long is taken at the stop to deliver what is left, and then to say goodbye.
const FLUSH: Duration = Duration::from_secs(2);
const FAREWELL: Duration = Duration::from_secs(1);

/// How far the stop has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Running,
    /// Until then, what is left is delivered.
    Flushing(Duration),
    /// Until then, the disconnection is written.
    Leaving(Duration),
    Gone,
}

/// See the module. Times are since the start of the session's clock.
#[derive(Debug)]
pub struct Desk {
    client: AsyncClient,
    publishers: Vec<Publisher>,
    queue: Queue,
    voice: Voice,
    qos: QoS,
    /// The topic that tells whether the daemon is connected.
    bridge: Arc<str>,
    /// The topic where Home Assistant says that it has started.
    home_assistant: Option<String>,
    backoff: Backoff,
    retry_at: Duration,
    stage: Stage,
}

impl Desk {
    /// A desk without a session.
    pub fn new(
        settings: &MqttSettings,
        client: AsyncClient,
        bridge: Arc<str>,
        publishers: Vec<Publisher>,
        queue: Queue,
        voice: Voice,
    ) -> Self {
        let home_assistant = Some(&settings.home_assistant).filter(|home| home.enabled);
        Self {
            client,
            publishers,
            queue,
            voice,
            qos: transport::quality(settings.qos),
            bridge,
            home_assistant: home_assistant.map(|home| topic::home_assistant_status(&home.prefix)),
            backoff: Backoff::default(),
            retry_at: Duration::ZERO,
            stage: Stage::Running,
        }
    }

    /// How long to leave the broker alone before the wire is tried.
    pub fn pause(&self, now: Duration) -> Duration {
        self.retry_at.saturating_sub(now)
    }

    /// The meter at this place told something.
    pub fn push(&mut self, place: usize, update: &Update, now: Duration) {
        if self.stage != Stage::Running {
            return;
        }
        let mut said = Vec::new();
        if let Some(publisher) = self.publishers.get_mut(place) {
            publisher.push(update, now, &mut said);
        }
        self.say(said, now);
    }

    /// Time passes: what is due is done, and what there is room for is sent.
    pub fn pass(&mut self, now: Duration) {
        if self.stage == Stage::Running {
            let mut said = Vec::new();
            for publisher in &mut self.publishers {
                publisher.pass(now, &mut said);
            }
            self.say(said, now);
        }
        self.queue.pass(now);
        while let Some(message) = self.queue.next(now) {
            self.send(message);
        }
        self.advance_stop(now);
    }

    /// When [`pass`](Self::pass) has something to do.
    pub fn deadline(&self) -> Option<Duration> {
        let next = match self.stage {
            Stage::Running => self.publishers.iter().filter_map(Publisher::deadline).min(),
            Stage::Flushing(until) | Stage::Leaving(until) => Some(until),
            Stage::Gone => None,
        };
        next.into_iter().chain(self.queue.deadline()).min()
    }

    /// The wire said something.
    pub fn hear(&mut self, event: Event, now: Duration) {
        match event {
            Event::Incoming(Packet::ConnAck(_)) => self.open(now),
            Event::Outgoing(Outgoing::Publish(packet)) => self.queue.written(packet),
            Event::Incoming(Packet::PubAck(ack)) => self.acknowledged(ack.pkid),
            Event::Incoming(Packet::PubComp(complete)) => self.acknowledged(complete.pkid),
            Event::Incoming(Packet::Publish(publish)) => self.listen(&publish, now),
            Event::Outgoing(Outgoing::Disconnect) => self.stage = Stage::Gone,
            Event::Incoming(_) | Event::Outgoing(_) => {}
        }
    }

    /// The wire is lost. Its last events were heard before.
    pub fn close(&mut self, cause: &Cause, now: Duration) {
        self.queue.close();
        self.retry_at = match cause {
            Cause::Lost(_) => self.backoff.lost(now),
            Cause::Refused(_) => self.backoff.refused(now),
        };
        self.voice.disconnected(cause);
    }

    /// Whether the wire is worth nothing any more, though it has not said so.
    pub fn is_stuck(&self, now: Duration) -> bool {
        self.queue.is_stuck(now)
    }

    /// The daemon stops: what holds from then on is said, and what is left is delivered.
    pub fn stop(&mut self, now: Duration) {
        let mut said = Vec::new();
        for publisher in &mut self.publishers {
            publisher.part(&mut said);
        }
        said.push(Message::standing(&self.bridge, topic::OFFLINE));
        self.say(said, now);
        self.queue.rest();
        self.stage = Stage::Flushing(now + FLUSH);
    }

    /// Whether the stop was asked for.
    pub fn is_stopping(&self) -> bool {
        self.stage != Stage::Running
    }

    /// Whether the stop is done.
    pub fn is_done(&self, now: Duration) -> bool {
        match self.stage {
            Stage::Running => false,
            Stage::Flushing(_) => !self.queue.is_open(),
            Stage::Leaving(until) => !self.queue.is_open() || until <= now,
            Stage::Gone => true,
        }
    }

    /// Nobody works here any more: what was not delivered until now is kept.
    pub fn end(&mut self) {
        self.queue.close();
        self.voice.ended();
    }

    fn say(&mut self, messages: Vec<Message>, now: Duration) {
        for message in messages {
            self.queue.push(message, now);
        }
    }

    fn advance_stop(&mut self, now: Duration) {
        if let Stage::Flushing(until) = self.stage
            && (self.queue.is_empty() || until <= now)
        {
            self.stage = Stage::Leaving(now + FAREWELL);
            if let Err(error) = self.client.try_disconnect() {
                debug!("{error}");
                self.stage = Stage::Gone;
            }
        }
    }

    fn open(&mut self, now: Duration) {
        self.backoff.connected(now);
        self.voice.connected();
        if let Some(status) = &self.home_assistant
            && let Err(error) = self.client.try_subscribe(status, QoS::AtMostOnce)
        {
            debug!("{error}");
        }
        let introduction = self.introduction();
        self.queue.open(introduction, now);
    }

    /// What holds now, the last states behind the rest.
    fn introduction(&self) -> Vec<Message> {
        let mut said = vec![Message::standing(&self.bridge, topic::ONLINE)];
        for publisher in &self.publishers {
            publisher.introduce(&mut said);
        }
        said.extend(self.publishers.iter().filter_map(Publisher::last_state));
        said
    }

    /// Home Assistant tells that it has started: it knows nothing of us any more. What the broker kept of its status is
    /// no news.
    fn listen(&mut self, publish: &Publish, now: Duration) {
        if self.home_assistant.as_deref() != Some(&*publish.topic)
            || publish.retain
            || publish.payload != topic::ONLINE
            || self.is_stopping()
        {
            return;
        }
        let introduction = self.introduction();
        self.say(introduction, now);
    }

    fn acknowledged(&mut self, packet: u16) {
        if !self.queue.acknowledged(packet) {
            debug!("the broker acknowledged what was not sent");
        }
    }

    fn send(&self, message: Message) {
        let Message {
            topic,
            payload,
            retain,
            ..
        } = message;
        if let Err(error) = self.client.try_publish(&*topic, self.qos, retain, payload) {
            debug!("{error}");
        }
    }
}
