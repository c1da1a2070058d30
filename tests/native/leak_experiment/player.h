/* What an application holds: a player, and what it makes at each refresh. */
#import "link.h"

enum { TICKS_EACH = 10, TOKENS_PER_TICK = 3 };

/* The refreshes that players have been notified of, TICKS_EACH at most for each. */
int player_ticks(void);

@interface Token : Counted
@end

/* Owns a display link, which runs from the first. */
@interface Player : Referable {
    DisplayLink *_link;
    int _ticks;
}
- (DisplayLink *)link;
- (void)tick;
@end
