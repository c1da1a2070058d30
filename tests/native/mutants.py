"""What is taken out of the library, one thing at a time, and the test that must then fail."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """A text in a file that is replaced by another, and the test that notices: its file's name is test_<file>.py."""

    file: str
    old: str
    new: str
    test: str


CLOCK, CLOCKS, SUPERVISE = "csrc/clocks/corevideo.m", "csrc/core/source_clocks.c", "csrc/core/supervise.c"
POOL = "    @autoreleasepool {\n        (void)link,"
WITH_LOCK_HELD = """    int status = *clock ? SDDL_OK : ops->create(display, rate, sddl_source_tick, context, clock);
    if (status == SDDL_OK)
        status = ops->start(*clock);
"""
LIFECYCLE, DISPLAYS, TIME, LEAKS = "hazards_lifecycle", "hazards_displays", "hazards_time", "hazards_leaks"

MUTANTS = {
    # the clock
    "the callback's pool removed": Mutant(CLOCK, POOL, POOL.replace("@autoreleasepool ", ""), f"{LEAKS}::test_16"),
    "the stop removed": Mutant(CLOCK, "CVDisplayLinkStop(slot->link);", "", f"{LIFECYCLE}::test_03"),
    "a stopped link stopped again": Mutant(
        CLOCK, "if (((link_slot *)clock)->started)", "if (clock)", f"{LIFECYCLE}::test_12_a_link",
    ),
    "a link never released": Mutant(CLOCK, "    CVDisplayLinkRelease(slot->link);\n", "", f"{LIFECYCLE}::test_05"),
    "a slot never freed": Mutant(CLOCK, "atomic_store(&slot->in_use, false);", "", f"{LEAKS}::test_20"),
    "a callback's key not checked": Mutant(
        CLOCK, "if (atomic_load(&slot->key) != key)", "if (key == 0)",
        "corevideo_clock::test_a_callback_that_comes_after_the_release_is_dropped",
    ),
    "a half-made link taken": Mutant(
        CLOCK, "if (CVDisplayLinkGetCurrentCGDisplay(link) != kCGNullDirectDisplay)", "if (link)",
        f"{DISPLAYS}::test_22",
    ),
    "an indefinite period believed": Mutant(
        CLOCK, "period.flags & kCVTimeIsIndefinite ? 0 : ", "",
        "corevideo_clock::test_without_a_nominal_period_it_is_the_display_modes_and_then_60_hz",
    ),
    "no period turned down": Mutant(
        "csrc/clocks/vsync_grid.c", "seconds >= 0.001 && seconds <= 1.0", "seconds != 0", f"{TIME}::test_31",
    ),
    "released under its thread": Mutant(
        CLOCK, ".min_lifetime = 250 * SDDL_MILLISECOND", ".min_lifetime = 0", f"{LIFECYCLE}::test_08",
    ),
    "mach ticks multiplied first": Mutant(
        "csrc/platform/time_mach.c", "uint64_t whole = host_time / base.denom;",
        "return (int64_t)(host_time * base.numer / base.denom);\n    uint64_t whole = host_time / base.denom;",
        "time_mach::test_host_time_is_converted_exactly_and_never_overflows",
    ),
    # ticks
    "stamps not put in order": Mutant(
        "csrc/core/ticks.c", "if (source->ticks) {", "if (!source) {", f"{TIME}::test_32_stamps",
    ),
    "any stamp believed": Mutant(
        "csrc/core/ticks.c", "    correct_stamps(&corrected);\n", "", f"{TIME}::test_32_stamps",
    ),
    "ticks of an abandoned clock accepted": Mutant(
        "csrc/core/ticks.c", "if (key == (tick->synthetic ? source->fallback_key : source->native_key))", "if (key)",
        f"{LIFECYCLE}::test_12_a_stop_that_never_returns_holds_up",
    ),
    "what a slow reader missed not counted": Mutant(
        "csrc/core/mailbox.c", "unread->missed + (event->flags & SDDL_EVENT_TICK ? 1 : 0)", "unread->missed",
        f"{TIME}::test_34",
    ),
    "what a late timer missed not counted": Mutant(
        "csrc/clocks/timer.c", "passed > count ? passed - count : 0", "0", f"{DISPLAYS}::test_30_a_clock",
    ),
    "a timer that never sleeps": Mutant(
        "csrc/clocks/timer.c", "return requested > count ? requested : count + 1;", "return count + 1;",
        "sleeping_timer::test_a_slow_player",
    ),
    "a sleeping timer not woken": Mutant(
        SUPERVISE, "    if (source->must_wake_clock)\n        sddl_native_wake(source);\n", "",
        "sleeping_timer::test_a_sleeping_clock",
    ),
    "ticks that nobody requested counted as missed": Mutant(
        "csrc/clocks/timer.c", "            return true;\n", "            return (*count = former + 1) >= 0;\n",
        "sleeping_timer::test_refreshes",
    ),
    "a sleeping player not brought up to date": Mutant(
        "csrc/playback/wakeup.c", "    sddl_player_advance(player, present);\n    player->last_target = present;\n", "",
        "sleeping_timer::test_whatever",
    ),
    "the tick a player needs not requested after a command": Mutant(
        "csrc/playback/api.c",
        "        sddl_source_request_tick(source, sddl_player_next_wakeup(players[index]));\n", "",
        "sleeping_timer::test_a_sleeping_clock",
    ),
    "a wake-up that comes too late": Mutant(
        "csrc/playback/wakeup.c", "((double)distance - 0.5)", "((double)distance + 2e7)",
        "sleeping_timer::test_whatever",
    ),
    "the control thread poked for nothing": Mutant(
        "csrc/core/demand.c", " && sddl_grid_first(grid, sooner) < sddl_grid_first(grid, source->requested))", ")",
        "sleeping_timer::test_a_command_just_before",
    ),
    "pending events outlive a stop": Mutant(
        "csrc/core/link.c", "    sddl_subscriber_new_epoch(subscriber);\n", "", f"{TIME}::test_34",
    ),
    "old handles come back": Mutant(
        "csrc/core/handles.c", "entry->generation += entry->generation == UINT32_MAX ? 2 : 1;", "",
        f"{LIFECYCLE}::test_09",
    ),
    # the control thread
    "watchdog removed": Mutant(
        SUPERVISE, "int64_t silent = silent_at(source), recheck;", "int64_t silent = INT64_MAX, recheck;",
        f"{DISPLAYS}::test_24",
    ),
    "a silent clock not replaced": Mutant(
        SUPERVISE, "    sddl_native_stop(source, true);\n    source->retry_delay = 0;",
        "    source->retry_delay = 0;", f"{DISPLAYS}::test_23_a_link",
    ),
    "retry removed": Mutant(
        SUPERVISE, "source->retry_at = sddl_now() + source->retry_delay;", "source->retry_at = INT64_MAX;",
        f"{DISPLAYS}::test_21",
    ),
    "linger removed": Mutant(
        SUPERVISE, "if (!exiting && sddl_now() < linger_until(source))", "if (source->ops == NULL)",
        f"{LIFECYCLE}::test_07",
    ),
    "idle time not counted anew": Mutant(
        "csrc/core/source.c", "        source->idle_since = sddl_now();\n",
        "        source->idle_since = source->idle_since ? source->idle_since : sddl_now();\n",
        f"{DISPLAYS}::test_29_a_link",
    ),
    "a quick start not put off": Mutant(
        SUPERVISE, "#define RESTART_AFTER (20 * SDDL_MILLISECOND)", "#define RESTART_AFTER (0 * SDDL_MILLISECOND)",
        f"{LIFECYCLE}::test_11_a_start",
    ),
    "a hanging stop not bridged": Mutant(
        SUPERVISE, "#define FALLBACK_AFTER (100 *", "#define FALLBACK_AFTER (100000 *",
        f"{LIFECYCLE}::test_12_a_stop_that_never_returns_holds_up",
    ),
    "abandon removed": Mutant(
        CLOCKS, "limit = source->stopping_since + STOP_TIMEOUT;", "limit = INT64_MAX;",
        f"{LIFECYCLE}::test_12_a_stop_that_never_returns_holds_up",
    ),
    "a stop on the control thread itself": Mutant(
        CLOCKS, "source->ops->is_display ? sddl_stop_async(source->ops, source->native) : NULL", "NULL",
        f"{LIFECYCLE}::test_01",
    ),
    "no look at the rate after waking": Mutant(
        SUPERVISE, "if (rate > 1.05 * measured || (rate > 0 && rate < 0.95 * measured))",
        "if (rate < 0 && measured < 0)",
        f"{DISPLAYS}::test_27_a_rate",
    ),
    "a clock made again and again for its rate": Mutant(
        SUPERVISE, "source->remade_for_rate ? 0 : now;", "now;", f"{DISPLAYS}::test_27_a_display",
    ),
    "a framework called with a lock held": Mutant(
        CLOCKS, f"    sddl_source_unlock(source);\n{WITH_LOCK_HELD}    sddl_source_lock(source);\n", WITH_LOCK_HELD,
        "hazards_locks::test_13",
    ),
    # locks, signals, fork and others
    "locks taken in the wrong order": Mutant(
        "csrc/core/link.c", "    sddl_source_lock(subscriber->source);\n    set_running",
        "    sddl_source_lock(subscriber->source);\n    (void)sddl_handle_count(SDDL_KIND_LINK);\n    set_running",
        "hazards_locks::test_14",
    ),
    "signals let through": Mutant(
        "csrc/platform/thread_posix.c", "sigfillset(&all);", "sigemptyset(&all);", "hazards_python::test_42",
    ),
    "forks not noticed": Mutant(
        "csrc/core/phase.c", "pthread_atfork(NULL, NULL, mark_forked)",
        "pthread_atfork(NULL, NULL, mark_forked ? NULL : mark_forked)",
        "hazards_python::test_40",
    ),
}  # fmt: skip
