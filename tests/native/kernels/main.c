/* kernels FIRST COUNT: a line for each case, with its family, number and hash. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/cases.h"

int main(int count, char **words) {
    if (count != 3)
        return 2;
    const uint64_t first = strtoull(words[1], NULL, 10), end = first + strtoull(words[2], NULL, 10);
    for (unsigned family = 0; family < KERNEL_FAMILIES; family++)
        for (uint64_t number = first; number < end; number++)
            printf("%u %" PRIu64 " %016" PRIx64 "\n", family, number, kernel_case(family, number));
    return 0;
}
