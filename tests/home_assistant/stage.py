"""What a run shares: the program, the broker, Home Assistant, the table of quantities, the report; and the houses in it."""

import asyncio
import time
from datetime import datetime, timezone

from broker import Broker
from daemon import House
from hass import Hass
from quantities import read_table
from report import Report
from wait import until

# An announcement that has not changed for so long is whole.
QUIET = 8
# Home Assistant compiles its statistics at each fifth minute, ten seconds later.
WINDOW = 300


class Stage:
    def __init__(self, program, root, folder):
        self.program, self.folder = program, folder
        self.report = Report()
        self.table = read_table()
        self.entities_of = {quantity.entity: quantity for quantity in self.table.values() if quantity.has_entity}
        self.broker = Broker(folder / "broker")
        self.hass = Hass(root, folder.name)
        self.houses = []
        self.started = time.time()

    async def start(self):
        await self.broker.start()
        await self.hass.install(self.broker.port)

    async def end(self):
        for end in (*(house.end for house in self.houses), self.hass.end, self.broker.stop):
            try:
                await end()
            except Exception as error:  # Everything else is ended all the same.
                print(f"at the end: {error!r}", flush=True)

    def house(self, name, **settings):
        house = House(self, name, **settings)
        self.houses.append(house)
        return house

    def key_of(self, unique_id, house):
        """The quantity of an entity's unique id, None for what is no quantity."""
        return self.entities_of.get(unique_id.removeprefix(f"linky_{house.id}_"))

    async def settled(self, house):
        """Waits until the house is in Home Assistant and its announcement has not changed for a while. Returns its entities."""
        await until(f"{house.name} is announced", lambda: self.broker.of(house.discovery_topic, house.since))

        def is_quiet():
            last = self.broker.last(house.discovery_topic)
            return last and last.payload and time.time() - last.at > QUIET

        await until(f"the announcement of {house.name} is whole", is_quiet)

        components = self.broker.last(house.discovery_topic).json["cmps"].values()
        announced = {component["unique_id"] for component in components if "unique_id" in component}

        async def shown():
            found = await self.hass.entities(house.id)
            return found if announced <= set(found) else None

        return await until(f"Home Assistant has {house.name}", shown)

    async def window_compiled(self):
        """Waits until what happened up to here is in the statistics."""
        boundary = (time.time() // WINDOW + 1) * WINDOW
        # Its own clock: before, there is nothing to ask for.
        await asyncio.sleep(boundary - time.time())
        begin = datetime.fromtimestamp(boundary - WINDOW, timezone.utc).isoformat()

        async def is_compiled():
            known = await self.hass.ask("recorder/list_statistic_ids")
            rows = await self.hass.ask(
                "recorder/statistics_during_period",
                start_time=begin,
                statistic_ids=[row["statistic_id"] for row in known],
                period="5minute",
                types=["state"],
            )
            return any(rows.values())

        await until("the statistics of the last five minutes are compiled", is_compiled, every=1)
