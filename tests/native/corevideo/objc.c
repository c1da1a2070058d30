/* The Objective-C runtime as far as messages to a few classes go: interned selectors, tables of methods, reference
 * counts. */
#include "quartz.h"

#include <objc/message.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 24, METHODS = 48, SELECTORS = 64 };

struct objc_selector {
    const char *name;
};

struct objc_class {
    Class isa; /* unused: a class is known by its place in the table */
    const char *name;
    void (*dealloc)(id);
    bool made_at_run_time;
};

typedef struct method {
    Class of;
    bool of_class;
    SEL selector;
    IMP implementation;
} method;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct objc_selector selectors[SELECTORS];
static struct objc_class classes[CLASSES];
static method methods[METHODS];
static int selector_count, class_count, method_count;

/* ---- selectors and classes ---- */

SEL sel_registerName(const char *name) {
    pthread_mutex_lock(&lock);
    int found = 0;
    while (found < selector_count && strcmp(selectors[found].name, name) != 0)
        found++;
    standin_abort_unless(found < SELECTORS, "too many selectors");
    if (found == selector_count)
        selectors[selector_count++].name = strdup(name);
    pthread_mutex_unlock(&lock);
    return &selectors[found];
}

/* With the lock held. */
static Class find_class(const char *name) {
    for (int i = 0; i < class_count; i++)
        if (strcmp(classes[i].name, name) == 0)
            return &classes[i];
    return Nil;
}

static Class add_class(const char *name, void (*dealloc)(id), bool at_run_time) {
    pthread_mutex_lock(&lock);
    Class found = find_class(name);
    if (!found) {
        standin_abort_unless(class_count < CLASSES, "too many classes");
        classes[class_count] = (struct objc_class){.name = name, .dealloc = dealloc, .made_at_run_time = at_run_time};
    }
    Class made = found ? Nil : &classes[class_count++];
    pthread_mutex_unlock(&lock);
    return made;
}

Class quartz_class(const char *name, void (*dealloc)(id)) {
    return add_class(name, dealloc, false);
}

void quartz_method(Class to, bool of_class, const char *selector, IMP implementation) {
    SEL registered = sel_registerName(selector);
    pthread_mutex_lock(&lock);
    standin_abort_unless(method_count < METHODS, "too many methods");
    methods[method_count++] = (method){to, of_class, registered, implementation};
    pthread_mutex_unlock(&lock);
}

Class objc_getClass(const char *name) {
    pthread_once(&once, quartz_classes);
    bool of_links = strcmp(name, "CADisplayLink") == 0;
    if (strcmp(name, "NSObject") != 0 && quartz_get(QUARTZ_KNOB_application) < 1)
        return Nil;
    if (of_links && quartz_get(QUARTZ_KNOB_macos) < 14)
        return Nil;
    pthread_mutex_lock(&lock);
    Class found = find_class(name);
    pthread_mutex_unlock(&lock);
    return found;
}

static IMP find_method(Class of, bool of_class, SEL selector) {
    IMP found = NULL;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < method_count && !found; i++) {
        bool inherited = !of_class && strcmp(methods[i].of->name, "NSObject") == 0;
        if (methods[i].selector == selector && methods[i].of_class == of_class && (methods[i].of == of || inherited))
            found = methods[i].implementation;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

BOOL class_respondsToSelector(Class of, SEL selector) {
    bool is_new = strcmp(selector->name, "displayLinkWithTarget:selector:") == 0;
    return find_method(of, false, selector) && !(is_new && quartz_get(QUARTZ_KNOB_macos) < 14);
}

static void free_target(id target) {
    free((object *)target);
}

Class objc_allocateClassPair(Class superclass, const char *name, size_t extra_bytes) {
    standin_abort_unless(superclass && extra_bytes == 0, "a class pair of an unknown kind");
    if (name[strlen(name) - 1] - 'A' < quartz_get(QUARTZ_KNOB_other_copies))
        return Nil; /* the name is taken: there is one namespace for a process */
    return add_class(strdup(name), free_target, true);
}

BOOL class_addMethod(Class to, SEL selector, IMP implementation, const char *types) {
    standin_abort_unless(strcmp(types, "v@:@") == 0, "a method of another type");
    quartz_method(to, false, selector->name, implementation);
    return YES;
}

void objc_registerClassPair(Class pair) {
    standin_abort_unless(pair && pair->made_at_run_time, "registering no pair");
}

/* ---- objects ---- */

void quartz_initialize(id made, Class of) {
    made->isa = of;
    atomic_init(&((object *)made)->references, 1);
}

id class_createInstance(Class of, size_t extra_bytes) {
    object *made = calloc(1, sizeof *made + extra_bytes);
    standin_abort_unless(of && made, "no class, or no memory");
    quartz_initialize((id)made, of);
    quartz_add(QUARTZ_targets, of->made_at_run_time);
    return (id)made;
}

void *object_getIndexedIvars(id of) {
    return (object *)of + 1;
}

id quartz_retain(id retained) {
    int before = atomic_fetch_add(&((object *)retained)->references, 1);
    standin_abort_unless(before >= 0, "retained after its end");
    return retained;
}

void quartz_release(id released) {
    int before = atomic_fetch_sub(&((object *)released)->references, 1);
    standin_abort_unless(before > 0, "released too often");
    if (before > 1)
        return;
    quartz_add(QUARTZ_targets, -(int64_t)released->isa->made_at_run_time);
    released->isa->dealloc(released);
}

/* ---- messages ---- */

static bool is_class(id receiver) {
    uintptr_t address = (uintptr_t)receiver;
    return address >= (uintptr_t)classes && address < (uintptr_t)(classes + CLASSES);
}

IMP quartz_find_method(id receiver, SEL selector) {
    standin_framework_call();
    bool to_class = is_class(receiver);
    IMP found = find_method(to_class ? (Class)(void *)receiver : receiver->isa, to_class, selector);
    if (!found)
        fprintf(stderr, "stand-in: unrecognized selector %s\n", selector->name);
    standin_abort_unless(found != NULL, "a message that no class understands");
    return found;
}

/* The method gets the arguments as they came; nil answers 0, of every type. */
#if defined(__x86_64__)
__asm__(".text\n.globl objc_msgSend\n.type objc_msgSend, @function\nobjc_msgSend:\n"
        "    testq %rdi, %rdi\n    jz 1f\n"
        "    pushq %rdi\n    pushq %rsi\n    pushq %rdx\n    pushq %rcx\n    pushq %r8\n"
        "    callq quartz_find_method@PLT\n"
        "    popq %r8\n    popq %rcx\n    popq %rdx\n    popq %rsi\n    popq %rdi\n"
        "    jmpq *%rax\n"
        "1:  xorl %eax, %eax\n    xorps %xmm0, %xmm0\n    retq\n"
        ".size objc_msgSend, . - objc_msgSend\n");
#elif defined(__aarch64__)
__asm__(".text\n.globl objc_msgSend\n.type objc_msgSend, %function\nobjc_msgSend:\n"
        "    cbz x0, 1f\n"
        "    stp x29, x30, [sp, #-64]!\n    stp x0, x1, [sp, #16]\n    stp x2, x3, [sp, #32]\n    str x4, [sp, #48]\n"
        "    bl quartz_find_method\n    mov x16, x0\n"
        "    ldp x0, x1, [sp, #16]\n    ldp x2, x3, [sp, #32]\n    ldr x4, [sp, #48]\n    ldp x29, x30, [sp], #64\n"
        "    br x16\n"
        "1:  movi d0, #0\n    ret\n"
        ".size objc_msgSend, . - objc_msgSend\n");
#else
#error "objc_msgSend is not written for this processor"
#endif
