/* The timer clock: absolute deadlines on the monotonic clock, so that no lateness adds up. */
#include <math.h>
#include <stdlib.h>

#include "clock.h"
#include "platform.h"

typedef struct timer {
    sddl_monitor monitor;
    pthread_t thread;
    uintptr_t context;
    double period; /* ns: a whole number would drift */
    bool synthetic;
    bool stopping;
} timer;

static int is_available(void) {
    return 1;
}

/* A timer has no display; one that says so saves every program a special case. */
static int list_displays(sddl_display *out, int capacity) {
    if (capacity > 0)
        out[0] = (sddl_display){.id = 0, .is_main = 1, .refresh_rate = 60};
    return 1;
}

static int make(double refresh_rate, uintptr_t context, bool synthetic, void **out) {
    timer *self = calloc(1, sizeof *self);
    if (!self)
        return SDDL_E_MEMORY;
    sddl_monitor_init(&self->monitor, SDDL_RANK_TIMER);
    self->context = context;
    self->period = 1e9 / refresh_rate;
    self->synthetic = synthetic;
    *out = self;
    return SDDL_OK;
}

static int create(uint32_t display, double refresh_rate, uintptr_t context, void **out) {
    (void)display;
    return make(refresh_rate, context, false, out);
}

static int create_synthetic(uint32_t display, double refresh_rate, uintptr_t context, void **out) {
    (void)display;
    return make(refresh_rate, context, true, out);
}

/* The deadline of vsync `count`, computed anew each time from where the clock began. */
static int64_t vsync(const timer *self, int64_t origin, int64_t count) {
    return origin + llround((double)count * self->period);
}

/* With the monitor locked; false if it is time to stop. */
static bool wait_for(timer *self, int64_t deadline) {
    while (!self->stopping && sddl_now() < deadline)
        sddl_monitor_wait_until(&self->monitor, deadline);
    return !self->stopping;
}

static void *run(void *argument) {
    timer *self = argument;
    sddl_thread_wants_precision();
    sddl_monitor_lock(&self->monitor);
    int64_t origin = sddl_now();
    for (int64_t count = 0; wait_for(self, vsync(self, origin, count)); count++) {
        int64_t passed = (int64_t)((double)(sddl_now() - origin) / self->period);
        int64_t missed = passed > count ? passed - count : 0;
        count += missed;
        sddl_tick tick = {vsync(self, origin, count), vsync(self, origin, count + 1), llround(self->period), missed,
                          self->synthetic};
        sddl_monitor_unlock(&self->monitor);
        sddl_source_tick(self->context, &tick);
        sddl_monitor_lock(&self->monitor);
    }
    sddl_monitor_unlock(&self->monitor);
    return NULL;
}

static int start(void *clock) {
    timer *self = clock;
    self->stopping = false;
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

static void destroy(void *clock) {
    timer *self = clock;
    sddl_monitor_destroy(&self->monitor);
    free(self);
}

static int64_t period(void *clock) {
    return llround(((timer *)clock)->period);
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
