"""One shared image for all users of a file."""

from __future__ import annotations

import gc
import io
import os
import threading
from pathlib import Path

import pytest

import sddisplaylink as sd
from sddisplaylink.images.shared import open_shared


@pytest.fixture
def path(tmp_path: Path, make_gif):
    path = tmp_path / "a.gif"
    path.write_bytes(make_gif([50, 50]))
    return path


def test_a_file_is_opened_once(path):
    image = open_shared(path)
    assert open_shared(str(path)) is image
    assert open_shared(os.path.relpath(path)) is image


def test_it_goes_with_the_last_who_shows_it(path):
    image = open_shared(path)
    image.frame(0)
    held = sd.diagnostics()["pool_bytes"]
    del image
    gc.collect()
    assert sd.diagnostics()["pool_bytes"] < held


def test_a_file_that_has_changed_is_another(path, make_gif):
    image = open_shared(path)
    path.write_bytes(make_gif([50, 50, 50]))
    assert open_shared(path).frame_count == 3
    assert image.frame_count == 2


def test_what_is_no_path_is_not_shared(path, make_gif):
    data = make_gif([50])
    assert open_shared(data) is not open_shared(data)
    assert open_shared(io.BytesIO(data)).frame_count == 1
    image = sd.AnimatedImage.open(path)
    assert open_shared(image) is image


def test_errors(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_shared(tmp_path / "missing.gif")
    (tmp_path / "text.gif").write_text("no image")
    with pytest.raises(sd.ImageFormatError):
        open_shared(tmp_path / "text.gif")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
def test_a_forked_child_opens_its_own(path):
    image = open_shared(path)
    child = os.fork()
    if child == 0:
        os._exit(0 if open_shared(path).frame(1).index == 1 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert open_shared(path) is image


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_file_that_does_not_come_holds_up_no_other(path, tmp_path, make_gif):
    os.mkfifo(tmp_path / "pipe")
    opened = []
    thread = threading.Thread(target=lambda: opened.append(open_shared(tmp_path / "pipe")))
    thread.start()
    with open(tmp_path / "pipe", "wb") as pipe:  # opened once the thread reads
        assert open_shared(path).frame_count == 2
        pipe.write(make_gif([50] * 3))
    thread.join()
    assert opened[0].frame_count == 3
