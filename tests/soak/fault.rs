//! What can happen, and for how long: each fault is made for real, and ended.

use std::fmt;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use crate::account;
use crate::stage::Stage;
use crate::wire::Disturbance;

/// A session comes back within its longest pause of 30 s, and so does the bus; the rest is the slowness of a machine.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(60);
/// A port is open again within 2 s; the rest is a frame, and the slowness of a machine.
const PORT_TIMEOUT: Duration = Duration::from_secs(240);

/// Some thirty frames.
const SETTLE_TIME: Duration = Duration::from_secs(2);
/// Settings are renewed after 5 s without a good group; until then a late state may still come.
const SETTINGS_LAST: Duration = Duration::from_secs(3);

/// An address that is known already is used after 3 s.
const SLOWNESS: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    BrokerKilled,
    BrokerStopped,
    Cut,
    BlackHole,
    SlowWay,
    Unplugged,
    BusRestarted,
    BusStopped,
    DaemonKilled,
    /// An outage, and in its middle the daemon is killed.
    KilledInOutage,
    /// An outage with the disk full in its middle.
    DiskFull,
    /// The rules of the broker deny what is published.
    Denied,
    /// The broker starts anew with limits, and then without.
    Limited,
    /// Another client has the same client id.
    Twin,
    /// Another program changes the settings of the port.
    SettingsChanged,
    /// Text comes from the port between the frames.
    Text,
    /// The session is cut, and the name of the broker takes longer to find than is waited for.
    SlowResolver,
    /// The broker has another address, and its name server notices later.
    Moved,
}

use Fault::{
    BlackHole, BrokerKilled, BrokerStopped, BusRestarted, BusStopped, Cut, DaemonKilled, Denied,
    DiskFull, KilledInOutage, Limited, Moved, SettingsChanged, SlowResolver, SlowWay, Text, Twin,
    Unplugged,
};

impl Fault {
    pub const ALL: [Self; 18] = [
        BrokerKilled,
        BrokerStopped,
        Cut,
        BlackHole,
        SlowWay,
        Unplugged,
        BusRestarted,
        BusStopped,
        DaemonKilled,
        KilledInOutage,
        DiskFull,
        Denied,
        Limited,
        Twin,
        SettingsChanged,
        Text,
        SlowResolver,
        Moved,
    ];

    /// It lasts from so many seconds to so many.
    pub fn seconds(self) -> (u64, u64) {
        match self {
            BrokerKilled => (2, 6),
            BrokerStopped => (3, 10),
            // 20 s without an acknowledgement end the session.
            BlackHole => (22, 26),
            Cut | SlowWay => (3, 8),
            Unplugged => (1, 5),
            BusRestarted => (1, 4),
            BusStopped => (3, 8),
            DaemonKilled => (0, 2),
            KilledInOutage => (8, 12),
            DiskFull => (6, 9),
            Denied | Limited | Twin => (4, 8),
            SlowResolver => (6, 10),
            Moved => (2, 6),
            SettingsChanged => (0, 1),
            Text => (2, 5),
        }
    }

    /// Whether the daemon starts anew.
    pub fn kills(self) -> bool {
        matches!(self, DaemonKilled | KilledInOutage)
    }

    /// Whether the session with the broker ends: what is in flight then may come twice.
    pub fn ends_session(self) -> bool {
        !matches!(
            self,
            Unplugged | BusRestarted | BusStopped | SettingsChanged | Text
        )
    }

    /// Lets it happen for so long. How long it took from its end until all was well.
    pub fn happen(self, stage: &mut Stage<'_>, time: Duration) -> Duration {
        let starts = stage.account.starts();
        self.begin(stage, time);
        let (end, ended) = (Instant::now(), account::now());
        self.end(stage);
        let ended = if self == SettingsChanged {
            account::now()
        } else {
            ended
        };
        match self {
            Unplugged => {
                let is_read = |stage: &Stage<'_>| stage.account.last_live > ended;
                stage.until("frames are read again", PORT_TIMEOUT, is_read);
            }
            SettingsChanged => {
                let is_read = |stage: &Stage<'_>| stage.account.last_live > ended;
                stage.until("the settings are renewed", RECOVERY_TIMEOUT, is_read);
                // Until a value that waits for the next ones is accepted.
                stage.listen(SETTLE_TIME);
                stage.wire.disturb(Disturbance::None);
                stage.account.is_disturbed = false;
            }
            BusRestarted | BusStopped => {
                let is_signalled =
                    |stage: &Stage<'_>| stage.updated_on_bus().is_some_and(|time| time > ended);
                stage.until("the bus has the state", RECOVERY_TIMEOUT, is_signalled);
            }
            _ => {
                let is_new =
                    |stage: &Stage<'_>| self != DaemonKilled || stage.account.starts() > starts;
                stage.until("live states", RECOVERY_TIMEOUT, |stage| {
                    is_new(stage) && stage.account.last_live > ended
                });
            }
        }
        end.elapsed()
    }

    /// It begins, and lasts.
    fn begin(self, stage: &mut Stage<'_>, time: Duration) {
        match self {
            BrokerKilled => stage.kill_broker(),
            BrokerStopped => stage.broker.signal(Signal::SIGSTOP),
            Cut => stage.proxy.cut(),
            BlackHole => stage.proxy.hold(),
            SlowWay => stage.proxy.slow(),
            Unplugged => stage.wire.unplug(),
            BusRestarted => stage.bus.stop(),
            BusStopped => kill(stage.bus.pid(), Signal::SIGSTOP).unwrap(),
            DaemonKilled => stage.kill(),
            KilledInOutage => {
                stage.proxy.cut();
                stage.listen(time / 2);
                stage.kill();
                stage.start();
                stage.listen(time / 2);
                return;
            }
            DiskFull => {
                stage.proxy.cut();
                stage.listen(time / 3);
                stage.fill_disk();
                stage.listen(time / 3);
                stage.free_disk();
                stage.listen(time / 3);
                return;
            }
            Denied => stage.allow(false),
            Limited => {
                stage.kill_broker();
                stage.start_broker_limited(true);
            }
            Twin => stage.start_twin(),
            SettingsChanged => {
                stage.account.is_disturbed = true;
                stage.wire.disturb(Disturbance::Settings);
            }
            Text => stage.wire.disturb(Disturbance::Text),
            SlowResolver => {
                stage.names.delay(SLOWNESS);
                stage.proxy.cut();
                stage.proxy.mend();
            }
            Moved => stage.move_broker(),
        }
        stage.listen(time);
    }

    fn end(self, stage: &mut Stage<'_>) {
        match self {
            BrokerKilled => stage.start_broker(),
            BrokerStopped => stage.broker.signal(Signal::SIGCONT),
            Cut | BlackHole | SlowWay | KilledInOutage | DiskFull => stage.proxy.mend(),
            Unplugged => stage.wire.plug(),
            BusRestarted => stage.bus.start_again(),
            BusStopped => kill(stage.bus.pid(), Signal::SIGCONT).unwrap(),
            DaemonKilled => stage.start(),
            Denied => stage.allow(true),
            Limited => {
                stage.kill_broker();
                stage.start_broker_limited(false);
            }
            Twin => stage.end_twin(),
            // It ends when the daemon renews them.
            SettingsChanged => stage.listen(SETTINGS_LAST),
            Text => stage.wire.disturb(Disturbance::None),
            SlowResolver => stage.names.delay(Duration::ZERO),
            Moved => stage.name_broker(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            BrokerKilled => "broker killed and started",
            BrokerStopped => "broker stopped",
            Cut => "way cut",
            BlackHole => "way swallows all",
            SlowWay => "way slow",
            Unplugged => "wire unplugged",
            BusRestarted => "bus restarted",
            BusStopped => "bus stopped",
            DaemonKilled => "daemon killed",
            KilledInOutage => "daemon killed in an outage",
            DiskFull => "disk full in an outage",
            Denied => "rules that deny our topics",
            Limited => "broker with limits",
            Twin => "another client of our id",
            SettingsChanged => "settings of the port changed",
            Text => "text from the port",
            SlowResolver => "session cut, resolver slow",
            Moved => "broker at another address",
        })
    }
}
