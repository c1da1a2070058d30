/* Monitors and threads over pthreads, the same on every POSIX system. */
#define _GNU_SOURCE /* sigset_t and pthread_sigmask under -std=c11 */
#include "platform.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_int running_threads;

void sddl_monitor_init(sddl_monitor *monitor) {
    pthread_mutex_init(&monitor->mutex, NULL);
    sddl_cond_init(&monitor->changed);
}

void sddl_monitor_destroy(sddl_monitor *monitor) {
    pthread_cond_destroy(&monitor->changed);
    pthread_mutex_destroy(&monitor->mutex);
}

void sddl_monitor_lock(sddl_monitor *monitor) {
    pthread_mutex_lock(&monitor->mutex);
}

void sddl_monitor_unlock(sddl_monitor *monitor) {
    pthread_mutex_unlock(&monitor->mutex);
}

void sddl_monitor_notify(sddl_monitor *monitor) {
    pthread_cond_broadcast(&monitor->changed);
}

bool sddl_monitor_wait_until(sddl_monitor *monitor, int64_t deadline) {
    if (deadline == INT64_MAX) {
        pthread_cond_wait(&monitor->changed, &monitor->mutex);
        return true;
    }
    return sddl_cond_wait_until(&monitor->changed, &monitor->mutex, deadline);
}

typedef struct launch {
    const char *name;
    void *(*run)(void *);
    void *argument;
} launch;

static void *trampoline(void *argument) {
    launch start = *(launch *)argument;
    free(argument);
    sddl_thread_set_name(start.name);
    void *result = start.run(start.argument);
    atomic_fetch_sub(&running_threads, 1);
    return result;
}

int sddl_thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument) {
    launch *start = malloc(sizeof *start);
    if (!start)
        return SDDL_E_MEMORY;
    *start = (launch){name, run, argument};
    /* a signal that landed on a native thread would not interrupt the main thread's blocking call */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    atomic_fetch_add(&running_threads, 1);
    int failed = pthread_create(thread, NULL, trampoline, start);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        atomic_fetch_sub(&running_threads, 1);
        free(start);
        return SDDL_E_SYSTEM;
    }
    return SDDL_OK;
}

int sddl_thread_count(void) {
    return atomic_load(&running_threads);
}
