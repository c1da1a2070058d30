"""The image kernels on a processor of Apple's kind give the bytes that they give here, and that plain C gives.

Random cases (kernels/cases.c) are run natively, in plain C, on an emulated aarch64 Linux by qemu, and from the very
objects of the macOS module on the emulator that runs all its arm64 code.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from macho.emulator import Emulator
from macho.extension import COMMAND, ROOT, TARGETS, compile_sources, link
from macho.image import read_images
from macho.toolchain import Toolchain
from support.requirements import unavailable

pytest_plugins = ["macho.fixtures"]
pytestmark = pytest.mark.timeout(600)  # whichever runs first builds

HERE = Path(__file__).parent
KERNELS = HERE / "kernels"
OPTIONS = ("-std=c11", f"-I{ROOT / 'csrc'}", f"-I{HERE}", "-Wall", "-Wextra", "-Werror")
FAMILIES = 7
CASES, EMULATED_CASES = 3000, 300  # of each family
# nothing but the compiler's own idea of sixteen bytes at a time, and no vectors made of loops
PLAIN = ("-O1", "-U__SSE2__", "-fno-tree-vectorize", "-fno-tree-slp-vectorize")

Program = Callable[[int, int], list[str]]


def program(out: Path, compiler: tuple[str, ...], runner: tuple[str, ...] = ()) -> Program:
    """The cases compiled; called with the first number and how many, it returns a line for each case."""
    sources = [*sorted(KERNELS.glob("*.c")), *sorted((ROOT / "csrc" / "imaging").rglob("*.c"))]
    command = [*compiler, *OPTIONS, *map(str, sources), "-o", str(out)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert built.returncode == 0, built.stderr

    @functools.cache
    def run(first: int, count: int) -> list[str]:
        done = subprocess.run([*runner, str(out), str(first), str(count)], capture_output=True, text=True, timeout=300)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return run


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return program(tmp_path_factory.mktemp("plain") / "kernels", ("gcc", *PLAIN))


def need(*names: str, package: str) -> str:
    """The path of a program by one of its names."""
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        unavailable(f"{names[0]} is not installed (Debian: apt-get install {package})")
    return found


def compare(capsys: pytest.CaptureFixture[str], what: str, found: list[str], expected: list[str]) -> None:
    assert len(found) == len(expected) > 0
    wrong = [(here, there) for here, there in zip(found, expected, strict=True) if here != there]
    assert not wrong, f"{len(wrong)} cases differ, the first: {wrong[0]}"
    with capsys.disabled():
        print(f"\n{what}: {len(found)} cases of {FAMILIES} kernel families compared, no difference")


def test_sse2_and_plain_c_agree(plain: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = program(tmp_path / "kernels", ("gcc", "-O3"))
    compare(capsys, "this processor", here(0, CASES), plain(0, CASES))


def test_neon_by_gcc_agrees(plain: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gcc = need("aarch64-linux-gnu-gcc", package="gcc-aarch64-linux-gnu libc6-dev-arm64-cross")
    qemu = need("qemu-aarch64", "qemu-aarch64-static", package="qemu-user")
    neon = program(tmp_path / "kernels", (gcc, "-O3", "-static"), (qemu,))
    compare(capsys, "aarch64 by gcc", neon(0, CASES), plain(0, CASES))


def test_neon_by_clang_agrees(plain: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Compiled for Apple's own processor."""
    need("aarch64-linux-gnu-gcc", package="gcc-aarch64-linux-gnu libc6-dev-arm64-cross")  # whose libraries it links
    clang = need("clang-19", "clang", package="clang-19")
    qemu = need("qemu-aarch64", "qemu-aarch64-static", package="qemu-user")
    options = ("--target=aarch64-linux-gnu", "-mcpu=apple-m1", "-O3", "-static")
    neon = program(tmp_path / "kernels", (clang, *options), (qemu, "-cpu", "max"))
    compare(capsys, "aarch64 by clang", neon(0, CASES), plain(0, CASES))


# ---- the objects of the macOS module ----


def copy(cpu: Emulator) -> int:
    target, source, size = (cpu.argument(number) for number in range(3))
    cpu.cpu.mem_write(target, bytes(cpu.cpu.mem_read(source, size)))
    return target


def fill(cpu: Emulator) -> int:
    target, value, size = (cpu.argument(number) for number in range(3))
    cpu.cpu.mem_write(target, bytes([value & 255]) * size)
    return target


def clear(cpu: Emulator) -> int:
    cpu.cpu.mem_write(cpu.argument(0), bytes(cpu.argument(1)))
    return cpu.argument(0)


MEMORY = {
    **dict.fromkeys(("_memcpy", "_memmove", "___memcpy_chk", "___memmove_chk"), copy),
    **dict.fromkeys(("_memset", "___memset_chk"), fill),
    **dict.fromkeys(("_bzero", "___bzero"), clear),
}


def test_the_machine_code_for_macos_agrees(
    plain: Program, macho_build: Path, toolchain: Toolchain, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    built = sorted((macho_build / "work" / "arm64").glob("imaging-*.o"))
    assert len(built) == len(list((ROOT / "csrc" / "imaging").rglob("*.c"))), COMMAND
    compile_sources("arm64", [KERNELS / "cases.c"], ("-O2", *OPTIONS), tmp_path, toolchain)
    bundle = link("arm64", [*built, *tmp_path.glob("*.o")], ("-lSystem",), tmp_path, toolchain)
    cpu = Emulator(read_images(bundle)["arm64"], dict(MEMORY))
    assert set(TARGETS) >= {"arm64"}
    found = []
    for family in range(FAMILIES):
        for number in range(EMULATED_CASES):
            result = cpu.call("_kernel_case", family, number)
            assert result is not None
            found.append(f"{family} {number} {result:016x}")
    compare(capsys, "arm64 for macOS", found, plain(0, EMULATED_CASES))


def test_a_kernel_that_rounds_otherwise_is_noticed(plain: Program, tmp_path: Path) -> None:
    tree = tmp_path / "csrc"
    shutil.copytree(ROOT / "csrc", tree)
    vectors = tree / "imaging" / "png" / "vectors.h"
    text = vectors.read_text("utf-8")
    assert text.count("return (a | b) - ((a ^ b) >> 1);") == 1
    vectors.write_text(text.replace("(a | b) - ((a ^ b) >> 1)", "(a & b) + ((a ^ b) >> 1)"), "utf-8")
    sources = [*sorted(KERNELS.glob("*.c")), *sorted((tree / "imaging").rglob("*.c"))]
    out = tmp_path / "kernels"
    options = [option for option in OPTIONS if str(ROOT / "csrc") not in option]
    subprocess.run(["gcc", *PLAIN, *options, f"-I{tree}", *map(str, sources), "-o", str(out)], check=True, timeout=300)
    found = subprocess.run([out, "0", str(CASES)], capture_output=True, text=True, check=True, timeout=300)
    differing = {line.split()[0] for line in set(found.stdout.splitlines()) ^ set(plain(0, CASES))}
    assert differing == {"4"}  # PNG's
