"""Hazards 16 to 20 (docs/hazards.md) on the whole package; with real objects they are in test_leak_experiment.py."""

from __future__ import annotations

from pathlib import Path

from native_builds import check_in_virtual_time as check_program


def test_16_what_ten_thousand_callbacks_autorelease_does_not_add_up(package: Path) -> None:
    program = """
stand.set("objects_per_callback", 3)
link = sd.DisplayLink(clock="corevideo")
link.start()
most = 0
while stand.count("callbacks") < 10_000:
    advance(1)
    most = max(most, stand.count("objects"))
assert stand.count("objects_made") >= 30_000 and stand.count("objects_unpooled") == 0
assert most <= 3, f"{most} objects live"
assert stand.count("callback_pushes") == stand.count("callbacks")
"""
    check_program(package, program)


def test_20_no_thread_leaves_an_object_behind(package: Path) -> None:
    program = """
stand.set("objects_per_callback", 3)
stand.set("objects_per_call", 5)
for _ in range(300):  # each has a thread of its display's, one that stops it, and the control thread
    link = sd.DisplayLink(clock="corevideo")
    link.start()
    advance(0.1)
    assert is_native(link.wait(0))
    link.close()
    del link
    advance(1)
    assert sd.diagnostics()["native_threads"] == 0
assert stand.count("starts") == 300
assert (stand.count("objects"), stand.count("objects_unpooled")) == (0, 0)
assert stand.count("pushes") == stand.count("pops")
assert (stand.count("links"), stand.count("threads"), stand.count("modes")) == (0, 0, 0)
"""
    check_program(package, program)
