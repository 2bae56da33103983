#!/usr/bin/python3
"""The same as watch.py with dasbus (package python3-dasbus): properties are attributes."""

import sys

from dasbus.connection import SystemMessageBus
from dasbus.error import DBusError
from dasbus.loop import EventLoop

NAME = "io.github.linky_sensor.Linky1"
METER = "/io/github/linky_sensor/Linky1/meter_" + (sys.argv[1:] or ["main"])[0]

bus = SystemMessageBus()
consumption = bus.get_proxy(NAME, METER, NAME + ".Consumption")
try:
    print("Power =", consumption.Power, flush=True)
except DBusError as error:
    print("Power is not known:", error, flush=True)

properties = bus.get_proxy(NAME, METER, "org.freedesktop.DBus.Properties")


def changed(interface, values, lost):
    for name, value in values.items():
        print(interface.rsplit(".", 1)[-1], name, "=", value.unpack(), flush=True)


properties.PropertiesChanged.connect(changed)
EventLoop().run()
