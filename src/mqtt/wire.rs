//! The connection to the broker: owns the client library's event loop.
//!
//! The library can keep a session alive by itself: it stores what it sent, sends that again after a reconnection, and
//! reports old events then. None of that is used. The [`Outbox`](super::outbox::Outbox) is the only record of what is in
//! flight, it chooses the packet ids, and [`Wire::close`] empties the library.
//!
//! Packets are collected and written together: a state and its events are one write. [`Wire::next_incoming`] is cancel-safe:
//! a packet leaves the collection only when it is in the write buffer, and an event leaves the library only when it is
//! returned.

use std::collections::VecDeque;

use rumqttc::{
    Disconnect, Event, EventLoop, Outgoing, Packet, Publish, QoS, Request, StateError, Subscribe,
    SubscribeFilter,
};

use super::disconnect_reason::DisconnectReason;
use super::incoming::{Incoming, Publication, ReasonCode};
use super::message::Message;
use super::outbox::PACKET_ID_RANGE;
use super::tls::Tls;
use super::{connection_error, transport};
use crate::config::MqttSettings;

/// The packet id of the subscription: outside the range of those of messages.
const SUBSCRIBE_ID: u16 = PACKET_ID_RANGE + 1;

/// See the module.
pub struct Wire {
    connection: EventLoop,
    /// For `mqtts://`.
    tls: Option<Tls>,
    settings: MqttSettings,
    outgoing: VecDeque<Packet>,
}

impl Wire {
    /// A wire that is not connected. The topic `bridge` gets the last will.
    pub fn new(settings: &MqttSettings, client_id: &str, bridge: &str) -> Self {
        let options = transport::options(settings, client_id, bridge);
        // Requests go to the library's state, not through its channel.
        let connection = EventLoop::new(options, 1);
        Self {
            connection,
            tls: settings.url.tls.then(|| Tls::new(settings)),
            settings: settings.clone(),
            outgoing: VecDeque::new(),
        }
    }

    /// Connects, with the password and the files of TLS as they are now. Not cancel-safe.
    ///
    /// # Errors
    /// Why there is no session.
    pub async fn connect(&mut self) -> Result<(), DisconnectReason> {
        transport::set_credentials(&mut self.connection.mqtt_options, &self.settings)?;
        let Some(tls) = &mut self.tls else {
            self.connection.poll().await?;
            return Ok(());
        };
        let transport = tls.transport()?;
        self.connection.mqtt_options.set_transport(transport);
        let connected = self.connection.poll().await;
        connected
            .map(drop)
            .map_err(|error| connection_error::attempt_failed(&error, tls.shows_certificate()))
    }

    /// Adds a message to those that [`next_incoming`](Self::next_incoming) writes.
    ///
    /// # Errors
    /// The library does not take it.
    pub fn publish(&mut self, packet_id: u16, message: Message) -> Result<(), DisconnectReason> {
        let qos = transport::qos(self.settings.qos);
        let mut publish = Publish::from_bytes(&*message.topic, qos, message.payload);
        publish.retain = message.retain;
        publish.pkid = packet_id;
        self.send(Request::Publish(publish))
    }

    /// Adds a subscription to these topics.
    pub fn subscribe(&mut self, topics: &[&str]) {
        if topics.is_empty() {
            return;
        }
        let filter = |topic: &&str| SubscribeFilter::new((*topic).to_owned(), QoS::AtMostOnce);
        let mut subscribe = Subscribe::new_many(topics.iter().map(filter));
        subscribe.pkid = SUBSCRIBE_ID;
        self.outgoing.push_back(Packet::Subscribe(subscribe));
    }

    /// Writes what was added, and waits for what the broker sends. Cancel-safe.
    ///
    /// # Errors
    /// Why the session is lost.
    pub async fn next_incoming(&mut self) -> Result<Incoming, DisconnectReason> {
        self.flush().await?;
        loop {
            if let Some(incoming) = incoming(self.connection.poll().await?) {
                return Ok(incoming);
            }
        }
    }

    /// Ends the session in order.
    ///
    /// # Errors
    /// Why the session is lost.
    pub async fn disconnect(&mut self) -> Result<(), DisconnectReason> {
        self.send(Request::Disconnect(Disconnect))?;
        self.flush().await
    }

    /// Closes the connection and forgets everything that was sent. Returns the packets that had arrived; of what was about
    /// to be written, nothing counts.
    pub fn close(&mut self) -> Vec<Incoming> {
        let events = self.connection.state.events.drain(..);
        let events = events.filter(|event| matches!(event, Event::Incoming(_)));
        let incoming = events.filter_map(incoming).collect();
        self.connection.clean();
        self.connection.pending.clear();
        self.connection.state.collision = None;
        self.outgoing.clear();
        incoming
    }

    fn send(&mut self, request: Request) -> Result<(), DisconnectReason> {
        let packet = self.connection.state.handle_outgoing_packet(request);
        self.outgoing.extend(packet.map_err(lost)?);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), DisconnectReason> {
        let Some(network) = &mut self.connection.network else {
            return Ok(());
        };
        while let Some(packet) = self.outgoing.front() {
            network.write(packet.clone()).await.map_err(lost)?;
            self.outgoing.pop_front();
        }
        network.flush().await.map_err(lost)
    }
}

/// What matters of an event of the library.
fn incoming(event: Event) -> Option<Incoming> {
    let packet_id = match event {
        Event::Incoming(Packet::PubAck(ack)) => ack.pkid,
        Event::Incoming(Packet::PubComp(complete)) => complete.pkid,
        Event::Outgoing(Outgoing::Publish(0)) => 0,
        Event::Incoming(Packet::Publish(publish)) => {
            return Some(Incoming::Publication(Publication {
                topic: publish.topic,
                payload: publish.payload,
                retain: publish.retain,
            }));
        }
        Event::Incoming(_) | Event::Outgoing(_) => return None,
    };
    Some(Incoming::Acknowledged {
        packet_id,
        reason: ReasonCode::SUCCESS,
    })
}

fn lost(error: StateError) -> DisconnectReason {
    rumqttc::ConnectionError::MqttState(error).into()
}
