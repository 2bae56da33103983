"""A linky-sensor with its configuration, its state directory and its meter's wire: what is installed in one house.

Inputs: the program, a folder, the broker's port, settings. Outputs: what it logged; topics of its meter.
"""

import asyncio
import contextlib
import os
import re
import signal
import time

from wait import DEADLINE, until
from wire import Wire

# A line of the log that a person should see.
LOUD = re.compile(r"^linky-sensor: (error|warning): ")


class House:
    """One meter, one daemon. `name` is the meter's id unless another is given."""

    def __init__(self, stage, name, *, id=None, language="fr", **settings):
        self.stage, self.name = stage, name
        self.id = id or name
        self.language = language
        self.settings = {"discovery": True, "form": "device", "interval": "5s", "client_id": f"host-{name}", "program": None} | settings
        self.folder = stage.folder / name
        self.folder.mkdir(parents=True)
        (self.folder / "state").mkdir()
        self.wire = Wire(stage.program, self.folder / "linky")
        # When its daemon was last started.
        self.since = 0.0
        # Wh that Home Assistant has to count before the first frame.
        self.drawn_before = 0
        self.process = None

    def topic(self, leaf):
        return f"linky/{self.id}/{leaf}"

    @property
    def discovery_topic(self):
        return f"homeassistant/device/linky_{self.id}/config"

    @property
    def log(self):
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def loud(self):
        """What it logged as a warning or an error."""
        return [line for line in self.log.splitlines() if LOUD.search(line)]

    def states(self, since=0.0):
        """The states that it published, the oldest first."""
        return [message for message in self.stage.broker.of(self.topic("state"), since) if message.payload]

    async def state(self, what="a state", accept=lambda state: True, seconds=DEADLINE):
        """Waits for a state from now on that is accepted."""
        seen = len(self.states())
        message = await until(
            f"{self.name}: {what}",
            lambda: next((message for message in self.states()[seen:] if accept(message.json)), None),
            seconds,
        )
        return message.json

    async def start(self):
        """Starts the daemon."""
        self._configure()
        self.since = time.time()
        log = open(self.folder / "log", "ab")
        environment = {
            "PATH": os.environ["PATH"],
            "STATE_DIRECTORY": str(self.folder / "state"),
            "LANG": "C.UTF-8",
        }
        self.process = await asyncio.create_subprocess_exec(
            *(self.settings["program"] or self.stage.program, "run", "--bus", "none"),
            *("--config", str(self.folder / "linky-sensor.toml")),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        log.close()

    async def stop(self, by=signal.SIGTERM):
        """Ends the daemon."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(by)
            await asyncio.wait_for(self.process.wait(), DEADLINE)
            self.process = None

    async def end(self):
        await self.stop(signal.SIGKILL)
        await self.wire.end()

    def _configure(self):
        settings = self.settings
        client = f'client-id = "{settings["client_id"]}"\n' if settings["client_id"] else ""
        (self.folder / "linky-sensor.toml").write_text(
            f'[[meter]]\nid = "{self.id}"\ndevice = "{self.wire.link}"\n'
            f'[mqtt]\nurl = "mqtt://127.0.0.1:{self.stage.broker.port}"\n{client}interval = "{settings["interval"]}"\n'
            f'[mqtt.home-assistant]\nenabled = {str(settings["discovery"]).lower()}\nlanguage = "{self.language}"\n'
            f'discovery = "{settings["form"]}"\n'
            "[dbus]\nenabled = false\n"
        )
