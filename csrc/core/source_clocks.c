/* Calls the clocks of a source on the control thread: the display's own, and the timer that ticks in its place.
 *
 * Every function is called with the source locked and unlocks it around calls of a clock. */
#include "core/source.h"

#define STOP_TIMEOUT (2 * SDDL_SECOND) /* a stop that takes longer is abandoned */

static int start_clock(sddl_source *source, const sddl_clock_ops *ops, double rate, void **clock, uint32_t *key) {
    uint32_t display = source->display;
    if (!*clock)
        *key = ++source->keys_used ? source->keys_used : ++source->keys_used; /* 0 is no key */
    uintptr_t context = sddl_source_context(source, *key);
    sddl_source_unlock(source);
    int status = *clock ? SDDL_OK : ops->create(display, rate, sddl_source_tick, context, clock);
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

void sddl_native_destroy(sddl_source *source) {
    destroy_clock(source, source->ops, &source->native);
}

void sddl_native_stop(sddl_source *source, bool then_destroy) {
    source->stopping = source->ops->is_display ? sddl_stop_async(source->ops, source->native) : NULL;
    source->stopping_since = sddl_now();
    source->then_destroy = then_destroy;
    source->native_key = then_destroy ? 0 : source->native_key;
    if (source->stopping) {
        source->native = NULL;
        return;
    }
    stop_clock(source, source->ops, source->native);
    source->stopped_at = sddl_now();
    if (then_destroy)
        destroy_clock(source, source->ops, &source->native);
}

int64_t sddl_native_finish_stop(sddl_source *source) {
    if (!source->stopping)
        return INT64_MAX;
    int64_t now = sddl_now(), limit = source->stopping_since + STOP_TIMEOUT;
    if (sddl_async_stop_finished(source->stopping, &source->native)) {
        source->stopping = NULL;
        source->stopped_at = now;
        if (source->then_destroy)
            destroy_clock(source, source->ops, &source->native);
        return INT64_MAX;
    }
    if (now >= limit && sddl_async_stop_abandon(source->stopping)) {
        source->stopping = NULL;
        source->native_key = 0; /* further ticks from this clock are ignored */
        sddl_control_count_abandoned();
        return INT64_MAX;
    }
    return limit;
}

bool sddl_native_start(sddl_source *source) {
    source->native_ticked = false;
    sddl_source_reset_demand(source);
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

void sddl_native_wake(sddl_source *source) {
    int64_t requested = source->requested;
    source->must_wake_clock = false;
    sddl_source_unlock(source);
    source->ops->wake(source->native, requested);
    sddl_source_lock(source);
}

double sddl_native_listed_rate(sddl_source *source) {
    sddl_display listed[32];
    sddl_source_unlock(source);
    int count = source->ops->displays(listed, 32);
    sddl_source_lock(source);
    for (int index = 0; index < count && index < 32; index++)
        if (listed[index].id == source->display || (source->display == 0 && listed[index].is_main))
            return listed[index].refresh_rate;
    return 0;
}

/* ---- a timer in the display's place ---- */

void sddl_fallback_start(sddl_source *source) {
    source->state = SDDL_SOURCE_SYNTHETIC;
    source->native_ticked = false;
    sddl_control_count_stall();
    double rate = 1e9 / (double)source->period;
    if (start_clock(source, &sddl_clock_timer_synthetic, rate, &source->fallback, &source->fallback_key) != SDDL_OK &&
        source->fallback)
        destroy_clock(source, &sddl_clock_timer_synthetic,
                      &source->fallback); /* no ticks, then, until the next retry */
}

void sddl_fallback_stop(sddl_source *source) {
    if (!source->fallback)
        return;
    stop_clock(source, &sddl_clock_timer_synthetic, source->fallback);
    destroy_clock(source, &sddl_clock_timer_synthetic, &source->fallback);
}
