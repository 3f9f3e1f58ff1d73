#include <stdio.h>
#include <readline/readline.h>
#include <readline/history.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <wchar.h>

// glibc declares it to programs alone that ask for all that is GNU's.
int ppoll(struct pollfd *places, nfds_t count, const struct timespec *timeout, const sigset_t *mask);
// And this to those that ask for X/Open's.
int wcwidth(wchar_t character);
