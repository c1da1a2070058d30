"""A virtual X server, screenshots of it, and programs that open windows on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from PIL import Image

from support.pty_process import plain_environment
from support.requirements import unavailable
from support.window_driver import Box, grab

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PATIENCE = 60.0  # seconds for the server to start, or for a program to end


class VirtualScreen:
    """An Xvfb of its own, on the first free display: 24 bits deep, with GLX, and without a window manager.

    Windows appear where they ask to be, without a frame, and requests to minimise them are not answered.
    """

    def __init__(self, size: tuple[int, int] = (1280, 800)) -> None:
        self.size = size
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "{}x{}x24".format(*size)]
        command += ["-nolisten", "tcp", "-noreset", "+extension", "GLX", "-dpi", "96"]
        try:
            self._server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        finally:
            os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()  # ends with the server's own end, too
        if not number:
            raise OSError(f"Xvfb ended with {self._server.wait(PATIENCE)}")
        self.display = f":{number}"

    def environment(self, **more: str) -> dict[str, str]:
        """Variables for a process whose windows are to appear here, and for Qt, SDL and Mesa to use X and no GPU."""
        screen = {"DISPLAY": self.display, "LIBGL_ALWAYS_SOFTWARE": "1", "QT_QPA_PLATFORM": "xcb"}
        screen |= {
            "SDL_VIDEODRIVER": "x11",
            "SDL_AUDIODRIVER": "dummy",
            "SDDISPLAYLINK_TEST_XVFB": str(self._server.pid),
        }
        usual = plain_environment()
        helpers = str(Path(__file__).parents[1])
        return usual | {"PYTHONPATH": os.pathsep.join([usual["PYTHONPATH"], helpers])} | screen | more

    def screenshot(self, box: Box | None = None) -> Image.Image:
        """What is on the screen, or in that (left, top, right, bottom) of it: RGB."""
        return grab(self.display, box)

    def run(self, program: Path, *arguments: str, **more: str) -> Any:
        """Run a Python program that opens windows here; the last line it printed, from JSON. `more`: its environment.

        It can import this package; see window_driver.
        """
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", str(program), *arguments],
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE,
            env=self.environment(**more),
        )
        assert done.returncode == 0, f"{program.name} {' '.join(arguments)}: {done.returncode}\n{done.stderr}"
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout else None

    def run_example(self, name: str, picture: Path) -> tuple[str, Image.Image]:
        """Run examples/NAME for a second, without warnings; what it prints, and the photograph that it takes."""
        command = [sys.executable, "-W", "error", str(EXAMPLES / name), "--seconds", "1", "--screenshot", str(picture)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=self.environment())
        assert (done.returncode, done.stderr) == (0, ""), f"{name}: {done.returncode}\n{done.stderr}"
        with Image.open(picture) as taken:
            return done.stdout, taken.convert("RGB")

    def close(self) -> None:
        """End the server, and with it what still has a window."""
        self._server.terminate()
        self._server.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def require_virtual_screen() -> None:
    """Skip the test where there is no Xvfb; but fail on CI's Linux, which installs it."""
    if shutil.which("Xvfb") is None:
        unavailable("Xvfb is not installed")
