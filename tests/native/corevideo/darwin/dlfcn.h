/* The system's dlfcn.h, but that dlsym looks among what a Mac's process has loaded. */
#ifndef STANDIN_DLFCN_H
#define STANDIN_DLFCN_H

#include_next <dlfcn.h>

void *standin_dlsym(void *handle, const char *name);

#ifndef RTLD_DEFAULT
#define RTLD_DEFAULT ((void *)0)
#endif
#define dlsym standin_dlsym

#endif
