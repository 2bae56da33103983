"""What Home Assistant has counted, against what was drawn: the `sum` of its statistics and the frames of the meter.

A sum is what the energy dashboard shows. What it has beyond the frames is false consumption.
"""

from datetime import datetime, timezone

from quantities import is_number, parse_time
from stage import WINDOW

# Wh: the last frame before a moment may have been published just after it.
TOLERANCE = 3


def iso(moment):
    return datetime.fromtimestamp(moment, timezone.utc).isoformat()


async def false_consumption(stage, house):
    """Wh that Home Assistant counted and nobody drew, by counter: those that are not zero, and what was compared."""
    hass = stage.hass
    entities = await hass.entities(house.id)
    counters = {}
    for unique_id, entry in entities.items():
        quantity = stage.key_of(unique_id, house)
        if quantity and quantity.key.startswith("energy_counter") and not entry["disabled_by"]:
            counters[entry["entity_id"]] = quantity
    # The first version had no counters.
    total = entities[f"linky_{house.id}_energy"]["entity_id"]
    rows = await hass.ask(
        "recorder/statistics_during_period",
        start_time=iso(stage.started),
        statistic_ids=list(counters) or [total],
        period="5minute",
        types=["state", "sum"],
    )
    if total not in rows:
        return {"energy": "no statistics"}, "nothing"
    end = rows[total][-1]["start"] / 1000 + WINDOW
    drawn = house.wire.truth.consumed(await _begin(stage, house, total), _moment(house, end)) + house.drawn_before
    wrong = {}
    for entity, quantity in counters.items():
        counted = rows[entity][-1]["sum"] if rows.get(entity) else 0
        if entity == total:
            difference = counted - drawn
        elif quantity.entity == "energy_injected":
            continue
        else:
            difference = max(counted - drawn, min(counted, 0))
        if abs(difference) > TOLERANCE:
            wrong[quantity.entity] = f"{difference:+.0f} Wh"
    return wrong, f"{drawn} Wh drawn, {rows[total][-1]['sum']:.0f} counted, {len(counters)} counters"


async def _begin(stage, house, entity):
    """When the state was made that Home Assistant recorded first."""
    recorded = await states_of(stage, [entity], stage.started)
    first = next((state for state in recorded.get(entity, ()) if is_number(state["s"])), None)
    return _moment(house, first["lu"] + 0.5) if first else stage.started


def _moment(house, at):
    """The time of the frame of the state that was in force."""
    before = [message for message in house.states() if message.at <= at]
    return parse_time(before[-1].json["time"]).timestamp() if before else at


async def states_of(stage, entity_ids, since, until=None):
    """What was recorded of entities: for each its states, `s` with `lu`, when it was updated (Unix time)."""
    return await stage.hass.ask(
        "history/history_during_period",
        start_time=iso(since),
        **({"end_time": iso(until)} if until else {}),
        entity_ids=list(entity_ids),
        include_start_time_state=True,
        significant_changes_only=False,
        minimal_response=True,
        no_attributes=True,
    )
