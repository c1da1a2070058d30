/* Time and waiting where CLOCK_MONOTONIC can time a condition variable: Linux and the BSDs. */
#define _GNU_SOURCE
#include <pthread.h>
#include <time.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "platform/platform.h"

int64_t sddl_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SDDL_SECOND + now.tv_nsec;
}

void sddl_cond_init(pthread_cond_t *cond) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool sddl_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline) {
    struct timespec until = {(time_t)(deadline / SDDL_SECOND), (long)(deadline % SDDL_SECOND)};
    return deadline > 0 && pthread_cond_timedwait(cond, mutex, &until) == 0;
}

void sddl_thread_set_name(const char *name) {
#ifdef __linux__
    pthread_setname_np(pthread_self(), name);
#else
    (void)name;
#endif
}

void sddl_thread_wants_precision(void) {
#ifdef __linux__
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* the default lets a wake-up come 50 us late */
#endif
}
