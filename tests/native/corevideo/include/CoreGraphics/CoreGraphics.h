/* The part of CoreGraphics' display services that the library uses, declared from its documentation in our own words.
 */
#ifndef STANDIN_COREGRAPHICS_H
#define STANDIN_COREGRAPHICS_H

#include <stdint.h>

typedef uint32_t CGDirectDisplayID;
typedef int32_t CGError;
typedef struct CGDisplayMode *CGDisplayModeRef;

enum { kCGErrorSuccess = 0, kCGErrorIllegalArgument = 1001 };

#define kCGNullDirectDisplay ((CGDirectDisplayID)0)

CGDirectDisplayID CGMainDisplayID(void);
/* At most `capacity` ids, the main display's first; capacity 0 and a NULL list only count. */
CGError CGGetActiveDisplayList(uint32_t capacity, CGDirectDisplayID *displays, uint32_t *count);

CGDisplayModeRef CGDisplayCopyDisplayMode(CGDirectDisplayID display);
double CGDisplayModeGetRefreshRate(CGDisplayModeRef mode); /* 0 for a built-in panel */
void CGDisplayModeRelease(CGDisplayModeRef mode);

#endif
