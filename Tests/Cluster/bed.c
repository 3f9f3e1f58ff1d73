// Preloaded into Tandem by tests: writes down which process makes, renames and removes which file of the store, without asking
// the store, and can show results late, as a file system on a network does.
//
//   BED_LOG    a file: gets a line for each: nanoseconds, process, machine, what, inode, path, and where it went to
//   BED_LATE   seconds during which a process does not find what others have put into `results`
//   BED_DIE    a folder: the first process that has done so many things as BED_DIE_AT says, or what BED_DIE_ON says, such as
//              `link /claims/`, removes it and kills itself
//   BED_LOCKS  a folder: locks of open files and of flock(2) are seen by processes of the same machine alone, as on a file system
//              of a network that leaves them to each machine
//   BED_TASKS  a file: gets what a worker is given to do, which it reads from its standard input
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ({ static __typeof__(&name) real; if (!real) real = dlsym(RTLD_NEXT, #name); real; })

static int logFile = -1, taskFile = -1;
static double late;
static const char *home, *machine, *lockFolder;
static int done, dieAt;
static const char *dieOn;

// The system's clock, not that of faketime.
static long now(void) {
    struct timespec time;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static ino_t inode(const char *path) {
    struct stat status;
    return lstat(path, &status) ? 0 : status.st_ino;
}

// A line is one write to the end of the file, so that lines of several processes do not mix.
static void note(const char *what, ino_t inode, const char *path, const char *to) {
    if (logFile < 0 || !path || !home || strncmp(path, home, strlen(home))) return;
    int code = errno;
    char line[2048];
    int count = snprintf(line, sizeof line, "%ld %d %s %s %lu %s %s\n", now(), getpid(), machine, what,
                         (unsigned long)inode, path + strlen(home), to ? to + strlen(home) : "-");
    if (count > 0 && count < (int)sizeof line && write(logFile, line, count) != count) abort();
    const char *space = dieOn ? strchr(dieOn, ' ') : NULL;
    int isTime = space ? !strncmp(what, dieOn, space - dieOn) && !strncmp(path + strlen(home), space + 1, strlen(space + 1))
                       : dieAt && __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST) == dieAt;
    if (isTime && !rmdir(getenv("BED_DIE"))) kill(getpid(), SIGKILL);
    errno = code;
}

__attribute__((constructor)) static void begin(void) {
    home = getenv("TANDEM_HOME");
    machine = getenv("BED_BOOT") ? getenv("BED_BOOT") : "here";
    if (getenv("BED_LATE")) late = atof(getenv("BED_LATE"));
    if (getenv("BED_LOG")) logFile = open(getenv("BED_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (getenv("BED_TASKS")) taskFile = open(getenv("BED_TASKS"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (getenv("BED_DIE")) {
        dieOn = getenv("BED_DIE_ON");
        dieAt = getenv("BED_DIE_AT") ? atoi(getenv("BED_DIE_AT")) : 0;
    }
    lockFolder = getenv("BED_LOCKS");
    if (home) note("begin", 0, home, NULL);
}

// MARK: What others did not see yet

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ino_t own[4096];
static int ownCount;

static void remember(ino_t inode) {
    pthread_mutex_lock(&lock);
    own[ownCount++ % 4096] = inode;
    pthread_mutex_unlock(&lock);
}

static int isOwn(ino_t inode) {
    int found = 0;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < ownCount && i < 4096; i++) found |= own[i] == inode;
    pthread_mutex_unlock(&lock);
    return found;
}

static int isHidden(DIR *folder, const char *name, ino_t inode) {
    const char *end = strrchr(name, '.');
    struct stat status;
    if (late <= 0 || !end || strcmp(end, ".run") || isOwn(inode)) return 0;
    if (fstatat(dirfd(folder), name, &status, AT_SYMLINK_NOFOLLOW)) return 0;
    return now() - (status.st_ctim.tv_sec * 1000000000L + status.st_ctim.tv_nsec) < late * 1e9;
}

struct dirent *readdir(DIR *folder) {
    struct dirent *entry;
    do entry = REAL(readdir)(folder);
    while (entry && isHidden(folder, entry->d_name, entry->d_ino));
    return entry;
}

struct dirent64 *readdir64(DIR *folder) {
    struct dirent64 *entry;
    do entry = REAL(readdir64)(folder);
    while (entry && isHidden(folder, entry->d_name, entry->d_ino));
    return entry;
}

// MARK: What is done

int unlink(const char *path) {
    ino_t number = inode(path);
    int code = REAL(unlink)(path);
    if (!code) note("unlink", number, path, NULL);
    return code;
}

int remove(const char *path) {
    ino_t number = inode(path);
    int code = REAL(remove)(path);
    if (!code) note("unlink", number, path, NULL);
    return code;
}

int rename(const char *from, const char *to) {
    ino_t number = inode(from);
    // Before it can be seen.
    remember(number);
    int code = REAL(rename)(from, to);
    if (!code) note("rename", number, from, to);
    return code;
}

int link(const char *from, const char *to) {
    int code = REAL(link)(from, to);
    if (!code) note("link", inode(to), from, to);
    return code;
}

static int opened(int code, int flags, const char *path) {
    if (code >= 0 && flags & O_CREAT) {
        struct stat status;
        if (!fstat(code, &status)) note("create", status.st_ino, path, NULL);
    }
    return code;
}

#define MODE(mode) mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); \
    mode = va_arg(list, mode_t); va_end(list); }

int open(const char *path, int flags, ...) { MODE(mode) return opened(REAL(open)(path, flags, mode), flags, path); }
int open64(const char *path, int flags, ...) { MODE(mode) return opened(REAL(open64)(path, flags, mode), flags, path); }

ssize_t read(int file, void *bytes, size_t count) {
    ssize_t got = REAL(read)(file, bytes, count);
    if (file == 0 && taskFile >= 0 && got > 0 && write(taskFile, bytes, got) != got) abort();
    return got;
}

// MARK: Locks

// For each open file of the store that was locked, one of this machine alone that takes its place.
static int shadows[65536];

static int shadow(int file) {
    struct stat status;
    char path[256], real[1024];
    if (!lockFolder || file < 0 || file >= 65536 || fstat(file, &status)) return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    ssize_t count = readlink(path, real, sizeof real - 1);
    if (count < 0 || !home || strncmp(real, home, strlen(home))) return -1;
    if (!shadows[file]) {
        snprintf(path, sizeof path, "%s/%s.%lu", lockFolder, machine, (unsigned long)status.st_ino);
        shadows[file] = REAL(open)(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) + 1;
    }
    return shadows[file] - 1;
}

int flock(int file, int operation) {
    int other = shadow(file);
    return REAL(flock)(other < 0 ? file : other, operation);
}

static int control(int file, int command, void *value, int (*real)(int, int, ...)) {
    int other = command == F_OFD_SETLK || command == F_OFD_SETLKW || command == F_OFD_GETLK ? shadow(file) : -1;
    return real(other < 0 ? file : other, command, value);
}

#define VALUE(value) va_list list; va_start(list, command); void *value = va_arg(list, void *); va_end(list)
int fcntl(int file, int command, ...) { VALUE(value); return control(file, command, value, REAL(fcntl)); }
int fcntl64(int file, int command, ...) { VALUE(value); return control(file, command, value, REAL(fcntl64)); }

int close(int file) {
    if (file >= 0 && file < 65536 && shadows[file]) {
        REAL(close)(shadows[file] - 1);
        shadows[file] = 0;
    }
    return REAL(close)(file);
}
