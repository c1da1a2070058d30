/* Supervises one source on the control thread: starts, watches, replaces, retries and stops its clock, and decides when
 * to look again.
 *
 * Every function is called with the source locked and unlocks it around calls of its clocks (source_clocks.c). */
#include "core/source.h"

#define LINGER (500 * SDDL_MILLISECOND)        /* a clock stops so long after its last subscriber, */
enum { LINGER_TICKS = 20, SILENT_TICKS = 10 }; /* or after so many ticks if that is sooner */
#define SILENCE SDDL_SECOND /* a display's clock that does not tick for so long (or for 10 periods) is dead */
#define RESTART_AFTER (20 * SDDL_MILLISECOND)   /* CVDisplayLinkStart can fail right after a stop */
#define FALLBACK_AFTER (100 * SDDL_MILLISECOND) /* a stop that takes longer is bridged by a timer */
#define RETRY_FIRST (100 * SDDL_MILLISECOND)
#define RETRY_LAST SDDL_SECOND
static const int64_t RECHECKS[] = {SDDL_SECOND, 5 * SDDL_SECOND}; /* after waking, displays report 60 Hz for a while */

static void schedule_retry(sddl_source *source) {
    source->retry_delay = source->retry_delay ? sddl_min64(2 * source->retry_delay, RETRY_LAST) : RETRY_FIRST;
    source->retry_at = sddl_now() + source->retry_delay;
}

/* When a running clock counts as dead if it has not ticked by then. */
static int64_t silent_at(const sddl_source *source) {
    int64_t last =
        source->native_ticked ? sddl_max64(source->native_ticked_at, source->started_at) : source->started_at;
    return last + sddl_max64(SILENCE, SILENT_TICKS * source->period);
}

static int64_t linger_until(const sddl_source *source) {
    return source->idle_since + sddl_min64(LINGER, LINGER_TICKS * source->period);
}

static int64_t advance_idle(sddl_source *source, bool exiting) {
    if (source->active && !exiting) {
        if (sddl_now() < source->stopped_at + RESTART_AFTER && source->ops->is_display)
            return source->stopped_at + RESTART_AFTER;
        source->state = SDDL_SOURCE_STARTING;
        if (sddl_native_start(source)) {
            source->state = SDDL_SOURCE_RUNNING;
        } else {
            sddl_fallback_start(source);
            schedule_retry(source);
        }
        return 0;
    }
    if (source->users && !exiting)
        return INT64_MAX;
    int64_t ready = source->native ? source->started_at + source->ops->min_lifetime : 0;
    if (sddl_now() < ready)
        return exiting ? INT64_MAX : ready; /* at exit, leaking the clock is safer than freeing it under its thread */
    if (source->native)
        sddl_native_destroy(source);
    if (!source->users)
        sddl_source_reset_slot(source);
    return INT64_MAX;
}

/* Whether a clock that ticks again after a failure has a rate that its display no longer has. `next`: when to ask
 * again. */
static bool is_outdated(sddl_source *source, int64_t *next) {
    *next = INT64_MAX;
    for (size_t index = 0; source->recovered_at && index < sizeof RECHECKS / sizeof *RECHECKS; index++) {
        int64_t due = source->recovered_at + RECHECKS[index];
        if (due <= source->rechecked_at)
            continue;
        *next = due;
        if (sddl_now() < due)
            return false;
        source->rechecked_at = due;
        double rate = sddl_native_listed_rate(source), measured = 1e9 / (double)source->period;
        if (rate > 1.05 * measured || (rate > 0 && rate < 0.95 * measured))
            return true;
    }
    return false;
}

static int64_t advance_running(sddl_source *source) {
    int64_t silent = silent_at(source), recheck;
    source->state = SDDL_SOURCE_RUNNING;
    if (source->must_wake_clock)
        sddl_native_wake(source);
    if (!source->ops->is_display)
        return INT64_MAX;
    source->remade_for_rate = is_outdated(source, &recheck);
    if (sddl_now() < silent && !source->remade_for_rate)
        return sddl_min64(silent, recheck);
    sddl_fallback_start(source);
    sddl_native_stop(source, true);
    source->retry_delay = 0;
    schedule_retry(source);
    return 0;
}

static int64_t advance_synthetic(sddl_source *source) {
    int64_t now = sddl_now();
    if (source->stopping)
        return INT64_MAX; /* sddl_native_finish_stop() knows when */
    if (source->native && source->native_ticked) {
        source->state = SDDL_SOURCE_RUNNING;
        /* created anew because of its rate, and still at that rate: the list of displays is wrong, or the display is
         * throttled */
        source->recovered_at = source->rechecked_at = source->remade_for_rate ? 0 : now;
        source->retry_delay = 0;
        sddl_fallback_stop(source);
        return 0;
    }
    if (source->native && now < silent_at(source))
        return silent_at(source);
    if (source->native) {
        sddl_native_stop(source, true);
        schedule_retry(source);
    } else if (now >= source->retry_at && !sddl_native_start(source)) {
        schedule_retry(source);
    }
    return source->native ? silent_at(source) : source->retry_at;
}

static int64_t advance_stopping(sddl_source *source, bool has_subscribers) {
    if (!source->stopping) {
        source->state = SDDL_SOURCE_IDLE;
        return 0;
    }
    int64_t bridge = source->stopping_since + FALLBACK_AFTER;
    if (!has_subscribers || sddl_now() < bridge)
        return has_subscribers ? bridge : INT64_MAX;
    sddl_fallback_start(source);
    source->then_destroy = true;
    source->native_key = 0;
    source->retry_at = 0;
    return 0;
}

static void stop_source(sddl_source *source) {
    source->state = SDDL_SOURCE_STOPPING;
    source->recovered_at = source->retry_delay = 0;
    if (source->native)
        sddl_native_stop(source, false);
    sddl_fallback_stop(source);
}

/* Takes one step towards the state that its subscribers need. Returns when to look again: a time, 0 = at once,
 * INT64_MAX = once something changes. */
static int64_t supervise(sddl_source *source, bool exiting) {
    bool has_subscribers = source->active && !exiting;
    int64_t stop_due = sddl_native_finish_stop(source);
    switch (source->state) {
    case SDDL_SOURCE_EMPTY:
        return stop_due;
    case SDDL_SOURCE_IDLE:
        return sddl_min64(stop_due, advance_idle(source, exiting));
    case SDDL_SOURCE_STOPPING:
        return sddl_min64(stop_due, advance_stopping(source, has_subscribers));
    default:
        break;
    }
    if (!has_subscribers) {
        bool synthetic = source->state == SDDL_SOURCE_SYNTHETIC;
        source->state = synthetic ? SDDL_SOURCE_SYNTHETIC : SDDL_SOURCE_LINGER;
        if (!exiting && sddl_now() < linger_until(source))
            return sddl_min64(stop_due, linger_until(source));
        stop_source(source);
        return 0;
    }
    bool synthetic = source->state == SDDL_SOURCE_SYNTHETIC;
    return sddl_min64(stop_due, synthetic ? advance_synthetic(source) : advance_running(source));
}

int64_t sddl_supervise_all(bool exiting, bool *is_idle) {
    int64_t soonest = INT64_MAX;
    *is_idle = true;
    for (int index = 0; index < sddl_sources_end(); index++) {
        sddl_source *source = sddl_source_at(index);
        sddl_source_lock(source);
        if (source->clock != SDDL_CLOCK_MANUAL) {
            int64_t again = supervise(source, exiting);
            soonest = sddl_min64(soonest, again);
            *is_idle &= source->state <= SDDL_SOURCE_IDLE && !source->stopping;
        }
        sddl_source_unlock(source);
    }
    return soonest;
}
