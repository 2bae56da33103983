"""The simulated meter at the far end of a wire that the test can cut.

`linky-sensor simulate` writes the bytes of a meter at the speed of the line; they go to a pseudo-terminal, and what was sent is
kept as truth. A cut wire is a pseudo-terminal that is gone with its link, as an adapter that is pulled out; the meter goes on
counting meanwhile.
"""

import asyncio
import contextlib
import os
import tty

from frames import FrameReader, Truth
from wait import DEADLINE, until


class Wire:
    """A link to a port, and the meter behind it."""

    def __init__(self, program, link):
        self.program, self.link = program, str(link)
        self.truth = Truth()
        self.ports = None
        self.process = None
        self.task = None
        self.silent = False

    async def start(self, *options):
        """Starts a meter with these options of `simulate`, plugged in."""
        self.plug()
        await self.attach(*options)

    async def attach(self, *options):
        """Another meter on the same wire; the one before ends."""
        await self._end_meter()
        self.process = await asyncio.create_subprocess_exec(
            self.program, "simulate", "--output", "stdout", *options, stdout=asyncio.subprocess.PIPE
        )
        self.task = asyncio.create_task(self._carry())

    def plug(self):
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self.ports = (master, slave)
        temporary = f"{self.link}.new"
        os.symlink(os.ttyname(slave), temporary)
        os.rename(temporary, self.link)

    def unplug(self):
        if self.ports:
            os.unlink(self.link)
            for port in self.ports:
                os.close(port)
            self.ports = None

    async def frame(self, what="a frame of the meter", accept=lambda frame: True, seconds=DEADLINE):
        """Waits for a frame from now on that is accepted."""
        seen = len(self.truth.frames)
        return await until(
            what, lambda: next((frame for frame in self.truth.frames[seen:] if accept(frame)), None), seconds
        )

    async def end(self):
        await self._end_meter()
        self.unplug()

    async def _end_meter(self):
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
            await self.task
            self.process = None

    async def _carry(self):
        reader = FrameReader()
        while piece := await self.process.stdout.read(512):
            for frame in reader.push(piece):
                self.truth.add(frame)
            if self.ports and not self.silent:
                # What the port does not take is lost, as on a wire.
                with contextlib.suppress(BlockingIOError, OSError):
                    os.write(self.ports[0], piece)
