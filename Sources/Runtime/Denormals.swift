// The processor's handling of denormal numbers: they count as zero while a job runs, for vanishing gradients would slow
// a training fiftyfold, and its bits must not depend on which thread took a tile.

import Glibc

enum Denormals {
    /// Flush-to-zero (bit 15) and denormals-are-zero (bit 6) of MXCSR; elsewhere nothing, NEON programs may differ
    /// there.
    static func flush() {
        #if arch(x86_64)
            var environment = fenv_t()
            fegetenv(&environment)
            environment.__mxcsr |= 0x8040
            fesetenv(&environment)
        #endif
    }

    static func whileFlushing(_ body: () -> Void) {
        #if arch(x86_64)
            var before = fenv_t()
            fegetenv(&before)
            flush()
            body()
            fesetenv(&before)
        #else
            body()
        #endif
    }
}
