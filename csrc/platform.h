/* The few portable primitives. thread_posix.c serves every system; time_posix.c or time_mach.c the clock and the timed wait. */
#ifndef SDDL_PLATFORM_H
#define SDDL_PLATFORM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "sddisplaylink.h"

#define SDDL_SECOND INT64_C(1000000000)
#define SDDL_MILLISECOND INT64_C(1000000)

typedef struct sddl_monitor {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
} sddl_monitor;

void sddl_monitor_init(sddl_monitor *monitor);
void sddl_monitor_destroy(sddl_monitor *monitor);
void sddl_monitor_lock(sddl_monitor *monitor);
void sddl_monitor_unlock(sddl_monitor *monitor);
void sddl_monitor_notify(sddl_monitor *monitor);
/* Waits, lock held, until notified or `deadline` of sddl_now() (INT64_MAX: for ever); may wake early. False once it is past. */
bool sddl_monitor_wait_until(sddl_monitor *monitor, int64_t deadline);

/* A thread that blocks every signal and carries `name` (at most 15 characters). It is counted until `run` returns. */
int sddl_thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *argument);
int sddl_thread_count(void);

/* Supplied by time_*.c. */
void sddl_cond_init(pthread_cond_t *cond);
bool sddl_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline);
void sddl_thread_set_name(const char *name);
void sddl_thread_wants_precision(void); /* this thread's timed waits end on time, at the cost of some power */
int64_t sddl_host_time_to_ns(uint64_t host_time); /* ticks of the display's time stamps */

#endif
