/* process/wait.h - waiting for children: wait4(2), waitid(2).
 *
 * Linux: kernel/exit.c (do_wait).
 */
#ifndef PROCESS_WAIT_H
#define PROCESS_WAIT_H

#include <process/process.h>

#define WNOHANG		0x00000001
#define WUNTRACED	0x00000002
#define WSTOPPED	WUNTRACED
#define WEXITED		0x00000004
#define WCONTINUED	0x00000008
#define WNOWAIT		0x01000000
#define __WNOTHREAD	0x20000000
#define __WALL		0x40000000
#define __WCLONE	0x80000000U

enum wait_for { WAIT_ANY, WAIT_PID, WAIT_PGRP };

struct wait_request {
	enum wait_for	what;
	pid_t		number;		/* pid or group */
	unsigned int	options;
	/* the answer */
	pid_t		pid;		/* 0: none (WNOHANG) */
	uid_t		uid;
	int		status;		/* as wait4 gives it */
	int		code;		/* CLD_* */
	struct process_usage usage;
};

/* => 0 with the answer filled in; -ECHILD, -ERESTARTSYS */
long do_wait(struct wait_request *request);

#endif
