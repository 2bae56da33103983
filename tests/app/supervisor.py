"""A Supervisor for the test of the app: python supervisor.py ADDRESS FOLDER

Answers GET /services/mqtt at ADDRESS:80 with the file FOLDER/answer (its first line is the status, the rest the body), to who has the
token in FOLDER/token, and 401 to others. Each request is a line of FOLDER/requests.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

address, folder = sys.argv[1], Path(sys.argv[2])


class Supervisor(BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = 401, '{"result": "error", "message": ""}'
        token = (folder / "token").read_text().strip()
        if self.headers.get("Authorization") == f"Bearer {token}":
            status, _, body = (folder / "answer").read_text().partition("\n")
        if self.path != "/services/mqtt":
            status, body = 404, "404: Not Found"
        with (folder / "requests").open("a") as requests:
            requests.write(f"{self.path} {status}\n")
        self.send_response(int(status))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


ThreadingHTTPServer((address, 80), Supervisor).serve_forever()
