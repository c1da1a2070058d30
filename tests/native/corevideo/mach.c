/* Mach time and what Darwin's pthreads have beside POSIX. */
#include "standin.h"

#include <errno.h>
#include <mach/mach_time.h>
#include <pthread.h>
#include <pthread/qos.h>
#include <time.h>

#define SECOND INT64_C(1000000000)

uint64_t standin_host_time(int64_t now) {
    double numer = standin_get(STANDIN_KNOB_timebase_numer), denom = standin_get(STANDIN_KNOB_timebase_denom);
    return numer == denom ? (uint64_t)now : (uint64_t)((__int128)now * (int64_t)denom / (int64_t)numer);
}

uint64_t mach_absolute_time(void) {
    return standin_host_time(standin_now());
}

/* Called within each callback, for its host times: the place at which the callback's objects are autoreleased. */
kern_return_t mach_timebase_info(mach_timebase_info_data_t *info) {
    info->numer = (uint32_t)standin_get(STANDIN_KNOB_timebase_numer);
    info->denom = (uint32_t)standin_get(STANDIN_KNOB_timebase_denom);
    standin_callback_objects();
    return 0;
}

int pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *relative) {
    if (relative->tv_sec < 0 || relative->tv_nsec < 0 || relative->tv_nsec >= SECOND)
        return EINVAL;
    standin_abort_unless(relative->tv_sec <= 24 * 3600, "a wait so long that a kernel's own units might overflow");
    return standin_cond_wait_until(cond, mutex, standin_now() + relative->tv_sec * SECOND + relative->tv_nsec);
}

int standin_pthread_setname(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}

int pthread_set_qos_class_self_np(qos_class_t qos_class, int relative_priority) {
    if (relative_priority > 0 || relative_priority < -15)
        return EINVAL;
    if (qos_class == QOS_CLASS_USER_INTERACTIVE)
        standin_add(STANDIN_precise_threads, 1);
    return 0;
}
