"""A machine whose port is a console of the kernel: never read. A USB adapter is plugged in, taken out, plugged in again."""

from claims import check, within
from service import METER, BUS


class Console:
    def __init__(self, service, meter, port, is_header):
        self.service, self.meter, self.port, self.is_header = service, meter, port, is_header
        self.ask = service.ask

    def put_to_the_test(self, claims):
        claims.claim("the kernel lists the port as a console", self.is_console)
        claims.claim("the service is active", within, 120, self.service.is_active)
        if self.is_header:
            claims.claim("nothing is /dev/linky: the status gives the remedy", self.no_link)
        claims.claim("named in the configuration it is refused, with the reason", self.refuses)
        claims.claim("and has not been opened", self.is_not_open)
        claims.claim("with no port named, a USB adapter is waited for", self.waits)
        claims.claim("plugged in, it is /dev/linky, and the meter is received", self.plug_in, "TINFO-1234")
        claims.claim("unplugged, the status is no_device", self.unplug)
        claims.claim("plugged in again, the meter is received by the same process", self.plug_in, "TINFO-1234")
        claims.claim("doctor lists it", self.doctor)
        claims.claim("another adapter, unknown to the rules, is read by its name by-id", self.by_id)

    def is_console(self):
        active = self.ask("cat /sys/class/tty/console/active")
        check(self.port in active, active)
        return active

    def no_link(self):
        self.ask("! ls /dev/linky 2>/dev/null")
        return within(30, self.service.status_has, "no_device", "no dongle or UART is recognised")

    def refuses(self):
        self.service.configure("port", f'[[meter]]\nid = "main"\ndevice = "/dev/{self.port}"\n')
        self.service.restart()
        return within(60, self.service.status_has, "no_device", f"/dev/{self.port}", "console", f"console={self.port}")

    def is_not_open(self):
        pid = self.service.property("MainPID")
        self.ask(f"! find /proc/{pid}/fd -lname '/dev/tty*' | grep .")

    def waits(self):
        self.ask("rm /etc/linky-sensor/linky-sensor.d/port.toml")
        self.service.restart()
        status = within(60, self.service.status_has, "no_device", "no dongle or UART is recognised")
        self.pid = self.service.property("MainPID")
        return status

    def plug_in(self, serial):
        self.meter.attach("dongle", self.service.machine.plug_in(serial))
        status = within(120, self.service.status_has, "receiving", " VA")
        link = self.ask("readlink -f /dev/linky")
        opened = self.service.port()
        check(link == opened and "ttyUSB" in opened, f"/dev/linky is {link}, open is {opened}")
        check(self.service.property("MainPID") == self.pid, "another process")
        return f"/dev/linky -> {link}; {status}"

    def unplug(self):
        self.meter.detach("dongle")
        self.service.machine.unplug()
        return within(60, self.service.status_has, "no_device")

    def doctor(self):
        # There is no broker, so that the exit status is 1.
        report = self.service.machine.run("linky-sensor doctor").text
        check("ttyUSB" in report, report)
        return next(line.strip() for line in report.splitlines() if "ttyUSB" in line)

    def by_id(self):
        self.unplug()
        self.meter.attach("dongle", self.service.machine.plug_in("A1B2C3"))
        name = within(60, self.service.ask, "ls /dev/serial/by-id/*A1B2C3*")
        self.ask("! ls /dev/linky 2>/dev/null")
        self.service.configure("port", f'[[meter]]\nid = "main"\ndevice = "{name}"\n')
        self.service.restart()
        within(90, self.service.status_has, "receiving", " VA")
        return name


class Purge:
    def __init__(self, service):
        self.service = service
        self.ask = service.ask

    def put_to_the_test(self, claims):
        claims.claim("purge stops the service and removes it", self.purges)
        claims.claim("it is gone from the bus", self.is_off_the_bus)
        claims.claim("nothing is left", self.nothing_is_left)
        claims.claim("but the user", self.ask, "getent passwd linky-sensor")

    def purges(self):
        # What the administrator made himself is his to remove.
        self.ask("rm -f /etc/linky-sensor/linky-sensor.d/*.toml /etc/credstore/linky-sensor.mqtt-password")
        self.ask("apt-get purge -y linky-sensor", 600)
        state = self.service.property("LoadState"), self.service.property("ActiveState")
        check(state == ("not-found", "inactive"), " ".join(state))

    def is_off_the_bus(self):
        answer = self.service.machine.run(f"busctl --system get-property {BUS} {METER} {BUS}.Consumption Energy")
        check(not answer, answer.text)
        return answer.text

    def nothing_is_left(self):
        left = self.ask("find / -xdev -path '*linky*' -not -path /root/linky-sensor.deb | sort; ls /dev/linky 2>/dev/null || true")
        check(not left, left)
