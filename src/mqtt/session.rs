//! The session: one task that owns the client library's event loop, and all that is said to the broker.
//!
//! The library loses track of what was delivered when a connection breaks: it keeps copies of its own that it sends
//! again on terms of its own, and reports old events after a new connection. So its copies are thrown away, the window
//! here is the only truth, and one rule keeps it true: **a poll is awaited to its end**, never dropped half-way, while
//! everything else goes on beside it. The one exception is a connection that is thrown away with the poll.
//!
//! When a connection breaks: the acknowledgements that had arrived are heard first, then the library is emptied, then
//! whatever is still in flight goes back to be sent again. Only an acknowledgement delivers.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rumqttc::{AsyncClient, Event, EventLoop};
use tokio::select;
use tokio::time::{Instant, sleep};

use super::broker::{Cause, Voice};
use super::desk::{CHANNEL, Desk};
use super::outbox::Outbox;
use super::publisher::Publisher;
use super::queue::{PATIENCE, Queue};
use super::tls::{self, Tls};
use super::{handshake, transport};
use crate::config::{MqttSettings, Secret};
use crate::names::topic;
use crate::sink::{Health, PULSE_INTERVAL, Pulse, Shutdown, Subscription};

/// So many Updates that were told before the stop are taken at it at most.
const LAST: usize = 1024;

/// A session that is ready to run.
pub struct Session {
    desk: Desk,
    connection: EventLoop,
    /// For `mqtts://`.
    tls: Option<Tls>,
    subscription: Subscription,
}

/// How the wait for the wire ended.
enum Outcome {
    Event(Result<Event, Cause>),
    Stuck,
    Done,
}

impl Session {
    /// Prepares a session; nothing is tried yet. `names`: those of the meters for people, in the order of their numbers.
    ///
    /// # Errors
    /// A file that TLS needs cannot be used.
    pub fn new(
        settings: &MqttSettings,
        password: Option<&Secret>,
        names: &[&str],
        subscription: Subscription,
        health: Health,
        outbox: Outbox,
    ) -> Result<Self, tls::Error> {
        let client_id = transport::client_id(settings);
        let bridge: Arc<str> = topic::bridge_availability(&settings.base_topic, &client_id).into();
        let options = transport::options(settings, &client_id, password, &bridge);
        let tls = settings.url.tls.then(|| Tls::new(settings)).transpose()?;
        let (client, connection) = AsyncClient::new(options, CHANNEL);
        let publishers = subscription
            .newest()
            .iter()
            .zip(names)
            .map(|(newest, name)| {
                Publisher::new(settings, &newest.id, name, newest.clone(), &bridge)
            });
        let publishers = publishers.collect();
        let voice = Voice::new(settings, health);
        Ok(Self {
            desk: Desk::new(
                settings,
                client,
                bridge,
                publishers,
                Queue::new(settings.qos, outbox),
                voice,
            ),
            connection,
            tls,
            subscription,
        })
    }

    /// Runs until the shutdown is requested, and 3 s longer at most. The pulse beats whatever the broker does.
    pub async fn run(self, mut shutdown: Shutdown, pulse: Pulse) {
        let Self {
            mut desk,
            mut connection,
            mut tls,
            mut subscription,
        } = self;
        let start = Instant::now();
        loop {
            let outcome = {
                let mut poll = pin!(poll(
                    &mut connection,
                    tls.as_mut(),
                    desk.pause(start.elapsed())
                ));
                loop {
                    let now = start.elapsed();
                    desk.pass(now);
                    pulse.beat();
                    if desk.is_done(now) {
                        break Outcome::Done;
                    }
                    if desk.is_stuck(now) {
                        break Outcome::Stuck;
                    }
                    let wait = desk
                        .deadline()
                        .map_or(PULSE_INTERVAL, |at| at.saturating_sub(now));
                    select! {
                        event = &mut poll => break Outcome::Event(event),
                        update = subscription.next() => desk.push(update.meter, &update, start.elapsed()),
                        () = shutdown.requested(), if !desk.is_stopping() => {
                            for _ in 0..LAST {
                                let Some(update) = subscription.try_next() else { break };
                                desk.push(update.meter, &update, start.elapsed());
                            }
                            desk.stop(start.elapsed());
                        }
                        () = sleep(wait.min(PULSE_INTERVAL)) => {}
                    }
                }
            };
            let cause = match outcome {
                Outcome::Event(Ok(event)) => {
                    desk.hear(event, start.elapsed());
                    continue;
                }
                Outcome::Event(Err(cause)) => cause,
                Outcome::Stuck => {
                    Cause::Lost(format!("no acknowledgement for {} s", PATIENCE.as_secs()))
                }
                Outcome::Done => break,
            };
            abandon(&mut connection, &mut desk, start.elapsed());
            desk.close(&cause, start.elapsed());
        }
        abandon(&mut connection, &mut desk, start.elapsed());
        desk.end();
    }
}

/// The next event of the wire, after a pause. An attempt over TLS takes the files as they are then.
async fn poll(
    connection: &mut EventLoop,
    tls: Option<&mut Tls>,
    pause: Duration,
) -> Result<Event, Cause> {
    if !pause.is_zero() {
        sleep(pause).await;
    }
    let Some(tls) = tls.filter(|_| connection.network.is_none()) else {
        return connection.poll().await.map_err(|error| Cause::from(&error));
    };
    let transport = tls.transport()?;
    connection.mqtt_options.set_transport(transport);
    let answer = connection.poll().await;
    answer.map_err(|error| handshake::attempt_failed(&error, tls.shows_certificate()))
}

/// Hears the last events of a broken connection, and empties the library of all that it would send again by itself.
fn abandon(connection: &mut EventLoop, desk: &mut Desk, now: Duration) {
    let late: Vec<Event> = connection.state.events.drain(..).collect();
    for event in late {
        desk.hear(event, now);
    }
    connection.clean();
    connection.pending.clear();
    connection.state.collision = None;
}

#[cfg(test)]
mod tests {
    use super::Session;
    use crate::sink::{Pulse, Shutdown};

    /// A session is a task among others.
    #[expect(dead_code, reason = "it is enough that it compiles")]
    fn a_running_session_may_be_spawned(session: Session) -> impl Send {
        session.run(Shutdown::new().1, Pulse::default())
    }
}
