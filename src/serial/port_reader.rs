//! A port over its life: opened, read when the caller wants to, opened again when it is lost.
//!
//! Input: the device, the speed, and for each step the time to read at and the time to return by. Output: what happened,
//! and when. The bytes are whole and in order; their time is that of the read, which may be long after their arrival if
//! the caller waits to read.
//!
//! Nothing is made once and for all. While no group is good:
//! - the settings of a tty are compared every [`SETTINGS_CHECK_INTERVAL`] with those that were made, and made again;
//! - a tty without a good group is opened anew after [`IDLE_TIMEOUT`], for a driver or a dongle may be wedged, and then ever
//!   more seldom, for a line may be empty for years;
//! - a `tcp://` source that gives nothing for [`IDLE_TIMEOUT`] is connected to anew: the server may have lost power and closed
//!   nothing.
//!
//! The port is not reported as lost then, since a silent meter behind a good port looks the same. What is good is found by
//! the upper half, which calls [`PortReader::confirm`].
//!
//! Where the name of a `tcp://` source has several addresses, one that was silent for so long, or closed the connection before
//! a good group, is tried last from then on.

use super::backoff::OpenBackoff;
use super::port::{self, OpenPort, PendingConnection, ReadOutcome};
use super::refusal::Refusal;
use super::{PortCheck, Stop};
use crate::config::Device;
use crate::net::{HostAddress, HostConnector};
use crate::tic::Mode;
use std::mem;
use std::time::{Duration, Instant};

/// A connection without a byte, or a tty without a good group, for this long is opened anew. A meter sends a frame every two
/// seconds or so.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// The longest such time for a tty.
const TTY_IDLE_TIMEOUT_MAX: Duration = Duration::from_secs(16 * 60);
/// An idle port is closed for this long: a driver, and an adapter that DTR powers, need a moment to begin anew.
const REOPEN_PAUSE: Duration = Duration::from_millis(500);
/// How often the settings of a tty without a good group are looked at.
const SETTINGS_CHECK_INTERVAL: Duration = Duration::from_secs(5);
/// How often a connection being made looks for the stop.
const CONNECT_POLL: Duration = Duration::from_millis(50);
/// The most bytes of one event: what a tty can hold.
const CHUNK_MAX: usize = 4096;

/// What happened to the port.
#[derive(Debug)]
pub enum PortEvent<'a> {
    /// It could not be opened, or was lost. It is tried again after a while.
    Unavailable(Refusal),
    /// It is open.
    Opened,
    /// An idle port was opened anew; in between it was not `Unavailable`.
    Reconnected,
    /// Bytes arrived: one at least.
    Bytes(&'a [u8]),
    /// It was read, and gave nothing for 100 ms.
    NoData,
    /// The time to return by came before anything else.
    Timer,
}

/// A port that is opened and reopened.
pub struct PortReader<'a> {
    device: Device,
    /// For a `tcp://` source.
    connector: Option<HostConnector>,
    speed: Mode,
    check: &'a dyn PortCheck,
    stop: &'a Stop,
    state: PortState,
    backoff: OpenBackoff,
    idle_timeout: Duration,
    /// That of a tty: doubles each time, until a good group.
    tty_idle_timeout: Duration,
    /// Whether a change of the settings was reported since the last good group.
    is_changed_reported: bool,
    buffer: Box<[u8; CHUNK_MAX]>,
}

enum PortState {
    /// To be opened at this time.
    Closed {
        open_at: Instant,
        /// In place of an idle one.
        replaces: bool,
    },
    Connecting {
        connection: PendingConnection,
        /// In place of an idle one.
        replaces: bool,
    },
    Open {
        port: OpenPort,
        /// The last byte, or the opening.
        active: Instant,
        /// The last good group, or the opening.
        good: Instant,
        /// The same, or the last look at the settings.
        checked: Instant,
        /// Whether there was a good group.
        is_proven: bool,
    },
    /// It failed outside a read.
    Lost,
}

/// A [`PortEvent`] that borrows nothing.
enum PortOutcome {
    Unavailable(Refusal),
    Opened,
    Reconnected,
    Bytes(usize),
    NoData,
    Timer,
}

impl<'a> PortReader<'a> {
    /// Opens nothing yet. `speed` is that of a mode; a pty and a connection have none.
    #[must_use]
    pub fn new(device: Device, speed: Mode, check: &'a dyn PortCheck, stop: &'a Stop) -> Self {
        let connector = match &device {
            Device::Path(_) => None,
            Device::Tcp { host, port } => Some(HostConnector::new(host, *port)),
        };
        Self {
            device,
            connector,
            speed,
            check,
            stop,
            state: PortState::Closed {
                open_at: Instant::now(),
                replaces: false,
            },
            backoff: OpenBackoff::new(),
            idle_timeout: IDLE_TIMEOUT,
            tty_idle_timeout: IDLE_TIMEOUT,
            is_changed_reported: false,
            buffer: Box::new([0; CHUNK_MAX]),
        }
    }

    /// Waits for the next event, and gives it with its time; `None` once the stop is asked for.
    ///
    /// An open port is not read before `read_at`. Returns at `return_by`, or 100 ms later if a read is under way then; an
    /// opening may add the second of a [`PortCheck`].
    pub fn next(
        &mut self,
        read_at: Instant,
        return_by: Instant,
    ) -> Option<(Instant, PortEvent<'_>)> {
        let outcome = match &self.state {
            PortState::Closed { open_at, replaces } => self.open(*open_at, *replaces, return_by)?,
            PortState::Connecting { .. } => self.connect(return_by)?,
            PortState::Open { .. } => self.read(read_at, return_by)?,
            PortState::Lost => self.lost(),
        };
        let event = match outcome {
            PortOutcome::Unavailable(refusal) => PortEvent::Unavailable(refusal),
            PortOutcome::Opened => PortEvent::Opened,
            PortOutcome::Reconnected => PortEvent::Reconnected,
            PortOutcome::Bytes(count) => {
                PortEvent::Bytes(self.buffer.get(..count).unwrap_or_default())
            }
            PortOutcome::NoData => PortEvent::NoData,
            PortOutcome::Timer => PortEvent::Timer,
        };
        Some((Instant::now(), event))
    }

    /// Receives at the speed of this mode from now on, also after the next opening.
    pub fn set_speed(&mut self, speed: Mode) {
        if self.speed == speed {
            return;
        }
        log::debug!("{}: trying {} baud", self.device, speed.baud());
        self.speed = speed;
        if let PortState::Open { port, .. } = &mut self.state
            && port.set_speed(speed).is_err()
        {
            self.state = PortState::Lost;
        }
    }

    /// Whether another program has changed the settings of the port since the last good group.
    #[must_use]
    pub fn is_changed_by_another(&self) -> bool {
        self.is_changed_reported
    }

    /// What was read last holds a good group: the port is as it should be.
    pub fn confirm(&mut self) {
        self.backoff.reset();
        self.tty_idle_timeout = self.idle_timeout;
        self.is_changed_reported = false;
        if let PortState::Open {
            port,
            good,
            checked,
            is_proven,
            ..
        } = &mut self.state
        {
            *good = Instant::now();
            *checked = *good;
            if !*is_proven && let (Some(connector), Some(server)) = (&self.connector, port.server())
            {
                connector.answered(server);
            }
            *is_proven = true;
        }
    }

    /// Opens the port when it is time; `replaces` one that was idle.
    fn open(
        &mut self,
        open_at: Instant,
        replaces: bool,
        return_by: Instant,
    ) -> Option<PortOutcome> {
        if !self.sleep_until(open_at.min(return_by)) {
            return None;
        }
        if Instant::now() < open_at {
            return Some(PortOutcome::Timer);
        }
        match &self.device {
            Device::Path(path) => match port::open_tty(path, self.speed, self.check) {
                Ok(port) => Some(self.opened(port, replaces)),
                Err(refusal) => Some(self.unavailable(refusal)),
            },
            Device::Tcp { .. } => self.start_connecting(replaces, return_by),
        }
    }

    fn start_connecting(&mut self, replaces: bool, return_by: Instant) -> Option<PortOutcome> {
        let Some(connector) = &self.connector else {
            return Some(self.lost());
        };
        match PendingConnection::start(connector, self.device.to_string()) {
            Ok(connection) => {
                self.state = PortState::Connecting {
                    connection,
                    replaces,
                };
                self.connect(return_by)
            }
            Err(refusal) => Some(self.unavailable(refusal)),
        }
    }

    fn connect(&mut self, return_by: Instant) -> Option<PortOutcome> {
        while !self.stop.is_asked() {
            let PortState::Connecting {
                connection,
                replaces,
            } = &self.state
            else {
                return Some(self.lost());
            };
            match connection.wait(CONNECT_POLL) {
                Some(Ok(port)) => return Some(self.opened(port, *replaces)),
                Some(Err(refusal)) => return Some(self.unavailable(refusal)),
                None if Instant::now() >= return_by => return Some(PortOutcome::Timer),
                None => {}
            }
        }
        None
    }

    fn read(&mut self, read_at: Instant, return_by: Instant) -> Option<PortOutcome> {
        if !self.sleep_until(read_at.min(return_by)) {
            return None;
        }
        if Instant::now() < read_at {
            return Some(PortOutcome::Timer);
        }
        if self.is_idle() {
            log::debug!("{}: opened anew, as nothing good has come", self.device);
            self.tty_idle_timeout = (self.tty_idle_timeout * 2).min(TTY_IDLE_TIMEOUT_MAX);
            self.server_failed();
            // It is closed first, since it is exclusive, and some servers have one client only.
            self.state = PortState::Closed {
                open_at: Instant::now() + REOPEN_PAUSE,
                replaces: true,
            };
            return Some(PortOutcome::Timer);
        }
        let PortState::Open {
            port,
            active,
            checked,
            ..
        } = &mut self.state
        else {
            return Some(self.lost());
        };
        if checked.elapsed() >= SETTINGS_CHECK_INTERVAL {
            *checked = Instant::now();
            match port.renew_settings() {
                Ok(false) => {}
                Ok(true) => {
                    // One line for each change, not for each time that it is undone.
                    let level = if self.is_changed_reported {
                        log::Level::Debug
                    } else {
                        log::Level::Warn
                    };
                    self.is_changed_reported = true;
                    log::log!(
                        level,
                        "{}: another program has changed the settings of the port; they are made again",
                        self.device
                    );
                }
                Err(_) => return Some(self.lost()),
            }
        }
        match port.read(self.buffer.as_mut_slice()) {
            ReadOutcome::Bytes(count) => {
                *active = Instant::now();
                Some(PortOutcome::Bytes(count))
            }
            ReadOutcome::Nothing => Some(PortOutcome::NoData),
            ReadOutcome::Gone => Some(self.lost()),
        }
    }

    /// Whether it is time to open the port anew.
    fn is_idle(&self) -> bool {
        match &self.state {
            PortState::Open { port, active, .. } if port.is_network() => {
                active.elapsed() >= self.idle_timeout
            }
            PortState::Open { good, .. } => good.elapsed() >= self.tty_idle_timeout,
            _ => false,
        }
    }

    /// The server is silent, or closed before a good group: of several addresses the next attempt begins with another one.
    fn server_failed(&self) {
        if let PortState::Open { port, .. } = &self.state
            && let (Some(connector), Some(server)) = (&self.connector, port.server())
        {
            connector.failed(server);
            if let Some(address) = server.one_of_several() {
                log::debug!("{}: nothing good has come from {address}", self.device);
            }
        }
    }

    fn opened(&mut self, port: OpenPort, replaces: bool) -> PortOutcome {
        log::debug!("{} is open", self.device);
        let now = Instant::now();
        self.state = PortState::Open {
            port,
            active: now,
            good: now,
            checked: now,
            is_proven: false,
        };
        if replaces {
            PortOutcome::Reconnected
        } else {
            PortOutcome::Opened
        }
    }

    fn lost(&mut self) -> PortOutcome {
        let wait = self.backoff.next_wait_after_loss();
        let refusal = match &self.device {
            Device::Path(path) => Refusal::HungUp(path.clone()),
            tcp @ Device::Tcp { .. } => Refusal::Closed(self.of_server(tcp)),
        };
        if !matches!(&self.state, PortState::Open { is_proven, .. } if *is_proven) {
            self.server_failed();
        }
        self.close(refusal, wait)
    }

    /// The name of a source, with the address that it was reached by if it has several.
    fn of_server(&self, device: &Device) -> String {
        let server = match &self.state {
            PortState::Open { port, .. } => port.server(),
            _ => None,
        };
        match server.and_then(HostAddress::one_of_several) {
            Some(address) => format!("{device} ({address})"),
            None => device.to_string(),
        }
    }

    fn unavailable(&mut self, refusal: Refusal) -> PortOutcome {
        let wait = self.backoff.next_wait();
        self.close(refusal, wait)
    }

    /// Closes the port before the wait.
    fn close(&mut self, refusal: Refusal, wait: Duration) -> PortOutcome {
        log::debug!("{refusal}");
        drop(mem::replace(
            &mut self.state,
            PortState::Closed {
                open_at: Instant::now() + wait,
                replaces: false,
            },
        ));
        PortOutcome::Unavailable(refusal)
    }

    /// False: the stop was asked for.
    fn sleep_until(&self, due: Instant) -> bool {
        let wait = due.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            self.stop.sleep(wait);
        }
        !self.stop.is_asked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serial::stop_pair;
    use nix::pty::openpty;
    use nix::sys::termios::{InputFlags, LocalFlags, SetArg, tcgetattr, tcsetattr};
    use nix::unistd::ttyname;
    use std::io::Write;
    use std::net::TcpListener;
    use std::path::Path;

    struct Allow;

    impl PortCheck for Allow {
        fn refusal(&self, _: &Path) -> Option<Refusal> {
            None
        }
    }

    /// The next event of a port that is read at once; `Timer` and `NoData` left out.
    fn event(port: &mut PortReader<'_>) -> String {
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            let now = Instant::now();
            let (_, event) = port.next(now, now + Duration::from_millis(100)).unwrap();
            if !matches!(event, PortEvent::Timer | PortEvent::NoData) {
                return format!("{event:?}");
            }
        }
        panic!("no event in time");
    }

    #[test]
    fn an_idle_connection_is_replaced_without_being_unavailable() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let device = Device::parse(&format!("tcp://{}", server.local_addr().unwrap())).unwrap();
        let (_stopper, stop) = stop_pair();
        let mut port = PortReader::new(device, Mode::Standard, &Allow, &stop);
        port.idle_timeout = Duration::from_millis(200);
        assert_eq!(event(&mut port), "Opened");
        let (mut first, _) = server.accept().unwrap();
        first.write_all(b"A").unwrap();
        assert_eq!(event(&mut port), "Bytes([65])");
        assert_eq!(event(&mut port), "Reconnected");
        let (second, _) = server.accept().unwrap();
        drop((server, second));
        assert!(event(&mut port).contains("Closed"), "the second was closed");
        assert!(event(&mut port).contains("Network"), "and refused");
    }

    #[test]
    fn an_idle_tty_is_opened_anew_ever_more_seldom_until_it_is_good() {
        let pty = openpty(None, None).unwrap();
        let device = Device::Path(ttyname(&pty.slave).unwrap());
        let (_stopper, stop) = stop_pair();
        let mut port = PortReader::new(device, Mode::Standard, &Allow, &stop);
        let idle = Duration::from_millis(200);
        (port.idle_timeout, port.tty_idle_timeout) = (idle, idle);
        assert_eq!(event(&mut port), "Opened");
        // Bytes that are not good do not count.
        nix::unistd::write(&pty.master, b"A").unwrap();
        assert_eq!(event(&mut port), "Bytes([65])");
        for renewals in 1..4 {
            assert_eq!(event(&mut port), "Reconnected");
            assert_eq!(port.tty_idle_timeout, idle * 2_u32.pow(renewals));
        }
        port.confirm();
        assert_eq!(port.tty_idle_timeout, idle);
        assert_eq!(event(&mut port), "Reconnected");
    }

    #[test]
    fn settings_that_another_program_changes_are_made_again() {
        let pty = openpty(None, None).unwrap();
        let path = ttyname(&pty.slave).unwrap();
        let mut port = port::open_tty(&path, Mode::Standard, &Allow).unwrap();
        let ours = tcgetattr(&pty.slave).unwrap();
        assert!(!port.renew_settings().unwrap());
        let mut cooked = ours.clone();
        cooked
            .input_flags
            .insert(InputFlags::ICRNL | InputFlags::ISTRIP);
        cooked
            .local_flags
            .insert(LocalFlags::ICANON | LocalFlags::ECHO);
        tcsetattr(&pty.slave, SetArg::TCSANOW, &cooked).unwrap();
        assert!(port.renew_settings().unwrap());
        assert_eq!(tcgetattr(&pty.slave).unwrap(), ours);
        assert!(!port.renew_settings().unwrap());
    }

    #[test]
    fn a_port_is_not_read_before_its_time_and_returns_by_its_time() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let device = Device::parse(&format!("tcp://{}", server.local_addr().unwrap())).unwrap();
        let (stopper, stop) = stop_pair();
        let mut port = PortReader::new(device, Mode::Standard, &Allow, &stop);
        assert_eq!(event(&mut port), "Opened");
        let (mut line, _) = server.accept().unwrap();
        line.write_all(b"A").unwrap();
        let now = Instant::now();
        let hour = Duration::from_secs(3600);
        let return_by = now + Duration::from_millis(50);
        let (at, first) = port.next(now + hour, return_by).unwrap();
        assert!(matches!(first, PortEvent::Timer), "{first:?}");
        assert!(at >= return_by);
        let read_at = now + Duration::from_millis(100);
        let (at, second) = port.next(read_at, now + hour).unwrap();
        assert!(matches!(second, PortEvent::Bytes(b"A")), "{second:?}");
        assert!(at >= read_at);
        stopper.stop();
        assert!(port.next(now, now).is_none());
    }
}
