"""Prints what pip must install for some components of Home Assistant, one requirement a line.

Runs in Home Assistant's own Python, from standard input. Home Assistant names the requirements of a component in its manifest
and installs them at the first start; here they are installed before, so that a start needs no network.
"""

import json
import pathlib
import sys

import homeassistant
from homeassistant.bootstrap import DEFAULT_INTEGRATIONS

COMPONENTS = pathlib.Path(homeassistant.__file__).parent / "components"
# What the first start and the onboarding load whatever is configured.
ALWAYS = ("homeassistant", "met", "radio_browser", "google_translate", *DEFAULT_INTEGRATIONS)


def manifest(component):
    path = COMPONENTS / component / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else {}


def main():
    wanted = set()
    left = [*ALWAYS, *sys.argv[1:]]
    seen = set()
    while left:
        component = left.pop()
        if component in seen:
            continue
        seen.add(component)
        found = manifest(component)
        wanted.update(found.get("requirements", ()))
        left.extend(found.get("dependencies", ()))
    # These are imported by those that name them, though not loaded.
    for component in list(seen):
        for beside in manifest(component).get("after_dependencies", ()):
            if component in sys.argv[1:]:
                wanted.update(manifest(beside).get("requirements", ()))
    print("\n".join(sorted(wanted)))


main()
