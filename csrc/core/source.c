/* Sources: one per (clock, display), shared by all links and players on it. */
#include "core/source.h"

#include <stdlib.h>

typedef struct source_reference {
    sddl_object object;
    sddl_source *source;
} source_reference;

static sddl_source sources[SDDL_MAX_SOURCES];
static atomic_int sources_end;
static sddl_mutex opening; /* serialises the search for a shared or free slot; taken before a source's own */

int sddl_sources_init(void) {
    int status = sddl_mutex_init(&opening, SDDL_RANK_OPENING);
    for (int index = 0; index < SDDL_MAX_SOURCES && status == SDDL_OK; index++)
        status = sddl_mutex_init(&sources[index].mutex, SDDL_RANK_SOURCE);
    return status;
}

int sddl_sources_end(void) {
    return atomic_load(&sources_end);
}

sddl_source *sddl_source_at(int index) {
    return &sources[index];
}

uintptr_t sddl_source_context(const sddl_source *source, uint32_t key) {
    return (uintptr_t)key * SDDL_MAX_SOURCES + (uintptr_t)(source - sources);
}

sddl_source *sddl_source_of(uintptr_t context, uint32_t *key) {
    *key = (uint32_t)(context / SDDL_MAX_SOURCES);
    return &sources[context % SDDL_MAX_SOURCES];
}

void sddl_source_lock(sddl_source *source) {
    sddl_mutex_lock(&source->mutex);
}

void sddl_source_unlock(sddl_source *source) {
    bool poke = source->needs_control && !sddl_exiting();
    source->needs_control = false;
    sddl_mutex_unlock(&source->mutex);
    if (poke)
        sddl_control_poke();
}

int sddl_source_lock_to_start(sddl_source *source) {
    int status = source->clock == SDDL_CLOCK_MANUAL ? SDDL_OK : sddl_control_acquire();
    if (status == SDDL_OK)
        sddl_source_lock(source);
    return status;
}

void sddl_source_unlock_to_start(sddl_source *source) {
    bool held = source->clock != SDDL_CLOCK_MANUAL;
    sddl_source_unlock(source);
    if (held)
        sddl_control_release();
}

void sddl_source_set_active(sddl_source *source, sddl_subscriber *subscriber, bool active) {
    if (active) {
        subscriber->next_active = source->first_active;
        subscriber->previous_active = NULL;
        if (source->first_active)
            source->first_active->previous_active = subscriber;
        source->first_active = subscriber;
        source->needs_control |= source->active++ == 0;
        sddl_source_request_tick(source, 0);
    } else {
        *(subscriber->previous_active ? &subscriber->previous_active->next_active : &source->first_active) =
            subscriber->next_active;
        if (subscriber->next_active)
            subscriber->next_active->previous_active = subscriber->previous_active;
        source->needs_control |= --source->active == 0;
        source->idle_since = sddl_now();
    }
    if (source->clock == SDDL_CLOCK_MANUAL)
        source->needs_control = false;
}

void sddl_source_reset_slot(sddl_source *source) {
    source->state = SDDL_SOURCE_EMPTY;
    source->native_key = source->fallback_key = 0;
}

sddl_source *sddl_source_acquire(sddl_handle handle) {
    source_reference *reference = sddl_handle_get(handle, SDDL_KIND_SOURCE);
    if (!reference)
        return NULL;
    sddl_source *source = reference->source;
    sddl_mutex_lock(&source->mutex);
    source->users++;
    sddl_mutex_unlock(&source->mutex);
    sddl_object_release(reference);
    return source;
}

void sddl_source_release(sddl_source *source) {
    sddl_source_lock(source);
    if (--source->users == 0) {
        if (source->clock == SDDL_CLOCK_MANUAL || (source->state == SDDL_SOURCE_IDLE && !source->native))
            sddl_source_reset_slot(source);
        else
            source->needs_control = true;
    }
    sddl_source_unlock(source);
}

static void destroy_reference(sddl_object *object) {
    sddl_source_release(((source_reference *)object)->source);
    free(object);
}

/* With the source locked. Only a timer's ticks depend on the rate that was asked for. */
static bool is_same(const sddl_source *source, int clock, uint32_t display, double refresh_rate) {
    return source->state != SDDL_SOURCE_EMPTY && clock != SDDL_CLOCK_MANUAL && source->clock == clock &&
           source->display == display && (source->refresh_rate == refresh_rate || clock != SDDL_CLOCK_TIMER);
}

/* With `opening` locked: the slot of that clock and display with one more user, or NULL and the first vacant slot. */
static sddl_source *find_slot(int clock, uint32_t display, double refresh_rate, sddl_source **vacant) {
    *vacant = NULL;
    int end = sddl_sources_end();
    for (int index = 0; index < SDDL_MAX_SOURCES && (index < end || !*vacant); index++) {
        sddl_source *source = &sources[index];
        sddl_source_lock(source);
        bool same = is_same(source, clock, display, refresh_rate);
        bool empty = source->state == SDDL_SOURCE_EMPTY;
        source->users += same;
        sddl_source_unlock(source);
        if (same)
            return source;
        if (empty && !*vacant)
            *vacant = source;
    }
    return NULL;
}

static void init_slot(sddl_source *source, int clock, uint32_t display, double refresh_rate) {
    sddl_source_lock(source);
    source->state = SDDL_SOURCE_IDLE;
    source->clock = clock;
    source->display = display;
    source->refresh_rate = refresh_rate;
    source->users = 1;
    source->ops = sddl_clock_find(clock);
    source->period = sddl_period_or(1 / refresh_rate, SDDL_SECOND / 60);
    source->ticks = source->sequence = source->manual_now = source->recovered_at = source->retry_delay = 0;
    source->native_ticked = false;
    sddl_source_reset_demand(source);
    sddl_source_unlock(source);
    int end = (int)(source - sources) + 1;
    if (end > sddl_sources_end())
        atomic_store(&sources_end, end);
}

static sddl_source *claim_slot(int clock, uint32_t display, double refresh_rate) {
    sddl_mutex_lock(&opening);
    sddl_source *vacant;
    sddl_source *source = find_slot(clock, display, refresh_rate, &vacant);
    if (!source && vacant) {
        init_slot(vacant, clock, display, refresh_rate);
        source = vacant;
    }
    sddl_mutex_unlock(&opening);
    return source;
}

int sddl_source_open(int clock, uint32_t display, double refresh_rate, sddl_handle *out) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    if (clock != SDDL_CLOCK_MANUAL && !sddl_clock_available(clock))
        return SDDL_E_CLOCK;
    if (!(refresh_rate >= 1 && refresh_rate <= 1000))
        return SDDL_E_ARGUMENT;
    source_reference *reference = calloc(1, sizeof *reference);
    sddl_source *source = reference ? claim_slot(clock, display, refresh_rate) : NULL;
    status = reference ? SDDL_E_CLOCKS : SDDL_E_MEMORY;
    if (!source) {
        free(reference);
        return status;
    }
    *reference = (source_reference){{1, SDDL_KIND_SOURCE, destroy_reference}, source};
    status = sddl_handle_new(&reference->object, out);
    if (status != SDDL_OK)
        destroy_reference(&reference->object);
    return status;
}

int sddl_source_close(sddl_handle handle) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    source_reference *reference = sddl_handle_remove(handle, SDDL_KIND_SOURCE);
    if (!reference)
        return SDDL_E_HANDLE;
    sddl_object_release(reference);
    return SDDL_OK;
}

int64_t sddl_source_now(const sddl_source *source) {
    return source->clock == SDDL_CLOCK_MANUAL ? source->manual_now : sddl_now();
}

int sddl_source_get_info(sddl_handle handle, sddl_source_info *out) {
    int status = sddl_queryable();
    if (status != SDDL_OK)
        return status;
    sddl_source *source = sddl_source_acquire(handle);
    if (!source)
        return SDDL_E_HANDLE;
    sddl_source_lock(source);
    *out = (sddl_source_info){
        .clock = source->clock,
        .state = (int32_t)source->state,
        .display = source->display,
        .active = source->active,
        .period = source->period,
        .ticks = source->ticks,
        .now = sddl_source_now(source),
        .requested = source->requested,
    };
    sddl_source_unlock(source);
    sddl_source_release(source);
    return SDDL_OK;
}

int sddl_displays(int kind, sddl_display *out, int capacity) {
    int status = sddl_usable();
    if (status != SDDL_OK)
        return status;
    const sddl_clock_ops *clock = sddl_clock_find(kind);
    return clock ? clock->displays(out, capacity) : SDDL_E_CLOCK;
}

void sddl_sources_count(sddl_stats *stats) {
    for (int index = 0; index < sddl_sources_end(); index++) {
        sddl_source *source = &sources[index];
        sddl_source_lock(source);
        stats->sources += source->users > 0;
        stats->running_sources += source->state > SDDL_SOURCE_IDLE;
        sddl_source_unlock(source);
    }
}
