"""Home Assistant as a person has it: installed, onboarded, with the MQTT integration, driven by REST and websocket.

Inputs: the tree of scripts/home-assistant.sh, a folder in it, the broker's port. Outputs: states, registries, statistics, the log.
It listens on loopback only, and in a mount namespace of its own: with it end its mounts.
"""

import asyncio
import contextlib
import json
import pathlib
import re
import shutil
import signal

import aiohttp

from broker import free_port
from wait import until

USER, PASSWORD = "test", "only for this test"
# A start of a busy machine, with its first database.
START_DEADLINE = 600
# A line of its log that names its level: "2026-11-28 22:50:11.123 WARNING (MainThread) [homeassistant.x] …".
LINE = re.compile(r"^\S+ \S+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) \((.*?)\) \[(.*?)\] ")

CONFIGURATION = """\
homeassistant:
  name: Maison
  latitude: 48.85
  longitude: 2.35
  elevation: 35
  unit_system: metric
  time_zone: Europe/Paris
  currency: EUR
  country: FR
  language: {language}
http:
  server_host: 127.0.0.1
  server_port: {port}
frontend:
history:
energy:
recorder:
  commit_interval: 1
logger:
  default: warning
"""


def defaults(form):
    """What a form holds before a person has written in it. A part of it may be a form itself."""
    values = {}
    for field in form:
        if "schema" in field:
            values[field["name"]] = defaults(field["schema"])
        elif "default" in field:
            values[field["name"]] = field["default"]
        elif field["required"] and "boolean" in field.get("selector", {}):
            values[field["name"]] = False
        elif field["required"] and "select" in field.get("selector", {}):
            values[field["name"]] = field["selector"]["select"]["options"][0]
    return values


class Refused(Exception):
    """Home Assistant answered a command with an error."""


class Hass:
    """A Home Assistant that can be stopped and started again, with what it has recorded."""

    def __init__(self, root, run, language="fr"):
        self.root, self.language = pathlib.Path(root), language
        # As it is called inside the tree.
        self.inside = f"/var/lib/home-assistant/{run}"
        self.folder = self.root / self.inside.lstrip("/")
        self.port = free_port()
        self.process = None
        self.session = None
        self.socket = None
        self.reader = None
        self.answers = {}
        self.number = 0
        self.tokens = {}
        self.version = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self):
        path = self.folder / "stdout"
        return path.read_text(errors="replace") if path.exists() else ""

    def loud(self, mark=0):
        """Records of its log at WARNING or above, each with the lines that belong to it, from an offset of the log."""
        records, current = [], None
        for line in self.log[mark:].splitlines():
            if match := LINE.match(line):
                current = [line] if match[1] in ("WARNING", "ERROR", "CRITICAL") else None
                if current:
                    records.append(current)
            elif current:
                current.append(line)
        return ["\n".join(record) for record in records]

    async def install(self, broker_port):
        """From nothing to a home with MQTT."""
        self.folder.mkdir(parents=True)
        (self.folder / "configuration.yaml").write_text(
            CONFIGURATION.format(port=self.port, language=self.language)
        )
        await self._launch()
        await self._onboard()
        await self.connect()
        await self._confirm_http()
        await self._add_mqtt(broker_port)

    async def start(self):
        await self._launch()
        await self.connect()

    async def stop(self):
        """As a person restarts it: what is in memory is stored."""
        await self.disconnect()
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), 240)
            except asyncio.TimeoutError:
                self.process.kill()
                await self.process.wait()
            self.process = None

    async def end(self):
        await self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Requests.

    async def get(self, path):
        async with self.session.get(self.url + path, headers=self._authorization) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def post(self, path, body=None):
        async with self.session.post(self.url + path, json=body or {}, headers=self._authorization) as answer:
            if answer.status >= 400:
                raise Refused(f"POST {path}: {answer.status} {await answer.text()}")
            return await answer.json()

    async def ask(self, kind, **arguments):
        """A command on the websocket, and its result."""
        self.number += 1
        number = self.number
        answer = self.answers[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": number, "type": kind} | arguments)
        try:
            result = await asyncio.wait_for(answer, 180)
        finally:
            self.answers.pop(number, None)
        if not result["success"]:
            raise Refused(f"{kind}: {result['error']}")
        return result["result"]

    async def states(self):
        """Entity id to state object."""
        return {state["entity_id"]: state for state in await self.get("/api/states")}

    async def entities(self, device=None):
        """Unique id to registry entry of our entities; of one device if its id of ours is given."""
        entries = {
            entry["unique_id"]: entry
            for entry in await self.ask("config/entity_registry/list")
            if entry["platform"] == "mqtt"
        }
        if device is None:
            return entries
        found = await self.device(device)
        return {key: entry for key, entry in entries.items() if found and entry["device_id"] == found["id"]}

    async def device(self, id):
        """The registry's device of a meter, None if there is none."""
        for device in await self.ask("config/device_registry/list"):
            if ["mqtt", f"linky_{id}"] in device["identifiers"]:
                return device
        return None

    async def enable(self, entries):
        """Enables these entities, as a person does in the list."""
        for entry in entries:
            await self.ask("config/entity_registry/update", entity_id=entry["entity_id"], disabled_by=None)

    async def reload_mqtt(self):
        for entry in await self.ask("config_entries/get"):
            if entry["domain"] == "mqtt":
                await self.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload")

    # The start.

    async def connect(self):
        await self.disconnect()
        self.session = aiohttp.ClientSession()
        if "refresh_token" in self.tokens:
            await self._fresh_token()
        self.socket = await self.session.ws_connect(f"{self.url}/api/websocket", max_msg_size=0)
        await self.socket.receive_json()
        await self.socket.send_json({"type": "auth", "access_token": self.tokens["access_token"]})
        answer = await self.socket.receive_json()
        if answer["type"] != "auth_ok":
            raise Refused(str(answer))
        self.version = answer["ha_version"]
        self.reader = asyncio.create_task(self._read())

    async def disconnect(self):
        if self.reader:
            self.reader.cancel()
            self.reader = None
        if self.session:
            await self.session.close()
            self.session = None

    @property
    def _authorization(self):
        return {"Authorization": f"Bearer {self.tokens['access_token']}"} if self.tokens else {}

    async def _read(self):
        async for message in self.socket:
            answer = json.loads(message.data)
            future = self.answers.get(answer.get("id"))
            if answer.get("type") == "result" and future and not future.done():
                future.set_result(answer)

    async def _launch(self):
        inside = (
            'mount -t proc proc "$0/proc" && exec chroot "$0" env -i PATH=/usr/bin:/bin HOME=/root LANG=C.UTF-8 '
            'OPENBLAS_NUM_THREADS=1 /opt/home-assistant/bin/python -m homeassistant --config "$1" --skip-pip'
        )
        log = open(self.folder / "stdout", "ab")
        self.process = await asyncio.create_subprocess_exec(
            *("unshare", "--mount", "sh", "-c", inside, str(self.root), self.inside),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
        )
        log.close()
        async with aiohttp.ClientSession() as session:
            await until("Home Assistant answers", lambda: self._answers(session), START_DEADLINE)

    async def _answers(self, session):
        if self.process.returncode is not None:
            raise RuntimeError(f"Home Assistant ended:\n{self.log[-4000:]}")
        with contextlib.suppress(aiohttp.ClientError):
            async with session.get(f"{self.url}/api/onboarding") as answer:
                return answer.status in (200, 401, 404)
        return False

    async def _onboard(self):
        self.session = aiohttp.ClientSession()
        client = f"{self.url}/"
        answer = await self.post(
            "/api/onboarding/users",
            {"client_id": client, "name": "Test", "username": USER, "password": PASSWORD, "language": self.language},
        )
        await self._token({"grant_type": "authorization_code", "code": answer["auth_code"], "client_id": client})
        await self.post("/api/onboarding/core_config")
        await self.post("/api/onboarding/analytics")
        await self.post("/api/onboarding/integration", {"client_id": client, "redirect_uri": client})
        await self.session.close()
        self.session = None

    async def _fresh_token(self):
        await self._token(
            {
                "grant_type": "refresh_token",
                "refresh_token": self.tokens["refresh_token"],
                "client_id": f"{self.url}/",
            }
        )

    async def _token(self, form):
        async with self.session.post(f"{self.url}/auth/token", data=form) as answer:
            answer.raise_for_status()
            self.tokens |= await answer.json()

    async def _confirm_http(self):
        """A new `http:` is on trial for some minutes, and then taken back, unless confirmed."""
        with contextlib.suppress(Refused):
            await self.ask("http/config/promote")

    async def _add_mqtt(self, port):
        flow = await self.post("/api/config/config_entries/flow", {"handler": "mqtt", "show_advanced_options": False})
        if flow["type"] == "menu":
            flow = await self._step(flow, {"next_step_id": "broker"})
        flow = await self._step(flow, defaults(flow["data_schema"]) | {"broker": "127.0.0.1", "port": port})
        if flow["type"] != "create_entry":
            raise Refused(f"the MQTT integration was not added: {flow}")

    async def _step(self, flow, answer):
        return await self.post(f"/api/config/config_entries/flow/{flow['flow_id']}", answer)
