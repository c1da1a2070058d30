"""Chromium without a window, asked what it makes of an image file: the judge of formats that browsers show."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_SECONDS = 60  # for an answer; one takes some milliseconds
_PAGE = Path(__file__).with_name("chromium.html")


@dataclass
class Shown:
    """What the browser says of a file."""

    error: str | None
    size: tuple[int, int]
    """Of the picture in a page, orientation applied; (0, 0) if the page shows none."""
    picture: numpy.ndarray | None
    """The first frame as a page shows it, (height, width, 4): sRGB, orientation applied."""
    frame_count: int
    repetitions: float
    durations_us: list[int]
    frames: list[numpy.ndarray]
    """Every frame in sRGB, as it is stored otherwise: without orientation."""

    @property
    def loop_count(self) -> int:
        """The same as of an AnimatedImage."""
        return 0 if self.repetitions == float("inf") else int(self.repetitions) + 1


class Chromium:
    """A running browser. Close it."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._answers: queue.Queue[tuple[dict, bytes]] = queue.Queue()
        self._data = b""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--no-first-run")
        self._process = subprocess.Popen(
            [PROGRAM, *options, "--force-color-profile=srgb", f"--user-data-dir={self._folder.name}", self._address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def _address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def show(self, data: bytes, kind: str) -> Shown:
        """Have the browser decode a file of that MIME type."""
        self._jobs.put((kind, data))
        head, pixels = self._answers.get(timeout=_SECONDS)
        views, offset = [], 0
        for width, height in head["sizes"]:
            size = width * height * 4
            views.append(numpy.frombuffer(pixels, numpy.uint8, size, offset).reshape(height, width, 4))
            offset += size
        has_picture = bool(head["shown"])
        picture = views.pop(0) if has_picture else None
        repetitions = float("inf") if head["repetitions"] is None else head["repetitions"]
        size = tuple(head["sizes"][0]) if has_picture else (0, 0)
        return Shown(head["error"], size, picture, head["count"], repetitions, head["durations"], views)

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        self._process.wait()
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()

    def __enter__(self) -> Chromium:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        browser = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/":
                    self._send("text/html", _PAGE.read_bytes())
                elif self.path == "/job":
                    kind, browser._data = browser._jobs.get()
                    self._send("text/plain", kind.encode())
                elif self.path.startswith("/data"):
                    self._send("application/octet-stream", browser._data)
                else:
                    self.send_error(404)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self._send("text/plain", b"")
                length = int.from_bytes(body[:4], "little")
                browser._answers.put((json.loads(body[4 : 4 + length]), body[4 + length :]))

            def _send(self, kind: str, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
