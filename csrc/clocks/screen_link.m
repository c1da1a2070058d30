/* NSScreen belongs to the main thread, so that thread creates the link, requested by a source on its run loop. A source
 * can be removed if the main thread does not answer; blocks on its dispatch queue would pile up, one for each retry.
 *
 * Nothing of AppKit or QuartzCore is linked, by objc_send.h: the library loads on systems that have no CADisplayLink
 * and in processes that have no AppKit, and loads neither into them. */
#include "clocks/screen_link.h"

#include <CoreFoundation/CoreFoundation.h>
#include <CoreGraphics/CoreGraphics.h>
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "clocks/objc_send.h"
#include "platform/platform.h"

static const int64_t ANSWER_TIMEOUT = SDDL_SECOND; /* of the main thread */

static bool can_make_links(void) {
    Class screen = objc_getClass("NSScreen"); /* creates links since macOS 14 */
    return screen && objc_getClass("CADisplayLink") &&
           class_respondsToSelector(screen, sel_registerName("displayLinkWithTarget:selector:"));
}

/* Reads AppKit's variable, which exists only if AppKit is loaded; +sharedApplication would create an application. */
static bool has_running_application(void) {
    id *application = dlsym(RTLD_DEFAULT, "NSApp");
    return application && is_running(*application);
}

bool sddl_screen_links_available(void) {
    return can_make_links() && has_running_application();
}

/* ---- making a link, on the main thread ---- */

typedef struct request {
    atomic_int references;
    uint32_t display;
    Class target_class;
    void *owner;
    sddl_monitor monitor;
    bool answered, given_up;
    id link;
} request;

static const void *retain_request(const void *info) {
    request *asked = (request *)(uintptr_t)info;
    atomic_fetch_add(&asked->references, 1);
    return info;
}

static void release_request(const void *info) {
    request *asked = (request *)(uintptr_t)info;
    if (atomic_fetch_sub(&asked->references, 1) > 1)
        return;
    sddl_monitor_destroy(&asked->monitor);
    free(asked);
}

static id find_screen(CGDirectDisplayID display) {
    id screens = send((id)objc_getClass("NSScreen"), "screens");
    id key = send_with((id)objc_getClass("NSString"), "stringWithUTF8String:", "NSScreenNumber");
    unsigned long count = count_of(screens);
    for (unsigned long index = 0; index < count; index++) {
        id screen = object_at(screens, index);
        if (unsigned_value(send_with(send(screen, "deviceDescription"), "objectForKey:", key)) == display)
            return screen;
    }
    return nil;
}

/* Made once, by the control thread. Its instances have their owner's address behind their own variables. */
static Class target_class(IMP tick) {
    static Class made;
    if (made)
        return made;
    char name[] = "SDDLDisplayLinkTargetA"; /* unless another copy of this library has a class of that name */
    Class pair = Nil;
    for (char *last = &name[sizeof name - 2]; !pair && *last <= 'Z'; ++*last)
        pair = objc_allocateClassPair(objc_getClass("NSObject"), name, 0);
    if (!pair)
        return Nil;
    class_addMethod(pair, sel_registerName("tick:"), tick, "v@:@");
    objc_registerClassPair(pair);
    return made = pair;
}

/* Retained, with a target that only it retains. */
static id make_link(CGDirectDisplayID display, Class target_class, void *owner) {
    id screen = find_screen(display ? display : CGMainDisplayID());
    id target = screen ? class_createInstance(target_class, sizeof owner) : nil;
    if (!target)
        return nil;
    *(void **)object_getIndexedIvars(target) = owner;
    id link = send_with_two(screen, "displayLinkWithTarget:selector:", target, sel_registerName("tick:"));
    send(link, "retain");
    send(target, "release");
    return link;
}

void sddl_screen_link_end(id link) {
    pause_link(link);
    send(link, "invalidate");
    send(link, "release");
}

static bool is_given_up(request *asked) {
    sddl_monitor_lock(&asked->monitor);
    bool given_up = asked->given_up;
    sddl_monitor_unlock(&asked->monitor);
    return given_up;
}

/* Hands the link to the waiting thread. False if that thread has given up. */
static bool hand_over(request *asked, id link) {
    sddl_monitor_lock(&asked->monitor);
    bool taken = !asked->given_up;
    asked->answered = true;
    asked->link = taken ? link : nil;
    sddl_monitor_notify(&asked->monitor);
    sddl_monitor_unlock(&asked->monitor);
    return taken;
}

static void answer(void *info) {
    request *asked = info;
    @autoreleasepool {
        id link = is_given_up(asked) ? nil : make_link(asked->display, asked->target_class, asked->owner);
        if (!hand_over(asked, link))
            sddl_screen_link_end(link);
    }
}

static id await_link(request *asked) {
    int64_t deadline = sddl_now() + ANSWER_TIMEOUT;
    sddl_monitor_lock(&asked->monitor);
    while (!asked->answered && sddl_now() < deadline)
        sddl_monitor_wait_until(&asked->monitor, deadline);
    asked->given_up = !asked->answered;
    id link = asked->link;
    sddl_monitor_unlock(&asked->monitor);
    return link;
}

id sddl_screen_link_request(uint32_t display, IMP tick, void *owner) {
    Class target = target_class(tick);
    request *asked = target ? calloc(1, sizeof *asked) : NULL;
    if (!asked)
        return nil;
    atomic_init(&asked->references, 1);
    asked->display = display;
    asked->target_class = target;
    asked->owner = owner;
    sddl_monitor_init(&asked->monitor, SDDL_RANK_TIMER);
    CFRunLoopSourceContext context = {
        .info = asked, .retain = retain_request, .release = release_request, .perform = answer};
    CFRunLoopSourceRef source = CFRunLoopSourceCreate(NULL, 0, &context);
    CFRunLoopAddSource(CFRunLoopGetMain(), source, kCFRunLoopCommonModes);
    CFRunLoopSourceSignal(source);
    CFRunLoopWakeUp(CFRunLoopGetMain());
    id link = await_link(asked);
    CFRunLoopSourceInvalidate(source);
    CFRelease(source);
    release_request(asked);
    return link;
}
