#!/usr/bin/env python3
"""A real Home Assistant with simulated meters, as scripts/test-home-assistant calls it:

    run.py PROGRAM ROOT [--only PART[,PART]] [--case WORD] [--record FILE] [--pictures FOLDER]

PROGRAM is linky-sensor, ROOT the tree with Home Assistant. Parts: values, home, accidents. `--case` runs only those whose name
holds the word. The exit status is 1 if a claim does not hold. Everything that was started is ended, and every file removed,
whatever happens.
"""

import argparse
import asyncio
import collections
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from home import Home
from stage import Stage
from trial import Trial
from values import Values

PARTS = ("values", "home", "accidents")
# A line of Home Assistant's log about the session with a broker that the test stopped, about how often it logs, or about a machine
# that is busy.
NOT_OURS = (
    "Disconnected from MQTT server",
    "Failed to connect to MQTT server",
    "Error returned from MQTT server",
    "No ACK from MQTT server",
    "logging too frequently",
    "seconds. Please create a bug report",
    # A person gives an entity the id of another whose statistics are to go on.
    "Cannot rename statistic_id",
    "Cannot migrate history for entity_id",
)
ABOUT_US = ("linky", "components.mqtt", "helpers.template", "components.sensor", "components.energy")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--case", default="")
    parser.add_argument("--record", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--keep-log", type=pathlib.Path, help="copies the log of Home Assistant here")
    return parser.parse_args()


def check_log(stage, when):
    loud = stage.hass.loud()
    ours = [
        record
        for record in loud
        if any(word in record for word in ABOUT_US)
        and not any(word in record for word in NOT_OURS)
    ]
    # One of each kind, with how often it came.
    kinds = collections.Counter(re.sub(r"'[^']*'|\d+", "…", record.partition("] ")[2])[-150:] for record in ours)
    seen = [f"{count} times: {kind}" for kind, count in kinds.most_common()]
    stage.report.claim("the log of Home Assistant", f"{when}: no line about us at WARNING or above", not ours, seen)


async def scene(stage, options):
    wanted = options.only.split(",")
    await stage.start()
    print(f"Home Assistant {stage.hass.version}, {time.time() - stage.started:.0f} s", flush=True)
    values, home, trial = Values(stage), Home(stage), Trial(stage)
    pick = lambda name: options.case in name
    if "home" in wanted:
        await home.start()
    if "values" in wanted:
        await values.start(pick)
        await values.enable_all()
    if "accidents" in wanted:
        await trial.start(pick)
    await asyncio.gather(values.check(), trial.run(), *([home.check()] if "home" in wanted else []))
    check_log(stage, "from the first start on")
    await stage.window_compiled()
    if "values" in wanted:
        await values.check_statistics()
        await values.end()
    if "accidents" in wanted:
        await trial.take_over()
        await trial.restarts()
        await stage.window_compiled()
        await trial.count()
    if "home" in wanted and options.pictures:
        try:
            await home.pictures(options.pictures)
        except Exception as error:
            stage.report.claim("pictures", "the pages can be looked at", False, repr(error))
    if "accidents" in wanted:
        check_log(stage, "with all the accidents")


async def main():
    options = arguments()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, asyncio.current_task().cancel)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="linky-home-"))
    stage = Stage(str(options.program.resolve()), options.root, folder)
    began = time.time()
    try:
        await scene(stage, options)
    finally:
        if options.keep_log:
            options.keep_log.write_text(stage.hass.log)
        await stage.end()
        shutil.rmtree(folder, ignore_errors=True)
    if options.record:
        version = subprocess.run([options.program, "--version"], capture_output=True, text=True).stdout.strip()
        options.record.write_text(stage.report.markdown(stage.hass.version, version, time.time() - began))
    print(f"{len(stage.report.claims) - len(stage.report.failed)} passed, {len(stage.report.failed)} failed")
    return 1 if stage.report.failed else 0


sys.exit(asyncio.run(main()))
