/* Mailboxes: at most one pending event of each subscriber, read in batches by one reader. */
#define _GNU_SOURCE /* pipe2 under -std=c11 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/source.h"

/* A thread that waits until a source's events have been acted on. */
typedef struct flush {
    struct flush *next;
    const sddl_source *source;
    bool handling; /* the reader may have taken events of that source, and has not called again since */
} flush;

struct sddl_mailbox {
    sddl_object object;
    sddl_monitor monitor;
    sddl_subscriber *first, *last; /* subscribers with something pending, oldest first */
    int pending;
    int waiting; /* readers inside sddl_mailbox_wait() */
    bool woken;
    uint64_t wakes, wakes_taken,
        wakes_done; /* all; those that a reader has seen; of these, those whose reader has called again */
    flush *flushes;
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

/* With the mailbox locked: makes the descriptor readable if the mailbox has something to read, else not. EAGAIN of a
 * full or empty pipe is no error. */
static void signal_descriptor(sddl_mailbox *mailbox) {
    bool should_be_readable = mailbox->pending || mailbox->woken || mailbox->closed;
    if (mailbox->pipe[0] < 0 || should_be_readable == mailbox->readable)
        return;
    char byte = 1;
    ssize_t done = should_be_readable ? write(mailbox->pipe[1], &byte, 1) : read(mailbox->pipe[0], &byte, 1);
    if (done == 1)
        mailbox->readable = should_be_readable;
}

/* With the mailbox locked: wakes its reader. */
static void notify_reader(sddl_mailbox *mailbox) {
    signal_descriptor(mailbox);
    sddl_monitor_notify(&mailbox->monitor);
}

/* With the mailbox locked. */
static void wake(sddl_mailbox *mailbox) {
    mailbox->woken = true;
    mailbox->wakes++;
    notify_reader(mailbox);
}

static void unlink_pending(sddl_mailbox *mailbox, sddl_subscriber *subscriber) {
    sddl_subscriber *next = subscriber->next_pending, *previous = subscriber->previous_pending;
    *(next ? &next->previous_pending : &mailbox->last) = previous;
    *(previous ? &previous->next_pending : &mailbox->first) = next;
    subscriber->next_pending = subscriber->previous_pending = NULL;
    subscriber->is_pending = false;
    mailbox->pending--;
}

static void link_pending(sddl_mailbox *mailbox, sddl_subscriber *subscriber) {
    subscriber->next_pending = NULL;
    subscriber->previous_pending = mailbox->last;
    *(mailbox->last ? &mailbox->last->next_pending : &mailbox->first) = subscriber;
    mailbox->last = subscriber;
    subscriber->is_pending = true;
    mailbox->pending++;
}

/* Adds the counts and flags of the unread event to the one that replaces it. */
static void merge(sddl_event *event, const sddl_event *unread) {
    event->missed = sddl_add_counts(event->missed, unread->missed + (event->flags & SDDL_EVENT_TICK ? 1 : 0));
    event->advanced = sddl_add_counts(event->advanced, unread->advanced);
    event->flags |= unread->flags & (SDDL_EVENT_FRAME | SDDL_EVENT_LOOP | SDDL_EVENT_FINISHED);
}

void sddl_mailbox_post(sddl_mailbox *mailbox, sddl_subscriber *subscriber, const sddl_event *event, bool deferred) {
    sddl_monitor_lock(&mailbox->monitor);
    if (!mailbox->closed) {
        sddl_event fresh = *event;
        if (subscriber->is_pending)
            merge(&fresh, &subscriber->pending);
        else
            link_pending(mailbox, subscriber);
        fresh.serial = ++subscriber->serial;
        subscriber->pending = fresh;
        if (!deferred)
            notify_reader(mailbox);
    }
    sddl_monitor_unlock(&mailbox->monitor);
}

void sddl_mailbox_notify(sddl_mailbox *mailbox) {
    sddl_monitor_lock(&mailbox->monitor);
    notify_reader(mailbox);
    sddl_monitor_unlock(&mailbox->monitor);
}

bool sddl_mailbox_drop(sddl_mailbox *mailbox, sddl_subscriber *subscriber) {
    sddl_monitor_lock(&mailbox->monitor);
    bool dropped = subscriber->is_pending;
    if (dropped) {
        unlink_pending(mailbox, subscriber);
        notify_reader(mailbox);
    }
    sddl_monitor_unlock(&mailbox->monitor);
    return dropped;
}

void sddl_mailbox_mark_closed(void *object) {
    sddl_mailbox *mailbox = object;
    sddl_monitor_lock(&mailbox->monitor);
    mailbox->closed = true;
    while (mailbox->first)
        unlink_pending(mailbox, mailbox->first);
    notify_reader(mailbox);
    sddl_monitor_unlock(&mailbox->monitor);
}

void sddl_mailbox_wake_reader(void *object) {
    sddl_mailbox *mailbox = object;
    sddl_monitor_lock(&mailbox->monitor);
    wake(mailbox);
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
    sddl_mailbox *mailbox = sddl_handle_remove(handle, SDDL_KIND_MAILBOX);
    if (!mailbox)
        return SDDL_E_HANDLE;
    sddl_mailbox_mark_closed(mailbox);
    sddl_object_release(mailbox);
    return SDDL_OK;
}

/* The open mailbox of that handle, locked and retained, or an error. */
static int lock_mailbox(sddl_handle handle, sddl_mailbox **out) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    *out = sddl_handle_get(handle, SDDL_KIND_MAILBOX);
    if (!*out)
        return SDDL_E_HANDLE;
    sddl_monitor_lock(&(*out)->monitor);
    return SDDL_OK;
}

static int unlock_mailbox(sddl_mailbox *mailbox, int result) {
    sddl_monitor_unlock(&mailbox->monitor);
    sddl_object_release(mailbox);
    return result;
}

static int64_t deadline_after(int64_t timeout) {
    int64_t now = sddl_now();
    return timeout < 0 || timeout > INT64_MAX - 1 - now ? INT64_MAX : now + timeout;
}

static int read_events(sddl_mailbox *mailbox, sddl_event *out, int capacity) {
    int taken = 0;
    for (; taken < capacity && mailbox->first; taken++) {
        sddl_subscriber *subscriber = mailbox->first;
        out[taken] = subscriber->pending;
        unlink_pending(mailbox, subscriber);
        for (flush *waiter = mailbox->flushes; waiter; waiter = waiter->next)
            waiter->handling |= waiter->source == subscriber->source;
    }
    mailbox->woken = false;
    mailbox->wakes_taken = mailbox->wakes;
    signal_descriptor(mailbox);
    return taken;
}

/* The reader has acted on all events that it has taken. */
static void note_reader_back(sddl_mailbox *mailbox) {
    mailbox->wakes_done = mailbox->wakes_taken;
    for (flush *waiter = mailbox->flushes; waiter; waiter = waiter->next)
        waiter->handling = false;
    if (mailbox->flushes)
        sddl_monitor_notify(&mailbox->monitor);
}

int sddl_mailbox_wait(sddl_handle handle, sddl_event *out, int capacity, int64_t timeout) {
    sddl_mailbox *mailbox;
    int status = capacity < 0 ? SDDL_E_ARGUMENT : lock_mailbox(handle, &mailbox);
    if (status != SDDL_OK)
        return status;
    int64_t deadline = timeout ? deadline_after(timeout) : 0;
    mailbox->waiting++;
    note_reader_back(mailbox);
    while (!mailbox->pending && !mailbox->woken && !mailbox->closed && timeout)
        if (!sddl_monitor_wait_until(&mailbox->monitor, deadline))
            break;
    mailbox->waiting--;
    if (mailbox->closed)
        return unlock_mailbox(mailbox, sddl_exiting() ? SDDL_E_SHUTDOWN : SDDL_E_CLOSED);
    return unlock_mailbox(mailbox, capacity ? read_events(mailbox, out, capacity) : mailbox->pending || mailbox->woken);
}

int sddl_mailbox_wake(sddl_handle handle) {
    sddl_mailbox *mailbox;
    int status = lock_mailbox(handle, &mailbox);
    if (status != SDDL_OK)
        return status;
    wake(mailbox);
    return unlock_mailbox(mailbox, SDDL_OK);
}

#ifdef __APPLE__
static int make_pipe(int ends[2]) {
    if (pipe(ends) != 0)
        return SDDL_E_SYSTEM;
    for (int end = 0; end < 2; end++) {
        fcntl(ends[end], F_SETFD, FD_CLOEXEC);
        fcntl(ends[end], F_SETFL, O_NONBLOCK);
    }
    return SDDL_OK;
}
#else
/* Atomically, so that a program that another thread starts meanwhile inherits neither end. */
static int make_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 ? SDDL_OK : SDDL_E_SYSTEM;
}
#endif

/* With the mailbox locked: its descriptor, or why there is none. */
static int descriptor_of(sddl_mailbox *mailbox) {
    if (mailbox->pipe[0] < 0) {
        int ends[2], status = make_pipe(ends);
        if (status != SDDL_OK)
            return status;
        mailbox->pipe[0] = ends[0];
        mailbox->pipe[1] = ends[1];
        signal_descriptor(mailbox);
    }
    return mailbox->pipe[0];
}

int sddl_mailbox_fd(sddl_handle handle) {
    sddl_mailbox *mailbox;
    int status = lock_mailbox(handle, &mailbox);
    return status == SDDL_OK ? unlock_mailbox(mailbox, descriptor_of(mailbox)) : status;
}

int sddl_mailbox_duplicate_fd(sddl_handle handle, int *out) {
    sddl_mailbox *mailbox;
    int status = lock_mailbox(handle, &mailbox);
    if (status != SDDL_OK)
        return status;
    int descriptor = descriptor_of(mailbox);
    if (descriptor < 0)
        return unlock_mailbox(mailbox, descriptor);
    int duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (duplicate < 0)
        return unlock_mailbox(mailbox, SDDL_E_SYSTEM);
    *out = duplicate;
    return unlock_mailbox(mailbox, SDDL_OK);
}

void sddl_descriptor_close(int *owned) {
    int descriptor = *owned;
    *owned = -1;
    if (descriptor >= 0)
        close(descriptor);
}

int sddl_mailbox_pending(sddl_handle handle) {
    sddl_mailbox *mailbox;
    int status = lock_mailbox(handle, &mailbox);
    return status == SDDL_OK ? unlock_mailbox(mailbox, mailbox->pending) : status;
}

static int count_pending_of(const sddl_mailbox *mailbox, const sddl_source *source) {
    int count = 0;
    for (const sddl_subscriber *subscriber = mailbox->first; subscriber; subscriber = subscriber->next_pending)
        count += subscriber->source == source;
    return count;
}

/* The source of that handle, in use, and the mailbox, locked, or an error. */
static int lock_mailbox_and_source(sddl_handle handle, sddl_handle source, sddl_mailbox **out,
                                   sddl_source **source_out) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    *source_out = sddl_source_acquire(source);
    if (!*source_out)
        return SDDL_E_HANDLE;
    status = lock_mailbox(handle, out);
    if (status != SDDL_OK)
        sddl_source_release(*source_out);
    return status;
}

int sddl_mailbox_pending_of(sddl_handle handle, sddl_handle source_handle) {
    sddl_mailbox *mailbox;
    sddl_source *source;
    int status = lock_mailbox_and_source(handle, source_handle, &mailbox, &source);
    if (status != SDDL_OK)
        return status;
    status = unlock_mailbox(mailbox, count_pending_of(mailbox, source));
    sddl_source_release(source);
    return status;
}

/* With the mailbox locked: waits until every event of that source and every wake up to `wakes` has been acted on. */
static bool await_flushed(sddl_mailbox *mailbox, const flush *waiter, uint64_t wakes, int64_t deadline) {
    while (waiter->handling || mailbox->wakes_done < wakes || count_pending_of(mailbox, waiter->source))
        if (mailbox->closed || !sddl_monitor_wait_until(&mailbox->monitor, deadline))
            return false;
    return true;
}

int sddl_mailbox_flush(sddl_handle handle, sddl_handle source_handle, int64_t timeout) {
    sddl_mailbox *mailbox;
    sddl_source *source;
    int status = lock_mailbox_and_source(handle, source_handle, &mailbox, &source);
    if (status != SDDL_OK)
        return status;
    flush waiter = {.next = mailbox->flushes, .source = source, .handling = !mailbox->waiting};
    mailbox->flushes = &waiter;
    bool flushed = await_flushed(mailbox, &waiter, mailbox->wakes, deadline_after(timeout));
    flush **place = &mailbox->flushes;
    while (*place != &waiter)
        place = &(*place)->next;
    *place = waiter.next;
    status = unlock_mailbox(mailbox, flushed ? SDDL_OK : mailbox->closed ? SDDL_E_CLOSED : 1);
    sddl_source_release(source);
    return status;
}
