/* The public C API of sddisplaylink. The declarations are in sddisplaylink.cdef.h, which cffi reads as well. */
#ifndef SDDISPLAYLINK_H
#define SDDISPLAYLINK_H

#include <stdint.h>

#include "include/sddisplaylink.cdef.h"

#endif
