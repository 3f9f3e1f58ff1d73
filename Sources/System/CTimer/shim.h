#include <sys/auxv.h>
#include <sys/timerfd.h>
