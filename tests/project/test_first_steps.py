"""What a newcomer meets: a bare machine, a package page without files beside it, a clone that is not built."""

from __future__ import annotations

import email
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from email.message import Message
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETUP = SimpleNamespace(**runpy.run_path(str(ROOT / "setup.py")))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


REPOSITORY = "https://forge.example/owner/project"


def metadata(repository: str) -> Message:
    """What a build writes for the package's page, if the workflow of a release says where it runs."""
    environment = {**os.environ, "SDDISPLAYLINK_REPOSITORY": repository}
    command = [sys.executable, "-c", METADATA]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return email.message_from_string(done.stdout)


METADATA = """
import io, sys
from setuptools import Distribution, distutils
distribution = distutils.core.run_setup("setup.py", stop_after="init")
distribution.parse_config_files()
distribution.metadata.write_pkg_file(sys.stdout)
"""


def test_the_package_page_has_no_relative_link() -> None:
    page = metadata(REPOSITORY).get_payload()
    targets = re.findall(r"\]\(([^)]+)\)", page)
    assert len(targets) > 20
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []
    assert f"]({REPOSITORY}/raw/main/docs/images/terminal.png)" in page
    assert f"]({REPOSITORY}/blob/main/docs/tutorial.md)" in page
    for target in targets:
        kept = re.fullmatch(rf"{REPOSITORY}/(?:raw|blob)/main/([^#]+)(?:#.*)?", target)
        assert kept is None or (ROOT / kept[1]).exists(), target


def test_a_release_names_the_repository_that_it_is_of() -> None:
    urls = dict(line.split(", ") for line in metadata(REPOSITORY).get_all("Project-URL"))
    assert {"Repository", "Documentation", "Changelog", "Issues"} == set(urls)
    assert all(url.startswith(REPOSITORY) for url in urls.values())
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    assert "SDDISPLAYLINK_REPOSITORY: ${{ github.server_url }}/${{ github.repository }}" in workflow
    assert PROJECT["tool"]["cibuildwheel"]["linux"]["environment-pass"] == ["SDDISPLAYLINK_REPOSITORY"]


def test_a_build_elsewhere_claims_no_address() -> None:
    assert metadata("").get_all("Project-URL") is None


@pytest.mark.parametrize(
    ("lacking", "words"), [("CC", "there is no C compiler (no-such-compiler)"), ("headers", "the headers of Python")]
)
def test_a_build_ends_in_one_sentence(
    lacking: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacking == "CC":
        monkeypatch.setenv("CC", "no-such-compiler -pthread")
    else:
        monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    command = SETUP.BuildExtension.__new__(SETUP.BuildExtension)
    with pytest.raises(SystemExit) as ended:
        SETUP.BuildExtension.run(command)
    said = str(ended.value.code)
    assert words in said
    assert all(system in said for system in ("Debian", "Fedora", "macOS"))
    assert "\n" not in said


START = """
import sys  # without the finder of an editable installation, which would find the module elsewhere
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
import sddisplaylink
"""


def test_a_clone_that_is_not_built_says_so(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sddisplaylink", tmp_path / "sddisplaylink", ignore=shutil.ignore_patterns("_native*"))
    environment = {**os.environ, "PYTHONPATH": ""}
    command = [sys.executable, "-c", START]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ImportError: the native module is not built in")
    assert str(tmp_path) in last
    assert "pip install --editable ." in last


def test_extras_are_named_so_that_they_work_from_a_clone() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "sddisplaylink").rglob("*.py")]
    wrong = [page.name for page in pages if re.search(r"pip install .sddisplaylink\[", page.read_text("utf-8"))]
    assert wrong == []


def test_the_readme_says_what_a_bare_system_needs() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(name in readme for name in ("apt-get install gcc", "dnf install gcc", "xcode-select --install"))
