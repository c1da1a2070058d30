/* platform.h on Apple's systems: mach time, which is also what Python's time.monotonic() reads there. */
#include <errno.h>
#include <mach/mach_time.h>
#include <pthread.h>
#include <pthread/qos.h>

#include "include/sddisplaylink.h"
#include "platform/platform.h"

/* The longest single wait, far from where the kernel's own units could overflow: a wait may end early. */
#define LONGEST_WAIT (INT64_C(3600) * SDDL_SECOND)

int64_t sddl_host_time_to_ns(uint64_t host_time) {
    mach_timebase_info_data_t base;
    if (mach_timebase_info(&base) != 0 || !base.numer || !base.denom)
        base.numer = base.denom = 1;
    uint64_t whole = host_time / base.denom;
    uint64_t rest = host_time % base.denom * base.numer / base.denom;
    if (whole > ((uint64_t)INT64_MAX - rest) / base.numer)
        return INT64_MAX;
    return (int64_t)(whole * base.numer + rest);
}

int64_t sddl_now(void) {
    return sddl_host_time_to_ns(mach_absolute_time());
}

void sddl_cond_init(pthread_cond_t *cond) {
    pthread_cond_init(cond, NULL);
}

bool sddl_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline) {
    int64_t now = sddl_now();
    if (deadline <= now)
        return false;
    int64_t left = deadline - now < LONGEST_WAIT ? deadline - now : LONGEST_WAIT;
    struct timespec relative = {.tv_sec = (time_t)(left / SDDL_SECOND), .tv_nsec = (long)(left % SDDL_SECOND)};
    return pthread_cond_timedwait_relative_np(cond, mutex, &relative) != ETIMEDOUT || sddl_now() < deadline;
}

void sddl_thread_set_name(const char *name) {
    pthread_setname_np(name);
}

void sddl_thread_wants_precision(void) {
    pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0); /* other classes' timers are coalesced */
}
