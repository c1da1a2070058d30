"""Mistakes that the AppKit view made, or might make, each with the tests that must then fail."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """A text in a file of ``sddisplaylink/views/appkit`` that is replaced by another, and the tests that notice."""

    file: str
    old: str
    new: str
    tests: frozenset[str]


_DATA = "        data = CoreFoundation.CFDataCreate(None, buffer.data, buffer.nbytes)\n"
_PROVIDER = "Quartz.CGDataProviderCreateWithCFData(data)"
_FRESH = '        buffer = frame.buffer("BGRa", row_alignment=_ROW_ALIGNMENT)\n'
_SCRATCH = '        buffer = frame.buffer("BGRa", row_alignment=_ROW_ALIGNMENT, out=self._memory_for(frame))\n'
_POOL = "        with objc.autorelease_pool():\n"

_BUFFERS, _MEMORY = "test_buffers_go_with_the_frames", "test_memory_does_not_grow_with_the_frames"
_PYTHON, _POOLS = "test_a_picture_holds_no_memory_of_pythons", "test_nothing_autoreleased_is_left_in_the_run_loop"
_CALLS, _KEPT = "test_what_appkit_calls_is_in_pools", "test_a_view_is_not_kept_by_the_frames_that_it_has_shown"

MUTANTS = {
    "pixels by CGDataProviderCreateWithData": Mutant(
        "picture.py",
        f"{_SCRATCH}{_DATA}",
        f"{_FRESH}        provider = Quartz.CGDataProviderCreateWithData(None, buffer.data, buffer.nbytes, None)\n",
        frozenset({_BUFFERS, _MEMORY, _PYTHON}),
    ),
    "pixels by a buffer that is taken for CFData": Mutant(
        "picture.py",
        f"{_SCRATCH}{_DATA}",
        f"{_FRESH}        provider = Quartz.CGDataProviderCreateWithCFData(buffer.data)\n",
        frozenset({_PYTHON}),
    ),
    "callbacks without a pool": Mutant(
        "dispatcher.py",
        f"{_POOL}            return super().run_pending()",
        "        return super().run_pending()",
        frozenset({_POOLS, _KEPT}),
    ),
    "drawing without a pool": Mutant(
        "view.py",
        f"{_POOL}            layer = self.layer()",
        "        if True:\n            layer = self.layer()",
        frozenset({_CALLS, _POOLS}),
    ),
    "looking without a pool": Mutant(
        "view.py", f"{_POOL}            window = self.window()", "        if True:\n            window = self.window()",
        frozenset({_CALLS}),
    ),
}  # fmt: skip


def mutated(mutant: Mutant, text: str) -> str:
    """The file with the replacement, which it must have a place for."""
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.file} has no single place for this mutant")
    changed = text.replace(mutant.old, mutant.new)
    return changed.replace(_PROVIDER, "provider") if " provider = " in mutant.new else changed
