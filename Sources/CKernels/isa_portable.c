// The kernels for any processor: slow where it has no fused multiply-add, with the same bits.
#include "include/kernels.h"
#include "simd.h"
#if defined(__aarch64__)
#define TANDEM_HAS_FMA
#endif

#define TILE_ROWS 4
#define TILE_VECTORS 1
#define TANDEM_TABLE tandem_portable_kernels
#define TANDEM_NAME "portable"
#include "kernels.inc"
