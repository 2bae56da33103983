"""Every entity against the JSON and the meter's own frame: contracts, phases, modes, producers, both languages.

Each case is a house of its own, all beside each other in one Home Assistant, everything enabled.
"""

import asyncio

from quantities import MAY_BE_UNKNOWN, parse_time
from wait import TooLate, until

PART, STATISTICS = "values", "the recorder and the energy dashboard"
# So many looks at a moment between two states: those that are needed, and at most.
LOOKS_MIN, LOOKS_MAX = 3, 10

CASES = [
    (phases, contract, mode, False)
    for phases in (1, 3)
    for contract in ("base", "off-peak", "ejp", "tempo")
    for mode in ("standard", "historique")
] + [(1, "off-peak", "standard", True), (3, "base", "standard", True)]


def case_name(phases, contract, mode, producer):
    return f"{'producer' if producer else contract}_{mode}_{phases}".replace("-", "_")


class Values:
    def __init__(self, stage):
        self.stage = stage
        self.houses = {}

    async def start(self, pick=lambda name: True):
        for number, case in enumerate(CASES):
            phases, contract, mode, producer = case
            name = case_name(*case)
            if not pick(name):
                continue
            # Each contract and mode is there in both languages, once with one phase and once with three.
            language = "fr" if (phases == 1) == (mode == "standard") else "en"
            house = self.stage.house(name, language=language, interval="10s")
            self.houses[name] = (house, case)
            options = ["--mode", mode, "--phases", str(phases), "--contract", contract, "--seed", str(number)]
            await house.wire.start(*options, *(["--producer"] if producer else []))
            await house.start()

    async def enable_all(self):
        """As a person who wants everything; Home Assistant loads the integration anew after half a minute."""
        hass = self.stage.hass
        wanted = []
        for house, _ in self.houses.values():
            entities = await self.stage.settled(house)
            wanted += [entry for entry in entities.values() if entry["disabled_by"]]
        await hass.enable(wanted)
        ids = {entry["entity_id"] for entry in wanted}

        async def are_all_there():
            states = await hass.states()
            return all(states.get(id, {}).get("state", "unavailable") != "unavailable" for id in ids)

        await until("everything that was enabled has a state", are_all_there, 300, every=3)

    async def check(self):
        await asyncio.gather(*(self._check(house, case) for house, case in self.houses.values()))

    async def _check(self, house, case):
        report, part = self.stage.report, f"{PART}: {house.name}, {house.language}"
        try:
            best = unknown = None
            for number in range(LOOKS_MAX):
                found = await self._look(house, case)
                unknown = found.unknown if unknown is None else unknown & found.unknown
                if best is None or len(found.wrong) < len(best.wrong):
                    best = found
                if not best.wrong and not unknown and number + 1 >= LOOKS_MIN:
                    break
            of = f"{best.count} entities"
            report.claim(part, "states are the JSON", not best.wrong, best.wrong or of)
            report.claim(part, "the JSON is the frame", *self._frame(house, best.json))
            report.claim(part, "nothing stays unknown", not unknown, sorted(unknown))
            report.claim(part, "nothing is announced that can have no value", not best.never, best.never)
        except TooLate as error:
            report.claim(part, "states come", False, error)

    async def _look(self, house, case):
        """Compares with a new state, until Home Assistant shows all of it or the next one comes."""
        await house.state("the next state")
        message, found = house.states()[-1], None

        async def is_shown():
            nonlocal found
            found = await self._compare(house, case, message)
            return not found.wrong or house.states()[-1] is not message

        await until(f"{house.name}: what Home Assistant shows of a state", is_shown, every=1)
        return found

    async def _compare(self, house, case, before):
        _, contract, mode, producer = case
        states, entities = await asyncio.gather(self.stage.hass.states(), self.stage.hass.entities(house.id))
        found = Look(before.json)
        if house.states()[-1] is not before:
            found.wrong.append("a state came while looking")
        for unique_id, entry in entities.items():
            quantity = self.stage.key_of(unique_id, house)
            state = states.get(entry["entity_id"])
            if state is None:
                found.wrong.append(f"{entry['entity_id']} has no state")
                continue
            if quantity is None:
                continue
            found.count += 1
            key, shown, value = quantity.key, state["state"], before.json.get(quantity.key)
            has_source = quantity.has_source(mode, contract, producer)
            if not has_source:
                found.never.append(quantity.entity)
            if key not in before.json:
                found.wrong.append(f"{key} is not in the JSON")
            elif not quantity.agrees(shown, value, state["attributes"].get("options")):
                found.wrong.append(f"{key} {value!r}: {shown!r}")
            if shown in ("unknown", "unavailable") and key not in MAY_BE_UNKNOWN and has_source:
                found.unknown.add(quantity.entity)
        return found

    def _frame(self, house, state):
        """Compares with the frame that agrees best, of those of the last seconds.

        Live values and indexes are of one frame; others stood in one of the last.
        """
        frames = house.wire.truth.around(parse_time(state["time"]).timestamp())
        quantities = {key: self.stage.table[key] for key in state if key in self.stage.table}
        best = None
        for frame in frames:
            matches = {key: quantity.matches_frame(state[key], frame) for key, quantity in quantities.items()}
            wrong = [key for key, is_equal in matches.items() if is_equal is False]
            count = sum(is_equal is not None for is_equal in matches.values())
            if best is None or len(wrong) < len(best[0]):
                best = (wrong, count, frame)
        if best is None:
            return False, "no frame was sent"
        wrong, count, frame = best
        wrong = [
            f"{key} {state[key]!r}: {quantities[key].of_frame(frame)[1]!r}"
            for key in wrong
            if quantities[key].is_live
            or not any(quantities[key].matches_frame(state[key], other) for other in frames)
        ]
        return not wrong, wrong or f"{count} values"

    async def check_statistics(self):
        """After a window was compiled: the recorder and the energy dashboard accept everything."""
        hass, report = self.stage.hass, self.stage.report
        issues = await hass.ask("recorder/validate_statistics")
        # What another contract or mode took away leaves its statistics, which have no state then.
        present = {entry["entity_id"] for entry in (await hass.entities()).values()}
        ours = {key: value for key, value in issues.items() if key in present}
        report.claim(STATISTICS, "the recorder has no issue with our statistics", not ours, ours)
        sources = []
        for house, _ in self.houses.values():
            sources += await self._sources(house)
        await hass.ask("energy/save_prefs", energy_sources=sources)
        answer = await hass.ask("energy/validate")
        issues = [issue for source in answer["energy_sources"] for issue in source]
        report.claim(
            STATISTICS, f"the energy dashboard accepts {len(sources)} sources, live power among them", not issues, issues
        )

    async def _sources(self, house):
        entities = await self.stage.hass.entities(house.id)

        def id_of(key):
            entry = entities.get(f"linky_{house.id}_{key}")
            return entry and entry["entity_id"]

        sources = []
        counters = ["energy"] + [f"energy_tariff_{n}" for n in range(1, 11)]
        for key in counters:
            if id_of(key):
                is_total = key == "energy"
                source = grid_source(id_of(key), id_of("energy_injected") if is_total else None)
                if is_total and id_of("power"):
                    source["stat_rate"] = id_of("power")
                sources.append(source)
        return sources

    async def end(self):
        for house, _ in self.houses.values():
            await house.end()


def grid_source(withdrawn, injected=None):
    """A source of the energy dashboard, without costs."""
    return {
        "type": "grid",
        "stat_energy_from": withdrawn,
        "stat_energy_to": injected,
        "stat_cost": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0,
    }


class Look:
    """What one comparison found."""

    def __init__(self, json):
        self.json = json
        self.count = 0
        self.wrong, self.unknown, self.never = [], set(), []
