/* The control thread: the only caller of the clocks' create, start, stop and destroy. It lives while there is something to
 * control, and holds no lock while it calls a clock. */
#include "source.h"

enum { LINGER_TICKS = 20 };
#define LINGER (500 * SDDL_MILLISECOND)
#define RETRY SDDL_SECOND

static sddl_monitor monitor;
static bool poked, running, stopping; /* guarded by the monitor */
static atomic_llong stalls;

/* ---- one source: each function is called with it locked, and unlocks it around calls of the clock ---- */

static int start_clock(sddl_source *source, const sddl_clock_ops *ops, void **clock) {
    uint32_t display = source->display;
    double rate = source->refresh_rate;
    uintptr_t context = sddl_source_context(source);
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

static void start_stand_in(sddl_source *source) {
    source->state = SDDL_SOURCE_SYNTHETIC;
    atomic_fetch_add(&stalls, 1);
    (void)start_clock(source, &sddl_clock_timer_synthetic, &source->stand_in); /* the retry finds it missing if this fails */
}

static void stop_stand_in(sddl_source *source) {
    if (!source->stand_in)
        return;
    stop_clock(source, &sddl_clock_timer_synthetic, source->stand_in);
    destroy_clock(source, &sddl_clock_timer_synthetic, &source->stand_in);
}

static void start_source(sddl_source *source) {
    if (source->state == SDDL_SOURCE_IDLE)
        source->state = SDDL_SOURCE_STARTING;
    if (start_clock(source, source->ops, &source->native) == SDDL_OK) {
        source->state = SDDL_SOURCE_RUNNING;
        source->started_at = sddl_now();
        stop_stand_in(source);
        return;
    }
    if (source->native)
        destroy_clock(source, source->ops, &source->native);
    if (!source->stand_in)
        start_stand_in(source);
    source->retry_at = sddl_now() + RETRY;
}

static void stop_source(sddl_source *source) {
    source->state = SDDL_SOURCE_STOPPING;
    if (source->native)
        stop_clock(source, source->ops, source->native);
    stop_stand_in(source);
    source->state = SDDL_SOURCE_IDLE;
}

/* A link that is stopped and started in quick succession would cost a thread each time, and displays' clocks have been seen to
 * fail on it. */
static int64_t linger_until(const sddl_source *source) {
    int64_t ticks = LINGER_TICKS * source->period;
    return source->idle_since + (ticks < LINGER ? ticks : LINGER);
}

static int64_t settle_idle(sddl_source *source, bool exiting) {
    if (source->users && !exiting)
        return INT64_MAX;
    int64_t ready = source->native ? source->started_at + source->ops->grace : 0;
    if (!exiting && sddl_now() < ready)
        return ready;
    if (exiting && sddl_now() < ready)
        return INT64_MAX; /* the process is about to end: leaving it is safer than freeing it under a thread */
    if (source->native)
        destroy_clock(source, source->ops, &source->native);
    if (!source->users)
        sddl_source_vacate(source);
    return INT64_MAX;
}

/* Brings the source one step nearer to what its clients want; when to look again. */
static int64_t advance(sddl_source *source, bool exiting) {
    bool wanted = source->active && !exiting;
    switch (source->state) {
    case SDDL_SOURCE_IDLE:
        if (!wanted)
            return settle_idle(source, exiting);
        start_source(source);
        return 0;
    case SDDL_SOURCE_RUNNING:
    case SDDL_SOURCE_LINGER:
    case SDDL_SOURCE_SYNTHETIC: {
        bool synthetic = source->state == SDDL_SOURCE_SYNTHETIC;
        if (!wanted && (exiting || sddl_now() >= linger_until(source))) {
            stop_source(source);
            return 0;
        }
        if (!synthetic)
            source->state = wanted ? SDDL_SOURCE_RUNNING : SDDL_SOURCE_LINGER;
        if (!wanted)
            return linger_until(source);
        if (!synthetic)
            return INT64_MAX;
        if (sddl_now() >= source->retry_at)
            start_source(source);
        return source->state == SDDL_SOURCE_SYNTHETIC ? source->retry_at : INT64_MAX;
    }
    default:
        return INT64_MAX;
    }
}

/* ---- the thread ---- */

static int64_t advance_all(bool exiting, bool *at_rest) {
    int64_t soonest = INT64_MAX;
    *at_rest = true;
    for (int index = 0; index < sddl_sources_end(); index++) {
        sddl_source *source = sddl_source_at(index);
        sddl_source_lock(source);
        if (source->clock != SDDL_CLOCK_MANUAL) {
            int64_t again = advance(source, exiting);
            soonest = again < soonest ? again : soonest;
            *at_rest &= source->state <= SDDL_SOURCE_IDLE;
        }
        sddl_source_unlock(source);
    }
    return soonest;
}

static void *run(void *unused) {
    (void)unused;
    sddl_monitor_lock(&monitor);
    for (;;) {
        bool exiting = stopping, at_rest;
        poked = false;
        sddl_monitor_unlock(&monitor);
        int64_t soonest = advance_all(exiting, &at_rest);
        sddl_monitor_lock(&monitor);
        if (poked || soonest == 0)
            continue;
        if (at_rest && soonest == INT64_MAX)
            break;
        sddl_monitor_wait_until(&monitor, soonest);
    }
    running = false;
    sddl_monitor_notify(&monitor);
    sddl_monitor_unlock(&monitor);
    return NULL;
}

/* With the monitor locked. */
static int ensure_running(void) {
    if (running)
        return SDDL_OK;
    pthread_t thread;
    int status = sddl_thread_start(&thread, "sddl-control", run, NULL);
    if (status == SDDL_OK) {
        running = true;
        pthread_detach(thread);
    }
    return status;
}

int sddl_control_init(void) {
    sddl_monitor_init(&monitor);
    return SDDL_OK;
}

int sddl_control_poke(void) {
    sddl_monitor_lock(&monitor);
    poked = true;
    int status = ensure_running();
    sddl_monitor_notify(&monitor);
    sddl_monitor_unlock(&monitor);
    return status;
}

bool sddl_control_stop(int64_t timeout) {
    int64_t deadline = sddl_now() + timeout;
    sddl_monitor_lock(&monitor);
    stopping = poked = true;
    sddl_monitor_notify(&monitor);
    while (running && sddl_monitor_wait_until(&monitor, deadline))
        continue;
    bool stopped = !running;
    sddl_monitor_unlock(&monitor);
    return stopped;
}

void sddl_control_count(sddl_stats *stats) {
    stats->stalls = atomic_load(&stalls);
}
