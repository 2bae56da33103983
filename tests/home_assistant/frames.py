"""The meter's own frames, read from the bytes on the wire without any code of linky-sensor: the truth of the tests.

Input: bytes as they are sent, parity in bit 7. Output: frames, each with its labels, values and horodates. The line is
perfect here, so checksums are not looked at. `Truth` adds up what a house has drawn.
"""

import re
import time
from dataclasses import dataclass, field

STX, ETX = 0x02, 0x03
GROUP = re.compile(rb"\n([^\r\n]*)\r")
# The historique labels whose sum is the total.
PARTS = re.compile(r"BASE|HCHC|HCHP|EJPHN|EJPHPM|BBRH[CP]J[BWR]")
# The numbers that these indexes have in the standard mode.
NUMBERS = {"BASE": 1, "HCHC": 1, "HCHP": 2, "EJPHN": 1, "EJPHPM": 2} | {
    f"BBRH{hours}J{color}": number
    for number, (color, hours) in enumerate(((c, h) for c in "BWR" for h in "CP"), 1)
}
# Between two frames no house draws this much, Wh: what moves by more is another meter, a reset, another contract or mode.
STEP_MAX = 40


@dataclass
class SentFrame:
    """A frame as it was sent; `at` is the host's clock at its last byte."""

    at: float
    values: dict = field(default_factory=dict)
    times: dict = field(default_factory=dict)

    @property
    def is_standard(self):
        return "EAST" in self.values

    @property
    def meter(self):
        return self.values.get("ADSC") or self.values.get("ADCO")

    @property
    def energy(self):
        """The total in Wh, None in a short frame."""
        if self.is_standard:
            return int(self.values["EAST"])
        parts = [int(value) for label, value in self.values.items() if PARTS.fullmatch(label)]
        return sum(parts) if parts else None

    @property
    def indexes(self):
        """The supplier's indexes by their numbers, Wh."""
        if self.is_standard:
            return {number: int(self.values[f"EASF{number:02}"]) for number in range(1, 11)}
        return {NUMBERS[label]: int(value) for label, value in self.values.items() if PARTS.fullmatch(label)}

    def since(self, before):
        """Wh drawn since a frame of the same meter, 0 if what moved is none.

        The total of the other mode may have old indexes besides: then it is by the indexes that both have.
        """
        if self.meter[-6:] != before.meter[-6:]:
            return 0
        if self.is_standard != before.is_standard:
            mine, others = self.indexes, before.indexes
            steps = [mine[number] - others[number] for number in mine.keys() & others.keys()]
        elif self.contract == before.contract:
            steps = [self.energy - before.energy]
        else:
            return 0
        return sum(steps) if all(0 <= step <= STEP_MAX for step in steps) else 0

    @property
    def contract(self):
        return self.values.get("NGTF") or self.values.get("OPTARIF")


class FrameReader:
    """Takes bytes in pieces, gives whole frames."""

    def __init__(self):
        self.bytes = bytearray()

    def push(self, piece):
        frames = []
        for byte in piece:
            byte &= 0x7F
            if byte == STX:
                self.bytes.clear()
            elif byte == ETX:
                frames.append(self._frame())
                self.bytes.clear()
            else:
                self.bytes.append(byte)
        return frames

    def _frame(self):
        frame = SentFrame(time.time())
        for group in GROUP.findall(bytes(self.bytes)):
            text = group.decode("ascii")
            if "\t" in text:
                label, *middle, _checksum = text.split("\t")
                if len(middle) == 2 or label == "DATE":
                    frame.times[label] = middle[0]
                frame.values[label] = middle[-1]
            else:
                # The checksum may be a space itself.
                label, _, value = text[:-2].partition(" ")
                frame.values[label] = value
        return frame


class Truth:
    """All frames of a wire since the start, and what the house drew by them."""

    def __init__(self):
        self.frames = []

    def add(self, frame):
        if frame.energy is not None:
            self.frames.append(frame)

    @property
    def last(self):
        return self.frames[-1] if self.frames else None

    def consumed(self, since, until):
        """Wh between two moments of the host's clock, as far as the frames show it.

        What another meter, contract or mode moves is nothing that was drawn.
        """
        total, before = 0, None
        for frame in self.frames:
            if frame.at > until:
                break
            if frame.at >= since and before is not None:
                total += frame.since(before)
            before = frame
        return total

    def around(self, moment, seconds=30):
        """The frames of the last seconds before a moment, the newest first."""
        return [frame for frame in reversed(self.frames) if moment - seconds <= frame.at <= moment + 1]
