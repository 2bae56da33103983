"""What the table of quantities promises, read from docs/quantities.csv: entities, words, labels of the frame.

Output: for each key whether it has an entity, under which id, and what a state, the JSON and a frame must agree on. The texts of
a frame are compared by rules of this file alone.
"""

import csv
import pathlib
import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
TABLE = pathlib.Path(__file__).parents[2] / "docs/quantities.csv"
UNDER = re.compile(r"under the id (\w+)")
# A column that is labels only, perhaps with a factor: the number is that of the frame.
PLAIN = re.compile(r"([A-Z][A-Z0-9+-]*(?:, [A-Z][A-Z0-9+-]*)*)(?: x (\d+))?")
HORODATE = re.compile(r"([A-Z][A-Z0-9+-]*) horodate")
TEXT = re.compile(r"([A-Z][A-Z0-9+-]*) trimmed")
# What may be null for a while in a healthy house, and why.
MAY_BE_UNKNOWN = {
    "overrun_current_l1": "no overrun",
    "overrun_current_l2": "no overrun",
    "overrun_current_l3": "no overrun",
    "breaker_trip_in": "it will not trip",
    "color_tomorrow": "not before the evening",
    "message_short": "sent once",
    "mobile_peak_notice_minutes": "no notice",
    "mobile_peak_1_start": "no peak",
    "mobile_peak_2_start": "no peak",
    "mobile_peak_3_start": "no peak",
    "mobile_peak_1_end": "no peak",
    "mobile_peak_2_end": "no peak",
    "mobile_peak_3_end": "no peak",
    "event": "nothing happened",
    # From the first midnight on.
    "energy_today": "from midnight on",
    "energy_injected_today": "from midnight on",
    "next_tariff": "the profile of today comes at midnight",
    "next_tariff_time": "the profile of today comes at midnight",
    "next_off_peak_time": "the profile of today comes at midnight",
    # Some minutes of a house are needed.
    "breaker_load": "the load before the start counts",
    "breaker_warning": "the load before the start counts",
    "power_headroom_60s": "the load before the start counts",
    "clock_drift": "a mean of some minutes",
    "voltage_out_of_range": "a mean of ten minutes",
    "link_quality": "a share of five minutes",
}
MAY_BE_UNKNOWN |= {f"energy_today_tariff_{n}": "from midnight on" for n in range(1, 11)}
# Read at once in each frame: the other values stand until two frames agree.
LIVE = re.compile(r"energy(_tariff_\d+|_injected|_distributor_\d)?|(current|voltage|apparent_power)(_l\d|_injected)?")
# How many of the supplier's indexes a contract counts in.
INDEXES = {"base": 1, "off-peak": 2, "ejp": 2, "tempo": 6}
OF_INDEX = re.compile(r"energy(?:_counter|_today)?_tariff_(\d+)")
# Estimates of the moment: null 10 s after the last frame.
ESTIMATES = {
    "power",
    "breaker_load",
    "breaker_trip_in",
    "breaker_warning",
    "power_headroom",
    "power_headroom_60s",
}


class Quantity:
    def __init__(self, row):
        self.key, self.kind = row["key"], row["type"]
        self.columns = {"standard": row["standard"], "historique": row["historique"]}
        shown = row["home_assistant"]
        self.has_entity = shown[:1] in ("S", "B")
        self.is_binary = shown[:1] == "B"
        under = UNDER.search(shown)
        self.entity = under[1] if under else self.key
        self.interface = row["on"]
        self.words = self.kind.split()[1:] if self.kind.startswith("enum") else []

    def has_source(self, mode, contract=None, producer=None):
        """Whether the mode has a source for it, and, where they are given, the contract and the house."""
        if self.columns[mode] == "-":
            return False
        if contract:
            if index := OF_INDEX.fullmatch(self.key):
                return int(index[1]) <= INDEXES[contract]
            if self.key.startswith("color_"):
                return contract == "tempo"
            if self.key.startswith("mobile_peak"):
                # Tempo announces its red days with the same labels.
                return contract in ("ejp", "tempo")
            if contract == "base" and (self.key == "next_off_peak_time" or (self.key, mode) == ("tariff_index", "historique")):
                return False
        if producer is False:
            return self.interface != "Production" and self.key != "injecting"
        return True

    @property
    def is_live(self):
        return bool(LIVE.fullmatch(self.key))

    def expected(self, value, options):
        """The state that Home Assistant must show for a value of the JSON; None if any text for people will do."""
        if value is None:
            return "unknown"
        if self.is_binary:
            truth = value == "receiving" if self.key == "link" else bool(value)
            return "on" if truth else "off"
        if self.words:
            place = self.words.index(value)
            return options[place] if options and len(options) == len(self.words) else None
        if self.kind == "text":
            return None
        return value

    def agrees(self, state, value, options=None):
        """Whether a state of Home Assistant is what the JSON has."""
        expected = self.expected(value, options)
        if expected is None:
            # Words for people: no runs of spaces, no padding of the meter.
            return state not in ("unknown", "unavailable") and "  " not in state and ".." not in state
        if self.kind == "time" and value is not None:
            return parse_time(state) == parse_time(expected)
        if isinstance(expected, (int, float)):
            return is_number(state) and float(state) == float(expected)
        return state == str(expected)

    def of_frame(self, frame):
        """The value by the frame: (whether this frame has it, the value)."""
        column = self.columns["standard" if frame.is_standard else "historique"]
        if self.interface == "Breaker":
            return False, None  # Made of the label, not equal to it.
        if match := PLAIN.fullmatch(column):
            for label in match[1].split(", "):
                if label in frame.values and self.kind in ("int", "uint64", "signed"):
                    return True, int(frame.values[label]) * int(match[2] or 1)
        elif match := HORODATE.fullmatch(column):
            if match[1] in frame.times:
                return True, parse_horodate(frame.times[match[1]])
        elif match := TEXT.fullmatch(column):
            if match[1] in frame.values:
                return True, frame.values[match[1]].strip()
        return False, None

    def matches_frame(self, value, frame):
        """Whether a value of the JSON is that of the frame; None if the frame has none."""
        has, expected = self.of_frame(frame)
        if not has:
            return None
        if isinstance(expected, datetime):
            return parse_time(value) == expected
        return value == expected


def read_table():
    with open(TABLE, encoding="utf-8", newline="") as file:
        return {row["key"]: Quantity(row) for row in csv.DictReader(file)}


def parse_time(text):
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None


def parse_horodate(text):
    """`H261124133257` as a moment; H is winter, E is summer, blank the legal time of France."""
    if not re.fullmatch(r"[HEhe ]\d{12}", text):
        return None
    offset = PARIS if text[0] == " " else timezone(timedelta(hours=2 if text[0] in "Ee" else 1))
    try:
        return datetime.strptime(text[1:], "%y%m%d%H%M%S").replace(tzinfo=offset)
    except ValueError:
        return None


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True
