#pragma once

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's loop, of libclang_rt.fuzzer_no_main; see llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library". */
int LLVMFuzzerRunDriver(
    int *count, char ***arguments, int (*one_input)(const uint8_t *bytes, size_t count));
