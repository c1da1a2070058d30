/* Locks and threads over pthreads, the same on every POSIX system. */
#define _GNU_SOURCE /* sigset_t and pthread_sigmask under -std=c11 */
#include "platform/platform.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_int running_threads;

/* ---- locks ---- */

#ifdef SDDL_CHECK_LOCKS
static _Thread_local unsigned held; /* a bit per rank */

static void note_locked(sddl_rank rank) {
    if (held >> rank) {
        fprintf(stderr, "sddisplaylink: a lock of rank %d was taken while one of a higher rank was held\n", (int)rank);
        abort();
    }
    held |= 1U << rank;
}

static void note_unlocked(sddl_rank rank) {
    held &= ~(1U << rank);
}

int sddl_locks_held(void) {
    return __builtin_popcount(held);
}
#else
#define note_locked(rank) ((void)0)
#define note_unlocked(rank) ((void)0)

int sddl_locks_held(void) {
    return 0;
}
#endif

int sddl_mutex_init(sddl_mutex *mutex, sddl_rank rank) {
    mutex->rank = rank;
    return pthread_mutex_init(&mutex->native, NULL) ? SDDL_E_SYSTEM : SDDL_OK;
}

void sddl_mutex_destroy(sddl_mutex *mutex) {
    pthread_mutex_destroy(&mutex->native);
}

void sddl_mutex_lock(sddl_mutex *mutex) {
    note_locked(mutex->rank);
    pthread_mutex_lock(&mutex->native);
}

void sddl_mutex_unlock(sddl_mutex *mutex) {
    pthread_mutex_unlock(&mutex->native);
    note_unlocked(mutex->rank);
}

int sddl_monitor_init(sddl_monitor *monitor, sddl_rank rank) {
    sddl_cond_init(&monitor->changed);
    return sddl_mutex_init(&monitor->mutex, rank);
}

void sddl_monitor_destroy(sddl_monitor *monitor) {
    pthread_cond_destroy(&monitor->changed);
    sddl_mutex_destroy(&monitor->mutex);
}

void sddl_monitor_lock(sddl_monitor *monitor) {
    sddl_mutex_lock(&monitor->mutex);
}

void sddl_monitor_unlock(sddl_monitor *monitor) {
    sddl_mutex_unlock(&monitor->mutex);
}

void sddl_monitor_notify(sddl_monitor *monitor) {
    pthread_cond_broadcast(&monitor->changed);
}

bool sddl_monitor_wait_until(sddl_monitor *monitor, int64_t deadline) {
    if (deadline == INT64_MAX) {
        pthread_cond_wait(&monitor->changed, &monitor->mutex.native);
        return true;
    }
    return sddl_cond_wait_until(&monitor->changed, &monitor->mutex.native, deadline);
}

/* ---- threads ---- */

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
