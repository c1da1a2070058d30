/* A tick on its way from a clock to the clients of its source: checked, put in order, handed out. */
#include "source.h"

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

void sddl_source_run_tick(sddl_source *source, const sddl_tick *tick) {
    sddl_tick ordered = *tick;
    if (source->ticks) { /* displays have been seen to stamp ticks twice, and backwards */
        ordered.timestamp = larger(tick->timestamp, source->last_timestamp + 1);
        ordered.target = larger(tick->target, source->last_target + 1);
    }
    source->last_timestamp = ordered.timestamp;
    source->last_target = ordered.target;
    source->period = ordered.period;
    int64_t sequence = ++source->ticks;
    for (sddl_client *client = source->first_active, *next; client; client = next) {
        next = client->next_active; /* a player that finishes leaves the list */
        client->tick(client, &ordered, sequence);
    }
}

/* The display's clock lives. While a timer stands in for it, the control thread has waited for that. */
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

/* A stamp that is nowhere near the present (after sleep, or on a broken link) would hold back all that follow it. */
static void make_plausible(sddl_tick *tick) {
    int64_t now = sddl_now();
    if (tick->timestamp < now - SDDL_SECOND || tick->timestamp > now + SDDL_SECOND)
        tick->timestamp = now;
    if (tick->target < tick->timestamp || tick->target > tick->timestamp + SDDL_SECOND)
        tick->target = tick->timestamp + tick->period;
}

void sddl_source_tick(uintptr_t context, const sddl_tick *tick) {
    uint32_t key;
    sddl_source *source = sddl_source_of(context, &key);
    if (sddl_usable() != SDDL_OK)
        return;
    sddl_tick plausible = *tick;
    make_plausible(&plausible);
    sddl_source_lock(source);
    if (key == (tick->synthetic ? source->stand_in_key : source->native_key)) {
        if (!tick->synthetic)
            hear(source);
        if (expects(source, tick->synthetic))
            sddl_source_run_tick(source, &plausible);
    }
    sddl_source_unlock(source);
}
