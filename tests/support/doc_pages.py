"""The programs and commands that the documentation shows, taken out of its Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)")
NOTE = re.compile(r"^<!-- docs-test: (.*?)(?: -->)?$")
COMMAND = re.compile(r"^(?:\$ )?(sddisplaylink .*)$")
HIDDEN = "hidden"


class DocumentError(Exception):
    """A note to these tests that they do not understand, or a block without an end."""


@dataclass
class Page:
    """One Markdown file: its Python as one program with the page's own line numbers, and its commands.

    Notes to the tests are comments that readers do not see: ``<!-- docs-test: screen -->`` (the page opens windows),
    ``<!-- docs-test: stand-in: NAME -->`` (its toolkit is ``tests/fakes/NAME``), and Python that is run at that place:
    ``<!-- docs-test: before`` or ``after``, the program, ``-->``.
    """

    path: Path
    program: str = ""
    commands: list[str] = field(default_factory=list)
    installs: list[str] = field(default_factory=list)
    needs_screen: bool = False
    stand_in: str | None = None

    @property
    def name(self) -> str:
        """Relative to the project."""
        return self.path.relative_to(ROOT).as_posix()


def read_page(path: Path) -> Page:
    """Sort the lines of a page; those that are not Python are left empty in the program."""
    page = Page(path)
    program: list[str] = []
    block: str | None = None  # the language of the block that the line is in
    for line in path.read_text(encoding="utf-8").splitlines():
        is_python = False
        if block is None:
            block = begin_block(page, line)
        elif line == ("-->" if block == HIDDEN else "```"):
            block = None
        elif block in ("sh", "console"):
            take_command(page, line)
        else:
            is_python = block in ("python", HIDDEN)
        program.append(line if is_python else "")
    if block is not None:
        raise DocumentError(f"{page.name}: a block is not closed")
    page.program = "\n".join(program).rstrip()
    return page


def begin_block(page: Page, line: str) -> str | None:
    """The language of the block that begins here; also takes notes of one line."""
    if fence := FENCE.match(line):
        return fence[1]
    if note := NOTE.match(line):
        kind, _, value = note[1].partition(": ")
        if kind in ("before", "after"):
            return HIDDEN
        if kind == "screen":
            page.needs_screen = True
        elif kind == "stand-in":
            page.stand_in = value
        else:
            raise DocumentError(f"{page.name}: {line}")
    return None


def take_command(page: Page, line: str) -> None:
    """Keep a line of a shell block that runs our program, or that installs us."""
    if command := COMMAND.match(line):
        page.commands.append(command[1])
    elif "pip install" in line:
        page.installs.append(line)


def pages() -> list[Page]:
    """All pages of the documentation, and those at the root of the project."""
    built = ROOT / "docs" / "_build"
    found = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    return [read_page(path) for path in found if built not in path.parents]
