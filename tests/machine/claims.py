"""One line for each claim: whether it holds, and what was seen.

A claim is a function that returns what it saw, or raises Wrong with what it saw instead. Those after it are
still put to the test: only Trouble, a machine that does not answer, ends the run.
"""

import time

from qemu import Trouble


class Wrong(Exception):
    """The claim does not hold."""


class Claims:
    def __init__(self):
        self.made = 0
        self.failed = 0

    def part(self, title):
        print(f"{title}", flush=True)

    def claim(self, text, see, *arguments):
        self.made += 1
        start = time.monotonic()
        try:
            seen = see(*arguments)
        except Trouble:
            raise
        except Exception as wrong:  # Another than Wrong: what was seen has not even the right form.
            self.failed += 1
            wrong = str(wrong) if isinstance(wrong, Wrong) else repr(wrong)
            instead = "\n".join(f"          | {line}" for line in wrong.splitlines())
            print(f"  FAILED  {text}\n{instead}", flush=True)
            return
        took = time.monotonic() - start
        seen = str(seen or "").splitlines()
        seen = f": {seen[-1][:120]}" if seen else ""
        # A shorter time only shows that the machine is emulated.
        took = f" ({took:.0f} s)" if took >= 5 else ""
        print(f"  ok      {text}{seen}{took}", flush=True)


def within(seconds, see, *arguments):
    """Asks again and again until it does not raise Wrong any more, or time is up."""
    end = time.monotonic() + seconds
    while True:
        try:
            return see(*arguments)
        except Wrong:
            if time.monotonic() > end:
                raise
        time.sleep(0.5)


def check(holds, instead):
    if not holds:
        raise Wrong(instead)
