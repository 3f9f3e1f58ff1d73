#include <sys/auxv.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <spawn.h>
// Declared only for who asks for GNU's extensions (glibc 2.34).
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
