/* See cases.c. */
#ifndef KERNEL_CASES_H
#define KERNEL_CASES_H

#include <stdint.h>

enum { KERNEL_FAMILIES = 7 };

uint64_t kernel_case(unsigned family, uint64_t number);

#endif
