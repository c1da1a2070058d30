/* The application, and its screens: it aborts where they are used off the main thread. */
#include "quartz.h"

#include <CoreGraphics/CoreGraphics.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

enum { SCREENS = 8 };

/* An NSScreen, and by other classes its description and its number. */
typedef struct screen {
    object base;
    CGDirectDisplayID display;
} screen;

static Class screen_class, description_class, number_class;
static object application, screens, string;
static screen of_displays[SCREENS], descriptions[SCREENS], numbers[SCREENS];
static unsigned long screen_count;

/* ---- the application ---- */

void *standin_dlsym(void *handle, const char *name) {
    static id none, running = (id)&application;
    standin_abort_unless(handle == RTLD_DEFAULT && strcmp(name, "NSApp") == 0, "looking for something else");
    double state = quartz_get(QUARTZ_KNOB_application);
    return state < 1 ? NULL : state < 2 ? (void *)&none : (void *)&running;
}

static BOOL is_running(id self, SEL selector) {
    (void)self, (void)selector;
    return quartz_get(QUARTZ_KNOB_application) >= 3;
}

static void *run_application(void *unused) {
    quartz_become_main();
    quartz_set("application", 3);
    for (;;) {
        CFRunLoopRunInMode(kCFRunLoopDefaultMode, 3600, true);
        standin_pool_thread_end(); /* what its own pools would free */
    }
    return unused;
}

int quartz_start_application(void) {
    pthread_t thread;
    if (standin_thread_create(&thread, NULL, run_application, NULL) != 0)
        return -1;
    pthread_detach(thread);
    pthread_mutex_lock(&quartz_lock);
    while (quartz_get(QUARTZ_KNOB_application) < 3)
        quartz_wait_until(INT64_MAX);
    pthread_mutex_unlock(&quartz_lock);
    return 0;
}

/* ---- screens ---- */

static void check_main(void) {
    standin_abort_unless(quartz_is_main(), "AppKit was used on another thread than the main one");
}

static id list_screens(id self, SEL selector) {
    (void)self, (void)selector;
    check_main();
    CGDirectDisplayID ids[SCREENS];
    uint32_t count = 0;
    CGGetActiveDisplayList(SCREENS, ids, &count);
    for (uint32_t i = 0; i < count; i++) {
        of_displays[i].display = descriptions[i].display = numbers[i].display = ids[i];
        quartz_initialize((id)&of_displays[i], screen_class);
        quartz_initialize((id)&descriptions[i], description_class);
        quartz_initialize((id)&numbers[i], number_class);
    }
    screen_count = count;
    return (id)&screens;
}

static unsigned long count_screens(id self, SEL selector) {
    (void)self, (void)selector;
    return screen_count;
}

static id screen_at(id self, SEL selector, unsigned long index) {
    (void)self, (void)selector;
    standin_abort_unless(index < screen_count, "an index beyond its array");
    return (id)&of_displays[index];
}

static id describe(id self, SEL selector) {
    (void)selector;
    check_main();
    return (id)&descriptions[(screen *)self - of_displays];
}

static id find_number(id self, SEL selector, id key) {
    (void)selector;
    return key == (id)&string ? (id)&numbers[(screen *)self - descriptions] : nil;
}

static uint32_t number_value(id self, SEL selector) {
    (void)selector;
    return ((screen *)self)->display;
}

static id make_string(id self, SEL selector, const char *text) {
    (void)self, (void)selector;
    standin_abort_unless(strcmp(text, "NSScreenNumber") == 0, "a key that no screen has");
    return (id)&string;
}

static id make_link(id self, SEL selector, id target, SEL action) {
    (void)selector;
    check_main();
    return quartz_make_link(((screen *)self)->display, target, action);
}

/* ---- what the runtime knows of all this ---- */

static id retain_object(id self, SEL selector) {
    (void)selector;
    return quartz_retain(self);
}

static void release_object(id self, SEL selector) {
    (void)selector;
    quartz_release(self);
}

static void end_never(id self) {
    (void)self;
    standin_abort("one of AppKit's own objects was released");
}

static void screen_methods(void) {
    screen_class = quartz_class("NSScreen", end_never);
    quartz_method(screen_class, true, "screens", (IMP)list_screens);
    quartz_method(screen_class, false, "deviceDescription", (IMP)describe);
    quartz_method(screen_class, false, "displayLinkWithTarget:selector:", (IMP)make_link);
    description_class = quartz_class("NSDictionary", end_never);
    quartz_method(description_class, false, "objectForKey:", (IMP)find_number);
    number_class = quartz_class("NSNumber", end_never);
    quartz_method(number_class, false, "unsignedIntValue", (IMP)number_value);
}

static Class plain_class(const char *name, object *only) {
    Class made = quartz_class(name, end_never);
    quartz_initialize((id)only, made);
    return made;
}

void quartz_classes(void) {
    Class root = quartz_class("NSObject", end_never);
    quartz_method(root, false, "retain", (IMP)retain_object);
    quartz_method(root, false, "release", (IMP)release_object);
    quartz_method(plain_class("NSApplication", &application), false, "isRunning", (IMP)is_running);
    Class array = plain_class("NSArray", &screens);
    quartz_method(array, false, "count", (IMP)count_screens);
    quartz_method(array, false, "objectAtIndex:", (IMP)screen_at);
    quartz_method(plain_class("NSString", &string), true, "stringWithUTF8String:", (IMP)make_string);
    screen_methods();
    quartz_link_methods();
}
