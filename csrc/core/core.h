/* Types that the files of core/ share.
 *
 * Locks, in the order in which they may be taken: registry, control, source, mailbox. None is held across a clock
 * call. */
#ifndef SDDL_CORE_H
#define SDDL_CORE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "clocks/clock.h"
#include "include/sddisplaylink.h"
#include "platform/platform.h"

static inline int64_t sddl_min64(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static inline int64_t sddl_max64(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* The sum of two counts, INT64_MAX at most. */
static inline int64_t sddl_add_counts(int64_t a, int64_t b) {
    return b > INT64_MAX - a ? INT64_MAX : a + b;
}

/* ---- handles.c: 64-bit handles to counted objects ---- */

typedef enum sddl_kind { SDDL_KIND_SOURCE = 1, SDDL_KIND_MAILBOX, SDDL_KIND_LINK, SDDL_KIND_PLAYER } sddl_kind;

typedef struct sddl_object {
    atomic_int references;
    sddl_kind kind;
    void (*destroy)(struct sddl_object *object); /* called when the last reference is released */
} sddl_object;

int sddl_handles_init(void);
/* Registers the object in the table, which takes over the one reference that the caller holds. */
int sddl_handle_new(sddl_object *object, sddl_handle *out);
/* A new reference to the object, or NULL; kind 0 = a link or a player. */
void *sddl_handle_get(sddl_handle handle, int kind);
/* Removes the object from the table, so that no other thread can get it, and passes the table's reference to the
 * caller. */
void *sddl_handle_remove(sddl_handle handle, int kind);
void sddl_object_retain(void *object);
void sddl_object_release(void *object);
int sddl_handle_count(sddl_kind kind);
void sddl_handles_for_each(sddl_kind kind, void (*visit)(void *object)); /* with the registry locked */

/* ---- phase.c ---- */

bool sddl_phase_is_unused(void);
/* From now on calls may proceed, and a forked child is detected. SDDL_E_SYSTEM if no fork handler can be installed. */
int sddl_phase_begin(void);
/* From now on no call may proceed. False if that was so before. */
bool sddl_phase_end(void);
/* SDDL_OK, or the reason why no call may proceed: SDDL_E_FORKED, SDDL_E_SHUTDOWN. */
int sddl_usable(void);
/* For calls that only read: they may proceed after the library is shut down, too. */
int sddl_queryable(void);
bool sddl_exiting(void);

/* ---- source.c: a clock's slot and its active subscribers ---- */

typedef struct sddl_source sddl_source;
typedef struct sddl_subscriber sddl_subscriber;
typedef struct sddl_mailbox sddl_mailbox;

void sddl_source_lock(sddl_source *source);
void sddl_source_unlock(sddl_source *source);
/* For a change after which subscribers may need a clock that is not running. SDDL_OK; else the lock is not taken, and
 * nothing may be changed, because the thread that starts clocks cannot be started. */
int sddl_source_lock_to_start(sddl_source *source);
void sddl_source_unlock_to_start(sddl_source *source);
/* The present time of the source's clock, in nanoseconds. */
int64_t sddl_source_now(const sddl_source *source);

/* ---- demand.c: with the source locked ---- */

/* The target of the last vsync, even if its tick was left out because no subscriber requested it. */
int64_t sddl_source_last_vsync(const sddl_source *source);
/* Between two ticks: requests a tick at that target for a subscriber. */
void sddl_source_request_tick(sddl_source *source, int64_t target);

/* ---- ticks.c: with the source locked ---- */

/* Puts off waking the mailbox's reader until the present tick has been given to every subscriber. False if no tick is
 * being given out, or if too many mailboxes wait for its end. */
bool sddl_source_defer_notify(sddl_source *source, sddl_mailbox *mailbox);

/* ---- subscriber.c: what links and players have in common ---- */

struct sddl_subscriber {
    sddl_object object;
    sddl_handle handle;
    sddl_source *source; /* never changes; a counted reference */
    /* With the source locked. Returns the target at which the subscriber needs its next tick: 0 = the next one,
     * INT64_MAX = none. */
    int64_t (*tick)(sddl_subscriber *subscriber, const sddl_tick *tick, int64_t sequence);

    /* guarded by the source's lock */
    sddl_mailbox *mailbox; /* a counted reference */
    uint32_t epoch;
    bool active;
    bool closed;
    sddl_subscriber *next_active, *previous_active;

    /* guarded by the mailbox's lock */
    bool is_pending;
    uint64_t serial;
    sddl_event pending;
    sddl_subscriber *next_pending, *previous_pending;
};

/* Initialises the base of a new link or player and registers its handle; on an error nothing is left to be undone. */
int sddl_subscriber_init(sddl_subscriber *subscriber, sddl_kind kind, sddl_handle source, sddl_handle mailbox);
/* Releases what sddl_subscriber_init() acquired: to be called by `destroy`. */
void sddl_subscriber_fini(sddl_subscriber *subscriber);

/* All three with the source locked. */
void sddl_subscriber_set_active(sddl_subscriber *subscriber, bool active); /* whether it gets ticks */
void sddl_subscriber_new_epoch(sddl_subscriber *subscriber);               /* makes every event posted so far void */
/* Posts an event to the mailbox, or merges the pending one into it. Sets subscriber, epoch and serial of the event. */
void sddl_subscriber_post(sddl_subscriber *subscriber, const sddl_event *event);

/* ---- mailbox.c ---- */

/* If `deferred`, a later sddl_mailbox_notify() wakes the reader, so that one call reads all events of a tick. */
void sddl_mailbox_post(sddl_mailbox *mailbox, sddl_subscriber *subscriber, const sddl_event *event, bool deferred);
void sddl_mailbox_notify(sddl_mailbox *mailbox);
/* Drops the subscriber's pending event. Whether there was one. */
bool sddl_mailbox_drop(sddl_mailbox *mailbox, sddl_subscriber *subscriber);
void sddl_mailbox_mark_closed(void *mailbox);
void sddl_mailbox_wake_reader(void *mailbox); /* what sddl_mailbox_wake() does */

#endif
