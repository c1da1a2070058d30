/* The part of CoreVideo that the library uses, declared from its documentation in our own words: types, layouts and
 * codes are those of macOS, so that what is compiled against this header calls the real framework correctly. */
#ifndef STANDIN_COREVIDEO_H
#define STANDIN_COREVIDEO_H

#include <stddef.h>
#include <stdint.h>

#include <CoreGraphics/CoreGraphics.h>

typedef unsigned char Boolean;
typedef int32_t CVReturn;
typedef uint64_t CVOptionFlags;

enum {
    kCVReturnSuccess = 0,
    kCVReturnError = -6660,
    kCVReturnInvalidArgument = -6661,
    kCVReturnAllocationFailed = -6662,
    kCVReturnInvalidDisplay = -6670,
    kCVReturnDisplayLinkAlreadyRunning = -6671,
    kCVReturnDisplayLinkNotRunning = -6672,
    kCVReturnDisplayLinkCallbacksNotSet = -6673
};

typedef struct CVTime {
    int64_t timeValue;
    int32_t timeScale; /* units per second */
    int32_t flags;
} CVTime;

enum { kCVTimeIsIndefinite = 1 };

typedef struct CVSMPTETime {
    int16_t subframes;
    int16_t subframeDivisor;
    uint32_t counter;
    uint32_t type;
    uint32_t flags;
    int16_t hours;
    int16_t minutes;
    int16_t seconds;
    int16_t frames;
} CVSMPTETime;

typedef struct CVTimeStamp {
    uint32_t version;
    int32_t videoTimeScale; /* units per second of videoTime and videoRefreshPeriod */
    int64_t videoTime;
    uint64_t hostTime;          /* mach_absolute_time() */
    double rateScalar;          /* the display's real rate over its nominal one */
    int64_t videoRefreshPeriod; /* nominal */
    CVSMPTETime smpteTime;
    uint64_t flags;
    uint64_t reserved;
} CVTimeStamp;

enum {
    kCVTimeStampVideoTimeValid = 1,
    kCVTimeStampHostTimeValid = 2,
    kCVTimeStampSMPTETimeValid = 4,
    kCVTimeStampVideoRefreshPeriodValid = 8,
    kCVTimeStampRateScalarValid = 16
};

_Static_assert(sizeof(CVTime) == 16, "CVTime");
_Static_assert(offsetof(CVTime, timeScale) == 8 && offsetof(CVTime, flags) == 12, "CVTime");
_Static_assert(sizeof(CVSMPTETime) == 24, "CVSMPTETime");
_Static_assert(sizeof(CVTimeStamp) == 80, "CVTimeStamp");
_Static_assert(offsetof(CVTimeStamp, videoTimeScale) == 4 && offsetof(CVTimeStamp, videoTime) == 8, "CVTimeStamp");
_Static_assert(offsetof(CVTimeStamp, hostTime) == 16 && offsetof(CVTimeStamp, rateScalar) == 24, "CVTimeStamp");
_Static_assert(offsetof(CVTimeStamp, videoRefreshPeriod) == 32 && offsetof(CVTimeStamp, smpteTime) == 40,
               "CVTimeStamp");
_Static_assert(offsetof(CVTimeStamp, flags) == 64 && offsetof(CVTimeStamp, reserved) == 72, "CVTimeStamp");

typedef struct __CVDisplayLink *CVDisplayLinkRef;

typedef CVReturn (*CVDisplayLinkOutputCallback)(CVDisplayLinkRef link, const CVTimeStamp *now,
                                                const CVTimeStamp *output, CVOptionFlags flags_in,
                                                CVOptionFlags *flags_out, void *context);

CVReturn CVDisplayLinkCreateWithCGDisplay(CGDirectDisplayID display, CVDisplayLinkRef *out);
CGDirectDisplayID CVDisplayLinkGetCurrentCGDisplay(CVDisplayLinkRef link);
CVReturn CVDisplayLinkSetOutputCallback(CVDisplayLinkRef link, CVDisplayLinkOutputCallback callback, void *context);
CVReturn CVDisplayLinkStart(CVDisplayLinkRef link);
CVReturn CVDisplayLinkStop(CVDisplayLinkRef link);
Boolean CVDisplayLinkIsRunning(CVDisplayLinkRef link);
CVTime CVDisplayLinkGetNominalOutputVideoRefreshPeriod(CVDisplayLinkRef link);
CVDisplayLinkRef CVDisplayLinkRetain(CVDisplayLinkRef link);
void CVDisplayLinkRelease(CVDisplayLinkRef link); /* takes NULL */

#endif
