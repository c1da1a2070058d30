/* CADisplayLinks of screens, for quartzcore.m: the part of it that is the main thread's. The caller has the
 * pool. */
#ifndef SDDL_SCREEN_LINK_H
#define SDDL_SCREEN_LINK_H

#include <objc/runtime.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether this is macOS 14 or later, and an NSApplication runs. Any thread. */
bool sddl_screen_links_available(void);

/* A link for that display (0 = the main one), retained, which has to be put on a run loop yet; nil if there is no
 * such screen or the main thread does not answer within a second. It calls back with a target whose
 * sddl_screen_link_owner() is `owner`; `tick` is the same in every call. Control thread. */
id sddl_screen_link_request(uint32_t display, IMP tick, void *owner);

/* Invalidates and releases a link, on the thread of its run loop: nothing else makes the loop let go of it, and it
 * of its target. */
void sddl_screen_link_end(id link);

static inline void *sddl_screen_link_owner(id target) {
    return *(void **)object_getIndexedIvars(target);
}

#endif
