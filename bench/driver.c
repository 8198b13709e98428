/*
 * What a measurement does not leave to Node, whose own spawn costs milliseconds. Compiled when the
 * benchmark starts, statically, so that it costs next to nothing itself.
 *
 *   run (by this name, as ./run) a daemon: stamps ./stamps and stays driver stamp FILE [COMMAND...]
 *   stamps FILE, then becomes COMMAND, or stays as a daemon driver time COUNT COMMAND... runs
 *   COMMAND so often, tells how long each took, in ns driver usage COMMAND... runs COMMAND on its
 *   own input, tells "WALL_NS CPU_NS RSS_KIB" driver feed BYTES_PER_S SECONDS FILE writes FILE
 *   again and again, at that pace driver bare DIR starts DIR/NAME/run and DIR/NAME/log/run for
 *   every NAME, as no supervisor would driver nothing exits 0
 *
 * A stamp is the monotonic clock in ns, 20 digits and a newline, appended by one write.
 */
#define _GNU_SOURCE
#define PROGRAM "driver"
#include "../tests/support/program.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void stamp(const char *file) {
  long long at = now_ns();
  char line[32];
  int length = snprintf(line, sizeof line, "%020lld\n", at);
  int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, line, length) != length) die(file);
  close(fd);
}

static void stay(void) {
  for (;;) pause();
}

/* vfork, as posix_spawn does it: the child borrows this small process until it has executed. */
static pid_t start(char **command) {
  pid_t pid = vfork();
  if (pid < 0) die("fork");
  if (pid == 0) {
    execvp(command[0], command);
    _exit(127);
  }
  return pid;
}

static int collect(pid_t pid, struct rusage *usage) {
  int status;
  while (wait4(pid, &status, 0, usage) < 0) {
    if (errno != EINTR) die("wait");
  }
  return status;
}

static int run_times(long count, char **command) {
  int out = dup(1);
  int null = open("/dev/null", O_WRONLY);
  if (out < 0 || null < 0 || dup2(null, 1) < 0) die("/dev/null");
  fcntl(out, F_SETFD, FD_CLOEXEC);
  FILE *told = fdopen(out, "w");
  while (count-- > 0) {
    long long began = now_ns();
    int status = collect(start(command), NULL);
    long long ended = now_ns();
    if (status != 0) {
      fprintf(stderr, "driver: %s: ended with status %d\n", command[0], status);
      return 1;
    }
    fprintf(told, "%lld\n", ended - began);
  }
  return fclose(told) == 0 ? 0 : 1;
}

static int tell_usage(char **command) {
  struct rusage usage;
  long long began = now_ns();
  int status = collect(start(command), &usage);
  long long wall = now_ns() - began;
  long long cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL +
                  (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL;
  printf("%lld %lld %ld\n", wall, cpu, usage.ru_maxrss);
  return status == 0 ? 0 : 1;
}

/* A hundred portions a second, each of whole 100-byte lines. */
static int feed(double bytes_per_s, double seconds, const char *file) {
  FILE *from = fopen(file, "r");
  static char text[1 << 20];
  size_t length = from ? fread(text, 1, sizeof text, from) : 0;
  size_t portion = (size_t)(bytes_per_s / 100) / 100 * 100;
  if (length < 100 || portion < 100) die(file);
  length -= length % 100;
  long long began = now_ns();
  size_t at = 0;
  for (long tick = 0; tick < seconds * 100; tick++) {
    long long wait = began + tick * 10000000LL - now_ns();
    if (wait > 0) {
      struct timespec rest = {0, wait};
      nanosleep(&rest, NULL);
    }
    for (size_t left = portion; left > 0;) {
      size_t piece = left < length - at ? left : length - at;
      write_all(1, text + at, piece);
      at = (at + piece) % length;
      left -= piece;
    }
  }
  return 0;
}

static void start_in(const char *dir) {
  pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid > 0) return;
  if (chdir(dir) < 0) die(dir);
  execl("./run", "./run", (char *)NULL);
  die(dir);
}

static int bare(const char *home) {
  DIR *dir = opendir(home);
  if (!dir || chdir(home) < 0) die(home);
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (entry->d_name[0] == '.') continue;
    char log[512];
    snprintf(log, sizeof log, "%s/log", entry->d_name);
    start_in(entry->d_name);
    if (access(log, F_OK) == 0) start_in(log);
  }
  stay();
  return 0;
}

/* The orphans wait for the end of a pipe. kill(-1) reaches zombies as well. */
static int orphans(long count) {
  int ends[2];
  if (pipe(ends) < 0) die("pipe");
  pid_t parent = fork();
  if (parent < 0) die("fork");
  if (parent == 0) {
    close(ends[1]);
    while (count-- > 0) {
      pid_t child = fork();
      if (child < 0) die("fork");
      if (child > 0) continue;
      char byte;
      if (read(ends[0], &byte, 1) < 0) die("read");
      _exit(0);
    }
    _exit(0);
  }
  close(ends[0]);
  if (collect(parent, NULL) != 0) return 1;
  long long began = now_ns();
  close(ends[1]);
  while (kill(-1, 0) == 0) {
    struct timespec rest = {0, 100000};
    nanosleep(&rest, NULL);
  }
  printf("%lld\n", now_ns() - began);
  return 0;
}

int main(int argc, char **argv) {
  const char *name = strrchr(argv[0], '/');
  name = name ? name + 1 : argv[0];
  if (!strcmp(name, "run")) {
    stamp("stamps");
    stay();
  }
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "nothing")) return 0;
  if (!strcmp(what, "stamp") && argc > 2) {
    stamp(argv[2]);
    if (argc == 3) stay();
    execvp(argv[3], argv + 3);
    die(argv[3]);
  }
  if (!strcmp(what, "time") && argc > 3) return run_times(atol(argv[2]), argv + 3);
  if (!strcmp(what, "usage") && argc > 2) return tell_usage(argv + 2);
  if (!strcmp(what, "feed") && argc == 5) return feed(atof(argv[2]), atof(argv[3]), argv[4]);
  if (!strcmp(what, "orphans") && argc == 3) return orphans(atol(argv[2]));
  if (!strcmp(what, "bare") && argc == 3) return bare(argv[2]);
  fprintf(stderr, "driver: wrong usage\n");
  return 100;
}
