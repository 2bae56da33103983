//! What can happen, and for how long: each fault is made for real, and ended.

use std::fmt;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use crate::account;
use crate::stage::Stage;

/// A session comes back within its longest pause of 30 s, and so does the bus; the rest is the slowness of a machine.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(60);
/// A port is open again within 2 s; the rest is a frame, and the slowness of a machine.
const PORT_TIMEOUT: Duration = Duration::from_secs(60);

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
}

use Fault::{
    BlackHole, BrokerKilled, BrokerStopped, BusRestarted, BusStopped, Cut, DaemonKilled, DiskFull,
    KilledInOutage, SlowWay, Unplugged,
};

impl Fault {
    pub const ALL: [Self; 11] = [
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
        }
    }

    /// Whether the daemon starts anew.
    pub fn kills(self) -> bool {
        matches!(self, DaemonKilled | KilledInOutage)
    }

    /// Whether the session with the broker ends: what is in flight then may come twice.
    pub fn ends_session(self) -> bool {
        !matches!(self, Unplugged | BusRestarted | BusStopped)
    }

    /// Lets it happen for so long. How long it took from its end until all was well.
    pub fn happen(self, stage: &mut Stage<'_>, time: Duration) -> Duration {
        let starts = stage.account.starts();
        self.begin(stage, time);
        let (end, ended) = (Instant::now(), account::now());
        self.end(stage);
        match self {
            Unplugged => {
                let is_read = |stage: &Stage<'_>| stage.account.last_live > ended;
                stage.until("frames are read again", PORT_TIMEOUT, is_read);
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
        })
    }
}
