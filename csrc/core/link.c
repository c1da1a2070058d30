/* Display links: clients that post an event for every tick. */
#include <stdlib.h>

#include "core/core.h"

typedef struct sddl_link {
    sddl_client client;
} sddl_link;

static void destroy(sddl_object *object) {
    sddl_client_fini((sddl_client *)object);
    free(object);
}

static int64_t on_tick(sddl_client *client, const sddl_tick *tick, int64_t sequence) {
    sddl_event event = {
        .flags = SDDL_EVENT_TICK | (tick->synthetic ? SDDL_EVENT_SYNTHETIC : 0),
        .sequence = sequence,
        .timestamp = tick->timestamp,
        .target = tick->target,
        .period = tick->period,
        .missed = tick->missed,
    };
    sddl_client_post(client, &event);
    return 0;
}

int sddl_link_open(sddl_handle source, sddl_handle mailbox, sddl_handle *out) {
    sddl_link *link = calloc(1, sizeof *link);
    if (!link)
        return SDDL_E_MEMORY;
    link->client.object.destroy = destroy;
    link->client.tick = on_tick;
    int status = sddl_client_init(&link->client, SDDL_KIND_LINK, source, mailbox);
    if (status != SDDL_OK)
        free(link);
    else
        *out = link->client.handle;
    return status;
}

/* The link, retained, or an error. */
static int enter(sddl_handle handle, sddl_client **out) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    *out = sddl_handle_get(handle, SDDL_KIND_LINK);
    return *out ? SDDL_OK : SDDL_E_HANDLE;
}

/* With the source locked. */
static void set_running(sddl_client *client, bool running) {
    if (client->active == running)
        return;
    sddl_client_new_epoch(client);
    sddl_client_set_active(client, running);
}

int sddl_link_start(sddl_handle handle) {
    sddl_client *client;
    int status = enter(handle, &client);
    if (status != SDDL_OK)
        return status;
    status = sddl_source_lock_to_start(client->source);
    if (status == SDDL_OK) {
        set_running(client, true);
        sddl_source_unlock_to_start(client->source);
    }
    sddl_object_release(client);
    return status;
}

int sddl_link_stop(sddl_handle handle) {
    sddl_client *client;
    int status = enter(handle, &client);
    if (status != SDDL_OK)
        return status;
    sddl_source_lock(client->source);
    set_running(client, false);
    sddl_source_unlock(client->source);
    sddl_object_release(client);
    return SDDL_OK;
}
