#!/usr/bin/env python3
"""The package on a whole machine, as scripts/test-machine calls it:

    run.py ARCH FOLDER DEB PROGRAM

FOLDER is what scripts/machine.sh made, DEB the package for that architecture, PROGRAM linky-sensor for this host,
which simulates the meter. The exit status is 1 if a claim does not hold. Everything that was started is ended, and every
file removed, whatever happens.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import hardened
from claims import Claims, Wrong
from console import Console, Purge
from endings import Endings
from hardened import Hardened
from installed import DEB, Installed, listen_on_the_bus, no_identifier
from lamp import Lamp
from meter import Meter
from qemu import FILES, PORTS, Machine, Trouble
from service import Service

# Numbers that are nowhere by chance.
METER = ("--contract", "tempo", "--serial", "274650", "--prm", "83910274650139")


class Run:
    def __init__(self, arch, folder, deb, program, scratch):
        self.arch, self.folder, self.scratch = arch, folder, scratch
        self.port = PORTS[arch]
        self.is_header = self.port == "ttyAMA0"
        self.claims = Claims()
        self.disk = f"{scratch}/disk"
        self.machine = None
        shutil.copyfile(f"{folder}/disk", self.disk)
        for path, file in ({DEB: deb} | FILES | hardened.files(scratch)).items():
            self.put(file, path)
        self.meter = Meter(program, *METER)

    def put(self, file, path):
        """Writes a file to the disk of a machine that is switched off."""
        debugfs = subprocess.run(
            ["debugfs", "-w", "-R", f"write {file} {path.lstrip('/')}", self.disk], capture_output=True, text=True
        )
        if "Allocated inode" not in debugfs.stdout + debugfs.stderr:
            raise Trouble(f"{path} was not written: {debugfs.stderr}")

    def switch_on(self, title, console=None):
        """Starts the machine with the meter on its port, if it is no console; returns the service in it."""
        self.claims.part(title)
        self.machine = Machine(self.arch, self.folder, self.disk, self.scratch, console)
        line = self.machine.start()
        if not console:
            self.meter.attach("uart", line)
        service = Service(self.machine)
        self.claims.claim("it boots", self.boots, service)
        listen_on_the_bus(service)
        return service

    def boots(self, service):
        seconds = self.machine.wait_for_shell()
        kernel = service.ask("uname -r")
        systemd = service.ask("systemctl --version | head -n 1 | cut -d' ' -f1,2")
        return f"{seconds:.0f} s to the shell; Linux {kernel}, {systemd}"

    def switch_off(self):
        self.machine.power_off()
        self.meter.detach("uart")

    def live(self):
        claims, port, is_header = self.claims, self.port, self.is_header
        service = self.switch_on("a machine with a meter on its port")
        hardened.prepare(service)
        Installed(service, self.meter, port, is_header).put_to_the_test(claims)
        claims.part("in its sandbox")
        Hardened(service).put_to_the_test(claims)
        claims.part("with a lamp")
        Lamp(service, self.meter).put_to_the_test(claims)
        claims.part("through its life")
        endings = Endings(service, self.meter, port, is_header)
        endings.of_the_port(claims)
        claims.claim("serial number and PRM are nowhere", no_identifier, service, self.meter)
        endings.of_a_restart(claims)
        endings.before_the_cut(claims)
        claims.claim("the power is cut", endings.cut_power)
        self.machine.end()
        self.meter.detach("uart")

        service = self.switch_on("after the power cut, on the same disk")
        endings.service = service
        endings.ask = service.ask
        endings.after_the_cut(claims)
        claims.claim("serial number and PRM are nowhere", no_identifier, service, self.meter)
        self.switch_off()

        service = self.switch_on(f"with console={port}, and a USB adapter", console=port)
        Console(service, self.meter, port, is_header).put_to_the_test(claims)
        claims.claim("serial number and PRM are nowhere", no_identifier, service, self.meter)
        Purge(service).put_to_the_test(claims)
        self.switch_off()
        claims.claim("nor anywhere on the disk, removed files included", self.not_on_the_disk)

    def not_on_the_disk(self):
        for label in "ADSC", "PRM":
            secret = self.meter.recently(label)[-1]
            if subprocess.run(["grep", "--quiet", "--text", "--fixed-strings", secret, self.disk]).returncode != 1:
                raise Wrong(f"{label} is in {self.disk}")
        return f"{os.stat(self.disk).st_blocks // 2048} MB searched"

    def end(self):
        if self.machine:
            self.machine.end()
        self.meter.end()


def stop(number, _):
    sys.exit(128 + number)


def main():
    arch, folder, deb, program = sys.argv[1:]
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, stop)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="running.", dir=os.path.dirname(folder)) as scratch:
        run = Run(arch, folder, deb, program, scratch)
        try:
            run.live()
        except Trouble as trouble:
            run.claims.failed += 1
            print(f"  FAILED  {trouble}", flush=True)
        finally:
            run.end()
    failed, made = run.claims.failed, run.claims.made
    print(f"{made - failed} of {made} claims hold, {time.monotonic() - start:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
