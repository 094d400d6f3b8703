/* For faults.sh: makes file locks or the clock of one process wrong, by LD_PRELOAD.
     FAULT_LOCKS=none    flock fails, as on a file system that has none
     FAULT_LOCKS=blind   flock always succeeds, as on one where locks do not reach other machines
     FAULT_CLOCK=SECONDS the time of day is so much ahead */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

int flock(int descriptor, int operation) {
  const char *fault = getenv("FAULT_LOCKS");
  if (fault && !strcmp(fault, "none")) { errno = ENOLCK; return -1; }
  if (fault && !strcmp(fault, "blind")) return 0;
  int (*real)(int, int) = dlsym(RTLD_NEXT, "flock");
  return real(descriptor, operation);
}

static long ahead(void) {
  const char *text = getenv("FAULT_CLOCK");
  return text ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
  int status = real(clock, now);
  if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead();
  return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec precise;
  int status = clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return status;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
