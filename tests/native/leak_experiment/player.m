#import "player.h"

#include <stdatomic.h>

static atomic_int ticks;

int player_ticks(void) {
    return atomic_load(&ticks);
}

@implementation Token

+ (kind)kind {
    return TOKENS;
}

@end

@implementation Player

+ (kind)kind {
    return PLAYERS;
}

- (instancetype)init {
    self = [super init];
    if (!self)
        return nil;
    _link = [[DisplayLink alloc] initWithPlayer:self];
    [_link start];
    return self;
}

/* A getter as ARC makes it: the caller may use what it gets until its own pool ends. */
- (DisplayLink *)link {
    return [[_link retain] autorelease];
}

/* On the display's thread: the code of an application, which autoreleases without knowing where it runs. */
- (void)tick {
    if (_ticks == TICKS_EACH)
        return;
    for (int i = 0; i < TOKENS_PER_TICK; i++)
        [[[Token alloc] init] autorelease];
    _ticks++;
    atomic_fetch_add(&ticks, 1);
}

- (void)dealloc {
    if (WITH_STOP)
        [_link stop];
    [_link release];
    [super dealloc];
}

@end
