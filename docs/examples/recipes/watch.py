#!/usr/bin/python3
"""What the meter draws, on each change, and what happens: a client of linky-sensor on D-Bus (package python3-gi).

The argument is the id of the meter, main without one.
"""

import sys

from gi.repository import Gio, GLib

NAME = "io.github.linky_sensor.Linky1"
METER = "/io/github/linky_sensor/Linky1/meter_" + (sys.argv[1:] or ["main"])[0]


def consumption_changed(proxy, changed, lost):
    for name, value in changed.unpack().items():
        print(f"{name} = {value}", flush=True)
    for name in lost:
        print(f"{name} is not known any more", flush=True)


def event_happened(bus, sender, path, interface, signal, arguments):
    print(signal, *arguments.unpack(), flush=True)


bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
consumption = Gio.DBusProxy.new_sync(
    bus, Gio.DBusProxyFlags.NONE, None, NAME, METER, NAME + ".Consumption", None
)
names = sorted(consumption.get_cached_property_names() or [])
if not names:
    print(f"nothing is known of {METER} yet: see linky-sensor status", file=sys.stderr)
for name in names:
    print(f"{name} = {consumption.get_cached_property(name).unpack()}", flush=True)
consumption.connect("g-properties-changed", consumption_changed)
bus.signal_subscribe(NAME, NAME + ".Events", None, METER, None, Gio.DBusSignalFlags.NONE, event_happened)
GLib.MainLoop().run()
