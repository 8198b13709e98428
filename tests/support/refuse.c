/*
 * refuse ERRNO CALL... -- COMMAND...: executes COMMAND where these calls fail with the errno of
 * that number, as in a sandbox. A CALL is a system call's name, or that of an option of prctl(2).
 * See seccomp(2).
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
#define RULES_MAX 32
#define RULE_LENGTH 5

static const struct {
	const char *name;
	int number, option;
} calls[] = {
	{ "signalfd4", SYS_signalfd4, -1 },
	{ "pidfd_open", SYS_pidfd_open, -1 },
	{ "pidfd_send_signal", SYS_pidfd_send_signal, -1 },
	{ "close_range", SYS_close_range, -1 },
	{ "unshare", SYS_unshare, -1 },
	{ "inotify_init1", SYS_inotify_init1, -1 },
	{ "mknodat", SYS_mknodat, -1 },
	{ "renameat", SYS_renameat, -1 },
	{ "PR_SET_NAME", SYS_prctl, PR_SET_NAME },
	{ "PR_SET_MM", SYS_prctl, PR_SET_MM },
	{ "PR_SET_CHILD_SUBREAPER", SYS_prctl, PR_SET_CHILD_SUBREAPER },
	{ "PR_SET_PDEATHSIG", SYS_prctl, PR_SET_PDEATHSIG },
};

static struct sock_filter filter[RULES_MAX * RULE_LENGTH + 1];

int main(int argc, char **argv)
{
	struct sock_fprog program = { .filter = filter };
	int at = 2;

	for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
		size_t n = 0;
		while (n < sizeof calls / sizeof *calls && strcmp(argv[at], calls[n].name) != 0)
			n++;
		if (n == sizeof calls / sizeof *calls || at - 2 == RULES_MAX) {
			fprintf(stderr, "refuse: no such call: %s\n", argv[at]);
			return 1;
		}
		const int option = calls[n].option;
		const struct sock_filter rule[RULE_LENGTH] = {
			WORD(nr),
			SKIP_UNLESS(calls[n].number, 3),
			WORD(args[0]),
			option == -1 ? (struct sock_filter)WORD(nr) : (struct sock_filter)SKIP_UNLESS(option, 1),
			RETURN(SECCOMP_RET_ERRNO | atoi(argv[1])),
		};
		memcpy(filter + program.len, rule, sizeof rule);
		program.len += RULE_LENGTH;
	}
	filter[program.len++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	if (at + 1 >= argc) {
		fprintf(stderr, "refuse: no command\n");
		return 1;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1
	    || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1) {
		perror("refuse");
		return 1;
	}
	execvp(argv[at + 1], argv + at + 1);
	perror(argv[at + 1]);
	return 127;
}
