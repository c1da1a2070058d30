/* Whether calls may proceed: not before the library is initialised, after it is shut down, or in a forked child. */
#include <pthread.h>

#include "core/core.h"

enum { UNUSED, READY, EXITING, FORKED };

static atomic_int phase;

static void mark_forked(void) {
    atomic_store(&phase, FORKED); /* the only thing that is safe to do in a child of a process with threads */
}

bool sddl_phase_is_unused(void) {
    return atomic_load(&phase) == UNUSED;
}

int sddl_phase_begin(void) {
    if (pthread_atfork(NULL, NULL, mark_forked) != 0)
        return SDDL_E_SYSTEM;
    atomic_store(&phase, READY);
    return SDDL_OK;
}

bool sddl_phase_end(void) {
    int expected = READY;
    return atomic_compare_exchange_strong(&phase, &expected, EXITING);
}

int sddl_usable(void) {
    switch (atomic_load_explicit(&phase, memory_order_relaxed)) {
    case READY:
        return SDDL_OK;
    case FORKED:
        return SDDL_E_FORKED;
    default:
        return SDDL_E_SHUTDOWN;
    }
}

int sddl_queryable(void) {
    int status = sddl_usable();
    return status == SDDL_E_SHUTDOWN && sddl_exiting() ? SDDL_OK : status;
}

bool sddl_exiting(void) {
    return atomic_load(&phase) == EXITING;
}
