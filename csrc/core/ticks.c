/* Validates a clock's tick, makes its timestamps increase, and dispatches it to the clients of its source. */
#include "core/source.h"

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
    source->wanted = INT64_MAX;
    int64_t sequence = ++source->ticks;
    source->ticking = true;
    for (sddl_client *client = source->first_active, *next; client; client = next) {
        next = client->next_active; /* a player that finishes leaves the list */
        source->wanted = sddl_min64(source->wanted, client->tick(client, &ordered, sequence));
    }
    source->ticking = source->wakes_clock = false;
    while (source->to_announce_count)
        sddl_mailbox_announce(source->to_announce[--source->to_announce_count]);
}

bool sddl_source_announces(sddl_source *source, sddl_mailbox *mailbox) {
    int count = source->to_announce_count;
    for (int index = 0; source->ticking && index < count; index++)
        if (source->to_announce[index] == mailbox)
            return true;
    if (!source->ticking || count == SDDL_ANNOUNCED)
        return false;
    source->to_announce[source->to_announce_count++] = mailbox;
    return true;
}

/* The display's clock has ticked. If a timer ticks in its place, the control thread has to know. */
static void hear(sddl_source *source) {
    source->heard_at = sddl_now();
    source->needs_control |= source->state == SDDL_SOURCE_SYNTHETIC && !source->heard;
    source->heard = true;
}

static bool expects(const sddl_source *source, bool synthetic) {
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
static void make_plausible(sddl_tick *tick) {
    int64_t now = sddl_now();
    if (tick->timestamp < now - SDDL_SECOND || tick->timestamp > now + SDDL_SECOND)
        tick->timestamp = now;
    if (tick->target < tick->timestamp || tick->target > tick->timestamp + SDDL_SECOND)
        tick->target = tick->timestamp + tick->period;
}

int64_t sddl_source_tick(uintptr_t context, const sddl_tick *tick) {
    uint32_t key;
    int64_t wanted = 0;
    sddl_source *source = sddl_source_of(context, &key);
    if (sddl_usable() != SDDL_OK)
        return wanted;
    sddl_tick plausible = *tick;
    make_plausible(&plausible);
    sddl_source_lock(source);
    if (key == (tick->synthetic ? source->stand_in_key : source->native_key)) {
        if (!tick->synthetic)
            hear(source);
        if (expects(source, tick->synthetic)) {
            sddl_source_run_tick(source, &plausible);
            wanted = tick->grid.period != 0 ? source->wanted : 0;
        }
    }
    sddl_source_unlock(source);
    return wanted;
}
