/* Subscribers: the common part of links and players, which a source gives ticks to. */
#include "core/source.h"

int sddl_subscriber_init(sddl_subscriber *subscriber, sddl_kind kind, sddl_handle source, sddl_handle mailbox) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    subscriber->source = sddl_source_acquire(source);
    subscriber->mailbox = subscriber->source ? sddl_handle_get(mailbox, SDDL_KIND_MAILBOX) : NULL;
    subscriber->object.kind = kind;
    atomic_init(&subscriber->object.references, 1);
    if (subscriber->mailbox) {
        status = sddl_handle_new(&subscriber->object, &subscriber->handle);
        if (status == SDDL_OK)
            return SDDL_OK;
    }
    sddl_subscriber_fini(subscriber);
    return subscriber->mailbox ? status : SDDL_E_HANDLE;
}

void sddl_subscriber_fini(sddl_subscriber *subscriber) {
    if (subscriber->mailbox)
        sddl_object_release(subscriber->mailbox);
    if (subscriber->source)
        sddl_source_release(subscriber->source);
}

void sddl_subscriber_set_active(sddl_subscriber *subscriber, bool active) {
    if (subscriber->active == active || subscriber->closed)
        return;
    subscriber->active = active;
    sddl_source_set_active(subscriber->source, subscriber, active);
}

void sddl_subscriber_new_epoch(sddl_subscriber *subscriber) {
    subscriber->epoch++;
    sddl_mailbox_drop(subscriber->mailbox, subscriber);
}

void sddl_subscriber_post(sddl_subscriber *subscriber, const sddl_event *event) {
    if (subscriber->closed)
        return;
    sddl_event stamped = *event;
    stamped.subscriber = subscriber->handle;
    stamped.epoch = subscriber->epoch;
    sddl_mailbox_post(subscriber->mailbox, subscriber, &stamped,
                      sddl_source_defer_notify(subscriber->source, subscriber->mailbox));
}

int sddl_subscriber_is_current(sddl_handle handle, uint32_t epoch) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    sddl_subscriber *subscriber = sddl_handle_get(handle, 0);
    if (!subscriber)
        return 0;
    sddl_source_lock(subscriber->source);
    int current = !subscriber->closed && subscriber->epoch == epoch;
    sddl_source_unlock(subscriber->source);
    sddl_object_release(subscriber);
    return current;
}

int sddl_subscriber_set_mailbox(sddl_handle handle, sddl_handle mailbox) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    sddl_subscriber *subscriber = sddl_handle_get(handle, 0);
    sddl_mailbox *target = subscriber ? sddl_handle_get(mailbox, SDDL_KIND_MAILBOX) : NULL;
    if (!target) {
        if (subscriber)
            sddl_object_release(subscriber);
        return SDDL_E_HANDLE;
    }
    sddl_source_lock(subscriber->source);
    sddl_mailbox *former = subscriber->mailbox;
    if (target != former && sddl_mailbox_drop(former, subscriber)) {
        sddl_event unread = subscriber->pending;
        sddl_mailbox_post(target, subscriber, &unread, false);
    }
    subscriber->mailbox = target;
    sddl_source_unlock(subscriber->source);
    sddl_object_release(former);
    sddl_object_release(subscriber);
    return SDDL_OK;
}

int sddl_subscriber_close(sddl_handle handle) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    sddl_subscriber *subscriber = sddl_handle_remove(handle, 0);
    if (!subscriber)
        return SDDL_E_HANDLE;
    sddl_source *source = subscriber->source;
    sddl_source_lock(source);
    sddl_subscriber_set_active(subscriber, false);
    sddl_subscriber_new_epoch(subscriber);
    subscriber->closed = true;
    sddl_source_unlock(source);
    sddl_object_release(subscriber);
    return SDDL_OK;
}
