"""What a machine goes through: its port goes and comes back, a login takes it, it restarts, its power is cut."""

import json
from datetime import datetime

from claims import check, within
from service import MESSAGES, number

# The outbox is synced so often; a frame of the standard mode, and a sync on a slow disk, last so long.
SYNCED = 10
FRAME = 3
HISTORY = "linky/main/history"
STATE = "linky/main/state"


class Endings:
    def __init__(self, service, meter, port, is_header):
        self.service, self.meter, self.port, self.is_header = service, meter, port, is_header
        self.ask = service.ask

    def is_received(self, seconds=90):
        return within(seconds, self.service.status_has, "receiving", " VA")

    # --- The port

    def of_the_port(self, claims):
        if self.is_header:
            claims.claim("udev loses the UART (an event remove): no /dev/linky, and the status is no_device", self.udev_loses_it)
            claims.claim("udev finds it (an event add): received, without a restart", self.udev_finds_it)
        claims.claim("a login takes the port while it is read: left at once, and the unit is named", self.login_takes_it)
        claims.claim("the login ends: received again, without a restart", self.login_ends)

    def udev_loses_it(self):
        # Debian's kernels have the driver built in, which lets no port be unbound: the event comes from udevadm.
        self.ask(f"udevadm trigger --action=remove --settle /sys/class/tty/{self.port}")
        self.ask("! ls /dev/linky 2>/dev/null")
        self.service.restart()
        return within(60, self.service.status_has, "no_device", "no dongle or UART is recognised")

    def udev_finds_it(self):
        before = self.service.property("MainPID")
        self.ask(f"udevadm trigger --action=add --settle /sys/class/tty/{self.port}")
        self.ask("ls /dev/linky")
        return self.is_received_by(before)

    def login_takes_it(self):
        self.before = self.service.property("MainPID")
        # A login that takes what the meter sends for names and passwords would keep an emulated machine busy.
        self.line = self.meter.detach("uart")
        self.ask(f"systemctl start serial-getty@{self.port}")
        return within(60, self.service.status_has, "no_device", f"serial-getty@{self.port}.service")

    def login_ends(self):
        self.ask(f"systemctl stop serial-getty@{self.port}")
        # It leaves the permissions of a login: the status has the cause and the remedy.
        within(60, self.service.status_has, "no_device", "no permission")
        self.meter.attach("uart", self.line)
        self.ask(f"udevadm trigger --action=add /dev/{self.port}")
        return self.is_received_by(self.before)

    def is_received_by(self, pid):
        status = self.is_received()
        check(self.service.property("MainPID") == pid, "another process")
        return status

    # --- The restart

    def of_a_restart(self, claims):
        claims.claim("a clean stop publishes offline", self.stops_cleanly)
        claims.claim("the machine restarts", self.restarts)
        claims.claim("the service is there without anyone's help", within, 120, self.service.is_active)
        claims.claim("the meter is received", self.is_received)
        claims.claim("a broker starts", self.service.start_broker)
        claims.claim("the energy goes on from where it was, with the same keys", within, 120, self.goes_on)

    def stops_cleanly(self):
        self.ask("systemctl stop linky-sensor")
        availability = [self.service.retained(f"linky/{who}/availability") for who in ("main", "bridge/+")]
        result = self.service.property("Result")
        self.ask("systemctl start linky-sensor")
        within(90, self.service.status_has, "receiving", "broker connected")
        check(availability == ["offline", "offline"] and result == "success", f"{availability}, {result}")
        return "offline, offline; result success"

    def restarts(self):
        self.before = self.service.states(STATE)[-1]
        self.service.machine.run("systemctl --no-block reboot")
        return f"{self.service.machine.wait_for_shell():.0f} s to the shell"

    def goes_on(self):
        now = self.service.states(STATE)[-1]
        check(now["boot"] != self.before["boot"], "no state since")
        check(now["energy"] is not None and now["energy"] >= self.before["energy"], f"{self.before['energy']}, then {now['energy']}")
        check(now.keys() == self.before.keys(), set(now) ^ set(self.before))
        return f"{self.before['energy']} Wh, then {now['energy']} Wh; {len(now)} keys"

    # --- The power

    def before_the_cut(self, claims):
        claims.claim("what waited for the broker has arrived", within, 120, self.nothing_waits)
        claims.claim("the broker stops: states wait on the disk", self.states_wait)

    def states_wait(self):
        self.ask("systemctl stop mosquitto")
        # More than is lost by a cut.
        return within(120, self.are_pending, 20)

    def pending(self):
        return number(self.service.on_bus("Manager", "HistoryPending", "/io/github/linky_sensor/Linky1"))

    def are_pending(self, count):
        waiting = self.pending()
        check(waiting >= count, f"{waiting} wait")
        return f"{waiting} wait"

    def cut_power(self):
        self.waiting = self.pending()
        states = self.service.states(STATE)
        self.boot = states[-1]["boot"]
        received = states + [json.loads(kept) for kept in self.service.received(HISTORY)]
        self.delivered = {state["seq"] for state in received if state["boot"] == self.boot}
        self.cut_at = float(self.ask("date +%s.%N"))
        self.service.machine.cut_power()
        return f"{self.waiting} waited"

    def after_the_cut(self, claims):
        claims.claim("the service is there, the meter is received", self.is_received, 120)
        claims.claim("what waited still waits", within, 30, self.still_waits)
        # Only what is received from here on counts.
        self.ask(f"rm -f {MESSAGES}")
        claims.claim("the broker starts", self.service.start_broker)
        claims.claim("what was synced arrives, in order, none missing but the last 10 s", within, 180, self.history_arrives)
        claims.claim("nothing waits any more", within, 60, self.nothing_waits)

    def still_waits(self):
        waiting = self.pending()
        check(waiting > 0, "nothing waits")
        return f"{self.waiting} before, {waiting} now"

    def history_arrives(self):
        """The states of the start before the cut."""
        kept = self.service.states(HISTORY)
        states = [state for state in kept if state["boot"] == self.boot]
        # Those of the start after the cut come behind them.
        check(states and kept[-1]["boot"] != self.boot, f"{len(states)} of {len(kept)} were kept before the cut")
        numbers = [state["seq"] for state in states]
        check(numbers == sorted(set(numbers)), f"not in order: {numbers}")
        missing = set(range(1, numbers[-1])) - self.delivered.union(numbers)
        check(not missing, f"neither delivered nor kept: {missing}")
        lost = self.cut_at - datetime.fromisoformat(states[-1]["time"].replace("Z", "+00:00")).timestamp()
        check(lost <= SYNCED + FRAME, f"the last is {lost:.1f} s older than the cut")
        return f"{len(states)} states, number {numbers[0]} to {numbers[-1]}; the last is {lost:.1f} s older than the cut"

    def nothing_waits(self):
        waiting = self.pending()
        check(waiting == 0, f"{waiting} wait")
