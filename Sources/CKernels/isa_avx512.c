// The kernels for processors with AVX-512: one vector is one register. The product tile keeps 16 sums in registers.
#include <string.h>

#include "include/kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#include "simd.h"
#define TANDEM_HAS_FMA
#define TILE_ROWS 8
#define TILE_VECTORS 2
#define TANDEM_TABLE tandem_avx512_kernels
#define TANDEM_NAME "avx512"
#include "kernels.inc"
#pragma clang attribute pop
#endif
