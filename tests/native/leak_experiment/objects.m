#import "objects.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 4096 };

static atomic_int census[KINDS];

int living(kind kind) {
    return atomic_load(&census[kind]);
}

@implementation Counted

+ (kind)kind {
    [self doesNotRecognizeSelector:_cmd];
    return KINDS;
}

- (instancetype)init {
    self = [super init];
    if (self)
        atomic_fetch_add(&census[[[self class] kind]], 1);
    return self;
}

- (void)dealloc {
    atomic_fetch_sub(&census[[[self class] kind]], 1);
    [super dealloc];
}

@end

/* References are used once, so that a stale one finds nothing. The lock serialises releasing the last reference and
 * looking the object up. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static id targets[MOST];
static int references_used;

id referred_retained(int reference) {
    pthread_mutex_lock(&lock);
    id target = [targets[reference] retain];
    pthread_mutex_unlock(&lock);
    return target;
}

id referred(int reference) {
    return [referred_retained(reference) autorelease];
}

@implementation Referable

- (instancetype)init {
    self = [super init];
    if (!self)
        return nil;
    pthread_mutex_lock(&lock);
    _reference = ++references_used;
    if (_reference >= MOST) {
        fprintf(stderr, "more than %d weak references\n", MOST);
        exit(2);
    }
    targets[_reference] = self;
    pthread_mutex_unlock(&lock);
    return self;
}

- (int)reference {
    return _reference;
}

- (oneway void)release {
    pthread_mutex_lock(&lock);
    BOOL last = NSDecrementExtraRefCountWasZero(self);
    if (last)
        targets[_reference] = nil;
    pthread_mutex_unlock(&lock);
    if (last)
        [self dealloc];
}

@end
