/* Handles: integers that name counted objects. A slot's generation grows each time the slot is emptied, so that an old
 * handle names nothing. */
#include <stdlib.h>

#include "core/core.h"

typedef struct slot {
    sddl_object *object;
    uint32_t generation;
    uint32_t next_free; /* index + 1 */
} slot;

static sddl_mutex registry;
static slot *slots;
static uint32_t capacity, first_free;
static int counts[SDDL_KIND_PLAYER + 1];

int sddl_handles_init(void) {
    return sddl_mutex_init(&registry, SDDL_RANK_REGISTRY);
}

static int grow(void) {
    uint32_t larger = capacity ? capacity * 2 : 64;
    slot *moved = larger > capacity ? realloc(slots, larger * sizeof *slots) : NULL;
    if (!moved)
        return SDDL_E_MEMORY;
    slots = moved;
    for (uint32_t index = larger; index-- > capacity;) {
        slots[index] = (slot){NULL, 1, first_free};
        first_free = index + 1;
    }
    capacity = larger;
    return SDDL_OK;
}

int sddl_handle_new(sddl_object *object, sddl_handle *out) {
    sddl_mutex_lock(&registry);
    int status = first_free ? SDDL_OK : grow();
    if (status == SDDL_OK) {
        uint32_t index = first_free - 1;
        first_free = slots[index].next_free;
        slots[index].object = object;
        counts[object->kind]++;
        *out = (sddl_handle)slots[index].generation << 32 | index;
    }
    sddl_mutex_unlock(&registry);
    return status;
}

/* With the registry locked. */
static slot *find(sddl_handle handle, int kind) {
    uint32_t index = (uint32_t)handle;
    if (index >= capacity || !slots[index].object || slots[index].generation != handle >> 32)
        return NULL;
    int found = (int)slots[index].object->kind;
    bool fits = kind ? found == kind : found == SDDL_KIND_LINK || found == SDDL_KIND_PLAYER;
    return fits ? &slots[index] : NULL;
}

void *sddl_handle_get(sddl_handle handle, int kind) {
    sddl_mutex_lock(&registry);
    slot *entry = find(handle, kind);
    sddl_object *object = entry ? entry->object : NULL;
    if (object)
        sddl_object_retain(object);
    sddl_mutex_unlock(&registry);
    return object;
}

void *sddl_handle_remove(sddl_handle handle, int kind) {
    sddl_mutex_lock(&registry);
    slot *entry = find(handle, kind);
    sddl_object *object = entry ? entry->object : NULL;
    if (object) {
        counts[object->kind]--;
        entry->object = NULL;
        entry->generation += entry->generation == UINT32_MAX ? 2 : 1; /* generation 0 would allow the handle 0 */
        entry->next_free = first_free;
        first_free = (uint32_t)handle + 1;
    }
    sddl_mutex_unlock(&registry);
    return object;
}

void sddl_object_retain(void *object) {
    atomic_fetch_add(&((sddl_object *)object)->references, 1);
}

void sddl_object_release(void *object) {
    sddl_object *counted = object;
    if (atomic_fetch_sub(&counted->references, 1) == 1)
        counted->destroy(counted);
}

int sddl_handle_count(sddl_kind kind) {
    sddl_mutex_lock(&registry);
    int count = counts[kind];
    sddl_mutex_unlock(&registry);
    return count;
}

void sddl_handles_for_each(sddl_kind kind, void (*visit)(void *object)) {
    sddl_mutex_lock(&registry);
    for (uint32_t index = 0; index < capacity; index++)
        if (slots[index].object && slots[index].object->kind == kind)
            visit(slots[index].object);
    sddl_mutex_unlock(&registry);
}
