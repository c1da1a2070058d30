"""Photographs the notebook's widget in a real JupyterLab, light, dark and dense: `photograph_notebook.py FOLDER`.

Needs jupyterlab, playwright and Chromium. Writes notebook_light.png, notebook_dark.png, notebook_light_2x.png, of
each the canvas alone (notebook_light_canvas.png), and prints what it saw as JSON.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
BALL = ROOT / "examples" / "ball.gif"
PATIENCE = 120.0
VARIANTS = (("Light", 1, "notebook_light"), ("Dark", 1, "notebook_dark"), ("Light", 2, "notebook_light_2x"))
"""Theme, pixels of the screen to one of CSS, and name of the photograph."""
CELL = """
import sddisplaylink as sd
from sddisplaylink.views.notebook import PlayerWidget
player = sd.AnimatedImagePlayer(r"{ball}", loop_count=0)
player.seek(7)
PlayerWidget(player)
"""
PLAYER = "[data-sddisplaylink-player]"
CODE = ".jp-Notebook .jp-CodeCell"
TOGGLE = f"{PLAYER} button"
SUM = """canvas => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return Array.from(pixels).reduce((sum, value) => (sum * 31 + value) % 4294967291, 0);
}"""
RECORD = f"""
    window.painted = []; // what the canvas shows whenever the browser is about to paint, as far as it changes
    const sum = {SUM};
    function look() {{
        for (const canvas of document.querySelectorAll("{PLAYER} canvas")) {{
            const {{ width, height }} = canvas.getBoundingClientRect();
            const now = [width, height, sum(canvas)];
            if (String(now) !== String(painted.at(-1))) painted.push(now);
        }}
        if (painted.length < 20) requestAnimationFrame(look);
    }}
    requestAnimationFrame(look);
"""


def notebook() -> dict[str, Any]:
    """One with a cell that shows a widget."""
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": "one", "metadata": {}, "outputs": []}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel}
    source = CELL.format(ball=BALL)
    return {"cells": [{**cell, "source": source}], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@contextlib.contextmanager
def jupyterlab(folder: Path, token: str) -> Iterator[str]:
    """Its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1"]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/api?token={token}"):
                break
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def look(page: Page) -> dict[str, Any]:
    """Where the parts of the widget are, and all that its canvas has shown."""
    return dict(
        page.evaluate(
            """selector => {
                const box = name => { const r = document.querySelector(selector + " " + name).getBoundingClientRect();
                                      return [r.x, r.y, r.width, r.height]; };
                return { canvas: box("canvas"), toggle: box("button"), slider: box("input"), counter: box("output"),
                         rate: box("select"), text: document.querySelector(selector + " output").textContent.trim(),
                         painted: window.painted,
                         state: document.querySelector(selector + " button").getAttribute("aria-label") };
            }""",
            PLAYER,
        )
    )


def run_cell(page: Page) -> None:
    """Until the widget is there. JupyterLab says that it is idle before it takes commands, so the first may be lost.

    The cell is run once: run again, it would replace the widget while that is looked at.
    """
    has_begun = f"document.querySelector('{CODE} .jp-InputPrompt').textContent.trim() != '[ ]:'"
    for _ in range(20):
        page.click(f"{CODE} .cm-content")
        page.keyboard.press("Control+Enter")
        with contextlib.suppress(Error):
            page.wait_for_function(has_begun, timeout=PATIENCE * 50)
            break
    page.wait_for_selector(f"{PLAYER} canvas")


def photograph(page: Page, path: Path) -> dict[str, Any]:
    """Run the cell, photograph its widget, play a little by the keyboard and pause."""
    page.wait_for_selector(CODE)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
    run_cell(page)
    page.wait_for_function(f"document.querySelector('{PLAYER} output').textContent.includes('8')")
    page.wait_for_function(
        f"document.querySelector('{PLAYER} canvas').getContext('2d').getImageData(80, 80, 1, 1).data[3] == 255"
    )
    seen = {"name": path.stem, "ratio": page.evaluate("devicePixelRatio"), **look(page)}
    page.locator(PLAYER).screenshot(path=path)
    page.locator(f"{PLAYER} canvas").screenshot(path=path.with_name(f"{path.stem}_canvas.png"))
    page.locator(f"{PLAYER} canvas").click()
    page.locator(PLAYER).focus()
    page.keyboard.press(" ")
    page.wait_for_selector(f"{TOGGLE}.pause")
    page.wait_for_function(f"!document.querySelector('{PLAYER} output').textContent.includes(' 8 ')")
    page.keyboard.press(" ")
    page.wait_for_selector(f"{TOGGLE}.play")
    return seen | {"played": True}


def main(folder: Path) -> None:
    """Photograph it in both themes, and on a screen of two pixels to each of CSS."""
    folder.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(8)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    seen = []
    with tempfile.TemporaryDirectory() as place, jupyterlab(Path(place), token) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for theme, ratio, name in VARIANTS:
            (Path(place) / f"{name}.ipynb").write_text(json.dumps(notebook()))
            context = browser.new_context(viewport={"width": 1100, "height": 800}, device_scale_factor=ratio)
            context.add_init_script(RECORD)
            page = context.new_page()
            page.set_default_timeout(PATIENCE * 1000)
            settings = f"{address}/lab/api/settings/@jupyterlab/apputils-extension:themes?token={token}"
            body = json.dumps({"raw": json.dumps({"theme": f"JupyterLab {theme}"})}).encode()
            request = urllib.request.Request(settings, body, {"Content-Type": "application/json"}, method="PUT")
            urllib.request.urlopen(request).close()
            page.goto(f"{address}/lab/tree/{name}.ipynb?token={token}&reset")
            seen.append(photograph(page, folder / f"{name}.png"))
            context.close()
        browser.close()
    print(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
