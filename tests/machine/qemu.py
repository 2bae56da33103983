"""A whole machine under qemu: its disk, its serial port, its USB sockets, and a root shell in it.

The machine is made of what scripts/machine.sh leaves in a folder (kernel, initrd) and of a disk that may be written to.
Its first UART is no console but a socket of ours: a free serial port with the kernel's own driver and genuine udev
events. On arm64 and armhf it is a PL011, ttyAMA0; on amd64 a 16550, ttyS0. Eight bits pass, and no baud rate is checked.

The kernel writes to a virtio console, a file. The shell is on a virtio port: a script in base64 goes there, its output in
base64 and its exit status come back. It is no console, for qemu drops what is written to a console faster than it is read. There is
no network.
"""

import base64
import json
import os
import signal
import socket
import subprocess
import threading
import time

# Emulated in software, whatever the host has: the same machine everywhere.
MACHINES = {
    "amd64": ["qemu-system-x86_64", "-machine", "q35", "-cpu", "qemu64"],
    "arm64": ["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72"],
    "armhf": ["qemu-system-arm", "-machine", "virt,highmem=off", "-cpu", "cortex-a15"],
}
PORTS = {"amd64": "ttyS0", "arm64": "ttyAMA0", "armhf": "ttyAMA0"}

HERE = os.path.dirname(os.path.abspath(__file__))
# What the shell needs on the disk: path in it, file here.
FILES = {
    "/usr/local/sbin/driver-shell": f"{HERE}/driver-shell",
    "/etc/systemd/system/driver-shell.service": f"{HERE}/driver-shell.service",
}

# A busy host boots in three minutes; an armhf machine that restarts without being switched off took nine (qemu 7.2).
BOOT = 1200
COMMAND = 300


class Trouble(Exception):
    """The machine does not do what a machine does: nothing more can be asked of it."""


class Answer:
    """What a script printed, and its exit status."""

    def __init__(self, status, text):
        self.status, self.text = status, text

    def __bool__(self):
        return self.status == 0


class Machine:
    def __init__(self, arch, folder, disk, scratch, console=None):
        """`console`: the kernel takes this port of the machine as a console too."""
        self.scratch = scratch
        self.unread = b""
        self.dongle = None
        append = "root=/dev/vda rw net.ifnames=0 loglevel=4 systemd.show_status=yes systemd.wants=driver-shell.service"
        append += f" console={console}" if console else ""
        # The last one is /dev/console.
        append += " console=hvc0"
        self.arguments = MACHINES[arch] + [
            *("-accel", "tcg,thread=multi", "-smp", "2", "-m", "1024"),
            *("-nodefaults", "-display", "none", "-nic", "none"),
            *("-kernel", f"{folder}/kernel", "-initrd", f"{folder}/initrd", "-append", append),
            # What the machine has flushed is safe when qemu is killed; what it has not is lost with its memory. A killed qemu
            # may hold its lock for a moment, and the disk is nobody else's.
            *("-drive", f"file={disk},if=none,id=disk,format=raw,cache=writeback,file.locking=off", "-device", "virtio-blk-pci,drive=disk"),
            *("-device", "virtio-rng-pci", "-device", "virtio-serial-pci"),
            *("-chardev", f"file,id=console,path={scratch}/console,append=on", "-device", "virtconsole,chardev=console"),
            *("-chardev", self._socket("shell"), "-device", "virtserialport,chardev=shell,name=driver"),
            *("-chardev", self._socket("uart"), "-serial", "chardev:uart"),
            # A keyboard, for its LEDs.
            *("-device", "qemu-xhci,id=usb", "-device", "usb-kbd,bus=usb.0", "-qmp", f"unix:{scratch}/qmp,server=on,wait=off"),
        ]

    def _socket(self, name):
        return f"socket,id={name},path={self.scratch}/{name},server=on,wait=off"

    # --- On and off

    def start(self):
        """Switches it on; returns the socket of the UART."""
        for name in "shell", "uart", "qmp":
            # That of a machine that was killed.
            if os.path.exists(f"{self.scratch}/{name}"):
                os.remove(f"{self.scratch}/{name}")
        with open(f"{self.scratch}/qemu", "ab") as errors:
            self.qemu = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        self.shell = self._connect("shell")
        self.qmp = self._connect("qmp").makefile("rwb")
        try:
            self.qmp.readline()
            self.order("qmp_capabilities")
        except OSError as error:
            raise Trouble(f"qemu does not start: {error}\n{self.console()}") from None
        return self._far_end("uart")

    def wait_for_shell(self):
        """Returns the seconds that it took."""
        start = time.monotonic()
        while self._read_line(start + BOOT) != b"ready":
            pass
        return time.monotonic() - start

    def cut_power(self):
        """Nothing is written, flushed or shut down: what the machine has in its memory is gone."""
        self.qemu.send_signal(signal.SIGKILL)
        self.qemu.wait()

    def power_off(self):
        self.shell.sendall(base64.b64encode(b"systemctl poweroff") + b"\n")
        try:
            self.qemu.wait(COMMAND)
        except subprocess.TimeoutExpired:
            raise Trouble(f"it does not power off\n{self.console()}") from None

    def end(self):
        """Whatever state it is in."""
        if hasattr(self, "qemu") and self.qemu.poll() is None:
            self.cut_power()

    def console(self):
        """The end of the output of the kernel, systemd and qemu."""
        output = ""
        for name in "console", "qemu":
            if os.path.exists(f"{self.scratch}/{name}"):
                with open(f"{self.scratch}/{name}", errors="replace") as file:
                    output += file.read()[-3000:]
        return output

    # --- The shell

    def run(self, script, timeout=COMMAND):
        """Runs a script of sh as root."""
        self.shell.sendall(base64.b64encode(script.encode()) + b"\n")
        output, status = self._read_line(time.monotonic() + timeout).rsplit(b" ", 1)
        return Answer(int(status), base64.b64decode(output).decode(errors="replace").rstrip("\n"))

    def _read_line(self, deadline):
        while b"\n" not in self.unread:
            self.shell.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                more = self.shell.recv(65536)
            except TimeoutError:
                raise Trouble(f"the shell does not answer\n{self.console()}") from None
            if not more:
                raise Trouble(f"qemu ended\n{self.console()}")
            self.unread += more
        line, self.unread = self.unread.split(b"\n", 1)
        return line.strip(b"\r")

    def _connect(self, name):
        deadline = time.monotonic() + 30
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(f"{self.scratch}/{name}")
                return connection
            except OSError:
                connection.close()
                if self.qemu.poll() is not None or time.monotonic() > deadline:
                    raise Trouble(f"qemu does not start\n{self.console()}") from None
                time.sleep(0.05)

    # --- What is plugged in

    def _far_end(self, name):
        """The meter's end of a port. What the machine sends there is read and dropped: else qemu would wait for ever."""
        port = self._connect(name)

        def drop():
            try:
                while port.recv(4096):
                    pass
            except OSError:
                pass  # The machine was switched off.

        threading.Thread(target=drop, daemon=True).start()
        return port

    def plug_in(self, serial):
        """A USB serial adapter with an FTDI chip and this serial number; returns the socket of its far end."""
        backend = {"type": "socket", "data": {
            "addr": {"type": "unix", "data": {"path": f"{self.scratch}/dongle"}}, "server": True, "wait": False}}
        self.order("chardev-add", id="dongle", backend=backend)
        self.order("device_add", driver="usb-serial", id="adapter", bus="usb.0", chardev="dongle", serial=serial)
        # It appears to the machine with the connection.
        return self._far_end("dongle")

    def unplug(self):
        self.order("device_del", id="adapter")
        deadline = time.monotonic() + 30
        while "error" in self.order("chardev-remove", check=False, id="dongle"):
            if time.monotonic() > deadline:
                raise Trouble("qemu does not let go of the adapter")
            time.sleep(0.1)

    def order(self, command, check=True, **arguments):
        """Runs a command of the QEMU machine protocol; returns its answer."""
        self.qmp.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        self.qmp.flush()
        while True:
            answer = json.loads(self.qmp.readline() or b'{"error": "qemu ended"}')
            if "return" in answer or "error" in answer:
                break
        if check and "error" in answer:
            raise Trouble(f"{command}: {answer['error']}")
        return answer
