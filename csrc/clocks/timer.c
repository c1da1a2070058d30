/* The timer clock: absolute deadlines on the monotonic clock, so that lateness does not add up. The timer sleeps
 * through vsyncs at which no subscriber needs a tick; a timer in a display's place, which runs for a short while, ticks
 * at each. */
#include <math.h>
#include <stdlib.h>

#include "clocks/clock.h"
#include "platform/platform.h"

typedef struct timer {
    sddl_monitor monitor;
    pthread_t thread;
    sddl_on_tick on_tick;
    uintptr_t context; /* of on_tick */
    sddl_grid grid;
    bool synthetic;

    /* guarded by the monitor */
    bool stopping;
    int64_t requested;   /* the earliest target at which a subscriber needs a tick */
    int64_t last_target; /* of the last tick */
} timer;

static int is_available(void) {
    return 1;
}

/* A timer has no display; listing one saves every program a special case. */
static int list_displays(sddl_display *out, int capacity) {
    if (capacity > 0)
        out[0] = (sddl_display){.id = 0, .is_main = 1, .refresh_rate = 60};
    return 1;
}

static int make(double refresh_rate, sddl_on_tick on_tick, uintptr_t context, bool synthetic, void **out) {
    timer *self = calloc(1, sizeof *self);
    if (!self)
        return SDDL_E_MEMORY;
    sddl_monitor_init(&self->monitor, SDDL_RANK_TIMER);
    self->on_tick = on_tick;
    self->context = context;
    self->grid.period = 1e9 / refresh_rate;
    self->synthetic = synthetic;
    *out = self;
    return SDDL_OK;
}

static int create(uint32_t display, double refresh_rate, sddl_on_tick on_tick, uintptr_t context, void **out) {
    (void)display;
    return make(refresh_rate, on_tick, context, false, out);
}

static int create_synthetic(uint32_t display, double refresh_rate, sddl_on_tick on_tick, uintptr_t context,
                            void **out) {
    (void)display;
    return make(refresh_rate, on_tick, context, true, out);
}

/* The vsync after `count` at which there is a tick; INT64_MAX if no tick is requested. */
static int64_t next_requested(const timer *self, int64_t count) {
    if (self->requested == INT64_MAX)
        return INT64_MAX;
    int64_t requested =
        sddl_grid_first(&self->grid, self->requested) - 1; /* a vsync's target is the one that follows it */
    return requested > count ? requested : count + 1;
}

/* With the monitor locked: waits for the next tick, and sets `count` to its vsync. False if the timer is to stop. */
static bool wait_for_next(timer *self, int64_t *count) {
    int64_t former = *count;
    while (!self->stopping) {
        *count = next_requested(self, former);
        int64_t deadline = *count == INT64_MAX ? INT64_MAX : sddl_grid_vsync(&self->grid, *count);
        if (sddl_now() >= deadline)
            return true;
        sddl_monitor_wait_until(&self->monitor, deadline);
    }
    return false;
}

static void request(timer *self, int64_t target) {
    self->requested = target < self->requested ? target : self->requested;
}

/* With the monitor locked, which is unlocked around the call. */
static void tick(timer *self, int64_t count, int64_t missed) {
    sddl_tick made = {
        .timestamp = sddl_grid_vsync(&self->grid, count),
        .target = sddl_grid_vsync(&self->grid, count + 1),
        .period = llround(self->grid.period),
        .missed = missed,
        .synthetic = self->synthetic,
    };
    if (!self->synthetic)
        made.grid = self->grid;
    self->last_target = made.target;
    self->requested = INT64_MAX; /* so that a wake() meanwhile counts */
    sddl_monitor_unlock(&self->monitor);
    int64_t requested = self->on_tick(self->context, &made);
    sddl_monitor_lock(&self->monitor);
    request(self, requested);
}

static void *run(void *argument) {
    timer *self = argument;
    sddl_thread_wants_precision();
    sddl_monitor_lock(&self->monitor);
    self->grid.origin = sddl_now();
    for (int64_t count = -1; wait_for_next(self, &count);) {
        int64_t passed = sddl_grid_first(&self->grid, sddl_now() + 1) - 1;
        int64_t missed = passed > count ? passed - count : 0;
        count += missed;
        tick(self, count, missed);
    }
    sddl_monitor_unlock(&self->monitor);
    return NULL;
}

static int start(void *clock) {
    timer *self = clock;
    self->stopping = false;
    self->requested = self->last_target = 0;
    return sddl_thread_start(&self->thread, "sddl-timer", run, self);
}

static void stop(void *clock) {
    timer *self = clock;
    sddl_monitor_lock(&self->monitor);
    self->stopping = true;
    sddl_monitor_notify(&self->monitor);
    sddl_monitor_unlock(&self->monitor);
    pthread_join(self->thread, NULL);
}

static void wake(void *clock, int64_t target) {
    timer *self = clock;
    sddl_monitor_lock(&self->monitor);
    if (target > self->last_target) /* else a tick at that target has been given meanwhile */
        request(self, target);
    sddl_monitor_notify(&self->monitor);
    sddl_monitor_unlock(&self->monitor);
}

static void destroy(void *clock) {
    timer *self = clock;
    sddl_monitor_destroy(&self->monitor);
    free(self);
}

static int64_t period(void *clock) {
    return llround(((timer *)clock)->grid.period);
}

const sddl_clock_ops sddl_clock_timer = {
    .name = "timer",
    .available = is_available,
    .displays = list_displays,
    .create = create,
    .start = start,
    .stop = stop,
    .destroy = destroy,
    .period = period,
    .wake = wake,
};

const sddl_clock_ops sddl_clock_timer_synthetic = {
    .name = "timer",
    .available = is_available,
    .displays = list_displays,
    .create = create_synthetic,
    .start = start,
    .stop = stop,
    .destroy = destroy,
    .period = period,
};
