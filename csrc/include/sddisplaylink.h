/* The public C API of sddisplaylink. Its declarations stand in sddisplaylink.cdef.h, which cffi reads as well. */
#ifndef SDDISPLAYLINK_H
#define SDDISPLAYLINK_H

#include <stdint.h>

#include "include/sddisplaylink.cdef.h"

#endif
