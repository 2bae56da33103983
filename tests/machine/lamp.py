"""The lamp: an LED of the kernel's own, that of a USB keyboard, set by the daemon from within its sandbox.

It is given to the service as linky-sensor.toml(5) has it: the two examples of the package, with the name of the LED in them.
"""

from claims import check, within

EXAMPLES = "/usr/share/doc/linky-sensor/examples"
RULE = "/etc/udev/rules.d/61-linky-sensor-led.rules"
DROP_IN = "/etc/systemd/system/linky-sensor.service.d/led.conf"
SETTINGS = "/etc/linky-sensor/linky-sensor.d/lamp.toml"
# Ten seconds without a correct frame, and what an emulated machine adds.
OFF_MAX = 60


class Lamp:
    def __init__(self, service, meter):
        self.service, self.meter = service, meter
        self.ask = service.ask

    def put_to_the_test(self, claims):
        claims.claim("a keyboard has an LED", within, 60, self.is_there)
        claims.claim("without the examples the journal names the manual page that has them", self.is_refused)
        claims.claim("with them the lamp is on while the meter is received", self.is_on)
        claims.claim("the trigger of the kernel is ended", self.has_no_trigger)
        claims.claim("the wire is cut: the lamp goes out", self.goes_out)
        claims.claim("the wire is mended: it is on again", self.comes_back)
        claims.claim("the service stops: it is off", self.is_off_at_the_stop)
        claims.claim("without the key it stays off", self.is_taken_away)

    def is_there(self):
        leds = self.ask("ls /sys/class/leds").split()
        found = [led for led in leds if led.endswith("::scrolllock")]
        check(found, " ".join(leds) or "no LED")
        self.led = found[0]
        return self.led

    def brightness(self):
        return self.ask(f"cat /sys/class/leds/{self.led}/brightness")

    def shines(self, brightness):
        seen = self.brightness()
        check(seen == brightness, f"brightness {seen}")
        return f"brightness {seen}"

    def is_refused(self):
        self.ask(f"printf '[[meter]]\\nid = \"main\"\\nled = \"{self.led}\"\\n' >{SETTINGS} && linky-sensor check-config")
        self.service.restart()
        message = within(90, self.service.journal_has, f"the LED /sys/class/leds/{self.led} cannot be set")
        check("linky-sensor.toml(5)" in message, message)
        return message

    def is_on(self):
        self.ask(f"mkdir -p $(dirname {DROP_IN})")
        for example, target in (("61-linky-sensor-led.rules", RULE), ("linky-sensor-led.conf", DROP_IN)):
            self.ask(f"sed 's/ACT\\b/{self.led}/' {EXAMPLES}/{example} >{target}")
        self.ask(f"udevadm control --reload && udevadm trigger --action=add --settle /sys/class/leds/{self.led}")
        self.ask("systemctl daemon-reload")
        self.service.restart()
        return within(90, self.shines, "1")

    def has_no_trigger(self):
        triggers = self.ask(f"cat /sys/class/leds/{self.led}/trigger")
        check("[none]" in triggers, triggers)

    def goes_out(self):
        self.line = self.meter.detach("uart")
        return within(OFF_MAX, self.shines, "0")

    def comes_back(self):
        self.meter.attach("uart", self.line)
        return within(OFF_MAX, self.shines, "1")

    def is_off_at_the_stop(self):
        self.ask("systemctl stop linky-sensor")
        return self.shines("0")

    def is_taken_away(self):
        self.ask(f"rm {SETTINGS} {RULE} {DROP_IN} && rmdir $(dirname {DROP_IN})")
        self.ask("udevadm control --reload && systemctl daemon-reload && systemctl start linky-sensor")
        within(90, self.service.status_has, "receiving", "broker connected")
        return self.shines("0")
