"""What was found: a line for each claim, and the record in Markdown.

Inputs: claims with their result. Output: the text of docs/record/home-assistant.md. A claim that does not hold is in the record as
failing, with what was seen.
"""

import collections
import time
from dataclasses import dataclass


@dataclass
class Claim:
    part: str
    what: str
    holds: bool
    seen: str

    @property
    def section(self):
        return self.part.partition(": ")[0]

    @property
    def row(self):
        """The case within its section, empty if there are none."""
        return self.part.partition(": ")[2]

    @property
    def result(self):
        return "holds" if self.holds else "**fails**"


def shown(seen, most=8):
    """What was seen in one line; of a long list the first."""
    if isinstance(seen, (list, tuple)):
        more = f", … {len(seen)} in all" if len(seen) > most else ""
        return one_line(", ".join(str(item) for item in seen[:most]) + more)
    return one_line(str(seen or ""))


def one_line(text):
    return text.replace("\n", " ")


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
            "Printed by `scripts/test-home-assistant`. What fails is marked, and listed with what was seen.",
            "",
            f"- Home Assistant core {version}, {time.strftime('%Y-%m-%d')}, {program}",
            f"- {len(self.claims)} claims, {len(self.failed)} failing; {seconds / 60:.0f} minutes",
        ]
        for section in dict.fromkeys(claim.section for claim in self.claims):
            claims = [claim for claim in self.claims if claim.section == section]
            lines += ["", f"## {section[:1].upper() + section[1:]}", "", *(table(claims) if claims[0].row else plain(claims))]
        return "\n".join(lines) + "\n"


def plain(claims):
    lines = ["| claim | result | seen |", "|---|---|---|"]
    return lines + [f"| {claim.what} | {claim.result} | {in_cell(claim.seen)} |" for claim in claims]


def table(claims):
    """A row for each case, a column for each claim that most of them share; then what fails."""
    rows = {}
    for claim in claims:
        rows.setdefault(claim.row, {})[claim.what] = claim
    counts = collections.Counter(claim.what for claim in claims)
    shared = [what for what, count in counts.items() if 2 * count >= len(rows)]
    lines = [f"| case | {' | '.join(shared)} | also |", "|---" * (len(shared) + 2) + "|"]
    for row, found in rows.items():
        cells = [found[what].result if what in found else "" for what in shared]
        also = [f"{what}: {claim.result}" for what, claim in found.items() if what not in shared]
        lines.append(f"| {row} | {' | '.join(cells)} | {'; '.join(also)} |")
    failed = [claim for claim in claims if not claim.holds]
    if failed:
        lines += ["", "What fails:", ""]
        lines += [f"- {claim.row}: {claim.what}: {in_cell(claim.seen)}" for claim in failed]
    seen = [claim for claim in claims if claim.holds and "Wh" in claim.seen]
    if seen:
        lines += ["", "What was counted:", ""]
        lines += [f"- {claim.row}: {claim.seen}" for claim in seen]
    return lines


def in_cell(text):
    return text.replace("|", "\\|")[:400]
