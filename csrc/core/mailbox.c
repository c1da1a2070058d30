/* Mailboxes: what clients have to say, at most one event each, handed in batches to one reader. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/core.h"

struct sddl_mailbox {
    sddl_object object;
    sddl_monitor monitor;
    sddl_client *first, *last; /* clients with something pending, oldest first */
    int pending;
    int waiting; /* readers inside sddl_mailbox_wait() */
    bool woken;
    bool closed;
    bool readable; /* a byte is in the pipe */
    int pipe[2];
};

static void destroy(sddl_object *object) {
    sddl_mailbox *mailbox = (sddl_mailbox *)object;
    if (mailbox->pipe[0] >= 0) {
        close(mailbox->pipe[0]);
        close(mailbox->pipe[1]);
    }
    sddl_monitor_destroy(&mailbox->monitor);
    free(mailbox);
}

/* With the mailbox locked: makes the descriptor's state follow the mailbox's. A full or empty pipe says EAGAIN, which is right. */
static void signal_descriptor(sddl_mailbox *mailbox) {
    bool wanted = mailbox->pending || mailbox->woken || mailbox->closed;
    if (mailbox->pipe[0] < 0 || wanted == mailbox->readable)
        return;
    char byte = 1;
    ssize_t done = wanted ? write(mailbox->pipe[1], &byte, 1) : read(mailbox->pipe[0], &byte, 1);
    if (done == 1)
        mailbox->readable = wanted;
}

/* With the mailbox locked: lets its reader see what has changed. */
static void announce(sddl_mailbox *mailbox) {
    signal_descriptor(mailbox);
    sddl_monitor_notify(&mailbox->monitor);
}

static void unlink_pending(sddl_mailbox *mailbox, sddl_client *client) {
    sddl_client *next = client->next_pending, *previous = client->previous_pending;
    *(next ? &next->previous_pending : &mailbox->last) = previous;
    *(previous ? &previous->next_pending : &mailbox->first) = next;
    client->next_pending = client->previous_pending = NULL;
    client->is_pending = false;
    mailbox->pending--;
}

static void link_pending(sddl_mailbox *mailbox, sddl_client *client) {
    client->next_pending = NULL;
    client->previous_pending = mailbox->last;
    *(mailbox->last ? &mailbox->last->next_pending : &mailbox->first) = client;
    mailbox->last = client;
    client->is_pending = true;
    mailbox->pending++;
}

/* What the reader has not seen of the waiting event is not lost, only added up. */
static void merge(sddl_event *event, const sddl_event *unread) {
    event->missed += unread->missed + (event->flags & SDDL_EVENT_TICK ? 1 : 0);
    event->advanced += unread->advanced;
    event->flags |= unread->flags & (SDDL_EVENT_FRAME | SDDL_EVENT_LOOP | SDDL_EVENT_FINISHED);
}

void sddl_mailbox_post(sddl_mailbox *mailbox, sddl_client *client, const sddl_event *event, bool quietly) {
    sddl_monitor_lock(&mailbox->monitor);
    if (!mailbox->closed) {
        sddl_event fresh = *event;
        if (client->is_pending)
            merge(&fresh, &client->pending);
        else
            link_pending(mailbox, client);
        fresh.serial = ++client->serial;
        client->pending = fresh;
        if (!quietly)
            announce(mailbox);
    }
    sddl_monitor_unlock(&mailbox->monitor);
}

void sddl_mailbox_announce(sddl_mailbox *mailbox) {
    sddl_monitor_lock(&mailbox->monitor);
    announce(mailbox);
    sddl_monitor_unlock(&mailbox->monitor);
}

bool sddl_mailbox_drop(sddl_mailbox *mailbox, sddl_client *client) {
    sddl_monitor_lock(&mailbox->monitor);
    bool dropped = client->is_pending;
    if (dropped) {
        unlink_pending(mailbox, client);
        announce(mailbox);
    }
    sddl_monitor_unlock(&mailbox->monitor);
    return dropped;
}

void sddl_mailbox_shut(void *object) {
    sddl_mailbox *mailbox = object;
    sddl_monitor_lock(&mailbox->monitor);
    mailbox->closed = true;
    while (mailbox->first)
        unlink_pending(mailbox, mailbox->first);
    announce(mailbox);
    sddl_monitor_unlock(&mailbox->monitor);
}

int sddl_mailbox_open(sddl_handle *out) {
    int status = sddl_usable();
    sddl_mailbox *mailbox = status == SDDL_OK ? calloc(1, sizeof *mailbox) : NULL;
    if (!mailbox)
        return status ? status : SDDL_E_MEMORY;
    mailbox->object = (sddl_object){1, SDDL_KIND_MAILBOX, destroy};
    mailbox->pipe[0] = mailbox->pipe[1] = -1;
    sddl_monitor_init(&mailbox->monitor, SDDL_RANK_MAILBOX);
    status = sddl_handle_new(&mailbox->object, out);
    if (status != SDDL_OK)
        destroy(&mailbox->object);
    return status;
}

int sddl_mailbox_close(sddl_handle handle) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    sddl_mailbox *mailbox = sddl_handle_take(handle, SDDL_KIND_MAILBOX);
    if (!mailbox)
        return SDDL_E_HANDLE;
    sddl_mailbox_shut(mailbox);
    sddl_object_release(mailbox);
    return SDDL_OK;
}

/* The open mailbox of that handle, locked and retained, or why not. */
static int enter(sddl_handle handle, sddl_mailbox **out) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    *out = sddl_handle_get(handle, SDDL_KIND_MAILBOX);
    if (!*out)
        return SDDL_E_HANDLE;
    sddl_monitor_lock(&(*out)->monitor);
    return SDDL_OK;
}

static int leave(sddl_mailbox *mailbox, int result) {
    sddl_monitor_unlock(&mailbox->monitor);
    sddl_object_release(mailbox);
    return result;
}

static int64_t deadline_after(int64_t timeout) {
    int64_t now = sddl_now();
    return timeout < 0 || timeout > INT64_MAX - 1 - now ? INT64_MAX : now + timeout;
}

static int take(sddl_mailbox *mailbox, sddl_event *out, int capacity) {
    int taken = 0;
    for (; taken < capacity && mailbox->first; taken++) {
        sddl_client *client = mailbox->first;
        out[taken] = client->pending;
        unlink_pending(mailbox, client);
    }
    mailbox->woken = false;
    signal_descriptor(mailbox);
    return taken;
}

int sddl_mailbox_wait(sddl_handle handle, sddl_event *out, int capacity, int64_t timeout) {
    sddl_mailbox *mailbox;
    int status = capacity < 0 ? SDDL_E_ARGUMENT : enter(handle, &mailbox);
    if (status != SDDL_OK)
        return status;
    int64_t deadline = timeout ? deadline_after(timeout) : 0;
    mailbox->waiting++;
    if (!mailbox->pending)
        sddl_monitor_notify(&mailbox->monitor); /* for sddl_mailbox_flush() */
    while (!mailbox->pending && !mailbox->woken && !mailbox->closed && timeout)
        if (!sddl_monitor_wait_until(&mailbox->monitor, deadline))
            break;
    mailbox->waiting--;
    if (mailbox->closed)
        return leave(mailbox, SDDL_E_CLOSED);
    return leave(mailbox, capacity ? take(mailbox, out, capacity) : mailbox->pending || mailbox->woken);
}

int sddl_mailbox_wake(sddl_handle handle) {
    sddl_mailbox *mailbox;
    int status = enter(handle, &mailbox);
    if (status != SDDL_OK)
        return status;
    mailbox->woken = true;
    signal_descriptor(mailbox);
    sddl_monitor_notify(&mailbox->monitor);
    return leave(mailbox, SDDL_OK);
}

static int make_pipe(int ends[2]) {
    if (pipe(ends) != 0)
        return SDDL_E_SYSTEM;
    for (int end = 0; end < 2; end++) {
        fcntl(ends[end], F_SETFD, FD_CLOEXEC);
        fcntl(ends[end], F_SETFL, O_NONBLOCK);
    }
    return SDDL_OK;
}

int sddl_mailbox_fd(sddl_handle handle) {
    sddl_mailbox *mailbox;
    int status = enter(handle, &mailbox);
    if (status != SDDL_OK)
        return status;
    if (mailbox->pipe[0] < 0) {
        int ends[2];
        status = make_pipe(ends);
        if (status != SDDL_OK)
            return leave(mailbox, status);
        mailbox->pipe[0] = ends[0];
        mailbox->pipe[1] = ends[1];
        signal_descriptor(mailbox);
    }
    return leave(mailbox, mailbox->pipe[0]);
}

int sddl_mailbox_pending(sddl_handle handle) {
    sddl_mailbox *mailbox;
    int status = enter(handle, &mailbox);
    return status == SDDL_OK ? leave(mailbox, mailbox->pending) : status;
}

int sddl_mailbox_flush(sddl_handle handle, int64_t timeout) {
    sddl_mailbox *mailbox;
    int status = enter(handle, &mailbox);
    if (status != SDDL_OK)
        return status;
    int64_t deadline = deadline_after(timeout);
    bool idle;
    while (!(idle = mailbox->closed || (!mailbox->pending && !mailbox->woken && mailbox->waiting)))
        if (!sddl_monitor_wait_until(&mailbox->monitor, deadline))
            break;
    return leave(mailbox, mailbox->closed ? SDDL_E_CLOSED : idle ? SDDL_OK : 1);
}
