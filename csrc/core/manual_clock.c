/* The manual clock: virtual time, for tests. Ticks are given on the thread that calls it. */
#include "core/source.h"

static int lock_manual(sddl_handle handle, sddl_source **out) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    *out = sddl_source_acquire(handle);
    if (!*out)
        return SDDL_E_HANDLE;
    if ((*out)->clock != SDDL_CLOCK_MANUAL) {
        sddl_source_release(*out);
        return SDDL_E_ARGUMENT;
    }
    sddl_source_lock(*out);
    return SDDL_OK;
}

static int unlock_manual(sddl_source *source) {
    sddl_source_unlock(source);
    sddl_source_release(source);
    return SDDL_OK;
}

int sddl_manual_tick(sddl_handle handle, int64_t timestamp, int64_t target, int64_t missed) {
    sddl_source *source;
    int status = lock_manual(handle, &source);
    if (status != SDDL_OK)
        return status;
    source->manual_now = timestamp;
    sddl_tick tick = {.timestamp = timestamp, .target = target, .period = source->period, .missed = missed};
    sddl_source_run_tick(source, &tick);
    return unlock_manual(source);
}

int sddl_manual_set_time(sddl_handle handle, int64_t now) {
    sddl_source *source;
    int status = lock_manual(handle, &source);
    if (status != SDDL_OK)
        return status;
    source->manual_now = now;
    return unlock_manual(source);
}
