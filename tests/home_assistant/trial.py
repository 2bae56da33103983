"""Runs accidents beside each other, and claims what must hold after each.

For each: no entity lost or left over, each under the id that it had, no value that flaps in a short cut, and later, by the
statistics, no false consumption.
"""

import asyncio
import contextlib
import time

from accidents import ACCIDENTS
from away import Away
from counted import false_consumption, states_of
from quantities import ESTIMATES
from takeover import Takeover
from wait import DEADLINE, TooLate, until

PART = "accidents"
# Shorter cuts than this flap nothing: a value stands until the meter is offline.
CUT_MAX = 30


class Trial:
    def __init__(self, stage):
        self.stage = stage
        self.houses = {}
        self.away = Away(stage)
        self.takeover = None

    async def start(self, pick=lambda name: True):
        for accident in ACCIDENTS:
            if pick(accident.name):
                house = self.stage.house(accident.name, **accident.settings)
                house.part = f"{PART}: {accident.title}"
                self.houses[accident.name] = (accident, house)
                await accident.start(house)
        await self.away.start(pick)
        if pick("takeover"):
            self.takeover = Takeover(self.stage)
            await self.takeover.start()

    async def run(self):
        accidents = (self._run(accident, house) for accident, house in self.houses.values())
        await asyncio.gather(*accidents, self.away.settled())

    async def _run(self, accident, house):
        report = self.stage.report
        try:
            before = getattr(house, "first_entities", None) or await self.stage.settled(house)
            if house.process:
                await house.state()
            await accident.act(house)
            await self.compare(house, before, accident.stays_of)
            if cut := getattr(house, "cut", None):
                await self._flaps(house, cut)
        except TooLate as error:
            report.claim(house.part, "it is followed", False, error)
        except Exception as error:
            report.claim(house.part, "it is followed", False, repr(error))

    async def compare(self, house, before, stays_of=None, part=None):
        """Claims that the entities are those of before, and alive. Home Assistant may take a moment."""
        report, part = self.stage.report, part or house.part
        old = getattr(house, "renamed_from", None)
        same = {key.replace(f"linky_{old}_", f"linky_{house.id}_") if old else key: entry for key, entry in before.items()}
        lost, dead, after = [], [], await self.stage.settled(house)

        async def is_whole():
            after.clear()
            after.update(await self.stage.hass.entities(house.id))
            states = await self.stage.hass.states()
            # The first version announced some that never had a value.
            lost[:] = [
                key
                for key in same
                if key not in after and not (stays_of and not self._has_source(key, house, stays_of))
            ]
            shown = [entry["entity_id"] for entry in after.values() if not entry["disabled_by"]]
            dead[:] = [id for id in shown if states.get(id, {}).get("state", "unavailable") == "unavailable"]
            return not lost and not dead

        with contextlib.suppress(TooLate):
            await until("the entities are those of before", is_whole, every=2)
        report.claim(part, "no entity is lost", not lost, lost)
        moved = [
            f"{entry['entity_id']}: {after[key]['entity_id']}"
            for key, entry in same.items()
            if key in after and not old and after[key]["entity_id"] != entry["entity_id"]
        ]
        report.claim(part, "each has the id that it had", not moved, moved)
        report.claim(part, "no entity is left over", not dead, dead)

    def _has_source(self, unique_id, house, contract):
        # An entity of the first version may have another id since.
        key = unique_id.removeprefix(f"linky_{house.id}_")
        quantity = self.stage.key_of(unique_id, house) or self.stage.table.get(key)
        mode = house.states()[-1].json["mode"]
        return quantity is None or quantity.has_source(mode, contract, producer=False)

    async def _flaps(self, house, cut):
        entities = await self.stage.hass.entities(house.id)
        values = {}
        for unique_id, entry in entities.items():
            quantity = self.stage.key_of(unique_id, house)
            if quantity and quantity.key not in ESTIMATES and not entry["disabled_by"]:
                values[entry["entity_id"]] = quantity

        async def is_recorded():
            # The recorder writes in order: behind a later state all is there.
            later = await states_of(self.stage, values, cut[1])
            return any(state["lu"] > cut[1] + 0.5 for states in later.values() for state in states)

        await until("what came after the cut is recorded", is_recorded, every=1)
        recorded = await states_of(self.stage, values, cut[0] - 1, cut[1])
        at_cut = lambda states: next((s["s"] for s in reversed(states) if s["lu"] <= cut[0]), None)
        flapped = sorted(
            entity
            for entity, states in recorded.items()
            if at_cut(states) not in ("unknown", "unavailable", None)
            and any(state["s"] in ("unknown", "unavailable") for state in states)
        )
        length = cut[1] - cut[0]
        if house.name != "unplug_90":
            self.stage.report.claim(house.part, "no value flaps", not flapped, flapped or f"back after {length:.0f} s")
        else:
            self.stage.report.claim(house.part, "the values go, and come back", flapped, f"{len(flapped)} values")

    async def count(self):
        """After a window was compiled."""
        if self.takeover:
            await self._tried_takeover(self.takeover.check)
        for house in (*(house for _, house in self.houses.values()), *self.away.houses):
            if not house.settings["discovery"]:
                continue
            try:
                wrong, seen = await false_consumption(self.stage, house)
            except Exception as error:
                wrong, seen = {"": repr(error)}, ""
            self.stage.report.claim(house.part, "false consumption 0 Wh", not wrong, wrong or seen)
            lines = [line for line in self.stage.hass.loud() if f"linky_{house.id}_" in line]
            self.stage.report.claim(house.part, "nothing in Home Assistant's log", not lines, lines[:1])

    async def take_over(self):
        if self.takeover:
            await self._tried_takeover(self.takeover.take)

    async def _tried_takeover(self, what):
        try:
            await what()
        except Exception as error:
            self.stage.report.claim("accidents: the statistics of another program, under its entity id", "it is followed", False, repr(error))

    # What befalls all of them at once.

    async def restarts(self):
        """Home Assistant, the broker with its memory, the broker without."""
        hass, broker = self.stage.hass, self.stage.broker

        async def home_assistant():
            await hass.stop()
            await self.away.act()
            await hass.start()
            await self.away.check()

        async def with_a_broker_that_forgets():
            await hass.stop()
            await without_memory()
            await hass.start()

        async def with_memory():
            await broker.stop()
            await asyncio.sleep(5)  # What is tried: some seconds without a broker.
            await broker.start()

        async def without_memory():
            await broker.stop()
            broker.forget()
            await asyncio.sleep(5)  # What is tried: some seconds without a broker.
            await broker.start()

        for title, act in (
            ("Home Assistant is restarted", home_assistant),
            ("the broker is restarted with its memory", with_memory),
            ("the broker is restarted without its memory", without_memory),
            ("Home Assistant is off while the broker is restarted without its memory", with_a_broker_that_forgets),
        ):
            await self._for_all(f"{PART}: {title}", act)

    async def _for_all(self, part, act):
        alive = [house for _, house in self.houses.values() if house.process]
        before = {house.name: await self.stage.hass.entities(house.id) for house in alive}
        await act()
        began = time.time()
        lost, dead, late = [], [], []
        for house in alive:
            try:
                await house.state(f"a state after {part}")
            except TooLate as error:
                late.append(str(error))

        async def is_whole():
            lost.clear()
            dead.clear()
            states = await self.stage.hass.states()
            for house in alive:
                after = await self.stage.hass.entities(house.id)
                lost.extend(key for key in before[house.name] if key not in after)
                shown = [entry["entity_id"] for entry in after.values() if not entry["disabled_by"]]
                dead.extend(id for id in shown if states.get(id, {}).get("state", "unavailable") == "unavailable")
            return not lost and not dead

        with contextlib.suppress(TooLate):
            await until("everything is back", is_whole, DEADLINE, every=2)
        report = self.stage.report
        report.claim(part, "states come again", not late, late or f"after {time.time() - began:.0f} s at most")
        report.claim(part, "no entity is lost", not lost, lost)
        report.claim(part, "no entity stays unavailable", not dead, dead)
