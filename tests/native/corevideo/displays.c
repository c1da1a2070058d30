/* The display services: a table of displays that tests may change at any time. */
#include "standin.h"

#include <CoreGraphics/CoreGraphics.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 8 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static standin_display displays[MOST] = {{1, 60, 60}, {2, 120, 0}};
static int display_count = 2;

struct CGDisplayMode {
    double rate;
};

int standin_set_displays(const standin_display *wanted, int count) {
    if (count < 0 || count > MOST)
        return -1;
    pthread_mutex_lock(&lock);
    if (count)
        memcpy(displays, wanted, (size_t)count * sizeof *wanted);
    display_count = count;
    pthread_mutex_unlock(&lock);
    return 0;
}

bool standin_find_display(uint32_t id, standin_display *out) {
    bool found = false;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < display_count && !found; i++)
        if ((found = displays[i].id == id))
            *out = displays[i];
    pthread_mutex_unlock(&lock);
    return found;
}

CGDirectDisplayID CGMainDisplayID(void) {
    standin_framework_call();
    pthread_mutex_lock(&lock);
    CGDirectDisplayID id = display_count ? displays[0].id : kCGNullDirectDisplay;
    pthread_mutex_unlock(&lock);
    return id;
}

CGError CGGetActiveDisplayList(uint32_t capacity, CGDirectDisplayID *list, uint32_t *count) {
    standin_framework_call();
    CGError result = (CGError)standin_get(STANDIN_KNOB_list_result);
    if (result != kCGErrorSuccess) {
        *count = capacity; /* callers must not rely on its old value */
        return result;
    }
    pthread_mutex_lock(&lock);
    *count = (uint32_t)display_count;
    if (list && capacity < *count)
        *count = capacity;
    for (uint32_t i = 0; list && i < *count; i++)
        list[i] = displays[i].id;
    pthread_mutex_unlock(&lock);
    return kCGErrorSuccess;
}

CGDisplayModeRef CGDisplayCopyDisplayMode(CGDirectDisplayID id) {
    standin_framework_call();
    standin_display display;
    if (!standin_find_display(id, &display))
        return NULL;
    CGDisplayModeRef mode = malloc(sizeof *mode);
    standin_abort_unless(mode != NULL, "out of memory");
    mode->rate = display.mode_rate;
    standin_add(STANDIN_modes, 1);
    return mode;
}

double CGDisplayModeGetRefreshRate(CGDisplayModeRef mode) {
    standin_framework_call();
    return mode->rate;
}

void CGDisplayModeRelease(CGDisplayModeRef mode) {
    standin_framework_call();
    if (mode)
        standin_add(STANDIN_modes, -1);
    free(mode);
}
