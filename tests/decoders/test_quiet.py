"""Pillow's warnings and logs kept quiet, and everything of the process as it was afterwards."""

from __future__ import annotations

import logging
import threading
import warnings

import pytest

from sddisplaylink.decoders.pillow.quiet import quietly


def warn_as_pillow():
    exec(compile("import warnings; warnings.warn('odd file')", "x", "exec"), {"__name__": "PIL.TiffImagePlugin"})


def test_warnings_of_pillow_are_neither_shown_nor_raised():
    with quietly():
        warn_as_pillow()
    with pytest.warns(UserWarning, match="odd file"):
        warn_as_pillow()


def test_warnings_of_others_are():
    with quietly(), pytest.raises(UserWarning):
        warnings.warn("theirs", stacklevel=1)


def test_nothing_is_left_behind():
    filters, handlers = list(warnings.filters), list(logging.getLogger("PIL").handlers)
    with quietly(), quietly():
        assert len(warnings.filters) == len(filters) + 2
    with pytest.raises(ZeroDivisionError), quietly():
        1 / 0  # noqa: B018
    assert (list(warnings.filters), logging.getLogger("PIL").handlers) == (filters, handlers)


def test_filters_that_the_program_sets_meanwhile_stay():
    with warnings.catch_warnings():
        with quietly():
            warnings.resetwarnings()
            warnings.simplefilter("error", BytesWarning)
        assert [entry[2] for entry in warnings.filters] == [BytesWarning]


def test_many_threads():
    filters = list(warnings.filters)
    begin = threading.Barrier(8)

    def work():
        begin.wait(10)
        for _ in range(500):
            with quietly():
                warn_as_pillow()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert list(warnings.filters) == filters
