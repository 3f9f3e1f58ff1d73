// The kernels for processors with AVX-512 and its products of bfloat16 pairs; only `mixed` differs from those without.
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "include/kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma"))), apply_to = function)
#define TANDEM_HAS_BF16
#include "simd.h"
#define TANDEM_HAS_FMA
#define TILE_ROWS 8
#define TILE_VECTORS 2
#define TANDEM_TABLE tandem_avx512bf16_kernels
#define TANDEM_NAME "avx512"
#include "kernels.inc"
#pragma clang attribute pop
#endif
