"""Waiting for what must happen, with a deadline. Inputs: a question that is asked again and again; output: its answer.

Deadlines are generous: they end a run that hangs, and are no measure of speed.
"""

import asyncio
import inspect
import time

DEADLINE = 240


class TooLate(Exception):
    """What was waited for did not happen in time."""


async def until(what, question, seconds=DEADLINE, every=0.2):
    """Asks until the answer is true, and returns it. `question` may be a coroutine function."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TooLate(f"not within {seconds} s: {what}")
        await asyncio.sleep(every)
