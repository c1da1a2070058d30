/* The part of the Objective-C runtime that the library uses, declared from its documentation in our own words. */
#ifndef STANDIN_OBJC_RUNTIME_H
#define STANDIN_OBJC_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct objc_class *Class;
struct objc_object {
    Class isa;
};
typedef struct objc_object *id;
typedef struct objc_selector *SEL;
typedef void (*IMP)(void);

#if defined(__APPLE__) && !defined(__aarch64__)
typedef signed char BOOL;
#else
typedef bool BOOL;
#endif

#define YES ((BOOL)1)
#define NO ((BOOL)0)
#define nil ((id)0)
#define Nil ((Class)0)

SEL sel_registerName(const char *name);

Class objc_getClass(const char *name);
BOOL class_respondsToSelector(Class of, SEL selector); /* whether its instances do */

/* Nil if there is one of that name. */
Class objc_allocateClassPair(Class superclass, const char *name, size_t extra_bytes);
BOOL class_addMethod(Class to, SEL selector, IMP implementation, const char *types);
void objc_registerClassPair(Class pair);

id class_createInstance(Class of, size_t extra_bytes);
void *object_getIndexedIvars(id object); /* those bytes */

#endif
