/* Subscribers: the common part of links and players, which a source gives ticks to. */
#include "core/source.h"

int sddl_client_init(sddl_client *client, sddl_kind kind, sddl_handle source, sddl_handle mailbox) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    client->source = sddl_source_use(source);
    client->mailbox = client->source ? sddl_handle_get(mailbox, SDDL_KIND_MAILBOX) : NULL;
    client->object.kind = kind;
    atomic_init(&client->object.references, 1);
    if (client->mailbox) {
        status = sddl_handle_new(&client->object, &client->handle);
        if (status == SDDL_OK)
            return SDDL_OK;
    }
    sddl_client_fini(client);
    return client->mailbox ? status : SDDL_E_HANDLE;
}

void sddl_client_fini(sddl_client *client) {
    if (client->mailbox)
        sddl_object_release(client->mailbox);
    if (client->source)
        sddl_source_unuse(client->source);
}

void sddl_client_set_active(sddl_client *client, bool active) {
    if (client->active == active || client->closed)
        return;
    client->active = active;
    sddl_source_list(client->source, client, active);
}

void sddl_client_new_epoch(sddl_client *client) {
    client->epoch++;
    sddl_mailbox_drop(client->mailbox, client);
}

void sddl_client_post(sddl_client *client, const sddl_event *event) {
    if (client->closed)
        return;
    sddl_event stamped = *event;
    stamped.client = client->handle;
    stamped.epoch = client->epoch;
    sddl_mailbox_post(client->mailbox, client, &stamped, sddl_source_announces(client->source, client->mailbox));
}

int sddl_client_is_current(sddl_handle handle, uint32_t epoch) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    sddl_client *client = sddl_handle_get(handle, 0);
    if (!client)
        return 0;
    sddl_source_lock(client->source);
    int current = !client->closed && client->epoch == epoch;
    sddl_source_unlock(client->source);
    sddl_object_release(client);
    return current;
}

int sddl_client_set_mailbox(sddl_handle handle, sddl_handle mailbox) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    sddl_client *client = sddl_handle_get(handle, 0);
    sddl_mailbox *target = client ? sddl_handle_get(mailbox, SDDL_KIND_MAILBOX) : NULL;
    if (!target) {
        if (client)
            sddl_object_release(client);
        return SDDL_E_HANDLE;
    }
    sddl_source_lock(client->source);
    sddl_mailbox *former = client->mailbox;
    if (target != former && sddl_mailbox_drop(former, client)) {
        sddl_event unread = client->pending;
        sddl_mailbox_post(target, client, &unread, false);
    }
    client->mailbox = target;
    sddl_source_unlock(client->source);
    sddl_object_release(former);
    sddl_object_release(client);
    return SDDL_OK;
}

int sddl_client_close(sddl_handle handle) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    sddl_client *client = sddl_handle_take(handle, 0);
    if (!client)
        return SDDL_E_HANDLE;
    sddl_source *source = client->source;
    sddl_source_lock(source);
    sddl_client_set_active(client, false);
    sddl_client_new_epoch(client);
    client->closed = true;
    sddl_source_unlock(source);
    sddl_object_release(client);
    return SDDL_OK;
}
