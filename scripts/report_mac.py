"""`python3 scripts/report_mac.py`: builds, tests and measures on this Mac, and writes `mac-report.md`, for an issue.

Needs Python 3.11 or later and the command line tools (`xcode-select --install`); takes about ten minutes. It reports
versions, displays, timings and the tests' last lines: no names of files, users or machines.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from environment import FOLDER, PYTHON, ROOT, install, make_environment, show

REPORT = ROOT / "mac-report.md"
PARTS = {
    "CoreVideo": (str(FOLDER / "bin" / "sddisplaylink"), "doctor", "--probe-corevideo"),
    "The AppKit view": (str(PYTHON), "scripts/appkit_frames.py"),
    "The tests": (str(PYTHON), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"),
}
MOST_LINES = 200  # of a part; the last ones


def main() -> int:
    """Write the report; 1 if a part has failed."""
    if sys.platform != "darwin":
        sys.exit("This reports on a Mac, and this is none: run scripts/test.py here.")
    make_environment()
    install("--upgrade", "pip>=25.1")
    os.chdir(ROOT)
    install("--editable", ".[appkit]", "--group", "test")
    return write(REPORT)


def write(report: Path) -> int:
    """Run each part and put what it printed under a heading; 1 if one has failed."""
    failed = 0
    with report.open("w", encoding="utf-8") as file:
        for title, command in PARTS.items():
            show(command)
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            failed = failed or int(done.returncode != 0)
            file.write(section(title, command, done))
    print(f"The report is in {report.name}: please attach it to an issue.")
    return failed


def section(title: str, command: tuple[str, ...], done: subprocess.CompletedProcess[str]) -> str:
    """One part, without the user's folders."""
    lines = done.stdout.replace(str(ROOT), ".").replace(str(Path.home()), "~").splitlines()
    words = shlex.join(command).replace(str(ROOT), ".")
    body = "\n".join(lines[-MOST_LINES:])
    return f"## {title}\n\n`{words}` ended with {done.returncode}:\n\n```\n{body}\n```\n\n"


if __name__ == "__main__":
    sys.exit(main())
