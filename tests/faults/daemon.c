/*
 * The daemon of the fault matrix: writes numbered lines, "PID N", a thousand a second, and keeps in
 * sent/PID how many of them are written, so that a lost line is known from one that never was.
 *
 * Holds a lock on ./alone: one that cannot have it was started beside another, and says so in
 * ./doubles. With ./stubborn there it heeds no TERM, with ./crash it ends at once, with ./fast it
 * takes no pauses.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    static const struct timespec pause = {0, 1000000};
    char line[64], name[64];
    if (access("crash", F_OK) == 0) return 1;
    if (access("stubborn", F_OK) == 0) signal(SIGTERM, SIG_IGN);
    int alone = open("alone", O_RDWR | O_CREAT, 0644);
    if (alone < 0 || flock(alone, LOCK_EX | LOCK_NB) < 0) {
        int doubles = open("doubles", O_WRONLY | O_CREAT | O_APPEND, 0644);
        int size = snprintf(line, sizeof line, "%d %s\n", (int)getpid(), strerror(errno));
        if (doubles >= 0 && write(doubles, line, size) < 0) return 2;
    }
    snprintf(name, sizeof name, "sent/%d", (int)getpid());
    int sent = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (sent < 0) return 3;
    for (unsigned long n = 1;; n++) {
        int size = snprintf(line, sizeof line, "%d %lu\n", (int)getpid(), n);
        while (write(1, line, size) != size)
            if (errno != EINTR) return 4;
        size = snprintf(line, sizeof line, "%lu", n);
        if (pwrite(sent, line, size, 0) != size) return 5;
        if (access("fast", F_OK) != 0) nanosleep(&pause, NULL);
    }
}
