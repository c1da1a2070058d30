/* Validates a clock's tick, makes its timestamps increase, and dispatches it to the subscribers of its source. */
#include "core/source.h"

/* The first tick is 1. Refreshes that the clock has missed since the last one count, so that for a reader the numbers of
 * two ticks differ by the refreshes from one to the other: 1 + `missed` of the later one. */
static int64_t number_of(const sddl_source *source, const sddl_tick *tick) {
    if (!source->ticks)
        return 1;
    return sddl_add_counts(sddl_add_counts(source->sequence, 1), sddl_max64(0, tick->missed));
}

void sddl_source_run_tick(sddl_source *source, const sddl_tick *tick) {
    sddl_tick ordered = *tick;
    if (source->ticks) { /* displays have been seen to stamp ticks twice, and backwards */
        ordered.timestamp = sddl_max64(tick->timestamp, source->last_timestamp + 1);
        ordered.target = sddl_max64(tick->target, source->last_target + 1);
    }
    source->last_timestamp = ordered.timestamp;
    source->last_target = ordered.target;
    source->period = ordered.period;
    source->grid = ordered.grid;
    source->requested = INT64_MAX;
    source->sequence = number_of(source, &ordered);
    source->ticks++;
    source->ticking = true;
    for (sddl_subscriber *subscriber = source->first_active, *next; subscriber; subscriber = next) {
        next = subscriber->next_active; /* a player that finishes leaves the list */
        source->requested = sddl_min64(source->requested, subscriber->tick(subscriber, &ordered, source->sequence));
    }
    source->ticking = source->must_wake_clock = false;
    while (source->deferred_count)
        sddl_mailbox_notify(source->deferred[--source->deferred_count]);
}

bool sddl_source_defer_notify(sddl_source *source, sddl_mailbox *mailbox) {
    int count = source->deferred_count;
    for (int index = 0; source->ticking && index < count; index++)
        if (source->deferred[index] == mailbox)
            return true;
    if (!source->ticking || count == SDDL_MAX_DEFERRED)
        return false;
    source->deferred[source->deferred_count++] = mailbox;
    return true;
}

/* The display's clock has ticked. If a timer ticks in its place, the control thread has to know. */
static void note_alive(sddl_source *source) {
    source->native_ticked_at = sddl_now();
    source->needs_control |= source->state == SDDL_SOURCE_SYNTHETIC && !source->native_ticked;
    source->native_ticked = true;
}

static bool accepts(const sddl_source *source, bool synthetic) {
    switch (source->state) {
    case SDDL_SOURCE_SYNTHETIC:
        return synthetic;
    case SDDL_SOURCE_STARTING:
    case SDDL_SOURCE_RUNNING:
    case SDDL_SOURCE_LINGER:
        return !synthetic;
    default:
        return false;
    }
}

/* Replaces timestamps that are far from the present (after sleep, or of a broken link), which would hold back all later
 * ones. */
static void correct_stamps(sddl_tick *tick) {
    int64_t now = sddl_now();
    if (tick->timestamp < now - SDDL_SECOND || tick->timestamp > now + SDDL_SECOND)
        tick->timestamp = now;
    if (tick->target < tick->timestamp || tick->target > tick->timestamp + SDDL_SECOND)
        tick->target = tick->timestamp + tick->period;
}

int64_t sddl_source_tick(uintptr_t context, const sddl_tick *tick) {
    uint32_t key;
    int64_t requested = 0;
    sddl_source *source = sddl_source_of(context, &key);
    if (sddl_usable() != SDDL_OK)
        return requested;
    sddl_tick corrected = *tick;
    correct_stamps(&corrected);
    sddl_source_lock(source);
    if (key == (tick->synthetic ? source->fallback_key : source->native_key)) {
        if (!tick->synthetic)
            note_alive(source);
        if (accepts(source, tick->synthetic)) {
            sddl_source_run_tick(source, &corrected);
            requested = tick->grid.period != 0 ? source->requested : 0;
        }
    }
    sddl_source_unlock(source);
    return requested;
}
