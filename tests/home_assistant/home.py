"""The usual home, as a person finds it: a single-phase meter with off-peak hours, nothing changed in the configuration.

Which entities are enabled, what they are called, how they are shown.
"""

import asyncio
from datetime import datetime, timedelta

from frames import FrameReader
from quantities import PARIS
from screens import Browser
from values import grid_source
from wait import until

PART = "a single-phase house with off-peak hours, in French"

# The entities that are enabled: the first word of each, or one of those after it.
ENABLED = [
    ("energy",),
    ("energy_tariff_1",),
    ("energy_tariff_2",),
    ("power",),
    ("apparent_power",),
    ("apparent_power_max",),
    ("current_l1",),
    ("voltage_l1",),
    ("tariff", "tariff_name"),
    ("off_peak",),
    ("next_off_peak_time",),
    ("contract", "contract_type"),
    ("subscribed_power",),
    ("over_power",),
    ("over_voltage",),
    ("breaker",),
    ("dry_contact",),
    ("link",),
    ("event",),
]

NAMES = {
    "link": "Liaison avec le compteur",
    "frames_damaged": "Trames en erreur",
    "values_held": "Valeurs écartées",
    "energy": "Énergie consommée",
    "energy_tariff_1": "Heures creuses",
    "energy_tariff_2": "Heures pleines",
    "apparent_power": "Puissance apparente",
    "apparent_power_max": "Puissance maximale du jour",
    "apparent_power_max_time": "Heure de la puissance maximale",
    "apparent_power_max_previous_time": "Heure de la puissance maximale précédente",
    "power_average": "Puissance moyenne (courbe de charge)",
    "power_average_time": "Heure de la puissance moyenne",
    "contract": "Option tarifaire",
    "tariff_name": "Période tarifaire",
    "day_number": "Numéro du jour tarifaire",
    "day_number_tomorrow": "Numéro du jour tarifaire suivant",
    "dry_contact": "Contact sec",
    "breaker": "Coupure par le compteur",
    "terminal_cover_open": "Cache-bornes",
    "relay_1": "Relais 1",
    "current_l1": "Intensité",
    "voltage_l1": "Tension",
    "subscribed_power": "Puissance souscrite",
}


class Home:
    def __init__(self, stage):
        self.stage = stage
        self.house = None

    async def start(self):
        self.house = self.stage.house("main", interval="10s")
        await self.house.wire.start("--contract", "off-peak", "--seed", "3")
        await self.house.start()

    async def check(self):
        stage, house, report = self.stage, self.house, self.stage.report
        entities = await stage.settled(house)
        await house.state()
        states = await stage.hass.states()
        by_key = {unique_id.removeprefix("linky_main_"): entry for unique_id, entry in entities.items()}
        enabled = {key for key, entry in by_key.items() if not entry["disabled_by"]}
        missing = [words for words in ENABLED if not enabled & set(words)]
        extra = sorted(enabled - {word for words in ENABLED for word in words})
        report.claim(PART, "the 19 entities are enabled", not missing, missing)
        report.claim(PART, "no other is", not extra and len(enabled) <= len(ENABLED), extra or sorted(enabled))
        for key, name in NAMES.items():
            found = by_key.get(key, {}).get("original_name")
            if found != name and key in by_key:
                report.claim(PART, f"the name of {key}", False, f"{found!r}, and not {name!r}")
        report.claim(PART, "names looked at", True, len(NAMES))
        plain = []
        for key in sorted(enabled):
            attributes = states.get(by_key[key]["entity_id"], {}).get("attributes", {})
            if not attributes.get("icon") and not attributes.get("device_class"):
                plain.append(key)
        report.claim(PART, "each that is enabled has an icon or a class", not plain, plain)
        rough = []
        for key in ("current_l1", "voltage_l1", "apparent_power", "power", "energy"):
            entry = await stage.hass.ask("config/entity_registry/get", entity_id=by_key[key]["entity_id"])
            options = entry["options"].get("sensor", {})
            if options.get("suggested_display_precision") != 0:
                rough.append(f"{key} {options}")
        report.claim(PART, "whole numbers are shown whole", not rough, rough)
        device = await stage.hass.device(house.id)
        report.claim(PART, "the device shows the version", device["sw_version"], device["sw_version"])
        shown = f"{device['name']}, {device['manufacturer']}, {device['model']}"
        report.claim(PART, "the device has name, maker and model", device["manufacturer"] and device["model"], shown)
        origin = stage.broker.last(house.discovery_topic).json.get("o", {})
        report.claim(PART, "the origin is named", {"name", "sw_version", "support_url"} <= set(origin), origin)
        first = next(message for message in stage.broker.of(house.discovery_topic) if message.payload)
        earlier = [message for message in house.states() if message.at <= first.at]
        keys = set(earlier[-1].json) if earlier else set()
        lacking = [key for key in first.json["cmps"] if key in stage.entities_of and stage.entities_of[key].key not in keys]
        report.claim(PART, "the state with all its keys comes before the announcement", not lacking, lacking)

    async def pictures(self, folder):
        """Pictures of what a person sees."""
        stage = self.stage
        entities = await stage.hass.entities(self.house.id)

        def id_of(key):
            return entities[f"linky_{self.house.id}_{key}"]["entity_id"]

        keys = ("energy_tariff_1", "energy_tariff_2")
        await self._yesterday([id_of(key) for key in keys])
        sources = [grid_source(id_of(key)) for key in keys]
        sources[0]["stat_rate"] = id_of("power")
        await stage.hass.ask("energy/save_prefs", energy_sources=sources)
        device = await stage.hass.device(self.house.id)
        folder.mkdir(parents=True, exist_ok=True)
        async with Browser(stage.hass, stage.folder / "browser") as browser:
            await browser.picture(f"/config/devices/device/{device['id']}", folder / "home-assistant-device.png")
            await browser.picture("/energy", folder / "home-assistant-energy.png")

    async def _yesterday(self, entity_ids):
        """Puts a day of the same house into the statistics, hour by hour: a run is too short for a picture."""
        options = ("--mode", "historique", "--contract", "off-peak", "--seed", "3", "--flat-out", "--seconds", "86400")
        midnight = datetime.now(PARIS).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        process = await asyncio.create_subprocess_exec(
            *(self.stage.program, "simulate", "--output", "stdout", "--start", str(int(midnight.timestamp())), *options),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
        # Historique frames are as long as each other, so that an hour is a share of them.
        frames = await asyncio.to_thread(FrameReader().push, output)
        for entity, label in zip(entity_ids, ("HCHC", "HCHP")):
            first = int(frames[0].values[label])
            rows = []
            for hour in range(24):
                index = int(frames[(len(frames) - 1) * (hour + 1) // 24].values[label])
                start = (midnight + timedelta(hours=hour)).isoformat()
                # Before what the run has counted.
                rows.append({"start": start, "state": index, "sum": index - first - 1_000_000})
            metadata = {
                "has_sum": True,
                "mean_type": 0,
                "name": None,
                "source": "recorder",
                "statistic_id": entity,
                "unit_class": "energy",
                "unit_of_measurement": "Wh",
            }
            await self.stage.hass.ask("recorder/import_statistics", metadata=metadata, stats=rows)
        last = int((midnight + timedelta(hours=23)).timestamp()) * 1000

        async def are_imported():
            rows = await self.stage.hass.ask(
                "recorder/statistics_during_period",
                start_time=midnight.isoformat(),
                statistic_ids=entity_ids,
                period="hour",
                types=["sum"],
            )
            return all(any(row["start"] == last for row in rows.get(entity, ())) for entity in entity_ids)

        await until("yesterday is in the statistics", are_imported, every=1)
