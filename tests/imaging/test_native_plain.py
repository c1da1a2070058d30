"""PNG's filters as they are where there is no SSE2: the plain form of what else is one instruction gives the same."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import subprocess

import pytest
from test_native_replay import CSRC
from test_native_unfilter import filtered

PAETH = 4


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """The two files that have a plain form, built with it."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if not compiler:
        pytest.skip("no C compiler")
    library = tmp_path_factory.mktemp("plain") / "plain.so"
    build = [compiler, "-std=c11", "-O2", "-shared", "-fPIC", "-U__SSE2__", f"-I{CSRC}"]
    subprocess.run([*build, CSRC / "imaging/png/unfilter.c", CSRC / "imaging/png/paeth.c", "-o", library], check=True)
    return ctypes.CDLL(str(library))


@pytest.mark.parametrize("step", [1, 2, 3, 4, 6, 8])
@pytest.mark.parametrize("kind", range(5))
def test_every_filter_and_width_of_pixel(kernels, kind, step):
    chance = random.Random(kind * 9 + step)
    for width in (1, 2, 7, 40):
        rows = [chance.randbytes(width * step) for _ in range(3)]
        stored = filtered(rows, [kind] * 3, step)
        memory, above = ctypes.create_string_buffer(stored, len(stored)), None
        for row, expected in enumerate(rows):
            begin = ctypes.addressof(memory) + row * (width * step + 1)
            kernels.sddl_png_unfilter(
                *map(ctypes.c_void_p, (begin + 1, begin, above)), *map(ctypes.c_size_t, (width * step, step))
            )
            assert ctypes.string_at(begin + 1, width * step) == expected
            above = begin + 1


@pytest.mark.parametrize("step", [3, 4])
def test_two_rows_at_a_time(kernels, step):
    size = 23 * step
    rows = [random.Random(step * 5 + row).randbytes(size) for row in range(3)]
    stored = filtered(rows, [PAETH] * 3, step)
    memory = ctypes.create_string_buffer(stored, len(stored))
    first, second = (ctypes.addressof(memory) + row * (size + 1) for row in (1, 2))
    above = ctypes.create_string_buffer(rows[0], size)
    assert kernels.sddl_png_is_pair(ctypes.c_void_p(first), ctypes.c_void_p(second), ctypes.c_size_t(step))
    places = map(ctypes.c_void_p, (first + 1, second + 1, first, second, ctypes.addressof(above)))
    kernels.sddl_png_unfilter_pair(*places, *map(ctypes.c_size_t, (size, step)))
    assert [ctypes.string_at(begin + 1, size) for begin in (first, second)] == rows[1:]
