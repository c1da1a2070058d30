/* The part of CoreFoundation's run loops that the library uses, declared from its documentation in our own words. */
#ifndef STANDIN_COREFOUNDATION_H
#define STANDIN_COREFOUNDATION_H

#include <stdint.h>

typedef long CFIndex;
typedef unsigned long CFHashCode;
typedef unsigned char Boolean;
typedef double CFTimeInterval;
typedef int32_t CFRunLoopRunResult;

typedef const void *CFTypeRef;
typedef const struct __CFAllocator *CFAllocatorRef; /* NULL = the default one */
typedef const struct __CFString *CFStringRef;
typedef CFStringRef CFRunLoopMode;
typedef struct __CFRunLoop *CFRunLoopRef;
typedef struct __CFRunLoopSource *CFRunLoopSourceRef;

enum {
    kCFRunLoopRunFinished = 1, /* nothing in it could ever happen */
    kCFRunLoopRunStopped = 2,
    kCFRunLoopRunTimedOut = 3,
    kCFRunLoopRunHandledSource = 4
};

/* Of a source that is signalled by hand, version 0. `retain` and `release` may be NULL: then `info` is not kept. */
typedef struct CFRunLoopSourceContext {
    CFIndex version;
    void *info;
    const void *(*retain)(const void *info);
    void (*release)(const void *info);
    CFStringRef (*copyDescription)(const void *info);
    Boolean (*equal)(const void *info, const void *other);
    CFHashCode (*hash)(const void *info);
    void (*schedule)(void *info, CFRunLoopRef loop, CFRunLoopMode mode);
    void (*cancel)(void *info, CFRunLoopRef loop, CFRunLoopMode mode);
    void (*perform)(void *info);
} CFRunLoopSourceContext;

#ifdef __LP64__
_Static_assert(sizeof(CFRunLoopSourceContext) == 80, "as documented");
#endif

extern const CFRunLoopMode kCFRunLoopDefaultMode;
extern const CFRunLoopMode kCFRunLoopCommonModes;

CFTypeRef CFRetain(CFTypeRef object);
void CFRelease(CFTypeRef object);

CFRunLoopRef CFRunLoopGetMain(void);
CFRunLoopRef CFRunLoopGetCurrent(void); /* not retained: it goes with its thread */
CFRunLoopRunResult CFRunLoopRunInMode(CFRunLoopMode mode, CFTimeInterval seconds, Boolean return_after_source);
void CFRunLoopWakeUp(CFRunLoopRef loop);

CFRunLoopSourceRef CFRunLoopSourceCreate(CFAllocatorRef allocator, CFIndex order, CFRunLoopSourceContext *context);
void CFRunLoopAddSource(CFRunLoopRef loop, CFRunLoopSourceRef source, CFRunLoopMode mode);
void CFRunLoopSourceSignal(CFRunLoopSourceRef source);     /* performed once, in the loop's next turn */
void CFRunLoopSourceInvalidate(CFRunLoopSourceRef source); /* takes it off every loop; what runs goes on */

#endif
