/* Objective-C messages without their syntax: objc_msgSend as a function of each type that is needed.
 *
 * A message send that the compiler sees writes selectors and references to classes into the object file, which the
 * Linux builds of the Apple files would have nobody to register, and which would bind AppKit where it is not wanted. */
#ifndef SDDL_OBJC_SEND_H
#define SDDL_OBJC_SEND_H

#include <objc/message.h>
#include <objc/runtime.h>
#include <stdbool.h>
#include <stdint.h>

static inline id send(id receiver, const char *selector) {
    return ((id (*)(id, SEL))objc_msgSend)(receiver, sel_registerName(selector));
}

static inline id send_with(id receiver, const char *selector, const void *argument) {
    return ((id (*)(id, SEL, const void *))objc_msgSend)(receiver, sel_registerName(selector), argument);
}

static inline id send_with_two(id receiver, const char *selector, const void *first, const void *second) {
    SEL registered = sel_registerName(selector);
    return ((id (*)(id, SEL, const void *, const void *))objc_msgSend)(receiver, registered, first, second);
}

static inline id object_at(id array, unsigned long index) {
    return ((id (*)(id, SEL, unsigned long))objc_msgSend)(array, sel_registerName("objectAtIndex:"), index);
}

static inline unsigned long count_of(id array) {
    return ((unsigned long (*)(id, SEL))objc_msgSend)(array, sel_registerName("count"));
}

static inline uint32_t unsigned_value(id number) {
    return ((uint32_t (*)(id, SEL))objc_msgSend)(number, sel_registerName("unsignedIntValue"));
}

static inline bool is_running(id application) {
    return ((BOOL (*)(id, SEL))objc_msgSend)(application, sel_registerName("isRunning"));
}

static inline void pause_link(id link) {
    ((void (*)(id, SEL, BOOL))objc_msgSend)(link, sel_registerName("setPaused:"), YES);
}

static inline double read_double(id receiver, SEL selector) {
    return ((double (*)(id, SEL))objc_msgSend)(receiver, selector);
}

#endif
