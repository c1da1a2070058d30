/* One source as the control thread sees it: which step brings it nearer to what its clients want, and when to look again.
 *
 * Every function is called with the source locked and unlocks it around calls of its clock. */
#include "source.h"

#define LINGER (500 * SDDL_MILLISECOND)         /* a clock stops so long after its last client went, */
enum { LINGER_TICKS = 20, SILENT_TICKS = 10 };  /* or after so many ticks if that is sooner */
#define SILENCE SDDL_SECOND                     /* a display's clock that says nothing for so long (or 10 ticks) is dead */
#define RESTART_AFTER (20 * SDDL_MILLISECOND)   /* CVDisplayLinkStart can fail right after a stop */
#define STOP_PATIENCE (100 * SDDL_MILLISECOND)  /* a stop that takes longer is bridged by a timer, */
#define STOP_LIMIT (2 * SDDL_SECOND)            /* and given up after so long */
#define RETRY_FIRST (100 * SDDL_MILLISECOND)
#define RETRY_LAST SDDL_SECOND
static const int64_t RECHECKS[] = {SDDL_SECOND, 5 * SDDL_SECOND}; /* after waking, displays report 60 Hz for a while */

static int64_t sooner(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* ---- calls of clocks ---- */

static int start_clock(sddl_source *source, const sddl_clock_ops *ops, double rate, void **clock, uint32_t *key) {
    uint32_t display = source->display;
    if (!*clock)
        *key = ++source->keys_used ? source->keys_used : ++source->keys_used; /* 0 is no key */
    uintptr_t context = sddl_source_context(source, *key);
    sddl_source_unlock(source);
    int status = *clock ? SDDL_OK : ops->create(display, rate, context, clock);
    if (status == SDDL_OK)
        status = ops->start(*clock);
    sddl_source_lock(source);
    return status;
}

static void stop_clock(sddl_source *source, const sddl_clock_ops *ops, void *clock) {
    sddl_source_unlock(source);
    ops->stop(clock);
    sddl_source_lock(source);
}

static void destroy_clock(sddl_source *source, const sddl_clock_ops *ops, void **clock) {
    void *gone = *clock;
    *clock = NULL;
    sddl_source_unlock(source);
    ops->destroy(gone);
    sddl_source_lock(source);
}

/* Ends `native`; a display's may take its time over it, see settle_leaving(). */
static void retire_native(sddl_source *source, bool for_good) {
    source->leaving = source->ops->is_display ? sddl_retire(source->ops, source->native) : NULL;
    source->leaving_since = sddl_now();
    source->leaves_for_good = for_good;
    source->native_key = for_good ? 0 : source->native_key;
    if (source->leaving) {
        source->native = NULL;
        return;
    }
    stop_clock(source, source->ops, source->native);
    source->stopped_at = sddl_now();
    if (for_good)
        destroy_clock(source, source->ops, &source->native);
}

/* When a clock that is stopping has to be looked at again; INT64_MAX if none is. */
static int64_t settle_leaving(sddl_source *source) {
    if (!source->leaving)
        return INT64_MAX;
    int64_t now = sddl_now(), limit = source->leaving_since + STOP_LIMIT;
    if (sddl_retired(source->leaving, &source->native)) {
        source->leaving = NULL;
        source->stopped_at = now;
        if (source->leaves_for_good)
            destroy_clock(source, source->ops, &source->native);
        return INT64_MAX;
    }
    if (now >= limit && sddl_retire_abandon(source->leaving)) {
        source->leaving = NULL;
        source->native_key = 0; /* its ticks, should there be more, are nobody's */
        sddl_control_count_abandoned();
        return INT64_MAX;
    }
    return limit;
}

/* ---- a timer in the display's place ---- */

static void start_stand_in(sddl_source *source) {
    source->state = SDDL_SOURCE_SYNTHETIC;
    source->heard = false;
    sddl_control_count_stall();
    double rate = 1e9 / (double)source->period;
    if (start_clock(source, &sddl_clock_timer_synthetic, rate, &source->stand_in, &source->stand_in_key) != SDDL_OK &&
        source->stand_in)
        destroy_clock(source, &sddl_clock_timer_synthetic, &source->stand_in); /* no ticks, then, until the next retry */
}

static void stop_stand_in(sddl_source *source) {
    if (!source->stand_in)
        return;
    stop_clock(source, &sddl_clock_timer_synthetic, source->stand_in);
    destroy_clock(source, &sddl_clock_timer_synthetic, &source->stand_in);
}

static void try_again_later(sddl_source *source) {
    source->retry_delay = source->retry_delay ? sooner(2 * source->retry_delay, RETRY_LAST) : RETRY_FIRST;
    source->retry_at = sddl_now() + source->retry_delay;
}

/* ---- starting, watching, stopping ---- */

static bool start_native(sddl_source *source) {
    source->heard = false;
    int status = start_clock(source, source->ops, source->refresh_rate, &source->native, &source->native_key);
    if (status == SDDL_OK) {
        source->period = source->ops->period(source->native);
        source->started_at = sddl_now();
        return true;
    }
    if (source->native)
        destroy_clock(source, source->ops, &source->native);
    return false;
}

/* When a running clock counts as dead unless it ticks before. */
static int64_t silent_at(const sddl_source *source) {
    int64_t last = source->heard ? later(source->heard_at, source->started_at) : source->started_at;
    return last + later(SILENCE, SILENT_TICKS * source->period);
}

static int64_t linger_until(const sddl_source *source) {
    return source->idle_since + sooner(LINGER, LINGER_TICKS * source->period);
}

static int64_t advance_idle(sddl_source *source, bool exiting) {
    if (source->active && !exiting) {
        if (sddl_now() < source->stopped_at + RESTART_AFTER && source->ops->is_display)
            return source->stopped_at + RESTART_AFTER;
        source->state = SDDL_SOURCE_STARTING;
        if (start_native(source)) {
            source->state = SDDL_SOURCE_RUNNING;
        } else {
            start_stand_in(source);
            try_again_later(source);
        }
        return 0;
    }
    if (source->users && !exiting)
        return INT64_MAX;
    int64_t ready = source->native ? source->started_at + source->ops->grace : 0;
    if (sddl_now() < ready)
        return exiting ? INT64_MAX : ready; /* at exit, leaving it is safer than freeing it under its thread */
    if (source->native)
        destroy_clock(source, source->ops, &source->native);
    if (!source->users)
        sddl_source_vacate(source);
    return INT64_MAX;
}

/* The rate that the display has, as its clock's own list tells; 0 if it is not on it. */
static double listed_rate(sddl_source *source) {
    sddl_display listed[32];
    sddl_source_unlock(source);
    int count = source->ops->displays(listed, 32);
    sddl_source_lock(source);
    for (int index = 0; index < count && index < 32; index++)
        if (listed[index].id == source->display || (source->display == 0 && listed[index].is_main))
            return listed[index].refresh_rate;
    return 0;
}

/* Whether a clock that has come back still ticks at a rate that its display no longer has. When to ask again is in `next`. */
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
        double rate = listed_rate(source), measured = 1e9 / (double)source->period;
        if (rate > 1.05 * measured || (rate > 0 && rate < 0.95 * measured))
            return true;
    }
    return false;
}

static int64_t advance_running(sddl_source *source) {
    int64_t silent = silent_at(source), recheck;
    source->state = SDDL_SOURCE_RUNNING;
    if (!source->ops->is_display)
        return INT64_MAX;
    source->doubted = is_outdated(source, &recheck);
    if (sddl_now() < silent && !source->doubted)
        return sooner(silent, recheck);
    start_stand_in(source);
    retire_native(source, true);
    source->retry_delay = 0;
    try_again_later(source);
    return 0;
}

static int64_t advance_synthetic(sddl_source *source) {
    int64_t now = sddl_now();
    if (source->leaving)
        return INT64_MAX; /* settle_leaving() knows when */
    if (source->native && source->heard) {
        source->state = SDDL_SOURCE_RUNNING;
        /* made again for its rate, and still of that rate: then the display's list is wrong, or the display is throttled */
        source->recovered_at = source->rechecked_at = source->doubted ? 0 : now;
        source->retry_delay = 0;
        stop_stand_in(source);
        return 0;
    }
    if (source->native && now < silent_at(source))
        return silent_at(source);
    if (source->native) {
        retire_native(source, true);
        try_again_later(source);
    } else if (now >= source->retry_at && !start_native(source)) {
        try_again_later(source);
    }
    return source->native ? silent_at(source) : source->retry_at;
}

static int64_t advance_stopping(sddl_source *source, bool wanted) {
    if (!source->leaving) {
        source->state = SDDL_SOURCE_IDLE;
        return 0;
    }
    int64_t bridge = source->leaving_since + STOP_PATIENCE;
    if (!wanted || sddl_now() < bridge)
        return wanted ? bridge : INT64_MAX;
    start_stand_in(source);
    source->leaves_for_good = true;
    source->native_key = 0;
    source->retry_at = 0;
    return 0;
}

static void stop_source(sddl_source *source) {
    source->state = SDDL_SOURCE_STOPPING;
    source->recovered_at = source->retry_delay = 0;
    if (source->native)
        retire_native(source, false);
    stop_stand_in(source);
}

int64_t sddl_supervise(sddl_source *source, bool exiting) {
    bool wanted = source->active && !exiting;
    int64_t leaving = settle_leaving(source);
    switch (source->state) {
    case SDDL_SOURCE_EMPTY:
        return leaving;
    case SDDL_SOURCE_IDLE:
        return sooner(leaving, advance_idle(source, exiting));
    case SDDL_SOURCE_STOPPING:
        return sooner(leaving, advance_stopping(source, wanted));
    default:
        break;
    }
    if (!wanted) {
        bool synthetic = source->state == SDDL_SOURCE_SYNTHETIC;
        source->state = synthetic ? SDDL_SOURCE_SYNTHETIC : SDDL_SOURCE_LINGER;
        if (!exiting && sddl_now() < linger_until(source))
            return sooner(leaving, linger_until(source));
        stop_source(source);
        return 0;
    }
    bool synthetic = source->state == SDDL_SOURCE_SYNTHETIC;
    return sooner(leaving, synthetic ? advance_synthetic(source) : advance_running(source));
}
