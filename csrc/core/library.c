/* Initialises and shuts down the library, and counts what it holds for bug reports. */
#include "core/source.h"

int sddl_init(void) {
    if (!sddl_phase_is_unused())
        return SDDL_OK;
    int status = sddl_handles_init();
    if (status == SDDL_OK)
        status = sddl_sources_init();
    if (status == SDDL_OK)
        status = sddl_control_init(sddl_supervise_all);
    return status == SDDL_OK ? sddl_phase_begin() : status;
}

int sddl_shutdown(int64_t timeout) {
    if (!sddl_phase_end())
        return sddl_usable() == SDDL_E_FORKED ? SDDL_E_FORKED : SDDL_OK;
    sddl_handles_for_each(SDDL_KIND_MAILBOX, sddl_mailbox_mark_closed);
    return sddl_control_stop(timeout) ? SDDL_OK : SDDL_E_SYSTEM;
}

int sddl_wake_all(void) {
    int status = sddl_usable();
    if (status == SDDL_OK)
        sddl_handles_for_each(SDDL_KIND_MAILBOX, sddl_mailbox_wake_reader);
    return status;
}

void sddl_release(const sddl_handle *owned) {
    if (sddl_subscriber_close(*owned) == SDDL_E_HANDLE && sddl_source_close(*owned) == SDDL_E_HANDLE)
        sddl_mailbox_close(*owned);
}

int sddl_get_stats(sddl_stats *out) {
    int status = sddl_queryable();
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
