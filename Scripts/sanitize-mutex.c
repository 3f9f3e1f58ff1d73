// Tells the thread sanitizer of the way into and out of Swift's `Mutex` that is taken where threads meet: it lies in
// libswiftSynchronization, which is not built for the sanitizer, so that what such a lock guards is reported as a race.
// Preloaded by Scripts/sanitize.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

static void tell(const char *what, void *handle) {
    void (*annotate)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, what);
    if (annotate) annotate(handle);
}

SWIFT void lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK_SLOW);
SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
    ((SWIFT void (*)(uint32_t, SELF void *))dlsym(RTLD_NEXT, LOCK_SLOW))(thread, handle);
    tell("__tsan_acquire", handle);
}

SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK_SLOW);
SWIFT void unlock_slow(SELF void *handle) {
    tell("__tsan_release", handle);
    ((SWIFT void (*)(SELF void *))dlsym(RTLD_NEXT, UNLOCK_SLOW))(handle);
}
