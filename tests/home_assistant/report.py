"""What was found: a line for each claim, and the record in Markdown.

Inputs: claims with their result. Output: the text of docs/record/home-assistant.md. A claim that does not hold is in the record as
failing, with what was seen.
"""

import time
from dataclasses import dataclass


@dataclass
class Claim:
    part: str
    what: str
    holds: bool
    seen: str


def shown(seen, most=8):
    """What was seen in one line; of a long list the first."""
    if isinstance(seen, (list, tuple)):
        more = f", … {len(seen)} in all" if len(seen) > most else ""
        return ", ".join(str(item) for item in seen[:most]) + more
    return str(seen or "").replace("\n", " ")


class Report:
    def __init__(self):
        self.claims = []

    def claim(self, part, what, holds, seen=""):
        """Notes a claim, and prints it at once."""
        claim = Claim(part, what, bool(holds), shown(seen))
        self.claims.append(claim)
        mark = "ok    " if claim.holds else "FAILED"
        print(f"{mark} {part}: {what}{': ' if claim.seen else ''}{claim.seen}", flush=True)

    @property
    def failed(self):
        return [claim for claim in self.claims if not claim.holds]

    def markdown(self, version, program, seconds):
        lines = [
            "# In a real Home Assistant",
            "",
            "Printed by `scripts/test-home-assistant`. What fails is marked.",
            "",
            f"- Home Assistant core {version}, {time.strftime('%Y-%m-%d')}, {program}",
            f"- {len(self.claims)} claims, {len(self.failed)} failing; {seconds / 60:.0f} minutes",
        ]
        parts = dict.fromkeys(claim.part for claim in self.claims)
        for part in parts:
            lines += ["", f"## {part}", "", "| claim | result | seen |", "|---|---|---|"]
            for claim in self.claims:
                if claim.part == part:
                    result = "holds" if claim.holds else "**fails**"
                    seen = claim.seen.replace("|", "\\|")
                    lines.append(f"| {claim.what} | {result} | {seen[:400]} |")
        return "\n".join(lines) + "\n"
