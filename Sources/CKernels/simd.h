// Vectors of 16 floats as the compiler's own vector type: it lowers each operation to the instruction set that the file was
// compiled for, one 512-bit register, two of 256 bits, or sixteen calls. Nothing here rounds differently from set to set.
#ifndef TANDEM_SIMD_H
#define TANDEM_SIMD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef float v16 __attribute__((ext_vector_type(16)));
typedef double d16 __attribute__((ext_vector_type(16)));
typedef int32_t i16 __attribute__((ext_vector_type(16)));
typedef uint8_t u8x16 __attribute__((ext_vector_type(16)));
typedef uint32_t u16 __attribute__((ext_vector_type(16)));
typedef uint64_t u16x64 __attribute__((ext_vector_type(16)));

#define INLINE static inline __attribute__((always_inline))

// Any alignment: a panel's rows are aligned, pixels of a flat vector need not be.
INLINE v16 load(const float *p) {
    v16 v;
    memcpy(&v, p, sizeof v);
    return v;
}
INLINE void store(float *p, v16 v) { memcpy(p, &v, sizeof v); }
// A store past the caches where `streams`: of a map that is larger than they are, whose lines would be read before they are
// written. `p` is aligned to 64 bytes. `fence` comes after the last of them.
INLINE void put(float *p, v16 v, int32_t streams) {
    if (streams)
        __builtin_nontemporal_store(v, (v16 *)p);
    else
        store(p, v);
}
INLINE void fence(int32_t streams) {
#if defined(__x86_64__)
    if (streams) __builtin_ia32_sfence();
#else
    (void)streams;
#endif
}
INLINE v16 splat(float x) { return (v16)x; }
INLINE v16 fma16(v16 a, v16 b, v16 c) { return __builtin_elementwise_fma(a, b, c); }
INLINE v16 sqrt16(v16 a) { return __builtin_elementwise_sqrt(a); }
/// `mask` has all bits set in the lanes that take `a`.
INLINE v16 choose(i16 mask, v16 a, v16 b) {
    i16 ia, ib;
    memcpy(&ia, &a, sizeof a);
    memcpy(&ib, &b, sizeof b);
    i16 r = (ia & mask) | (ib & ~mask);
    v16 v;
    memcpy(&v, &r, sizeof r);
    return v;
}
#ifdef TANDEM_HAS_BF16
/// sum + a.low * b.low + a.high * b.high, where lanes are pairs of bfloat16 numbers: half the multiply-adds of float32.
INLINE v16 dot16(v16 a, v16 b, v16 sum) {
    return (v16)_mm512_dpbf16_ps((__m512)sum, __builtin_bit_cast(__m512bh, a), __builtin_bit_cast(__m512bh, b));
}
#endif
/// max(0, x) in this order, so that a NaN stays one.
INLINE v16 relu16(v16 x) { return choose(x < splat(0), splat(0), x); }

#endif
