/*
 * What small C programs of tests and measurements share. PROGRAM is the name by which they
 * complain.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void die(const char *what) {
  fprintf(stderr, PROGRAM ": %s: %s\n", what, strerror(errno));
  exit(111);
}

static void write_all(int fd, const char *from, size_t length) {
  while (length > 0) {
    ssize_t wrote = write(fd, from, length);
    if (wrote < 0) die("write");
    from += wrote;
    length -= wrote;
  }
}
