"""Sixty ticks of a display link, pulled and by callback: python display_link.py"""

import threading

import sddisplaylink as sd


def pull() -> None:
    """The simplest loop: each iteration is one refresh of the display."""
    link = sd.DisplayLink()
    for number, tick in enumerate(link, start=1):
        print(f"\rtick {tick.sequence}, next refresh in {tick.target_timestamp - tick.timestamp:.4f} s", end="")
        if number == 60:
            break
    print(f"\n{link.clock_name} clock at {link.refresh_rate:.2f} Hz")
    link.close()


def push() -> None:
    """A callback on the library's own thread; leaving the block stops the ticks."""
    done = threading.Event()
    ticks: list[sd.Tick] = []

    def on_tick(tick: sd.Tick) -> None:
        ticks.append(tick)
        if len(ticks) == 60:
            done.set()

    with sd.DisplayLink(on_tick):
        done.wait()
    missed = sum(tick.missed for tick in ticks)
    print(f"{len(ticks)} callbacks, {missed} ticks missed")


if __name__ == "__main__":
    pull()
    push()
