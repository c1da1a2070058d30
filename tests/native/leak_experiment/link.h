/* A display link as an object, the way a library for applications has it. The build says by WITH_POOL and WITH_PROXY,
 * and to the player by WITH_STOP, what it has of each: 0 or 1. */
#import "objects.h"

@class Player;

/* Runs on its own thread and notifies its player, which it refers to weakly, of every refresh. Its dealloc stops it. */
@interface DisplayLink : Referable {
    struct __CVDisplayLink *_link;
    int _player;
}
- (instancetype)initWithPlayer:(Player *)player;
- (void)start;
- (void)stop;
- (void)refresh;
@end

/* With the proxy, the link's context: an object that the callback can always talk to, since nobody ever releases it. */
@interface WeakProxy : Counted {
    int _target;
}
- (instancetype)initWithTarget:(DisplayLink *)target;
- (void)refresh;
@end
