/* Autorelease pools with the semantics of Apple's runtime: nested, per thread; an object autoreleased where there is no
 * pool lives until its thread ends. The objects carry nothing: they are there to be counted. */
#include "standin.h"

#include <pthread.h>
#include <stdlib.h>

void *objc_autoreleasePoolPush(void);
void objc_autoreleasePoolPop(void *token);

/* The library's, where it is linked in; built to count them or not. */
__attribute__((weak)) int sddl_locks_held(void);

typedef struct entry {
    struct entry *below;
    bool is_pool;
} entry;

static _Thread_local entry *top;
static _Thread_local int open_pools;
static _Thread_local bool in_callback;
static _Thread_local int owed; /* objects that this callback has still to autorelease */

static pthread_key_t thread_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void push(bool is_pool) {
    entry *made = malloc(sizeof *made);
    standin_abort_unless(made != NULL, "out of memory");
    *made = (entry){.below = top, .is_pool = is_pool};
    top = made;
}

static bool pop(void) {
    entry *popped = top;
    bool was_pool = popped->is_pool;
    top = popped->below;
    free(popped);
    if (!was_pool)
        standin_add(STANDIN_objects, -1);
    return was_pool;
}

void *objc_autoreleasePoolPush(void) {
    if (in_callback && open_pools == 0)
        standin_add(STANDIN_callback_pushes, 1);
    push(true);
    open_pools++;
    standin_add(STANDIN_pushes, 1);
    return top;
}

void objc_autoreleasePoolPop(void *token) {
    entry *pool = top;
    while (pool && pool != token)
        pool = pool->below;
    standin_abort_unless(pool && pool->is_pool, "popping a pool that is not open");
    bool done = false;
    while (!done) {
        done = top == token;
        if (pop())
            open_pools--;
    }
    standin_add(STANDIN_pops, 1);
}

void standin_pool_thread_end(void) {
    while (top)
        pop();
    open_pools = 0;
}

static void drain(void *unused) {
    (void)unused;
    standin_pool_thread_end();
}

static void make_key(void) {
    pthread_key_create(&thread_end, drain);
}

static void autorelease(int count) {
    pthread_once(&once, make_key);
    pthread_setspecific(thread_end, &thread_end);
    for (int i = 0; i < count; i++) {
        standin_add(STANDIN_objects_made, 1);
        standin_add(STANDIN_objects, 1);
        if (open_pools == 0)
            standin_add(STANDIN_objects_unpooled, 1);
        push(false);
    }
}

void standin_enter_callback(void) {
    in_callback = true;
    standin_add(STANDIN_callbacks_running, 1);
    owed = (int)standin_get(STANDIN_KNOB_objects_per_callback);
}

void standin_leave_callback(void) {
    in_callback = false;
    owed = 0;
    standin_add(STANDIN_callbacks_running, -1);
    standin_add(STANDIN_callbacks, 1);
}

void standin_callback_objects(void) {
    autorelease(owed);
    owed = 0;
}

void standin_framework_call(void) {
    standin_abort_unless(!sddl_locks_held || sddl_locks_held() == 0, "called with a lock of the library held");
    if (in_callback)
        standin_callback_objects();
    else
        autorelease((int)standin_get(STANDIN_KNOB_objects_per_call));
}
