"""What happens in a house while Home Assistant is off, and what Home Assistant makes of it when it is back.

Each case is a house of its own. An act changes it without Home Assistant; a check is made after its next start.
"""

import asyncio

from accidents import ACCEPTED, SEED, followed, from_serial, ghosts_within, left_of, swapped
from wait import until


async def other_mode(house):
    await house.wire.attach(*SEED, "--mode", "historique")
    await house.state("the other mode is followed", lambda state: state["mode"] == "historique", ACCEPTED)
    await followed(house)
    # What seems to be gone may be late: that takes some frames.
    await until(
        f"{house.name}: what is gone is taken away",
        lambda: "voltage_l1" not in house.stage.broker.last(house.discovery_topic).json["cmps"],
    )


async def renamed(house):
    await house.stop()
    house.renamed_from, house.id = house.id, f"{house.id}_new"
    await house.start()
    await followed(house)


async def without_discovery(house):
    await house.stop()
    house.settings["discovery"] = False
    await house.start()
    await followed(house)


async def nothing_of_the_other_mode(house):
    await ghosts_within(house, "after its start")


async def nothing_of_the_old_id(house):
    await gone(house, house.renamed_from)


async def nothing_at_all(house):
    await gone(house, house.id)


async def the_same(house):
    """The counters are compared later."""


async def gone(house, id):
    left = await left_of(house, id)
    house.stage.report.claim(house.part, "no entity is left over", not left, sorted(left)[:5])


CASES = [
    ("away_mode", "the mode is switched", SEED, other_mode, nothing_of_the_other_mode),
    ("away_renamed", "the id is renamed", SEED, renamed, nothing_of_the_old_id),
    ("away_discovery", "discovery is switched off", SEED, without_discovery, nothing_at_all),
    ("away_swap", "the meter is replaced", from_serial(1), swapped(lambda index: index // 2), the_same),
]


class Away:
    def __init__(self, stage):
        self.stage = stage
        self.cases = []

    async def start(self, pick):
        for name, title, start, act, check in CASES:
            if pick(name):
                house = self.stage.house(name)
                house.part = f"accidents: while Home Assistant is off, {title}"
                await house.wire.start(*(start(house) if callable(start) else start))
                await house.start()
                self.cases.append((house, act, check))

    @property
    def houses(self):
        return [house for house, _, _ in self.cases]

    async def settled(self):
        await asyncio.gather(*(self.stage.settled(house) for house in self.houses))

    async def act(self):
        """While Home Assistant is off."""
        await asyncio.gather(*(self._tried(house, act) for house, act, _ in self.cases))

    async def check(self):
        """After its start."""
        await asyncio.gather(*(self._tried(house, check) for house, _, check in self.cases))

    async def _tried(self, house, what):
        try:
            await what(house)
        except Exception as error:
            self.stage.report.claim(house.part, "it is followed", False, repr(error))
