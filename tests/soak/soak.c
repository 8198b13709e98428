/*
 * The programs that a soak run starts a million times, or that write for an hour; a shell would
 * cost too much. The first argument is the program, so ./run can be a line "#!PROGRAM WORD".
 *
 *   brief           a service that exits at once: writes a byte to ./starts; if there is a FIFO
 *                   ../gate, writes one to ../held and waits until ../gate is opened for writing
 *   stay a service that exits by TERM: writes "began" to ./life, and "ended" at its end talk the
 *   same, and writes both words to standard output too write FROM TO writes lines FROM to TO - 1 of
 *   an endless text; prints at the end how many bytes
 *                   they were, and how many of these are in lines that the rules select
 *   check plain|selected
 *                   a processor of svlogd for logs of that text, or of the lines that the rules
 *                   and -tt make of it: the next line must follow the last one of the previous log,
 *                   to the byte. Its state is "NEXT BYTES LOGS", all that was read so far. Prints
 *                   the fault and exits 1 if it finds one
 */
#define PROGRAM "soak"
#include "../support/program.h"
#include <fcntl.h>
#include <signal.h>

#define LINE_MAX_BYTES 256
/* "2026-01-31_23:59:59.12345 " */
#define STAMP "dddd-dd-dd_dd:dd:dd.ddddd "
#define STATE_FD 4
#define NEW_STATE_FD 5

typedef unsigned long long number;

static void append(const char *file, const char *text) {
  int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) die(file);
  write_all(fd, text, strlen(text));
  close(fd);
}

static int brief(void) {
  append("starts", ".");
  if (access("../gate", F_OK) == 0) {
    append("../held", ".");
    open("../gate", O_RDONLY);
  }
  return 0;
}

static void mark(const char *text, int talks) {
  append("life", text);
  if (talks) write_all(1, text, strlen(text));
}

static int stay(int talks) {
  sigset_t term;
  int signal;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  sigprocmask(SIG_BLOCK, &term, NULL);
  mark("began\n", talks);
  sigwait(&term, &signal);
  mark("ended\n", talks);
  return 0;
}

/* Whether the rules of the mode "selected" let a line pass. */
static int is_selected(number n) { return n % 4 != 0; }

/*
 * Line n: its number, its level, and text; 44 to 187 bytes, so that a read ends anywhere in a line.
 */
static size_t line(number n, char *into) {
  static const char *levels[] = {" debug ", " info  ", " info  ", " error "};
  static const char digits[] = "0123456789abcdef";
  static const char text[] = "GET /index.html from 10.0.0.1 in 12 ms, 200; "
                             "POST /form from 10.0.0.2 in 240 ms, 302; "
                             "GET /style.css from 10.0.0.3 in 3 ms, 304; "
                             "HEAD /favicon.ico from 10.0.0.4 in 1 ms, 404; ";
  for (int at = 0; at < 16; at++) into[at] = digits[n >> (60 - 4 * at) & 15];
  memcpy(into + 16, levels[n % 4], 7);
  size_t length = 20 + n * 2654435761ULL % 144;
  memcpy(into + 23, text, length);
  into[23 + length] = '\n';
  return 24 + length;
}

static int write_lines(number from, number to) {
  static char out[1 << 16];
  number bytes = 0, selected = 0;
  size_t used = 0;
  for (number n = from; n < to; n++) {
    if (sizeof out - used < LINE_MAX_BYTES) {
      write_all(1, out, used);
      used = 0;
    }
    size_t length = line(n, out + used);
    used += length;
    bytes += length;
    if (is_selected(n)) selected += length;
  }
  write_all(1, out, used);
  fprintf(stderr, "%llu %llu\n", bytes, selected);
  return 0;
}

/* Where the line after a stamp begins; NULL where there is none. */
static const char *after_stamp(const char *at, const char *end) {
  for (const char *form = STAMP; *form; form++, at++) {
    if (at == end) return NULL;
    if (*form == 'd' ? *at < '0' || *at > '9' : *at != *form) return NULL;
  }
  return at;
}

static int is_line(const char *at, const char *end, int selects, const char *wanted,
                   size_t length) {
  if (selects) at = after_stamp(at, end);
  return at && (size_t)(end - at) == length && memcmp(at, wanted, length) == 0;
}

static int check(int selects) {
  static char in[1 << 16];
  char wanted[LINE_MAX_BYTES], state[64] = "";
  number next = 0, bytes = 0, logs = 0;
  if (read(STATE_FD, state, sizeof state - 1) < 0) die("state");
  if (*state && sscanf(state, "%llu %llu %llu", &next, &bytes, &logs) != 3) die("state");
  size_t have = 0;
  for (ssize_t count; (count = read(0, in + have, sizeof in - have)) != 0;) {
    if (count < 0) die("read");
    have += count;
    const char *at = in, *newline;
    for (; (newline = memchr(at, '\n', in + have - at)); at = newline + 1) {
      if (selects && !is_selected(next)) next++;
      size_t length = line(next, wanted);
      if (!is_line(at, newline + 1, selects, wanted, length)) {
        fprintf(stderr, "soak: in the place of line %llu: %.*s", next, (int)(newline + 1 - at), at);
        return 1;
      }
      next++;
      bytes += length;
    }
    have -= at - in;
    memmove(in, at, have);
    if (have == sizeof in) break; /* a line as long as that is none of ours */
  }
  if (have > 0) {
    fprintf(stderr, "soak: line %llu has no end\n", next);
    return 1;
  }
  int length = snprintf(state, sizeof state, "%llu %llu %llu\n", next, bytes, logs + 1);
  write_all(NEW_STATE_FD, state, length);
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "brief")) return brief();
  if (!strcmp(what, "stay")) return stay(0);
  if (!strcmp(what, "talk")) return stay(1);
  if (!strcmp(what, "write") && argc == 4)
    return write_lines(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
  if (!strcmp(what, "check") && argc == 3) return check(!strcmp(argv[2], "selected"));
  fprintf(stderr, "soak: wrong usage\n");
  return 100;
}
