/* The control thread: the only caller of the clocks' create, start, stop and destroy. It lives while there is something to
 * control, and holds no lock while it calls a clock. */
#include "core/source.h"

static sddl_monitor monitor;
static bool poked, running, stopping; /* guarded by the monitor */
static atomic_llong stalls, abandoned;

static int64_t advance_all(bool exiting, bool *at_rest) {
    int64_t soonest = INT64_MAX;
    *at_rest = true;
    for (int index = 0; index < sddl_sources_end(); index++) {
        sddl_source *source = sddl_source_at(index);
        sddl_source_lock(source);
        if (source->clock != SDDL_CLOCK_MANUAL) {
            int64_t again = sddl_supervise(source, exiting);
            soonest = again < soonest ? again : soonest;
            *at_rest &= source->state <= SDDL_SOURCE_IDLE && !source->leaving;
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
    return sddl_monitor_init(&monitor, SDDL_RANK_CONTROL);
}

int sddl_control_poke(void) {
    sddl_monitor_lock(&monitor);
    poked = true;
    int status = ensure_running();
    sddl_monitor_notify(&monitor);
    sddl_monitor_unlock(&monitor);
    return status;
}

void sddl_control_wake(void) {
    sddl_monitor_lock(&monitor);
    poked = true;
    sddl_monitor_notify(&monitor);
    sddl_monitor_unlock(&monitor);
}

void sddl_control_count_stall(void) {
    atomic_fetch_add(&stalls, 1);
}

void sddl_control_count_abandoned(void) {
    atomic_fetch_add(&abandoned, 1);
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
    stats->abandoned = atomic_load(&abandoned);
}
