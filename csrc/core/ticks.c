/* A tick on its way from a clock to the clients of its source: checked, put in order, handed out. And which ticks they want. */
#include "core/source.h"

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
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
    source->grid = ordered.grid;
    source->wanted = INT64_MAX;
    int64_t sequence = ++source->ticks;
    source->ticking = true;
    for (sddl_client *client = source->first_active, *next; client; client = next) {
        next = client->next_active; /* a player that finishes leaves the list */
        source->wanted = smaller(source->wanted, client->tick(client, &ordered, sequence));
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

void sddl_source_expect_first(sddl_source *source) {
    source->grid.period = 0;
    source->wanted = 0;
    source->wakes_clock = false;
}

int64_t sddl_source_present(const sddl_source *source) {
    if (source->grid.period == 0)
        return source->last_target;
    int64_t passed = sddl_grid_first(&source->grid, sddl_now() + 1);
    int64_t unwanted = sddl_grid_first(&source->grid, source->wanted) - 1;
    return larger(source->last_target, sddl_grid_vsync(&source->grid, smaller(passed, unwanted)));
}

void sddl_source_want(sddl_source *source, int64_t target) {
    int64_t sooner = larger(target, sddl_source_present(source) + 1);
    if (sooner >= source->wanted)
        return;
    const sddl_grid *grid = &source->grid;
    if (grid->period != 0 && sddl_grid_first(grid, sooner) < sddl_grid_first(grid, source->wanted))
        source->needs_control = source->wakes_clock = true;
    source->wanted = sooner;
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
