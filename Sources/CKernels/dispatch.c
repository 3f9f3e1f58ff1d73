// Which table of kernels suits this machine.
#include "kernels.h"

#include <string.h>

extern const tandem_kernel_table tandem_portable_kernels;
#if defined(__x86_64__)
extern const tandem_kernel_table tandem_avx512_kernels;
extern const tandem_kernel_table tandem_avx512bf16_kernels;
extern const tandem_kernel_table tandem_avx2_kernels;
#endif

const tandem_kernel_table *tandem_kernels(const char *instruction_set) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const int has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    if (has_avx512 && (!instruction_set || !strcmp(instruction_set, "avx512")))
        return __builtin_cpu_supports("avx512bf16") ? &tandem_avx512bf16_kernels : &tandem_avx512_kernels;
    const int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (has_avx2 && (!instruction_set || !strcmp(instruction_set, "avx2"))) return &tandem_avx2_kernels;
#endif
    if (!instruction_set || !strcmp(instruction_set, "portable")) return &tandem_portable_kernels;
    return NULL;
}
