"""The package installed in a machine with a meter on its port: found, read, published, watched over."""

from claims import Wrong, check, within
from service import BUS, MESSAGES, METER, SIGNALS, number

DEB = "/root/linky-sensor.deb"
RULES = "/usr/lib/udev/rules.d/60-linky-sensor.rules"


class Installed:
    def __init__(self, service, meter, port, is_header):
        """`is_header`: the port is one that our udev rule knows, the UART on the header of a Raspberry Pi."""
        self.service, self.meter, self.port, self.is_header = service, meter, port, is_header
        self.ask = service.ask

    def put_to_the_test(self, claims):
        claims.claim("the port has the kernel's own driver", self.driver)
        claims.claim("before the package nothing is /dev/linky", self.no_link)
        claims.claim("apt installs it without a question", self.installs)
        claims.claim("it is active from the first start (READY=1)", self.started_at_once)
        claims.claim("the drivers of USB adapters are loaded before any is there", self.drivers_are_loaded)
        if self.is_header:
            claims.claim("udev names the port /dev/linky", self.link)
            claims.claim("the port has the property by which ModemManager leaves it alone", self.no_modem)
        else:
            claims.claim("no rule knows the port: the status gives the remedy", self.asks_for_its_name)
            claims.claim("the port is named in the configuration", self.name_the_port)
        claims.claim("systemd finds no fault in the unit", self.unit_is_correct)
        claims.claim("udev finds no fault in the rules", self.rules_are_correct)
        claims.claim("a broker starts", self.service.start_broker)
        claims.claim("the status has the meter as received", self.is_received, 90)
        claims.claim("the status has the broker as connected", within, 90, self.service.status_has, "broker connected")
        claims.claim("it reads the port itself", self.reads_the_port)
        claims.claim("anyone asks linky-sensor status", self.service.anyone, "linky-sensor status")
        claims.claim("anyone sees the meter on the bus", self.is_on_the_bus)
        claims.claim("the energy on the bus is what the meter sent", within, 30, self.energy_on_the_bus)
        claims.claim("so are power, subscribed power and voltage", within, 30, self.values_on_the_bus)
        claims.claim("the energy at the broker is what the meter sent", within, 30, self.energy_at_the_broker)
        claims.claim("the broker holds: meter online, daemon online", self.is_online)
        claims.claim("Home Assistant is offered the meter", self.is_discovered)
        claims.claim("the journal can be searched by meter, link and kind", self.journal_has_fields)
        claims.claim("SIGHUP changes nothing and is logged", self.ignores_hangup)
        claims.claim("stopped by force (SIGSTOP), the watchdog starts it again", self.watchdog_bites)
        claims.claim("and the meter is received again", self.is_received, 60)

    # --- The port

    def driver(self):
        walk = self.ask(f"udevadm info --attribute-walk --name=/dev/{self.port} | sed -n 's/.*DRIVERS*==\"\\(..*\\)\"/\\1/p'")
        drivers = walk.split()
        check(drivers and ("uart-pl011" in drivers or not self.is_header), walk)
        return f"{self.port}, {drivers[-1]}"

    def no_link(self):
        return self.ask("! ls /dev/linky 2>/dev/null")

    def link(self):
        seen = self.ask("readlink -f /dev/linky")
        check(seen == f"/dev/{self.port}", seen)
        return f"/dev/linky -> {seen}"

    def no_modem(self):
        return self.ask(f"udevadm info --query=property --name=/dev/{self.port} | grep ID_MM_PORT_IGNORE=1")

    def asks_for_its_name(self):
        self.no_link()
        return within(30, self.service.status_has, "no_device", "no dongle or UART is recognised", "`device`")

    def name_the_port(self):
        self.service.configure("port", f'[[meter]]\nid = "main"\ndevice = "/dev/{self.port}"\n')
        self.ask("linky-sensor check-config")
        self.service.restart()

    def reads_the_port(self):
        opened = self.service.port()
        check(opened == f"/dev/{self.port}", opened)
        return opened

    # --- The service

    def installs(self):
        # The purge takes everything away that was not there.
        self.ask("find / -xdev -path '*linky*' | sort >/run/before")
        self.ask(f"apt-get install -y {DEB}", 600)
        return self.ask("dpkg-query -W linky-sensor")

    def started_at_once(self):
        within(60, self.service.is_active)
        restarts = self.service.property("NRestarts")
        check(restarts == "0", f"{restarts} restarts")
        return "active, no restart; " + self.service.journal_has("started")

    def drivers_are_loaded(self):
        listed = self.ask("cat /proc/devices").split()
        check("ttyUSB" in listed and "ttyACM" in listed, " ".join(listed))
        return "ttyUSB and ttyACM are in /proc/devices"

    def unit_is_correct(self):
        # Its output has other units too; ours alone counts.
        return self.ask("! systemd-analyze verify --man=no linky-sensor.service 2>&1 | grep linky")

    def rules_are_correct(self):
        verify = self.service.machine.run(f"udevadm verify {RULES}")
        # Debian 12's udev cannot.
        check(verify or "Unknown command" in verify.text, verify.text)
        return "" if verify else "not asked: this udev has no verify"

    def is_received(self, seconds):
        return within(seconds, self.service.status_has, "receiving", " VA")

    # --- The values

    def is_on_the_bus(self):
        return self.service.anyone(f"busctl --system --list tree {BUS} | grep -x {METER}")

    def same_as_sent(self, label, seen):
        sent = [int(value) for value in self.meter.recently(label)]
        check(seen in sent, f"{seen}, but {label} was {sorted(set(sent))}")
        return seen

    def energy_on_the_bus(self):
        return f"{self.same_as_sent('EAST', number(self.service.on_bus('Consumption', 'Energy')))} Wh"

    def values_on_the_bus(self):
        power = self.same_as_sent("SINSTS", number(self.service.on_bus("Consumption", "ApparentPower")))
        subscribed = number(self.service.on_bus("Consumption", "SubscribedPower"))
        self.same_as_sent("PREF", subscribed // 1000)
        voltage = self.same_as_sent("URMS1", number(self.service.on_bus("Phases", "VoltageL1")))
        return f"{power} VA of {subscribed} VA, {voltage} V"

    def energy_at_the_broker(self):
        return f"{self.same_as_sent('EAST', self.service.states('linky/main/state')[-1]['energy'])} Wh"

    def is_online(self):
        availability = [self.service.retained(f"linky/{who}/availability") for who in ("main", "bridge/+")]
        check(availability == ["online", "online"], " ".join(availability))

    def is_discovered(self):
        offer = self.service.retained("homeassistant/device/linky_main/config")
        check('"linky_main_energy"' in offer, offer)
        return f"{len(offer)} bytes"

    # --- What happens to it

    def journal_has_fields(self):
        entries = self.service.journal("LINKY_METER=main", "LINKY_LINK=receiving", "MESSAGE_ID=4946518483474f44a00ebb9c15059e45")
        check(entries, "no entry has them")
        return entries[-1]["MESSAGE"]

    def ignores_hangup(self):
        before = self.service.property("MainPID")
        self.ask(f"kill -HUP {before}")
        message = within(20, self.service.journal_has, "SIGHUP is ignored")
        check(self.service.property("MainPID") == before, "another process")
        self.service.is_active()
        return message

    def watchdog_bites(self):
        before = self.service.property("MainPID")
        self.ask(f"kill -STOP {before}")
        within(120, self.is_another, before)
        return self.ask("journalctl --boot --output=cat --no-pager --unit=linky-sensor --grep 'watchdog timeout'")

    def is_another(self, before):
        self.service.is_active()
        pid = self.service.property("MainPID")
        check(pid not in (before, "0"), pid)


def listen_on_the_bus(service):
    """Records all that the daemon sends on the bus, for the search for identifiers."""
    service.ask(
        f"systemd-run --quiet --unit=bus-listener --property=StandardOutput=append:{SIGNALS} busctl --system monitor {BUS}"
    )


def no_identifier(service, meter):
    """The serial number and the PRM are nowhere: not in what was published, logged or kept, nor in a file's name."""
    secrets = [meter.recently(label)[-1:] for label in ("ADSC", "PRM")]
    if not all(secrets):
        raise Wrong("the meter has not sent them: nothing to look for")
    secrets = [secret[0] for secret in secrets]
    # Written so that the search does not find itself.
    pattern = "|".join(f"[{secret[0]}]{secret[1:]}" for secret in secrets)
    service.anyone(f"busctl --system call {BUS} {METER} {BUS}.Raw GetGroups >>{SIGNALS}")
    service.anyone(f"busctl --system call {BUS} {METER.rsplit('/', 1)[0]} org.freedesktop.DBus.ObjectManager GetManagedObjects >>{SIGNALS}")
    service.ask("sync")
    found = service.ask(
        f"! grep -rlE '{pattern}' /etc /home /root /run /tmp /var --exclude-dir=cache 2>/dev/null"
        f" && ! journalctl --output=export --no-pager | grep -aE '{pattern}'"
        f" && ! systemctl show linky-sensor | grep -E '{pattern}'"
        f" && ! find / -xdev | grep -E '{pattern}'",
        600,
    )
    size = service.ask(f"du -ch {MESSAGES} {SIGNALS} /var/lib/linky-sensor /var/log/journal | tail -n 1 | cut -f1")
    return found or f"looked through {size} of messages, state and journal"
