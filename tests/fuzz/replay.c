/* Runs a fuzzer's function without libFuzzer: on each file named, whole and cut off at every byte. */
#include <stdio.h>

#include "fuzz.h"

int main(int count, char **names) {
    for (int i = 1; i < count; i++) {
        FILE *file = fopen(names[i], "rb");
        if (!file)
            return 2;
        uint8_t *data = exactly(1 << 16);
        size_t size = fread(data, 1, 1 << 16, file);
        fclose(file);
        for (size_t cut = 0; cut <= size; cut++)
            LLVMFuzzerTestOneInput(data, cut);
        free(data);
    }
    return 0;
}
