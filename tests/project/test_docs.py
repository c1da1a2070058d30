"""Every program and every command of ours in the documentation runs."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from support.doc_pages import ROOT, DocumentError, Page, pages, read_page
from support.pty_process import PtyProcess, plain_environment
from support.requirements import unavailable
from support.terminal_support import UPDATE_END
from support.virtual_screen import VirtualScreen


def extended_if(page: Page) -> list[pytest.MarkDecorator]:
    """The marker of tests that need more than the group `test`, for a page with windows or with an extra."""
    needs_extra = any("[" in line for line in page.installs)
    return [pytest.mark.extended] if page.needs_screen or needs_extra else []


PAGES = pages()
PROGRAMS = [pytest.param(page, id=page.name, marks=extended_if(page)) for page in PAGES if page.program]
COMMANDS = [
    pytest.param(page, command, id=f"{page.name}: {command}", marks=extended_if(page))
    for page in PAGES
    for command in page.commands
]
IMAGES = ("ball.gif", "spiral.png")
TOOLKITS = ("tk", "qt", "gtk", "textual", "pygame", "pyglet", "appkit", "notebook")
PUBLIC_MODULES = ("sddisplaylink", *(f"sddisplaylink.views.{toolkit}" for toolkit in TOOLKITS))
FOLDERS = ("benchmarks", "csrc", "docs", "examples", "scripts", "sddisplaylink", "tests")
MISSING = re.compile(r"No module named '(?!sddisplaylink)\w+'")
NAMED_FILE = re.compile(r"`((?:[\w.*-]+/)+[\w.*-]+\.(?:py|c|h|m|md|yml|png|svg|ipynb))[`:]")
NOT_HERE = {"csrc/clocks/NAME.c", "Modules/_callbacks.m"}  # a file to be written, and one of PyObjC's
FILES = [
    path.as_posix() for folder in (".github", *FOLDERS) for path in (ROOT / folder).rglob("*") if path.suffix != ".pyc"
]
LINK = re.compile(r"\]\((?!https?://)([^)\s]+)\)")
NATIVE_NAME = re.compile(r"`(sddl_[a-z_]+)\b")
LIMIT = 120.0  # seconds for all the programs of a page


@pytest.fixture
def reader_directory(tmp_path: Path) -> Path:
    """Where a reader might be: in a clone's root, as far as its images go."""
    (tmp_path / "examples").mkdir()
    for name in IMAGES:
        for folder in (tmp_path, tmp_path / "examples"):
            shutil.copy(ROOT / "examples" / name, folder)
    return tmp_path


def environment_for(page: Page, request: pytest.FixtureRequest) -> dict[str, str]:
    if page.needs_screen:
        screen: VirtualScreen = request.getfixturevalue("virtual_screen")
        return screen.environment()
    usual = plain_environment()
    if page.stand_in is not None and sys.platform != "darwin":
        usual["PYTHONPATH"] += os.pathsep + str(ROOT / "tests" / "fakes" / page.stand_in)
    return usual


@pytest.mark.parametrize("page", PROGRAMS)
def test_programs_of_a_page_run_in_order(page: Page, reader_directory: Path, request: pytest.FixtureRequest) -> None:
    program = reader_directory / "program.py"  # line N of it is line N of the page
    program.write_text(page.program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "faulthandler", str(program)],
        cwd=reader_directory,
        env=environment_for(page, request),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    if missing := MISSING.search(done.stderr):
        unavailable(missing[0])
    assert (done.returncode, done.stderr) == (0, ""), f"{page.name}, lines as in the page:\n{done.stderr}"


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_commands_of_a_page_run(
    page: Page, command: str, reader_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(reader_directory)
    words = shlex.split(command, comments=True)
    endless = words[1] == "play" and "--loops" not in words
    with PtyProcess("-m", *words, columns=80, rows=24) as process:
        if endless:
            process.read_until(lambda: UPDATE_END in process.log)
            process.signal(signal.SIGINT)
        process.ends_with(130 if endless else 0)


def extras() -> set[str]:
    return set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"])


def test_extras_that_are_installed_exist() -> None:
    named = {
        name.strip()
        for page in PAGES
        for line in page.installs
        for group in re.findall(r"(?:sddisplaylink|\.)\[([\w, ]+)\]", line)
        for name in group.split(",")
    }
    assert named <= extras()


def public_names(module: str) -> set[str]:
    """What a module exports, read from its source: its toolkit may be missing."""
    path = ROOT / module.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for statement in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            return set(ast.literal_eval(statement.value))
    raise AssertionError(f"{module} has no __all__")


@pytest.mark.parametrize("module", PUBLIC_MODULES)
def test_every_public_name_has_its_place_in_the_reference(module: str) -> None:
    pages = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("api.md", "api-views.md"))
    _, section = pages.split(f".. py:module:: {module}\n")
    section = section.partition(".. py:module::")[0]
    named = re.findall(r"^\.\. (?:auto|py:)\w+:: (\w+)(?:\(.*\))?$", section, re.MULTILINE)
    assert set(named) == public_names(module)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_exist(page: Page) -> None:
    named = set(NAMED_FILE.findall(page.path.read_text(encoding="utf-8"))) - NOT_HERE
    missing = [name for name in named if not any(fnmatch(path, f"*/{name}") for path in FILES)]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Page) -> None:
    for target in LINK.findall(page.path.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        path = page.path.parent / name if name else page.path
        assert path.is_file(), target
        assert not anchor or anchor in anchors(path), target


def anchors(path: Path) -> set[str]:
    """The headings of a Markdown page, as links name them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_names_of_the_core_in_the_pages_exist() -> None:
    core = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "csrc").rglob("*.[ch]"))
    named = {name for page in PAGES for name in NATIVE_NAME.findall(page.path.read_text(encoding="utf-8"))}
    assert [name for name in sorted(named) if not re.search(rf"\b{name}\b", core)] == []
    assert len(named) > 5


def test_a_page_becomes_one_program_with_its_own_line_numbers(tmp_path: Path) -> None:
    lines = [
        "# Title",
        "<!-- docs-test: screen -->",
        "```python",
        "a = 1",
        "```",
        "<!-- docs-test: stand-in: appkit -->",
    ]
    lines += ["```toml", "b = 2", "```", "<!-- docs-test: after", "assert a", "-->", "```text", "no", "```"]
    lines += ["```sh", "$ sddisplaylink info ball.gif", 'pip install "sddisplaylink[qt]"', "```"]
    path = tmp_path / "page.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    page = read_page(path)
    assert page.program == "\n\n\na = 1\n\n\n\n\n\n\nassert a"
    assert (page.needs_screen, page.stand_in) == (True, "appkit")
    assert (page.commands, len(page.installs)) == (["sddisplaylink info ball.gif"], 1)


@pytest.mark.parametrize("text", ["<!-- docs-test: skip -->", "```python\na = 1"])
def test_a_note_or_block_that_makes_no_sense_is_an_error(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("support.doc_pages.ROOT", tmp_path)
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError):
        read_page(tmp_path / "page.md")
