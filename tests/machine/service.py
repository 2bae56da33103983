"""The service and what surrounds it in the machine, as its users see them: systemctl, busctl, mosquitto_sub, journalctl."""

import json
import re
import shlex

from claims import Wrong, check

BUS = "io.github.linky_sensor.Linky1"
ROOT = "/io/github/linky_sensor/Linky1"
METER = f"{ROOT}/meter_main"
# An untouched machine has neither of them.
MESSAGES = "/root/messages"
SIGNALS = "/root/signals"
# A name that must be looked up.
BROKER = "broker.linky.test"


class Service:
    def __init__(self, machine):
        self.machine = machine

    def ask(self, script, timeout=300):
        """What the script prints; Wrong if it fails."""
        answer = self.machine.run(script, timeout)
        check(answer, f"{script}\nexit status {answer.status}\n{answer.text}")
        return answer.text

    def anyone(self, command):
        return self.ask(f"runuser -u nobody -- {command}")

    # --- systemd

    def property(self, name):
        return self.ask(f"systemctl show linky-sensor.service --property {name} --value")

    def is_active(self):
        state = self.property("ActiveState")
        check(state == "active", f"{state}: " + self.machine.run("systemctl status --no-pager --full linky-sensor").text)

    def status_has(self, *words):
        status = self.property("StatusText")
        check(all(word in status for word in words), status or "no status")
        return status

    def restart(self):
        self.ask("systemctl restart linky-sensor.service")

    def configure(self, name, text):
        """A file of the administrator's own."""
        self.ask(f"cat >/etc/linky-sensor/linky-sensor.d/{name}.toml <<'END'\n{text}END\n")

    def journal(self, *matches):
        """The entries of the daemon itself, of this start of the machine: each a dictionary."""
        printed = self.ask(f"journalctl --boot --output=json --no-pager _COMM=linky-sensor {' '.join(matches)}")
        return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]

    def journal_has(self, words):
        messages = [entry["MESSAGE"] for entry in self.journal()]
        found = [message for message in messages if words in message]
        check(found, "\n".join(messages[-10:]) or "nothing in the journal")
        return found[-1]

    def port(self):
        """The serial port that the daemon has open, by whatever number of handles."""
        pid = self.property("MainPID")
        opened = self.ask(f"find /proc/{pid}/fd -lname '/dev/tty*' -printf '%l\\n' | sort -u")
        check(opened, "no port is open")
        return opened

    # --- D-Bus

    def on_bus(self, interface, name, path=METER):
        answer = self.anyone(f"busctl --system get-property {BUS} {path} {BUS}.{interface} {name}")
        return answer.split(" ", 1)[1].strip('"')

    # --- MQTT

    def retained(self, topic):
        return self.ask(f"mosquitto_sub -W 30 -C 1 -t {topic}")

    def start_broker(self):
        """With a server that knows its name, and a listener that is there from the first second."""
        self.ask(
            "systemctl is-active --quiet names || systemd-run --quiet --unit=names dnsmasq --keep-in-foreground --user=root"
            f" --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces --address=/{BROKER}/127.0.0.1"
        )
        self.ask(
            f"systemd-run --quiet --unit=listener --property=StandardOutput=append:{MESSAGES} --property=Restart=always"
            " --property=RestartSec=1 --property=StartLimitIntervalSec=0 mosquitto_sub -v -t '#'"
        )
        self.ask("systemctl start mosquitto")

    def received(self, topic):
        """The payloads that the listener received on the topic, of all starts, the oldest first."""
        lines = self.machine.run(f"grep -a ^{shlex.quote(topic + ' ')} {MESSAGES}").text
        return [line.split(" ", 1)[1] for line in lines.splitlines()]

    def states(self, topic):
        """Those of them that are readings."""
        found = []
        for payload in self.received(topic):
            try:
                reading = json.loads(payload)
            except ValueError:
                continue  # The last one, half written.
            if "schema" in reading:
                found.append(reading)
        check(found, f"no reading was received on {topic}")
        return found


def number(text):
    found = re.search(r"-?\d+", text)
    if not found:
        raise Wrong(f"no number in {text!r}")
    return int(found[0])
