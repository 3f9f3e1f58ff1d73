// The kernels for processors with AVX2 and FMA: one vector is two registers. A part of a tile keeps 8 sums in the 16 registers
// there are, which is as many as two multiply-adds a cycle need to hide their latency of four.
#include <string.h>

#include "include/kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "simd.h"
#define TANDEM_HAS_FMA
#define TILE_ROWS 4
#define TILE_VECTORS 1
#define TANDEM_TABLE tandem_avx2_kernels
#define TANDEM_NAME "avx2"
#include "kernels.inc"
#pragma clang attribute pop
#endif
