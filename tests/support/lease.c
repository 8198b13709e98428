/*
 * lease FILE: holds a write lease on FILE until it is killed, and so holds up whoever opens or
 * executes it; the kernel breaks it after /proc/sys/fs/lease-break-time. Prints "leased", and
 * "asked" when somebody waits. See fcntl(2), F_SETLEASE.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	sigset_t asked;
	int signal;

	sigemptyset(&asked);
	sigaddset(&asked, SIGIO);
	sigprocmask(SIG_BLOCK, &asked, NULL);
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	if (fd == -1 || fcntl(fd, F_SETLEASE, F_WRLCK) == -1) {
		perror("lease");
		return 1;
	}
	for (puts("leased");; puts("asked")) {
		fflush(stdout);
		sigwait(&asked, &signal);
	}
}
