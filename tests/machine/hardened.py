"""The sandbox of the unit, with everything in it that the daemon needs: name look-up, TLS, credential, journal, state."""

import subprocess

from claims import check, within
from service import BROKER

PASSWORD = "not-a-secret"
CERTIFICATE = "/usr/local/share/broker.pem"
# Not the clock: ProtectClock= lets it be read.
OTHER_DEVICES = ("vda", "kmsg", "hvc0")

BROKER_SETTINGS = f"""\
per_listener_settings true
listener 1883 127.0.0.1
allow_anonymous true
listener 8883 127.0.0.1
certfile {CERTIFICATE}
keyfile /etc/mosquitto/broker-key.pem
password_file /etc/mosquitto/passwords
"""
# A state with each frame, the frame's groups with it, over TLS, with a password, at a name that must be looked up.
SETTINGS = f"""\
[mqtt]
url = "mqtts://{BROKER}"
username = "linky"
ca-file = "{CERTIFICATE}"
interval = "frame"
raw = true
"""


def files(scratch):
    """What the disk needs before the machine is switched on: path in it, file here."""
    key, certificate, settings = f"{scratch}/broker-key.pem", f"{scratch}/broker.pem", f"{scratch}/broker.conf"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", f"/CN={BROKER}", "-addext", f"subjectAltName=DNS:{BROKER}", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    with open(settings, "w") as file:
        file.write(BROKER_SETTINGS)
    return {"/etc/mosquitto/broker-key.pem": key, CERTIFICATE: certificate, "/etc/mosquitto/conf.d/test.conf": settings}


def prepare(service):
    """Before the broker's first start."""
    service.ask(
        f"touch /etc/mosquitto/passwords && mosquitto_passwd -b /etc/mosquitto/passwords linky {PASSWORD}"
        " && chown mosquitto /etc/mosquitto/broker-key.pem /etc/mosquitto/passwords"
        f" && chmod 600 /etc/mosquitto/broker-key.pem /etc/mosquitto/passwords && chmod 644 {CERTIFICATE}"
    )


class Hardened:
    def __init__(self, service):
        self.service = service
        self.ask = service.ask

    def put_to_the_test(self, claims):
        claims.claim("it is little exposed (1.4 at most)", self.exposure)
        claims.claim("the kernel holds it: no privilege, none to be had, calls filtered", self.confined)
        claims.claim("it may write to its state directory and nowhere else", self.writes)
        claims.claim("of all devices it opens serial ports only", self.devices)
        claims.claim("set-password stores the password for the service alone", self.password)
        claims.claim("TLS, a name to look up and a password: the broker is reached", self.reaches_the_broker)
        claims.claim("and not in clear", self.in_tls)
        claims.claim("the frame's groups are published, as asked", within, 60, self.groups)

    def exposure(self):
        exposure = self.ask("systemd-analyze security --no-pager linky-sensor.service | grep -o 'Overall.*'")
        check(float(exposure.split(":")[1].split()[0]) <= 1.4, exposure)
        return exposure

    def status_of(self, field):
        pid = self.service.property("MainPID")
        return self.ask(f"sed -n 's/^{field}:\\s*//p' /proc/{pid}/status")

    def confined(self):
        seen = {field: self.status_of(field) for field in ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp")}
        wanted = {"CapEff": "0" * 16, "CapBnd": "0" * 16, "NoNewPrivs": "1", "Seccomp": "2"}
        check(seen == wanted, seen)
        return ", ".join(f"{field} {value}" for field, value in seen.items())

    def inside(self, script):
        """In the file systems of the service, as its user."""
        pid = self.service.property("MainPID")
        return self.service.machine.run(f"nsenter --target {pid} --mount -- runuser -u linky-sensor -- sh -c '{script}'")

    def writes(self):
        here = self.inside("touch /var/lib/linky-sensor/.trial && rm /var/lib/linky-sensor/.trial")
        check(here, here.text)
        pid = self.service.property("MainPID")
        # Root too is stopped, by the mount.
        there = self.service.machine.run(f"nsenter --target {pid} --mount -- touch /var/lib/trial /etc/trial /usr/trial")
        check(not there and there.text.count("Read-only file system") == 3, there.text)
        kept = self.ask("ls /var/lib/linky-sensor && stat --format='%U %a' /var/lib/linky-sensor")
        check(kept.endswith("linky-sensor 700"), kept)
        return " ".join(kept.split("\n"))

    def devices(self):
        # A process of root's, in the control group of the service: what holds it back is the policy for devices.
        group = self.ask("systemctl show linky-sensor.service --property ControlGroup --value")
        results = self.ask(
            f"(echo 0 >/sys/fs/cgroup{group}/cgroup.procs; for device in null {' '.join(OTHER_DEVICES)}; do"
            " dd if=/dev/$device of=/dev/null count=0 2>&1 | head -n 1; done)"
        ).splitlines()
        check("records in" in results[0], results[0])
        check(all("Operation not permitted" in line for line in results[1:]), "\n".join(results))
        return ", ".join(OTHER_DEVICES) + ": Operation not permitted"

    def password(self):
        self.ask(f"echo {PASSWORD} | linky-sensor set-password")
        return self.ask("stat --format='%n %U %a' /etc/credstore/linky-sensor.mqtt-password | grep 'root 600'")

    def reaches_the_broker(self):
        self.service.configure("broker", SETTINGS)
        self.ask("linky-sensor check-config")
        self.service.restart()
        within(90, self.service.status_has, "receiving", "broker connected")
        return within(30, self.service.journal_has, f"mqtts://{BROKER}")

    def in_tls(self):
        # 22B3 is 8883, 075B is 1883.
        pid = self.service.property("MainPID")
        user = self.ask(f"stat --format=%u /proc/{pid}")
        ports = self.ask(f"cat /proc/net/tcp /proc/net/tcp6 | awk '$8 == {user} && $4 == \"01\" {{ print $3 }}'")
        check(":22B3" in ports and ":075B" not in ports, ports)
        return "connected to port 8883"

    def groups(self):
        groups = self.service.received("linky/main/tic")
        check(groups and '"EAST"' in groups[-1], groups[-1:])
        return groups[-1][:60] + "…"
