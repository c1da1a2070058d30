/* The few portable primitives. thread_posix.c is for every system; time_posix.c or time_mach.c has the clock and the
 * timed wait. */
#ifndef SDDL_PLATFORM_H
#define SDDL_PLATFORM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "include/sddisplaylink.h"

#define SDDL_SECOND INT64_C(1000000000)
#define SDDL_MILLISECOND INT64_C(1000000)

/* Locks are taken in the order of their ranks, and none is held while a clock is called. Built with SDDL_CHECK_LOCKS, a thread
 * that breaks the first rule aborts; sddl_locks_held() lets a stand-in for the platform check the second. */
typedef enum sddl_rank {
    SDDL_RANK_REGISTRY = 1,
    SDDL_RANK_OPENING,
    SDDL_RANK_CONTROL,
    SDDL_RANK_SOURCE,
    SDDL_RANK_MAILBOX,
    SDDL_RANK_TIMER
} sddl_rank;

typedef struct sddl_mutex {
    pthread_mutex_t native;
    sddl_rank rank;
} sddl_mutex;

int sddl_mutex_init(sddl_mutex *mutex, sddl_rank rank);
void sddl_mutex_destroy(sddl_mutex *mutex);
void sddl_mutex_lock(sddl_mutex *mutex);
void sddl_mutex_unlock(sddl_mutex *mutex);
/* How many of this library's locks the calling thread holds; always 0 without SDDL_CHECK_LOCKS. */
int sddl_locks_held(void);

typedef struct sddl_monitor {
    sddl_mutex mutex;
    pthread_cond_t changed;
} sddl_monitor;

int sddl_monitor_init(sddl_monitor *monitor, sddl_rank rank);
void sddl_monitor_destroy(sddl_monitor *monitor);
void sddl_monitor_lock(sddl_monitor *monitor);
void sddl_monitor_unlock(sddl_monitor *monitor);
void sddl_monitor_notify(sddl_monitor *monitor);
/* Waits, lock held, until notified or `deadline` of sddl_now() (INT64_MAX: for ever); may wake early. False once it is past. */
bool sddl_monitor_wait_until(sddl_monitor *monitor, int64_t deadline);

/* Starts a thread that blocks every signal and has that `name` (at most 15 characters). The thread is counted until
 * `run` returns. */
int sddl_thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument);
int sddl_thread_count(void);

/* Supplied by time_*.c. */
void sddl_cond_init(pthread_cond_t *cond);
bool sddl_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline);
void sddl_thread_set_name(const char *name);
void sddl_thread_wants_precision(void);           /* this thread's timed waits end on time, at the cost of some power */
int64_t sddl_host_time_to_ns(uint64_t host_time); /* ticks of the display's time stamps */

#endif
