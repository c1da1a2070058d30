/* The control thread: takes a step for all sources whenever something has changed or a step has asked for it. It lives while
 * there is something to control. */
#include "core/source.h"

static sddl_monitor monitor;
/* guarded by the monitor */
static bool poked, running, stopping;
static bool ending; /* the thread would end, but for its users */
static int users;
static atomic_llong stalls, abandoned;
static sddl_control_step step; /* never changes once calls may proceed */

static void *run(void *unused) {
    (void)unused;
    sddl_monitor_lock(&monitor);
    for (;;) {
        bool exiting = stopping, is_idle;
        poked = false;
        sddl_monitor_unlock(&monitor);
        int64_t soonest = step(exiting, &is_idle);
        sddl_monitor_lock(&monitor);
        if (poked || soonest == 0)
            continue;
        ending = is_idle && soonest == INT64_MAX;
        if (ending && users == 0)
            break;
        sddl_monitor_wait_until(&monitor, soonest);
    }
    ending = false;
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

int sddl_control_init(sddl_control_step each) {
    step = each;
    return sddl_monitor_init(&monitor, SDDL_RANK_CONTROL);
}

void sddl_control_poke(void) {
    sddl_monitor_lock(&monitor);
    poked = true;
    ensure_running();
    sddl_monitor_notify(&monitor);
    sddl_monitor_unlock(&monitor);
}

int sddl_control_acquire(void) {
    sddl_monitor_lock(&monitor);
    int status = ensure_running();
    users += status == SDDL_OK;
    sddl_monitor_unlock(&monitor);
    return status;
}

void sddl_control_release(void) {
    sddl_monitor_lock(&monitor);
    if (--users == 0 && ending)
        sddl_monitor_notify(&monitor);
    sddl_monitor_unlock(&monitor);
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
