/* The C interface of Lathe's loader. */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface; it changes when a caller built for an earlier one would break. */
int32_t lathe_abi_version(void);

#ifdef __cplusplus
}
#endif
