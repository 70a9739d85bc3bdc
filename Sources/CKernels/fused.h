#pragma once

#include "dispatch.h"

// The kernels of networks and of constant-Q pictures may fuse multiplications and additions: their
// results are compared with those of other libraries, which do as well, and not byte for byte
// between processors.
#pragma clang fp contract(fast)
