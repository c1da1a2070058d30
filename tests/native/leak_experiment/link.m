#import "link.h"

#import "player.h"

#include <CoreVideo/CoreVideo.h>
#include <stdio.h>
#include <stdlib.h>

/* On the display's thread. Whatever the context is, reaching the link through it leaves the link autoreleased. */
static void deliver(void *context) {
    if (WITH_PROXY)
        [(WeakProxy *)context refresh];
    else
        [(DisplayLink *)referred((int)(intptr_t)context) refresh];
}

static CVReturn output_callback(CVDisplayLinkRef link, const CVTimeStamp *now, const CVTimeStamp *output,
                                CVOptionFlags flags_in, CVOptionFlags *flags_out, void *context) {
    (void)link, (void)now, (void)output, (void)flags_in, (void)flags_out;
    if (WITH_POOL) {
        @autoreleasepool {
            deliver(context);
        }
    } else {
        deliver(context);
    }
    return kCVReturnSuccess;
}

static void succeed(CVReturn result, const char *call) {
    if (result == kCVReturnSuccess)
        return;
    fprintf(stderr, "%s: %d\n", call, result);
    exit(2);
}

@implementation DisplayLink

+ (kind)kind {
    return LINKS;
}

- (void *)makeContext {
    if (WITH_PROXY)
        return [[WeakProxy alloc] initWithTarget:self]; /* retained for the callback, and never released */
    return (void *)(intptr_t)[self reference];
}

- (instancetype)initWithPlayer:(Player *)player {
    self = [super init];
    if (!self)
        return nil;
    _player = [player reference];
    succeed(CVDisplayLinkCreateWithCGDisplay(CGMainDisplayID(), &_link), "CVDisplayLinkCreateWithCGDisplay");
    succeed(CVDisplayLinkSetOutputCallback(_link, output_callback, [self makeContext]), "SetOutputCallback");
    return self;
}

- (void)start {
    succeed(CVDisplayLinkStart(_link), "CVDisplayLinkStart");
}

- (void)stop {
    CVDisplayLinkStop(_link); /* an error says that it was not running */
}

- (void)refresh {
    Player *player = referred_retained(_player);
    [player tick];
    [player release];
}

- (void)dealloc {
    [self stop];
    CVDisplayLinkRelease(_link);
    [super dealloc];
}

@end

@implementation WeakProxy

+ (kind)kind {
    return PROXIES;
}

- (instancetype)initWithTarget:(DisplayLink *)target {
    self = [super init];
    if (self)
        _target = [target reference];
    return self;
}

- (void)refresh {
    [(DisplayLink *)referred(_target) refresh];
}

@end
