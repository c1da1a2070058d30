/* The library as a whole: begin, end, forked children, figures for bug reports. */
#include <pthread.h>

#include "core/source.h"

enum { UNUSED, READY, EXITING, FORKED };

static atomic_int phase;

static void mark_forked(void) {
    atomic_store(&phase, FORKED); /* the only thing that is safe to do in a child of a process with threads */
}

int sddl_init(void) {
    if (atomic_load(&phase) != UNUSED)
        return SDDL_OK;
    int status = sddl_handles_init();
    if (status == SDDL_OK)
        status = sddl_sources_init();
    if (status == SDDL_OK)
        status = sddl_control_init();
    if (status == SDDL_OK && pthread_atfork(NULL, NULL, mark_forked) != 0)
        status = SDDL_E_SYSTEM;
    if (status == SDDL_OK)
        atomic_store(&phase, READY);
    return status;
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

bool sddl_exiting(void) {
    return atomic_load(&phase) == EXITING;
}

int sddl_shutdown(int64_t timeout) {
    int expected = READY;
    if (!atomic_compare_exchange_strong(&phase, &expected, EXITING))
        return expected == FORKED ? SDDL_E_FORKED : SDDL_OK;
    sddl_handles_visit(SDDL_KIND_MAILBOX, sddl_mailbox_shut);
    return sddl_control_stop(timeout) ? SDDL_OK : SDDL_E_SYSTEM;
}

int sddl_get_stats(sddl_stats *out) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    *out = (sddl_stats){
        .links = sddl_handle_count(SDDL_KIND_LINK),
        .players = sddl_handle_count(SDDL_KIND_PLAYER),
        .mailboxes = sddl_handle_count(SDDL_KIND_MAILBOX),
        .native_threads = sddl_thread_count(),
    };
    sddl_sources_count(out);
    sddl_control_count(out);
    return SDDL_OK;
}
