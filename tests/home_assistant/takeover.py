"""The statistics of another program go on: the new entity gets the id of the old one.

The old entity is of MQTT too, as that of teleinfo2mqtt; those of linkytic and of core's teleinfo are no different for the recorder.
It counts the same meter, is recorded for a window, and then taken away; our entity is renamed to its id.
"""

import json

from accidents import SEED
from counted import iso
from wait import until

PART = "accidents: the statistics of another program, under its entity id"
OLD = "sensor.teleinfo_east"
TOPIC = "homeassistant/sensor/teleinfo/east/config"


class Takeover:
    def __init__(self, stage):
        self.stage = stage
        self.house = None
        self.last = 0

    async def start(self):
        self.house = self.stage.house("takeover")
        await self.house.wire.start(*SEED)
        frame = await self.house.wire.frame()
        announcement = {
            "name": "EAST",
            "unique_id": "teleinfo_east",
            "default_entity_id": OLD,
            "state_topic": "teleinfo/east",
            "device_class": "energy",
            "state_class": "total_increasing",
            "unit_of_measurement": "Wh",
        }
        await self.stage.broker.publish(TOPIC, json.dumps(announcement), retain=True)
        # It has counted for some time, up to the index of now.
        await self._publish(frame.energy - 200)

        async def is_shown():
            return OLD in await self.stage.hass.states()

        await until("the old entity is there", is_shown)
        await self._publish(frame.energy - 150)

    async def take(self):
        """After a window was compiled: the old one ends where the new one begins."""
        await self._publish(self.house.wire.truth.last.energy)
        self.last = self.house.wire.truth.last.energy
        await self.stage.broker.publish(TOPIC, "", retain=True)
        hass = self.stage.hass

        async def is_gone():
            return OLD not in await hass.states()

        await until("the old entity is gone", is_gone)
        # Without what nobody has read so far.
        self.house.wire.unplug()
        self.house.wire.plug()
        await self.house.start()
        entities = await self.stage.settled(self.house)
        ours = entities[f"linky_{self.house.id}_energy"]["entity_id"]
        await hass.ask("config/entity_registry/update", entity_id=ours, new_entity_id=OLD)

        async def is_ours():
            state = (await hass.states()).get(OLD, {}).get("state", "")
            return state.isdigit() and int(state) >= self.last

        await until("the new entity has the id of the old one", is_ours)

    async def check(self):
        """After the next window."""
        rows = await self.stage.hass.ask(
            "recorder/statistics_during_period",
            start_time=iso(self.stage.started),
            statistic_ids=[OLD],
            period="5minute",
            types=["state", "sum"],
        )
        rows = rows.get(OLD, [])
        report = self.stage.report
        is_whole = len(rows) > 1 and all(row["sum"] is not None for row in rows)
        report.claim(PART, "the statistics go on", is_whole, f"{len(rows)} windows")
        if not is_whole:
            return
        first, last = rows[0], rows[-1]
        counted, moved = last["sum"] - first["sum"], last["state"] - first["state"]
        seen = f"{counted:.0f} Wh counted, {moved:.0f} by the index, {last['sum']:.0f} in all"
        report.claim(PART, "false consumption 0 Wh", counted == moved and last["sum"] < 5000, seen)

    async def _publish(self, index):
        await self.stage.broker.publish("teleinfo/east", str(index), retain=True)
