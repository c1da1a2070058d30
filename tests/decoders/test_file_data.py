"""The bytes of files: a copy, whatever happens to the file."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import pytest

import sddisplaylink as sd
from sddisplaylink.decoders.data import file as file_data
from sddisplaylink.decoders.data.file import FileData, open_input
from support.images import GifPicture, build_gif, sub_blocks

COMMENT = b"!\xfe" + sub_blocks(bytes(2_000_000))
LARGE = build_gif([GifPicture(fill=1), GifPicture(fill=2, before=COMMENT), GifPicture(fill=3)])

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")


@pytest.fixture
def large(tmp_path):
    path = tmp_path / "large.gif"
    path.write_bytes(LARGE)
    return path


@pytest.fixture
def nothing_fits_in_memory(monkeypatch):
    monkeypatch.setattr(file_data, "IN_MEMORY", 1 << 20)


@pytest.mark.parametrize("in_memory", [1 << 20, 1 << 30])
def test_a_path_is_copied(monkeypatch, large, tmp_path, in_memory):
    monkeypatch.setattr(file_data, "IN_MEMORY", in_memory)
    small = tmp_path / "small.gif"
    small.write_bytes(b"GIF89a")
    for path in (large, str(small), os.fsencode(small).decode()):
        data, name = open_input(path)
        assert (name, data.whole()) == (str(path), Path(path).read_bytes())
        assert data.startswith(b"PNG", b"GIF89a")
        data.close()


def test_a_file_that_is_too_large_is_refused_before_it_is_copied(monkeypatch, tmp_path):
    path = tmp_path / "sparse.gif"
    path.write_bytes(LARGE)
    os.truncate(path, 1 << 40)
    with pytest.raises(sd.ImageFormatError, match="too many"):
        sd.AnimatedImage.open(path)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused_before_it_is_read(device):
    with pytest.raises(sd.ImageFormatError, match="a device is no image"):
        sd.AnimatedImage.open(device)


def test_a_temporary_file_that_cannot_be_written_is_an_os_error(monkeypatch, large, nothing_fits_in_memory):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="No space"):
        sd.AnimatedImage.open(large)


@needs_proc
def test_what_has_no_size_is_read():
    data, _ = open_input("/proc/self/status")
    assert data.startswith(b"Name:")


def test_an_empty_file(tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    assert open_input(empty)[0].size == 0


def test_bytes_are_not_copied():
    assert open_input(LARGE)[0].whole() is LARGE


def test_buffers_and_files():
    for source in (bytearray(LARGE), memoryview(LARGE), io.BytesIO(LARGE)):
        assert open_input(source)[0].whole() == LARGE


@needs_proc
def test_no_file_stays_open(large, nothing_fits_in_memory):
    before = open_copies(large)
    image = sd.AnimatedImage.open(large)
    image.frame(2)
    assert str(large) not in Path("/proc/self/maps").read_text()
    image.close()
    assert open_copies(large) == before


def open_copies(path):
    """How often the file itself, or a file without a name, is open. Other threads open and close others meanwhile."""
    targets = [os.path.realpath(descriptor) for descriptor in Path("/proc/self/fd").iterdir()]
    return sum(target == str(path) or target.endswith("(deleted)") for target in targets)


@pytest.mark.parametrize("in_memory", [1 << 20, 1 << 30])
def test_a_file_that_is_rewritten_or_cut_off_changes_nothing(monkeypatch, large, in_memory):
    monkeypatch.setattr(file_data, "IN_MEMORY", in_memory)
    with sd.AnimatedImage.open(large) as image:
        image.frame(0)
        large.write_bytes(bytes(len(LARGE)))
        os.truncate(large, 10)
        assert bytes(image.frame(2).rgba) == bytes(sd.AnimatedImage.open(LARGE).frame(2).rgba)


def test_a_file_that_is_replaced_goes_on_as_it_was(large):
    with sd.AnimatedImage.open(large) as image:
        other = large.with_name("other")
        other.write_bytes(b"rubbish")
        other.replace(large)
        assert image.frame_count == 3


def test_closed_data_is_closed():
    data = FileData(LARGE)
    data.close()
    with pytest.raises(sd.LinkClosedError):
        data.check()
