"""A mosquitto of its own, on loopback, and all that goes through it.

Inputs: a folder. Outputs: the port, the messages of each topic with the moment when they came, what is retained.
"""

import asyncio
import contextlib
import json
import signal
import socket
import time
from dataclasses import dataclass

from wait import until


@dataclass
class Message:
    """A message as a subscriber gets it; `at` is the host's clock."""

    at: float
    topic: str
    payload: str
    retained: bool

    @property
    def json(self):
        return json.loads(self.payload)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Broker:
    """It can be stopped and started, with or without its memory."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.process = None
        self.messages = {}
        self.listener = None
        self.task = None

    async def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\npersistence true\n"
            f"persistence_location {self.folder}/\nautosave_interval 1\n"
        )
        log = open(self.folder / "log", "ab")
        self.process = await asyncio.create_subprocess_exec(
            "mosquitto", "-c", str(configuration), stdout=log, stderr=log, stdin=asyncio.subprocess.DEVNULL
        )
        await until("the broker listens", self._listens)
        self.listener = await asyncio.create_subprocess_exec(
            *("mosquitto_sub", "-h", "127.0.0.1", "-p", str(self.port), "-t", "#", "-F", "%r %t %p", "-q", "1"),
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 22,
        )
        self.task = asyncio.create_task(self._listen())

    async def stop(self):
        for process in (self.listener, self.process):
            if process:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGTERM)
                await process.wait()
        if self.task:
            await self.task
        self.process = self.listener = self.task = None

    def forget(self):
        """Loses what it kept, as a broker without persistence does. Only while it is stopped."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "mosquitto.db").unlink()

    async def publish(self, topic, payload, retain=False):
        publisher = await asyncio.create_subprocess_exec(
            *("mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), "-q", "1", "-t", topic),
            *(("-r",) if retain else ()),
            *(("-s",) if payload else ("-n",)),
            stdin=asyncio.subprocess.PIPE,
        )
        await publisher.communicate(payload.encode())
        if publisher.returncode != 0:
            raise RuntimeError(f"mosquitto_pub failed for {topic}")

    def of(self, topic, since=0.0):
        """The messages of a topic, the oldest first."""
        return [message for message in self.messages.get(topic, ()) if message.at >= since]

    def last(self, topic):
        messages = self.messages.get(topic)
        return messages[-1] if messages else None

    async def retained(self, topic):
        """What the broker keeps below a topic: topic and payload."""
        reader = await asyncio.create_subprocess_exec(
            *("mosquitto_sub", "-h", "127.0.0.1", "-p", str(self.port), "-t", topic, "-F", "%t %p"),
            *("--retained-only", "-W", "2"),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await reader.communicate()
        return dict(line.split(" ", 1) for line in output.decode().splitlines() if " " in line)

    async def _listens(self):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            return True
        if self.process.returncode is not None:
            raise RuntimeError(f"mosquitto ended: {(self.folder / 'log').read_text()}")
        return False

    async def _listen(self):
        while line := await self.listener.stdout.readline():
            flag, topic, payload = line.decode().rstrip("\n").split(" ", 2)
            self.messages.setdefault(topic, []).append(Message(time.time(), topic, payload, flag == "1"))
