"""What befalls a house in years, each accident in a house of its own, and what Home Assistant makes of it.

An accident is a coroutine that gets a house with its meter running and its entities announced. Before and after it the entities are
noted; what it leaves in the statistics is looked at once a window was compiled.
"""

import asyncio
import contextlib
import json
import pathlib
import shutil
import signal
import time

from wait import TooLate, until

SEED = ("--seed", "7", "--contract", "off-peak")
FIRST_VERSION = json.loads((pathlib.Path(__file__).parent / "first_version.json").read_text(encoding="utf-8"))
# A minute and more may go by until another meter is believed, and a mode is left.
ACCEPTED = 600


def scenario(house, *events, **meter):
    """A scenario as a file; each event is a dict."""
    lines = ["[meter]", *(f"{key} = {json.dumps(value)}" for key, value in meter.items())]
    for event in events:
        lines += ["[[event]]", *(f"{key} = {json.dumps(value)}" for key, value in event.items())]
    path = house.folder / f"scenario-{time.monotonic_ns()}.toml"
    path.write_text("\n".join(lines) + "\n")
    return ("--scenario", str(path))


async def followed(house, seconds=ACCEPTED):
    """Waits until the daemon publishes what the meter shows."""
    await house.state(
        "the index of the meter is published",
        # Another mode begins without the keys of its first frames.
        lambda state: abs((state.get("energy") or 0) - house.wire.truth.last.energy) <= 5,
        seconds,
    )


class Accident:
    """One house and what happens in it."""

    # The contract of which only those entities stay that it can have; None: all stay.
    stays_of = None

    def __init__(self, name, title, act, start=SEED, **settings):
        self.name, self.title, self.act, self.start_options, self.settings = name, title, act, start, settings

    async def start(self, house):
        options = self.start_options(house) if callable(self.start_options) else self.start_options
        await house.wire.start(*options)
        await house.start()


# Another meter, or another index.


def swapped(index_of, serial=2):
    async def act(house):
        index = index_of(house.wire.truth.last.energy)
        # The simulator counts the serial number on with the swap.
        event = {"at": "0s", "kind": "swap", "index": index}
        meter = {"contract": "off-peak", "seed": 7, "serial": serial - 1, "start": "now"}
        await house.wire.attach(*scenario(house, event, **meter))
        await house.wire.frame("a frame of the other meter")
        await followed(house)

    return act


def from_serial(serial):
    return lambda house: scenario(house, contract="off-peak", seed=7, serial=serial, start="now")


# Another contract, another mode.


def events_at(*events, **meter):
    """A meter with events to come."""
    return lambda house: scenario(house, *events, **({"seed": 7, "start": "now"} | meter))


def contract(name, at):
    return {"at": at, "kind": "contract", "contract": name}


def mode(name, at):
    return {"at": at, "kind": "mode", "mode": name}


# A house that uses some Wh in each frame: what is not counted of it shows.
BUSY = {"at": "0s", "kind": "overrun", "va": 4000, "duration": "1h"}


async def contract_there_and_back(house):
    first = house.wire.truth.last.contract
    await house.wire.frame("another contract", lambda frame: frame.contract != first, ACCEPTED)
    await followed(house)
    await house.wire.frame("the first contract again", lambda frame: frame.contract == first, ACCEPTED)
    await followed(house)


async def mode_there_and_back(house):
    first = house.wire.truth.last.is_standard
    await house.wire.frame("the other mode", lambda frame: frame.is_standard != first, ACCEPTED)
    await house.state("the other mode is followed", lambda state: (state["mode"] == "standard") != first, ACCEPTED)
    await followed(house)
    await ghosts_within(house, "in the other mode")
    await house.wire.frame("the first mode again", lambda frame: frame.is_standard == first, ACCEPTED)
    await house.state("the first mode is followed", lambda state: (state["mode"] == "standard") == first, ACCEPTED)
    await followed(house)


async def ghosts_within(house, when):
    """Claims that nothing of the mode before is left. What seems to be gone may be late: that takes some frames."""
    left = []

    async def is_gone():
        left.clear()
        mode = house.states()[-1].json["mode"]
        for unique_id in await house.stage.hass.entities(house.id):
            quantity = house.stage.key_of(unique_id, house)
            if quantity and not quantity.has_source(mode):
                left.append(quantity.entity)
        return not left

    with contextlib.suppress(TooLate):
        await until("nothing is left of the other mode", is_gone, every=2)
    house.stage.report.claim(house.part, f"{when}: nothing is left of the other", not left, left)


async def left_of(house, id):
    """The entities that Home Assistant has of a meter that is to be gone; that may take a moment."""
    left = {}

    async def is_gone():
        left.clear()
        left.update(await house.stage.hass.entities(id))
        return not left

    with contextlib.suppress(TooLate):
        await until(f"nothing is left of {id}", is_gone, every=2)
    return left


# The daemon and the wire.


async def unread_frames(house, count):
    """Waits until the meter has sent so many frames that no daemon reads."""
    for _ in range(count):
        await house.wire.frame("a frame that no daemon reads")


async def restart(house):
    await house.stop()
    await unread_frames(house, 2)
    await house.start()
    await followed(house)


async def killed(house):
    await house.stop(signal.SIGKILL)
    await unread_frames(house, 4)
    await house.start()
    await followed(house)


def unplugged(seconds):
    async def act(house):
        house.cut = [time.time()]
        house.wire.unplug()
        await asyncio.sleep(seconds)  # What is tried: so many seconds without a port.
        house.wire.plug()
        await followed(house)
        house.cut.append(time.time())

    return act


# The configuration.


async def renamed(house):
    old = house.id
    await house.stop()
    house.id = f"{old}_new"
    await house.start()
    await followed(house)
    await house.stage.settled(house)
    left = await left_of(house, old)
    house.stage.report.claim(house.part, "nothing is left of the old id", not left, sorted(left)[:5])
    house.renamed_from = old


async def discovery_off_and_on(house):
    await house.stop()
    house.settings["discovery"] = False
    await house.start()
    await followed(house)
    left = await left_of(house, house.id)
    house.stage.report.claim(
        house.part, "switched off, nothing is left", not left, f"{len(left)} entities" if left else ""
    )
    await house.stop()
    house.settings["discovery"] = True
    await house.start()
    await followed(house)


async def form_there_and_back(house):
    """One message for each entity, and one for the device again: the entities are the same."""
    hass, before = house.stage.hass, await house.stage.settled(house)
    for form in ("entities", "device"):
        await house.stop()
        house.settings["form"] = form
        await house.start()
        await followed(house)

        async def are_back():
            found, states = await asyncio.gather(hass.entities(house.id), hass.states())
            shown = [entry["entity_id"] for entry in found.values() if not entry["disabled_by"]]
            is_alive = [states.get(id, {}).get("state", "unavailable") != "unavailable" for id in shown]
            return set(found) >= set(before) and all(is_alive)

        is_whole = True
        try:
            await until(f"{house.name} in the form of {form}", are_back, every=2)
        except TooLate:
            is_whole = False
        house.stage.report.claim(house.part, f"discovery = {form}: the entities are there", is_whole)


async def reinstalled(house):
    """What was kept on disk is lost, as with a new memory card."""
    await house.stop()
    for path in (house.folder / "state").iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    await house.start()
    await followed(house)


async def language_changed(house):
    await house.stop()
    house.language = "en"
    await house.start()
    await followed(house)
    entities = await house.stage.settled(house)
    name = entities[f"linky_{house.id}_subscribed_power"]["original_name"]
    house.stage.report.claim(house.part, "the names are English", name == "Subscribed power", name)


async def two_hosts(house):
    other = house.stage.house(f"{house.name}_twin", id=house.id)
    await other.wire.start("--seed", "8", "--contract", "base")
    began = time.time()
    await other.start()
    logged = lambda: [line for line in (*house.loud, *other.loud) if house.topic("") in line]
    with contextlib.suppress(TooLate):
        await until("one of the two names the other", logged)
    for _ in range(10):
        await house.state()
    await other.end()
    report = house.stage.report
    report.claim(house.part, "it is logged as an error or a warning", logged(), logged()[:1])
    boots = {message.json["boot"] for message in house.states(began)}
    report.claim(house.part, "only one of them publishes", len(boots) == 1, f"{len(boots)} starts")
    await followed(house)


# An upgrade.


async def play_first_version(house):
    """What the first version left: Home Assistant has it when the new one starts."""
    broker = house.stage.broker
    for topic, payload in FIRST_VERSION["retained"].items():
        topic = topic.replace("CLIENT", house.settings["client_id"]).replace("linky/main", f"linky/{house.id}")
        topic = topic.replace("linky_main", f"linky_{house.id}")
        text = payload if isinstance(payload, str) else json.dumps(payload)
        text = text.replace("CLIENT", house.settings["client_id"]).replace("linky/main", f"linky/{house.id}")
        text = text.replace("linky_main", f"linky_{house.id}").replace('"meter": "main"', f'"meter": "{house.id}"')
        await broker.publish(topic, text, retain=True)
    (house.folder / "state" / f"{house.id}.json").write_text(json.dumps(FIRST_VERSION["state"]["main.json"]))
    hass = house.stage.hass

    async def is_shown():
        found = await hass.entities(house.id)
        entry = found.get(f"linky_{house.id}_energy")
        if not entry:
            return None
        return (await hass.states()).get(entry["entity_id"], {}).get("state", "unknown").isdigit() and found

    entities = await until("Home Assistant shows the first version", is_shown)
    # It stops.
    for topic in (house.topic("availability"), f"linky/bridge/{house.settings['client_id']}/availability"):
        await broker.publish(topic, "offline", retain=True)
    return entities


async def upgraded(house):
    # The same meter a minute later.
    await house.wire.start("--contract", "off-peak", "--start", "2026-11-28T23:51:40")
    left = FIRST_VERSION["retained"]["linky/main/state"]["energy"]
    frame = await house.wire.frame()
    house.drawn_before = max(frame.energy - left, 0)
    await house.start()
    await followed(house)


class Upgrade(Accident):
    stays_of = "off-peak"

    async def start(self, house):
        house.first_entities = await play_first_version(house)


ACCIDENTS = [
    Accident("swap_lower", "meter swap, a lower index", swapped(lambda index: index // 3), from_serial(1)),
    Accident("swap_near", "meter swap, nearly the same index", swapped(lambda index: index + 2), from_serial(1)),
    Accident("swap_higher", "meter swap, a higher index", swapped(lambda index: index + 3_000_000), from_serial(1)),
    Accident("swap_zero", "meter swap, a new meter at zero", swapped(lambda index: 0), from_serial(1)),
    Accident("reset", "the index is reset, the meter the same", swapped(lambda index: 0, serial=1), from_serial(1)),
    Accident(
        "contract_standard",
        "contract off-peak, Tempo, off-peak, standard mode",
        contract_there_and_back,
        events_at(contract("tempo", "120s"), contract("off-peak", "260s"), contract="off-peak"),
    ),
    Accident(
        "contract_historique",
        "contract base, off-peak, base, historique mode",
        contract_there_and_back,
        events_at(
            contract("off-peak", "120s"), contract("base", "260s"), contract="base", mode="historique"
        ),
    ),
    Accident(
        "mode_historique",
        "historique, standard, historique; old indexes of Tempo beside off-peak",
        mode_there_and_back,
        events_at(
            BUSY,
            contract("off-peak", "0s"),
            mode("standard", "120s"),
            mode("historique", "300s"),
            contract="tempo",
            mode="historique",
            **{"power-kva": 9},
        ),
    ),
    Accident(
        "mode_standard",
        "standard, historique, standard",
        mode_there_and_back,
        events_at(BUSY, mode("historique", "120s"), mode("standard", "300s"), contract="off-peak", **{"power-kva": 9}),
    ),
    Accident("restart", "the daemon is restarted", restart),
    Accident("killed", "the daemon is killed (SIGKILL)", killed),
    Accident("unplug_12", "unplugged for 12 s", unplugged(12)),
    Accident("unplug_25", "unplugged for 25 s", unplugged(25)),
    Accident("unplug_90", "unplugged for 90 s", unplugged(90)),
    Accident("renamed", "the id is renamed", renamed),
    Accident("discovery", "discovery off and on", discovery_off_and_on),
    Accident("language", "language changed", language_changed),
    Accident("form", "discovery by entities, and by device again", form_there_and_back),
    Accident("reinstalled", "installed anew, with nothing kept", reinstalled),
    Accident("two_hosts", "two hosts on one topic", two_hosts),
    Upgrade("upgrade", "upgrade from the first version", upgraded),
]
