/* Display links: subscribers that post an event for every tick. */
#include <stdlib.h>

#include "core/core.h"

typedef struct sddl_link {
    sddl_subscriber subscriber;
} sddl_link;

static void destroy(sddl_object *object) {
    sddl_subscriber_fini((sddl_subscriber *)object);
    free(object);
}

static int64_t on_tick(sddl_subscriber *subscriber, const sddl_tick *tick, int64_t sequence) {
    sddl_event event = {
        .flags = SDDL_EVENT_TICK | (tick->synthetic ? SDDL_EVENT_SYNTHETIC : 0),
        .sequence = sequence,
        .timestamp = tick->timestamp,
        .target = tick->target,
        .period = tick->period,
        .missed = tick->missed,
    };
    sddl_subscriber_post(subscriber, &event);
    return 0;
}

int sddl_link_open(sddl_handle source, sddl_handle mailbox, sddl_handle *out) {
    sddl_link *link = calloc(1, sizeof *link);
    if (!link)
        return SDDL_E_MEMORY;
    link->subscriber.object.destroy = destroy;
    link->subscriber.tick = on_tick;
    int status = sddl_subscriber_init(&link->subscriber, SDDL_KIND_LINK, source, mailbox);
    if (status != SDDL_OK)
        free(link);
    else
        *out = link->subscriber.handle;
    return status;
}

/* The link, retained, or an error. */
static int enter(sddl_handle handle, sddl_subscriber **out) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    *out = sddl_handle_get(handle, SDDL_KIND_LINK);
    return *out ? SDDL_OK : SDDL_E_HANDLE;
}

/* With the source locked. */
static void set_running(sddl_subscriber *subscriber, bool running) {
    if (subscriber->active == running)
        return;
    sddl_subscriber_new_epoch(subscriber);
    sddl_subscriber_set_active(subscriber, running);
}

int sddl_link_start(sddl_handle handle) {
    sddl_subscriber *subscriber;
    int status = enter(handle, &subscriber);
    if (status != SDDL_OK)
        return status;
    status = sddl_source_lock_to_start(subscriber->source);
    if (status == SDDL_OK) {
        set_running(subscriber, true);
        sddl_source_unlock_to_start(subscriber->source);
    }
    sddl_object_release(subscriber);
    return status;
}

int sddl_link_stop(sddl_handle handle) {
    sddl_subscriber *subscriber;
    int status = enter(handle, &subscriber);
    if (status != SDDL_OK)
        return status;
    sddl_source_lock(subscriber->source);
    set_running(subscriber, false);
    sddl_source_unlock(subscriber->source);
    sddl_object_release(subscriber);
    return SDDL_OK;
}
