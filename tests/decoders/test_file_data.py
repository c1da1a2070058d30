"""The bytes of files: what is read, what is mapped, and what happens to a mapping."""

from __future__ import annotations

import io
import mmap
import os
from pathlib import Path

import pytest

import sddisplaylink as sd
from sddisplaylink.decoders.data import file as file_data
from sddisplaylink.decoders.data.file import FileData, open_source
from support.images import GifPicture, build_gif, sub_blocks

COMMENT = b"!\xfe" + sub_blocks(bytes(2_000_000))
LARGE = build_gif([GifPicture(fill=1), GifPicture(fill=2, before=COMMENT), GifPicture(fill=3)])

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")


@pytest.fixture
def large(tmp_path):
    path = tmp_path / "large.gif"
    path.write_bytes(LARGE)
    return path


def is_mapped(data):
    return isinstance(data._content, mmap.mmap)


def test_large_files_are_mapped_and_small_ones_read(large, tmp_path):
    small = tmp_path / "small.gif"
    small.write_bytes(b"GIF89a")
    for path, mapped in ((large, True), (str(small), False), (os.fsencode(small).decode(), False)):
        data, name = open_source(path)
        assert (is_mapped(data), name, data.whole()) == (mapped, str(path), Path(path).read_bytes())
        assert data.startswith(b"PNG", b"GIF89a")
        data.close()


def test_what_cannot_be_mapped_is_read(monkeypatch, large):
    class NoMap:
        """Stands for mmap where the file system has none."""

        ACCESS_READ = 0

        class mmap:  # noqa: N801
            def __init__(self, *_args, **_options):
                raise OSError("not here")

    monkeypatch.setattr(file_data, "mmap", NoMap)
    assert open_source(large)[0].whole() == LARGE


@needs_proc
def test_what_has_no_size_is_read():
    data, _ = open_source("/proc/self/status")
    assert data.startswith(b"Name:")
    assert not is_mapped(data)


def test_an_empty_file(tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    assert open_source(empty)[0].size == 0


def test_bytes_are_not_copied():
    assert open_source(LARGE)[0].whole() is LARGE


def test_buffers_and_files():
    for source in (bytearray(LARGE), memoryview(LARGE), io.BytesIO(LARGE)):
        assert open_source(source)[0].whole() == LARGE


@needs_proc
def test_no_file_stays_open_and_no_mapping(large):
    before = len(list(Path("/proc/self/fd").iterdir()))
    image = sd.AnimatedImage.open(large)
    image.frame(2)
    assert str(large) in Path("/proc/self/maps").read_text()
    image.close()
    assert str(large) not in Path("/proc/self/maps").read_text()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_that_is_cut_short_while_it_is_open_is_an_error(large):
    with sd.AnimatedImage.open(large) as image:
        image.frame(0)
        os.truncate(large, 4096)
        with pytest.raises(sd.ImageFormatError, match="cut short"):
            image.frame(2)


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
