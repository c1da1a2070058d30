"""The source distribution and the wheel: what they hold, and that one becomes the other anywhere."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import setuptools
from PIL import Image, ImageChops

import sddisplaylink
from support.doc_pages import Page, pages
from support.requirements import is_everything_installed
from support.virtual_screen import VirtualScreen

ROOT = Path(__file__).resolve().parents[2]
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
SHIPPED = (".ci", ".github", "benchmarks", "csrc", "docs", "examples", "scripts", "sddisplaylink", "stubs", "tests")
MADE = re.compile(r"__pycache__|\.\w+_cache/|_build/|\.(pyc|so|o|DS_Store)$")
EXAMPLES = {  # by the extra that they need
    "": ["tk_label.py"],
    "[qt]": ["qt_widget.py", "qmovie_replacement.py"],
    "[pygame]": ["pygame_surface.py"],
    "[pyglet]": ["pyglet_sprite.py"],
}
NO_INDEX = ("No matching distribution found", "Could not find a version that satisfies")

pytestmark = pytest.mark.timeout(600)  # an isolated build downloads its tools and compiles the core


def clean_environment() -> dict[str, str]:
    """The environment without what would change a build or let a checkout be imported."""
    return {key: value for key, value in os.environ.items() if not re.match(r"SDDISPLAYLINK_|PYTHONPATH$", key)}


def run(*command: object, cwd: Path, **environment: str) -> str:
    """The output of a command that must succeed, or a skipped test where no package index can be reached."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=clean_environment() | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    report = done.stdout + done.stderr
    if done.returncode and not is_everything_installed() and any(sign in report for sign in NO_INDEX):
        pytest.skip("needs a package index: none can be reached")
    assert done.returncode == 0, report
    return done.stdout


def source_files() -> set[str]:
    """Everything that belongs to the project in the folders an sdist must hold, relative to the root."""
    paths = (path for folder in SHIPPED for path in (ROOT / folder).rglob("*") if path.is_file())
    return {name for path in paths if not MADE.search(name := path.relative_to(ROOT).as_posix())}


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The sdist of this tree, what it unpacks to, and the wheel made of that, each built in isolation as by pip."""
    folder = tmp_path_factory.mktemp("dist")
    tree = folder / "tree"
    for name in source_files() | {path.name for path in ROOT.iterdir() if path.is_file()}:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--sdist", "--outdir", folder, tree, cwd=folder)
    (sdist,) = folder.glob("*.tar.gz")
    run("tar", "-xzf", sdist, cwd=folder)
    unpacked = folder / sdist.name.removesuffix(".tar.gz")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, unpacked, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    return SimpleNamespace(sdist=sdist, unpacked=unpacked, wheel=wheel)


def test_sdist_holds_every_source_file(distributions: SimpleNamespace) -> None:
    with tarfile.open(distributions.sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert "csrc/clocks/corevideo.m" in held
    assert source_files() <= held
    assert {"native_build.py", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"} <= held
    assert not [name for name in held if MADE.search(name)]


def test_wheel_holds_the_package_its_types_and_nothing_else(distributions: SimpleNamespace) -> None:
    with zipfile.ZipFile(distributions.wheel) as archive:
        held = set(archive.namelist())
    package = {name for name in source_files() if name.startswith("sddisplaylink/")}
    assert package <= held
    assert {"sddisplaylink/py.typed", "sddisplaylink/_native.pyi"} <= held
    native = {name for name in held - package if name.startswith("sddisplaylink/")}
    assert len(native) == 1, native
    assert re.fullmatch(r"sddisplaylink/_native\..*so", native.pop())
    information = f"sddisplaylink-{sddisplaylink.__version__}.dist-info/"
    assert all(name.startswith(("sddisplaylink/", information)) for name in held)
    assert information + "licenses/LICENSE" in held


def test_wheel_is_tagged_for_every_later_python(distributions: SimpleNamespace) -> None:
    python, abi = distributions.wheel.name.split("-")[2:4]
    own = f"cp{sys.version_info.major}{sys.version_info.minor}"
    assert (python, abi) == ((own, own + "t") if FREE_THREADED else ("cp311", "abi3"))


@pytest.mark.skipif(FREE_THREADED, reason="a free-threaded interpreter has no stable ABI")
def test_native_module_keeps_to_the_stable_abi(distributions: SimpleNamespace) -> None:
    run(Path(sys.executable).with_name("abi3audit"), "--strict", distributions.wheel, cwd=ROOT)


def test_wheel_works_in_a_clean_environment_outside_the_tree(distributions: SimpleNamespace, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    programs = tmp_path / "venv" / "bin"
    run(programs / "python", "-m", "pip", "install", "--only-binary", "pillow", distributions.wheel, cwd=tmp_path)
    program = "import sddisplaylink as sd; print(sd.__file__, sd.__version__, sd.available_clocks())"
    printed = run(programs / "python", "-c", program, cwd=tmp_path)
    assert str(tmp_path) in printed
    assert sddisplaylink.__version__ in printed
    example = next(iter(sorted((ROOT / "examples").glob("*.gif"))))
    for command in ([programs / "sddisplaylink"], [programs / "python", "-m", "sddisplaylink"]):
        assert "GIF" in run(*command, "info", example, cwd=tmp_path)


@pytest.mark.parametrize("extra", EXAMPLES)
def test_examples_run_from_a_fresh_install_with_their_extra(
    distributions: SimpleNamespace, virtual_screen: VirtualScreen, tmp_path: Path, extra: str
) -> None:
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", f"{distributions.wheel}{extra}", cwd=tmp_path)
    screen = {name: value for name, value in virtual_screen.environment().items() if name != "PYTHONPATH"}
    for example in EXAMPLES[extra]:
        run(python, ROOT / "examples" / example, "--seconds", "1", cwd=tmp_path, **screen)


def test_wheel_passes_the_tests_that_every_released_one_must(distributions: SimpleNamespace, tmp_path: Path) -> None:
    """As cibuildwheel does it: nothing of the checkout but what it says, and no tools but the group `wheel-test`."""
    release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["cibuildwheel"]
    (tmp_path / "sources").mkdir()
    for name in release["test-sources"]:
        run("cp", "-R", distributions.unpacked / name, tmp_path / "sources", cwd=tmp_path)
    run(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--upgrade", "pip", cwd=tmp_path)  # an older one knows no groups
    groups = [word for group in release["test-groups"] for word in ("--group", group)]
    run(python, "-m", "pip", "install", distributions.wheel, *groups, cwd=tmp_path / "sources")
    program, *words = shlex.split(release["test-command"])
    assert program == "python"
    assert " passed" in run(python, *words, cwd=tmp_path / "sources")


def test_play_script_builds_and_plays_in_a_fresh_tree(distributions: SimpleNamespace, tmp_path: Path) -> None:
    """Twice: making the environment, and with the one that is there."""
    script = distributions.unpacked / "scripts" / "play.py"
    screen = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    for arguments in ([], ["--loops", "2"]):
        *ran, head, counts = run(sys.executable, script, *arguments, cwd=tmp_path, **screen).splitlines()
        assert all(line.startswith("+ ") for line in ran), ran
        assert head.startswith("standard output is not a terminal")
        assert "examples/ball.gif: " in counts


def test_tree_that_was_built_from_runs(distributions: SimpleNamespace) -> None:
    printed = run(sys.executable, "-c", "import sddisplaylink as sd; print(sd.__file__)", cwd=distributions.unpacked)
    assert str(distributions.unpacked) in printed


def test_version_is_the_same_everywhere(distributions: SimpleNamespace) -> None:
    released = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert released[0] == sddisplaylink.__version__
    assert distributions.sdist.name == f"sddisplaylink-{sddisplaylink.__version__}.tar.gz"


# The macOS and free-threaded branches of the two build files, which this machine would not take.


def native_build() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(ROOT / "native_build.py")))


def test_every_core_file_is_built_somewhere() -> None:
    build = native_build()
    here, there = (
        set(build.extension_arguments(apple=apple, standin=None)["sources"]) for apple in (False, True)
    )  # fmt: skip
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "csrc").rglob("*.[cm]")}
    assert here | there == sources
    assert there - here == {name for name in sources if name.endswith((".m", "_mach.c"))}
    assert here - there == {"csrc/platform/time_posix.c"}


@pytest.mark.parametrize(("platform", "apple"), [("darwin", True), ("linux", False)])
def test_frameworks_are_linked_on_macos_alone(monkeypatch: pytest.MonkeyPatch, platform: str, apple: bool) -> None:
    monkeypatch.delenv("SDDISPLAYLINK_STANDIN", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    build = native_build()
    assert build.is_apple() is apple
    arguments = build.extension_arguments(apple=build.is_apple(), standin=None)
    assert ("CoreVideo" in arguments["extra_link_args"]) is apple
    assert bool(arguments["define_macros"]) is apple


@pytest.mark.parametrize("free_threaded", [False, True])
def test_stable_abi_is_asked_for_where_it_exists(monkeypatch: pytest.MonkeyPatch, free_threaded: bool) -> None:
    asked: dict[str, dict[str, object]] = {}
    monkeypatch.setattr(setuptools, "setup", asked.update)
    monkeypatch.setattr(sysconfig, "get_config_var", {"Py_GIL_DISABLED": int(free_threaded)}.get)
    runpy.run_path(str(ROOT / "setup.py"), run_name="__main__")
    assert asked["options"] == ({} if free_threaded else {"bdist_wheel": {"py_limited_api": "cp311"}})


# The documents that people and machines both follow.


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_five_line_start_of_the_readme_runs() -> None:
    (program,) = re.findall(r"^```python\n(.*?)^```", readme(), re.MULTILINE | re.DOTALL)
    assert len(commands(program)) <= 5
    assert run(sys.executable, "-W", "error", "-c", program, cwd=ROOT).splitlines()[-1] == "19 (160, 160)"


def test_ci_tests_as_the_readme_says() -> None:
    """The two commands stand first; CI ends with the second, and with every test."""
    first, second = re.findall(r"^```sh\n(.*?)^```", readme(), re.MULTILINE | re.DOTALL)[:2]
    play, test = (line.partition("#")[0].strip() for line in commands(first))
    assert play == "python3 scripts/play.py"
    assert commands((ROOT / ".ci/run").read_text(encoding="utf-8"))[-1] == f"{test} -m all"
    assert commands(second)[-2:] == ["sddisplaylink play examples/ball.gif", "python -m pytest"]


def test_ci_runs_every_python_that_the_package_claims() -> None:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    claimed = re.findall(r"Python :: (3\.\d+)", "\n".join(metadata["classifiers"]))
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    (matrix,) = re.findall(r"^ +python: \[(.*)\]", workflow, re.MULTILINE)
    assert re.findall(r'"(.*?)"', matrix) == claimed
    assert metadata["requires-python"] == f">={claimed[0]}"


def test_picture_is_what_the_terminal_shows() -> None:
    script = SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "make_screenshot.py")))
    with Image.open(script.PICTURE) as shipped:
        for number, shot in enumerate(script.shots(ROOT / "examples" / "ball.gif")):
            left = script.left_edge(number, shot.width)
            part = shipped.crop((left, script.CAPTION, left + shot.width, script.CAPTION + shot.height))
            worst = max(high for low, high in ImageChops.difference(part, shot).getextrema())
            assert worst <= 3, f"shot {number}: run scripts/make_screenshot.py"  # versions of Pillow round differently


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Page) -> None:
    targets = re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.path.parent / target).exists()] == []
