"""The simulated meter at the far end of the wire, and what it sent.

`linky-sensor simulate` runs on the host, at the pace of the line, parity in bit 7. Its bytes go to each port that is
attached. What a port does not take is lost, as on a wire; none is sent later.
"""

import re
import socket
import subprocess
import threading
import time

GROUP = re.compile(rb"\n([^\t\r\n]+)\t(?:[HhEe ][0-9]{12}\t)?([^\t\r\n]*)\t[^\r\n]\r")
# Seconds for which a reader may still show a value after it was sent.
SHOWN_MAX = 90


class Meter:
    def __init__(self, program, *options):
        self.ports = {}
        self.sent = []  # (moment, label, value)
        self.lock = threading.Lock()
        self.process = subprocess.Popen([program, "simulate", "--output", "stdout", *options], stdout=subprocess.PIPE)
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.thread.start()

    def attach(self, name, port):
        # A second or so of the line: a busy qemu loses nothing, and a port that is opened late gets little of the past.
        port.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        with self.lock:
            self.ports[name] = port

    def detach(self, name):
        """Returns the port, to which nothing more is sent."""
        with self.lock:
            return self.ports.pop(name, None)

    def recently(self, label):
        """The values of the label in the last minute and a half, the newest last."""
        with self.lock:
            since = time.monotonic() - SHOWN_MAX
            return [value for moment, name, value in self.sent if name == label and moment > since]

    def end(self):
        self.process.kill()
        self.process.wait()
        self.thread.join(10)

    def _send(self):
        received = b""
        while piece := self.process.stdout.read1(64):
            received += bytes(byte & 0x7F for byte in piece)
            with self.lock:
                for port in self.ports.values():
                    try:
                        port.send(piece, socket.MSG_DONTWAIT)
                    except OSError:
                        pass  # Lost on the wire.
                end = 0
                for group in GROUP.finditer(received):
                    self.sent.append((time.monotonic(), group[1].decode(), group[2].decode()))
                    end = group.end()
                received = received[end:][-512:]
                if len(self.sent) > 20000:
                    del self.sent[:10000]
