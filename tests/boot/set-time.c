/* set-time SECONDS: sets the clock. busybox's date(1) for armhf ends in 2038. */
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  struct timespec time = {argc > 1 ? strtoll(argv[1], NULL, 10) : 0, 0};
  return clock_settime(CLOCK_REALTIME, &time) != 0;
}
